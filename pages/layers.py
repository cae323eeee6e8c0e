"""Layers: how gradients flow through a deep network, layer by layer."""

import streamlit as st

from ui.layers import choices as layers
from ui.layers import work as layers_work
from ui.layers.scenarios import SCENARIOS
from ui.lessons import lesson
from ui.state import Link

link = Link("layers")
layers.heading(link, SCENARIOS)
link.notices()
choices = layers.choose(link)


@link.fragment
def flow():
    how = layers.show(link, choices)
    link.publish()
    return how


how = flow()
below = st.container()
layers_work.download(how)
lesson("layers")
with below:
    layers_work.finish_bands(link, how, layers.wants_band(choices))
