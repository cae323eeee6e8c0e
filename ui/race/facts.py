"""What a lesson may say of a race: numbers and words by name, all made from its runs."""

import numpy as np

from optcore.knobs import knobs
from ui.ground import floor_of
from ui.parameters import slug
from ui.race.valley import Valley, valley
from ui.race.words import arrival


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
    own |= _parts(run, below, moves)
    if rate:
        own["best_momentum"] = below.best_momentum(rate)
        own["first_rates"] = float(abs(first[0])) / rate
    if first[0]:
        own["first_ratio"] = float(abs(first[1]) / abs(first[0]))
    return own


def _parts(run, below: Valley, moves: np.ndarray) -> dict[str, float | str | None]:
    """Steps and gradients across and along the valley; the sum of the gradients that were
    followed, and beside it that of their sizes."""
    gradients = run.seen[: len(moves)] @ below.directions
    sums, sizes = np.abs(gradients.sum(axis=0)), np.abs(gradients).sum(axis=0)
    turns = [float(np.degrees(np.arctan2(*np.abs(move @ below.directions)[::-1])))
             for move in moves[:2]]  # fmt: skip
    first, grad = (np.abs(rows[0]) if len(moves) else np.zeros(2) for rows in (moves, run.seen))
    return {
        "sum_along": float(sums[0]),
        "sum_across": float(sums[1]),
        "sizes_along": float(sizes[0]),
        "sizes_across": float(sizes[1]),
        "adds_up": _adding(*(sums / np.maximum(sizes, 1e-300))),
        "turn_1": turns[0] if turns else None,
        "turn_2": turns[1] if len(turns) > 1 else None,
        "gradient_x": float(grad[0]),
        "gradient_y": float(grad[1]),
        "effective_x": float(first[0] / grad[0]) if grad[0] else None,
        "effective_y": float(first[1] / grad[1]) if grad[1] else None,
        "first_degrees": float(np.degrees(np.arctan2(first[1], first[0]))),
    }


def _adding(along: float, across: float) -> str:
    """What adds up of gradients of which these shares are left in the sum."""
    most = 0.5
    if along > most:
        return "both" if across > most else "along"
    return "across" if across > most else "neither"


def _fate(run, arrival_step) -> str:
    if bool(run.diverged) or run.last_value > run.values[0]:
        return "diverges"
    return "arrives" if arrival_step is not None else "still on its way"


def _least(ends: dict, name: str) -> str | None:
    known = {racer: own[name] for racer, own in ends.items()
             if own[name] is not None and not np.isnan(own[name])}  # fmt: skip
    return min(known, key=lambda racer: known[racer]) if known else None
