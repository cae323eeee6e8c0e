"""Graphs worth looking at: text, values, and what there is to see in each."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from optcore.graph.chains import chain, residual_chain
from optcore.graph.graph import Graph
from optcore.graph.objective import GraphObjective
from optcore.graph.reading import parse


@dataclass(frozen=True)
class Printed:
    """A number as a published example prints it: the node's value, its `adjoint`, or what
    arrives there from the node `through`.

    `step` counts the descent steps taken before. `slip` says what is wrong with it, if it is.
    """

    node: str
    digits: str
    adjoint: bool = False
    through: str = ""
    step: int = 0
    slip: str = ""


@dataclass(frozen=True)
class Example:
    """A text with a value for each input. `learned` are the inputs that descent moves, all if
    empty, at learning rate `rate`. `source` says where it was published, `printed` what was."""

    name: str
    lesson: str
    text: str
    values: Mapping[str, float | tuple] = field(hash=False)
    learned: tuple[str, ...] = ()
    rate: float = 0.1
    source: str = ""
    printed: tuple[Printed, ...] = ()

    @property
    def graph(self) -> Graph:
        return parse(self.text)

    def objective(self) -> GraphObjective:
        """The output over what is learned."""
        return self.graph.objective(self.values, over=self.learned or None)


PRODUCT_OF_SUM = Example(
    "(x + y) z",
    "A sum hands its gradient on, a product swaps its operands: three numbers to work out by hand.",
    "q = x + y; f = q * z",
    {"x": -2.0, "y": 5.0, "z": -4.0},
    source="CS231n, Stanford, notes on backpropagation",
)
SIGMOID_NEURON = Example(
    "Sigmoid neuron",
    "A weighted sum and a sigmoid, whose local derivative is f (1 − f).",
    "z = w0 * x0 + w1 * x1 + w2; f = sigmoid(z)",
    {"w0": 2.0, "x0": -1.0, "w1": -3.0, "x1": -2.0, "w2": -3.0},
    ("w0", "w1", "w2"),
    source="CS231n, Stanford, notes on backpropagation",
)
GATE_BY_GATE = Example(
    "Sigmoid neuron, gate by gate",
    "The same neuron with its sigmoid taken apart: four local derivatives make f (1 − f).",
    "f = 1 / (1 + exp(-(w0 * x0 + w1 * x1 + w2)))",
    {"w0": 2.0, "x0": -1.0, "w1": -3.0, "x1": -2.0, "w2": -3.0},
    ("w0", "w1", "w2"),
    source="CS231n, Stanford, notes on backpropagation",
)
MAX_GATE = Example(
    "Max gate",
    "A maximum sends all of its gradient to the larger operand and none to the other.",
    "f = 2 * (x * y + max(z, w))",
    {"x": 3.0, "y": -4.0, "z": 2.0, "w": -1.0},
    source="CS231n, Stanford, notes on backpropagation",
)
FAN_OUT = Example(
    "Fan-out",
    "A node that is used twice hears from both: what arrives along its edges is added.",
    "u = x * x; v = u * u",
    {"x": 2.0},
)
SOFTMAX = Example(
    "Softmax cross-entropy",
    "Exponentials, a sum, a division and a logarithm, and yet the gradient is p − y.",
    "s = exp(z); p = s / sum(s); L = -sum(y * log(p))",
    {"z": (1.0, 2.0, 0.5), "y": (0.0, 0.0, 1.0)},
    ("z",),
)
BATCH_NORM = Example(
    "Batch normalisation",
    "The mean and the variance send gradients of their own, and together they cancel: the "
    "gradient of x adds up to 0.",
    "m = mean(x); d = x - m; v = mean(d^2); n = d / sqrt(v + 0.00001); "
    "y = gamma * n + beta; L = sum(g * y)",
    {"x": (1.0, 2.0, 4.0, 3.0), "gamma": 1.5, "beta": 0.5, "g": (0.1, -0.4, 0.3, 0.2)},
    ("gamma", "beta"),
)  # fmt: skip
WORKED = Example(
    "2-2-2 network",
    "Two inputs, two hidden units, two outputs: the worked example that most people have met.",
    "net_h1 = w1 * i1 + w2 * i2 + b1; net_h2 = w3 * i1 + w4 * i2 + b1; "
    "out_h1 = sigmoid(net_h1); out_h2 = sigmoid(net_h2); "
    "net_o1 = w5 * out_h1 + w6 * out_h2 + b2; net_o2 = w7 * out_h1 + w8 * out_h2 + b2; "
    "out_o1 = sigmoid(net_o1); out_o2 = sigmoid(net_o2); "
    "E_o1 = (t1 - out_o1)^2 / 2; E_o2 = (t2 - out_o2)^2 / 2; E = E_o1 + E_o2",
    {
        "w1": 0.15, "w2": 0.2, "w3": 0.25, "w4": 0.3, "b1": 0.35, "i1": 0.05, "i2": 0.1,
        "w5": 0.4, "w6": 0.45, "w7": 0.5, "w8": 0.55, "b2": 0.6, "t1": 0.01, "t2": 0.99,
    },
    tuple(f"w{i}" for i in range(1, 9)),
    rate=0.5,
    source="M. Mazur, A Step by Step Backpropagation Example, 2015",
    printed=(
        Printed("net_h1", "0.3775"),
        Printed("out_h1", "0.593269992"),
        Printed("out_h2", "0.596884378"),
        Printed("net_o1", "1.105905967"),
        Printed("out_o1", "0.75136507"),
        Printed("out_o2", "0.772928465"),
        Printed("E_o1", "0.274811083"),
        Printed("E_o2", "0.023560026"),
        Printed("E", "0.298371109"),
        Printed("net_o1", "0.138498562", adjoint=True),
        Printed("w5", "0.082167041", adjoint=True),
        Printed("out_h1", "0.055399425", through="w5 * out_h1"),
        Printed(
            "out_h1", "-0.019049119", through="w7 * out_h1",
            slip="Its last digit is rounded the wrong way: -0.019049118.",
        ),
        Printed("out_h1", "0.036350306", adjoint=True),
        Printed("w1", "0.000438568", adjoint=True),
        Printed("w5", "0.35891648", step=1),
        Printed("w6", "0.408666186", step=1),
        Printed("w7", "0.511301270", step=1),
        Printed("w8", "0.561370121", step=1),
        Printed("w1", "0.149780716", step=1),
        Printed("w2", "0.19956143", step=1),
        Printed("w3", "0.24975114", step=1),
        Printed("w4", "0.29950229", step=1),
        Printed(
            "E", "0.291027924", step=1,
            slip="The text takes the step with the weights it had, and its error is 0.291027774; "
            "this one comes out if the output's weights are moved before the hidden layer's "
            "gradient is taken.",
        ),
    ),
)  # fmt: skip
RECURRENT = Example(
    "Recurrent step, three times",
    "One weight used at three times: its gradient is the sum over the times, and the early ones "
    "give less.",
    "h1 = tanh(w * h0 + u * x1); h2 = tanh(w * h1 + u * x2); h3 = tanh(w * h2 + u * x3); "
    "L = (h3 - y)^2",
    {"w": 0.8, "u": 1.2, "h0": 0.0, "x1": 1.0, "x2": 0.5, "x3": -0.3, "y": 1.0},
    ("w", "u"),
)  # fmt: skip
LINE_FIT = Example(
    "Line through three points",
    "One line, three losses, their mean: two gradients, and one step of descent changes every "
    "number.",
    "e1 = w * x1 + b - y1; e2 = w * x2 + b - y2; e3 = w * x3 + b - y3; "
    "L = (e1^2 + e2^2 + e3^2) / 3",
    {"w": 0.5, "b": 0.0, "x1": 1.0, "y1": 2.0, "x2": 2.0, "y2": 2.5, "x3": 3.0, "y3": 4.5},
    ("w", "b"),
)  # fmt: skip
TWO_LAYERS = Example(
    "Two-layer network",
    "Matrices for nodes: the same four rules, and the graph of every unit lies within.",
    "h = sigmoid(W1 @ x + b1); y = W2 @ h + b2; L = mean((y - t)^2)",
    {
        "W1": ((0.5, -0.3), (0.8, 0.2), (-0.6, 0.9)), "x": (1.0, -2.0), "b1": (0.1, 0.0, -0.1),
        "W2": ((0.7, -0.4, 0.3), (0.2, 0.6, -0.5)), "b2": (0.0, 0.1), "t": (1.0, 0.0),
    },
    ("W1", "b1", "W2", "b2"),
)  # fmt: skip
SIGMOID_CHAIN = Example(
    "Sigmoid chain",
    "Every sigmoid takes at least three quarters of what flows: the lines fade towards x0.",
    chain("sigmoid", 6),
    {**{f"w{i}": 1.0 for i in range(1, 7)}, "x0": 1.0},
    tuple(f"w{i}" for i in range(1, 7)),
)
RELU_CHAIN = Example(
    "ReLU chain",
    "A ReLU that is on hands its gradient on whole: the lines keep their width.",
    chain("relu", 6),
    {**{f"w{i}": 1.0 for i in range(1, 7)}, "x0": 1.0},
    tuple(f"w{i}" for i in range(1, 7)),
)
MATRIX_PRODUCT = Example(
    "A X",
    "The gradient of X is Aᵀ G and that of A is G Xᵀ: two products, and no Jacobian is written "
    "down.",
    "Y = A @ X; L = sum(G * Y)",
    {
        "A": ((1.0, -2.0, 0.5), (0.0, 1.5, -1.0)), "X": ((2.0, 1.0), (-1.0, 0.5), (3.0, -2.0)),
        "G": ((1.0, -1.0), (0.5, 2.0)),
    },
    ("A", "X"),
)  # fmt: skip
MULTIPLY_NODE = Example(
    "Multiply node",
    "One node as a program: what it saves on the way forward is what it needs on the way back.",
    "z = x * y",
    {"x": 3.0, "y": -2.0},
)
RESIDUAL_CHAIN = Example(
    "Residual chain",
    "Each block doubles the paths and adds three edges: backward visits each edge once.",
    residual_chain("tanh", 4),
    {"x0": 0.5},
)

EXAMPLES: tuple[Example, ...] = (
    PRODUCT_OF_SUM,
    FAN_OUT,
    SIGMOID_NEURON,
    GATE_BY_GATE,
    MAX_GATE,
    LINE_FIT,
    WORKED,
    SOFTMAX,
    BATCH_NORM,
    RECURRENT,
    TWO_LAYERS,
    SIGMOID_CHAIN,
    RELU_CHAIN,
    RESIDUAL_CHAIN,
    MATRIX_PRODUCT,
    MULTIPLY_NODE,
)
