"""What the address of the Backprop graph page may say."""

from ui.backprop_graph.examples import FIRST
from ui.backprop_graph.values import InputValues, read, write
from ui.lessons import lesson_row
from ui.parameters import Parameter, choice, step, zoom

GRAPH, FILL = VIEWS = ("Graph", "Fill in the gradient")
MOST_STEPS = 4000

PARAMETERS = (
    lesson_row("backprop_graph"),
    choice("view", VIEWS, resets=("at",)),
    Parameter(name="f", default=FIRST.text, resets=("at", "zoom")),
    InputValues(name="values", parse=read, write=write, default=FIRST.values),
    step(MOST_STEPS),
    zoom(),
)
