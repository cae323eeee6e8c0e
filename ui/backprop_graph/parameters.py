"""What the address of the Backprop graph page may say."""

from dataclasses import dataclass, make_dataclass

from optcore.graph import GRAPH_BUGS, MULTIPLY_NODES, Multiply
from optcore.graph.examples import LINE_FIT, MULTIPLY_NODE, PRODUCT_OF_SUM, Example
from optcore.knobs import knob
from ui.backprop_graph.values import InputValues, read, write
from ui.lessons import lesson_row
from ui.parameters import Parameter, Place, choice, chosen, number, sliders, step, switch
from ui.zoom import zoom

GRAPH, FILL, BUGS, PAIR, FIT, WHY, PRODUCT, NODE = VIEWS = (
    "Graph", "Fill in the gradient", "Find the bug", "Sigmoid and ReLU", "Fit a line",
    "Why backward", "Derivative of A X", "Multiply as code",
)  # fmt: skip
# The views that show the graph a person types.
TYPED = (GRAPH, FILL, BUGS, PAIR)
PLANT, DETECT = HUNTS = ("Plant a bug", "Detective")
CASES = 9999
BY = ("by X", "by A")
MOST_SIDE, MOST_BLOCKS = 12, 16
ACROSS, UP = (-0.5, 4.5), (-2.0, 7.0)
PAIRS = tuple((f"x{at}", f"y{at}") for at in (1, 2, 3))
MOST_STEPS = 4000
# Gradients to fill in that a link may count.
MOST_FILLED = 999


def counted(text: str) -> tuple[int, ...]:
    """Numbers from 1 with commas between them, each once. Raises ValueError with a sentence."""
    one = number(1, MOST_FILLED, whole=True)
    return tuple(dict.fromkeys(int(one(part)) for part in filter(None, text.split(","))))


def one_line(example: Example) -> str:
    """An example's text as the text field shows it."""
    return example.text.replace("\n", "; ")


@dataclass(frozen=True)
class Descent:
    """Gradient descent on the mean of the three losses."""

    learning_rate: float = knob(LINE_FIT.rate, 1e-3, 1.0, scale="log", symbol=r"\eta")
    steps: int = knob(20, 1, 40, symbol="", whole=True)


@dataclass(frozen=True)
class InitialWeights:
    """The line before the first step."""

    w: float = knob(LINE_FIT.values["w"], -3.0, 3.0, symbol="w")
    b: float = knob(LINE_FIT.values["b"], -3.0, 3.0, symbol="b")


Points = make_dataclass(
    "Points",
    [
        (name, float, knob(LINE_FIT.values[name], *reach, symbol=""))
        for pair in PAIRS
        for name, reach in zip(pair, ((0.0, 4.0), UP), strict=True)
    ],
    frozen=True,
)


@dataclass(frozen=True)
class Sides:
    """How many inputs and outputs the graph has."""

    inputs: int = knob(6, 1, MOST_SIDE, symbol="n", whole=True)
    outputs: int = knob(2, 1, MOST_SIDE, symbol="m", whole=True)


@dataclass(frozen=True)
class Chain:
    """A chain of blocks f(x) + x."""

    blocks: int = knob(10, 1, MOST_BLOCKS, symbol="L", whole=True)


@dataclass(frozen=True)
class Shapes:
    """A is (rows, inner), X is (inner, columns); the entries are drawn by a seed."""

    rows: int = knob(2, 1, 4, symbol="m", whole=True)
    inner: int = knob(3, 1, 4, symbol="k", whole=True)
    columns: int = knob(2, 1, 4, symbol="n", whole=True)
    seed: int = knob(0, 0, 99, symbol="", whole=True)


@dataclass(frozen=True)
class Square:
    """The side of square matrices, for what both ways cost."""

    side: int = knob(100, 1, 1000, scale="log", symbol="", whole=True)


@dataclass(frozen=True)
class Operands:
    """What the node gets: its two operands."""

    x: float = knob(MULTIPLY_NODE.values["x"], -5.0, 5.0, symbol="x")
    y: float = knob(MULTIPLY_NODE.values["y"], -5.0, 5.0, symbol="y")


@dataclass(frozen=True)
class Version:
    """A Multiply under a name that gives nothing away."""

    name: str
    kind: type[Multiply]


VERSIONS = tuple(Version(f"Version {at}", kind) for at, kind in enumerate(MULTIPLY_NODES, 1))


PARAMETERS = (
    lesson_row("backprop_graph"),
    choice("view", VIEWS, resets=("at", "zoom")),
    Parameter(name="f", default=one_line(PRODUCT_OF_SUM), resets=("at", "zoom", "asked", "filled"),
              when=chosen("view", *TYPED)),
    InputValues(name="values", parse=read, write=write, default=dict(PRODUCT_OF_SUM.values),
                when=chosen("view", *TYPED)),
    switch("units", when=chosen("view", GRAPH)),
    # Which gradients are hidden, in the order in which they are asked for; all of them if none.
    Parameter(name="asked", parse=counted, write=lambda asked: ",".join(map(str, asked)),
              default=(), when=chosen("view", FILL), resets=("filled",)),
    Parameter(name="filled", parse=number(0, MOST_FILLED, whole=True), default=0,
              when=chosen("view", FILL)),
    choice("hunt", HUNTS, when=chosen("view", BUGS), resets=("checked",)),
    choice("bug", GRAPH_BUGS, when=chosen("hunt", PLANT), resets=("where",)),
    Parameter(name="where", parse=number(0, MOST_FILLED, whole=True), default=0,
              when=chosen("hunt", PLANT)),
    Parameter(name="case", parse=number(1, CASES, whole=True), default=1, pinned=True,
              when=chosen("hunt", DETECT)),
    switch("checked", when=chosen("hunt", DETECT)),
    choice("by", BY, when=chosen("view", PRODUCT)),
    choice("node", VERSIONS, when=chosen("view", NODE), resets=("at",)),
    step(MOST_STEPS),
    zoom(seen=chosen("view", *TYPED)),
    sliders("fit", Descent()),
    sliders("line", InitialWeights()),
    sliders("points", Points()),
    *(Place(f"p{at}", (f"points.{x}", f"points.{y}"))
      for at, (x, y) in enumerate(PAIRS, 1)),
    sliders("why", Sides()),
    sliders("chain", Chain()),
    sliders("shape", Shapes()),
    sliders("square", Square()),
    sliders("operands", Operands()),
)  # fmt: skip
