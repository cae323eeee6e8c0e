"""A lesson in small: the links of the graph it is about."""

from collections.abc import Iterator

import numpy as np

from optcore.graph.chains import residual_chain
from optcore.graph.examples import LINE_FIT, MATRIX_PRODUCT, MULTIPLY_NODE
from ui.address import Address
from ui.backprop_graph.case import Case, work_out
from ui.backprop_graph.drawing import GRADIENT, VALUE
from ui.backprop_graph.parameters import FIT, NODE, PRODUCT, WHY
from ui.thumbnail import Stroke

# What the views show that have a graph of their own.
OWN = {
    FIT: (LINE_FIT.text, LINE_FIT.values),
    PRODUCT: (MATRIX_PRODUCT.text, MATRIX_PRODUCT.values),
    NODE: (MULTIPLY_NODE.text, MULTIPLY_NODE.values),
    WHY: (residual_chain("tanh", 4), {"x0": 0.5}),
}


def picture(state: Address) -> tuple[list[Stroke], None]:
    """Links through which a gradient comes back in its colour, the rest in that of values."""
    text, values = OWN.get(state["view"], (state["f"], state["values"]))
    case = work_out(text, values)
    return [Stroke(colour, way) for colour, way in _ways(case)], None


def _ways(case: Case) -> Iterator[tuple[str, np.ndarray]]:
    where = case.placement
    for at, edge in enumerate(case.graph.edges):
        flow = case.flow(edge)
        colour = GRADIENT["colour"] if flow and flow.size else VALUE["colour"]
        yield colour, where.bends[:, where.starts[at] : where.starts[at + 1]].T
