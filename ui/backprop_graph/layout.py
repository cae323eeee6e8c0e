"""Where the nodes of a graph stand: layers from left to right (Sugiyama, Tagawa and Toda 1981).

igraph orders the nodes within their layers so that few links cross, and places them.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from igraph import Graph

SWEEPS = 100
# A picture is sheared if it gets lower by this share at least.
LEVELLED = 0.75
# Bends are nodes, too, to who puts them in order.
MOST_BENDS = 4000
# A link that passes a layer needs less room in it than a node.
PASSING = 0.5
# How much higher than its fullest layer a picture may be, and the shares of its height that are
# tried in turn if it is higher.
HIGHER = 1.6
SHARES = (0.75, 0.5, 0.25, 0.0)


@dataclass(frozen=True)
class Placement:
    """Nodes at `x`, `y` (n,), a unit from layer to layer and at least one between neighbours;
    link i passes the places `bends[:, starts[i]:starts[i + 1]]`, its two nodes included."""

    x: np.ndarray
    y: np.ndarray
    bends: np.ndarray
    starts: np.ndarray

    @property
    def reach(self) -> tuple[list[float], list[float]]:
        """What of x and of y is to be seen, with room for the cards at the rim."""
        reached = np.concatenate([self.y, self.bends[1]])
        low, high = float(reached.min()), float(reached.max())
        room = max(0.9, 0.11 * (high - low))
        return [-0.5, float(self.x.max()) + 0.5], [low - room, high + room]


def placed(
    count: int, links: Sequence[tuple[int, int]], rooms: np.ndarray | None = None
) -> Placement:
    """Places `count` nodes, numbered so that every link leads to a higher number; `rooms` (n,)
    are what they need of their layer, a unit each if they are not given.

    A node stands right before the first that needs it. A link that passes other layers bends
    there, round the nodes in its way; the longest go straight where they are too many.
    """
    layer = _layers(count, links)
    layers, pieces, routes = [*layer], [], []
    longest = _longest([layer[end] - layer[begin] for begin, end in links])
    for begin, end in links:
        if layer[end] - layer[begin] > longest:
            routes.append([begin, end])
            continue
        passed = range(layer[begin] + 1, layer[end])
        between = range(len(layers), len(layers) + len(passed))
        layers += passed
        routes.append([begin, *between, end])
        pieces += zip(routes[-1], routes[-1][1:], strict=False)
    graph = Graph(len(layers), pieces, directed=True)
    found = graph.layout_sugiyama(layers=layers, maxiter=SWEEPS)
    across = np.asarray(layers, float)
    up = -np.array([place[0] for place in found.coords[: len(layers)]], float)
    needs = np.full(len(layers), PASSING)
    needs[:count] = 1.0 if rooms is None else rooms
    members = [np.flatnonzero(across == own) for own in range(max(layers, default=-1) + 1)]
    ordered = [own[np.argsort(up[own], kind="stable")] for own in members]
    up = _lowered(_levelled(across, _spread(up, ordered, needs)), ordered, needs)
    ways = _parted([np.array([across[route], up[route]]) for route in routes], links)
    starts = np.cumsum([0, *(way.shape[1] for way in ways)])
    bends = np.concatenate([np.zeros((2, 0)), *ways], axis=1)
    return Placement(across[:count], up[:count], bends, starts)


def _spread(up: np.ndarray, ordered: list[np.ndarray], needs: np.ndarray) -> np.ndarray:
    """The same with the room in every layer that its members need, from bottom to top."""
    found = up.copy()
    for members in ordered:
        found[members] = apart(up[members], needs[members])
    return found


def _lowered(up: np.ndarray, ordered: list[np.ndarray], needs: np.ndarray) -> np.ndarray:
    """What winds up and down takes room from its cards: pressed together it is no more than
    somewhat higher than its fullest layer."""
    spans = [(needs[members[1:]] + needs[members[:-1]]).sum() / 2 for members in ordered]
    most = HIGHER * max(1.0, *spans)
    pressed = up
    for share in SHARES:
        if np.ptp(pressed) <= most:
            break
        pressed = _spread(share * (up - up.mean()), ordered, needs)
    return pressed


def _levelled(across: np.ndarray, up: np.ndarray) -> np.ndarray:
    """A chain that takes something in at each step runs down a diagonal: sheared it runs level,
    and the distances within a layer stay."""
    if not across.any():
        return up
    middle = across - across.mean()
    level = up - middle * (middle @ up) / (middle @ middle)
    return level if np.ptp(level) < LEVELLED * np.ptp(up) else up


def _parted(ways: list[np.ndarray], links: Sequence[tuple[int, int]]) -> list[np.ndarray]:
    """Links that join the same two neighbours bend apart, or one would hide the others."""
    many = Counter(links)
    seen: Counter[tuple[int, int]] = Counter()
    found = []
    for way, link in zip(ways, links, strict=True):
        seen[link] += 1
        if many[link] > 1 and way.shape[1] == 2:
            middle = way.mean(axis=1, keepdims=True)
            middle[1] += PASSING * (seen[link] - (many[link] + 1) / 2)
            way = np.hstack([way[:, :1], middle, way[:, 1:]])
        found.append(way)
    return found


def apart(wanted: np.ndarray, rooms: np.ndarray) -> np.ndarray:
    """The places (m,) nearest to those wanted, ascending, of which neighbours are as far apart as
    the mean of their rooms: igraph now and then puts two nodes of a layer in one place.

    Least squares by pooling adjacent violators (Ayer et al. 1955).
    """
    offsets = np.concatenate([[0.0], np.cumsum((rooms[1:] + rooms[:-1]) / 2)])
    pools: list[list[float]] = []
    for level in wanted - offsets:
        pools.append([level, 1.0])
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (last, many), (level, few) = pools.pop(), pools.pop()
            pools.append([(last * many + level * few) / (many + few), many + few])
    return offsets + np.concatenate([np.full(int(many), level) for level, many in pools])


def _longest(spans: Sequence[int]) -> int:
    """How many layers a link may pass for all such links together to be no more than MOST_BENDS."""
    ordered = np.sort(np.asarray(spans, int))
    within = ordered[np.cumsum(ordered) <= MOST_BENDS]
    return max(1, int(within.max(initial=0)))


def _layers(count: int, links: Sequence[tuple[int, int]]) -> list[int]:
    """The layer of each node: as far right as those that need it allow."""
    to_end = [0] * count
    for begin, end in sorted(links, key=lambda link: -link[1]):
        to_end[begin] = max(to_end[begin], to_end[end] + 1)
    deepest = max(to_end, default=0)
    return [deepest - each for each in to_end]
