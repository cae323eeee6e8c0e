"""What a lesson may say of a case: values, gradients and what the edges carry, by name."""

import numpy as np

from optcore.graph import EXAMPLES, path_counts
from optcore.graph.bugs import WeightsUpdatedFirst
from optcore.graph.planting import everywhere
from ui.backprop_graph.case import Case
from ui.lessons import Facts


def facts(case: Case, hidden: frozenset = frozenset()) -> Facts:
    """`q` is the value of a node, `q.gradient` its adjoint, `f.q` what f sends to q, `q.paths` how
    many paths lead from q to the output; the entries of arrays are counted from 1: `W.2.1`,
    `W.gradient.2.1`. The gradients of items of the picture that are `hidden` are left out."""
    run, nodes, paths = case.run, case.graph.nodes, path_counts(case.graph)
    found: dict[str, float | str | None] = {"nodes": len(nodes), "edges": len(case.graph.edges)}
    for node in nodes:
        if not node.name.isidentifier():
            continue
        found |= _entries(node.name, run.values[node.place])
        adjoint = run.adjoints[node.place]
        if adjoint is not None and node.place not in hidden:
            found |= _entries(f"{node.name}.gradient", adjoint)
        found[f"{node.name}.uses"] = len(case.graph.users[node.place])
        found[f"{node.name}.paths"] = f"{paths[node.place]:,}"
    links = {edge: len(nodes) + at for at, edge in enumerate(case.graph.edges)}
    for edge, flow in run.flows.items():
        ends = nodes[edge.end].name, nodes[edge.start].name
        if links[edge] not in hidden and all(name.isidentifier() for name in ends):
            found |= _entries(".".join(ends), flow.contribution)
    return found | _published(case)


def _published(case: Case) -> dict[str, float | str | None]:
    """Of an example that was published with numbers: the output after a step of descent (`next`),
    as it was printed (`next.printed`), and with the weights moved too early (`next.early`)."""
    text, output = case.graph.text, case.graph.output
    published = [
        (each, printed.digits)
        for each in EXAMPLES
        for printed in each.printed
        if each.text == text and printed.step and printed.node == output
    ]
    if not published:
        return {}
    example, digits = published[0]
    early = everywhere(WeightsUpdatedFirst(rate=example.rate), case.run.tape)
    after = []
    for backprop in (None, early):
        objective = case.graph.objective(case.values, over=example.learned, backprop=backprop)
        moved = case.graph.forward(objective.stepped(example.rate))
        after.append(float(moved[output]))
    same = f"{after[1]:.{len(digits) - 2}f}" == digits
    return {
        "rate": example.rate,
        "next": after[0],
        "next.early": after[1],
        "next.printed": digits,
        "same": "the order of the steps" if same else "something else",
    }


def _entries(name: str, value: np.ndarray) -> dict[str, float]:
    return {
        ".".join([name, *(str(at + 1) for at in place)]): float(value[place])
        for place in np.ndindex(value.shape)
    }
