"""What the page says of a case: a sentence for each moment, and its tables."""

from collections.abc import Iterable, Sequence

import numpy as np

from optcore.graph import Flow, Node, costs
from ui.backprop_graph.case import Case
from ui.backprop_graph.drawing import HIDDEN, written
from ui.prose import table

LONGEST = 40
# Letters that two lines under the panels have room for.
ROOM = 180
MOST_NAMED = 8
# Of more moments than that, each is said by its node alone.
MANY = 400
HEADS = ("Node", "operation", "shape", "value", "gradient")
SIGNED = {"add": "+", "sub": "−", "mul": "×", "div": "/", "power": "^", "matmul": "@"}


def sentences(case: Case) -> list[str]:
    """A sentence for each of the clock's moments."""
    turns = case.moments
    brief = turns.last > MANY
    nodes = case.graph.nodes
    found = [_given(case)]
    found += [_worked(case, nodes[place], brief) for place in turns.forward]
    found += [_sent(case, nodes[place], brief) for place in turns.backward]
    last = f"{found[-1]} {ending(case)}"
    found[-1] = last if turns.backward and len(last) <= ROOM else ending(case)
    return found


def ending(case: Case) -> str:
    """The result and the gradient of every input."""
    run, graph = case.run, case.graph
    output = graph.nodes[run.of]
    if run.trouble:
        return shortened(run.trouble, 200)
    result = f"{shortened(output.name)} = {written(run.values[run.of])}."
    found = {name: run.adjoints[graph.places[name]] for name in graph.inputs}
    known = [f"{name} {written(each)}" for name, each in found.items() if each is not None]
    if not known:
        return f"{result} No input changes it."
    whole = "" if not run.values[run.of].ndim else " of the sum of its entries"
    return f"{result} Gradient{whole}: {_listing(known)}."


def _given(case: Case) -> str:
    values = case.run.values
    given = [f"{name} = {written(values[case.graph.places[name]])}" for name in case.graph.inputs]
    return f"Given: {_listing(given)}." if given else "No inputs: nothing can change."


def _listing(parts: list[str]) -> str:
    more = f", and {len(parts) - MOST_NAMED} more" if len(parts) > MOST_NAMED else ""
    return f"{', '.join(parts[:MOST_NAMED])}{more}"


def _worked(case: Case, node: Node, brief: bool) -> str:
    name, result = shortened(node.name), written(case.run.values[node.place])
    if brief:
        return f"Forward: {name} = {result}."
    operands = [written(case.run.values[place]) for place in node.operands]
    sign = SIGNED.get(node.kind)
    if node.kind == "transpose":
        done = f"{operands[0]}{node.operation.sign}"
    else:
        called = f"{node.operation.sign}({', '.join(operands)})"
        done = f" {sign} ".join(operands) if sign else called
    return f"Forward: {name} is {done} = {result}."


def _sent(case: Case, node: Node, brief: bool) -> str:
    name, run = shortened(node.name), case.run
    arrived = f"Back: {name} has the gradient {written(run.adjoints[node.place])}."
    if brief:
        return arrived
    flows = [flow for place in dict.fromkeys(node.operands) for flow in run.given_to(place)
             if flow.edge.end == node.place]  # fmt: skip
    return " ".join([arrived, *(_passed(case, flow) for flow in flows)])


def _passed(case: Case, flow: Flow) -> str:
    """What one edge makes of a gradient, and what its start then has if others gave before."""
    target = case.graph.nodes[flow.edge.start]
    name, given = shortened(target.name), written(flow.contribution)
    if flow.local is not None and not flow.local.ndim:
        said = f"To {name}: {written(flow.adjoint)} × {written(flow.local)} = {given}."
    else:
        said = f"To {name}: {given}, as {shortened(flow.rule)}."
    arrivals = [each for _, each in case.arrivals(target.place)]
    if len(arrivals) > 1 and flow is arrivals[-1]:
        total = case.run.adjoints[target.place]
        return f"{said} In all {' + '.join(_term(each) for each in arrivals)} = {written(total)}."
    return said


def _term(flow: Flow) -> str:
    text = written(flow.contribution)
    return f"({text})" if text.startswith("−") else text


def shortened(text: str, most: int = LONGEST) -> str:
    """A node's name as sentences and menus show it, where * might be read as emphasis."""
    shown = text.replace("*", "·")
    return shown if len(shown) <= most else shown[: most - 1] + "…"


# ------------------------------------------------------------------ tables


def rows(case: Case, hidden: frozenset = frozenset()) -> list[Sequence[str]]:
    """A row for each node; the gradients of those that are `hidden` are not given away."""
    shapes = case.run.shapes
    return [
        (
            shortened(node.name),
            node.kind,
            " × ".join(map(str, shapes[node.place])) or "1",
            written(case.run.values[node.place]),
            HIDDEN if node.place in hidden else written(case.run.adjoints[node.place]),
        )
        for node in case.graph.nodes
    ]


def listed(case: Case, hidden: frozenset = frozenset()) -> str:
    """A row for each node, and what the passes cost."""
    price = costs(case.graph, case.values)
    caption = (
        f"Operations: {price.values} forward, {price.backward} more for all gradients by reverse "
        f"mode; {price.tangents} for one direction in forward mode, of which a whole gradient "
        f"takes {price.forward_passes}."
    )
    return table(HEADS, rows(case, hidden), named=True, caption=caption)


def columns_of(case: Case, hidden: frozenset = frozenset()) -> dict[str, Iterable]:
    """A row for every entry of every node, and for every entry of what an edge carries one with
    the local derivative, or the rule where the edge mixes entries. Of items of the picture that
    are `hidden` the gradient is not given away."""
    found = []
    nodes = case.graph.nodes
    for node in nodes:
        value, adjoint = case.run.values[node.place], case.run.adjoints[node.place]
        for place in np.ndindex(value.shape):
            gradient = _gradient(adjoint, place, node.place in hidden)
            found.append(
                ["node", node.name, node.kind, _place(place), float(value[place]), "", gradient]
            )
    links = {edge: len(nodes) + at for at, edge in enumerate(case.graph.edges)}
    for edge, flow in case.run.flows.items():
        name = f"{nodes[edge.start].name} -> {nodes[edge.end].name}"
        for place in np.ndindex(flow.contribution.shape):
            gradient = _gradient(flow.contribution, place, links[edge] in hidden)
            found.append(
                ["edge", name, edge.position + 1, _place(place), "", _local(flow, place), gradient]
            )
    heads = ("kind", "name", "operation", "entry", "value", "local derivative", "gradient")
    return dict(zip(heads, zip(*found, strict=True), strict=True))


def _gradient(array: np.ndarray | None, place: tuple[int, ...], secret: bool) -> float | str:
    if array is None:
        return ""
    return HIDDEN if secret else float(array[place])


def _local(flow: Flow, place: tuple[int, ...]) -> float | str:
    if flow.local is None or flow.local.shape != flow.contribution.shape:
        return flow.rule
    return float(flow.local[place])


def _place(place: tuple[int, ...]) -> str:
    return ".".join(str(at + 1) for at in place)
