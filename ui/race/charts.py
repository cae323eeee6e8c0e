"""A race: paths over the ground, loss and gradient norm beside them."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ui.figures import axis, layout, log_axis, log_range, track
from ui.ground import Ground, contour, minima
from ui.palette import OPTIMIZER_LOOKS

DEEPEST_END = 1e-32


def reached(run) -> slice:
    """The rows a run really has: after its end there is nothing to draw."""
    return slice(0, int(run.ended) + 1)


def paths(surface, ground: Ground, runs: dict, arrows: Sequence[dict] = ()) -> dict:
    """Contours, minima and one growing path per optimizer; `arrows` lie over all of them."""
    (x_low, x_high), (y_low, y_high) = surface.window
    tracks = [
        racer_track(name, "path", x=run.points[reached(run), 0], y=run.points[reached(run), 1])
        for name, run in runs.items()
    ]
    across = min(x_high - x_low, y_high - y_low)
    for path in tracks:
        path["meta"]["across"] = across
    x, y = surface.axes
    frame = layout(surface.name, margin=(44, 8, 10, 40), xaxis=axis(x, [x_low, x_high]),
                   yaxis=axis(y, [y_low, y_high]))  # fmt: skip
    return {"data": [contour(ground), minima(surface), *tracks, *arrows], "layout": frame}


def losses(runs: dict, floor: float | None, ground: Ground, steps: int) -> dict:
    """Loss against steps: its height above the lowest known loss on a log axis, or, where no
    minimum is known, the loss itself on the heights of the ground."""
    if floor is None:
        curves = {name: run.values[reached(run)] for name, run in runs.items()}
        figure = over_steps(curves, steps, "loss", "loss")
        heights = ground.heights
        figure["layout"]["yaxis"] = axis("loss", heights.values)
        return figure
    curves = {name: run.values[reached(run)] - floor for name, run in runs.items()}
    title = "loss" if floor == 0 else "loss above minimum"
    figure = over_steps(curves, steps, title, "loss")
    for trace in figure["data"]:
        trace["meta"] |= {"log": True, "across": 10, "offset": floor}
    return figure


def gradients(runs: dict, steps: int) -> dict:
    """Gradient norms against steps, log scale."""
    curves = {name: run.gradient_norms[reached(run)] for name, run in runs.items()}
    figure = over_steps(curves, steps, "gradient norm", "‖∇‖")
    for trace in figure["data"]:
        trace["meta"] |= {"log": True, "across": 10}
    return figure


def sweep(found: dict, floor: float | None) -> dict:
    """Final loss against learning rate, a curve per optimizer, with the rate it stands at.

    The best rates end lowest: what is below the axis, a loss of 0 too, lies on its lower end.
    """
    ends = {name: tried.final - (floor or 0.0) for name, (tried, _) in found.items()}
    span = log_range(ends.values(), deepest=DEEPEST_END)
    data = []
    for name, (tried, rate) in found.items():
        final = np.maximum(ends[name], 10.0 ** span[0])
        curve = racer_track(name, "still", x=tried.rates, y=final)
        at = np.interp(np.log(rate), np.log(tried.rates), final)
        here = racer_track(name, "still", x=np.array([rate]), y=np.array([at]))
        data += [curve, {**here, "mode": "markers"}]
    title = "final loss" if not floor else "final loss above minimum"
    rates = log_range([tried.rates for tried, _ in found.values()])
    return {"data": data, "layout": _log_layout(title, span, log_axis("learning rate", rates))}


def over_steps(curves: dict, steps: int, title: str, readout: str) -> dict:
    """A curve for each racer on a log axis; the legend reads its numbers out."""
    data = []
    for name, y in curves.items():
        trace = racer_track(name, "curve", y=y)
        trace["meta"]["readout"] = readout
        data.append(trace)
    reach = log_range(curves.values())
    return {"data": data, "layout": _log_layout(title, reach, axis("step", [0, max(steps, 1)]))}


def _log_layout(title: str, reach: list[float], xaxis: dict) -> dict:
    return layout("curves", margin=(64, 10, 14, 34), xaxis=xaxis, yaxis=log_axis(title, reach))


def racer_track(name: str, play: str, **places: Any) -> dict:
    """A line in the racer's own look."""
    return track(name, OPTIMIZER_LOOKS[name], play, **places)
