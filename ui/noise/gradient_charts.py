"""Samples, the loss they make together, the gradients of batches, and their spread by size."""

from typing import Any

import numpy as np

from ui.figures import axis, holding, ink, marks, positive
from ui.ground import contour
from ui.noise.figures import (
    SHADE,
    WIDE,
    altered,
    cloud,
    ellipse,
    few_decades,
    figure,
    framed,
    law,
    moving,
    segments,
)
from ui.noise.parameters import BIAS, CLASSES
from ui.palette import HUES

ACROSS, UP = (-3.4, 3.4), (-4.4, 4.4)
SHOWN = 40


def data(case) -> dict[str, Any]:
    """The samples, the line of the point, and those of the batch that is looked at."""
    x = np.linspace(*ACROSS, 81)
    line = case.at.w * x + case.at.b
    if case.task == CLASSES:
        line = 2 / (1 + np.exp(-line)) - 1
    xs, ys = np.asarray(case.fit.x), np.asarray(case.fit.y)
    taken = case.cards[0] % len(xs)
    within = np.arange(len(taken)) < case.sizes[:, None]
    batch = cloud("batches", np.where(within, xs[taken], np.nan),
                  np.where(within, ys[taken], np.nan), size=9, opacity=0.9)  # fmt: skip
    every = marks("samples", {"colour": HUES[7], "symbol": "circle"}, xs, ys, size=8)
    here = moving("all samples", "still", x=x, y=line)
    up = (-1.5, 1.5) if case.task == CLASSES else UP
    title = "Samples, and the line of the point"
    return figure([every, here, batch], title, xaxis=axis("x", ACROSS), yaxis=axis("y", up))


def loss(case) -> dict[str, Any]:
    return _parabola(case) if case.task == BIAS else _bowl(case)


def _parabola(case) -> dict[str, Any]:
    """The loss of every sample alone over b, their mean, and both at the batch."""
    b = np.linspace(-4.0, 4.0, 161)
    points = np.stack([np.full_like(b, case.at.w), b], axis=-1)
    alone = [case.fit.batch_value(points, np.array([[i]])) for i in range(len(case.fit.x))]
    mean = case.fit.value(points)
    thin = [ink(f"sample {i}", b, each, opacity=0.6) for i, each in enumerate(alone, start=1)]
    some = [case.fit.batch_value(points, case.cards[0][None, :size]) for size in case.sizes]
    batch = framed("batches", b, np.stack(some))
    whole = altered(moving("all samples", "still", x=b, y=mean), name="mean loss")
    return figure([*thin, whole, batch], "Loss; thin: of each sample alone",
                  xaxis=axis("b", (-4, 4)), yaxis=axis("loss", (0, 20)))  # fmt: skip


def _bowl(case) -> dict[str, Any]:
    """The loss over w and b, the step of the true gradient, and the steps of some batches."""
    steps = case.point - case.at.rate * case.means[:, :SHOWN]
    x, y = segments(case.point, steps)
    batches = framed("batches", x, y, opacity=0.5, line={"width": 1.2})
    x, y = segments(case.point, [case.point - case.at.rate * case.true])
    true = moving("all samples", "still", x=x, y=y, width=3.5)
    minimum = marks("minimum", {"colour": "ink", "symbol": "star"},
                    *np.reshape(np.array(case.fit.minima, float), (-1, 2)).T, size=12)  # fmt: skip
    (w_low, w_high), (b_low, b_high) = case.fit.window
    return figure([contour(case.ground), minimum, batches, true],
                  "Loss, and a step by each of 40",
                  xaxis=axis("w", (w_low, w_high)), yaxis=axis("b", (b_low, b_high)))  # fmt: skip


def gradients(case) -> dict[str, Any]:
    """The gradients of the batches, the true one, the law's ellipse; and what leads up, shaded."""
    return _along_b(case) if case.task == BIAS else _plane(case)


