"""Detective mode of "Check a network": a hidden bug, a menu of lines, a ruling and a score."""

import random
from dataclasses import replace

import streamlit as st

from optcore.checks.detective import Case, NoCaseError, open_case
from optcore.checks.plan import CheckPlan, CheckPoint, LossTerms
from optcore.checks.record import CheckRecord
from ui.cache import cached
from ui.check_network import choices
from ui.check_network.choices import TunedCheck
from ui.check_network.findings import right_and_wrong
from ui.check_network.parameters import CASES
from ui.prose import escaped, spelled
from ui.state import PageState

NO_ANSWER = "Name the line …"
NO_CASE = (
    "Nothing is hidden here: in this network no bug could be seen, for its gradients lie below "
    "the round-off of any difference. Take fewer layers or another activation."
)


@cached
def hidden(reference: CheckPlan, number: int) -> Case:
    """The case of that number in a network: the same bug wherever the check is made."""
    return open_case(reference.right_fit(), reference.start(), number)


def reference(plan: CheckPlan) -> CheckPlan:
    """A network with all that may change during an investigation put back.

    Weight decay and dropout only count as on or off, for that decides which bugs can matter.
    """
    on = plan.terms
    terms = LossTerms(0.01 if on.weight_decay else 0.0, 0.3 if on.dropout else 0.0)
    return replace(plan.taught, place=CheckPoint(), frozen=True, terms=terms)


def set_up(state: PageState, chosen: CheckPlan) -> TunedCheck:
    """The plan at the values of its sliders with its bug hidden in it, if one can be seen."""
    setup = choices.set_up(state, chosen, ())
    number = state["case"]
    if setup.plan.over:
        return setup
    try:
        bug = hidden(reference(setup.plan), number).bug
    except NoCaseError:
        return setup
    return replace(setup, plan=replace(setup.plan, bugs=(bug,)))


def investigate(state: PageState, found: CheckRecord) -> None:
    """The menu of lines, the ruling and the score."""
    if not found.plan.bugs:
        st.warning(NO_CASE, icon=":material/search_off:")
        return
    case = Case(found.fit, found.plan.bugs[0])
    key = (reference(found.plan), state["case"])
    answers = state.memory.setdefault("answers", {})
    st.markdown(f"### Case {state['case']}: one line of this backward pass is wrong")
    answer = _menu(state, case, closed=key in answers)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("That is the line", type="primary", disabled=answer is None or key in answers,
                  on_click=lambda: answers.setdefault(key, answer))  # fmt: skip
        st.button("Next case", on_click=_next_case, args=(state,))
    if key in answers:
        _rule(case, answers[key], found)
    _score(state, answers)


def _menu(state: PageState, case: Case, closed: bool):
    by_name = {line.name: line for line in case.lines}
    picked = st.selectbox(
        "Which line?", list(by_name), index=None, key=f"{state.key}/line/{state['case']}",
        placeholder=NO_ANSWER, disabled=closed,
    )  # fmt: skip
    line = by_name.get(picked)
    if line is not None:
        st.latex(line.latex)
        st.caption(f"{line.reach[0].upper()}{line.reach[1:]}.")
    return line


def _rule(case: Case, answer, found: CheckRecord) -> None:
    ruling = case.rule(answer, found.check)
    show = st.success if ruling.right else st.error
    show(escaped(spelled(ruling.sentences[0])))
    st.markdown("\n".join(f"- {escaped(spelled(each))}" for each in ruling.sentences[1:]))
    right_and_wrong(case.bug)
    st.caption(escaped(case.bug.lesson))


def _next_case(state: PageState) -> None:
    state.put({"case": random.randint(1, CASES)})


def _score(state: PageState, answers: dict) -> None:
    if not answers:
        st.caption("The address of this page holds the case: copy it to hand the case out.")
        return
    right = sum(hidden(*key).bug.line(key[0].network) == line for key, line in answers.items())
    st.markdown(f"**Found {right} of {len(answers)}** in this session.")
