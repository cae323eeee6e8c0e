"""What the pictures of the page are made of: tracks, arrows, bars, level sets, axes."""

import math
from collections.abc import Iterable

import numpy as np

from ui import figures
from ui.figures import axis, log_axis
from ui.palette import BAD, GOOD, HUES, OPTIMIZER_LOOKS
from ui.palette import legend as entry

# Colour, dash and marker by what a line means, the same in every view.
LOOKS = {
    "loss": {"colour": "ink", "dash": "solid", "symbol": "circle"},
    "linear": {"colour": HUES[0], "dash": "dash", "symbol": "square"},
    "quadratic": {"colour": HUES[4], "dash": "dot", "symbol": "diamond"},
    "step": {"colour": HUES[1], "dash": "solid", "symbol": "circle"},
    "Hessian": {"colour": HUES[6], "dash": "dashdot", "symbol": "triangle-up"},
    "gradient norm": {"colour": HUES[0], "dash": "solid", "symbol": "square"},
    "way out": {"colour": HUES[1], "dash": "solid", "symbol": "circle"},
    "here": {"colour": HUES[1], "dash": "solid", "symbol": "circle"},
    **{
        name: OPTIMIZER_LOOKS[name] for name in ("Gradient descent", "Newton", "Saddle-free Newton")
    },
    "sharpness": {"colour": HUES[1], "dash": "solid", "symbol": "circle"},
    "2 / rate": {"colour": "ink", "dash": "dash", "symbol": "square"},
    "g·Hg / g·g": {"colour": HUES[2], "dash": "dot", "symbol": "diamond"},
    "lowest eigenvalue": {"colour": HUES[7], "dash": "dashdot", "symbol": "triangle-down"},
    "coins": {"colour": HUES[4], "dash": "dash", "symbol": "square"},
    "random matrices": {"colour": HUES[0], "dash": "solid", "symbol": "circle"},
    "law for large n": {"colour": HUES[7], "dash": "dot", "symbol": "diamond"},
    "sampled": {"colour": "ink", "dash": "solid", "symbol": "circle"},
}
SYMBOLS = {"minimum": "star", "saddle": "cross", "maximum": "triangle-up", "flat": "square"}


def legend(names: Iterable[str]) -> list[dict]:
    return [entry(name, LOOKS[name]) for name in names]


def track(name: str, play: str, *, label: str = "", **places) -> dict:
    """A moving trace with the look of a name; `label` stands for what its y is in a readout."""
    trace = figures.track(name, LOOKS[name], play, size=11, **places)
    trace["meta"] |= {"readout": label} if label else {}
    return trace


def dots(name: str, x, y) -> dict:
    """Markers alone."""
    return {**track(name, "still", x=np.asarray(x, float), y=np.asarray(y, float)),
            "mode": "markers"}  # fmt: skip


def notes(name: str, x, y, text) -> dict:
    """Words above points, which a pointer passes over."""
    trace = track(name, "still", x=np.asarray(x, float), y=np.asarray(y, float))
    trace |= {"mode": "text", "text": list(text)}
    trace["meta"] |= {"silent": True}
    return trace


def arrow(name: str, start, end, span) -> dict:
    """A line with two barbs at its end; `span` (2,) is the window, for the barbs' shape."""
    start, end, span = (np.asarray(part, float) for part in (start, end, span))
    along = (end - start) / span
    length = float(np.hypot(*along))
    size = min(0.025, 0.5 * length)
    x, y = [start[0], end[0]], [start[1], end[1]]
    if length > 0:
        unit = along / length
        for side in (0.45, -0.45):
            back = -unit + side * np.array([-unit[1], unit[0]])
            tip = end + size * back * span
            x += [np.nan, tip[0], end[0]]
            y += [np.nan, tip[1], end[1]]
    trace = track(name, "still", x=np.array(x), y=np.array(y))
    trace["meta"] |= {"across": float(span.min())}
    return trace


def bar(colour: str, middle: float, height, name: str) -> dict:
    """A bar from 0 to a height, or to one for each step of the clock (steps,)."""
    height = np.asarray(height, float)
    x = middle + np.array([-0.32, -0.32, 0.32, 0.32, -0.32])
    y = height[..., None] * np.array([0.0, 1.0, 1.0, 0.0, 0.0])
    trace = {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "line": {"color": colour, "width": 1.5},
        "fill": "toself",
        "fillcolor": colour,
        "meta": {"play": "still", "silent": True},
    }
    if height.ndim:
        trace["meta"] = {"play": "frame", "silent": True, "x": x[None, :], "y": y}
        return trace
    return {**trace, "x": x, "y": y}


def sign_colour(change: float) -> str:
    return GOOD if change <= 0 else BAD


def level_set(hessian: np.ndarray, centre, reach: float) -> tuple[np.ndarray, np.ndarray]:
    """x, y of where s'Hs is as large as `reach` from the centre along the flattest eigenvector.

    An ellipse, or the two pairs of branches of a hyperbola, with nan between them.
    """
    values, vectors = np.linalg.eigh(hessian)
    largest = np.abs(values).max()
    if not (np.isfinite(largest) and largest > 0):
        return np.full(1, np.nan), np.full(1, np.nan)
    sizes = np.maximum(np.abs(values), 1e-5 * largest)
    axes = reach * np.sqrt(sizes.min() / sizes)
    if (values >= 0).all() or (values <= 0).all():
        t = np.linspace(0, 2 * np.pi, 97)
        curves = [np.stack([axes[0] * np.cos(t), axes[1] * np.sin(t)])]
    else:
        t = np.linspace(-2.2, 2.2, 41)
        far, near = np.cosh(t), np.sinh(t)
        pairs = ((far, near), (-far, near), (near, far), (near, -far))
        curves = [np.stack([axes[0] * a, axes[1] * b]) for a, b in pairs]
    gap = np.full((2, 1), np.nan)
    joined = np.concatenate([part for curve in curves for part in (vectors @ curve, gap)], axis=1)
    return joined[0] + centre[0], joined[1] + centre[1]


def nice(value: float) -> float:
    """The smallest of 1, 1.5, 2, 3, 4, 6 and 8 times a power of ten that is no less."""
    if not (math.isfinite(value) and value > 0):
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    digits = (1, 1.5, 2, 3, 4, 6, 8)
    return next((power * digit for digit in digits if power * digit >= value), 10 * power)


def layout(key: str, x: str, across, y: str, up, *, log_x=False, log_y=False) -> dict:
    """A plain plot's layout; `across` and `up` are the ranges, as exponents on a log axis."""
    along = log_axis(x, across) if log_x else axis(x, across)
    upwards = log_axis(y, up) if log_y else axis(y, up)
    return figures.layout(key, margin=(60, 10, 12, 36), xaxis=along, yaxis=upwards)
