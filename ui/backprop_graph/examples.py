"""The library of the page: graphs to begin with, each with the values of its inputs."""

from dataclasses import dataclass

from ui.backprop_graph.values import Values, read


@dataclass(frozen=True)
class Example:
    """A text with values as they are typed, and what it is there to show."""

    name: str
    text: str
    given: str
    shows: str

    @property
    def values(self) -> Values:
        return read(self.given)


FIRST = Example(
    "(x + y) z", "q = x + y; f = q * z", "x: -2; y: 5; z: -4",
    "A sum passes its gradient on, a product swaps its factors.",
)  # fmt: skip
SIGMOIDS = Example(
    "Sigmoids in a row",
    "h1 = sigmoid(w * x); h2 = sigmoid(w * h1); h3 = sigmoid(w * h2); h4 = sigmoid(w * h3); "
    "h5 = sigmoid(w * h4)",
    "w: 1; x: 0.5",
    "Each sigmoid multiplies the gradient by a quarter at most: the links fade.",
)
WORKED = Example(
    "A worked 2-2-2 network",
    "n1 = w1*i1 + w2*i2 + b1; n2 = w3*i1 + w4*i2 + b1; h1 = sigmoid(n1); h2 = sigmoid(n2); "
    "m1 = w5*h1 + w6*h2 + b2; m2 = w7*h1 + w8*h2 + b2; o1 = sigmoid(m1); o2 = sigmoid(m2); "
    "E = 0.5*(t1 - o1)^2 + 0.5*(t2 - o2)^2",
    "i1: 0.05; i2: 0.1; w1: 0.15; w2: 0.2; w3: 0.25; w4: 0.3; b1: 0.35; w5: 0.4; w6: 0.45; "
    "w7: 0.5; w8: 0.55; b2: 0.6; t1: 0.01; t2: 0.99",
    "The numbers of a much-read worked example (Mazur 2015), to all digits.",
)

EXAMPLES: tuple[Example, ...] = (
    FIRST,
    Example(
        "Fan-out", "u = x * x; f = u * u", "x: 2",
        "What is used twice gets a gradient from both uses: they add.",
    ),
    Example(
        "Max gate", "f = 2 * (x*y + max(z, w))", "x: 3; y: -4; z: 2; w: -1",
        "The larger one gets the whole gradient, the other nothing.",
    ),
    Example(
        "Sigmoid neuron", "f = 1 / (1 + exp(-(w0*x0 + w1*x1 + w2)))",
        "w0: 2; x0: -1; w1: -3; x1: -2; w2: -3",
        "A neuron down to its single operations.",
    ),
    SIGMOIDS,
    Example(
        "Softmax cross-entropy",
        "u = exp(z - max(z)); p = u / sum(u); L = -sum([0, 0, 1] * log(p))", "z: 2, 1, 0.1",
        "A long way round to p − t.",
    ),
    Example(
        "Batch norm",
        "d = x - mean(x); v = mean(d^2); y = g * d / sqrt(v + 0.00001) + b; L = sum([1, 0, 0] * y)",
        "x: 1, 2, 4; g: 1; b: 0",
        "Through the mean and the variance every sample answers for the others.",
    ),
    Example(
        "Two layers of matrices",
        "h = relu(W1 @ x + b1); y = W2 @ h + b2; L = mean((y - [1, 0])^2)",
        "W1: 1, -0.5 / 0.5, 1 / -1, 0.5; x: 1, 0.5; b1: 0, 0.1, 0; W2: 0.5, -1, 1 / 1, 0.5, -0.5; "
        "b2: 0, 0",
        "A network with a node for each matrix.",
    ),
    WORKED,
    Example(
        "A recurrent step, three times",
        "h1 = tanh(w*h0 + u*x1); h2 = tanh(w*h1 + u*x2); h3 = tanh(w*h2 + u*x3); L = (h3 - 0.5)^2",
        "w: 0.9; h0: 0; u: 0.7; x1: 1; x2: -0.5; x3: 0.25",
        "The same weight at each step: its gradient is a sum over time.",
    ),
    Example(
        "Residual blocks", "a = tanh(w1*x) + x; b = tanh(w2*a) + a; c = tanh(w3*b) + b",
        "x: 0.5; w1: 0.8; w2: -0.6; w3: 1.2",
        "A way round every block: the gradient passes whole.",
    ),
)  # fmt: skip
