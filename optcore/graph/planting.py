"""The type that every bug of a graph is, the line of the pass it sits in, several at once."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from optcore.graph.graph import Graph
from optcore.graph.passes import Adjoints, Backprop, Tape
from optcore.graph.structure import Edge, Node


@dataclass(frozen=True)
class Line:
    """A line of the backward pass: how node `place` hands its gradient "back", how what arrives
    there is added ("add"), or how old gradients are cleared before the pass ("clear")."""

    kind: Literal["back", "add", "clear"]
    place: int = 0

    def told(self, graph: Graph) -> str:
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
    def line(self) -> Line:
        return Line(self.kind, self.place)

    @property
    def planted(self) -> tuple["GraphBug", ...]:
        return (self,)

    def at(self, place: int) -> "GraphBug":
        """The same bug at another node."""
        return dataclasses.replace(self, place=place)

    def places(self, tape: Tape) -> tuple[int, ...]:
        """The nodes of a graph at which this slip can be made."""
        return tuple(node.place for node in tape.graph.nodes if self.fits(tape, node))

    def fits(self, tape: Tape, node: Node) -> bool:
        raise NotImplementedError

    def here(self, bug: type, place: int) -> "GraphBug | None":
        """The bug of this type that is planted at a node, if one is."""
        return next((each for each in self.planted if type(each) is bug and each.place == place),
                    None)  # fmt: skip


def plant_slips(bugs: Sequence[GraphBug]) -> Backprop:
    """A backward pass with all these slips at once."""
    if len(bugs) < 2:
        return bugs[0] if bugs else Backprop()
    kinds = tuple(dict.fromkeys(type(bug) for bug in bugs))
    return type("Slips", kinds, {"planted": tuple(bugs)})()


def everywhere(bug: GraphBug, tape: Tape) -> Backprop:
    """A backward pass with the slip at every node at which it can be made."""
    return plant_slips([bug.at(place) for place in bug.places(tape)])


def repulled(tape: Tape, edge: Edge, found: Adjoints, operands) -> np.ndarray:
    """What the operation of an edge's end gives back when its saved operands are these."""
    operation = tape.graph.nodes[edge.end].operation
    return operation.pull(edge.position, found.nodes[edge.end], operands, tape.values[edge.end])
