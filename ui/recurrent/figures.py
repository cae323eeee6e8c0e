"""Pieces of the figures of all views."""

from typing import Any

import numpy as np


def curve(name: str, look: dict, y: np.ndarray, readout: str, *, group: str) -> dict[str, Any]:
    """A curve over the clock's steps, with a head."""
    known = np.where(np.isfinite(y), y, np.nan)
    return {
        "type": "scatter", "mode": "lines", "name": name, "y": known,
        "line": {"color": look["colour"], "width": 2.4, "dash": look["dash"]},
        "marker": {"symbol": look["symbol"], "size": 12},
        "meta": {"play": "curve", "group": group, "readout": readout},
    }  # fmt: skip


def line(
    colour: str, y: np.ndarray, *, name: str, dash: str = "solid", width: float = 1.4, **more: Any
) -> dict[str, Any]:
    """A thin line over the clock's steps, without a head: what comes after the clock is pale, and
    a secret as long as a question is open."""
    return {
        "type": "scatter", "mode": "lines", "name": name, "y": y, **more,
        "line": {"color": colour, "width": width, "dash": dash},
        "marker": {"symbol": "circle", "size": 0},
        "meta": {"play": "curve", "group": name, "ahead": 0.7},
    }  # fmt: skip


def still(
    colour: str, *, name: str, dash: str = "solid", width: float = 1.4, **places: np.ndarray
) -> dict[str, Any]:
    """A thin line that the clock does not move."""
    return {
        "type": "scatter", "mode": "lines", "name": name, **places,
        "line": {"color": colour, "width": width, "dash": dash},
        "meta": {"play": "still", "group": name},
    }  # fmt: skip


def level(y: float, dash: str = "dot") -> dict[str, Any]:
    """A horizontal line through the whole plot."""
    line = {"color": "ink", "width": 1, "dash": dash}
    return {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": y, "y1": y, "line": line}


def decades(curves: list[np.ndarray], deepest: int = 12) -> list[float]:
    """A log axis in whole decades that holds the curves, as deep as that at most."""
    values = np.concatenate([np.ravel(each) for each in curves])
    values = values[np.isfinite(values) & (values > 0)]
    if not values.size:
        return [-1.0, 1.0]
    high = np.ceil(np.log10(values.max()) + 1e-9)
    low = max(np.floor(np.log10(values.min())), high - deepest)
    return [float(low), float(max(high, low + 1))]


def steadier(bounds: list[float]) -> list[float]:
    """The same, in few steps, so that an axis seldom changes while a hand moves."""
    low = next((end for end in (-1.0, -3.0, -8.0) if end <= bounds[0]), bounds[0])
    high = next((end for end in (1.0, 3.0, 8.0) if end >= bounds[1]), bounds[1])
    return [low, high]


def layout(title: str, x: str, across: list, up: list, *, log: bool = False) -> dict[str, Any]:
    """A plot with a title above, x below, and fixed ranges."""
    yaxis: dict[str, Any] = {"range": list(up), "zeroline": False}
    if log:
        every = max(1, round((up[1] - up[0]) / 5))
        yaxis |= {"type": "log", "exponentformat": "power", "dtick": every}
    return {
        "uirevision": title,
        "title": {"text": title, "font": {"size": 14}, "x": 0.02, "xanchor": "left", "y": 0.985,
                  "yanchor": "top"},
        "margin": {"l": 52, "r": 12, "t": 28, "b": 36},
        "showlegend": False,
        "dragmode": "zoom",
        "xaxis": {"title": {"text": x}, "range": list(across), "zeroline": False},
        "yaxis": yaxis,
    }  # fmt: skip
