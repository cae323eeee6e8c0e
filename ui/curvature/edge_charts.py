"""The edge of stability: the minimum that a rate chooses, and the sharpness of one function."""

import numpy as np

from optcore.curvature.edge import ChosenMinima
from ui.curvature.shapes import dots, layout, track
from ui.figures import later, log_range


def chosen(found: ChosenMinima, rate: float) -> dict:
    """The sharpness where descents from one start end, against their rate, below 2 / rate."""
    ends = dots("sharpness", found.rates, found.sharpness)
    limit = track("2 / rate", "still", x=found.rates, y=found.limit)
    data = [limit, ends]
    alive = np.isfinite(found.sharpness)
    if alive.any():
        here = np.interp(np.log(rate), np.log(found.rates[alive]), found.sharpness[alive])
        ring = dots("here", [rate], [here])
        ring["marker"]["size"] = 15
        data.append(ring)
    for trace in data:
        trace["meta"] |= {"log": True, "across": 10}
    plot = layout("chosen", "rate η", log_range([found.rates]), "final sharpness",
                  log_range([found.sharpness]), log_x=True, log_y=True)  # fmt: skip
    return {"data": [limit, *map(later, data[1:])], "layout": plot}


def rescalings(factors: np.ndarray, sharpness: np.ndarray, factor: float) -> dict:
    """The sharpness of one and the same function against the factor between its layers."""
    curve = track("sharpness", "still", x=factors, y=sharpness)
    here = dots("here", [factor], [np.interp(np.log(factor), np.log(factors), sharpness)])
    here["marker"]["size"] = 15
    for trace in (curve, here):
        trace["meta"] |= {"log": True, "across": 10}
    plot = layout("rescaled", "factor", np.log10(factors[[0, -1]]), "sharpness",
                  log_range([sharpness]), log_x=True, log_y=True)  # fmt: skip
    return {"data": [later(curve), later(here)], "layout": plot}
