"""Forward mode against reverse mode on one Jacobian: passes, operations and seconds of both."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from optcore.graph.costs import costs
from optcore.graph.graph import Graph
from optcore.graph.passes import RIGHT, Tape, one_point, tangents_of


@dataclass(frozen=True, eq=False)
class Mode:
    """One mode's way to a whole Jacobian: `passes` after the values are there, `operations` and
    `seconds` of all of them; and the `jacobian` (m, n) it found."""

    passes: int
    operations: int
    seconds: float
    jacobian: np.ndarray


def fan(inputs: int, outputs: int) -> str:
    """The text of a graph with so many inputs x1 ... and outputs y1 ..., through one number s."""
    sums = [f"s{i} = s{i - 1} + tanh(x{i})" for i in range(2, inputs + 1)]
    results = [f"y{j} = sin({j} * s{inputs})" for j in range(1, outputs + 1)]
    return "; ".join(["s1 = tanh(x1)", *sums, *results])


def fan_operations(inputs: int, outputs: int) -> tuple[int, int]:
    """What `both_modes` counts on a fan, forward and reverse mode, without building it."""
    # tanh and sin take 2 an edge, a product 1, and so does a sum of two tangents.
    pushed = 2 * inputs + (inputs - 1) + 3 * outputs
    pulled = 2 * inputs + 3
    return inputs * pushed, outputs * pulled


def both_modes(graph: Graph, inputs: Mapping, of: Sequence[str] = ()) -> tuple[Mode, Mode]:
    """The Jacobian of the nodes `of` (all outputs by default) by all inputs: by forward mode, one
    pass for each column, and by reverse mode, one for each row. Raises GraphError."""
    tape, of = one_point(graph, inputs), of or graph.outputs
    ends = [graph.node(name).place for name in of]
    priced = [costs(graph, inputs, name) for name in of]
    # A pass forward serves all of them: what leads to several is pushed once.
    pushed = costs(graph, inputs, *of).tangents
    columns, forward = _timed(lambda: _columns(tape, ends))
    rows, reverse = _timed(lambda: _rows(tape, ends))
    backward = sum(each.backward * each.backward_passes for each in priced)
    return (
        Mode(len(columns), pushed * len(columns), forward, np.stack(columns, axis=1)),
        Mode(len(rows), backward, reverse, np.stack(rows)),
    )


def _timed(work: Callable) -> tuple:
    began = time.perf_counter()
    return work(), time.perf_counter() - began


def _columns(tape: Tape, ends: Sequence[int]) -> list[np.ndarray]:
    found = []
    for name in tape.graph.inputs:
        for seed in _units(tape, tape.graph.places[name]):
            tangents = tangents_of(tape, {name: seed})
            found.append(np.concatenate([np.ravel(tangents[end]) for end in ends]))
    return found


def _rows(tape: Tape, ends: Sequence[int]) -> list[np.ndarray]:
    places = [tape.graph.places[name] for name in tape.graph.inputs]
    found = []
    for end in ends:
        for seed in _units(tape, end):
            adjoints = RIGHT.adjoints(tape, end, seed)
            found.append(np.concatenate([np.ravel(adjoints.of(tape, place)) for place in places]))
    return found


def _units(tape: Tape, place: int) -> list[np.ndarray]:
    """A seed for every entry of a node: 1 there, 0 elsewhere."""
    shape = tape.shapes[place]
    return [unit.reshape(*shape, 1) for unit in np.eye(int(np.prod(shape)))]
