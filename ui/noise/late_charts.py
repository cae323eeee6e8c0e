"""Late gradients: paths, losses, the limit of the rate by delay, and roots in the unit circle."""

from typing import Any

import numpy as np

from optcore.descent import delay_limit
from ui.figures import axis, ink, later, log_range, marks, over, positive
from ui.ground import contour, minima
from ui.noise.figures import (
    ANGLES,
    SHADE,
    altered,
    cloud,
    few_decades,
    figure,
    framed,
    law,
    moving,
    near,
    steady,
)

FEW, MANY = 20, 50
RATES = (-2.0, np.log10(2.6))


def paths(case) -> dict[str, Any]:
    """The three paths, and from where the gradient that is used now was taken."""
    (x_low, x_high), (y_low, y_high) = case.bowl.window
    data = [contour(case.ground), minima(case.bowl)]
    for name, run in case.runs.items():
        points = near(run.points[: int(run.ended) + 1])
        data.append(moving(name, "path", x=points[:, 0], y=points[:, 1]))
    data.append(_from_then(case))
    return figure(data, "Paths, and where it was taken",
                  xaxis=axis("x", (x_low, x_high)), yaxis=axis("y", (y_low, y_high)))  # fmt: skip


def _from_then(case) -> dict[str, Any]:
    points = near(case.runs["late"].points)
    then = points[np.maximum(np.arange(len(points)) - case.delay.lag, 0)]
    pairs = np.stack([then, points], axis=1)
    return framed("taken here", pairs[..., 0], pairs[..., 1], silent=True, mode="lines+markers",
                  line={"width": 1.6}, marker={"size": 5})  # fmt: skip


def losses(case) -> dict[str, Any]:
    data, drawn = [], []
    for name, run in case.runs.items():
        values = positive(np.where(run.values < 1e12, run.values, np.nan))
        data.append(moving(name, "curve", "loss", y=values))
        drawn.append(values)
    return figure(data, "Loss", xaxis=axis("step", over(case.late.steps)),
                  yaxis=few_decades("loss", steady(log_range(drawn, 1e-12, 1e8), 4)))  # fmt: skip


def limits(case) -> dict[str, Any]:
    """The limit 2 sin(pi / (2 (2 tau + 1))) and the point where the sliders stand."""
    most = FEW if case.delay.lag <= FEW else MANY
    delays = np.arange(most + 1.0)
    limit = delay_limit(delays)
    above = ink("explodes", np.concatenate([delays, [most, 0]]),
                np.concatenate([limit, [10.0, 10.0]]), width=0.5)  # fmt: skip
    above = later(altered(above, fill="toself", fillcolor=SHADE))
    whole = marks("limit", {"colour": "ink", "symbol": "circle"}, delays, limit, size=6)
    return figure([above, later(law(delays, limit, "limit")), later(whole)],
                  "Limit of the rate: drag the point",
                  xaxis=axis("delay τ", (-0.5, most + 0.5)),
                  yaxis=axis("rate × curvature", RATES, type="log",
                             tickvals=[0.01, 0.03, 0.1, 0.3, 1, 2]))  # fmt: skip


def roots(case) -> dict[str, Any]:
    """The roots of z^(tau + 1) - z^tau + rate, in and out of the unit circle."""
    values = case.roots
    shown = values[np.abs(values) < 3]
    circle = ink("unit circle", np.cos(ANGLES), np.sin(ANGLES), dash="dot")
    kept = shown[np.abs(shown) < 1]
    out = shown[np.abs(shown) >= 1]
    data = [circle, later(cloud("right", kept.real, kept.imag, size=12, opacity=1.0)),
            later(cloud("wrong", out.real, out.imag, size=13, opacity=1.0))]  # fmt: skip
    return figure(data, "Roots: factors of one step",
                  xaxis=axis("real", (-1.7, 1.7), zeroline=True),
                  yaxis=axis("imaginary", (-1.4, 1.4), zeroline=True))  # fmt: skip
