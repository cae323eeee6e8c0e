"""What the page "Check a network" needs beside the core: choices, live checks, the detective."""

from dataclasses import dataclass, make_dataclass, replace
from functools import lru_cache

import streamlit as st

from optcore.activations import ACTIVATIONS, Tanh
from optcore.bugs import PLANTED_BUGS
from optcore.datasets import DATASETS, Moons
from optcore.differences import CENTRAL, DIFFERENCES, StepError
from optcore.grad_check import component_name
from optcore.initializers import INITIALIZERS, XavierNormal
from optcore.knobs import knob
from optcore.losses import LOSSES, SigmoidCrossEntropy
from ui import controls
from ui.charts import check_network as chart
from ui.charts import check_words as words
from ui.check_case import ARCHITECTURES, BUGS_BY_NAME, RANDOM, CheckCase
from ui.check_result import CheckResult, examine
from ui.link import Link
from ui.live.stage import Panel

PLANT, DETECT, OWN = MODES = ("Plant bugs", "Detective", "Check my own")
FIRST_BUG = "tanh' = 1 - a"
DEPTHS = (1, 20)


@dataclass(frozen=True)
class Named:
    """Something with a name, for a menu."""

    name: str


def _named(options, kind):
    return next(option for option in options if isinstance(option, kind))


def choose_case(link: Link) -> CheckCase:
    """Everything that is chosen by name; a loss that cannot use the data gets a sentence."""
    row = st.columns([2, 3, 2, 2, 2, 2], vertical_alignment="bottom")
    with row[0]:
        activation = controls.choose(link, "activation", "Activation", ACTIVATIONS, Tanh())
    with row[1]:
        first = _named(LOSSES, SigmoidCrossEntropy)
        loss = controls.choose(link, "loss", "Loss", LOSSES, first)
    with row[2]:
        first = _named(DATASETS, Moons)
        data = controls.choose(link, "data", "Data", (*DATASETS, RANDOM), first)
    with row[3]:
        rule = controls.choose(link, "rule", "Difference", DIFFERENCES, CENTRAL)
    with row[4]:
        dtype = controls.choose_name(link, "float", "Float type", ["float64", "float32"])
    with row[5], st.popover("More", icon=":material/tune:", width="stretch"):
        initializer = controls.choose(
            link, "initializer", "Weights drawn as", INITIALIZERS, XavierNormal()
        )
        kinds = [Named(name) for name in ARCHITECTURES]
        architecture = controls.choose(link, "architecture", "Architecture", kinds).name
        frozen = controls.switch(link, "frozen", "Freeze the dropout masks", True)
    data = _usable(data, loss)
    return CheckCase(activation, loss, data, initializer, architecture, rule, dtype, frozen)


def _usable(data, loss):
    if getattr(data, "kind", loss.kind) == "regression" != loss.kind:
        st.warning(
            f"{data.name} is a regression and {loss.name} needs classes. Shown meanwhile: random "
            "data. Take the squared error, or other data.",
            icon=":material/sync_problem:",
        )
        return RANDOM
    return data


def choose_bugs(link: Link) -> tuple:
    """The bugs to plant, as they stand in the registry."""
    return tuple(
        controls.choose_some(
            link,
            "bugs",
            "Planted bugs: each one slip in one line of backprop",
            PLANTED_BUGS,
            [BUGS_BY_NAME[FIRST_BUG]],
            placeholder="No bug: the gradient is right",
        )
    )


# ------------------------------------------------------------------ sliders


@lru_cache(maxsize=64)
def _layer_dial(last: int):
    """The layer of a bug as a knob, 1 to `last`."""
    field = ("layer", int, knob(min(2, last), 1, last, symbol="", whole=True))
    return make_dataclass("BugLayer", [field], frozen=True)()


def _settings(case: CheckCase) -> list[controls.Dials]:
    """The sliders of every number but the bugs' layers."""
    return [
        controls.Dials("Network", "net", case.shape),
        controls.Dials("Point", "at", case.place),
        controls.Dials("Loss", "loss", case.terms),
        controls.Dials("Difference", "check", case.step),
    ]


