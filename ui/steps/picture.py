"""A stream in small: the way that each listener has gone, over the steps."""

import numpy as np

from ui.address import Address
from ui.palette import OPTIMIZER_LOOKS
from ui.steps import choices
from ui.thumbnail import Stroke


def picture(state: Address):
    playing, _ = choices.set_up(state)
    lines = []
    for name, response in playing.responses().items():
        way = np.cumsum(response.steps[:, 0])
        points = np.column_stack([np.arange(len(way)), way])
        lines.append(Stroke(OPTIMIZER_LOOKS[name]["colour"], points))
    return lines, None
