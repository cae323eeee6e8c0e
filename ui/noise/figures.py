"""Looks by name, the same in every view, and pieces of the figures of all of them."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ui.figures import Look, ink, layout, log_axis, track
from ui.palette import BAD, GOOD, HUES
from ui.palette import legend as entry

LOOKS: dict[str, Look] = {
    "Full batch": {"colour": HUES[1], "dash": "dash", "symbol": "square"},
    "Mini-batch": {"colour": HUES[0], "dash": "solid", "symbol": "circle"},
    "One sample": {"colour": HUES[2], "dash": "dot", "symbol": "triangle-up"},
    "batches": {"colour": HUES[0], "dash": "solid", "symbol": "circle"},
    "all samples": {"colour": HUES[1], "dash": "solid", "symbol": "square"},
    "law": {"colour": "ink", "dash": "dash", "symbol": "circle"},
    "uphill": {"colour": HUES[3], "dash": "solid", "symbol": "diamond"},
    "shuffled": {"colour": HUES[0], "dash": "solid", "symbol": "circle"},
    "ordered": {"colour": HUES[1], "dash": "dash", "symbol": "square"},
    "replaced": {"colour": HUES[2], "dash": "dot", "symbol": "triangle-up"},
    "online": {"colour": HUES[3], "dash": "dashdot", "symbol": "diamond"},
    "on time": {"colour": HUES[2], "dash": "dot", "symbol": "triangle-up"},
    "late": {"colour": HUES[1], "dash": "dash", "symbol": "square"},
    "compensated": {"colour": HUES[0], "dash": "solid", "symbol": "circle"},
    "training": {"colour": HUES[4], "dash": "solid", "symbol": "pentagon"},
    "validation": {"colour": HUES[0], "dash": "dot", "symbol": "hexagon"},
    "true risk": {"colour": HUES[5], "dash": "dash", "symbol": "star"},
    "before update": {"colour": HUES[7], "dash": "longdash", "symbol": "triangle-down"},
    "gradient norm": {"colour": "ink", "dash": "dash", "symbol": "circle"},
    "taken here": {"colour": "ink", "dash": "solid", "symbol": "circle"},
    "right": {"colour": GOOD, "dash": "solid", "symbol": "circle"},
    "wrong": {"colour": BAD, "dash": "solid", "symbol": "cross"},
    **{name: {"colour": HUES[at], "dash": dash, "symbol": symbol} for name, at, dash, symbol in (
        ("0-1", 4, "solid", "square"), ("Logistic", 0, "solid", "circle"),
        ("Hinge", 2, "dash", "triangle-up"), ("Squared", 3, "dot", "diamond"),
        ("Exponential", 5, "dashdot", "pentagon"),
    )},
}  # fmt: skip
# What leads up, or explodes.
SHADE = "rgba(210,120,120,0.16)"
ANGLES = np.linspace(0, 2 * np.pi, 73)
# Windows of w and b, and of x and y, reach 3 to 4 each way.
BEYOND = 20.0
# Twice the standard deviation each way.
WIDE = 2.0


def legend(names: Sequence[str]) -> list[dict]:
    return [entry(name, dict(LOOKS[name])) for name in names]


def moving(name: str, play: str, readout: str = "", **places: Any) -> dict[str, Any]:
    """A track in the look of a name; `readout` is what a pointer is told that its y is."""
    trace = track(name, LOOKS[name], play, **places)
    return altered(trace, meta={"readout": readout}) if readout else trace


def altered(trace: dict[str, Any], **parts: Any) -> dict[str, Any]:
    """The trace with some parts changed: records within it are merged, all else is replaced."""
    merged = {name: {**trace[name], **part} if isinstance(part, dict) else part
              for name, part in parts.items()}  # fmt: skip
    return {**trace, **merged}


def framed(group: str, x, y, *, silent: bool = False, **parts: Any) -> dict[str, Any]:
    """A line with places of its own (steps, n) at each step of the clock."""
    shape = np.broadcast_shapes(np.shape(x), np.shape(y))
    x, y = (np.broadcast_to(np.asarray(part, float), shape) for part in (x, y))
    meta: dict[str, Any] = {"play": "frame", "x": x, "y": y}
    meta |= {"silent": True} if silent else {}
    return altered(altered(moving(group, "still"), meta=meta), **parts)


def near(points: np.ndarray, centre=(0.0, 0.0)) -> np.ndarray:
    """Points (..., 2) no farther than well out of the picture, in their own direction: a browser
    that dashes a line of a million pixels does nothing else. nan stays nan."""
    away = np.clip(points - np.asarray(centre), -1e200, 1e200)
    farthest = np.abs(away).max(axis=-1, keepdims=True)
    return np.asarray(centre) + away * (BEYOND / np.maximum(farthest, BEYOND))


def law(x, y, title: str = "law") -> dict:
    """What an exact law says, over what was measured."""
    return ink(title, x, y, width=1.6, dash="dash")


def cloud(name: str, x, y, *, size: int = 6, opacity: float = 0.55) -> dict:
    """Dots at one place each, or at one for each step of the clock (steps, dots)."""
    look: dict[str, Any] = {"mode": "markers", "opacity": opacity, "marker": {"size": size}}
    if np.ndim(x) > 1 or np.ndim(y) > 1:
        return framed(name, x, y, **look)
    trace = moving(name, "still", x=np.asarray(x, float), y=np.asarray(y, float))
    return altered(trace, **look)


def ellipse(centre, covariance, wide: float = WIDE) -> tuple[np.ndarray, np.ndarray]:
    """x and y of the ellipse so many standard deviations from a centre; of each where there are
    several, nan where the covariance is not finite."""
    covariance = np.asarray(covariance, float)
    known = np.where(np.isfinite(covariance), covariance, 0.0)
    values, vectors = np.linalg.eigh(known)
    round_ = np.stack([np.cos(ANGLES), np.sin(ANGLES)])
    shape = vectors @ (np.sqrt(np.maximum(values, 0))[..., None] * round_)
    x, y = np.moveaxis(np.asarray(centre)[..., None] + wide * shape, -2, 0)
    gone = ~np.isfinite(covariance.sum(axis=(-2, -1)))[..., None]
    return np.where(gone, np.nan, x), np.where(gone, np.nan, y)


def segments(starts, ends) -> tuple[np.ndarray, np.ndarray]:
    """x and y (3 n,) of n lines from starts to ends (n, 2), with gaps between them."""
    starts, ends = np.broadcast_arrays(np.asarray(starts, float), np.asarray(ends, float))
    lines = np.stack([starts, ends, np.full_like(ends, np.nan)], axis=-2)
    flat = lines.reshape(*lines.shape[:-3], -1, 2)
    return flat[..., 0], flat[..., 1]


def steady(reach: Sequence[float], decades: int) -> list[float]:
    """In steps of some decades: an axis that changes is drawn anew while a hand waits."""
    low, high = reach
    return [float(decades * np.floor(low / decades)), float(decades * np.ceil(high / decades))]


def few_decades(title: str, reach: Sequence[float], **more: Any) -> dict[str, Any]:
    """A logarithmic axis with about four labels, for a plot of half the height."""
    return {**log_axis(title, reach, **more), "dtick": max(1, round((reach[1] - reach[0]) / 4))}


def figure(
    data: Sequence[Any], title: str, margin: Sequence[int] = (52, 12, 28, 38), **axes: Any
) -> dict[str, Any]:
    for trace in data:
        if "play" in trace.get("meta", {}):
            trace["meta"] |= _fineness(trace, axes)
    return {"data": [*data], "layout": layout(title, title, margin, **axes)}


def _fineness(trace: dict[str, Any], axes: dict[str, Any]) -> dict[str, Any]:
    """How coarse a trace may travel while a hand moves: nothing where its axes differ in kind."""
    across, up = axes["xaxis"], axes[trace.get("yaxis", "y").replace("y", "yaxis")]
    widths = [float(axis["range"][1] - axis["range"][0]) for axis in (across, up)]
    logs = [axis.get("type") == "log" for axis in (across, up)]
    if "x" not in trace and "x" not in trace["meta"]:
        return {"across": widths[1], "log": logs[1]}
    return {"across": min(widths), "log": logs[0]} if logs[0] == logs[1] else {"log": any(logs)}
