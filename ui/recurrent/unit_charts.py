"""One unit: its gradient by lag, the map it follows, and chains of matrices beside it."""

from typing import Any

import numpy as np

from ui.figures import level, log_range_below_top, positive, track
from ui.palette import ACTIVATION_LOOKS, HUES
from ui.prose import number
from ui.recurrent.figures import curve, layout, line, plane, still

OTHERS = np.array([0.5, 0.8, 0.9, 1.0, 1.1, 1.25, 2.0])
DEEPEST = 15
FROM = 4


def lags(case) -> dict[str, Any]:
    """|dh_t/dh_0| by lag: the unit's own, other weights thin, and t^(-3/2) dotted."""
    look = ACTIVATION_LOOKS[case.squash.name]
    others = [
        line(HUES[7], positive(column), name=f"w = {number(w)}", width=1.2)
        for w, column in zip(OTHERS, case.others.T, strict=True)
    ]
    t = np.arange(case.unit.steps + 1.0)
    law = np.full_like(t, np.nan)
    law[FROM:] = t[FROM:] ** -1.5
    own = curve(f"w = {number(case.unit.w)}", look, positive(case.own[1]), "|dh/dh₀|",
                group=case.squash.name)  # fmt: skip
    bounds = log_range_below_top([case.own[1], case.others], DEEPEST)
    others = [_named(each, bounds) for each in others]
    data = [*others, line("ink", law, name="t^(−3/2)", dash="dot"), own]
    for trace in data:
        trace["meta"] |= {"log": True, "across": 10}
    figure = layout("Gradient by lag; thin: other weights, dotted: lag to the power −3/2", "lag",
                    [0, case.unit.steps], bounds, log=True)  # fmt: skip
    figure["shapes"] = [level(1.0)]
    return {"data": data, "layout": figure}


def _named(thin: dict[str, Any], bounds: list[float]) -> dict[str, Any]:
    """The line with its weight written where it leaves the plot."""
    with np.errstate(invalid="ignore", divide="ignore"):
        inside = np.flatnonzero(np.log10(thin["y"]) >= bounds[0])
    text = [""] * len(thin["y"])
    if inside.size:
        text[inside[-1]] = thin["name"].removeprefix("w = ")
    return thin | {"mode": "lines+text", "text": text}


def cobweb(case) -> dict[str, Any]:
    """The map h -> phi(w h), the diagonal, and the points that the unit visits."""
    values = case.own[0]
    shown = values[np.isfinite(values)]
    reach = float(np.clip(1.15 * np.abs(shown).max(initial=1.0), 1.2, 50.0))
    # Twice as far as asked for: a wide plot shows more.
    h = np.linspace(-2 * reach, 2 * reach, 241)
    look = ACTIVATION_LOOKS[case.squash.name]
    visits = track("visited", look, "path", x=np.clip(values[:-1], -1e6, 1e6),
                   y=np.clip(values[1:], -1e6, 1e6))  # fmt: skip
    visits["meta"] |= {"group": case.squash.name, "across": 2 * reach}
    data = [
        still("ink", x=h, y=h, name="h next = h now", dash="dot"),
        still("ink", x=h, y=case.squash.value(case.unit.w * h), name="the map", width=2.0),
        visits,
    ]
    figure = plane("Where h goes: the map and the diagonal", "h now", "h next", reach)
    return {"data": data, "layout": figure}


def chains(case) -> dict[str, Any]:
    """The norm of a product of matrices: one again and again, or each layer its own."""
    same, different = case.chains
    one = np.ones(1)
    data = [
        line(HUES[7], positive(np.concatenate([one, column])), name="different matrices")
        for column in different.T
    ]
    again = line(HUES[1], positive(np.concatenate([one, same])), name="the same matrix", width=2.6)
    bounds = log_range_below_top([same, different], DEEPEST)
    figure = layout("Same matrix (red) or a new one each layer (grey)", "layers",
                    [0, case.unit.steps], bounds, log=True)  # fmt: skip
    figure["shapes"] = [level(1.0)]
    return {"data": [*data, again], "layout": figure}
