"""One whole pass as a record: what every node holds and what every edge carries."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from optcore.graph import structure
from optcore.graph.operations import Elementwise
from optcore.graph.passes import (
    RIGHT,
    Adjoints,
    Backprop,
    Tape,
    one_point,
    pushed,
    seed_of,
    summed_to,
)
from optcore.graph.structure import Edge

if TYPE_CHECKING:
    from optcore.graph.graph import Graph


@dataclass(frozen=True, eq=False)
class Flow:
    """What an edge carries: `adjoint` of its end arrives, `contribution` goes on to its start.

    `local` is the local derivative entry by entry, in the shape of the end, or None where the
    edge mixes entries (matrix products, sums); `rule` says what the edge does, in names.
    """

    edge: Edge
    adjoint: np.ndarray
    local: np.ndarray | None
    contribution: np.ndarray
    rule: str

    @property
    def size(self) -> float:
        """The Euclidean length of the contribution."""
        return float(np.linalg.norm(np.ravel(self.contribution)))


@dataclass(frozen=True, eq=False)
class GraphRun:
    """A pass forward over all nodes and back from the node `of`.

    `values` and `adjoints` are by place; an adjoint is None for a constant, and for a node on
    which `of` does not depend. `flows` are by edge, for the edges that carry something.
    """

    graph: "Graph"
    of: int
    tape: Tape
    found: Adjoints

    @cached_property
    def values(self) -> tuple[np.ndarray, ...]:
        return tuple(value[..., 0] for value in self.tape.values)

    @cached_property
    def adjoints(self) -> tuple[np.ndarray | None, ...]:
        return tuple(None if each is None else each[..., 0] for each in self.found.nodes)

    @cached_property
    def flows(self) -> Mapping[Edge, Flow]:
        with np.errstate(all="ignore"):
            return {edge: self._flow(edge) for edge in self.found.edges}

    @cached_property
    def shapes(self) -> tuple[tuple[int, ...], ...]:
        return self.tape.shapes

    @cached_property
    def order(self) -> tuple[int, ...]:
        """The places that are worked out, forward; backward it is the same order reversed."""
        reaches = structure.reaches(self.graph, self.of)
        return tuple(node.place for node in self.graph.nodes if reaches[node.place])

    def value(self, name: str) -> np.ndarray:
        return self.values[self.graph.node(name).place]

    def adjoint(self, name: str) -> np.ndarray | None:
        return self.adjoints[self.graph.node(name).place]

    def given_to(self, place: int) -> tuple[Flow, ...]:
        """What arrives at a node, edge by edge; its adjoint is their sum."""
        leaving = self.graph.users[place]
        return tuple(self.flows[edge] for edge in leaving if edge in self.flows)

    def local(self, edge: Edge) -> np.ndarray | None:
        """The local derivative entry by entry, None where the edge mixes entries."""
        operation = self.graph.nodes[edge.end].operation
        if not isinstance(operation, Elementwise):
            return None
        with np.errstate(all="ignore"):
            return self._slope(operation, edge)

    def _slope(self, operation: Elementwise, edge: Edge) -> np.ndarray:
        result = self.tape.values[edge.end]
        slope = operation.slope(edge.position, self.tape.taken[edge.end], result)
        return np.broadcast_to(slope, result.shape)[..., 0]

    def _flow(self, edge: Edge) -> Flow:
        adjoint = self.adjoints[edge.end]
        assert adjoint is not None, "an edge that carries something has an end with an adjoint"
        operation = self.graph.nodes[edge.end].operation
        entrywise = isinstance(operation, Elementwise)
        return Flow(
            edge=edge,
            adjoint=adjoint,
            local=self._slope(operation, edge) if entrywise else None,
            contribution=self.found.edges[edge][..., 0],
            rule=self.graph.rules[edge],
        )

    def tangents(self, directions: Mapping) -> tuple[np.ndarray, ...]:
        """Forward mode: how every node changes as the inputs move along these, by place."""
        return pushed(self.tape, directions)

    def jacobian(self, edge: Edge) -> np.ndarray:
        """The edge's whole local derivative, (entries of its end, entries of its start)."""
        end, start = self.shapes[edge.end], self.shapes[edge.start]
        rows, columns = math.prod(end), math.prod(start)
        seeds = np.eye(rows).reshape(*end, rows)
        operation = self.graph.nodes[edge.end].operation
        with np.errstate(all="ignore"):
            pulled = operation.pull(
                edge.position, seeds, self.tape.taken[edge.end], self.tape.values[edge.end]
            )
        return summed_to(pulled, start).reshape(columns, rows).T

    @cached_property
    def trouble(self) -> str:
        """The first node without a finite value, as a sentence; empty if all are finite."""
        for node in self.graph.nodes:
            value = self.values[node.place]
            if not np.all(np.isfinite(value)):
                bad = np.ravel(value)[~np.isfinite(np.ravel(value))][0]
                from_ = ", ".join(self.graph.nodes[place].name for place in node.operands)
                why = f" for what {from_} is here" if from_ else ""
                return f"{node.name} is {bad:g}{why}: what comes after it has no gradient."
        return ""


def run(
    graph: "Graph", inputs: Mapping, of: str | None = None, *, seed=None, backprop=None
) -> GraphRun:
    """One whole pass; `backprop` is the right one unless a bug is given. Raises GraphError."""
    place = graph.node(of or graph.output).place
    tape = one_point(graph, inputs)
    backprop: Backprop = backprop or RIGHT
    return GraphRun(graph, place, tape, backprop.adjoints(tape, place, seed_of(tape, place, seed)))
