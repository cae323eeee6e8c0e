"""A case as a graph on the stage: cards with values and gradients, links as wide as what flows."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from optcore.graph import Flow, Graph, Node
from ui.backprop_graph.case import Case, moments, placement
from ui.figures import layout
from ui.live.wire import Kept
from ui.palette import HUES
from ui.prose import number

VALUE, GRADIENT = FLOWS = (
    {"group": "value", "name": "value", "colour": HUES[0], "dash": "solid", "symbol": "none"},
    {"group": "gradient", "name": "gradient", "colour": HUES[4], "dash": "solid", "symbol": "none"},
)
# A colour and a sign for each card, or nothing.
Tones = list[tuple[str, str] | None]
# Where a card is to be narrow.
SIGNS = {"sigmoid": "σ"}
LONGEST_HEAD = 14
# Links whose numbers have room beside them.
READABLE = 100
# Of the largest flow a link is whole; so many decades below it, it can hardly be seen.
DECADES = 6.0
# What stands for a gradient that is to be filled in.
HIDDEN = "?"
# A moment that no clock comes to.
NEVER = 2**30


def picture(
    case: Case,
    tones: Tones | None = None,
    hidden: frozenset = frozenset(),
    live: bool = False,
) -> dict:
    """The whole figure; `hidden` are the items whose gradients are hidden. While a hand moves
    (`live`) no one can read what many links carry."""
    return {"data": [trace(case, tones, hidden, live)], "layout": frame(case.graph)}


def frame(graph: Graph, title: str = "") -> dict:
    """A layout without axes that shows the whole of a graph."""
    across, up = placement(graph).reach
    bare = {"visible": False, "automargin": False}
    return layout(
        f"graph {graph.text}", title, margin=(4, 4, 4, 4),
        xaxis={"range": across, **bare}, yaxis={"range": up, **bare},
    )  # fmt: skip


def trace(
    case: Case,
    tones: Tones | None = None,
    hidden: frozenset = frozenset(),
    live: bool = False,
) -> dict:
    """The graph alone (ui/live/graph.js tells what it is made of)."""
    more = {"tones": tones} if tones else {}
    links = not (live and len(case.graph.edges) > READABLE)
    return _trace(case.graph, plan=plan(case.graph), texts=texts(case, hidden, links),
                  sizes=sizes(case, hidden), **more)  # fmt: skip


def _trace(graph: Graph, **meta: Any) -> dict:
    where = placement(graph)
    return {"type": "scatter", "mode": "markers", "name": "graph", "x": where.x, "y": where.y,
            "meta": {"play": "graph", **meta}}  # fmt: skip


# ------------------------------------------------------------------ what stays


@lru_cache(maxsize=64)
def plan(graph: Graph) -> Kept:
    """All that does not change with the values."""
    turns = moments(graph)
    forward = [turns.since.get(edge.end, 0) for edge in graph.edges]
    back = [turns.sends[edge.end] if _carries(graph, edge) else NEVER for edge in graph.edges]
    return _plan(graph, _slots(graph), [forward, back], turns.visits)


def _plan(graph: Graph, slots: list, passes: list, visits: list[int], flows=FLOWS) -> Kept:
    where = placement(graph)
    return Kept(
        heads=[head(node) for node in graph.nodes],
        ends=np.array([[edge.start, edge.end] for edge in graph.edges], int).T.reshape(2, -1),
        bends=where.bends,
        starts=where.starts,
        flows=[
            {"group": flow["group"], "colour": flow["colour"], "way": way}
            for flow, way in zip(flows, (1, -1), strict=True)
        ],
        slots=np.array(slots, int).T.reshape(3, -1),
        passes=np.array(passes, int),
        visits=np.array(visits, int),
    )


def head(node: Node) -> str:
    """The first line of a card: a name and what is done, or one of them."""
    if isinstance(node.value, float):
        text = number(node.value)
    elif not node.operands:
        text = node.name
    else:
        sign = SIGNS.get(node.kind, node.operation.sign)
        text = f"{node.name} {sign}" if node.given else sign
    return text if len(text) <= LONGEST_HEAD else text[: LONGEST_HEAD - 1] + "…"


def _carries(graph: Graph, edge) -> bool:
    return edge.end in moments(graph).sends and graph.depends()[edge.start]


def _slots(graph: Graph) -> list[tuple[int, int, int]]:
    """Item, line and moment of every text, in the order in which `texts` gives them."""
    turns = moments(graph)
    found = [(node.place, 0, turns.since.get(node.place, 0)) for node in graph.nodes]
    found.append((graph.places[graph.output], 1, len(turns.forward) + 1))
    for node in graph.nodes:
        arriving = sorted(turns.sends[edge.end] for edge in graph.users[node.place]
                          if _carries(graph, edge))  # fmt: skip
        found += [(node.place, 1, moment) for moment in arriving]
    for at, edge in enumerate(graph.edges):
        item = len(graph.nodes) + at
        if _carries(graph, edge):
            found += [(item, 0, turns.since[edge.end]), (item, 1, turns.sends[edge.end])]
    return found


# ------------------------------------------------------------------ what moves


def texts(case: Case, hidden: frozenset = frozenset(), links: bool = True) -> list[str]:
    """The texts of `plan`'s slots, those of links empty without `links`."""
    graph, run = case.graph, case.run
    found = ["" if _plain(node) else on_card(run.values[node.place]) for node in graph.nodes]
    found.append(HIDDEN if case.output in hidden else on_card(run.adjoints[case.output]))
    for node in graph.nodes:
        found += _arriving(case, node.place, node.place in hidden)
    if not links:
        return found + [""] * 2 * len(run.flows)
    for at, edge in enumerate(graph.edges):
        if flow := case.flow(edge):
            secret = len(graph.nodes) + at in hidden
            found += [local(case, flow), HIDDEN if secret else on_card(flow.contribution)]
    return found


