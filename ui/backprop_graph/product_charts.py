"""The Jacobian of A X as a picture, the product beside it, and what both cost as sides grow."""

from typing import Any

import numpy as np

from optcore.graph import ProductCosts
from ui.figures import axis, heading, layout, log_axis, log_range, note, track
from ui.palette import HUES
from ui.prose import number

LOOKS = {
    "by the Jacobian": {"colour": HUES[0], "dash": "solid", "symbol": "circle"},
    "by the product": {"colour": HUES[4], "dash": "dash", "symbol": "diamond"},
}
COLOURS = [[0, HUES[0]], [0.5, "#88888820"], [1, HUES[4]]]
STRONGEST = 4.0
SIDES = np.array([1, 2, 4, 10, 20, 50, 100, 200, 500, 1000])
# The gap between two matrices that stand beside each other.
GAP = 1.0


def layout_of(product) -> dict[str, Any]:
    """The Jacobian of Y by X, blank where it is 0 whatever A is, a frame round the entry's
    column."""
    rows, columns = product.jacobian.shape
    # Y[i, j] knows the column j of X alone.
    known = np.kron(np.ones(product.a.shape), np.eye(product.shape.columns)) > 0
    data = [_cells(np.where(known, product.jacobian, np.nan), 0.0)]
    at = np.arange(columns, dtype=float)
    data.append(_frames("entry", at, np.full(columns, -0.5), np.ones(columns),
                        np.full(columns, float(rows))))  # fmt: skip
    title = f"The Jacobian of Y by X: {rows} × {columns}"
    return {"data": data, "layout": _bare(title, columns, rows, product)}


def products(product) -> dict[str, Any]:
    """Aᵀ, G and their product side by side, frames round what makes the entry."""
    at, g, x = product.a.T, product.g, product.gradient
    height = max(at.shape[0], g.shape[0])
    lefts = [0.0, at.shape[1] + GAP, at.shape[1] + g.shape[1] + 2 * GAP]
    data = [_cells(part, left) for part, left in zip((at, g, x), lefts, strict=True)]
    entries = [product.entry(moment) for moment in range(x.size)]
    i, j = (np.array(part, float) for part in zip(*entries, strict=True))
    ones = np.ones(len(i))
    data += [
        _frames("row of Aᵀ", lefts[0] + 0 * i, i - 0.5, ones * at.shape[1], ones),
        _frames("column of G", lefts[1] + j, -0.5 * ones, ones, ones * g.shape[0]),
        _frames("entry of the result", lefts[2] + j, i - 0.5, ones, ones),
    ]
    wide = lefts[2] + x.shape[1]
    made = _bare("Aᵀ G is the gradient of X", wide, height + 0.8, product)
    names = zip(("Aᵀ", "G", "gradient of X"), (at, g, x), lefts, strict=True)
    made["annotations"] = [
        note(name, left + (part.shape[1] - 1) / 2, height + 0.2) for name, part, left in names
    ]
    return {"data": data, "layout": made}


def costs(product) -> dict[str, Any]:
    """Operations of both ways for square matrices, by their side."""
    priced = [ProductCosts(int(side), int(side), int(side)) for side in SIDES]
    curves = np.array([[each.by_jacobian, each.by_product] for each in priced], float).T
    data = [track(name, look, "still", x=SIDES.astype(float), y=curve)
            for (name, look), curve in zip(LOOKS.items(), curves, strict=True)]  # fmt: skip
    for trace in data:
        trace["meta"]["log"] = True
    made = layout(
        "costs", "Operations, all sides alike", (58, 12, 28, 40),
        xaxis=log_axis("side", [0.0, 3.0]), yaxis=log_axis("operations", log_range(curves)),
    )  # fmt: skip
    return {"data": data, "layout": made}


def _cells(matrix: np.ndarray, left: float) -> dict[str, Any]:
    """A matrix as coloured cells with their numbers, the first row on top."""
    return {
        "type": "heatmap",
        "x": left + np.arange(matrix.shape[1], dtype=float),
        "y": np.arange(matrix.shape[0], dtype=float),
        "z": matrix,
        "text": [[number(float(each)) if np.isfinite(each) else "" for each in line]
                 for line in matrix],
        "texttemplate": "%{text}",
        "zmin": -STRONGEST,
        "zmax": STRONGEST,
        "colorscale": COLOURS,
        "showscale": False,
        "hoverinfo": "skip",
        "xgap": 1,
        "ygap": 1,
    }  # fmt: skip


def _frames(name: str, left, top, width, height) -> dict[str, Any]:
    """A frame for each moment, from its first cell's middle and its upper rim."""
    x = np.stack([left - 0.5, left - 0.5 + width, left - 0.5 + width, left - 0.5, left - 0.5], 1)
    y = np.stack([top, top, top + height, top + height, top], 1)
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "line": {"color": "ink", "width": 2.4},
        "meta": {"play": "frame", "silent": True, "x": x, "y": y},
    }


def _bare(title: str, wide: float, high: float, product) -> dict[str, Any]:
    """Axes that are not seen, in cells, the first row on top."""
    bare = {"visible": False, "automargin": False}
    made = layout(
        f"{title} {product.shape}", title, (8, 8, 30, 8),
        xaxis=axis("", [-0.7, wide - 0.3], **bare), yaxis=axis("", [high - 0.3, -0.7], **bare),
    )  # fmt: skip
    return made | {"title": heading(title)}
