"""Detective mode on a graph: a bug is hidden in the backward pass, the person names its line."""

from collections.abc import Mapping
from dataclasses import dataclass
from zlib import crc32

import numpy as np

from optcore.checks.detective import NoCaseError
from optcore.graph import structure
from optcore.graph.bugs import GRAPH_BUGS
from optcore.graph.graph import Graph
from optcore.graph.passes import RIGHT, Adjoints, Tape, one_point, seed_of
from optcore.graph.planting import BackwardLine, GraphBug
from optcore.graph.shifts import Finding, find_bugs

# A hidden bug changes something by this share of it at least.
VISIBLE = 1e-3


@dataclass(frozen=True)
class GraphRuling:
    """Whether the answer was right, the line that has the bug, and the evidence in sentences."""

    right: bool
    line: BackwardLine
    sentences: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class GraphCase:
    """A graph with a bug that is not to be shown before the person has answered."""

    graph: Graph
    inputs: Mapping
    of: str
    bug: GraphBug

    @property
    def lines(self) -> tuple[BackwardLine, ...]:
        """What the person chooses from: every line of this backward pass."""
        return lines_of(self.graph, self.of)

    def finding(self) -> Finding:
        """What the gradient check finds of it."""
        return find_bugs(self.graph, self.inputs, self.of, self.bug)

    def rule(self, answer: BackwardLine) -> GraphRuling:
        """Judge the line that the person named, by the gradient check."""
        truth, finding = self.bug.line, self.finding()
        truth_in_words = f"It was {truth.named(self.graph)}, “{self.bug.name}”"
        if answer == truth:
            return GraphRuling(True, truth, (f"Right. {truth_in_words}.", *finding.sentences))
        return GraphRuling(
            False, truth, (f"Not {answer.named(self.graph)}. {truth_in_words}.", *finding.sentences)
        )


def lines_of(graph: Graph, of: str | None = None) -> tuple[BackwardLine, ...]:
    """All lines of a backward pass, in its order."""
    reaches, varying = graph.reaches(of or graph.output), graph.depends()
    found = [BackwardLine("clear")]
    for node in reversed(graph.nodes):
        if reaches[node.place] and varying[node.place]:
            if len([edge for edge in graph.users[node.place] if reaches[edge.end]]) > 1:
                found.append(BackwardLine("add", node.place))
            if node.operands:
                found.append(BackwardLine("back", node.place))
    return tuple(found)


def places_for(bug: GraphBug, graph: Graph, inputs: Mapping, of: str | None = None):
    """The nodes at which a bug changes what these values give, as a tuple of places."""
    tape, of_place = one_point(graph, inputs), graph.node(of or graph.output).place
    if not np.all(np.isfinite(tape.values[of_place])):
        return ()
    reaches = structure.reaches(graph, of_place)
    right = RIGHT.adjoints(tape, of_place, seed_of(tape, of_place))
    return tuple(
        place
        for place in bug.places(tape)
        if (reaches[place] or bug.kind == "clear") and _shows(bug.at(place), tape, of_place, right)
    )


def open_graph_case(graph: Graph, inputs: Mapping, seed: int, of: str | None = None) -> GraphCase:
    """Hide a bug, drawn from `seed`, that a gradient check can see. Raises NoCaseError.

    The draw depends on the text, too: who has found a case knows nothing of it on other graphs.
    """
    rng = np.random.default_rng([seed, crc32(graph.text.encode())])
    for bug in rng.permutation(np.array(GRAPH_BUGS, dtype=object)):
        places = places_for(bug, graph, inputs, of)
        for place in rng.permutation(places) if places else ():
            case = GraphCase(graph, inputs, of or graph.output, bug.at(int(place)))
            if case.finding().lines == (case.bug.line,):
                return case
    raise NoCaseError(
        "No bug could be seen in this graph: no gradient flows, or every slip gives the same "
        "numbers here. Move the inputs, or take a longer expression."
    )


def _shows(bug: GraphBug, tape: Tape, of: int, right: Adjoints) -> bool:
    """Whether a bug changes an adjoint, and leaves every one finite."""
    found = bug.adjoints(tape, of, seed_of(tape, of))
    changed = False
    for node in tape.graph.nodes:
        got, wanted = found.of(tape, node.place), right.of(tape, node.place)
        if not np.isfinite([got, wanted]).all():
            return False
        off, sizes = np.abs(got - wanted).max(), np.abs(got).max() + np.abs(wanted).max()
        changed |= bool(off > VISIBLE * sizes)
    return changed
