"""The functions of one variable whose derivative is watched as h shrinks."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from optcore.derivatives.taylor import Taylor
from optcore.special import absolute, indicator, positive_part, sigmoid, sigmoid_slope


@dataclass(frozen=True)
class Function:
    """A function of one variable with its exact derivatives.

    `formula` and `slope` (the derivative in closed form) work elementwise, keep float32 and
    accept complex x. `x` is the point a page starts at, `window` the (low, high) it shows,
    `kinks` the places without a derivative; there `slope` follows the frameworks (0 at 0).
    Anything with `value`, `derivative`, `derivative_n` and `latex` can take its place.
    """

    name: str
    latex: str
    lesson: str
    formula: Callable = field(repr=False)
    slope: Callable = field(repr=False)
    x: float
    window: tuple[float, float]
    kinks: tuple[float, ...] = ()

    @property
    def analytic(self) -> bool:
        """Whether the function is smooth, so that Taylor's theorem describes every error."""
        return not self.kinks

    def value(self, x) -> np.ndarray:
        return self.formula(np.asarray(x))

    def derivative(self, x) -> np.ndarray:
        return self.slope(np.asarray(x))

    def derivative_n(self, x, n: int) -> np.ndarray:
        """The n-th derivative in float64, by Taylor arithmetic: exact to rounding.

        Off its kinks a function with kinks is a straight line, so all but the first are 0.
        """
        if n == 0:
            return self.value(x)
        if self.kinks:
            return self.derivative(x) if n == 1 else np.zeros(np.shape(x))
        return self.formula(Taylor.variable(x, n)).derivative(n)


def hidden_poles(x):
    return np.exp(x) / (np.sin(x) - x**2)


def hidden_poles_slope(x):
    bottom = np.sin(x) - x**2
    return np.exp(x) * (bottom - np.cos(x) + 2 * x) / bottom**2


def squire_trapp(x):
    return np.exp(x) / (np.sin(x) ** 3 + np.cos(x) ** 3)


def squire_trapp_slope(x):
    sine, cosine = np.sin(x), np.cos(x)
    bottom = sine**3 + cosine**3
    return np.exp(x) * (bottom - 3 * sine * cosine * (sine - cosine)) / bottom**2


TEXTBOOK = Function(
    "x² + 3x",
    r"x^2 + 3x",
    "A parabola has no third derivative, so the central rule is exact: 7 at x = 2.",
    lambda x: x**2 + 3 * x,
    lambda x: 2 * x + 3,
    2.0,
    (0.0, 4.0),
)
EXP = Function(
    "exp x",
    r"e^x",
    "Every derivative at 0 is 1, so only the rule's own constant is left in the error.",
    np.exp,
    np.exp,
    0.0,
    (-2.0, 2.0),
)
SINE = Function(
    "sin x",
    r"\sin x",
    "Derivatives of the same size at every order: the plainest V.",
    np.sin,
    np.cos,
    1.0,
    (-1.5, 3.5),
)
SIGMOID = Function(
    "sigmoid",
    r"\frac{1}{1 + e^{-x}}",
    "In the flat tail the derivative is small beside the value, and round-off bites early.",
    sigmoid,
    sigmoid_slope,
    2.0,
    (-6.0, 6.0),
)
TANH = Function(
    "tanh x",
    r"\tanh x",
    "The activation whose derivative 1 - tanh² x is most often mistyped.",
    np.tanh,
    lambda x: 1 / np.cosh(x) ** 2,
    0.5,
    (-3.0, 3.0),
)
POWER = Function(
    "x^4.5",
    r"x^{4.5}",
    "A power with no symmetry: steep at 1.5, not defined below 0, so a wide h may fall off it.",
    lambda x: x**4.5,
    lambda x: 4.5 * x**3.5,
    1.5,
    (0.2, 2.5),
)
HIDDEN_POLES = Function(
    "exp x / (sin x − x²)",
    r"\frac{e^x}{\sin x - x^2}",
    "A pole near x = 0.877 makes the high derivatives huge: a wide h sees the wrong function.",
    hidden_poles,
    hidden_poles_slope,
    1.5,
    (1.0, 3.0),
)
SQUIRE_TRAPP = Function(
    "exp x / (sin³ x + cos³ x)",
    r"\frac{e^x}{\sin^3 x + \cos^3 x}",
    "The example that made the complex step known (Squire and Trapp 1998; 3.6220 at 1.5).",
    squire_trapp,
    squire_trapp_slope,
    1.5,
    (0.0, 2.1),
)
ABSOLUTE = Function(
    "|x|",
    r"|x|",
    "While h is larger than the distance to the kink, the central rule averages two slopes.",
    absolute,
    lambda x: np.sign(np.real(x)),
    0.01,
    (-1.0, 1.0),
    (0.0,),
)
RELU = Function(
    "ReLU",
    r"\max(0, x)",
    "A step across 0 sees both sides: neither 0 nor 1 comes out, in a right network too.",
    positive_part,
    indicator,
    0.01,
    (-1.0, 1.0),
    (0.0,),
)

FUNCTIONS: tuple[Function, ...] = (
    TEXTBOOK,
    EXP,
    SINE,
    SIGMOID,
    TANH,
    POWER,
    HIDDEN_POLES,
    SQUIRE_TRAPP,
    ABSOLUTE,
    RELU,
)
