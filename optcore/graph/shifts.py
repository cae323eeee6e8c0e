"""The gradient check of every node and every edge: where a backward pass goes wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from optcore.checks.block_check import WRONG
from optcore.checks.grad_check import GradCheck, check_grad
from optcore.graph import structure
from optcore.graph.graph import Graph
from optcore.graph.objective import columns, total
from optcore.graph.passes import RIGHT, Backprop, read_inputs, record
from optcore.graph.planting import BackwardLine
from optcore.graph.structure import Edge

# Twice as much is twice as much to this share, or to this number where there is next to nothing.
LIKE, VANISHES = 1e-4, 1e-9


@dataclass(frozen=True, eq=False)
class Shifts:
    """An Objective over what is added to the value of each node and to what each edge carries.

    At 0 nothing is added, and the gradient there is the adjoint of every node and the contribution
    of every edge: one block each, which a gradient check measures one by one.
    """

    graph: Graph
    inputs: Mapping[str, np.ndarray]
    of: int
    backprop: Backprop = RIGHT

    @cached_property
    def places(self) -> tuple[int | Edge, ...]:
        """What is shifted: the nodes on the way, last first, each after the edges that leave it."""
        reaches = structure.reaches(self.graph, self.of)
        varying = self.graph.depends()
        found: list[int | Edge] = []
        for node in reversed(self.graph.nodes):
            if reaches[node.place] and varying[node.place]:
                found += [edge for edge in self.graph.users[node.place] if reaches[edge.end]]
                found.append(node.place)
        return tuple(found)

    def name(self, place: int | Edge) -> str:
        """A node by its name, an edge by those of its ends and the operand it is."""
        nodes = self.graph.nodes
        if isinstance(place, int):
            return nodes[place].name
        ends = f"{nodes[place.start].name} → {nodes[place.end].name}"
        return f"{ends}, operand {place.position + 1}"

    @cached_property
    def blocks(self) -> dict[str, slice]:
        found, start = {}, 0
        for place in self.places:
            size = int(np.prod(self._shape(place)))
            found[self.name(place)] = slice(start, start + size)
            start += size
        return found

    @property
    def point(self) -> np.ndarray:
        """Nothing added: the place where the adjoints are those of the graph as it is."""
        return np.zeros(list(self.blocks.values())[-1].stop)

    def value(self, point) -> np.ndarray:
        point = np.asarray(point)
        return total(self._tape(point).values[self.of], point)

    def grad(self, point) -> np.ndarray:
        """At one point (n,)."""
        tape = self._tape(np.asarray(point))
        found = self.backprop.adjoints(tape, self.of, np.ones_like(tape.values[self.of]))
        parts = [
            found.of(tape, place) if isinstance(place, int) else found.edges[place]
            for place in self.places
        ]
        return np.concatenate([np.ravel(part) for part in parts])

    def _shape(self, place: int | Edge):
        start = place if isinstance(place, int) else place.start
        return self.graph.shapes(self.inputs)[start]

    def _tape(self, point: np.ndarray):
        shifts = {
            place: columns(point, part, self._shape(place))
            for place, part in zip(self.places, self.blocks.values(), strict=True)
        }
        inputs = {name: value[..., None] for name, value in self.inputs.items()}
        return record(self.graph, inputs, shifts=shifts)


@dataclass(frozen=True, eq=False)
class Finding:
    """A gradient check of all nodes and edges, and the lines it convicts, in the pass's order.

    A line is convicted where what it starts from is right and what it makes is wrong; nothing is
    said of lines that started from something wrong. `sentences` has the evidence, one each.
    `unknown` are the nodes and edges for which no difference has a value, as at sqrt(0).
    """

    check: GradCheck
    lines: tuple[BackwardLine, ...]
    sentences: tuple[str, ...]
    unknown: tuple[str, ...] = ()


def find_bugs(graph: Graph, inputs: Mapping, of: str | None = None, backprop=RIGHT) -> Finding:
    """Measure every adjoint and every contribution by differences, and say which line is wrong.

    Raises GraphError, and NotFiniteError where the output has no value.
    """
    shifts = Shifts(graph, read_inputs(graph, inputs), graph.node(of or graph.output).place,
                    backprop)  # fmt: skip
    check = check_grad(shifts, shifts.point)
    unknown = {
        place
        for place, part in zip(shifts.places, shifts.blocks.values(), strict=True)
        if not np.all(np.isfinite(check.settled[part]))
    }
    convicted = set(check.names(*WRONG))
    wrong = {place for place in shifts.places if shifts.name(place) in convicted} - unknown
    lines = _lines(graph, shifts.places, wrong, unknown)
    left_out = tuple(shifts.name(place) for place in shifts.places if place in unknown)
    if cleared := _not_cleared(graph, lines, shifts, check):
        return Finding(check, (BackwardLine("clear"),), (cleared,), left_out)
    evidence = tuple(_evidence(line, shifts, check, wrong) for line in lines)
    return Finding(check, lines, evidence, left_out)


def _lines(graph: Graph, places, wrong, unknown) -> tuple[BackwardLine, ...]:
    """Lines whose product is wrong though all they started from is known to be right."""
    found, doubtful = [], wrong | unknown
    for place in places:
        if place not in wrong:
            continue
        if isinstance(place, Edge):
            if place.end not in doubtful:
                found.append(BackwardLine("back", place.end))
        elif not any(edge in doubtful for edge in graph.users[place]):
            found.append(BackwardLine("add", place))
    return tuple(dict.fromkeys(found))


def _not_cleared(graph: Graph, lines, shifts: Shifts, check: GradCheck) -> str:
    """The evidence if every input's gradient is twice what it should be and no more is wrong."""
    inputs = [place for place in shifts.places
              if isinstance(place, int) and graph.nodes[place].kind == "input"]  # fmt: skip
    if not lines or any(line.kind != "add" or line.place not in inputs for line in lines):
        return ""
    blocks = [shifts.blocks[shifts.name(place)] for place in inputs]
    twice = all(
        np.allclose(check.analytic[part], 2 * check.settled[part], rtol=LIKE, atol=VANISHES)
        for part in blocks
    )
    names = ", ".join(graph.nodes[place].name for place in sorted(inputs))
    doubled = f"Every edge is right, and yet the gradient of {names} is twice what it should be"
    return f"{doubled}: an old one was still there." if twice else ""


def _evidence(line: BackwardLine, shifts: Shifts, check: GradCheck, wrong) -> str:
    name = shifts.graph.nodes[line.place].name
    if line.kind == "add":
        got, right = _numbers(shifts, check, line.place)
        return (
            f"All that arrives at {name} is right, and yet its gradient is {got:z.6g} where a "
            f"difference says {right:z.6g}: {line.named(shifts.graph)} is wrong."
        )
    leading = (place for place in shifts.places if isinstance(place, Edge) and place in wrong)
    edge = next(each for each in leading if each.end == line.place)
    got, right = _numbers(shifts, check, edge)
    start = shifts.graph.nodes[edge.start].name
    return (
        f"What arrives at {name} is right, and yet it gives {start} {got:z.6g} where a difference "
        f"says {right:z.6g}: {line.named(shifts.graph)} is wrong."
    )


def _numbers(shifts: Shifts, check: GradCheck, place) -> tuple[float, float]:
    """The entry of a block that is furthest off: as the pass has it, and as measured."""
    part = shifts.blocks[shifts.name(place)]
    worst = part.start + int(np.argmax(np.abs(check.analytic - check.settled)[part]))
    return check.analytic[worst], check.settled[worst]
