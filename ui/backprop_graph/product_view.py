"""The view on the derivative of A X: its Jacobian beside the product that needs none."""

import numpy as np

from optcore.graph import ProductCosts, jacobian
from optcore.graph.examples import MATRIX_PRODUCT
from ui import controls
from ui.backprop_graph import drawing, graph_view, words
from ui.backprop_graph.case import Case, work_out
from ui.backprop_graph.facts import facts
from ui.backprop_graph.parameters import BY, Shapes, Square
from ui.backprop_graph.programs import program
from ui.backprop_graph.scene import Scene
from ui.figures import axis, layout, log_axis, needle, track
from ui.live.stage import Panel
from ui.palette import HUES
from ui.prose import number
from ui.state import PageState

SIDES = np.unique(np.geomspace(1, 1000, 60).round())
LOOKS = {
    "through the Jacobian": {"colour": HUES[4], "dash": "dash", "symbol": "square"},
    "the product": {"colour": HUES[0], "dash": "solid", "symbol": "circle"},
}


def case_of(shapes: Shapes) -> Case:
    """A X and a gradient G of it, with whole numbers for entries."""
    draw = np.random.default_rng(shapes.seed)
    m, k, n = shapes.rows, shapes.inner, shapes.columns
    sizes = {"A": (m, k), "X": (k, n), "G": (m, n)}
    values = {
        name: tuple(tuple(row) for row in draw.integers(-3, 4, size).astype(float).tolist())
        for name, size in sizes.items()
    }
    return work_out(MATRIX_PRODUCT.text, values)


def scene(state: PageState) -> Scene:
    dials = [controls.Dials("Shapes", "shape", Shapes()),
             controls.Dials("Square matrices", "square", Square())]  # fmt: skip
    (shapes, square), board = controls.tune(state, dials)
    case, by = case_of(shapes), "X" if state["by"] == BY[0] else "A"
    entries = jacobian(case.graph, case.values, by, "Y")
    return Scene(
        [
            Panel(drawing.picture(case), name="graph", span=2),
            Panel(_matrix(entries, by), name="Jacobian"),
            Panel(_costs(square.side), name="costs", labels={"x": "side", "y": "operations"}),
        ],
        [board],
        words=lambda: told(case, shapes, square, by),
        table=lambda: words.listed(case),
        facts=lambda: _facts(case, shapes, square, by),
        sheet=lambda: words.sheet(case),
        program=lambda: program(case),
        clock=graph_view.clock(state, case.moments),
        legend=drawing.FLOWS,
        columns="minmax(0, 5fr) minmax(0, 3fr)",
    )  # fmt: skip


def _matrix(entries: np.ndarray, by: str) -> dict:
    """The Jacobian, a row for each entry of Y."""
    reach = float(np.abs(entries).max(initial=1.0))
    rows, columns = entries.shape
    heat = {
        "type": "heatmap", "z": entries, "zmin": -reach, "zmax": reach, "showscale": False,
        "colorscale": [[0, HUES[4]], [0.5, "rgba(128,128,128,0.12)"], [1, HUES[0]]],
        "text": [[f"{value:g}".replace("-", "−") for value in row] for row in entries],
        "texttemplate": "%{text}", "xgap": 1, "ygap": 1, "hoverinfo": "skip",
    }  # fmt: skip
    title = f"dY/d{by}: {rows} × {columns} numbers, {int(np.count_nonzero(entries))} not 0"
    bare = {"showticklabels": False, "showgrid": False}
    made = layout("jacobian", title, margin=(30, 10, 14, 30),
                  xaxis=axis(f"entries of {by}", [-0.5, columns - 0.5], **bare),
                  yaxis=axis("entries of Y", [rows - 0.5, -0.5], **bare))  # fmt: skip
    return {"data": [heat], "layout": made}


def square_costs(side: float) -> ProductCosts:
    return ProductCosts(int(side), int(side), int(side))


def _costs(side: int) -> dict:
    both = [square_costs(each) for each in SIDES]
    counts = {"through the Jacobian": [float(each.by_jacobian) for each in both],
              "the product": [float(each.by_product) for each in both]}  # fmt: skip
    data = [track(name, LOOKS[name], "still", x=SIDES, y=np.array(y)) for name, y in counts.items()]
    for trace in data:
        trace["meta"] |= {"group": None, "log": True, "across": 12.0}
    xaxis, yaxis = log_axis("side of A and X", [0, 3]), log_axis("", [0, 13])
    here = needle(np.array([float(side)]), (1.0, 1e14))
    title = "Operations: dashed through the Jacobian, plain Aᵀ G"
    return {"data": [*data, here], "layout": layout("costs", title, xaxis=xaxis, yaxis=yaxis)}


def told(case: Case, shapes: Shapes, square: Square, by: str) -> list[str]:
    found = words.told(case)
    cost = _cost(shapes, by)
    rule = "Aᵀ G" if by == "X" else "G Xᵀ"
    large = square_costs(square.side)
    both = f"{number(large.by_product)} and {number(large.by_jacobian)}"
    found[-1] = (
        f"dL/d{by} = {rule} = {words.written(case.run.adjoint(by))}: {cost.by_product} operations, "
        f"{cost.by_jacobian} through the Jacobian. At side {square.side}: {both}."
    )
    return found


def _cost(shapes: Shapes, by: str) -> ProductCosts:
    """By A everything is the same with the product turned round: Yᵀ = Xᵀ Aᵀ."""
    if by == "X":
        return ProductCosts(shapes.rows, shapes.inner, shapes.columns)
    return ProductCosts(shapes.columns, shapes.inner, shapes.rows)


def _facts(case: Case, shapes: Shapes, square: Square, by: str) -> dict:
    cost, large = _cost(shapes, by), square_costs(square.side)
    return {
        **facts(case),
        "rows": shapes.rows,
        "inner": shapes.inner,
        "columns": shapes.columns,
        "jacobian.numbers": cost.jacobian_numbers,
        "jacobian.nonzero": cost.nonzero,
        "by.jacobian": cost.by_jacobian,
        "by.product": cost.by_product,
        "side": square.side,
        "times": large.by_jacobian / large.by_product,
    }
