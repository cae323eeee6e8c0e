"""What a lesson may say of the neurons: numbers and words by name, all made from their runs."""

from collections.abc import Sequence

import numpy as np

from optcore.training.neuron import NeuronRun, NeuronStart
from ui.parameters import slug


def facts(runs: Sequence[NeuronRun], start: NeuronStart) -> dict[str, float | str | None]:
    """Facts of each neuron by its name as links write it: `squared-error.last`."""
    found: dict[str, float | str | None] = {
        "steps": start.steps,
        "rate": start.learning_rate,
        "target": start.y,
        "x": start.x,
        "w": start.w,
        "b": start.b,
    }
    for run in runs:
        own = _neuron(run)
        found |= {f"{slug(run.neuron.name)}.{name}": fact for name, fact in own.items()}
    halves = {run.neuron.name: run.half_way for run in runs if run.half_way is not None}
    found["first_half"] = min(halves, key=lambda name: halves[name]) if halves else None
    return found


def _neuron(run: NeuronRun) -> dict[str, float | str | None]:
    last = len(run.errors) - 1
    error = float(abs(run.errors[0]))
    left = float(abs(run.errors[-1])) / error if error else None
    steepest = int(np.argmax(np.abs(run.deltas)))
    return {
        "z": float(run.z[0]),
        "first": float(run.outputs[0]),
        "last": float(run.outputs[-1]),
        "error": error,
        "slope": float(run.slopes[0]),
        "delta": float(abs(run.deltas[0])),
        "half": run.half_way,
        "halves": "yes" if run.half_way is not None else "no",
        "moves": "yes" if run.deltas.any() else "no",
        "left": left,
        "gone": None if left is None else 1 - left,
        "steepest_at": steepest,
        "steepest_output": float(run.outputs[steepest]),
        "steepest_delta": float(abs(run.deltas[steepest])),
        "kept": float(run.errors[1] / run.errors[0]) if last and error else None,
    }
