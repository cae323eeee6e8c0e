"""The slow neuron in words and in a table, both made from its numbers."""

from collections.abc import Sequence
from html import escape

from optcore.training.neuron import NeuronRun
from ui.slow_neuron.charts import formula
from ui.training.words import written


def summary(runs: Sequence[NeuronRun]) -> str:
    """Where each neuron comes from and gets to, and how its first gradient is made."""
    if not runs:
        return "No neuron is shown: choose one or more above."
    return "\n".join(_sentence(run) for run in runs)


def places(value: float) -> str:
    """Four decimal places, or the digits of a number that these would turn into 0 or 1."""
    rounded = f"{value:.4f}"
    if rounded == "1.0000" and value != 1:
        return f"1 − {written(1 - value)}" if value < 1 else f"1 + {written(value - 1)}"
    return written(value) if float(rounded) == 0 else rounded


def _sentence(run: NeuronRun) -> str:
    name, last = run.neuron.name, len(run.outputs) - 1
    if run.run.diverged:
        return f"{name}: {run.run.status}"
    path = f"{name}: output {places(run.outputs[0])} to {places(run.outputs[-1])} in {last} steps."
    if run.errors[0] == 0:
        return f"{path} It starts on its target, so there is nothing to learn."
    if not run.deltas.any():
        return f"{path} Its gradient is exactly 0 at every step: with z below 0 it is dead."
    factors = f"its error {written(run.errors[0])}"
    if run.neuron.keeps_slope:
        factors += f" times the slope {written(run.slopes[0])}"
    half = run.half_way
    pace = f"half of the error is gone after {half} steps"
    if half is None:
        pace = f"after {last} steps less than half of the error is gone"
    return f"{path} The first gradient is {written(run.deltas[0])}, {factors}; {pace}."


def results(runs: Sequence[NeuronRun]) -> str:
    """The neurons as an HTML table."""
    heads = ("Neuron", "dL/dz", "first a", "last a", "first error", "first slope",
             "first dL/dz", "steps to half the error")  # fmt: skip
    cells = "".join(f'<th scope="col">{head}</th>' for head in heads)
    rows = "".join(map(_row, runs))
    return f"<table><thead><tr>{cells}</tr></thead><tbody>{rows}</tbody></table>" if runs else ""


def _row(run: NeuronRun) -> str:
    half = run.half_way
    cells = (
        formula(run.neuron),
        places(run.outputs[0]),
        places(run.outputs[-1]),
        written(run.errors[0]),
        written(run.slopes[0]),
        written(run.deltas[0]),
        "not reached" if half is None else str(half),
    )
    row = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
    return f'<tr><th scope="row">{escape(run.neuron.name)}</th>{row}</tr>'
