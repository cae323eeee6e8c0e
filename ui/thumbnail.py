"""A small picture of a run: its lines, which draw themselves once, as SVG."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ui.address import Address

WIDTH, HEIGHT, EDGE = 160, 100, 6
MOST_POINTS = 60
# What is drawn in the colour of text: seen on light and on dark.
INK = "#8b92b0"
# Drawn once and then still; at once for who wants nothing to move.
STYLE = (
    "polyline{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round;"
    "stroke-dasharray:1;animation:draw 4s ease-out both}"
    "@keyframes draw{from{stroke-dashoffset:1}to{stroke-dashoffset:0}}"
    "@media(prefers-reduced-motion){polyline{animation:none}}"
)


@dataclass(frozen=True)
class Stroke:
    """A line in a colour, through points of shape (n, 2)."""

    colour: str
    points: np.ndarray


Window = tuple[tuple[float, float], tuple[float, float]]
Picture = Callable[[Address], tuple[Sequence[Stroke], Window | None]]


def strokes(figure: dict) -> tuple[list[Stroke], Window | None]:
    """The lines of a flat Plotly figure as it draws them, over the window it shows."""
    axes = [figure["layout"][name] for name in ("xaxis", "yaxis")]
    found = []
    for trace in figure["data"]:
        lines = "lines" in trace.get("mode", "") and trace.get("type") == "scatter"
        if lines and "y" in trace:
            y = np.asarray(trace["y"], dtype=float)
            x = np.asarray(trace.get("x", np.arange(len(y))), dtype=float)
            colour = trace["line"]["color"]
            pair = [_drawn(*each) for each in zip((x, y), axes, strict=True)]
            found.append(Stroke(INK if colour == "ink" else colour, np.column_stack(pair)))
    x_range, y_range = (axis.get("range") for axis in axes)
    return found, ((*x_range,), (*y_range,)) if x_range and y_range else None


def _drawn(values: np.ndarray, axis: dict) -> np.ndarray:
    with np.errstate(all="ignore"):
        return np.log10(values) if axis.get("type") == "log" else values


def as_svg(lines: Sequence[Stroke], window: Window | None = None) -> str:
    """The lines over a window (x, then y), or over all that they reach."""
    shown = [Stroke(each.colour, _thinned(each.points)) for each in lines]
    shown = [each for each in shown if len(each.points)]
    (x_low, x_high), (y_low, y_high) = window or _reach(shown)
    low, span = np.array([x_low, y_high]), np.array([x_high - x_low, y_low - y_high])
    size = np.array([WIDTH, HEIGHT]) - 2 * EDGE
    drawn = "".join(
        _polyline(each.colour, (each.points - low) / span * size + EDGE) for each in shown
    )
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH} {HEIGHT}'>"
        f"<style>{STYLE}</style>{drawn}</svg>"
    )


def _polyline(colour: str, points: np.ndarray) -> str:
    # What lies far outside is as good as at ten times the width, and every reader can draw that.
    spots = np.clip(points, -10 * WIDTH, 10 * WIDTH)
    text = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
    return f"<polyline pathLength='1' stroke='{colour}' points='{text}'/>"


def _thinned(points: np.ndarray) -> np.ndarray:
    """The finite rows, at most `MOST_POINTS` of them: the first ones, where most happens, whole."""
    rows = points[np.isfinite(points).all(axis=1)]
    if len(rows) <= MOST_POINTS:
        return rows
    kept = np.unique(np.geomspace(1, len(rows), MOST_POINTS).round().astype(int) - 1)
    return rows[kept]


def _reach(lines: Sequence[Stroke]) -> Window:
    every = np.concatenate([each.points for each in lines] or [np.zeros((1, 2))])
    low, high = every.min(axis=0), every.max(axis=0)
    high = np.where(high > low, high, low + 1.0)
    return (float(low[0]), float(high[0])), (float(low[1]), float(high[1]))