def _plain(node: Node) -> bool:
    """Whether the head of a card is its value."""
    return node.kind == "constant" and len(node.name) <= LONGEST_HEAD


def _arriving(case: Case, place: int, secret: bool) -> list[str]:
    """The gradient of a node as it grows: what has come so far, and at last its adjoint."""
    arrivals = case.arrivals(place)
    if not arrivals:
        return []
    if secret:
        return [HIDDEN] * len(arrivals)
    sums = np.cumsum([flow.contribution for _, flow in arrivals[:-1]], axis=0)
    return [*(f"{on_card(each)}+" for each in sums), on_card(case.run.adjoints[place])]


def on_card(value: np.ndarray | None) -> str:
    """A number, the numbers of a vector as a column, or those of a matrix row by row: cards have
    more room above each other than beside."""
    if value is None:
        return "none"
    if value.ndim == 2:
        return "\n".join(" ".join(map(number, row)) for row in value)
    return "\n".join(map(number, np.atleast_1d(value)))


def written(value: np.ndarray | None) -> str:
    """A number, a vector in brackets, or the rows of a matrix, in a line of text."""
    if value is None:
        return "none"
    if value.ndim == 2:
        return f"[{', '.join(map(written, value))}]"
    if value.ndim == 1:
        return f"[{', '.join(number(each) for each in value)}]"
    return number(float(value))


def local(case: Case, flow: Flow) -> str:
    """What an edge multiplies by: the number, or of arrays the rule."""
    if flow.local is not None and not flow.local.ndim and not flow.contribution.ndim:
        return f"× {number(float(flow.local))}"
    return flow.rule


def sizes(case: Case, hidden: frozenset = frozenset()) -> np.ndarray:
    """How much flows through each edge, forward and back (2, k), from 0 to 1."""
    run, nodes = case.run, len(case.graph.nodes)
    values = np.array([_length(value) for value in run.values])
    forward = [values[edge.start] for edge in case.graph.edges]
    # A width tells how much flows: what is to be guessed has the same as any other.
    back = [flow.size if (flow := case.flow(edge)) else 0.0 for edge in case.graph.edges]
    shares = np.array([shares_of(forward), shares_of(back)], np.float32)
    for item in hidden:
        if item >= nodes:
            shares[1, item - nodes] = 0.5
    return shares


def _length(value: np.ndarray) -> float:
    return float(np.sqrt(np.sum(np.square(value))))


def shares_of(lengths, decades: float = DECADES) -> np.ndarray:
    """Lengths as shares of the largest, by orders of magnitude; 0 for what is nothing."""
    lengths = np.asarray(lengths, float)
    known = np.isfinite(lengths) & (lengths > 0)
    shares = np.zeros(lengths.shape)
    if known.any():
        below = np.log10(lengths[known] / lengths[known].max())
        shares[known] = np.maximum(0.04, 1 + below / decades)
    return shares


# ------------------------------------------------------------------ one graph, many passes


def film(graph: Graph, frames: Sequence["Frame"], flows=FLOWS) -> dict:
    """A graph that shows another pass at each of the clock's moments, whole."""
    items = len(graph.nodes)
    slots = [(item, line, moment) for moment in range(len(frames))
             for line in (0, 1) for item in range(items)]  # fmt: skip
    found = [text for each in frames for line in (each.forward, each.back) for text in line]
    always = np.zeros((2, len(graph.edges)), int)
    made = _plan(graph, slots, always.tolist(), [-1] * len(frames), flows)
    return _trace(graph, plan=made, texts=found,
                  sizes=np.array([each.sizes for each in frames], np.float32))  # fmt: skip


@dataclass(frozen=True)
class Frame:
    """What one pass shows: a text forward and one back for each node, and sizes (2, k)."""

    forward: Sequence[str]
    back: Sequence[str]
    sizes: np.ndarray


def whole(case: Case) -> Frame:
    """A pass forward and back."""
    nodes = case.graph.nodes
    return Frame(
        ["" if _plain(node) else on_card(case.run.values[node.place]) for node in nodes],
        ["" if each is None else on_card(each) for each in case.run.adjoints],
        sizes(case),
    )
