"""A gradient that a person filled in: right, or which slip gives just that number.

Every slip is worked out on the run: those of the bug shop at the edge's end, and those that are
made with pencil and paper. A number that none of them gives is only wrong.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from optcore.formula.text import parse
from optcore.formula.tree import FormulaError, fold
from optcore.graph import shapes
from optcore.graph.bugs import GRAPH_BUGS
from optcore.graph.record import Flow, GraphRun
from optcore.graph.shapes import GraphError
from optcore.graph.structure import Edge

# Shares of the right number: a typed one this near is right, or right but for its digits.
NEAR, ROUGH = 0.005, 0.05
# How far from a number that is 0, or nearly, its digits may lie.
ROUNDED = 1e-12

Entry = tuple[int, ...]


class Slip(NamedTuple):
    """One way to a wrong number: its name, why it is wrong, and the number it gives."""

    name: str
    explanation: str
    number: float


@dataclass(frozen=True)
class Answer:
    """Whether a typed number is right, and why, in a sentence; `slips` name all that would give a
    wrong one."""

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
    return _judge(typed, right, _product(flow, entry), _edge_slips(run, flow, entry))


def judge_node(run: GraphRun, place: int, typed: float, entry: Entry = ()) -> Answer:
    """Judge a number for a node's whole gradient. Raises KeyError where it has none, GraphError."""
    adjoint = run.adjoints[place]
    if adjoint is None:
        raise KeyError(f"{run.graph.nodes[place].name} has no gradient here")
    right = _entry(adjoint, entry, run.graph.nodes[place].name)
    slips = _node_slips(run, place, entry, right)
    return _judge(typed, right, _sum(run.given_to(place), entry), slips)


def _product(flow: Flow, entry: Entry) -> str:
    """How the number of an edge comes about."""
    if flow.local is None or flow.local.shape != flow.contribution.shape:
        return f"it is made of what arrives, g, as {flow.rule}"
    arrives, local = flow.adjoint[entry], flow.local[entry]
    return f"what arrives, {arrives:.4g}, times the local derivative, {local:.4g}"


def _sum(flows: Sequence[Flow], entry: Entry) -> str:
    """How the number of a node comes about."""
    if not flows:
        return "the pass back starts here, with 1"
    if len(flows) == 1:
        return _product(flows[0], entry)
    parts = [f"{flow.contribution[entry]:.4g}" for flow in flows]
    return " + ".join(f"({part})" if part.startswith("-") else part for part in parts)


def _entry(array: np.ndarray, entry: Entry, name: str) -> float:
    inside = all(at < side for at, side in zip(entry, array.shape, strict=False))
    if len(entry) != array.ndim or not inside:
        shape = shapes.shape_in_words(array.shape)
        raise GraphError(f"{name} is {shape}: say for which entry the number is.", name)
    return float(array[entry])


def _judge(typed: float, right: float, reason: str, slips: Iterator[Slip]) -> Answer:
    if _near(typed, right, NEAR):
        return Answer(True, f"Right: {reason}.")
    found = {
        slip.name: slip.explanation
        for slip in slips
        if _near(typed, slip.number, NEAR) and not _near(slip.number, right, NEAR)
    }
    if found:
        first = next(iter(found.values()))
        return Answer(False, first, tuple(found))
    if _near(typed, right, ROUGH):
        off = abs(typed / right - 1)
        return Answer(False, f"Nearly: {off:.1%} off. Give three digits.", ("rounding",))
    return Answer(False, "Not this, and none of the usual slips gives it either.")


def _near(number: float, other: float, share: float) -> bool:
    return abs(number - other) <= share * abs(other) + ROUNDED


def _edge_slips(run: GraphRun, flow: Flow, entry: Entry) -> Iterator[Slip]:
    """What may go wrong along one edge."""
    names, edge = [node.name for node in run.graph.nodes], flow.edge
    start, end = names[edge.start], names[edge.end]
    yield from _planted(run, edge, entry)
    yield Slip("sign", "The size is right, the sign is not.", -flow.contribution[entry])
    if flow.local is not None and flow.local.shape == flow.contribution.shape:
        yield from _by_hand(end, flow, entry)
    for other, given in run.flows.items():
        alike = given.contribution.shape == flow.contribution.shape
        if other.end == edge.end and other != edge and alike:
            why = f"That is what {names[other.start]} gets from {end}: the two are swapped."
            yield Slip("the other operand's", why, given.contribution[entry])
    adjoint = run.adjoints[edge.start]
    assert adjoint is not None, "what an edge gives to has a gradient"
    why = f"That is all that arrives at {start}; through {end} alone comes less, or more."
    yield Slip("all edges at once", why, adjoint[entry])
    why = f"That is the value of {start} on the way forward."
    yield Slip("the value", why, run.values[edge.start][entry])


def _planted(run: GraphRun, edge: Edge, entry: Entry) -> Iterator[Slip]:
    """The slips of the bug shop in the line that hands the gradient back along an edge."""
    for bug in GRAPH_BUGS:
        planted = bug.at(edge.end)
        if bug.kind == "back" and planted.fits(run.tape, run.graph.nodes[edge.end]):
            wrong = planted.contribution(run.tape, edge, run.found)[..., 0]
            why = f"{bug.name}: it should be {bug.right}, not {bug.wrong}."
            yield Slip(bug.name, why, wrong[entry])


def _by_hand(end: str, flow: Flow, entry: Entry) -> Iterator[Slip]:
    """What becomes of two numbers that should be multiplied."""
    assert flow.local is not None, "there is a local derivative for each entry"
    local, arrives = flow.local[entry], flow.adjoint[entry]
    why = (
        f"That is what arrives at {end}. It is multiplied with the local derivative, "
        f"{flow.rule} = {local:.4g}."
    )
    yield Slip("local derivative forgotten", why, arrives)
    why = (
        f"That is the local derivative alone. It is multiplied with what arrives at {end}, "
        f"{arrives:.4g}."
    )
    yield Slip("only the local derivative", why, local)
    why = (
        f"Along an edge the two numbers are multiplied: what arrives, {arrives:.4g}, and the local "
        f"derivative, {local:.4g}."
    )
    yield Slip("added, not multiplied", why, arrives + local)


def _node_slips(run: GraphRun, place: int, entry: Entry, right: float) -> Iterator[Slip]:
    """What may go wrong with the whole gradient of a node."""
    name, flows = run.graph.nodes[place].name, run.given_to(place)
    if len(flows) == 1:
        yield from _edge_slips(run, flows[0], entry)
    elif flows:
        yield from _added(run, name, flows, entry)
    yield Slip("sign", "The size is right, the sign is not.", -right)
    why = "That is twice as much: an old gradient was not cleared."
    yield Slip("not cleared", why, 2 * right)
    why = f"That is the value of {name} on the way forward."
    yield Slip("the value", why, run.values[place][entry])


def _added(run: GraphRun, name: str, flows, entry: Entry) -> Iterator[Slip]:
    """What becomes of several numbers that should be added."""
    arriving = [flow.contribution[entry] for flow in flows]
    for flow, given in zip(flows, arriving, strict=True):
        through = run.graph.nodes[flow.edge.end].name
        why = (
            f"That comes through {through} alone. {len(flows)} edges leave {name}, and what they "
            "bring back is added."
        )
        yield Slip("fan-out forgotten", why, given)
    back = f"What comes back along the {len(flows)} edges is added"
    yield Slip("multiplied, not added", f"{back}, not multiplied.", float(np.prod(arriving)))
    yield Slip("averaged, not added", f"{back}; no mean is taken.", float(np.mean(arriving)))
