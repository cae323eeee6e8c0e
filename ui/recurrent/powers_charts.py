"""The powers of a matrix: the plane they act on, their norms, and the eigenvalues."""

from typing import Any

import numpy as np

from ui.figures import level, log_range_below_top, positive, track
from ui.palette import HUES
from ui.recurrent import figures
from ui.recurrent.figures import curve, layout, line, steadier, still

LOOKS = {
    "forward": {"colour": HUES[0], "dash": "solid", "symbol": "circle"},
    "gradient back": {"colour": HUES[1], "dash": "dash", "symbol": "square"},
}
REACH = 4.2
BEYOND = 4 * REACH
CIRCLE = np.linspace(0, 2 * np.pi, 73)


def plane(case) -> dict[str, Any]:
    """The unit circle carried forward, and a gradient carried back."""
    forward, back = LOOKS["forward"], LOOKS["gradient back"]
    x, y = np.moveaxis(_near(case.cloud), -1, 0)
    shape = {
        "type": "scatter", "mode": "lines+markers", "name": "the circle, carried forward",
        "fill": "toself", "fillcolor": "rgba(59,147,250,0.12)",
        "line": {"color": forward["colour"], "width": 2},
        "marker": {"color": forward["colour"], "size": 7, "symbol": "circle"},
        "meta": {"play": "frame", "group": "forward", "x": x, "y": y, "across": 2 * REACH},
    }  # fmt: skip
    gx, gy = _near(case.back).T
    gradient = track("gradient back", back, "path", x=gx, y=gy)
    gradient["meta"]["across"] = 2 * REACH
    unit = still("ink", x=np.cos(CIRCLE), y=np.sin(CIRCLE), name="unit circle", dash="dot")
    columns = [
        still("ink", x=np.array([0.0, x]), y=np.array([0.0, y]), name=name, width=2.6)
        for name, (x, y) in zip(("W e₁", "W e₂"), case.matrix.array.T, strict=True)
    ]
    figure = figures.plane("Vectors go forward, a gradient comes back", "first unit", "second unit",
                           REACH)  # fmt: skip
    figure["xaxis"]["zeroline"] = figure["yaxis"]["zeroline"] = True
    return {"data": [shape, unit, *columns, gradient], "layout": figure}


def norms(case) -> dict[str, Any]:
    """|W^t| with the lines of rho and sigma, and what the Kreiss constant promises at least."""
    found, steps = case.powers, np.arange(case.course.steps + 1.0)
    lengths = np.concatenate([[1.0], found.norms])
    back = np.linalg.norm(case.back, axis=1)
    data = [
        line("ink", _power(found.radius, steps), name="ρᵗ", dash="dash"),
        line("ink", _power(found.stretch, steps), name="σᵗ", dash="dot"),
        _kreiss(found, case.course.steps),
        curve("forward", LOOKS["forward"], lengths, "|Wᵗ|", group="forward"),
        curve("gradient back", LOOKS["gradient back"], back, "|gradient|", group="gradient back"),
    ]
    bounds = steadier(log_range_below_top([lengths, back]))
    title = "Norm of the power; dashed ρᵗ, dotted σᵗ"
    figure = layout(title, "step", [0, case.course.steps], bounds, log=True)
    figure["shapes"] = [level(1.0)]
    for trace in data:
        trace["meta"] |= {"log": True, "across": 10}
    return {"data": data, "layout": figure}


def _kreiss(found, steps: int) -> dict[str, Any]:
    """How high some power must get, as a line with its name; nothing where it says nothing.

    It is a trace, for a new layout would have Plotly draw the panel anew.
    """
    known = np.isfinite(found.kreiss) and found.kreiss > 1 + 1e-6
    height = np.full(2, found.kreiss if known else np.nan)
    told_as = ["", "Kreiss: some power is at least this high"]
    return line("ink", height, name="Kreiss constant", dash="longdash", width=1.0,
                x=np.array([0.0, steps]), mode="lines+text", text=told_as)  # fmt: skip


def spectrum(case) -> dict[str, Any]:
    """The eigenvalues of W, and of the matrix with the slopes where it differs."""
    data = [still("ink", x=np.cos(CIRCLE), y=np.sin(CIRCLE), name="unit circle", dash="dot")]
    shown = [("eigenvalues of W", case.unsquashed.eigenvalues, "ink", "circle")]
    if case.course.slope < 1:
        shown.append(("with the slopes", case.powers.eigenvalues, HUES[1], "cross"))
    for name, values, colour, symbol in shown:
        dots = still(colour, x=values.real, y=values.imag, name=name)
        data.append(dots | {"mode": "markers", "marker": {"color": colour, "size": 11,
                                                          "symbol": symbol}})  # fmt: skip
    figure = figures.plane("Eigenvalues: drag one", "real", "imaginary", 1.6)
    figure["xaxis"]["zeroline"] = figure["yaxis"]["zeroline"] = True
    return {"data": data, "layout": figure}


def _near(vectors: np.ndarray) -> np.ndarray:
    """Vectors (..., 2) no longer than where they have left the picture: a browser that dashes a
    line of a million pixels does nothing else."""
    known = np.nan_to_num(vectors, posinf=1e200, neginf=-1e200)
    largest = np.abs(known).max(axis=-1, keepdims=True)
    return known * (BEYOND / np.maximum(largest, BEYOND))


def _power(base: float, steps: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore", under="ignore"):
        return positive(base**steps)
