"""The Jacobian of A X, the product that needs none, and what both cost, as plain figures."""

from typing import Any

import numpy as np

from optcore.graph import ProductCosts
from ui.figures import axis, layout, log_axis, needle, note, track
from ui.palette import HUES

SIDES = np.unique(np.geomspace(1, 1000, 60).round())
LOOKS = {
    "through the Jacobian": {"colour": HUES[4], "dash": "dash", "symbol": "square"},
    "the product": {"colour": HUES[0], "dash": "solid", "symbol": "circle"},
}
COLOURS = [[0, HUES[4]], [0.5, "rgba(128,128,128,0.12)"], [1, HUES[0]]]
# Cells between two matrices that stand side by side, and what a name takes below them.
GAP, NAME = 1.0, 0.9


def table(found) -> dict[str, Any]:
    """The Jacobian, a row for each entry of Y, a frame round the column of the clock's entry."""
    rows, columns = found.jacobian.shape
    at, ones = np.arange(columns), np.ones(columns)
    title = (
        f"dY/d{found.by}: {rows} × {columns} numbers, {int(np.count_nonzero(found.jacobian))} not 0"
    )
    frames = _frames("column", at, 0 * at, ones, rows * ones)
    return {"data": [_cells(found.jacobian), frames], "layout": _bare(title, columns, rows)}


def factors(found) -> dict[str, Any]:
    """Two matrices and their product side by side: frames round a row, a column, and the entry
    that they make."""
    left, right = found.factors
    parts = [left, right, found.gradient]
    starts = np.cumsum([0.0, *(part.shape[1] + GAP for part in parts)])
    height = max(part.shape[0] for part in parts)
    row, column = np.array(found.entries).T
    ones = np.ones(len(row))
    data = [_cells(part, start) for part, start in zip(parts, starts, strict=False)]
    data += [
        _frames("row", starts[0] + 0 * row, row, left.shape[1] * ones, ones),
        _frames("column", starts[1] + column, 0 * column, ones, right.shape[0] * ones),
        _frames("entry", starts[2] + column, row, ones, ones),
    ]
    names = (*found.rule.split(), f"dL/d{found.by}")
    made = _bare(f"dL/d{found.by} = {found.rule}: a row times a column for each entry",
                 starts[-1] - GAP, height + NAME)  # fmt: skip
    made["annotations"] = [
        note(name, start + (part.shape[1] - 1) / 2, height - 0.5 + NAME / 2)
        for name, part, start in zip(names, parts, starts, strict=False)
    ]
    return {"data": data, "layout": made}


def square_costs(side: float) -> ProductCosts:
    return ProductCosts(int(side), int(side), int(side))


def costs(side: int) -> dict[str, Any]:
    """Operations of both ways for square matrices, by their side."""
    both = [square_costs(each) for each in SIDES]
    counts = {"through the Jacobian": [float(each.by_jacobian) for each in both],
              "the product": [float(each.by_product) for each in both]}  # fmt: skip
    data = [track(name, LOOKS[name], "still", x=SIDES, y=np.array(y)) for name, y in counts.items()]
    for trace in data:
        trace["meta"] |= {"group": None, "log": True, "across": 12.0}
    here = needle(np.array([float(side)]), (1.0, 1e14))
    title = "Operations: dashed through the Jacobian, plain the product"
    made = layout("costs", title, xaxis=log_axis("side of A and X", [0, 3]),
                  yaxis=log_axis("", [0, 13]))  # fmt: skip
    return {"data": [*data, here], "layout": made}


def _cells(matrix: np.ndarray, start: float = 0.0) -> dict[str, Any]:
    """A matrix as coloured cells with their numbers; its first cell stands at `start`, 0."""
    reach = float(np.abs(matrix).max(initial=1.0))
    return {
        "type": "heatmap", "z": matrix, "zmin": -reach, "zmax": reach, "showscale": False,
        "x": start + np.arange(matrix.shape[1]), "y": np.arange(matrix.shape[0], dtype=float),
        "colorscale": COLOURS,
        "text": [[f"{value + 0.0:g}".replace("-", "−") for value in row] for row in matrix],
        "texttemplate": "%{text}", "xgap": 1, "ygap": 1, "hoverinfo": "skip",
    }  # fmt: skip


def _frames(name: str, left, top, width, height) -> dict[str, Any]:
    """A frame for each moment, round cells: their first column and row, and how many."""
    left, top = left - 0.5, top - 0.5
    right, low = left + width, top + height
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "line": {"color": "ink", "width": 2.4},
        "meta": {
            "play": "frame",
            "silent": True,
            "x": np.stack([left, right, right, left, left], axis=1),
            "y": np.stack([top, top, low, low, top], axis=1),
        },
    }


def _bare(title: str, wide: float, high: float) -> dict[str, Any]:
    """A plot of cells without axes, the first row on top."""
    bare = {"visible": False, "automargin": False}
    return layout(title, title, margin=(8, 8, 14, 8), xaxis=axis("", [-0.7, wide - 0.3], **bare),
                  yaxis=axis("", [high - 0.3, -0.7], **bare))  # fmt: skip