@dataclass(frozen=True)
class Setup:
    """A case as tuned, with the sliders that tuned it and what is to be said about it."""

    case: CheckCase
    dials: tuple
    boards: tuple
    notes: tuple[str, ...]


def set_up(link: Link, chosen: CheckCase, bugs: tuple | None) -> Setup:
    """The case at the values of its sliders; without `bugs` one is to be hidden in it."""
    settings = _settings(chosen)
    layers = link.get("net.layers", controls.number(*DEPTHS, whole=True), chosen.shape.layers)
    movable = [bug for bug in bugs or () if _layers_for(bug, layers) > 1]
    if link.settled:
        # A slider that another one lengthens would be built anew under the hand.
        link.memory["layers"] = layers
    last = {bug: max(2, _layers_for(bug, link.memory["layers"])) for bug in movable}
    dials = [*(_bug_dial(bug, last[bug]) for bug in movable), *settings]
    tuned, board = controls.read(link, dials)
    shape, place, terms, step = tuned[len(movable) :]
    at = {bug.name: one.layer for bug, one in zip(movable, tuned, strict=False)}
    placed = tuple(bug.at(at.get(bug.name, 1)) for bug in bugs or ())
    case = replace(chosen, shape=shape, place=place, terms=terms, step=step, bugs=placed)
    return Setup(case, tuple(dials), (board,), _bug_notes(case))


def _layers_for(bug, layers: int) -> int:
    """How many layers a bug could be in, 0 where it has no choice."""
    if bug.kind in ("penalty", "output delta"):
        return 0
    return layers - (bug.kind == "delta")


def _bug_dial(bug, last: int) -> controls.Dials:
    colour = chart.VERDICT_LOOKS["wrong"]["colour"]
    return controls.Dials(
        f"Bug: {bug.name}", f"bug.{controls.slug(bug.name)}", _layer_dial(last), colour
    )


def _bug_notes(case: CheckCase) -> tuple[str, ...]:
    """Which bugs could not be planted, and which went to another layer."""
    if not case.bugs or case.over:
        return ()
    planted = {bug.name: bug for bug in case.planted(case.right_fit())}
    told = []
    for bug in case.bugs:
        now = planted.get(bug.name)
        if now is None:
            told.append(f"“{bug.name}” is not planted: it needs {bug.needs or 'a hidden layer'}.")
        elif _layers_for(bug, case.shape.layers) and now.layer != bug.layer:
            told.append(f"“{bug.name}” is in layer {now.layer}, as it does not fit {bug.layer}.")
    return tuple(told)


# ------------------------------------------------------------------ the check


def result(link: Link, case: CheckCase) -> CheckResult | None:
    """The check of a case: at once if it is quick, with progress and a way out if it is not.

    While a hand moves a slow case, after a cancel and after bad input the last result stays.
    """
    last = link.memory.get("result")
    if last is not None and last.case == case:
        return last
    if not case.live and not link.settled:
        return last
    if link.memory.get("cancelled") == case:
        _offer_again(link, case)
        return last
    try:
        found = _run(link, case)
    except (ValueError, TypeError) as fault:
        _complain(link, case, fault)
        return last
    link.memory["result"] = found
    return found


def _run(link: Link, case: CheckCase) -> CheckResult:
    steps = examine(case)
    if case.live:
        return _finish(steps, lambda share: None)
    place = st.empty()
    with place.container(horizontal=True, vertical_alignment="center"):
        bar = st.progress(0.0, f"Checking {case.parameters:,} parameters …")
        st.button("Cancel", on_click=_cancel, args=(link, case), icon=":material/close:")
    found = _finish(steps, lambda share: bar.progress(share, f"{case.parameters:,} parameters"))
    place.empty()
    return found


def _finish(steps, report) -> CheckResult:
    while True:
        try:
            report(next(steps))
        except StopIteration as end:
            return end.value


def _cancel(link: Link, case: CheckCase) -> None:
    link.memory["cancelled"] = case


def _offer_again(link: Link, case: CheckCase) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.info(f"Cancelled. The picture still shows the check before, not these "
                f"{case.parameters:,} parameters.")  # fmt: skip
        st.button("Check now", on_click=lambda: link.memory.pop("cancelled", None))


