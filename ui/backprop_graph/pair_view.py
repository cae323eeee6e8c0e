"""The view that has one graph twice: with sigmoids, and with ReLUs in their place."""

import re

import numpy as np

from optcore.graph.examples import SIGMOID_CHAIN
from ui.backprop_graph import drawing, graph_view, words
from ui.backprop_graph.case import Case, work_out
from ui.backprop_graph.facts import facts
from ui.backprop_graph.programs import program
from ui.backprop_graph.values import Values, board
from ui.live.stage import Panel
from ui.prose import number
from ui.scene import Scene
from ui.state import PageState

SQUASHES = ("sigmoid", "relu")
SQUASHING = re.compile(r"\b(sigmoid|relu|tanh|softplus)(?=\s*\()")


def pair(case: Case, given: Values) -> list[Case]:
    """The case with each of the two; for a text that has none of them, the chain of the library,
    with the numbers `given` to its inputs."""
    text, values = case.graph.text, case.values
    if not SQUASHING.search(text):
        numbers = {name: value for name, value in given.items() if not isinstance(value, tuple)}
        text, values = SIGMOID_CHAIN.text, {**SIGMOID_CHAIN.values, **numbers}
    return [work_out(SQUASHING.sub(squash, text), values) for squash in SQUASHES]


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
        words=lambda: told(both, case),
        table=lambda: words.listed(sigmoids),
        facts=lambda: {**facts(sigmoids), **{f"relu.{name}": value
                                             for name, value in facts(relus).items()}},
        columns_of=lambda: words.columns_of(sigmoids),
        program=lambda: program(sigmoids),
        clock=graph_view.clock(state, sigmoids.moments),
        legend=drawing.FLOWS,
        columns="minmax(0, 1fr)",
    )  # fmt: skip


def told(both: list[Case], typed: Case) -> list[str]:
    """Sentences of the sigmoids' graph; at the end, what is left of the gradient in both, and
    whether it is another graph than the one that was typed."""
    found = words.told(both[0])
    parts = [f"with {squash} {number(faintest(each))}"
             for each, squash in zip(both, SQUASHES, strict=True)]  # fmt: skip
    found[-1] = f"The smallest gradient of an input, by size: {' and '.join(parts)}."
    if not SQUASHING.search(typed.graph.text):
        found[-1] += " The text has no such function in it, so a chain of the library is shown."
    return found


def faintest(case: Case) -> float:
    """The length of the shortest gradient of an input; nan where none has any."""
    found = [case.run.adjoint(name) for name in case.graph.inputs]
    lengths = [float(np.linalg.norm(np.ravel(each))) for each in found if each is not None]
    return min(lengths, default=float("nan"))
