"""A run at equal cost: its paths, its excess error over the laws, its ball around the minimum."""

from typing import Any

import numpy as np

from ui.figures import axis, ink, later, log_axis, log_range, marks, positive
from ui.ground import contour
from ui.noise.figures import (
    LOOKS,
    altered,
    cloud,
    ellipse,
    few_decades,
    figure,
    moving,
    near,
    steady,
)

FOUND = 400
# Names of the racers whose samples are drawn.
DRAWN = ("Mini-batch", "One sample")


def paths(case) -> dict[str, Any]:
    """The paths over the loss, the ball of each by the law, and averages where they are asked."""
    (w_low, w_high), (b_low, b_high) = case.fit.window
    data = [contour(case.ground), _minimum(case)]
    for name in DRAWN:
        data.append(later(_ball(case, name)))
    for racer in reversed(case.racers):
        data.append(moving(racer.name, "path", width=1.6 if racer.size else 3.0,
                           **_places(case.paths[racer.name], case.fit.minima[0])))  # fmt: skip
    if case.average:
        data += [_mean(case, name) for name in DRAWN]
    return figure(data, "Paths; ellipses: the law, 2 σ",
                  xaxis=axis("w", (w_low, w_high)), yaxis=axis("b", (b_low, b_high)))  # fmt: skip


def _places(points: np.ndarray, centre) -> dict[str, Any]:
    """x and y."""
    x, y = near(points, centre).T
    return {"x": x, "y": y}


def _mean(case, name: str) -> dict[str, Any]:
    track = moving(name, "path", size=9, width=1.4, **_places(case.means[name], case.fit.minima[0]))
    return altered(track, name=f"{name}, averaged", line={"color": "ink"})


def _minimum(case) -> dict[str, Any]:
    w, b = case.fit.minima[0]
    return marks("minimum", {"colour": "ink", "symbol": "star"}, [w], [b], size=13)


def _ball(case, name: str) -> dict[str, Any]:
    racer = next(each for each in case.racers if each.name == name)
    x, y = ellipse(case.fit.minima[0], case.last_ball(racer))
    ring = moving(name, "still", x=x, y=y, width=1.8)
    return altered(ring, name=f"{name}, law", line={"dash": "dash"})


def ball(case) -> dict[str, Any]:
    """Where the last half of each run lies, with the ellipse of the law."""
    data, reach = [_minimum(case)], []
    centre = np.array(case.fit.minima[0])
    for name in reversed(DRAWN):
        racer = next(each for each in case.racers if each.name == name)
        points = case.runs[name].points
        last = points[len(points) // 2 :]
        last = last[:: max(1, len(last) // FOUND)]
        data.append(later(cloud(name, last[:, 0], last[:, 1], size=5, opacity=0.35)))
        spread = np.sqrt(np.diagonal(case.ball(racer.size)).max())
        reach.append(2.6 * spread if np.isfinite(spread) else 3.0)
    data += [later(_ball(case, name)) for name in DRAWN]
    wide = _nice(max(reach))
    title = "Last half; dashed: law, 2 σ"
    return figure(data, title, xaxis=axis("w", (centre[0] - wide, centre[0] + wide)),
                  yaxis=axis("b", (centre[1] - wide, centre[1] + wide)))  # fmt: skip


def excess(case, band) -> dict[str, Any]:
    """Excess error against what was spent, both logarithmic, over the law and two powers."""
    costs = case.spent
    data = []
    for racer in case.racers:
        name = racer.name
        values = case.excess(case.paths[name])
        if band and name in band:
            data += _banded(name, costs, band[name])
        if name in case.expected:
            data.append(ink(f"{name}, expected", costs, _seen(case.expected[name]), width=1.6,
                            dash="dash"))  # fmt: skip
        if case.average and racer.size:
            mean = moving(name, "curve", "averaged", x=costs, width=1.3, size=8,
                          y=_seen(case.excess(case.means[name])))  # fmt: skip
            data.append(altered(mean, name=f"{name}, averaged", line={"color": "ink"}))
            if name in case.averaged_law:
                data.append(ink(f"{name}, averaged, by the law", costs,
                                _seen(case.averaged_law[name]), width=1.6, dash="dot"))  # fmt: skip
        data.append(moving(name, "curve", "excess error", x=costs, y=_seen(values),
                           width=1.6 if racer.size else 2.4))  # fmt: skip
    data += _powers(case)
    first = np.log10(max(costs[1], 1e-9))
    title = "Excess error; dashed: expected"
    return figure(data, title,
                  xaxis=log_axis(f"{case.equal} spent", (first, np.log10(costs[-1]))),
                  yaxis=few_decades("excess error", _up(case)))  # fmt: skip


def _up(case) -> list[float]:
    drawn = [case.excess(case.paths[racer.name]) for racer in case.racers]
    return steady(log_range([*drawn, *case.expected.values()], 1e-8, 1e4), 2)


def _banded(name: str, costs, band) -> list[dict[str, Any]]:
    low, high, mean = (_seen(row) for row in band)
    known = np.isfinite(low) & np.isfinite(high) & (costs > 0)
    x, low, high = costs[known], low[known], high[known]
    colour = LOOKS[name]["colour"]
    shade = ink(f"{name}, 10 to 90 %", np.concatenate([x, x[::-1]]),
                np.concatenate([high, low[::-1]]), width=0.5, opacity=0.25)  # fmt: skip
    shade = altered(shade, fill="toself", fillcolor=colour, line={"color": colour})
    middle = ink(f"{name}, mean of all", costs, mean, width=3.0, opacity=0.8)
    return [shade, altered(middle, line={"color": colour})]


def _powers(case) -> list[dict[str, Any]]:
    """Lines that fall as 1/k and as 1/sqrt k, from where the first racer that is drawn begins."""
    costs = case.costs[1:]
    start = float(case.excess(np.array(case.fit.start)))
    return [ink(text, costs, start * (costs / costs[0]) ** -power, width=1.0, dash="dot")
            for text, power in (("1/√k", 0.5), ("1/k", 1.0))]  # fmt: skip


def _seen(values) -> np.ndarray:
    return positive(np.where(np.asarray(values) < 1e12, values, np.nan))


def _nice(value: float) -> float:
    steps = (0.1, 0.2, 0.4, 0.7, 1.0, 1.5, 2.0, 3.0, 4.0)
    return next((step for step in steps if value <= step), 4.0)