def _complain(link: Link, case: CheckCase, fault: Exception) -> None:
    """Why there is no check of these settings, and a way on."""
    st.error(f"{fault} The picture stays as it was.", icon=":material/error:")
    if case.over:
        width = case.smaller().width
        st.button(f"Take width {width}", on_click=lambda: link.put({"net.width": width}))
    elif isinstance(fault, StepError):
        h = best_h(case)
        st.button(f"Take h = {h:.1e}", on_click=lambda: link.put({"check.h": h}))
    else:
        st.button("Take weight scale 1", on_click=lambda: link.put({"at.weight_scale": 1.0}))


def best_h(case: CheckCase) -> float:
    """The rule's usual h for the float type, to two digits."""
    return float(f"{case.rule.typical_h(case.dtype):.1e}")


def h_button(link: Link, case: CheckCase) -> None:
    h = best_h(case)
    low, high = 1e-13, 0.1
    st.button(
        f"h = {h:.1e}, usual for this difference",
        on_click=lambda: link.put({"check.h": min(max(h, low), high)}),
        disabled=case.step.h == h,
        help="eps^(1/(order + 1)), with the eps of the float type.",
    )


# ------------------------------------------------------------------ what is shown


def panels(found: CheckResult, settled: bool) -> list[Panel]:
    names = None
    if settled and found.check.point.size <= 2000:
        names = [component_name(found.fit, at) for at in range(found.check.point.size)]
    return [
        Panel(chart.errors(found, told=settled), height="520px", span=2),
        Panel(chart.components(found, names), "256px",
              labels={"x": "analytic, decades", "y": "numeric, decades"}),
        Panel(chart.taylor(found.taylor), "256px",
              labels={"x": "t", "y": "error of the linear model"}),
    ]  # fmt: skip


def told(found: CheckResult, setup: Setup, hush: bool) -> str:
    if found.case != setup.case:
        return (
            f"{setup.case.parameters:,} parameters are too many to check while the slider moves: "
            "let go, and they are checked. The picture shows the check before."
        )
    return words.summary(found, hush=hush, notes=setup.notes)


def findings(link: Link, found: CheckResult | None) -> None:
    """The lines that explain the pattern, the best first, with their evidence."""
    if found is None:
        return
    if not found.diagnoses:
        _nothing_to_explain(found)
        return
    st.markdown("##### Which line of backprop is it?")
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
                st.latex(each.line.latex)
        with right:
            st.markdown("\n".join(f"- {escaped(why)}" for why in each.why))
            for slip in each.slips:
                st.caption(escaped(slip.lesson))


def right_and_wrong(bug) -> None:
    """The line as it should be above the line as it is."""
    lines = rf"\text{{right: }} & {bug.right} \\[2pt] \text{{wrong: }} & {bug.wrong}"
    st.latex(rf"\begin{{aligned}} {lines} \end{{aligned}}")


def escaped(text: str) -> str:
    """A sentence with the signs that Markdown would read as its own."""
    for sign in r"\`*_[]<>$#|~":
        text = text.replace(sign, "\\" + sign)
    return text


def _nothing_to_explain(found: CheckResult) -> None:
    planted = found.case.planted(found.fit)
    if not planted:
        st.success("No block is wrong, and no bug is planted.", icon=":material/check_circle:")
        return
    names = " and ".join(f"“{bug.name}”" for bug in planted)
    blocks = sorted({name for bug in planted for name in bug.corrupts(found.case.network)})
    st.warning(
        f"{names} is planted, and the check does not see it: no block is convicted, though "
        f"{', '.join(blocks)} are corrupted. Another scale, more training or another difference "
        "may bring it out.",
        icon=":material/visibility_off:",
    )


def numbers(link: Link, found: CheckResult | None) -> None:
    """The table of the blocks, the report, and the usual h."""
    if found is None:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button("Every parameter as CSV", found.report(), "gradient_check.csv",
                           "text/csv", icon=":material/download:", on_click="ignore")  # fmt: skip
        h_button(link, found.case)
    with st.expander("Every block in numbers", icon=":material/table:"):
        st.html(f'<div class="os-table">{words.table(found)}</div>')
