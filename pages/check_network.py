"""Check a network: plant a slip in backprop and read the line off the pattern it leaves."""

from functools import partial

import streamlit as st

from ui import controls, frame
from ui.check_network import charts as chart
from ui.check_network import choices, detective, findings, own_formula, work
from ui.check_network.parameters import DETECT, OWN, PARAMETERS, PLANT
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
        found = work.result(state, setup.plan)
    stage(
        findings.panels(found, state.settled),
        key="check_network.stage",
        legend=chart.legend(found),
        boards=setup.boards,
        words=findings.told(found, setup, state.settled, hush=mode == DETECT),
        columns="minmax(0, 5fr) minmax(0, 3fr)",
        on_change=state.take,
        live=not state.settled,
    )
    state.publish()
    return found if found.plan == setup.plan else None


if mode == OWN:
    state.fragment(own_formula.check)(state, own_formula.type_formulas(state))
else:
    chosen = choices.choose_case(state)
    if mode == PLANT:
        set_up = partial(choices.set_up, state, chosen, choices.choose_bugs(state))
    else:
        set_up = partial(detective.set_up, state, chosen)
    work.take_time(state, set_up().plan)
    found = check(set_up)
    if found is not None:
        show = findings.findings if mode == PLANT else detective.investigate
        show(state, found)
        findings.numbers(state, found)
    frame.about(state)
