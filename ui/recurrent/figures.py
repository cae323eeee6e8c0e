"""Pieces of the figures of all views."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from ui import figures
from ui.figures import Look, axis, log_axis, track


def curve(name: str, look: Look, y: np.ndarray, readout: str, *, group: str) -> dict[str, Any]:
    """A curve over the clock's steps, with a head that says its value."""
    drawn = track(name, look, "curve", y=np.where(np.isfinite(y), y, np.nan))
    drawn["meta"] |= {"group": group, "readout": readout}
    return drawn


def line(
    colour: str, y: np.ndarray, *, name: str, dash: str = "solid", width: float = 1.4, **more: Any
) -> dict[str, Any]:
    """A thin line over the clock's steps, without a head: what comes after the clock is pale, and
    a secret as long as a question is open."""
    look = {"colour": colour, "dash": dash, "symbol": "circle"}
    drawn = track(name, look, "curve", width=width, size=0, y=y, **more)
    drawn["meta"]["ahead"] = 0.7
    return drawn


def still(
    colour: str, *, name: str, dash: str = "solid", width: float = 1.4, **places: Any
) -> dict[str, Any]:
    """A thin line that the clock does not move."""
    look = {"colour": colour, "dash": dash, "symbol": "circle"}
    return track(name, look, "still", width=width, **places)


def steadier(bounds: list[float]) -> list[float]:
    """The same, in few steps, so that an axis seldom changes while a hand moves."""
    low = next((end for end in (-1.0, -3.0, -8.0) if end <= bounds[0]), bounds[0])
    high = next((end for end in (1.0, 3.0, 8.0) if end >= bounds[1]), bounds[1])
    return [low, high]


def layout(
    title: str,
    x: str,
    across: Iterable[float],
    up: Sequence[float],
    *,
    y: str = "",
    log: bool = False,
    **more: Any,
) -> dict[str, Any]:
    """A plot with a title above, x below, and fixed ranges."""
    yaxis = log_axis(y, up) if log else axis(y, up)
    margin = (52, 12, 28, 36)
    return figures.layout(title, title, margin, xaxis=axis(x, across), yaxis=yaxis, **more)


def plane(title: str, x: str, y: str, reach: float) -> dict[str, Any]:
    """A layout whose units are as long across as up, so that a circle is round: where there is
    room beside the square within `reach` of zero, it shows more."""
    square = layout(title, x, [-reach, reach], [-reach, reach], y=y)
    square["yaxis"]["scaleanchor"] = "x"
    return square
