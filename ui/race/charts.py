"""A race: paths over the ground, loss and gradient norm beside them."""

import numpy as np

from ui.ground import Ground, contour, minima, sheet
from ui.palette import OPTIMIZER_LOOKS

DEEPEST_END = 1e-32


def reached(run) -> slice:
    """The rows a run really has: after its end there is nothing to draw."""
    return slice(0, int(run.ended) + 1)


def paths(surface, land: Ground, runs: dict) -> dict:
    """Contours, minima and one growing path per optimizer."""
    (x_low, x_high), (y_low, y_high) = surface.window
    tracks = [
        _track(name, "path", x=run.points[reached(run), 0], y=run.points[reached(run), 1])
        for name, run in runs.items()
    ]
    across = min(x_high - x_low, y_high - y_low)
    for track in tracks:
        track["meta"]["across"] = across
    layout = {
        "uirevision": surface.name,
        "margin": {"l": 44, "r": 8, "t": 10, "b": 40},
        "showlegend": False,
        "dragmode": "zoom",
        "xaxis": {"title": {"text": surface.axes[0]}, "range": [x_low, x_high], "zeroline": False},
        "yaxis": {"title": {"text": surface.axes[1]}, "range": [y_low, y_high], "zeroline": False},
    }
    return {"data": [contour(land), minima(surface), *tracks], "layout": layout}


def hills(surface, land: Ground, runs: dict) -> dict:
    """The same as a 3-D sheet with the paths on it."""
    tracks = []
    for name, run in runs.items():
        look, rows = OPTIMIZER_LOOKS[name], reached(run)
        height = land.heights.of(run.values[rows])
        shown = _inside(land, run.points[rows], height)
        dash = look["dash"] if look["dash"] != "longdash" else "longdashdot"
        tracks.append(
            {
                "type": "scatter3d",
                "mode": "lines",
                "name": name,
                "x": np.where(shown, run.points[rows, 0], np.nan),
                "y": np.where(shown, run.points[rows, 1], np.nan),
                "z": height,
                "line": {"color": look["colour"], "width": 7, "dash": dash},
                "hoverinfo": "name",
                "meta": {"play": "path", "group": name},
            }
        )
    at, text = land.heights.ticks()
    (x, y) = surface.axes
    layout = {
        "uirevision": surface.name,
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
        "showlegend": False,
        "scene": {
            "xaxis": {"title": {"text": x}},
            "yaxis": {"title": {"text": y}},
            "zaxis": {"title": {"text": "loss"}, "tickvals": at, "ticktext": text},
            "camera": {
                "eye": {"x": -1.55, "y": -1.8, "z": 1.2},
                "center": {"x": 0, "y": 0, "z": -0.12},
            },
            "aspectmode": "cube",
        },
    }
    return {"data": [sheet(land), minima(surface, land), *tracks], "layout": layout}


def losses(runs: dict, floor: float | None, land: Ground, steps: int) -> dict:
    """Loss against steps: its height above the lowest known loss on a log axis, or, where no
    minimum is known, the loss itself on the heights of the ground."""
    if floor is None:
        curves = {name: run.values[reached(run)] for name, run in runs.items()}
        figure = _curves(curves, steps, "loss", "loss")
        heights = land.heights
        figure["layout"]["yaxis"] = {"title": {"text": "loss"}, "range": heights.values}
        return figure
    curves = {name: run.values[reached(run)] - floor for name, run in runs.items()}
    title = "loss" if floor == 0 else "loss above minimum"
    figure = _curves(curves, steps, title, "loss")
    for trace in figure["data"]:
        trace["meta"] |= {"log": True, "across": 10, "offset": floor}
    return figure


def gradients(runs: dict, steps: int) -> dict:
    """Gradient norms against steps, log scale."""
    curves = {name: run.gradient_norms[reached(run)] for name, run in runs.items()}
    figure = _curves(curves, steps, "gradient norm", "‖∇‖")
    for trace in figure["data"]:
        trace["meta"] |= {"log": True, "across": 10}
    return figure


def sweep(found: dict, floor: float | None) -> dict:
    """Final loss against learning rate, a curve per optimizer, with the rate it stands at.

    The best rates end lowest: what is below the axis, a loss of 0 too, lies on its lower end.
    """
    ends = {name: tried.final - (floor or 0.0) for name, (tried, _) in found.items()}
    span = decades(list(ends.values()), deepest=DEEPEST_END)
    data = []
    for name, (tried, rate) in found.items():
        final = np.maximum(ends[name], 10.0 ** span[0])
        curve = _track(name, "still", x=tried.rates, y=final)
        at = np.interp(np.log(rate), np.log(tried.rates), final)
        here = _track(name, "still", x=np.array([rate]), y=np.array([at]))
        data += [curve, {**here, "mode": "markers"}]
    layout = _log_layout("final loss" if not floor else "final loss above minimum", span)
    rates = decades([tried.rates for tried, _ in found.values()])
    layout["xaxis"] = {**layout["yaxis"], "title": {"text": "learning rate"}, "range": rates,
                       "dtick": 1}  # fmt: skip
    return {"data": data, "layout": layout}


def _curves(curves: dict, steps: int, title: str, readout: str) -> dict:
    data = []
    for name, y in curves.items():
        trace = _track(name, "curve", y=y)
        trace["meta"]["readout"] = readout
        data.append(trace)
    layout = _log_layout(title, decades(list(curves.values())))
    layout["xaxis"] = {"title": {"text": "step"}, "range": [0, max(steps, 1)]}
    return {"data": data, "layout": layout}


def _log_layout(title: str, span: list[float]) -> dict:
    return {
        "uirevision": "curves",
        "margin": {"l": 64, "r": 10, "t": 14, "b": 34},
        "showlegend": False,
        "yaxis": {
            "type": "log",
            "title": {"text": title},
            "range": span,
            "exponentformat": "power",
            "dtick": max(1, round((span[1] - span[0]) / 6)),
        },
    }


def decades(curves: list[np.ndarray], deepest: float = 1e-16, highest: float = 1e12) -> list[float]:
    """A log axis' range in whole decades, so that it stays put while a hand drags."""
    values = np.concatenate([np.ravel(curve) for curve in curves]) if curves else np.ones(1)
    values = values[np.isfinite(values) & (values > 0)]
    if not len(values):
        return [-1.0, 1.0]
    low, high = np.log10(np.clip([values.min(), values.max()], deepest, highest))
    return [float(np.floor(low)), float(max(np.ceil(high), np.floor(low) + 1))]


def _inside(land: Ground, points: np.ndarray, height: np.ndarray) -> np.ndarray:
    x, y = points[:, 0], points[:, 1]
    return (
        (x >= land.x[0])
        & (x <= land.x[-1])
        & (y >= land.y[0])
        & (y <= land.y[-1])
        & (height <= land.heights.high)
    )


def _track(name: str, play: str, **places: np.ndarray) -> dict:
    look = OPTIMIZER_LOOKS[name]
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        **places,
        "line": {"color": look["colour"], "width": 2.4, "dash": look["dash"]},
        "marker": {"symbol": look["symbol"], "size": 12},
        "meta": {"play": play, "group": name},
    }
