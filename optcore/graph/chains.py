"""Chains: what fades along one path, and how many paths a residual chain has."""

from dataclasses import dataclass

from optcore.graph.graph import Graph
from optcore.graph.record import GraphRun

# Paths that are walked one by one while someone waits: 2^16 take a few tenths of a second.
WALKED = 1 << 16


def chain(function: str, layers: int, weight: str = "w") -> str:
    """The text of x0 through `layers` times function(w x), each with a weight of its own."""
    lines = [f"x{i} = {function}({weight}{i} * x{i - 1})" for i in range(1, layers + 1)]
    return "; ".join(lines)


def residual_chain(function: str, blocks: int) -> str:
    """The text of x0 through `blocks` blocks x + function(x)."""
    return "; ".join(f"x{i} = x{i - 1} + {function}(x{i - 1})" for i in range(1, blocks + 1))


def path_counts(graph: Graph, of: str | None = None) -> tuple[int, ...]:
    """For every node, the number of paths from it to the node `of`, which counts one.

    Whole numbers of any length: they double with every residual block.
    """
    counts = [0] * len(graph.nodes)
    counts[graph.node(of or graph.output).place] = 1
    for node in reversed(graph.nodes):
        for place in node.operands:
            counts[place] += counts[node.place]
    return tuple(counts)


@dataclass(frozen=True)
class PathSum:
    """A derivative as the sum over all paths, and how many multiplications that took."""

    total: float
    paths: int
    multiplications: int


def sum_over_paths(run: GraphRun, name: str) -> PathSum:
    """The derivative of the run's output by a scalar node, path by path: the chain rule as it is
    written down, at a cost that grows as the number of paths does.

    Raises ValueError above WALKED paths, and where a node on the way is no scalar.
    """
    start = run.graph.node(name).place
    count = path_counts(run.graph, run.graph.nodes[run.of].name)[start]
    if count > WALKED:
        raise ValueError(f"{count:,} paths are too many to walk: at most {WALKED:,}.")
    ways = _ways(run)
    total, paths, multiplications = 0.0, 0, 0
    waiting = [(start, 1.0)]
    while waiting:
        place, product = waiting.pop()
        if place == run.of:
            total, paths = total + product, paths + 1
            continue
        multiplications += len(ways[place])
        waiting += [(end, product * local) for end, local in ways[place]]
    return PathSum(total, paths, multiplications)


def _ways(run: GraphRun) -> dict[int, list[tuple[int, float]]]:
    """For every node, where its edges lead on the way to the output, and their derivatives."""
    found: dict[int, list[tuple[int, float]]] = {place: [] for place in run.order}
    for edge in run.graph.edges:
        if edge.end in found:
            local = run.local(edge)
            if local is None or local.ndim:
                raise ValueError("Paths are walked through scalars, and this graph has arrays.")
            found[edge.start].append((edge.end, float(local)))
    return found
