"""The view on A X: the Jacobian laid out beside the product that does without it."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from optcore.graph import ProductCosts, jacobian, parse
from ui import controls
from ui.address import Address
from ui.backprop_graph import product_charts
from ui.backprop_graph.parameters import Shape
from ui.backprop_graph.scene import Scene
from ui.lessons import Facts
from ui.live.stage import Clock, Panel
from ui.palette import legend
from ui.prose import csv_text, number, table
from ui.state import PageState

LAW = "Y = A @ X; L = sum(G * Y)"
# Whole numbers, so that every product can be checked in the head.
A = np.array([[1, -2, 3, 1], [0, 2, -1, 2], [3, 1, 1, -1], [-1, 2, 0, 1]], float)
X = np.array([[2, 1, 0, -1], [-1, 3, 2, 1], [1, 0, -2, 2], [0, 1, 1, 3]], float)
G = np.array([[1, -1, 2, 0], [2, 1, -1, 3], [-2, 3, 1, 1], [1, 0, 2, -1]], float)


@dataclass(frozen=True)
class Product:
    """Y = A X of a shape, a gradient G of Y, and what comes back to X."""

    shape: Shape

    @property
    def a(self) -> np.ndarray:
        return A[: self.shape.rows, : self.shape.inner]

    @property
    def x(self) -> np.ndarray:
        return X[: self.shape.inner, : self.shape.columns]

    @property
    def g(self) -> np.ndarray:
        return G[: self.shape.rows, : self.shape.columns]

    @cached_property
    def jacobian(self) -> np.ndarray:
        """Of Y by X, (entries of Y, entries of X), row by row."""
        return jacobian(parse("Y = A @ X"), {"A": self.a, "X": self.x}, "X")

    @cached_property
    def gradient(self) -> np.ndarray:
        """Of X, as the graph's pass back has it."""
        return parse(LAW).backward({"A": self.a, "X": self.x, "G": self.g})["X"]

    @property
    def costs(self) -> ProductCosts:
        return ProductCosts(self.shape.rows, self.shape.inner, self.shape.columns)

    def entry(self, moment: int) -> tuple[int, int]:
        """The row and the column of X that a moment of the clock is about; 0 is the first's."""
        row, column = divmod(moment, self.shape.columns)
        return row, column


def scene(state: PageState) -> Scene:
    product, board = set_up(state)
    last = product.x.size - 1
    return Scene(
        [
            Panel(product_charts.layout_of(product), name="Jacobian"),
            Panel(product_charts.products(product), name="Aᵀ G"),
            Panel(product_charts.costs(product), name="cost"),
        ],
        [board],
        words=lambda: told(product),
        table=lambda: table(("Way", "numbers held", "operations"), rows(product), named=True),
        facts=lambda: facts(product),
        sheet=lambda: sheet(product),
        program=lambda: program(product),
        clock=Clock(last, state.clock(range(last + 1)), unit="entry", name="Entry of X",
                    labels=[_entry("X", *product.entry(at)) for at in range(last + 1)]),
        legend=[legend(name, look) for name, look in product_charts.LOOKS.items()],
        columns="minmax(0, 1fr) minmax(0, 1fr) minmax(0, 1fr)",
    )  # fmt: skip


def set_up(state: Address) -> tuple[Product, controls.Board]:
    (shape,), board = controls.tune(state, [controls.Dials("Shape", "shape", Shape())])
    return Product(shape), board


# ------------------------------------------------------------------ told


def told(product: Product) -> list[str]:
    """A sentence for each entry of X: through which entries of Y it counts."""
    return [_told(product, *product.entry(at)) for at in range(product.x.size)]


def _told(product: Product, row: int, column: int) -> str:
    a, g = product.a[:, row], product.g[:, column]
    terms = [f"{_in_sum(one)} × {_in_sum(other)}" for one, other in zip(a, g, strict=True)]
    rows, columns = product.costs.jacobian_shape
    return (
        f"{_entry('X', row, column)} counts in column {column + 1} of Y alone, by column {row + 1} "
        f"of A: its gradient is {' + '.join(terms)} = {number(product.gradient[row, column])}. "
        f"All at once: Aᵀ G, {product.costs.by_product:,} operations. The Jacobian has {rows} × "
        f"{columns} = {product.costs.jacobian_numbers:,} entries, {product.costs.nonzero:,} of "
        "which can differ from 0."
    )


def _in_sum(value: float) -> str:
    text = number(float(value))
    return f"({text})" if value < 0 else text


def _entry(name: str, row: int, column: int) -> str:
    return f"{name}[{row + 1}, {column + 1}]"


def rows(product: Product) -> list[list[str]]:
    found = product.costs
    return [
        ["Jᵀ g, by the Jacobian", f"{found.jacobian_numbers:,}", f"{found.by_jacobian:,}"],
        ["Aᵀ G, by the product", f"{found.product_numbers:,}", f"{found.by_product:,}"],
    ]


def facts(product: Product) -> Facts:
    """`jacobian` (its numbers), `nonzero`, `by-jacobian` and `by-product` (operations), and the
    gradient's entries `X.1.1`."""
    found = product.costs
    entries = {f"X.{i + 1}.{j + 1}": float(value)
               for (i, j), value in np.ndenumerate(product.gradient)}  # fmt: skip
    return entries | {
        "jacobian": float(found.jacobian_numbers),
        "nonzero": float(found.nonzero),
        "by-jacobian": float(found.by_jacobian),
        "by-product": float(found.by_product),
    }


def sheet(product: Product) -> str:
    heads = [f"X{i + 1}{j + 1}" for i, j in np.ndindex(product.x.shape)]
    return csv_text(["", *heads], [
        [f"Y{i + 1}{j + 1}", *map(float, line)]
        for (i, j), line in zip(np.ndindex(product.g.shape), product.jacobian, strict=True)
    ])  # fmt: skip


def program(product: Product) -> str:
    return f"""import numpy as np

A = np.array({product.a.tolist()})
X = np.array({product.x.tolist()})
G = np.array({product.g.tolist()})  # the gradient of Y = A @ X

J = np.kron(A, np.eye(X.shape[1]))  # of Y by X, both row by row
print("by the Jacobian", (J.T @ G.ravel()).reshape(X.shape).tolist())
print("by the product ", (A.T @ G).tolist(), "for X, and", (G @ X.T).tolist(), "for A")
"""
