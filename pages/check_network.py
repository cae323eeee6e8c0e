"""Check a network: plant a slip in backprop and read the line off the pattern it leaves."""

from functools import partial

import streamlit as st

from ui import controls
from ui.check_network import charts as chart
from ui.check_network import choices as checking
from ui.check_network import detective as detecting
from ui.check_network import findings as check_findings
from ui.check_network import own_formula
from ui.check_network.parameters import DETECT, OWN, PARAMETERS, PLANT
from ui.lessons import lesson
from ui.live.stage import stage
from ui.state import PageState

state = PageState("check_network", PARAMETERS)
head = st.columns([5, 3], vertical_alignment="bottom")
head[0].markdown("#### Check a network: which line of backprop is wrong?")
controls.scenarios(state)
state.notices()
with head[1]:
    mode = controls.choose_word(
        state, "mode", "What to do", label_visibility="collapsed", width="stretch"
    )


@state.fragment
def check(set_up):
    setup = set_up()
    with st.container():
        found = checking.result(state, setup.case)
    stage(
        check_findings.panels(found, state.settled),
        key="check_network.stage",
        legend=chart.legend(found),
        boards=setup.boards,
        words=check_findings.told(found, setup, state.settled, hush=mode == DETECT),
        columns="minmax(0, 5fr) minmax(0, 3fr)",
        on_change=state.take,
        live=not state.settled,
    )
    state.publish()
    return found if found.case == setup.case else None


if mode == OWN:
    state.fragment(own_formula.check)(state, own_formula.type_formulas(state))
else:
    chosen = checking.choose_case(state)
    if mode == PLANT:
        set_up = partial(checking.set_up, state, chosen, checking.choose_bugs(state))
    else:
        set_up = partial(detecting.set_up, state, chosen)
    checking.take_time(state, set_up().case)
    found = check(set_up)
    if found is not None:
        show = check_findings.findings if mode == PLANT else detecting.investigate
        show(state, found)
        check_findings.numbers(state, found)
    lesson("check_network")
