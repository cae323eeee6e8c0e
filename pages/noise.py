"""Noise: where the gradient that an optimizer sees is not the gradient."""

from ui import frame, work
from ui.noise import choices
from ui.noise.parameters import PARAMETERS
from ui.scene import downloads, show
from ui.state import PageState

state = PageState("noise", PARAMETERS)
with frame.row(state):
    choices.choose(state)
status = frame.status()


@state.live
def shown():
    scene = choices.scene(state)
    show(scene, state)
    return scene


scene = shown()
if drawer := frame.details(state, "noise.stage"):
    with drawer:
        downloads(scene, state.page)
        frame.about(state)
with status:
    choices.finish(state)
state.publish()
work.go_on(state)
