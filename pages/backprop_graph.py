"""Backprop graph: values forward, gradients back, a number on every edge."""

from ui import frame
from ui.backprop_graph import choices
from ui.backprop_graph.parameters import PARAMETERS
from ui.lessons import telling
from ui.live.stage import stage
from ui.state import PageState

state = PageState("backprop_graph", PARAMETERS)
notes = frame.status()
with frame.row(state):
    choices.choose(state, notes)


@state.live
def live():
    scene = choices.scene(state)
    stage(
        scene.panels,
        key="backprop_graph.stage",
        clock=scene.clock,
        handles=scene.handles,
        legend=scene.legend,
        boards=scene.boards,
        words=scene.words() if state.settled else None,
        table=scene.table() if state.settled else None,
        lesson=telling(state, scene.facts) if state.settled else None,
        columns=scene.columns,
        on_change=state.take,
        live=not state.settled,
    )
    return scene


scene = live()
if drawer := frame.details(state, "backprop_graph.stage"):
    with drawer:
        choices.downloads(scene)
        frame.about(state)
state.publish()
