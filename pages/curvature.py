"""Curvature: what a gradient step sees, and what it does not."""

import streamlit as st

from ui import frame, surface_field
from ui.curvature import choices
from ui.curvature.parameters import PARAMETERS
from ui.curvature.views import picture
from ui.lessons import telling
from ui.live.stage import stage
from ui.state import PageState

state = PageState("curvature", PARAMETERS)
complaints = st.container()
with frame.row(state):
    surface = choices.choose(state, complaints)


@state.live
def live():
    shown = picture(state, surface)
    stage(
        shown.panels,
        key="curvature.stage",
        clock=shown.clock,
        handles=shown.handles,
        legend=shown.legend,
        boards=shown.boards,
        words=shown.words if state.settled else None,
        table=shown.table if state.settled else None,
        lesson=telling(state, lambda: shown.facts),
        columns=shown.columns,
        on_change=state.take,
        live=not state.settled,
    )
    return shown


shown = live()
if drawer := frame.details(state, "curvature.stage"):
    with drawer:
        if choices.of_surface(state):
            surface_field.about(surface)
        choices.downloads(state, shown)
        frame.about(state)
state.publish()
