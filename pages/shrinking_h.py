"""Shrinking h: a numerical derivative comes right, then goes wrong."""

import streamlit as st

from ui import controls, derivative
from ui.lessons import lesson
from ui.link import Link
from ui.live.stage import stage
from ui.scenarios.shrinking_h import SCENARIOS

link = Link("shrinking")
st.markdown("#### Shrinking h: watch a derivative come right, then wrong")
controls.scenarios(link, SCENARIOS)
link.notices()
choices = st.columns([3, 5, 4], vertical_alignment="bottom")
with choices[0]:
    function = derivative.choose_function(link)
with choices[1]:
    rules = derivative.choose_rules(link)
with choices[2], st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
    dtype = derivative.choose_float(link)
    derivative.type_x(link, function)
    derivative.type_h(link)
controls.complaints(link)


@st.fragment
def live():
    link.settle()
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
derivative.way_back(link, watch)
derivative.introduce(function)
derivative.rules(watch)
derivative.textbook(link, watch)
derivative.steps(watch)
derivative.download(watch)
lesson("shrinking_h")
link.publish()
