"""What the address of the Backprop graph page may say."""

from collections.abc import Callable

from optcore.graph import GRAPH_BUGS
from optcore.graph.examples import PRODUCT_OF_SUM, Example
from ui.backprop_graph.values import InputValues, read, write
from ui.lessons import lesson_row
from ui.parameters import Parameter, choice, number, step, switch, zoom

GRAPH, FILL, BUGS = VIEWS = ("Graph", "Fill in the gradient", "Find the bug")
# The views that show the graph a person types.
TYPED = (GRAPH, FILL, BUGS)
PLANT, DETECT = HUNTS = ("Plant a bug", "Detective")
CASES = 9999
MOST_STEPS = 4000
# Gradients to fill in that a link may count.
MOST_FILLED = 999


def in_view(*views: str) -> Callable:
    return lambda state: state["view"] in views


def _hunting(hunt: str) -> Callable:
    return lambda state: state["view"] == BUGS and state["hunt"] == hunt


def one_line(example: Example) -> str:
    """An example's text as the text field shows it."""
    return example.text.replace("\n", "; ")


PARAMETERS = (
    lesson_row("backprop_graph"),
    choice("view", VIEWS, resets=("at", "zoom")),
    Parameter(name="f", default=one_line(PRODUCT_OF_SUM), resets=("at", "zoom", "filled"),
              when=in_view(*TYPED)),
    InputValues(name="values", parse=read, write=write, default=dict(PRODUCT_OF_SUM.values),
                when=in_view(*TYPED)),
    switch("units", when=in_view(GRAPH)),
    Parameter(name="filled", parse=number(0, MOST_FILLED, whole=True), default=0,
              when=in_view(FILL)),
    choice("hunt", HUNTS, when=in_view(BUGS), resets=("checked",)),
    choice("bug", GRAPH_BUGS, when=_hunting(PLANT), resets=("where",)),
    Parameter(name="where", parse=number(0, MOST_FILLED, whole=True), default=0,
              when=_hunting(PLANT)),
    Parameter(name="case", parse=number(1, CASES, whole=True), default=1, pinned=True,
              when=_hunting(DETECT)),
    switch("checked", when=_hunting(DETECT)),
    step(MOST_STEPS),
    zoom(),
)  # fmt: skip
