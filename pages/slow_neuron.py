"""The slow output neuron: one sigmoid unit, badly wrong, under two losses."""

from ui import frame
from ui.lessons import telling
from ui.live.stage import Clock, stage
from ui.palette import legend
from ui.slow_neuron import choices, words
from ui.slow_neuron.charts import LOOKS
from ui.slow_neuron.facts import facts
from ui.slow_neuron.parameters import PARAMETERS
from ui.state import PageState

state = PageState("slow_neuron", PARAMETERS)
with frame.row(state):
    neurons = choices.choose(state)


@state.live
def live():
    start, boards = choices.set_up(state)
    runs = [choices.run(neuron, start) for neuron in neurons]
    stage(
        choices.panels(runs, start),
        key="slow_neuron.stage",
        clock=Clock(start.steps, state.clock(range(start.steps + 1))),
        handles=[choices.handle(start)],
        legend=[legend(run.neuron.name, LOOKS[run.neuron.name]) for run in runs],
        boards=boards,
        words=words.summary(runs),
        table=words.results(runs) if state.settled else None,
        lesson=telling(state, lambda: facts(runs, start)),
        columns="minmax(0, 1fr) minmax(0, 1fr)",
        on_change=state.take,
        live=not state.settled,
    )
    return runs


runs = live()
if drawer := frame.details(state, "slow_neuron.stage"):
    with drawer:
        choices.download(runs)
        frame.about(state)
state.publish()
