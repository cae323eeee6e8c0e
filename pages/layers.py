"""Layers: how gradients flow through a deep network, layer by layer."""

import streamlit as st

from ui import frame
from ui.layers import choices as layers
from ui.layers import work as layers_work
from ui.layers.parameters import PARAMETERS
from ui.state import PageState

state = PageState("layers", PARAMETERS)
layers.heading(state)
state.notices()
choices = layers.choose(state)


@state.fragment
def flow():
    how = layers.show(state, choices)
    state.publish()
    return how


how = flow()
below = st.container()
layers_work.download(how)
frame.about(state)
with below:
    layers_work.finish_bands(state, how, layers.wants_band(choices))
