"""Where the nodes of a graph stand: layers from left to right (Sugiyama, Tagawa and Toda 1981).

igraph orders the nodes within their layers so that few links cross, and places them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from igraph import Graph

SWEEPS = 100


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
        return [-0.5, float(self.x.max()) + 0.5], [float(self.y.min()) - 0.7,
                                                   float(self.y.max()) + 0.7]  # fmt: skip


def placed(count: int, links: Sequence[tuple[int, int]]) -> Placement:
    """Places `count` nodes, numbered so that every link leads to a higher number.

    A node stands right before the first that needs it. A link that passes other layers bends
    there, round the nodes in its way.
    """
    layer = _layers(count, links)
    layers, pieces, routes = [*layer], [], []
    for begin, end in links:
        passed = range(layer[begin] + 1, layer[end])
        between = range(len(layers), len(layers) + len(passed))
        layers += passed
        routes.append([begin, *between, end])
        pieces += zip(routes[-1], routes[-1][1:], strict=False)
    graph = Graph(len(layers), pieces, directed=True)
    found = graph.layout_sugiyama(layers=layers, maxiter=SWEEPS)
    across = np.asarray(layers, float)
    up = -np.array([place[0] for place in found.coords[: len(layers)]], float)
    order = np.array([node for route in routes for node in route], int)
    starts = np.cumsum([0, *map(len, routes)])
    return Placement(across[:count], up[:count], np.array([across[order], up[order]]), starts)


def _layers(count: int, links: Sequence[tuple[int, int]]) -> list[int]:
    """The layer of each node: as far right as those that need it allow."""
    to_end = [0] * count
    for begin, end in sorted(links, key=lambda link: -link[1]):
        to_end[begin] = max(to_end[begin], to_end[end] + 1)
    deepest = max(to_end, default=0)
    return [deepest - each for each in to_end]
