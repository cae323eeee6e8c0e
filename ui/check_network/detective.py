"""Detective mode of "Check a network": hidden bugs, questions with two tries each, and a score."""

import random
from dataclasses import replace

import streamlit as st

from optcore.checks.detective import Case, NoCaseError
from optcore.checks.inquiry import LINE, WORTH, Inquiry, sentences
from optcore.checks.levels import Level
from optcore.checks.plan import CheckPlan, CheckPoint, LossTerms
from optcore.checks.record import CheckRecord
from ui import controls
from ui.address import Address
from ui.cache import cached
from ui.check_network import choices
from ui.check_network.choices import TunedCheck
from ui.check_network.findings import right_and_wrong
from ui.check_network.parameters import CASES
from ui.glossary import letters
from ui.parameters import slug
from ui.prose import escaped, spelled
from ui.state import PageState

QUESTIONS = {LINE: ("Which line?", "Name the line …"), "slip": ("And which slip?", "Name it …")}
NO_CASE = (
    "Nothing is hidden here: in this network no bug could be seen, for its gradients lie below "
    "the round-off of any difference. Take fewer layers or another activation."
)


@cached
def hidden(reference: CheckPlan, level: Level, number: int) -> Case:
    """The case of that number in a network: the same bugs wherever the check is made."""
    return level.open(reference, number)


def reference(plan: CheckPlan, level: Level) -> CheckPlan:
    """A network with all that may change during an investigation put back.

    Weight decay and dropout only count as on or off, for that decides which bugs can matter; a
    level that hides behind one has it on.
    """
    on = level.cover.get("terms", plan.terms)
    terms = LossTerms(0.01 if on.weight_decay else 0.0, 0.3 if on.dropout else 0.0)
    return replace(plan.taught, place=CheckPoint(), frozen=True, terms=terms)


def set_up(state: Address, chosen: CheckPlan) -> TunedCheck:
    """The plan at the values of its sliders with bugs hidden in it, if they can be seen."""
    setup = choices.set_up(state, chosen, ())
    if setup.plan.over:
        return setup
    key = (reference(setup.plan, state["level"]), state["level"], state["case"])
    try:
        case = hidden(*key)
    except NoCaseError:
        return setup
    if state.settled:
        _keep_to(state, key)
    return replace(setup, plan=replace(setup.plan, bugs=case.bugs))


def _keep_to(state: Address, key: tuple) -> None:
    """Another case closes the one before: what that was worth joins the score."""
    last, reached = state.memory.get("inquiry", (key, None))
    if last != key:
        state.hold({"said": (), "score": _total(state["score"], reached)})
        reached = None
    state.memory["inquiry"] = key, reached


def _total(score: tuple[int, int], reached: tuple[int, int] | None) -> tuple[int, int]:
    points, most = reached or (0, 0)
    return score[0] + points, score[1] + most


def choose_level(state: PageState):
    """The level, and the place in which `investigate` asks."""
    with st.popover("Which line?", icon=":material/search:"), st.container(width=480):
        controls.choose(state, "level", "Level")
        return st.container()


def investigate(state: PageState, found: CheckRecord) -> None:
    """What was answered and what came of it, the next question, and the score."""
    if not found.plan.bugs:
        st.warning(NO_CASE, icon=":material/search_off:")
        return
    case = Case(found.fit, found.plan.bugs)
    inquiry = _follow(case, state["said"])
    reached = (inquiry.points, inquiry.most) if inquiry.replies else None
    state.memory["inquiry"] = state.memory["inquiry"][0], reached
    st.markdown(f"### Case {state['case']}")
    st.caption(escaped(state["level"].lesson))
    for reply in inquiry.replies:
        _tell(case, reply, found)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if inquiry.asks:
            _ask(state, inquiry)
        st.button("Next case", on_click=_next_case, args=(state,))
    _score(_total(state["score"], reached))


def _follow(case: Case, said: tuple[str, ...]) -> Inquiry:
    inquiry = Inquiry(case)
    for each in said:
        inquiry.answer({slug(name): name for name in inquiry.options}.get(each))
    return inquiry


def _ask(state: PageState, inquiry: Inquiry) -> None:
    """The question, with the line in formula once one is picked but not what it would do."""
    label, placeholder = QUESTIONS[inquiry.asks]
    picked = st.selectbox(
        label,
        inquiry.options,
        index=None,
        placeholder=placeholder,
        key=f"{state.key}/{inquiry.asks}/{state['case']}/{len(state['said'])}",
    )
    if picked:
        formula = _formula(inquiry, picked)
        st.latex(formula, help=letters(formula))
    worth = WORTH[len(inquiry.wrong)]
    st.button(f"Say so, for {worth} point{'s' * (worth > 1)}", type="primary", on_click=_say,
              args=(state, state["said"], picked), disabled=picked is None)  # fmt: skip


def _formula(inquiry: Inquiry, picked: str) -> str:
    if inquiry.bug:
        slips = inquiry.case.slips(inquiry.case.line(inquiry.bug))
        return next(slip.wrong for slip in slips if slip.name == picked)
    return next(line.latex for line in inquiry.case.lines if line.name == picked)


def _say(state: PageState, before: tuple[str, ...], picked: str) -> None:
    # Pressed twice, it is said once.
    state.hold({"said": (*before, slug(picked))})


def _tell(case: Case, reply, found: CheckRecord) -> None:
    first, *rest = sentences(case, reply, found.check)
    show = st.success if reply.right else st.error
    show(escaped(spelled(first)))
    if rest:
        st.markdown("\n".join(f"- {escaped(spelled(each))}" for each in rest))
    if reply.revealed and reply.asked != LINE:
        right_and_wrong(reply.revealed)
        st.caption(escaped(reply.revealed.lesson))


def _next_case(state: PageState) -> None:
    state.put({"case": random.randint(1, CASES)})


def _score(score: tuple[int, int]) -> None:
    points, most = score
    if most:
        st.markdown(f"**{points} of {most} points** so far. The address keeps them.")
    else:
        st.caption("A line is worth 2 points, and so is its slip; at the second try 1. The "
                   "address holds the case: Share hands it out.")  # fmt: skip
