"""A gradient that a person filled in: right, or which slip gives just that number.

Every slip is worked out on the run: those of the bug shop at the edge's end, and those that are
made with pencil and paper. A number that none of them gives is only wrong.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from optcore.formula.text import parse
from optcore.formula.tree import FormulaError, fold
from optcore.graph.bugs import GRAPH_BUGS
from optcore.graph.record import Flow, GraphRun
from optcore.graph.shapes import GraphError, told
from optcore.graph.structure import Edge

# Shares of the right number: a typed one this near is right, or right but for its digits.
NEAR, ROUGH = 0.005, 0.05

Entry = tuple[int, ...]


@dataclass(frozen=True)
class Answer:
    """Whether a typed number is right, in a sentence. `slips` name all that would give it."""

    right: bool
    sentence: str
    slips: tuple[str, ...] = ()


def typed_number(text: str) -> float:
    """The number a person typed, or the sum or product of numbers, as -4 * 0.25. Raises
    FormulaError."""
    tree = fold(parse(text, ()))
    if not tree.constant:
        raise FormulaError(f"{text} is no number: type one, such as -0.25.")
    return tree.number


def judge_edge(run: GraphRun, edge: Edge, typed: float, entry: Entry = ()) -> Answer:
    """Judge a number for what an edge gives its start; of an array, for the entry of that index.

    Raises KeyError where the edge carries nothing, GraphError for an entry that is none.
    """
    flow = run.flows[edge]
    right = _entry(flow.contribution, entry, run.graph.nodes[edge.start].name)
    return _judge(typed, right, _edge_slips(run, flow, entry))


def judge_node(run: GraphRun, place: int, typed: float, entry: Entry = ()) -> Answer:
    """Judge a number for a node's whole gradient. Raises KeyError where it has none, GraphError."""
    adjoint = run.adjoints[place]
    if adjoint is None:
        raise KeyError(f"{run.graph.nodes[place].name} has no gradient here")
    right = _entry(adjoint, entry, run.graph.nodes[place].name)
    return _judge(typed, right, _node_slips(run, place, entry))


def _entry(array: np.ndarray, entry: Entry, name: str) -> float:
    if len(entry) != array.ndim or any(
        at >= side for at, side in zip(entry, array.shape, strict=False)
    ):
        raise GraphError(f"{name} is {told(array.shape)}: say for which entry the number is.", name)
    return float(array[entry])


def _judge(typed: float, right: float, slips: Iterator[tuple[str, str, float]]) -> Answer:
    if _near(typed, right, NEAR):
        return Answer(True, "Right.")
    found = {name: sentence for name, sentence, value in slips
             if _near(typed, value, NEAR) and not _near(value, right, NEAR)}  # fmt: skip
    if found:
        first = next(iter(found.values()))
        return Answer(False, first, tuple(found))
    if _near(typed, right, ROUGH):
        off = abs(typed / right - 1)
        return Answer(False, f"Nearly: {off:.1%} off. Give three digits.", ("rounding",))
    return Answer(False, "Not this, and none of the usual slips gives it either.")


def _near(number: float, other: float, share: float) -> bool:
    return abs(number - other) <= share * abs(other) + 1e-12


def _edge_slips(run: GraphRun, flow: Flow, entry: Entry) -> Iterator[tuple[str, str, float]]:
    """Name, sentence, and the number a slip gives: for one edge."""
    nodes, edge = run.graph.nodes, flow.edge
    start, end = nodes[edge.start].name, nodes[edge.end].name
    for bug in GRAPH_BUGS:
        planted = bug.at(edge.end)
        if bug.kind == "back" and planted.fits(run.tape, nodes[edge.end]):
            wrong = planted.contribution(run.tape, edge, run.found)[..., 0]
            yield bug.name, f"{bug.name}: it should be {bug.right}, not {bug.wrong}.", wrong[entry]
    right, value = flow.contribution[entry], run.values[edge.start][entry]
    yield "sign", "The size is right, the sign is not.", -right
    if flow.local is not None and flow.local.shape == flow.contribution.shape:
        local, arrives = flow.local[entry], flow.adjoint[entry]
        yield "local derivative forgotten", (
            f"That is what arrives at {end}. It is multiplied with the local derivative there, "
            f"{flow.rule} = {local:.4g}."), arrives  # fmt: skip
        yield "only the local derivative", (
            f"That is the local derivative alone, {flow.rule}. It is multiplied with what arrives "
            f"at {end}, {arrives:.4g}."), local  # fmt: skip
        yield "added, not multiplied", (
            f"Along an edge the two numbers are multiplied: what arrives, {arrives:.4g}, and the "
            f"local derivative, {local:.4g}."), arrives + local  # fmt: skip
    for other in run.graph.edges:
        if other.end == edge.end and other != edge and other in run.flows:
            given = run.flows[other].contribution
            if given.shape == flow.contribution.shape:
                yield "the other operand's", (
                    f"That is what {nodes[other.start].name} gets from {end}: the two are "
                    "swapped."), given[entry]  # fmt: skip
    adjoint = run.adjoints[edge.start]
    assert adjoint is not None, "what an edge gives to has a gradient"
    yield "all edges at once", (
        f"That is all that arrives at {start}; through {end} alone comes less, or more."
    ), adjoint[entry]  # fmt: skip
    yield "the value", f"That is the value of {start} on the way forward.", value


def _node_slips(run: GraphRun, place: int, entry: Entry) -> Iterator[tuple[str, str, float]]:
    """The same for the whole gradient of a node."""
    name, flows = run.graph.nodes[place].name, run.given_to(place)
    arriving = [flow.contribution[entry] for flow in flows]
    for flow, given in zip(flows, arriving, strict=True):
        if len(flows) > 1:
            through = run.graph.nodes[flow.edge.end].name
            yield "fan-out forgotten", (
                f"That comes through {through} alone. {len(flows)} edges leave {name}, and what "
                "they bring back is added."), given  # fmt: skip
    if len(flows) > 1:
        yield "multiplied, not added", (
            f"What comes back along the {len(flows)} edges is added, not multiplied."
        ), float(np.prod(arriving))  # fmt: skip
        yield "averaged, not added", (
            f"What comes back along the {len(flows)} edges is added; no mean is taken."
        ), float(np.mean(arriving))  # fmt: skip
    if len(flows) == 1:
        yield from _edge_slips(run, flows[0], entry)
    yield "sign", "The size is right, the sign is not.", -sum(arriving)
    yield "not cleared", "That is twice as much: an old gradient was not cleared.", (
        2 * sum(arriving))  # fmt: skip
    yield "the value", f"That is the value of {name} on the way forward.", run.values[place][entry]