def _plane(case) -> dict[str, Any]:
    reach = _reach(float(max(np.abs(case.true).max(), 2.2 * np.abs(case.means[0]).std())))
    x, y = ellipse(case.true, case.covariances)
    border = framed("law", x, y, silent=True, line={"width": 1.6})
    dots = cloud("batches", case.means[..., 0], case.means[..., 1])
    x, y = segments([0.0, 0.0], [case.true])
    true = moving("all samples", "still", x=x, y=y, width=3.5)
    return figure([_upper(case.true, reach), dots, border, true],
                  "200 batches; dashed: law, 2 σ",
                  xaxis=axis("by w", (-reach, reach), zeroline=True),
                  yaxis=axis("by b", (-reach, reach), zeroline=True))  # fmt: skip


def _upper(true: np.ndarray, reach: float) -> dict[str, Any]:
    """The half of the plane whose gradients have a negative product with the true one."""
    length = float(np.hypot(*true))
    down = true / length if length > 0 else np.array([1.0, 0.0])
    side = np.array([-down[1], down[0]])
    far = 3 * reach
    corners = np.array([side, side - down, -side - down, -side, side]) * far
    half = ink("leads up", corners[:, 0], corners[:, 1], width=0.8, dash="dot", opacity=0.8)
    return altered(half, fill="toself", fillcolor=SHADE)


def _along_b(case) -> dict[str, Any]:
    """The gradients by b alone: side by side, the law's two lines, the true one."""
    values = case.means[..., 1]
    places = np.broadcast_to(np.linspace(0.04, 0.96, values.shape[1]), values.shape)
    true = float(case.true[1])
    spread = WIDE * np.sqrt(case.covariances[:, 1, 1])
    reach = _reach(max(abs(true), 1.2 * float(np.abs(values).max())))
    gap = np.full_like(spread, np.nan)
    ends = np.stack([true - spread, true - spread, gap, true + spread, true + spread], axis=-1)
    sides = framed("law", ends, [0.0, 1.0, np.nan, 0.0, 1.0], silent=True, line={"width": 1.6})
    here = moving("all samples", "still", x=np.array([true, true]), y=np.array([0.0, 1.0]))
    upper = np.array([0.0, 0.0, -np.sign(true) * 3 * reach, -np.sign(true) * 3 * reach, 0.0])
    half = ink("leads up", upper, [0, 1, 1, 0, 0], width=0.8, dash="dot", opacity=0.8)
    half = altered(half, fill="toself", fillcolor=SHADE)
    return figure([half, cloud("batches", values, places), sides, here],
                  "200 batches; dashed: law, 2 σ",
                  xaxis=axis("by b", (-reach, reach)),
                  yaxis=axis("batch", (0, 1), showticklabels=False))  # fmt: skip


def spread(case) -> dict[str, Any]:
    """Distance of batches from the true gradient against their size, over the laws; below, the
    share of them that lead up."""
    sizes = case.sizes.astype(float)
    free = case.expected(case.sizes, "replaced")
    exact = case.expected(case.sizes, case.draw)
    measured = moving("batches", "curve", "spread", x=sizes, y=positive(case.spread))
    root = ink("σ / √B", sizes, positive(free), width=1.2, dash="dot")
    mixed = moving("uphill", "curve", "share uphill", x=sizes, y=case.uphill)
    normal = law(sizes, case.uphill_law, "normal law")
    below = [altered(trace, yaxis="y2") for trace in (normal, mixed)]
    top = np.nanmax([*free, 1e-9])
    low = max(np.floor(np.log10(max(np.nanmin(positive(free)), 1e-12)) - 0.3), -12)
    reach = (low, np.ceil(np.log10(top) + 0.05)) if np.isfinite(low) else (-1.0, 1.0)
    end = np.log10(sizes[-1])
    return figure(
        [root, law(sizes, positive(exact)), measured, *below, holding("y"), holding("y2")],
        "Spread; dashed: law, dotted: σ/√B",
        xaxis=axis("batch size B", (-0.03 * max(end, 1), 1.03 * end), type="log", dtick=1,
                   anchor="y2"),
        yaxis=few_decades("spread", reach, domain=[0.42, 1.0]),
        yaxis2=axis("uphill", (-0.03, 0.63), domain=[0.0, 0.3], tickformat=".0%", nticks=4),
    )  # fmt: skip


def _reach(value: float) -> float:
    """An axis that stays put while a hand moves: in few steps."""
    steps = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0)
    return next((step for step in steps if value <= step), value)
