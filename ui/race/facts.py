"""What a lesson may say of a race: numbers and words by name, all made from its runs."""

import numpy as np

from optcore.knobs import knobs
from ui.parameters import slug
from ui.race.valley import Valley, valley
from ui.race.words import arrival, floor_of


def facts(race, runs: dict) -> dict[str, float | str | None]:
    """Facts of a race; a racer's begin with its name as links write it: `adam.loss`."""
    surface = race.surface
    below = valley(surface, race.start)
    flattest, steepest = map(float, below.curvatures)
    found: dict[str, float | str | None] = {
        "steps": race.steps,
        "tolerance": race.tolerance,
        "floor": floor_of(surface),
        "steepest": steepest,
        "flattest": flattest,
        "limit": 2 / steepest if steepest > 0 else None,
        "condition": steepest / flattest if flattest > 0 else None,
        "start.x": race.start[0],
        "start.y": race.start[1],
    }
    found |= {f"surface.{name}": getattr(surface, name) for name in knobs(surface)}
    ends = {}
    for optimizer in race.optimizers:
        own = _racer(race, optimizer, runs[optimizer.name], below)
        found |= {f"{slug(optimizer.name)}.{name}": fact for name, fact in own.items()}
        ends[optimizer.name] = own
    found["lowest"] = _least(ends, "loss")
    found["nearest"] = _least(ends, "distance")
    found["first"] = _least(ends, "arrival")
    return found


def _racer(race, optimizer, run, below: Valley) -> dict[str, float | str | None]:
    surface, last = race.surface, int(run.ended)
    points = run.points[: last + 1]
    moves = np.diff(points, axis=0)
    lengths = np.sqrt((moves**2).sum(axis=-1)) if last else np.zeros(1)
    step = arrival(run, floor_of(surface), race.tolerance)
    across = below.across(points)
    steep = run.grads[0] / np.maximum(np.abs(run.grads[0]), 1e-300)
    first = moves[0] if last else np.zeros(2)
    rate = getattr(optimizer, "learning_rate", None)
    own: dict[str, float | str | None] = {
        name: getattr(optimizer, name) for name in knobs(optimizer)
    }
    own |= {
        "rate": rate,
        "limit": float(run.limit) if np.isfinite(run.limit) else None,
        "loss": float(run.last_value),
        "lowest_loss": float(np.nanmin(run.values)),
        "distance": float(surface.distance_to_minimum(run.last)),
        "arrival": step,
        "arrives": "yes" if step is not None else "no",
        "fate": _fate(run, step),
        "gradient_start": float(run.gradient_norms[0]),
        "gradient": float(run.gradient_norms[last]),
        "flips": int((across[:-1] * across[1:] < 0).sum()),
        "longest": float(np.max(lengths)),
        "longest_at": int(np.argmax(lengths)),
        "travelled": float(lengths.sum()),
        "first_x": float(abs(first[0])),
        "first_y": float(abs(first[1])),
        "first_along": "yes" if (first * -steep > 0).all() else "no",
        "end_x": float(points[-1][0]),
        "end_y": float(points[-1][1]),
    }
    if rate:
        own["first_rates"] = float(abs(first[0])) / rate
    if first[0]:
        own["first_ratio"] = float(abs(first[1]) / abs(first[0]))
    return own


def _fate(run, arrival_step) -> str:
    if bool(run.diverged) or run.last_value > run.values[0]:
        return "diverges"
    return "arrives" if arrival_step is not None else "still on its way"


def _least(ends: dict, name: str) -> str | None:
    known = {racer: own[name] for racer, own in ends.items()
             if own[name] is not None and not np.isnan(own[name])}  # fmt: skip
    return min(known, key=lambda racer: known[racer]) if known else None
