"""A stream in small: the way that each listener has gone, over the steps."""

import numpy as np

from ui.address import Address
from ui.palette import OPTIMIZER_LOOKS
from ui.steps import choices
from ui.thumbnail import Line


def picture(state: Address):
    setup, _ = choices.set_up(state)
    lines = []
    for name, response in setup.responses().items():
        way = np.cumsum(response.steps[:, 0])
        points = np.column_stack([np.arange(len(way)), way])
        lines.append(Line(OPTIMIZER_LOOKS[name]["colour"], points))
    return lines, None
