"""The view on the derivative of A X: its Jacobian beside the product that needs none."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from optcore.graph import ProductCosts, jacobian
from optcore.graph.examples import MATRIX_PRODUCT
from ui import controls
from ui.backprop_graph import drawing, product_charts, words
from ui.backprop_graph.case import Case, work_out
from ui.backprop_graph.facts import facts
from ui.backprop_graph.parameters import BY, Shapes, Square
from ui.backprop_graph.programs import program
from ui.live.stage import Clock, Panel
from ui.prose import number
from ui.scene import Scene
from ui.state import PageState


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


@dataclass(frozen=True, eq=False)
class Derivative:
    """dL/dX = Aᵀ G or dL/dA = G Xᵀ: two matrices, their product, and the Jacobian of Y."""

    case: Case
    by: str

    @property
    def rule(self) -> str:
        return "Aᵀ G" if self.by == "X" else "G Xᵀ"

    @property
    def factors(self) -> tuple[np.ndarray, np.ndarray]:
        a, x, g = (self.case.run.value(name) for name in "AXG")
        return (a.T, g) if self.by == "X" else (g, x.T)

    @cached_property
    def gradient(self) -> np.ndarray:
        """What the pass back gives the matrix."""
        found = self.case.run.adjoint(self.by)
        assert found is not None, "L depends on both factors"
        return found

    @cached_property
    def jacobian(self) -> np.ndarray:
        """(entries of Y, entries of the matrix), row by row."""
        return jacobian(self.case.graph, self.case.values, self.by, "Y")

    @property
    def entries(self) -> list[tuple[int, int]]:
        """The clock's moments: an entry of the matrix each, row by row."""
        return [*np.ndindex(self.gradient.shape)]


def scene(state: PageState) -> Scene:
    dials = [controls.Dials("Shapes", "shape", Shapes()),
             controls.Dials("Square matrices", "square", Square())]  # fmt: skip
    (shapes, square), board = controls.tune(state, dials)
    case, by = case_of(shapes), "X" if state["by"] == BY[0] else "A"
    found = Derivative(case, by)
    moments = len(found.entries)
    graph = drawing.film(case.graph, [drawing.whole(case)] * moments)
    return Scene(
        [
            Panel({"data": [graph], "layout": drawing.frame(case.graph)}, name="graph"),
            Panel(product_charts.table(found), name="Jacobian"),
            Panel(product_charts.factors(found), name=found.rule),
            Panel(product_charts.costs(square.side), name="costs",
                  labels={"x": "side", "y": "operations"}),
        ],
        [board],
        words=lambda: sentences(found, shapes, square),
        table=lambda: words.listed(case),
        facts=lambda: _facts(case, shapes, square, by),
        columns_of=lambda: words.columns_of(case),
        program=lambda: program(case),
        clock=Clock(moments - 1, state.clock(range(moments)), unit="entry", name=f"Entry of {by}",
                    labels=[entry_name(by, at) for at in found.entries], opens=5),
        legend=drawing.FLOWS,
        columns="minmax(0, 1fr) minmax(0, 1fr)",
    )  # fmt: skip


def entry_name(name: str, at: tuple[int, int]) -> str:
    return f"{name}[{at[0] + 1}, {at[1] + 1}]"


def sentences(found: Derivative, shapes: Shapes, square: Square) -> list[str]:
    """Of each entry, where it counts and by what; at the end, what both ways cost."""
    by, cost, large = found.by, _cost(shapes, found.by), product_charts.square_costs(square.side)
    entries = [_of_entry(found, *at) for at in found.entries]
    entries[-1] = (
        f"{entries[-1]} All of dL/d{by} = {found.rule}: {cost.by_product} operations, "
        f"{cost.by_jacobian} through the Jacobian; at side {square.side} "
        f"{number(large.by_product)} and {number(large.by_jacobian)}."
    )
    return entries


def _of_entry(found: Derivative, row: int, column: int) -> str:
    left, right = found.factors
    terms = [f"{_factor(one)} × {_factor(other)}"
             for one, other in zip(left[row], right[:, column], strict=True)]  # fmt: skip
    where = (f"column {column + 1} of Y, by column {row + 1} of A" if found.by == "X"
             else f"row {row + 1} of Y, by row {column + 1} of X")  # fmt: skip
    total = number(float(found.gradient[row, column]))
    name = entry_name(found.by, (row, column))
    return f"{name} counts in {where}: its gradient is {' + '.join(terms)} = {total}."


def _factor(value: float) -> str:
    text = number(float(value))
    return f"({text})" if value < 0 else text


def _cost(shapes: Shapes, by: str) -> ProductCosts:
    """By A everything is the same with the product turned round: Yᵀ = Xᵀ Aᵀ."""
    if by == "X":
        return ProductCosts(shapes.rows, shapes.inner, shapes.columns)
    return ProductCosts(shapes.columns, shapes.inner, shapes.rows)


def _facts(case: Case, shapes: Shapes, square: Square, by: str) -> dict:
    cost, large = _cost(shapes, by), product_charts.square_costs(square.side)
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
