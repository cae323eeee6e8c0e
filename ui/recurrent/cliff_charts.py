"""The cliff: two paths over its ground, their losses, and their gradients before and after."""

from typing import Any

import numpy as np

from ui.figures import log_range_below_top, track
from ui.ground import contour
from ui.palette import HUES
from ui.recurrent.figures import curve, layout, line

LOOKS = {
    "Unclipped": {"colour": HUES[1], "dash": "dash", "symbol": "square"},
    "Clipped": {"colour": HUES[0], "dash": "solid", "symbol": "circle"},
}


def paths(case) -> dict[str, Any]:
    """Both paths over the loss; what is thrown beyond the window leaves the picture."""
    (x_low, x_high), (y_low, y_high) = case.surface.window
    tracks = []
    for name, run in case.runs.items():
        x, y = run.points[: int(run.ended) + 1].T
        tracks.append(track(name, LOOKS[name], "path", width=2.6, x=x, y=y))
        tracks[-1]["meta"]["across"] = x_high - x_low
    figure = layout("Loss after T steps of one unit", "w", [x_low, x_high], [y_low, y_high], y="b")
    return {"data": [contour(case.ground), *tracks], "layout": figure}


def losses(case) -> dict[str, Any]:
    """The loss over the steps of both."""
    data = [curve(name, LOOKS[name], _reached(run, run.values), "loss", group=name)
            for name, run in case.runs.items()]  # fmt: skip
    return _logarithmic(case, data, "Loss")


def gradients(case) -> dict[str, Any]:
    """The norm of the gradient, and broad and pale what is left of it after clipping."""
    data = []
    for name, run in case.runs.items():
        norms = _reached(run, run.gradient_norms)
        seen = _reached(run, np.sqrt((run.seen**2).sum(axis=-1)))
        if name == "Clipped":
            after = line(LOOKS[name]["colour"], seen, name="after clipping", width=8, opacity=0.3)
            after["meta"] |= {"group": name, "ahead": 1.0}
            data.append(after)
        data.append(curve(name, LOOKS[name], norms, "‖∇‖", group=name))
    return _logarithmic(case, data, "Gradient norm; broad and pale: after clipping")


def _reached(run, values: np.ndarray) -> np.ndarray:
    return values[: int(run.ended) + 1]


def _logarithmic(case, data: list[dict], title: str) -> dict[str, Any]:
    for trace in data:
        trace["meta"] |= {"log": True, "across": 10}
    bounds = log_range_below_top([trace["y"] for trace in data], 10)
    figure = layout(title, "step", [0, case.descent.steps], bounds, log=True)
    return {"data": data, "layout": figure}
