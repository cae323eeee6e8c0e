"""A case as a NumPy program without optcore: forward, back, and the same gradients printed."""

from keyword import iskeyword

import numpy as np

from optcore.graph import Edge, Node
from ui.backprop_graph.case import Case

# What a node does, and what its edges do to g, the gradient of the result o.
WRITTEN: dict[str, tuple[str, ...]] = {
    "add": ("{a} + {b}", "{g}", "{g}"),
    "sub": ("{a} - {b}", "{g}", "-{g}"),
    "mul": ("{a} * {b}", "{g} * {b}", "{g} * {a}"),
    "div": ("{a} / {b}", "{g} / {b}", "-{g} * {o} / {b}"),
    "power": ("{a} ** {b}", "{g} * {b} * {a} ** ({b} - 1)", "{g} * {o} * np.log({a})"),
    "neg": ("-{a}", "-{g}"),
    "copy": ("1.0 * {a}", "{g}"),
    "transpose": ("{a}.T", "{g}.T"),
    "sum": ("np.sum({a})", "{g} * np.ones_like({a})"),
    "mean": ("np.mean({a})", "{g} * np.ones_like({a}) / {a}.size"),
    "amax": ("np.max({a})", "{g} * ({a} == {o}) / np.sum({a} == {o})"),
    "amin": ("np.min({a})", "{g} * ({a} == {o}) / np.sum({a} == {o})"),
    "max": ("np.maximum({a}, {b})", "{g} * (0.5 + 0.5 * np.sign({a} - {b}))",
            "{g} * (0.5 + 0.5 * np.sign({b} - {a}))"),
    "min": ("np.minimum({a}, {b})", "{g} * (0.5 + 0.5 * np.sign({b} - {a}))",
            "{g} * (0.5 + 0.5 * np.sign({a} - {b}))"),
    "sigmoid": ("1 / (1 + np.exp(-{a}))", "{g} * {o} * (1 - {o})"),
    "tanh": ("np.tanh({a})", "{g} * (1 - {o} ** 2)"),
    "relu": ("np.maximum({a}, 0.0)", "{g} * ({a} > 0)"),
    "exp": ("np.exp({a})", "{g} * {o}"),
    "log": ("np.log({a})", "{g} / {a}"),
    "sqrt": ("np.sqrt({a})", "{g} * 0.5 / {o}"),
    "sin": ("np.sin({a})", "{g} * np.cos({a})"),
    "cos": ("np.cos({a})", "-{g} * np.sin({a})"),
    "tan": ("np.tan({a})", "{g} * (1 + {o} ** 2)"),
    "sinh": ("np.sinh({a})", "{g} * np.cosh({a})"),
    "cosh": ("np.cosh({a})", "{g} * np.sinh({a})"),
    "softplus": ("np.logaddexp(0.0, {a})", "{g} / (1 + np.exp(-{a}))"),
    "abs": ("np.abs({a})", "{g} * np.sign({a})"),
}  # fmt: skip
# By how many axes the operands of a matrix product have.
PRODUCTS = {
    (2, 2): ("{g} @ {b}.T", "{a}.T @ {g}"),
    (2, 1): ("np.outer({g}, {b})", "{a}.T @ {g}"),
    (1, 2): ("{g} @ {b}.T", "np.outer({a}, {g})"),
    (1, 1): ("{g} * {b}", "{g} * {a}"),
}
SUMMED = '''

def summed(grad, like):
    """The sum over the copies that broadcasting made of `like`."""
    grad = np.asarray(grad)
    while grad.ndim > like.ndim:
        grad = grad.sum(axis=0)
    for axis, side in enumerate(like.shape):
        if side == 1:
            grad = grad.sum(axis=axis, keepdims=True)
    return grad

'''


def program(case: Case) -> str:
    """A program that prints the gradient of every input."""
    graph, run = case.graph, case.run
    called, grads = _names(case)
    given = [f"{called[place]} = np.array({_literal(case, place)})"
             for place, node in enumerate(graph.nodes) if not node.operands]  # fmt: skip
    forward = [_statement(case, node, called) for node in graph.nodes if node.operands]
    output = called[run.of]
    back = [f"{grads[run.of]} = np.ones_like({output})"]
    seen = {run.of}
    for edge in run.flows:
        pulled = _pulled(case, edge, called, grads)
        sign = "+=" if edge.start in seen else "="
        back.append(f"{grads[edge.start]} {sign} {pulled}")
        seen.add(edge.start)
    back = [line if " += " not in line else _added(line) for line in back]
    inputs = [place for place, node in enumerate(graph.nodes) if node.kind == "input"]
    prints = [f'print("{graph.nodes[place].name}", {grads[place]}.tolist())'
            for place in inputs if place in seen]  # fmt: skip
    needs = SUMMED if any("summed(" in line for line in back) else "\n"
    parts = ["# given", *given, "", "# forward", *forward, "", "# back", *back, "", *prints]
    return "\n".join(["import numpy as np", needs, *parts, ""])


def _added(line: str) -> str:
    """A sum in a new array, for += would change one that another name has, too."""
    name, pulled = line.split(" += ", 1)
    return f"{name} = {name} + {pulled}"


def _names(case: Case) -> tuple[list[str], list[str]]:
    """Variables for the values and for the gradients of all nodes, no two alike."""
    taken = {"np", "summed"} | {node.name for node in case.graph.nodes if node.name.isidentifier()}
    reserved = {"np", "summed", "print"}

    def free(wanted: str) -> str:
        while wanted in taken or iskeyword(wanted):
            wanted += "_"
        taken.add(wanted)
        return wanted

    values = []
    for node in case.graph.nodes:
        plain = (node.given or node.kind == "input") and not iskeyword(node.name)
        kept = plain and node.name not in reserved
        values.append(node.name if kept else free(f"v{node.place}"))
    return values, [free(f"grad_{name}") for name in values]


def _literal(case: Case, place: int) -> str:
    return repr(np.asarray(case.run.values[place], float).tolist())


def _operands(node: Node, called: list[str]) -> dict[str, str]:
    return dict(zip("ab", (called[place] for place in node.operands), strict=False))


def _statement(case: Case, node: Node, called: list[str]) -> str:
    form = "{a} @ {b}" if node.kind == "matmul" else WRITTEN[node.kind][0]
    return f"{called[node.place]} = {form.format(**_operands(node, called))}"


def _pulled(case: Case, edge: Edge, called: list[str], grads: list[str]) -> str:
    """What an edge gives its start, in NumPy."""
    node, shapes = case.graph.nodes[edge.end], case.run.shapes
    if node.kind == "matmul":
        left, right = (len(shapes[place]) for place in node.operands)
        form = PRODUCTS[left, right][edge.position]
    else:
        form = WRITTEN[node.kind][1 + edge.position]
    pulled = form.format(g=grads[edge.end], o=called[edge.end], **_operands(node, called))
    copied = node.operation.elementwise and shapes[edge.end] != shapes[edge.start]
    return f"summed({pulled}, {called[edge.start]})" if copied else pulled
