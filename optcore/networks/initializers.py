"""How weights start, and biases, which are zero but for PyTorch's default.

n_in is the fan-in, n_out the fan-out; every entry multiplies its draw by `gain`, so the
variance grows with its square.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from optcore.knobs import knob


def gain_knob():
    return knob(1.0, 0.0, 10.0, symbol="g")


@dataclass(frozen=True)
class Initializer:
    """Draws a weight matrix (n_out, n_in) from a generator; its fields are its parameters."""

    name: ClassVar[str]
    lesson: ClassVar[str]
    latex: ClassVar[str]
    source: ClassVar[str] = ""

    gain: float = gain_knob()

    def weights(self, rng: np.random.Generator, n_out: int, n_in: int) -> np.ndarray:
        """float64 weights (n_out, n_in)."""
        return self.gain * self.draw(rng, n_out, n_in)

    def draw(self, rng, n_out, n_in) -> np.ndarray:
        """The weights at gain 1."""
        raise NotImplementedError

    def biases(self, rng: np.random.Generator, n_out: int, n_in: int) -> np.ndarray:
        """float64 biases (n_out,), drawn after the weights of their layer."""
        return np.zeros(n_out)

    def bias_variance(self, n_out: int, n_in: int) -> float:
        """The variance of one bias."""
        return 0.0

    def variance(self, n_out: int, n_in: int) -> float:
        """The variance of one weight (for the constants, its mean square)."""
        return self.gain**2 * self.unit_variance(n_out, n_in)

    def unit_variance(self, n_out, n_in) -> float:
        raise NotImplementedError


@dataclass(frozen=True)
class Constant(Initializer):
    name = "Constant"
    lesson = "All units of a layer are twins: they get the same gradient and never part."
    latex = r"w = g\,c"

    constant: float = knob(0.1, -2.0, 2.0, symbol="c")

    def draw(self, rng, n_out, n_in):
        return np.full((n_out, n_in), float(self.constant))

    def unit_variance(self, n_out, n_in):
        return self.constant**2


@dataclass(frozen=True)
class Zeros(Initializer):
    name = "Zeros"
    lesson = "No signal reaches the output and no gradient reaches the hidden layers."
    latex = "w = 0"

    def draw(self, rng, n_out, n_in):
        return np.zeros((n_out, n_in))

    def unit_variance(self, n_out, n_in):
        return 0.0


@dataclass(frozen=True)
class NormalDraw(Initializer):
    """Independent normal weights of the entry's variance."""

    def draw(self, rng, n_out, n_in):
        return rng.standard_normal((n_out, n_in)) * self.unit_variance(n_out, n_in) ** 0.5


@dataclass(frozen=True)
class UniformDraw(Initializer):
    """Independent uniform weights of the entry's variance: within sqrt(3 variance) of zero."""

    def draw(self, rng, n_out, n_in):
        bound = (3 * self.unit_variance(n_out, n_in)) ** 0.5
        return rng.uniform(-bound, bound, (n_out, n_in))


@dataclass(frozen=True)
class Normal(NormalDraw):
    name = "Normal"
    lesson = "One spread for every width: too small and the signal dies, too large and it bursts."
    latex = r"w \sim N(0, g^2 \sigma^2)"

    sigma: float = knob(0.01, 0.0, 10.0, scale="log", symbol=r"\sigma")

    def unit_variance(self, n_out, n_in):
        return self.sigma**2


@dataclass(frozen=True)
class Uniform(UniformDraw):
    name = "Uniform"
    lesson = "The weights of PyTorch's default: a variance of 1/(3n), a third of LeCun's."
    latex = r"w \sim U(-g / \sqrt{n_{in}},\, g / \sqrt{n_{in}})"
    source = "LeCun, Bottou, Orr and Müller (1998); torch.nn.Linear without its biases"

    def unit_variance(self, n_out, n_in):
        return 1 / (3 * n_in)


@dataclass(frozen=True)
class PyTorchDefault(Uniform):
    """kaiming_uniform_ with a = sqrt(5), whose bound is 1/sqrt(n_in); biases within the same."""

    name = "PyTorch default"
    lesson = "Weights a third of LeCun's, biases as large: deep down only the biases are left."
    latex = r"w, b \sim U(-g / \sqrt{n_{in}},\, g / \sqrt{n_{in}})"
    source = "torch.nn.Linear.reset_parameters, PyTorch 2.13"

    def biases(self, rng, n_out, n_in):
        return self.gain * rng.uniform(-1, 1, n_out) / n_in**0.5

    def bias_variance(self, n_out, n_in):
        return self.gain**2 / (3 * n_in)


class XavierVariance:
    source = "Glorot and Bengio (2010), Understanding the difficulty of training deep networks"

    def unit_variance(self, n_out, n_in):
        return 2 / (n_in + n_out)


@dataclass(frozen=True)
class XavierNormal(XavierVariance, NormalDraw):
    name = "Xavier normal"
    lesson = "Balances the forward and the backward signal for units with slope 1 at zero."
    latex = r"w \sim N(0, 2 g^2 / (n_{in} + n_{out}))"


@dataclass(frozen=True)
class XavierUniform(XavierVariance, UniformDraw):
    name = "Xavier uniform"
    lesson = "The same variance as Xavier normal, without its tails."
    latex = r"w \sim U(-r, r),\quad r = g \sqrt{6 / (n_{in} + n_{out})}"


class HeVariance:
    source = "He, Zhang, Ren and Sun (2015), Delving deep into rectifiers"

    def unit_variance(self, n_out, n_in):
        return 2 / n_in


@dataclass(frozen=True)
class HeNormal(HeVariance, NormalDraw):
    name = "He normal"
    lesson = "Twice the variance, because a ReLU lets only half of the signal through."
    latex = r"w \sim N(0, 2 g^2 / n_{in})"


@dataclass(frozen=True)
class HeUniform(HeVariance, UniformDraw):
    name = "He uniform"
    lesson = "The same variance as He normal, without its tails."
    latex = r"w \sim U(-r, r),\quad r = g \sqrt{6 / n_{in}}"


@dataclass(frozen=True)
class LeCunNormal(NormalDraw):
    name = "LeCun normal"
    lesson = "Keeps the variance of a linear layer; what SELU is made for."
    latex = r"w \sim N(0, g^2 / n_{in})"
    source = "LeCun, Bottou, Orr and Müller (1998), Efficient backprop"

    def unit_variance(self, n_out, n_in):
        return 1 / n_in


@dataclass(frozen=True)
class Orthogonal(Initializer):
    name = "Orthogonal"
    lesson = "Rotates without stretching: every singular value is the gain, at any depth."
    latex = r"W^T W = g^2 I"
    source = "Saxe, McClelland and Ganguli (2014), Exact solutions to the nonlinear dynamics"

    def draw(self, rng, n_out, n_in):
        tall = rng.standard_normal((max(n_out, n_in), min(n_out, n_in)))
        q, r = np.linalg.qr(tall)
        # Fixing the signs of R makes Q uniform over rotations (Mezzadri 2007).
        q *= np.sign(np.diagonal(r))
        return q if n_out >= n_in else q.T

    def unit_variance(self, n_out, n_in):
        return 1 / max(n_out, n_in)


INITIALIZERS: tuple[Initializer, ...] = (
    Zeros(),
    Constant(),
    Normal(),
    Uniform(),
    PyTorchDefault(),
    XavierNormal(),
    XavierUniform(),
    HeNormal(),
    HeUniform(),
    LeCunNormal(),
    Orthogonal(),
)
