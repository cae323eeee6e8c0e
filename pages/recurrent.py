"""Recurrent: the same matrix, again and again."""

from ui import frame, work
from ui.lessons import telling
from ui.live.stage import stage
from ui.recurrent import choices, net
from ui.recurrent.parameters import NET, PARAMETERS
from ui.state import PageState

state = PageState("recurrent", PARAMETERS)
with frame.row(state):
    choices.choose(state)
    records = net.finish(state) if state["view"] == NET else []


@state.live
def shown():
    scene = choices.scene(state, records)
    stage(
        scene.panels,
        key="recurrent.stage",
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


scene = shown()
if drawer := frame.details(state, "recurrent.stage"):
    with drawer:
        net.check(records)
        choices.downloads(scene)
        frame.about(state)
state.publish()
work.go_on(state)
