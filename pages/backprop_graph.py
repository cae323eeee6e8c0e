"""Backprop graph: values forward, gradients back, a number on every edge."""

from ui import frame
from ui.backprop_graph import choices
from ui.backprop_graph.parameters import PARAMETERS
from ui.scene import downloads, show
from ui.state import PageState

state = PageState("backprop_graph", PARAMETERS)
notes = frame.status()
with frame.row(state):
    choices.choose(state, notes)


@state.live
def live():
    scene = choices.scene(state)
    show(scene, state)
    return scene


scene = live()
if drawer := frame.details(state, "backprop_graph.stage"):
    with drawer:
        downloads(scene, state.page)
        frame.about(state)
state.publish()
