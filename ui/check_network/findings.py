"""What a check found, as the page shows it: panels, words, suspect lines, numbers."""

from functools import partial

import streamlit as st

from optcore.checks.grad_check import component_name
from optcore.checks.plan import CheckPlan
from optcore.checks.record import CheckRecord
from ui.check_network import charts, pattern_chart, taylor_charts, words
from ui.check_network.choices import TunedCheck
from ui.check_network.work import best_h, pictured
from ui.glossary import letters
from ui.live.stage import Panel
from ui.prose import escaped, number, scrolling, spelled
from ui.state import PageState

# Parameters above which the other checks are not asked.
MOST_ASKED = 2000


def panels(found: CheckRecord, settled: bool, *, pattern: bool = False) -> list[Panel]:
    """Errors by block, the components, and the Taylor test, or where it is a `pattern` that is
    looked for, the errors element by element."""
    names = None
    if settled and found.check.point.size <= 2000:
        names = [component_name(found.fit, at) for at in range(found.check.point.size)]
    return [
        Panel(charts.errors(found, with_sentences=settled), name="blocks", span=2),
        Panel(charts.components(found, names), name="components",
              labels={"x": "analytic, decades", "y": "numeric, decades"}),
        Panel(pattern_chart.elements(found, names), name="elements") if pattern else
        Panel(taylor_charts.taylor(found.taylor), name="Taylor test",
              labels={"x": "t", "y": "error of the linear model"}),
    ]  # fmt: skip


def summary(found: CheckRecord, setup: TunedCheck, settled: bool, hush: bool) -> str:
    if found.plan != setup.plan and not settled:
        return (
            f"{setup.plan.parameters:,} parameters are too many to check while the slider moves: "
            f"let go, and they are checked. {pictured(found)}"
        )
    if found.plan != setup.plan:
        return f"These settings are not checked. {pictured(found)}"
    return words.summary(found, hush=hush, notes=setup.notes)


def findings(state: PageState, found: CheckRecord) -> None:
    """The lines that explain the pattern, the best first, with their evidence."""
    if not found.diagnoses:
        _nothing_to_explain(found)
        return
    st.markdown("### Which line of backprop is it?")
    for rank, each in enumerate(found.diagnoses[:4], 1):
        _finding(rank, each)
    if len(found.diagnoses) > 4:
        names = ", ".join(each.line.name for each in found.diagnoses[4:])
        st.caption(f"Also consistent with the pattern: {names}.")


def _finding(rank: int, each) -> None:
    with st.container(border=True):
        grade = "explains every wrong block" if each.complete else "explains a part"
        st.markdown(f"**{rank}. {each.line.name}**, {grade}")
        left, right = st.columns([2, 3], vertical_alignment="center")
        with left:
            for slip in each.slips:
                right_and_wrong(slip)
            if not each.slips:
                st.latex(each.line.latex, help=letters(each.line.latex))
        with right:
            st.markdown("\n".join(f"- {escaped(spelled(why))}" for why in each.why))
            for slip in each.slips:
                st.caption(escaped(slip.lesson))


def right_and_wrong(bug) -> None:
    """The line as it should be above the line as it is."""
    lines = rf"\text{{right: }} & {bug.right} \\[2pt] \text{{wrong: }} & {bug.wrong}"
    st.latex(rf"\begin{{aligned}} {lines} \end{{aligned}}", help=letters(lines, type(bug)))


def _nothing_to_explain(found: CheckRecord) -> None:
    planted = found.plan.planted(found.fit)
    if not planted:
        st.success("No block is wrong, and no bug is planted.", icon=":material/check_circle:")
        return
    names = " and ".join(f"“{bug.name}”" for bug in planted)
    blocks = sorted({name for bug in planted for name in bug.corrupts(found.plan.network)})
    st.warning(
        f"{names} is planted, and the check does not see it: no block is convicted, though "
        f"{', '.join(blocks)} are corrupted. Another scale, more training or another difference "
        "may bring it out.",
        icon=":material/visibility_off:",
    )


def numbers(state: PageState, found: CheckRecord) -> None:
    """The table of the blocks, the report, and the usual h."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button("Every parameter as CSV", partial(words.report, found),
                           "gradient_check.csv", "text/csv", icon=":material/download:",
                           on_click="ignore")  # fmt: skip
        h_button(state, found.plan)
    with st.expander("Every block in numbers", icon=":material/table:"):
        st.html(scrolling(words.table(found)))


def arena(found: CheckRecord) -> None:
    """What the rules of torch, SciPy and JAX say of the same gradient."""
    if found.check.reason or found.check.point.size > MOST_ASKED:
        return
    with st.expander("What other checks say of it", icon=":material/balance:"):
        st.html(scrolling(words.arena(found)))
        st.caption(
            "The same gradient at the same point by the published rules and defaults of torch "
            "2.13, SciPy 1.17 and JAX 0.10. A rule sees the loss and the gradient, and not which "
            "bug is planted."
        )


def h_button(state: PageState, plan: CheckPlan) -> None:
    h = best_h(plan)
    low, high = 1e-13, 0.1
    st.button(
        f"h = {number(h, 2)}, usual for this difference",
        on_click=lambda: state.put({"check.h": min(max(h, low), high)}),
        disabled=plan.step.h == h,
        help="eps^(1/(order + 1)), with the eps of the float type.",
    )
