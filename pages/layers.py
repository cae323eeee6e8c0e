"""Layers: how gradients flow through a deep network, layer by layer."""

from ui import frame
from ui.layers import choices, close_up, work
from ui.layers.parameters import PARAMETERS
from ui.state import PageState

state = PageState("layers", PARAMETERS)
with frame.row(state):
    chosen = choices.choose(state)


@state.fragment
def flow():
    how = choices.show(state, chosen)
    state.publish()
    return how


how = flow()
if drawer := frame.details(state, "layers.stage"):
    with drawer:
        work.download(how)
        close_up.one_by_one(state, how.shown)
        close_up.activations(how.shown)
        frame.about(state)
with frame.status():
    work.finish_bands(state, how, choices.wants_band(chosen))
