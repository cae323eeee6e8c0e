"""Losses over the margin, the border among the samples, and what falls over the steps."""

from typing import Any

import numpy as np

from optcore.samples import SURROGATES
from ui.figures import axis, holding, ink, log_axis, log_range, marks, over, positive
from ui.noise.figures import altered, cloud, figure, framed, moving
from ui.palette import HUES

REACH, TOP = 3.5, 5.0


def margins(case) -> dict[str, Any]:
    """Every loss over the margin, that in use thick, and the samples on it at the clock's step."""
    m = np.sort([*np.linspace(-REACH, REACH, 141), 1e-9])
    data = []
    for loss in SURROGATES:
        data.append(moving(loss.name, "still", x=m, y=np.minimum(loss.value(m), 3 * TOP),
                           width=4.0 if loss == case.loss else 1.6))  # fmt: skip
    at = np.clip(case.margins, -REACH, REACH)
    with np.errstate(over="ignore"):
        heights = np.minimum(case.loss.value(at), TOP)
    for name, wrong in (("wrong", True), ("right", False)):
        some = (case.margins <= 0) == wrong
        data.append(cloud(name, np.where(some, at, np.nan), np.where(some, heights, np.nan),
                          size=9, opacity=0.8))  # fmt: skip
    return figure(data, "Losses of the margin",
                  xaxis=axis("margin y (w x + b)", (-REACH, REACH)),
                  yaxis=axis("loss", (-0.15, TOP)))  # fmt: skip


def border(case) -> dict[str, Any]:
    """Samples by x and label, and the side on which each step has them."""
    x, y = np.asarray(case.fit.x), np.asarray(case.fit.y)
    w, b = case.points[:, :1], case.points[:, 1:]
    with np.errstate(divide="ignore", invalid="ignore"):
        edge = np.where(w != 0, -b / w, np.nan)
    edge = np.clip(edge, -20, 20)
    side = np.where(w > 0, 1.0, -1.0)
    far = np.full_like(edge, 20.0)
    steps = framed(case.loss.name, np.concatenate([-far, edge, edge, far], axis=1),
                   np.concatenate([-side, -side, side, side], axis=1), silent=True)  # fmt: skip
    reach = max(3.0, 1.05 * float(np.abs(x).max()))
    chance = case.fit.population
    grid = np.linspace(-reach, reach, 81)
    truth = 2 / (1 + np.exp(-np.clip(chance.slope * grid + chance.intercept, -60, 60))) - 1
    some = marks("samples", {"colour": HUES[7], "symbol": "circle"}, x, y, size=8)
    return figure([ink("mean label", grid, truth, dash="dot"), steps, some],
                  "Class; dotted: the mean label",
                  xaxis=axis("x", (-reach, reach)), yaxis=axis("label", (-1.4, 1.4)))  # fmt: skip


def courses(case) -> dict[str, Any]:
    """The surrogate and its gradient on a log axis; below, the share of errors."""
    steps = case.training.steps
    values = positive(case.run.values[: case.reached])
    norms = positive(case.run.gradient_norms[: case.reached])
    loss = moving(case.loss.name, "curve", case.loss.name, y=values)
    norm = moving("gradient norm", "curve", "gradient norm", y=norms)
    wrong = altered(moving("0-1", "curve", "0-1 error", y=case.errors), yaxis="y2")
    rows, risk = case.risks
    truth = altered(ink("of the population", rows, risk, dash="dot", width=1.6), yaxis="y2")
    high = float(np.clip(np.ceil(10 * max(case.errors.max(), risk.max()) + 0.5) / 10, 0.2, 1.03))
    return figure(
        [loss, norm, wrong, truth, holding("y"), holding("y2")],
        "Loss; dashed: gradient norm",
        xaxis=axis("step", over(steps), anchor="y2"),
        yaxis=log_axis("loss", log_range([values, norms], 1e-8, 1e4), domain=[0.42, 1.0]),
        yaxis2=axis("0-1 error", (-0.03, high), domain=[0.0, 0.34], tickformat=".0%", nticks=5),
    )
