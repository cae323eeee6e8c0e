"""Shrinking h: a numerical derivative comes right, then goes wrong."""

import streamlit as st

from ui import controls
from ui.lessons import lesson
from ui.live.stage import stage
from ui.shrinking_h import choices
from ui.shrinking_h import show as derivative
from ui.shrinking_h.scenarios import SCENARIOS
from ui.state import Link

link = Link("shrinking")
st.markdown("#### Shrinking h: watch a derivative come right, then wrong")
controls.scenarios(link, SCENARIOS)
link.notices()
places = st.columns([3, 5, 4], vertical_alignment="bottom")
own, warning = st.container(), st.container()
with places[0]:
    function = choices.choose_function(link, own)
with places[1]:
    rules = choices.choose_rules(link)
with places[2], st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
    dtype = choices.choose_float(link)
    choices.type_x(link, function)
    choices.type_h(link)
with warning:
    controls.complaints(link)


@link.live
def live():
    watch = derivative.watch(link, function, rules, dtype)
    stage(
        derivative.panels(watch, link.settled),
        key="shrinking.stage",
        clock=derivative.clock(watch),
        handles=[derivative.handle(watch)],
        legend=derivative.legend(watch),
        words=derivative.told(watch, link.settled),
        columns="minmax(0, 1fr) minmax(0, 1fr)",
        on_change=lambda change: derivative.hear(link, function, change),
        live=not link.settled,
    )
    return watch


watch = live()
with warning:
    derivative.way_back(link, watch)
choices.introduce(function)
derivative.rules(watch)
derivative.textbook(link, watch)
derivative.steps(watch)
derivative.download(watch)
lesson("shrinking_h")
link.publish()
