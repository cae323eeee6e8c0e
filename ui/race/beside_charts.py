"""What can stand beside the paths, over the steps: memories, steps, and the way through a valley.

At step t stands what is remembered after t steps, and the step that led there.
"""

from collections.abc import Callable

import numpy as np

from ui.figures import (
    axis,
    from_step_one,
    layout,
    level,
    log_axis,
    log_range,
    log_range_below_top,
    note,
)
from ui.race.charts import over_steps, racer_track, reached
from ui.race.valley import Valley

# The first coordinate is drawn thick, the others thinner.
WIDTHS = (2.6, 1.3)
COUNTER, CORRECTED = "count", "_hat"
DEEPEST = 14


def memories(surface, runs: dict, steps: int) -> dict[str, dict]:
    """A figure for each array that somebody remembers, by its name, with a curve per entry; what
    is corrected for its bias stands dotted beside what it was made from."""
    found: dict[str, list] = {}
    for name, run in runs.items():
        for memory, rows in run.memory.items():
            if memory == COUNTER:
                continue
            base = memory.removesuffix(CORRECTED)
            data = _entries(name, rows[reached(run)], surface.axes)
            for trace in data if base != memory else ():
                trace["name"] += ", corrected"
                trace["line"] |= {"dash": "dot"}
            found.setdefault(base, []).extend(data)
    return {memory: _figure(data, steps, memory.replace("_", " "))
            for memory, data in found.items()}  # fmt: skip


def _entries(name: str, rows: np.ndarray, axes: tuple[str, str]) -> list[dict]:
    """A curve for each entry of an array (rows, ...), named after its place."""
    places = [""]
    for size in rows.shape[1:]:
        letters = axes if size == len(axes) else [str(place + 1) for place in range(size)]
        places = [f"{place}{letter}" for place in places for letter in letters]
    if len(places) == 1:
        places = [""]
    columns = rows.reshape(len(rows), -1).T
    return [_curve(name, place, column, at)
            for at, (place, column) in enumerate(zip(places, columns, strict=True))]  # fmt: skip


def _curve(name: str, place: str, y: np.ndarray, at: int) -> dict:
    trace = racer_track(name, "curve", y=y)
    trace["name"] = f"{name} {place}".strip()
    trace["line"]["width"] = WIDTHS[min(at, 1)]
    return trace


def _figure(data: list[dict], steps: int, title: str) -> dict:
    """On a log axis what is nowhere below zero, for that is what spans decades."""
    finite = np.concatenate([trace["y"][np.isfinite(trace["y"])] for trace in data])
    if len(finite) and finite.min() >= 0 and finite.max() > 0:
        return _log_figure(data, steps, title)
    low, high = (float(finite.min()), float(finite.max())) if len(finite) else (-1.0, 1.0)
    edge = 0.06 * (high - low) or 1.0
    return _plain_figure(data, steps, title, [low - edge, high + edge])


def _log_figure(data: list[dict], steps: int, title: str) -> dict:
    rows = [trace["y"] for trace in data]
    for trace in data:
        trace["meta"] |= {"log": True, "across": 10}
    reach = log_range_below_top(rows, DEEPEST) if rows else log_range(rows)
    return {"data": data, "layout": _layout(steps, yaxis=log_axis(title, reach))}


def _plain_figure(data: list[dict], steps: int, title: str, reach: list[float]) -> dict:
    for trace in data:
        trace["meta"]["across"] = reach[1] - reach[0]
    return {"data": data, "layout": _layout(steps, yaxis=axis(title, reach), shapes=[level(0.0)])}


def _layout(steps: int, **parts) -> dict:
    xaxis = axis("step", [0, max(steps, 1)])
    return layout("curves", margin=(64, 10, 14, 34), xaxis=xaxis, **parts)


def step_lengths(runs: dict, steps: int) -> dict:
    """How long each step is."""
    curves = {
        name: from_step_one(np.linalg.norm(_steps(run), axis=-1)) for name, run in runs.items()
    }
    figure = over_steps(curves, steps, "step length", "‖Δ‖")
    for trace in figure["data"]:
        trace["meta"] |= {"log": True, "across": 10}
    return figure


def effective_rates(surface, runs: dict, steps: int) -> dict:
    """|step| / |gradient| of each coordinate: the rate it is really given."""
    data = []
    for name, run in runs.items():
        moves = _steps(run)
        with np.errstate(divide="ignore", invalid="ignore"):
            rates = np.abs(moves) / np.abs(run.seen[: len(moves)])
        rates = from_step_one(rates)
        data += [_curve(name, place, rates[:, at], at) for at, place in enumerate(surface.axes)]
    return _log_figure(data, steps, "effective rate")


def _steps(run) -> np.ndarray:
    """The steps (k, 2) that a run took."""
    with np.errstate(over="ignore", invalid="ignore"):
        return np.diff(run.points[reached(run)], axis=0)


def across(found: Valley, surface, runs: dict, steps: int) -> dict:
    """Where each is across the valley: 0 is its floor."""
    figure = _way(found.across, "across", 1, found, surface, runs, steps)
    text = _said(found)
    figure["layout"]["annotations"] = [
        note(text, 0.99, 0.98, size=11, xref="paper", yref="paper", xanchor="right", yanchor="top")
    ]
    return figure


def along(found: Valley, surface, runs: dict, steps: int) -> dict:
    """Where each is along the valley: 0 is the minimum."""
    return _way(found.along, "along", 0, found, surface, runs, steps)


def _said(found: Valley) -> str:
    where = "minimum" if found.known else "start"
    if found.round:
        return f"equally steep every way at the {where}"
    if found.exact:
        return "exact: the loss is quadratic"
    return f"axes of the Hessian at the {where}: true near it"


def _way(
    place: Callable[[np.ndarray], np.ndarray], word: str, which: int,
    found: Valley, surface, runs: dict, steps: int,
) -> dict:  # fmt: skip
    data = []
    for name, run in runs.items():
        trace = racer_track(name, "curve", y=place(run.points[reached(run)]))
        trace["meta"]["readout"] = word
        data.append(trace)
    # Who flies off is not to press all others flat.
    window = np.stack(np.meshgrid(*surface.window), axis=-1).reshape(-1, 2)
    widest = float(np.abs(place(window)).max())
    seen = [trace["y"][np.abs(trace["y"]) <= widest] for trace in data]
    most = max((float(np.abs(y).max()) for y in seen if len(y)), default=1.0) or 1.0
    title = f"{word} (curvature {found.curvatures[which]:.3g})".replace("-", "−")
    return _plain_figure(data, steps, title, [-1.08 * most, 1.08 * most])


def nothing(text: str, steps: int) -> dict:
    """A plot that only says why it is empty."""
    figure = _plain_figure([], steps, "", [-1.0, 1.0])
    figure["layout"]["annotations"] = [note(text, 0.5, 0.5, xref="paper", yref="paper")]
    return figure
