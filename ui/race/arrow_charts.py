"""Arrows at the head of each path: downhill, what the method carries on, and the step it takes."""

import numpy as np

from ui.race.charts import reached
from ui.race.inspector import taken

# Memories that sum or average gradients, and so point somewhere.
CARRIED = ("velocity", "mean")
GRADIENT, MEMORY, STEP = "gradient", "memory", "step"


def arrows(optimizer, surface, run, at: int | None = None) -> dict:
    """A moving trace with the arrows of every row of a run, or of the row of step `at` alone.

    Where the step is -rate * (gradient + momentum * velocity), the gradient's part and the
    velocity's part are drawn as such and add up to the step. Elsewhere they tell their direction
    alone, and each is as long as the step.
    """
    last = int(run.ended)
    rows = reached(run) if at is None else slice(min(at, last), min(at, last) + 1)
    # A run that diverges goes beyond any number.
    with np.errstate(over="ignore", invalid="ignore"):
        found = {
            kind: (label, vectors[rows].astype(np.float32))
            for kind, (label, vectors) in _vectors(optimizer, surface, run).items()
        }
    return {
        "type": "scatter",
        "mode": "lines",
        "name": "",
        "x": run.points[rows, 0],
        "y": run.points[rows, 1],
        "meta": {
            "play": "arrows",
            "group": optimizer.name,
            "silent": True,
            "first": rows.start,
            "last": last,
            "arrows": [
                {"kind": kind, "label": label, "x": vectors[:, 0], "y": vectors[:, 1]}
                for kind, (label, vectors) in found.items()
            ],
        },
    }


def _vectors(optimizer, surface, run) -> dict[str, tuple[str, np.ndarray]]:
    """Label and vectors (rows, 2) in the units of the surface, by kind."""
    end = int(run.ended) + 1
    coming, memory = taken(optimizer, surface, run, end - 1)
    steps = np.concatenate([np.diff(run.points[:end], axis=0), coming[None]])
    found = {}
    carried = next((name for name in CARRIED if name in run.memory), None)
    if optimizer.stability:
        rates = np.append(run.rates, run.rates[-1])[:end, None]
        found[GRADIENT] = ("−gradient", -rates * run.seen[:end])
        if carried:
            found[MEMORY] = (carried, steps - found[GRADIENT][1])
    else:
        if "grad" in optimizer.uses:
            found[GRADIENT] = ("−gradient", _along(-run.seen[:end], steps))
        if carried:
            rows = np.concatenate([run.memory[carried][1:end], memory[carried][None]])
            found[MEMORY] = (carried, _along(-rows, steps))
    return found | {STEP: ("step", steps)}


def _along(directions: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """Vectors (rows, 2) of these directions, as long as the steps."""
    sizes = np.linalg.norm(directions, axis=-1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        units = np.where(sizes > 0, directions / sizes, 0.0)
        return units * np.linalg.norm(steps, axis=-1, keepdims=True)
