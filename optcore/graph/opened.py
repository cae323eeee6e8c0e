"""A graph of arrays opened to its units: the same expression as a graph of single numbers."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from optcore.graph.graph import Graph
from optcore.graph.operations import (
    ADD,
    CONSTANT,
    COPY,
    DIVIDE,
    MAXIMUM,
    MINIMUM,
    MULTIPLY,
    Elementwise,
    Operation,
)
from optcore.graph.passes import Tape, one_point
from optcore.graph.reading import MAX_NODES
from optcore.graph.shapes import GraphError
from optcore.graph.structure import Node

CHAINED = {"sum": ADD, "mean": ADD, "amax": MAXIMUM, "amin": MINIMUM}


@dataclass(frozen=True, eq=False)
class Opened:
    """The graph of single numbers, a value for each of its inputs, and where each array went:
    `entries` has the places of a node's entries, in the node's shape, by its place before."""

    graph: Graph
    inputs: Mapping[str, float]
    entries: tuple[np.ndarray, ...]


def opened(graph: Graph, inputs: Mapping) -> Opened:
    """Open every array. W[1, 2], counted from 1, is then a node of its own. Raises GraphError."""
    tape, opener = one_point(graph, inputs), _Opener()
    entries: list[np.ndarray] = []
    for node in graph.nodes:
        taken = [entries[place] for place in node.operands]
        entries.append(opener.node(node, taken, tape))
    values = {
        _named(node.name, index, tape.shapes[node.place]): float(tape.values[node.place][index][0])
        for node in graph.nodes
        if node.kind == "input"
        for index in np.ndindex(tape.shapes[node.place])
    }
    return Opened(Graph(graph.text, tuple(opener.nodes)), values, tuple(entries))


def _named(name: str, index: tuple[int, ...], shape) -> str:
    return f"{name}[{', '.join(str(at + 1) for at in index)}]" if shape else name


class _Opener:
    """The nodes so far."""

    def __init__(self):
        self.nodes: list[Node] = []

    def node(self, node: Node, taken: list[np.ndarray], tape: Tape) -> np.ndarray:
        """The places of a node's entries, all of them made."""
        shape = tape.shapes[node.place]
        places = np.empty(shape, dtype=int)
        for index in np.ndindex(shape):
            name = _named(node.name, index, shape)
            if not node.operands:
                value = float(np.asarray(node.value)[index]) if node.kind == "constant" else None
                places[index] = self._add(node.operation, (), name, node.given, value)
            elif node.kind == "transpose":
                places[index] = self._add(COPY, (int(taken[0].T[index]),), name, node.given)
            elif isinstance(node.operation, Elementwise):
                operands = tuple(int(np.broadcast_to(each, shape)[index]) for each in taken)
                places[index] = self._add(node.operation, operands, name, node.given)
            else:
                places[index] = self._mixed(node, taken, index, name)
        return places

    def _mixed(self, node: Node, taken, index, name: str) -> int:
        """An entry that is made of several: products summed, or a chain of one operation."""
        if node.kind != "matmul":
            terms = [int(place) for place in np.ravel(taken[0])]
            if node.kind != "mean" or len(terms) == 1:
                return self._chain(CHAINED[node.kind], terms, name, node.given)
            total = self._chain(ADD, terms, f"the sum in {name}", False)
            count = self._add(CONSTANT, (), f"{len(terms)} in {name}", False, float(len(terms)))
            return self._add(DIVIDE, (total, count), name, node.given)
        left, right = taken
        row = left if left.ndim == 1 else left[index[0]]
        column = right if right.ndim == 1 else right[:, index[-1]]
        terms = []
        for a, b in zip(row, column, strict=True):
            product = f"{self.nodes[a].name} × {self.nodes[b].name} in {name}"
            terms.append(self._add(MULTIPLY, (int(a), int(b)), product, False))
        return self._chain(ADD, terms, name, node.given)

    def _chain(self, operation: Operation, terms: list[int], name: str, given: bool) -> int:
        """Terms put together one after the other; the last node has the name."""
        if len(terms) == 1:
            return self._add(COPY, (terms[0],), name, given)
        so_far = terms[0]
        for step, term in enumerate(terms[1:], 2):
            last = step == len(terms)
            own = name if last else f"{name}, {step} terms"
            so_far = self._add(operation, (so_far, term), own, given and last)
        return so_far

    def _add(self, operation: Operation, operands, name: str, given: bool, value=None) -> int:
        if len(self.nodes) >= MAX_NODES:
            raise GraphError(
                f"Opened to its units the graph has more than {MAX_NODES:,} nodes: leave it in "
                "matrices."
            )
        place = len(self.nodes)
        self.nodes.append(Node(place, operation, tuple(operands), name, given, value))
        return place
