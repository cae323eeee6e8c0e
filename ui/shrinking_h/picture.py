"""A derivative in small: the error of each rule over h, large h first, both logarithmic."""

import numpy as np

from ui.address import Address
from ui.shrinking_h import show
from ui.shrinking_h.charts import RULE_LOOKS
from ui.shrinking_h.parameters import FLOATS, function_of
from ui.thumbnail import Stroke


def picture(state: Address):
    seen = show.watch(state, function_of(state), state["rules"], FLOATS[state["float"]])
    lines = []
    for curve in seen.curves:
        with np.errstate(divide="ignore"):
            points = np.log10(np.column_stack([seen.h, curve.error]))
        lines.append(Stroke(RULE_LOOKS[curve.rule.name]["colour"], points * [-1.0, 1.0]))
    return lines, None
