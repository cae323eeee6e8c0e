"""Values forward, adjoints backward, tangents forward, over every node of a graph.

Inside, arrays have the batch in their last axis, (*shape, P): one point is a batch of one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from optcore.graph import structure
from optcore.graph.shapes import GraphError
from optcore.graph.structure import Edge, Node

if TYPE_CHECKING:
    from optcore.graph.graph import Graph


def read_inputs(graph: "Graph", inputs: Mapping) -> dict[str, np.ndarray]:
    """The values of all inputs as arrays, float32 and complex kept. Raises GraphError.

    Names that are no inputs are left alone: a text may have lost them.
    """
    missing = [name for name in graph.inputs if name not in inputs]
    if missing:
        raise GraphError(
            f"There is no value for {', '.join(missing)}: give each input a number, a vector or a "
            "matrix.",
            missing[0],
        )
    return {name: _array(name, inputs[name]) for name in graph.inputs}


def _array(name: str, value) -> np.ndarray:
    try:
        array = np.asarray(value)
        if array.dtype.kind not in "biufc":
            raise TypeError
        if array.dtype.kind not in "fc":
            array = array.astype(np.float64)
    except (TypeError, ValueError):
        raise GraphError(
            f"The value of {name} is not made of numbers, or its rows differ in length.", name
        ) from None
    return array


@dataclass(frozen=True, eq=False)
class Tape:
    """The values of one forward pass, (*shape, P) for every node, and what each node has taken.

    `varying` are the nodes that depend on the inputs in question: only they have adjoints.
    """

    graph: "Graph"
    values: Sequence[np.ndarray]
    taken: Sequence[Sequence[np.ndarray]]
    varying: tuple[bool, ...]

    @cached_property
    def shapes(self) -> tuple[tuple[int, ...], ...]:
        return tuple(value.shape[:-1] for value in self.values)


def record(graph: "Graph", inputs: Mapping[str, np.ndarray], over=(), shifts=None) -> Tape:
    """A forward pass over inputs (*shape, P), P being 1 for those that are the same for all.

    `over` are the inputs that vary, all of them if empty; `shifts` (place or Edge -> array) are
    added to the value of a node, or to what one edge carries of it.
    """
    graph.shapes({name: _first(value) for name, value in inputs.items()})
    dtype = np.result_type(*(value.dtype for value in inputs.values())) if inputs else float
    values: list[np.ndarray] = []
    taken: list[list[np.ndarray]] = []
    with np.errstate(all="ignore"):
        for node in graph.nodes:
            operands = [values[place] for place in node.operands]
            if shifts:
                operands = [values[edge.start] + shifts.get(edge, 0) for edge in node.edges]
            taken.append(operands)
            values.append(_value(node, operands, inputs, dtype))
            if shifts and node.place in shifts:
                values[-1] = values[-1] + shifts[node.place]
    return Tape(graph, values, taken, graph.depends(*over))


def _value(node: Node, operands, inputs, dtype) -> np.ndarray:
    if node.kind == "input":
        return inputs[node.name]
    if node.kind == "constant":
        return np.asarray(node.value, dtype)[..., None]
    return node.operation.value(*operands)


def _first(value: np.ndarray) -> np.ndarray:
    return value[..., 0]


class Backprop:
    """The backward pass, one method a line, so that a planted bug can get one line wrong."""

    def adjoints(self, tape: Tape, of: int, seed) -> "Adjoints":
        """The adjoint of every node that varies and on which `of` depends, and what each edge
        contributes to it. `seed` (*shape, P) is the adjoint of `of`."""
        graph, reaches = tape.graph, structure.reaches(tape.graph, of)
        found = Adjoints([None] * len(graph.nodes), {})
        found.nodes[of] = seed
        with np.errstate(all="ignore"):
            for node in reversed(graph.nodes):
                place = node.place
                if not (reaches[place] and tape.varying[place]):
                    continue
                for edge in reversed(node.edges):
                    if tape.varying[edge.start]:
                        given = self.contribution(tape, edge, found)
                        found.edges[edge] = given
                        found.nodes[edge.start] = self.gather(tape, edge.start, found, given)
        return self.finish(tape, found)

    def contribution(self, tape: Tape, edge: Edge, found: "Adjoints") -> np.ndarray:
        """What one edge gives its start: the adjoint of its end times the local derivative."""
        given = self.pull(tape, edge, found)
        return self.unbroadcast(tape, edge, given)

    def pull(self, tape: Tape, edge: Edge, found: "Adjoints") -> np.ndarray:
        """The same before the sum over entries that were broadcast."""
        operation = tape.graph.nodes[edge.end].operation
        return operation.pull(
            edge.position, found.nodes[edge.end], tape.taken[edge.end], tape.values[edge.end]
        )

    def unbroadcast(self, tape: Tape, edge: Edge, given: np.ndarray) -> np.ndarray:
        """An operand that was broadcast has the sum over its copies."""
        return summed_to(given, tape.shapes[edge.start])

    def gather(self, tape: Tape, place: int, found: "Adjoints", given: np.ndarray) -> np.ndarray:
        """What a node has once one more edge has given to it: fan-out adds."""
        so_far = found.nodes[place]
        return given if so_far is None else so_far + given

    def finish(self, tape: Tape, found: "Adjoints") -> "Adjoints":
        """What leaves the pass."""
        return found


@dataclass(eq=False)
class Adjoints:
    """Adjoint per place, None for what has none, and contribution per edge; (*shape, P)."""

    nodes: list[np.ndarray | None]
    edges: dict[Edge, np.ndarray]

    def of(self, tape: Tape, place: int) -> np.ndarray:
        """The adjoint of a node in its full shape; 0 where the output does not depend on it."""
        found = self.nodes[place]
        return np.zeros_like(tape.values[place]) if found is None else found


def summed_to(given: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """The sum over the entries that broadcasting made of an operand of this shape."""
    if given.shape[:-1] == shape:
        return given
    extra = given.ndim - 1 - len(shape)
    axes = tuple(range(extra)) + tuple(
        extra + axis for axis, side in enumerate(shape) if side == 1 != given.shape[extra + axis]
    )
    return given.sum(axis=axes).reshape(*shape, given.shape[-1])


RIGHT = Backprop()


def seed_of(tape: Tape, of: int, seed=None) -> np.ndarray:
    """The adjoint that the pass starts with, (*shape, 1): ones unless given. Raises GraphError."""
    shape, node = tape.shapes[of], tape.graph.nodes[of]
    if seed is None:
        return np.ones_like(tape.values[of])
    seed = _array(f"the seed of {node.name}", seed)
    if seed.shape != shape:
        raise GraphError(
            f"The seed must have the shape of {node.name}, {shape}, and has {seed.shape}.",
            node.name,
        )
    return seed[..., None]


def one_point(graph: "Graph", inputs: Mapping) -> Tape:
    """A forward pass over one point."""
    given = read_inputs(graph, inputs)
    return record(graph, {name: value[..., None] for name, value in given.items()})


def forward(graph: "Graph", inputs: Mapping) -> dict[str, np.ndarray]:
    """Name -> value of all named nodes."""
    values = one_point(graph, inputs).values
    return {name: values[graph.places[name]][..., 0] for name in graph.named}


def backward(graph: "Graph", inputs: Mapping, of: str | None, *, seed=None) -> dict:
    """Name -> adjoint of all named nodes that depend on an input."""
    place = graph.node(of or graph.output).place
    tape = one_point(graph, inputs)
    found = RIGHT.adjoints(tape, place, seed_of(tape, place, seed))
    places = [graph.places[name] for name in graph.named]
    return {
        graph.nodes[each].name: found.of(tape, each)[..., 0]
        for each in places
        if tape.varying[each]
    }


def tangents_of(tape: Tape, given: Mapping[str, np.ndarray]) -> list[np.ndarray]:
    """Forward mode: the tangent of every node, (*shape, P), from those of the inputs."""
    found: list[np.ndarray] = []
    with np.errstate(all="ignore"):
        for node in tape.graph.nodes:
            operands, result = tape.taken[node.place], tape.values[node.place]
            pushed = [
                node.operation.push(position, found[operand], operands, result)
                for position, operand in enumerate(node.operands)
                if tape.varying[operand]
            ]
            if node.name in given or not pushed:
                found.append(given.get(node.name, np.zeros_like(result)))
            else:
                found.append(sum(pushed[1:], pushed[0]))
    return found


def pushforward(graph: "Graph", inputs: Mapping, tangents: Mapping) -> dict[str, np.ndarray]:
    """Name -> tangent of all named nodes."""
    found = pushed(one_point(graph, inputs), tangents)
    return {name: found[graph.places[name]] for name in graph.named}


def pushed(tape: Tape, tangents: Mapping) -> tuple[np.ndarray, ...]:
    """The tangent of every node at one point, by place. Raises GraphError."""
    given = {}
    for name, tangent in tangents.items():
        node = tape.graph.node(name)
        if node.kind != "input":
            raise GraphError(f"{name} is worked out from the inputs: give those a tangent.", name)
        given[name] = _array(name, tangent)[..., None]
        if given[name].shape[:-1] != tape.shapes[node.place]:
            raise GraphError(f"The tangent of {name} must have its shape.", name)
    return tuple(tangent[..., 0] for tangent in tangents_of(tape, given))
