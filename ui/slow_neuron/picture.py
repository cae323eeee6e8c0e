"""A slow neuron in small: the output of each over the steps."""

import numpy as np

from ui.address import Address
from ui.slow_neuron import choices
from ui.slow_neuron.charts import LOOKS
from ui.thumbnail import Stroke


def picture(state: Address):
    start, _ = choices.set_up(state)
    runs = [choices.run(neuron, start) for neuron in state["neurons"]]
    lines = [
        Stroke(
            LOOKS[run.neuron.name]["colour"],
            np.column_stack([np.arange(len(run.outputs)), run.outputs]),
        )
        for run in runs
    ]
    return lines, ((0.0, float(start.steps)), (0.0, 1.0))
