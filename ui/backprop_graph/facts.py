"""What a lesson may say of a case: values, gradients and what the edges carry, by name."""

import numpy as np

from optcore.graph import path_counts
from ui.backprop_graph.case import Case
from ui.lessons import Facts


def facts(case: Case) -> Facts:
    """`q` is the value of a node, `q.gradient` its adjoint, `f.q` what f sends to q, `q.paths` how
    many paths lead from q to the output; the entries of arrays are counted from 1: `W.2.1`,
    `W.gradient.2.1`."""
    run, nodes, paths = case.run, case.graph.nodes, path_counts(case.graph)
    found: dict[str, float | str | None] = {"nodes": len(nodes), "edges": len(case.graph.edges)}
    for node in nodes:
        if not node.name.isidentifier():
            continue
        found |= _entries(node.name, run.values[node.place])
        if (adjoint := run.adjoints[node.place]) is not None:
            found |= _entries(f"{node.name}.gradient", adjoint)
        found[f"{node.name}.uses"] = len(case.graph.users[node.place])
        found[f"{node.name}.paths"] = f"{paths[node.place]:,}"
    for edge, flow in run.flows.items():
        ends = nodes[edge.end].name, nodes[edge.start].name
        if all(name.isidentifier() for name in ends):
            found |= _entries(".".join(ends), flow.contribution)
    return found


def _entries(name: str, value: np.ndarray) -> dict[str, float]:
    return {
        ".".join([name, *(str(at + 1) for at in place)]): float(value[place])
        for place in np.ndindex(value.shape)
    }
