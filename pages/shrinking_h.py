"""Shrinking h: a numerical derivative comes right, then goes wrong."""

import streamlit as st

from ui import controls, frame
from ui.live.stage import stage
from ui.shrinking_h import choices
from ui.shrinking_h import show as derivative
from ui.shrinking_h.parameters import PARAMETERS
from ui.state import PageState

state = PageState("shrinking_h", PARAMETERS)
st.markdown("#### Shrinking h: watch a derivative come right, then wrong")
controls.scenarios(state)
state.notices()
places = st.columns([3, 5, 4], vertical_alignment="bottom")
own, warning = st.container(), st.container()
with places[0]:
    function = choices.choose_function(state, own)
with places[1]:
    rules = choices.choose_rules(state)
with places[2], st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
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
        columns="minmax(0, 1fr) minmax(0, 1fr)",
        on_change=state.take,
        live=not state.settled,
    )
    return watch


watch = live()
with warning:
    derivative.way_back(state, watch)
choices.introduce(function)
derivative.rules(watch)
derivative.textbook(state, watch)
derivative.steps(watch)
derivative.download(watch)
frame.about(state)
state.publish()
