"""Every element of a gradient in its place, by its own error: what a slip looks like."""

import numpy as np

from optcore.checks.measurement import BANDS
from ui.check_network.charts import MOST_LABELS, component_sentence
from ui.check_network.own_charts import DEEPEST, TICKS, colours
from ui.figures import axis, colour_bar, layout, marks, power
from ui.palette import GOOD
from ui.prose import number

# Columns left free between layers.
GAP = 0.6


def elements(result, names=None) -> dict:
    """W and b of each layer side by side, a row for each unit, coloured by relative error.

    What cannot be judged is left blank. `names` are those of the elements, for whoever
    points at one.
    """
    check, network = result.check, result.fit.network
    error = element_errors(check)
    data, middles, left = [], [], 0.0
    for name, part in result.fit.blocks.items():
        layer = int(name[1:])
        rows = network.sizes[layer]
        grid = error[part].reshape(rows, -1)
        if name[0] == "W":
            left += GAP
            middles.append(left + (grid.shape[1] - 1) / 2)
        x, y = left + np.arange(grid.shape[1]), np.arange(rows)
        data.append(_heat(x, y, grid, last=name == list(result.fit.blocks)[-1]))
        if names is not None:
            data.append(_sentences(result, names, part, np.meshgrid(x, y)))
        left += grid.shape[1]
    shown = middles[:: -(-len(middles) // MOST_LABELS)]
    across = axis("", [GAP - 0.6, left - 0.4], showgrid=False, tickvals=shown,
                  ticktext=[f"W{1 + middles.index(at)}" for at in shown])  # fmt: skip
    tallest = max(network.sizes[1:])
    up = axis("unit", [tallest - 0.5, -0.5], showgrid=False, showticklabels=False)
    title = "Relative error of each element: W, and b at its right"
    margin = (30, 8, 28, 28)
    frame = layout(f"elements/{network.sizes}", title, margin, xaxis=across, yaxis=up)
    return {"data": data, "layout": frame}


def element_errors(check) -> np.ndarray:
    """|a - n| / (|a| + |n|) of each element (n,), 0 where it does not exceed its floor, and nan
    where that floor could hide what is called wrong."""
    size = np.abs(check.analytic) + np.abs(check.settled)
    error, floor = (
        np.divide(part, size, out=np.zeros(len(size)), where=size > 0)
        for part in (check.absolute_error, check.settled_floor)
    )
    return np.where(error > floor, error, np.where(floor > BANDS[1], np.nan, 0.0))


def _heat(x, y, grid, *, last: bool) -> dict:
    bar = colour_bar(TICKS, [f"≤ {power(TICKS[0])}", *map(power, TICKS[1:])])
    return {
        "type": "heatmap",
        "x": x,
        "y": y,
        "z": np.log10(np.maximum(grid, 10.0**DEEPEST)),
        "zmin": DEEPEST,
        "zmax": 0.0,
        "colorscale": colours(),
        "showscale": last,
        "hoverinfo": "skip",
        "xgap": 1,
        "ygap": 1,
        "colorbar": bar,
    }


def _sentences(result, names, part, places) -> dict:
    """What each element says of itself, under its square."""
    look = {"symbol": "square", "colour": GOOD}
    x, y = (place.ravel().astype(float) for place in places)
    trace = marks("element", look, x, y, size=0)
    del trace["meta"]["group"]
    trace["meta"]["sentences"] = [
        _sentence(result.check, names, at) for at in range(part.start, part.stop)
    ]
    return trace


def _sentence(check, names, at: int) -> str:
    sentence = component_sentence(check, names, at)
    if not check.settled[at]:
        return sentence
    return f"{sentence}\nratio {number(check.analytic[at] / check.settled[at], 4)}"
