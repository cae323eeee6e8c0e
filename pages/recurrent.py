"""Recurrent: the same matrix, again and again."""

from ui import frame, work
from ui.recurrent import choices, net
from ui.recurrent.parameters import NET, PARAMETERS
from ui.scene import downloads, show
from ui.state import PageState

state = PageState("recurrent", PARAMETERS)
with frame.row(state):
    choices.choose(state)
with frame.status():
    records = net.finish(state) if state["view"] == NET else []


@state.live
def shown():
    scene = choices.scene(state, records)
    show(scene, state)
    return scene


scene = shown()
if drawer := frame.details(state, "recurrent.stage"):
    with drawer:
        net.check(records)
        downloads(scene, state.page)
        frame.about(state)
state.publish()
work.go_on(state)
