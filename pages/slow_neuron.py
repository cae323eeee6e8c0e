"""The slow output neuron: one sigmoid unit, badly wrong, under two losses."""

import streamlit as st

from ui import controls, slow_neuron
from ui.charts import slow_neuron_words as words
from ui.charts.palette import legend
from ui.charts.slow_neuron import LOOKS
from ui.lessons import lesson
from ui.link import Link
from ui.live.stage import Clock, stage
from ui.scenarios.slow_neuron import SCENARIOS

link = Link("neuron")
st.markdown("#### The slow output neuron: the more wrong it is, the less it learns")
controls.scenarios(link, SCENARIOS)
link.notices()
neurons = slow_neuron.choose(link)


@link.live
def live():
    start, boards = slow_neuron.set_up(link)
    runs = [slow_neuron.run(neuron, start) for neuron in neurons]
    stage(
        slow_neuron.panels(runs, start),
        key="neuron.stage",
        clock=Clock(start.steps, slow_neuron.place(link, start)),
        handles=[slow_neuron.handle(start)],
        legend=[legend(run.neuron.name, LOOKS[run.neuron.name]) for run in runs],
        boards=boards,
        words=words.summary(runs),
        table=words.results(runs) if link.settled else None,
        columns="minmax(0, 1fr) minmax(0, 1fr)",
        on_change=lambda change: slow_neuron.hear(link, start, change),
        live=not link.settled,
    )
    return runs


slow_neuron.download(live())
lesson("slow_neuron")
link.publish()
