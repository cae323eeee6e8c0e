"""Layers: how gradients flow through a deep network, layer by layer."""

from ui import frame
from ui.layers import choices as layers
from ui.layers import work as layers_work
from ui.layers.parameters import PARAMETERS
from ui.state import PageState

state = PageState("layers", PARAMETERS)
with frame.row(state):
    choices = layers.choose(state)


@state.fragment
def flow():
    how = layers.show(state, choices)
    state.publish()
    return how


how = flow()
if drawer := frame.details(state, "layers.stage"):
    with drawer:
        layers_work.download(how)
        frame.about(state)
with frame.status():
    layers_work.finish_bands(state, how, layers.wants_band(choices))
