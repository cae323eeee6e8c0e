"""Operations by outputs, and paths beside edges, as plain Plotly figures."""

from typing import Any

import numpy as np

from optcore.graph import fan_operations
from ui.backprop_graph.parameters import MOST_BLOCKS, MOST_SIDES, Sizes
from ui.figures import axis, layout, log_axis, log_range, marks, track
from ui.palette import HUES

LOOKS = {
    "forward mode": {"colour": HUES[0], "dash": "solid", "symbol": "circle"},
    "reverse mode": {"colour": HUES[4], "dash": "dash", "symbol": "diamond"},
    "paths": {"colour": HUES[1], "dash": "dot", "symbol": "square"},
    "edges": {"colour": HUES[2], "dash": "dashdot", "symbol": "triangle-up"},
}
OUTPUTS = np.arange(1, MOST_SIDES + 1)
BLOCKS = np.arange(1, MOST_BLOCKS + 1)


def passes(sizes: Sizes) -> dict[str, Any]:
    """Operations of the whole Jacobian by the number of outputs, a mark at the one set."""
    curves = np.array([fan_operations(sizes.inputs, int(m)) for m in OUTPUTS], float).T
    names = ("forward mode", "reverse mode")
    title = f"Operations for all derivatives by {sizes.inputs} inputs"
    # The same for any number of inputs, so that a hand on that slider moves the curves alone.
    reach = log_range([[5.0], fan_operations(MOST_SIDES, MOST_SIDES)])
    return _figure(names, OUTPUTS, curves, sizes.outputs, (title, "outputs", "operations"), reach)


def paths(sizes: Sizes) -> dict[str, Any]:
    """Paths and edges of a residual chain by its length, a mark at the one set."""
    curves = np.array([2.0**BLOCKS, 3.0 * BLOCKS])
    words = ("A chain of blocks x + tanh(x)", "blocks", "paths, edges")
    return _figure(("paths", "edges"), BLOCKS, curves, sizes.blocks, words, log_range(curves))


def _figure(names, across, curves, at: int, words, reach) -> dict[str, Any]:
    title, below, beside = words
    data = [track(name, LOOKS[name], "still", x=across.astype(float), y=curve)
            for name, curve in zip(names, curves, strict=True)]  # fmt: skip
    data += [marks(name, LOOKS[name], np.array([float(at)]), curve[across == at], size=13)
             for name, curve in zip(names, curves, strict=True)]  # fmt: skip
    made = layout(
        below, title, (58, 12, 28, 40),
        xaxis=axis(below, [0.0, float(across[-1]) + 1]), yaxis=log_axis(beside, reach),
    )  # fmt: skip
    return {"data": data, "layout": made}
