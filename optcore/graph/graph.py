"""A computational graph: nodes in an order in which each can be worked out, and its passes."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from optcore.graph import passes, structure
from optcore.graph.objective import GraphObjective, objective
from optcore.graph.passes import Backprop
from optcore.graph.record import GraphRun, run
from optcore.graph.shapes import GraphError, Shape
from optcore.graph.structure import Edge, Node


@dataclass(frozen=True, eq=False)
class Graph:
    """What `parse` makes of a text. `nodes` are in topological order, inputs first used first.

    `inputs` are the names that are used and not defined; their values are given by name to
    `forward`, `backward`, `pushforward`, `run` and `objective`.
    """

    text: str
    nodes: tuple[Node, ...]

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        return tuple(node.name for node in self.nodes if node.kind == "input")

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        """All edges, in the order of their ends."""
        return tuple(edge for node in self.nodes for edge in node.edges)

    @cached_property
    def rules(self) -> dict[Edge, str]:
        """What each edge does to a gradient g, in the names of the nodes."""
        found = {}
        for node in self.nodes:
            names = [self.nodes[place].name for place in node.operands]
            words = {"out": node.name, **dict(zip("ab", names, strict=False))}
            for edge in node.edges:
                found[edge] = node.operation.rules[edge.position].format(**words)
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
        return structure.depends(self, names or self.inputs)

    def reaches(self, of: str) -> tuple[bool, ...]:
        """For every node, whether the node `of` depends on it or is it."""
        return structure.reaches(self, self.node(of).place)

    def shapes(self, inputs: Mapping) -> tuple[Shape, ...]:
        """The shape of every node for these input values. Raises GraphError."""
        return structure.shapes_of(self, tuple(np.shape(inputs[name]) for name in self.inputs))

    def forward(self, inputs: Mapping) -> dict[str, np.ndarray]:
        """The values of all named nodes. Raises GraphError."""
        return passes.forward(self, inputs)

    def backward(self, inputs: Mapping, of: str | None = None, *, seed=None) -> dict:
        """The adjoints of all named nodes: the derivative of `of`, the output by default.

        `seed` is the adjoint that `of` starts with, its own shape; without one it is 1
        everywhere, so that the gradient of an array is that of the sum of its entries.
        """
        return passes.backward(self, inputs, of, seed=seed)

    def pushforward(self, inputs: Mapping, tangents: Mapping) -> dict[str, np.ndarray]:
        """Forward mode: how all named nodes change as the inputs move along `tangents`.

        An input without a tangent stays. Raises GraphError.
        """
        return passes.pushforward(self, inputs, tangents)

    def run(
        self, inputs: Mapping, of: str | None = None, *, seed=None, backprop: Backprop | None = None
    ) -> GraphRun:
        """One whole pass forward and back, as a `GraphRun`: what a page draws."""
        return run(self, inputs, of, seed=seed, backprop=backprop)

    def objective(
        self, inputs: Mapping, of: str | None = None, over=None, *, backprop: Backprop | None = None
    ) -> GraphObjective:
        """The node `of` as an Objective over the inputs `over`, all of them by default."""
        return objective(self, inputs, of, over, backprop=backprop)
