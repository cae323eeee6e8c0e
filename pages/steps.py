"""Steps: what an optimizer makes of a stream of gradients."""

from ui import frame
from ui.lessons import telling
from ui.live.stage import Clock, stage
from ui.palette import OPTIMIZER_LOOKS, legend
from ui.state import PageState
from ui.steps import choices, details, words
from ui.steps.facts import facts
from ui.steps.parameters import PARAMETERS

state = PageState("steps", PARAMETERS)
with frame.row(state, opened_by=("inspect",)):
    choices.choose(state)


@state.live
def live():
    playing, boards = choices.set_up(state)
    responses = playing.responses()
    panels, known = choices.panels(state, playing, responses)
    stage(
        panels,
        key="steps.stage",
        clock=Clock(playing.steps, state.clock(range(playing.steps + 1)), opens=3),
        legend=[legend(name, OPTIMIZER_LOOKS[name]) for name in responses],
        boards=boards,
        words=words.by_step(playing, responses, state["view"], known) if state.settled else None,
        table=words.table(playing, responses) if state.settled else None,
        lesson=telling(state, lambda: facts(playing, responses)),
        columns=choices.columns(panels),
        on_change=lambda change: choices.take(state, change),
        live=not state.settled,
    )
    return playing, responses


playing, responses = live()
if drawer := frame.details(state, "steps.stage"):
    with drawer:
        details.laws(playing)
        details.inspector(state, playing, responses)
        details.downloads(playing, responses)
        frame.about(state)
state.publish()
