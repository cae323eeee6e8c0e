"""The view that has one graph twice: with sigmoids, and with ReLUs in their place."""

import re

import numpy as np

from optcore.formula import FormulaError
from optcore.graph import Graph
from optcore.graph.examples import PRODUCT_OF_SUM, SIGMOID_CHAIN
from ui.backprop_graph import drawing, graph_view, words
from ui.backprop_graph.case import Case, work_out
from ui.backprop_graph.facts import facts
from ui.backprop_graph.parameters import one_line
from ui.backprop_graph.programs import program
from ui.backprop_graph.values import Values, board
from ui.live.stage import Panel
from ui.prose import number
from ui.scene import Scene
from ui.state import PageState

SQUASHES = ("sigmoid", "relu")
SQUASHING = re.compile(r"\b(sigmoid|relu|tanh|softplus)(?=\s*\()")


def pair(case: Case, given: Values) -> list[Case]:
    """The case with each of the two; a text that has none of them has each of its results go
    through one. In place of the page's first text stands the chain of the library, with the
    numbers `given` to its inputs, as for a text that would grow too long."""
    text = case.graph.text
    if not SQUASHING.search(text) and text != one_line(PRODUCT_OF_SUM):
        text = squashed(case.graph)
    if SQUASHING.search(text):
        try:
            return _with_each(text, case.values)
        except FormulaError:
            pass
    numbers = {name: value for name, value in given.items() if not isinstance(value, tuple)}
    return _with_each(SIGMOID_CHAIN.text, {**SIGMOID_CHAIN.values, **numbers})


def _with_each(text: str, values: Values) -> list[Case]:
    return [work_out(SQUASHING.sub(squash, text), values) for squash in SQUASHES]


def squashed(graph: Graph) -> str:
    """The text of a graph with a sigmoid round each of its results; a constant stays."""
    found = []
    for statement in filter(str.strip, re.split("[;\n]", graph.text)):
        *name, expression = (part.strip() for part in statement.split("="))
        constant = name and graph.node(name[0]).kind == "constant"
        expression = expression if constant else f"{SQUASHES[0]}({expression})"
        found.append(" = ".join([*name, expression]))
    return "; ".join(found)


def scene(state: PageState, case: Case, first: dict) -> Scene:
    sigmoids, relus = both = pair(case, state["values"])
    reaches = graph_view.reaches_of(state, sigmoids)
    figures = [
        {"data": [drawing.trace(each)], "layout": drawing.frame(each.graph, f"With {squash}")}
        for each, squash in zip(both, SQUASHES, strict=True)
    ]
    return Scene(
        [Panel(figure, name=f"with {squash}", view=state.view(0) if not at else None)
         for at, (figure, squash) in enumerate(zip(figures, SQUASHES, strict=True))],
        [board("values", sigmoids.values, first, reaches)],
        words=lambda: sentences(both, case),
        table=lambda: words.listed(sigmoids),
        facts=lambda: {**facts(sigmoids), **{f"relu.{name}": value
                                             for name, value in facts(relus).items()}},
        columns_of=lambda: words.columns_of(sigmoids),
        program=lambda: program(sigmoids),
        clock=graph_view.clock(state, sigmoids.moments),
        legend=drawing.FLOWS,
        columns="minmax(0, 1fr)",
    )  # fmt: skip


def sentences(both: list[Case], typed: Case) -> list[str]:
    """Sentences of the sigmoids' graph; at the end, what is left of the gradient in both, and
    in what it differs from the graph that was typed."""
    found = words.sentences(both[0])
    parts = [f"with {squash} {number(faintest(each))}"
             for each, squash in zip(both, SQUASHES, strict=True)]  # fmt: skip
    found[-1] = f"The smallest gradient of an input, by size: {' and '.join(parts)}."
    if not SQUASHING.search(typed.graph.text):
        own = both[0].graph.inputs == typed.graph.inputs
        shown = "each of its results goes through one" if own else "a chain of the library is shown"
        found[-1] += f" The text has no such function in it, so {shown}."
    return found


def faintest(case: Case) -> float:
    """The length of the shortest gradient of an input; nan where none has any."""
    found = [case.run.adjoint(name) for name in case.graph.inputs]
    lengths = [float(np.linalg.norm(np.ravel(each))) for each in found if each is not None]
    return min(lengths, default=float("nan"))
