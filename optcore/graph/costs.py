"""What a gradient costs: operations and passes of both modes, Jacobians beside their products."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from optcore.graph.graph import Graph
from optcore.graph.operations import Elementwise, MatrixProduct, Reduction
from optcore.graph.passes import RIGHT, Tape, one_point, tangents_of
from optcore.graph.structure import Edge


@dataclass(frozen=True)
class Costs:
    """Multiplications, additions and function values, counted one each, of one pass.

    `values` is the forward pass alone. `backward` is what reverse mode adds to it, for all of the
    inputs at once; `tangents` what forward mode adds, for one direction of the inputs. A whole
    Jacobian takes `forward_passes` (one for each entry of the inputs) or `backward_passes` (one
    for each entry of the output).
    """

    values: int
    backward: int
    tangents: int
    forward_passes: int
    backward_passes: int


def costs(graph: Graph, inputs: Mapping, *of: str) -> Costs:
    """Count the operations of the passes that lead to the nodes `of`, the output by default.

    Raises GraphError.
    """
    tape = one_point(graph, inputs)
    of = of or (graph.output,)
    reaches = [any(each) for each in zip(*map(graph.reaches, of), strict=True)]
    values = backward = tangents = 0
    for node in graph.nodes:
        if not reaches[node.place]:
            continue
        size = _size(tape.shapes[node.place])
        values += _value_work(tape, node.place)
        edges = [edge for edge in node.edges if tape.varying[edge.start]]
        backward += sum(_pull_work(tape, edge) for edge in edges)
        tangents += sum(_push_work(tape, edge) for edge in edges)
        tangents += max(len(edges) - 1, 0) * size
        if tape.varying[node.place]:
            uses = sum(reaches[edge.end] for edge in graph.users[node.place])
            backward += max(uses - 1, 0) * size
    entries = sum(_size(tape.shapes[graph.places[name]]) for name in graph.inputs)
    results = sum(_size(tape.shapes[graph.node(name).place]) for name in of)
    return Costs(values, backward, tangents, entries, results)


def _value_work(tape: Tape, place: int) -> int:
    node = tape.graph.nodes[place]
    shapes = [tape.shapes[operand] for operand in node.operands]
    match node.operation:
        case Elementwise():
            return 0 if node.kind == "copy" else _size(tape.shapes[place])
        case Reduction():
            return _size(shapes[0]) - (node.kind != "mean")
        case MatrixProduct():
            return _size(tape.shapes[place]) * (2 * shapes[0][-1] - 1)
    return 0


def _pull_work(tape: Tape, edge: Edge) -> int:
    """From the adjoint of an edge's end to what the edge gives."""
    out, start = tape.shapes[edge.end], tape.shapes[edge.start]
    if isinstance(tape.graph.nodes[edge.end].operation, MatrixProduct):
        # Every entry of both operands' outer product with g is made once and added up.
        other = tape.shapes[tape.graph.nodes[edge.end].operands[1 - edge.position]]
        made = _product(out, other, start)
        return 2 * made - _size(start)
    return _slope_work(tape, edge) + max(_size(out) - _size(start), 0)


def _push_work(tape: Tape, edge: Edge) -> int:
    """From a tangent of an edge's start to what it adds to that of its end."""
    operation = tape.graph.nodes[edge.end].operation
    if isinstance(operation, MatrixProduct):
        return _value_work(tape, edge.end)
    added = _size(tape.shapes[edge.start]) - 1 if isinstance(operation, Reduction) else 0
    return _slope_work(tape, edge) + added


def _slope_work(tape: Tape, edge: Edge) -> int:
    """One multiplication an entry, and one more where the slope is neither saved nor ±1."""
    operation, out = tape.graph.nodes[edge.end].operation, tape.values[edge.end]
    if isinstance(operation, Reduction):
        return 0 if operation.name == "sum" else _size(tape.shapes[edge.start])
    if not isinstance(operation, Elementwise):
        return 0  # A transpose only turns; matrix products are counted by themselves.
    taken = tape.taken[edge.end]
    with np.errstate(all="ignore"):
        slope = operation.slope(edge.position, taken, out)
    if isinstance(slope, float):
        return 0
    saved = any(slope is each for each in (*taken, out))
    return (2 - saved) * _size(out.shape[:-1])


def _product(out, other, start) -> int:
    """How many multiplications a matrix product takes, from the shapes of its three arrays."""
    return round((_size(out) * _size(other) * _size(start)) ** 0.5)


def _size(shape) -> int:
    return int(np.prod(shape, dtype=int))


def jacobian(
    graph: Graph, inputs: Mapping, by: str, of: str | None = None,
    mode: Literal["reverse", "forward"] = "reverse",
) -> np.ndarray:  # fmt: skip
    """The Jacobian of the node `of` by the input `by`: (entries of `of`, entries of `by`).

    Entries row by row; one pass for each row in reverse mode, for each column in forward mode.
    Raises GraphError.
    """
    tape = one_point(graph, inputs)
    end, start = graph.node(of or graph.output).place, graph.node(by).place
    rows, columns = _size(tape.shapes[end]), _size(tape.shapes[start])
    if mode == "reverse":
        seeds = np.eye(rows).reshape(*tape.shapes[end], rows)
        found = RIGHT.adjoints(tape, end, seeds).of(tape, start)
        return np.broadcast_to(found, (*tape.shapes[start], rows)).reshape(columns, rows).T
    seeds = np.eye(columns).reshape(*tape.shapes[start], columns)
    found = tangents_of(tape, {by: seeds})[end]
    return np.broadcast_to(found, (*tape.shapes[end], columns)).reshape(rows, columns)


@dataclass(frozen=True)
class ProductCosts:
    """The gradient of X through A X, A being (rows, inner) and X (inner, columns): by the Jacobian
    of A X, and by the product Aᵀ G that needs none. Operations are multiplications and
    additions, numbers what has to be held; `nonzero` counts those of the Jacobian that are not 0
    whatever A is.
    """

    rows: int
    inner: int
    columns: int

    @property
    def jacobian_shape(self) -> tuple[int, int]:
        return self.rows * self.columns, self.inner * self.columns

    @property
    def jacobian_numbers(self) -> int:
        return self.jacobian_shape[0] * self.jacobian_shape[1]

    @property
    def nonzero(self) -> int:
        """Y[i, j] depends on column j of X alone: a copy of A for each column."""
        return self.rows * self.inner * self.columns

    @property
    def by_jacobian(self) -> int:
        """Operations of Jᵀ g, the Jacobian being there."""
        rows, columns = self.jacobian_shape
        return columns * (2 * rows - 1)

    @property
    def by_product(self) -> int:
        """Operations of Aᵀ G."""
        return self.inner * self.columns * (2 * self.rows - 1)
