"""The parts of a computational graph, and what follows from how they hang together."""

from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np

from optcore.graph.operations import Operation
from optcore.graph.shapes import MAX_SIDE, GraphError, Shape, ShapeError, shape_in_words

if TYPE_CHECKING:
    from optcore.graph.graph import Graph


@dataclass(frozen=True)
class Edge:
    """From the node at place `start` into operand `position` of the node at place `end`."""

    start: int
    end: int
    position: int


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

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        """The edges that lead here, one for each operand."""
        return tuple(
            Edge(start, self.place, position) for position, start in enumerate(self.operands)
        )


@lru_cache(maxsize=64)
def depends(graph: "Graph", names: tuple[str, ...]) -> tuple[bool, ...]:
    """For every node, whether it depends on one of these inputs."""
    found: list[bool] = []
    for node in graph.nodes:
        found.append(
            node.name in names
            if node.kind == "input"
            else any(found[place] for place in node.operands)
        )
    return tuple(found)


@lru_cache(maxsize=64)
def reaches(graph: "Graph", of: int) -> tuple[bool, ...]:
    """For every node, whether the one at place `of` depends on it or is it."""
    found = [False] * len(graph.nodes)
    found[of] = True
    for node in reversed(graph.nodes):
        if found[node.place]:
            for place in node.operands:
                found[place] = True
    return tuple(found)


@lru_cache(maxsize=64)
def shapes_of(graph: "Graph", given: tuple[Shape, ...]) -> tuple[Shape, ...]:
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
        if len(shape) > 2 or not all(1 <= side <= MAX_SIDE for side in shape):
            raise GraphError(
                f"{node.name} has the shape {' × '.join(map(str, shape))}: numbers, vectors and "
                f"matrices up to {MAX_SIDE} × {MAX_SIDE} can be drawn.",
                node.name,
            )
        shapes.append(shape)
    return tuple(shapes)


def _result(graph: "Graph", node: Node, shapes: list[Shape]) -> Shape:
    try:
        return node.operation.shape(*shapes)
    except ShapeError as reason:
        takes = " and ".join(
            f"{graph.nodes[place].name} is {shape_in_words(shape)}"
            for place, shape in zip(node.operands, shapes, strict=True)
        )
        raise GraphError(
            f"The node {node.name} cannot be worked out: {takes}, and {reason}.", node.name
        ) from None
