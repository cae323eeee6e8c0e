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
def heard():
    setup, boards = choices.set_up(state)
    responses = setup.responses()
    panels, known = choices.panels(state, setup, responses)
    stage(
        panels,
        key="steps.stage",
        clock=Clock(setup.steps, state.clock(range(setup.steps + 1)), opens=3),
        legend=[legend(name, OPTIMIZER_LOOKS[name]) for name in responses],
        boards=boards,
        words=words.told(setup, responses, state["view"], known) if state.settled else None,
        table=words.table(setup, responses) if state.settled else None,
        lesson=telling(state, lambda: facts(setup, responses)) if state.settled else None,
        columns=choices.columns(panels),
        on_change=lambda change: choices.hear(state, change),
        live=not state.settled,
    )
    return setup, responses


setup, responses = heard()
if drawer := frame.details(state, "steps.stage"):
    with drawer:
        details.laws(setup)
        details.inspector(state, setup, responses)
        details.downloads(setup, responses)
        frame.about(state)
state.publish()
