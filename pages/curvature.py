"""Curvature: what a gradient step sees, and what it does not."""

import streamlit as st

from ui import frame, surface_field
from ui.curvature import choices
from ui.curvature.parameters import PARAMETERS
from ui.curvature.views import picture
from ui.scene import downloads, show
from ui.state import PageState

state = PageState("curvature", PARAMETERS)
complaints = st.container()
with frame.row(state):
    surface = choices.choose(state, complaints)


@state.live
def live():
    scene = picture(state, surface)
    show(scene, state)
    return scene


scene = live()
if drawer := frame.details(state, "curvature.stage"):
    with drawer:
        if choices.of_surface(state):
            surface_field.about(surface)
        downloads(scene, f"curvature_{state['view'].strip('?').lower()}")
        frame.about(state)
state.publish()
