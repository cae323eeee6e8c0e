"""Four orders of one deck: paths, distances from the minimum, and three losses on one axis."""

from typing import Any

import numpy as np

from ui.figures import axis, level, log_range, marks, positive
from ui.ground import contour
from ui.noise.figures import few_decades, figure, moving, near

LOSSES = ("training", "before update", "true risk")


def paths(case) -> dict[str, Any]:
    (w_low, w_high), (b_low, b_high) = case.fit.window
    w, b = case.fit.minima[0]
    data = [contour(case.ground),
            marks("minimum", {"colour": "ink", "symbol": "star"}, [w], [b], size=13)]  # fmt: skip
    for order, every in case.paths.items():
        points = near(every[case.rows, 0], (w, b))
        data.append(moving(order, "path", x=points[:, 0], y=points[:, 1], width=1.8))
    return figure(data, "One deck, dealt in four ways", xaxis=axis("w", (w_low, w_high)),
                  yaxis=axis("b", (b_low, b_high)))  # fmt: skip


def distances(case) -> dict[str, Any]:
    """The distance from the minimum by passes, with a line where each pass ends."""
    data, drawn = [], []
    for order, values in case.distances.items():
        values = positive(np.where(values < 1e6, values, np.nan))
        drawn.append(values)
        data.append(moving(order, "curve", "distance", x=case.passes, y=values, width=2.0))
    made = figure(
        data,
        "Distance from the minimum",
        xaxis=_over(case),
        yaxis=few_decades("distance", log_range(drawn, 1e-4, 1e4)),
    )
    made["layout"]["shapes"] = [
        {"type": "line", "yref": "paper", "x0": end, "x1": end, "y0": 0, "y1": 1,
         "line": {"color": "ink", "width": 0.6, "dash": "dot"}}
        for end in range(1, int(case.passes[-1]) + 1)
    ]  # fmt: skip
    return made


def losses(case) -> dict[str, Any]:
    """Training loss, loss before each update, true risk; dotted: where the law has both end."""
    tracks = [moving(name, "curve", "loss", x=case.passes, y=case.losses[name])
              for name in LOSSES]  # fmt: skip
    noise = case.fit.population.noise**2
    best = noise * max(case.deck.points - 2, 0) / case.deck.points
    high = best + case.gap
    known = np.isfinite(high)
    low = min(float(np.nanmin(np.minimum(values, 1e6))) for values in case.losses.values())
    top = max(1.3 * (high if known else noise), 1.05 * low + 0.02)
    title = f"{case.dealt.capitalize()}: losses; dotted: law"
    made = figure(tracks, title, xaxis=_over(case),
                  yaxis=axis("loss", (0.7 * min(best, low), max(1.6 * top, 1e-3))))  # fmt: skip
    made["layout"]["shapes"] = [level(y) for y in ((best, high) if known else (best,))]
    return made


def _over(case) -> dict[str, Any]:
    end = float(case.passes[-1])
    return axis("pass", (-0.015 * end, 1.015 * end))
