"""The slow neuron in words and in a table, both made from its numbers."""

from collections.abc import Sequence

from optcore.training.neuron import NeuronRun
from ui.prose import csv_text, number, spelled, table
from ui.slow_neuron.charts import formula


def summary(runs: Sequence[NeuronRun]) -> str:
    """Where each neuron comes from and gets to, and how its first gradient is made."""
    if not runs:
        return "No neuron is shown: choose one or more above."
    return "\n".join(_sentence(run) for run in runs)


def places(value: float) -> str:
    """Four digits, or how far it is from 1 where these would say that it is there."""
    text = number(value, 4)
    if text != "1" or value == 1:
        return text
    return f"1 − {number(1 - value)}" if value < 1 else f"1 + {number(value - 1)}"


def _sentence(run: NeuronRun) -> str:
    name, last = run.neuron.name, len(run.outputs) - 1
    if run.run.diverged:
        return f"{name}: {spelled(run.run.status)}"
    path = f"{name}: output {places(run.outputs[0])} to {places(run.outputs[-1])} in {last} steps."
    if run.errors[0] == 0:
        return f"{path} It starts on its target, so there is nothing to learn."
    if not run.deltas.any():
        return f"{path} Its gradient is exactly 0 at every step: with z below 0 it is dead."
    factors = f"its error {number(run.errors[0])}"
    if run.neuron.keeps_slope:
        factors += f" times the slope {number(run.slopes[0])}"
    half = run.half_way
    pace = f"half of the error is gone after {half} steps"
    if half is None:
        pace = f"after {last} steps less than half of the error is gone"
    return f"{path} The first gradient is {number(run.deltas[0])}, {factors}; {pace}."


def results(runs: Sequence[NeuronRun]) -> str:
    """The neurons as an HTML table."""
    heads = ("Neuron", "dL/dz", "first a", "last a", "first error", "first slope",
             "first dL/dz", "steps to half the error")  # fmt: skip
    return table(heads, map(_row, runs), named=True)


def _row(run: NeuronRun) -> list[str]:
    half = run.half_way
    return [
        run.neuron.name,
        formula(run.neuron),
        places(run.outputs[0]),
        places(run.outputs[-1]),
        number(run.errors[0]),
        number(run.slopes[0]),
        number(run.deltas[0]),
        "not reached" if half is None else str(half),
    ]


def every_step(runs: Sequence[NeuronRun]) -> str:
    """A row per neuron and step as CSV."""
    heads = ["neuron", "step", "w", "b", "z", "output", "error", "slope", "dL_dz", "loss"]
    rows = []
    for each in runs:
        columns = (each.z, each.outputs, each.errors, each.slopes, each.deltas, each.run.values)
        for step, (point, *rest) in enumerate(zip(each.run.points, *columns, strict=False)):
            rows.append([each.neuron.name, step, *point, *rest])
    return csv_text(heads, rows)
