"""Shrinking h: a numerical derivative comes right, then goes wrong."""

import streamlit as st

from ui import controls, frame
from ui.lessons import telling
from ui.live.stage import stage
from ui.shrinking_h import choices, show
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
    watch = show.watch(state, function, rules, dtype)
    stage(
        show.panels(watch, state.settled),
        key="shrinking_h.stage",
        clock=show.clock(watch, state.css_of("h")),
        handles=[show.handle(watch)],
        legend=show.legend(watch),
        words=show.summary(watch, state.settled),
        lesson=telling(state, lambda: facts(watch.curves, show.claim(state, watch))),
        columns="minmax(0, 1fr) minmax(0, 1fr)",
        on_change=state.take,
        live=not state.settled,
    )
    return watch


watch = live()
with warning:
    show.way_back(state, watch)
if drawer := frame.details(state, "shrinking_h.stage"):
    with drawer:
        choices.introduce(function)
        show.rules(watch)
        show.textbook(state, watch)
        show.steps(watch)
        show.download(watch)
        frame.about(state)
state.publish()
