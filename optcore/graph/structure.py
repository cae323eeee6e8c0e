"""A computational graph: nodes in an order in which each can be worked out, and their edges."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import numpy as np

from optcore.graph.operations import Operation
from optcore.graph.shapes import MAX_SIDE, GraphError, Shape, ShapeError, told


@dataclass(frozen=True)
class Node:
    """One node: `place` is its position in the graph, `operands` the places of what it takes.

    `name` is unique: the person's where `given`, else the piece of text it was read from. A
    constant carries its `value`, a number or nested tuples.
    """

    place: int
    operation: Operation
    operands: tuple[int, ...]
    name: str
    given: bool = False
    value: float | str | tuple | None = field(default=None, repr=False)

    @property
    def kind(self) -> str:
        """The operation's name; "input" and "constant" have no operands."""
        return self.operation.name


@dataclass(frozen=True)
class Edge:
    """From the node at place `start` into operand `position` of the node at place `end`."""

    start: int
    end: int
    position: int


@dataclass(frozen=True, eq=False)
class Graph:
    """What `parse` makes of a text. `nodes` are in topological order, inputs first used first.

    `inputs` are the names that are used and not defined; their values are given by name to
    `forward`, `backward`, `pushforward`, `run` and `objective` (`optcore/graph/passes.py`,
    `record.py`, `objective.py` do the work).
    """

    text: str
    nodes: tuple[Node, ...]

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        return tuple(node.name for node in self.nodes if node.kind == "input")

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        """All edges, in the order of their ends."""
        return tuple(
            Edge(start, node.place, position)
            for node in self.nodes
            for position, start in enumerate(node.operands)
        )

    @cached_property
    def rules(self) -> dict[Edge, str]:
        """What each edge does to a gradient g, in the names of the nodes."""
        found = {}
        for node in self.nodes:
            names = [self.nodes[place].name for place in node.operands]
            words = {"out": node.name, **dict(zip("ab", names, strict=False))}
            for position, place in enumerate(node.operands):
                rule = node.operation.rules[position].format(**words)
                found[Edge(place, node.place, position)] = rule
        return found

    @cached_property
    def users(self) -> tuple[tuple[Edge, ...], ...]:
        """The edges that leave each node: two or more are a fan-out."""
        leaving: list[list[Edge]] = [[] for _ in self.nodes]
        for edge in self.edges:
            leaving[edge.start].append(edge)
        return tuple(map(tuple, leaving))

    @cached_property
    def outputs(self) -> tuple[str, ...]:
        """The results that nothing uses, in order; the last one is `output`."""
        return tuple(
            node.name
            for node in self.nodes
            if node.kind not in ("input", "constant") and not self.users[node.place]
        )

    @property
    def output(self) -> str:
        """The name of the last statement's node, whose gradient is meant by default."""
        return self.outputs[-1]

    @cached_property
    def places(self) -> dict[str, int]:
        """Name -> place."""
        return {node.name: node.place for node in self.nodes}

    def node(self, name: str) -> Node:
        """The node of that name. Raises GraphError."""
        if name not in self.places:
            raise GraphError(
                f'There is no node "{name}": the names are {", ".join(self.named)}.', name
            )
        return self.nodes[self.places[name]]

    @cached_property
    def named(self) -> tuple[str, ...]:
        """The names that a person gave, and the output's."""
        return tuple(node.name for node in self.nodes if node.given or node.name == self.output)

    def depends(self, *names: str) -> tuple[bool, ...]:
        """For every node, whether it depends on one of these inputs (on any, without names)."""
        return _depends(self, names or self.inputs)

    def reaches(self, of: str) -> tuple[bool, ...]:
        """For every node, whether the node `of` depends on it or is it."""
        return _reaches(self, self.node(of).place)

    def shapes(self, inputs: Mapping) -> tuple[Shape, ...]:
        """The shape of every node for these input values. Raises GraphError."""
        return shapes_of(self, tuple(np.shape(inputs[name]) for name in self.inputs))

    def forward(self, inputs: Mapping) -> dict[str, np.ndarray]:
        """The values of all named nodes. Raises GraphError."""
        from optcore.graph.passes import forward

        return forward(self, inputs)

    def backward(self, inputs: Mapping, of: str | None = None, *, seed=None) -> dict:
        """The adjoints of all named nodes: the derivative of `of`, the output by default.

        `seed` is the adjoint that `of` starts with, its own shape; without one it is 1
        everywhere, so that the gradient of an array is that of the sum of its entries.
        """
        from optcore.graph.passes import backward

        return backward(self, inputs, of, seed=seed)

    def pushforward(self, inputs: Mapping, tangents: Mapping) -> dict[str, np.ndarray]:
        """Forward mode: how all named nodes change as the inputs move along `tangents`.

        An input without a tangent stays. Raises GraphError.
        """
        from optcore.graph.passes import pushforward

        return pushforward(self, inputs, tangents)

    def run(self, inputs: Mapping, of: str | None = None, *, seed=None, backprop=None):
        """One whole pass forward and back, as a `GraphRun`: what a page draws."""
        from optcore.graph.record import run

        return run(self, inputs, of, seed=seed, backprop=backprop)

    def objective(self, inputs: Mapping, of: str | None = None, over=None, *, backprop=None):
        """The node `of` as an Objective over the inputs `over`, all of them by default."""
        from optcore.graph.objective import objective

        return objective(self, inputs, of, over, backprop=backprop)


@lru_cache(maxsize=256)
def _depends(graph: Graph, names: tuple[str, ...]) -> tuple[bool, ...]:
    found: list[bool] = []
    for node in graph.nodes:
        found.append(
            node.name in names
            if node.kind == "input"
            else any(found[place] for place in node.operands)
        )
    return tuple(found)


@lru_cache(maxsize=256)
def _reaches(graph: Graph, of: int) -> tuple[bool, ...]:
    found = [False] * len(graph.nodes)
    found[of] = True
    for node in reversed(graph.nodes[: of + 1]):
        if found[node.place]:
            for place in node.operands:
                found[place] = True
    return tuple(found)


@lru_cache(maxsize=256)
def shapes_of(graph: Graph, given: tuple[Shape, ...]) -> tuple[Shape, ...]:
    """The shape of every node for inputs of these shapes. Raises GraphError."""
    known = dict(zip(graph.inputs, given, strict=True))
    shapes: list[Shape] = []
    for node in graph.nodes:
        if node.kind == "input":
            shape = known[node.name]
        elif node.kind == "constant":
            shape = np.asarray(node.value).shape
        else:
            shape = _result(graph, node, [shapes[place] for place in node.operands])
        if len(shape) > 2 or max(shape, default=1) > MAX_SIDE or 0 in shape:
            raise GraphError(
                f"{node.name} has the shape {' × '.join(map(str, shape))}: numbers, vectors and "
                f"matrices up to {MAX_SIDE} × {MAX_SIDE} can be drawn.",
                node.name,
            )
        shapes.append(shape)
    return tuple(shapes)


def _result(graph: Graph, node: Node, shapes: list[Shape]) -> Shape:
    try:
        return node.operation.shape(*shapes)
    except ShapeError as reason:
        takes = " and ".join(
            f"{graph.nodes[place].name} is {told(shape)}"
            for place, shape in zip(node.operands, shapes, strict=True)
        )
        raise GraphError(
            f"The node {node.name} cannot be worked out: {takes}, and {reason}.", node.name
        ) from None
