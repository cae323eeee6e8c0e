"""Shrinking h: a numerical derivative comes right, then goes wrong."""

import streamlit as st

from ui import controls, frame
from ui.lessons import telling
from ui.live.stage import stage
from ui.shrinking_h import choices
from ui.shrinking_h import show as derivative
from ui.shrinking_h.facts import facts
from ui.shrinking_h.parameters import PARAMETERS
from ui.state import PageState

state = PageState("shrinking_h", PARAMETERS)
own, warning = st.container(), frame.status()
with frame.row(state, opened_by=("claim", "test")):
    function = choices.choose_function(state, own)
    rules = choices.choose_rules(state)
    dtype = choices.choose_float(state)
    choices.type_x(state)
    choices.type_h(state)
with warning:
    controls.complaints(state)


@state.live
def live():
    watch = derivative.watch(state, function, rules, dtype)
    stage(
        derivative.panels(watch, state.settled),
        key="shrinking_h.stage",
        clock=derivative.clock(watch),
        handles=[derivative.handle(watch)],
        legend=derivative.legend(watch),
        words=derivative.told(watch, state.settled),
        lesson=telling(state, lambda: facts(watch.curves, derivative.claim(state, watch)))
        if state.settled
        else None,
        columns="minmax(0, 1fr) minmax(0, 1fr)",
        on_change=state.take,
        live=not state.settled,
    )
    return watch


watch = live()
with warning:
    derivative.way_back(state, watch)
if drawer := frame.details(state, "shrinking_h.stage"):
    with drawer:
        choices.introduce(function)
        derivative.rules(watch)
        derivative.textbook(state, watch)
        derivative.steps(watch)
        derivative.download(watch)
        frame.about(state)
state.publish()
