"""A race in words and in a table, both made from its numbers."""

import numpy as np

from ui.ground import floor_of
from ui.prose import cell, number, spelled, table

ENDING = "How it ended"


def arrival(run, floor: float | None, tolerance: float) -> int | None:
    """The first step within the tolerance of the lowest known loss; None if never.

    Where no minimum is known, arrival is a gradient norm below the tolerance.
    """
    with np.errstate(invalid="ignore"):
        near = run.gradient_norms <= tolerance if floor is None else run.values - floor <= tolerance
    return int(np.argmax(near)) if near.any() else None


def summary(runs: dict, race) -> str:
    """Who came lowest, who arrived first, who diverged; then what changed the race for all."""
    surface, tolerance = race.surface, race.tolerance
    if not runs:
        return "Nobody races yet: choose one or more optimizers above."
    floor = floor_of(surface)
    going = {name: run for name, run in runs.items() if not run.diverged}
    parts = []
    if going:
        best = min(going, key=lambda name: going[name].last_value)
        run = going[best]
        ends = "ends lowest, at" if len(runs) > 1 else "ends at"
        parts.append(f"{best} {ends} a loss of {number(run.last_value, 4)}")
        if floor is not None:
            away = float(surface.distance_to_minimum(run.last))
            parts[0] += f", {number(away, 4)} from the nearest minimum"
        parts[0] += "."
    arrivals = {name: arrival(run, floor, tolerance) for name, run in runs.items()}
    arrived = {name: step for name, step in arrivals.items() if step is not None}
    if arrived:
        first = min(arrived, key=lambda name: arrived[name])
        near = "to a gradient norm of {}" if floor is None else "within {} of the lowest loss"
        steps = _steps(arrived[first])
        parts.append(f"First {near.format(number(tolerance))}: {first}, after {steps}.")
    elif going:
        parts.append(f"Nobody comes within the tolerance of {number(tolerance)}.")
    parts += [f"{name}: {spelled(run.status)}" for name, run in runs.items() if run.diverged]
    return " ".join([*parts, race.conditions.note(race.optimizers)]).strip()


def results(runs: dict, race) -> str:
    """The results as an HTML table."""
    surface, tolerance = race.surface, race.tolerance
    floor = floor_of(surface)
    heads = ["Optimizer", "Rate", "Final loss", "Distance to minimum",
             f"Steps to {number(tolerance)}", "Gradients"]  # fmt: skip
    rows = []
    for optimizer in race.optimizers:
        run = runs[optimizer.name]
        step = arrival(run, floor, tolerance)
        rows.append([
            optimizer.name,
            cell(getattr(optimizer, "learning_rate", np.nan), 4),
            cell(run.last_value, 4),
            cell(float(surface.distance_to_minimum(run.last)), 4),
            "not reached" if step is None else str(step),
            _gradients(optimizer, run),
            spelled(run.status),
        ])  # fmt: skip
    return table([*heads, ENDING], rows, words=[ENDING])


def _gradients(optimizer, run) -> str:
    if "grad" not in optimizer.uses:
        return "none"
    return f"{int(run.gradient_evaluations[int(run.ended)])}"


def _steps(count: int) -> str:
    return "1 step" if count == 1 else f"{count} steps"
