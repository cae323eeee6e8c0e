"""A graph with values in it: what its nodes hold, what its edges carry, and in which order."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from optcore.graph import Edge, Flow, Graph, GraphRun, Opened, opened, parse
from optcore.graph.passes import Backprop
from ui.backprop_graph.layout import Placement, placed
from ui.backprop_graph.values import UNGIVEN, Values

# Where an input may have a handle, its card gets so much more room of its layer: few inputs have.
MOST_HANDLES = 6
HANDLE_ROOM = 0.4


@dataclass(frozen=True, eq=False)
class Moments:
    """The clock's moments: 0 shows the inputs, then the nodes are worked out one by one
    (`forward`), then each sends its gradient back (`backward`). `since` is when a node has
    its value, `sends` when it sends, by place."""

    forward: tuple[int, ...]
    backward: tuple[int, ...]

    @property
    def last(self) -> int:
        return len(self.forward) + len(self.backward)

    @cached_property
    def since(self) -> dict[int, int]:
        return {place: moment for moment, place in enumerate(self.forward, 1)}

    @cached_property
    def sends(self) -> dict[int, int]:
        turn = 1 + len(self.forward)
        return {place: moment for moment, place in enumerate(self.backward, turn)}

    @property
    def labels(self) -> list[str]:
        """What the scrubber says at each moment."""
        ways = (("forward", self.forward), ("back", self.backward))
        passing = [f"{way} {at} / {len(nodes)}" for way, nodes in ways
                for at in range(1, len(nodes) + 1)]  # fmt: skip
        return ["given", *passing]

    @property
    def visits(self) -> list[int]:
        """The node that each moment is about, −1 for none."""
        return [-1, *self.forward, *self.backward]


@lru_cache(maxsize=64)
def moments(graph: Graph) -> Moments:
    worked = tuple(node.place for node in graph.nodes if node.operands)
    varying, reaches = graph.depends(), graph.reaches(graph.output)
    sending = (place for place in reversed(worked) if varying[place] and reaches[place])
    return Moments(worked, tuple(sending))


@lru_cache(maxsize=64)
def placement(graph: Graph) -> Placement:
    dragged = len(graph.inputs) <= MOST_HANDLES
    rooms = [1 + HANDLE_ROOM * (dragged and node.kind == "input") for node in graph.nodes]
    links = [(edge.start, edge.end) for edge in graph.edges]
    return placed(len(graph.nodes), links, np.array(rooms))


@dataclass(frozen=True, eq=False)
class Case:
    """What a text and the values of its inputs come to."""

    graph: Graph
    values: Values
    run: GraphRun

    @property
    def moments(self) -> Moments:
        return moments(self.graph)

    @property
    def placement(self) -> Placement:
        return placement(self.graph)

    @property
    def output(self) -> int:
        return self.run.of

    def arrivals(self, place: int) -> list[tuple[int, Flow]]:
        """What comes back to a node, each with the moment at which it does."""
        found = [(self.moments.sends[flow.edge.end], flow) for flow in self.run.given_to(place)]
        return sorted(found, key=lambda arrival: arrival[0])

    def flow(self, edge: Edge) -> Flow | None:
        return self.run.flows.get(edge)


def opened_to_units(case: Case) -> Case:
    """The same with a node for every number of its arrays. Raises GraphError for too many."""
    whole = _opened(case.graph, case.run.shapes)
    places = case.graph.places
    found = {
        whole.graph.nodes[place].name: float(number)
        for name, value in case.values.items()
        for place, number in zip(
            np.ravel(whole.entries[places[name]]), np.ravel(np.asarray(value)), strict=True
        )
    }
    values: Values = {name: found[name] for name in whole.graph.inputs}
    return Case(whole.graph, values, whole.graph.run(values))


@lru_cache(maxsize=64)
def _opened(graph: Graph, shapes: tuple[tuple[int, ...], ...]) -> Opened:
    return opened(graph, {name: np.ones(shapes[graph.places[name]]) for name in graph.inputs})


def work_out(text: str, given: Mapping, backprop: Backprop | None = None) -> Case:
    """The case of a text. Inputs without a value have 1. Raises FormulaError."""
    graph = parse(text)
    values = {name: given.get(name, UNGIVEN) for name in graph.inputs}
    arrays = {name: np.asarray(value, float) for name, value in values.items()}
    return Case(graph, values, graph.run(arrays, backprop=backprop))
