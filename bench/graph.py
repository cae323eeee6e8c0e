"""Typed graphs: a pass beside torch, a check of every edge, paths against edges."""

import numpy as np

from bench.measure import side_by_side, timed, typical
from bench.report import Check, Section, Table
from optcore.graph import find_bugs, parse, sum_over_paths
from optcore.graph.chains import residual_chain
from optcore.graph.examples import TWO_LAYERS

POINTS = 10_000
BLOCKS = (4, 8, 12, 16)


def run() -> Section:
    section = Section(
        "graph",
        "A typed graph: a chain of x + sin(x), one number a node, in float64. A pass is all values "
        "and all gradients, and for a page what each edge carries, too.",
        beside="torch",
    )
    two, ten = (parse(residual_chain("sin", nodes // 2)) for nodes in (200, 1000))
    at = {"x0": 0.5}
    pass_, plain = _beside_torch(two, at)
    section.checks = [
        Check("200 nodes forward and back", 1e3 * pass_, "ms", most=5, plain=plain),
        Check("200 nodes with what each edge carries",
              1e3 * typical(lambda: two.run(at).flows), "ms", most=10),
        Check("1,000 nodes with what each edge carries",
              1e3 * typical(lambda: ten.run(at).flows), "ms", most=50),
        Check("200 nodes read from their text",
              1e3 * typical(lambda: parse.__wrapped__(two.text)), "ms"),
        Check("200 nodes, every node and every edge by differences",
              1e3 * typical(lambda: find_bugs(two, at)), "ms"),
        _batch(),
    ]  # fmt: skip
    section.tables = [_paths()]
    return section


def _beside_torch(graph, inputs) -> tuple[float, float | None]:
    """Seconds of a pass, and milliseconds of torch's for the same chain."""

    def ours():
        graph.backward(inputs)

    try:
        import torch
    except ImportError:
        return typical(ours), None
    torch.set_default_dtype(torch.float64)
    torch.set_num_threads(1)

    def theirs():
        start = torch.tensor(inputs["x0"], requires_grad=True)
        x = start
        for _ in range(len(graph.nodes) // 2):
            x = x + torch.sin(x)
        x.backward()

    mine, other = side_by_side([ours, theirs])
    return mine, 1e3 * other


def _batch() -> Check:
    """A batch of points is one pass: how much less it takes than as many."""
    objective = TWO_LAYERS.objective()
    points = np.random.default_rng(0).standard_normal((POINTS, objective.point.size))
    one, all_ = side_by_side([lambda: objective.grad(points[0]), lambda: objective.grad(points)])
    what = f"gradients of {POINTS:,} points of a two-layer network at once, times one by one"
    return Check(what, POINTS * one / all_, "×", least=10)


def _paths() -> Table:
    rows = []
    for blocks in BLOCKS:
        run_ = parse(residual_chain("tanh", blocks)).run({"x0": 0.3})
        again = typical(lambda graph=run_.graph: graph.backward({"x0": 0.3}), seconds=0.3)
        walked = timed(sum_over_paths, run_, "x0")
        paths = 2**blocks
        rows.append([blocks, len(run_.graph.edges), paths, 1e3 * again, 1e3 * walked])
    return Table(
        "A chain of residual blocks x + tanh(x)",
        ["blocks", "edges", "paths", "backward, ms", "path by path, ms"],
        rows,
    )
