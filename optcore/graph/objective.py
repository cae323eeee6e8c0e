"""A node of a graph as an objective over its inputs, laid end to end in one flat vector."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from optcore.graph.passes import RIGHT, Backprop, Tape, read_inputs, record
from optcore.graph.shapes import GraphError

if TYPE_CHECKING:
    from optcore.graph.graph import Graph

# Far below any rounding: a complex step has no difference that could cancel.
COMPLEX_STEP = 1e-30


@dataclass(frozen=True, eq=False)
class GraphObjective:
    """An Objective: the node `of` as a function of the inputs `over`; the others stay as given.

    Points are (..., n), the inputs `over` in order, matrices row by row. A node that is an array
    counts as the sum of its entries, in `value` and in `grad`.
    """

    graph: "Graph"
    inputs: Mapping[str, np.ndarray]
    of: str
    over: tuple[str, ...]
    backprop: Backprop = RIGHT

    @cached_property
    def blocks(self) -> dict[str, slice]:
        """Input -> its part of a point."""
        found, start = {}, 0
        for name in self.over:
            found[name] = slice(start, start + self.inputs[name].size)
            start = found[name].stop
        return found

    @property
    def point(self) -> np.ndarray:
        """The inputs as given, (n,)."""
        return np.concatenate([np.ravel(self.inputs[name]) for name in self.over])

    def named(self, point) -> dict[str, np.ndarray]:
        """A point (n,) as values by name, those that stay included."""
        point = np.asarray(point)
        moved = {
            name: point[part].reshape(self.inputs[name].shape) for name, part in self.blocks.items()
        }
        return {**self.inputs, **moved}

    def stepped(self, rate: float) -> dict[str, np.ndarray]:
        """The inputs after one step of gradient descent from where they are."""
        return self.named(self.point - rate * self.grad(self.point))

    def value(self, point) -> np.ndarray:
        point = np.asarray(point)
        tape = self._tape(point)
        return total(tape.values[self.graph.places[self.of]], point)

    def grad(self, point) -> np.ndarray:
        point = np.asarray(point)
        tape, of = self._tape(point), self.graph.places[self.of]
        seed = np.ones_like(np.broadcast_to(tape.values[of], (*tape.shapes[of], *_count(point))))
        found = self.backprop.adjoints(tape, of, seed)
        parts = [
            np.broadcast_to(
                found.of(tape, self.graph.places[name]), (*self.inputs[name].shape, *_count(point))
            ).reshape(self.inputs[name].size, *_count(point))
            for name in self.over
        ]
        return np.concatenate(parts).T.reshape(point.shape)

    def hessian(self, point) -> np.ndarray:
        """(..., n, n), by a complex step through the pass back: exact to rounding.

        Squire and Trapp 1998, on the gradient. At kinks it is that of the side taken.
        """
        point = np.asarray(point)
        moves = COMPLEX_STEP * 1j * np.eye(point.shape[-1])
        found = self.grad(point[..., None, :] + moves).imag / COMPLEX_STEP
        return (found + found.mT) / 2

    def _tape(self, point: np.ndarray) -> Tape:
        inputs = {
            name: value[..., None].astype(_kept(value, point))
            for name, value in self.inputs.items()
            if name not in self.over
        }
        for name, part in self.blocks.items():
            inputs[name] = columns(point, part, self.inputs[name].shape)
        return record(self.graph, inputs, self.over)


def columns(point: np.ndarray, part: slice, shape: tuple[int, ...]) -> np.ndarray:
    """A part of the points (..., n) as values (*shape, P)."""
    return np.moveaxis(point[..., part], -1, 0).reshape(*shape, *_count(point))


def total(value: np.ndarray, point: np.ndarray) -> np.ndarray:
    """The sum of a node's entries, its value being (*shape, P) or the same for all of the points
    (..., n): one number for each."""
    found = value.sum(axis=tuple(range(value.ndim - 1)))
    return np.broadcast_to(found, _count(point)).reshape(point.shape[:-1])[()]


def _count(point: np.ndarray) -> tuple[int]:
    return (int(np.prod(point.shape[:-1])),)


def _kept(value: np.ndarray, point: np.ndarray):
    """The type in which an input that stays joins the point: never wider than the point's."""
    return point.real.dtype if value.dtype.kind == "f" else value.dtype


def objective(
    graph: "Graph", inputs: Mapping, of: str | None = None, over=None, *, backprop=None
) -> GraphObjective:
    """The node `of` over the inputs `over`, all by default. Raises GraphError."""
    given = read_inputs(graph, inputs)
    graph.shapes(given)
    of = graph.node(of or graph.output).name
    over = tuple(graph.inputs if over is None else over)
    unknown = [name for name in over if name not in given]
    if unknown or not over:
        raise GraphError(
            f"An objective runs over inputs, and {', '.join(unknown) or 'no name'} is none: they "
            f"are {', '.join(graph.inputs)}."
        )
    return GraphObjective(graph, given, of, over, backprop or RIGHT)
