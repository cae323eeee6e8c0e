"""The type that every bug of a graph is, the line of the pass it sits in, several at once."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from optcore.graph.graph import Graph
from optcore.graph.passes import RIGHT, Backprop, Tape
from optcore.graph.structure import Edge, Node


@dataclass(frozen=True)
class BackwardLine:
    """A line of the backward pass: how node `place` hands its gradient "back", how what arrives
    there is added ("add"), or how old gradients are cleared before the pass ("clear")."""

    kind: Literal["back", "add", "clear"]
    place: int = 0

    def named(self, graph: Graph) -> str:
        """The line as a sentence calls it."""
        name = graph.nodes[self.place].name
        return {
            "back": f"the backward line of {name}",
            "add": f"the sum of what arrives at {name}",
            "clear": "the clearing of old gradients",
        }[self.kind]


@dataclass(frozen=True)
class GraphBug(Backprop):
    """A backward pass with one slip at the node `place`.

    `right` and `wrong` are the line as it should be and as it is, a and b being the operands of
    the node, g its adjoint; `needs` says where the slip can be made.
    """

    name: ClassVar[str]
    right: ClassVar[str]
    wrong: ClassVar[str]
    lesson: ClassVar[str]
    needs: ClassVar[str]
    kind: ClassVar[Literal["back", "add", "clear"]] = "back"

    place: int = 0

    @property
    def line(self) -> BackwardLine:
        return BackwardLine(self.kind, self.place)

    def at(self, place: int) -> "GraphBug":
        """The same bug at another node."""
        return dataclasses.replace(self, place=place)

    def places(self, tape: Tape) -> tuple[int, ...]:
        """The nodes of a graph at which this slip can be made."""
        return tuple(node.place for node in tape.graph.nodes if self.fits(tape, node))

    def fits(self, tape: Tape, node: Node) -> bool:
        raise NotImplementedError

    def slip(self, tape: Tape, edge: Edge, adjoint: np.ndarray, right: np.ndarray) -> np.ndarray:
        """What the node gives along an edge in place of what is right, before any sum over a
        broadcast; `adjoint` is the node's own."""
        return right

    def pull(self, tape, edge, found):
        right = super().pull(tape, edge, found)
        if edge.end != self.place:
            return right
        return self.slip(tape, edge, found.nodes[edge.end], right)


class Slips(Backprop):
    """Several slips at once; of two in the same line the first counts."""

    def __init__(self, planted: Sequence[GraphBug]):
        self.planted = tuple(planted)

    def pull(self, tape, edge, found):
        return self._in(BackwardLine("back", edge.end)).pull(tape, edge, found)

    def unbroadcast(self, tape, edge, given):
        return self._in(BackwardLine("back", edge.end)).unbroadcast(tape, edge, given)

    def gather(self, tape, place, found, given):
        return self._in(BackwardLine("add", place)).gather(tape, place, found, given)

    def finish(self, tape, found):
        return self._in(BackwardLine("clear")).finish(tape, found)

    def _in(self, line: BackwardLine) -> Backprop:
        return next((bug for bug in self.planted if bug.line == line), RIGHT)


def everywhere(bug: GraphBug, tape: Tape) -> Slips:
    """A backward pass with the slip at every node at which it can be made."""
    return Slips([bug.at(place) for place in bug.places(tape)])


def pulled(tape: Tape, edge: Edge, adjoint: np.ndarray, operands) -> np.ndarray:
    """What the operation of an edge's end gives back if its saved operands are these."""
    operation = tape.graph.nodes[edge.end].operation
    return operation.pull(edge.position, adjoint, operands, tape.values[edge.end])
