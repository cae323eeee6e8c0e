"""Activation functions: value, derivative, formula and lesson.

All act elementwise, keep float32 as float32, neither overflow nor warn for large |z|, and
accept complex z: analytic formulas as they stand, piecewise ones by the side Re z lies on.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from optcore.knobs import knob
from optcore.special import (
    decay,
    indicator,
    is_positive,
    negative_part,
    normal_cdf,
    positive_part,
    sigmoid,
    softplus,
    squared_sech,
)


@dataclass(frozen=True)
class Activation:
    """An elementwise function of the pre-activation z, whose fields are its parameters.

    `derivative(z, a)` may be handed a = value(z) where the caller has it; that saves time
    and changes nothing. `steepest` is the largest |derivative| anywhere, `kinks` the z at
    which there is no derivative (there the one from the left is given, as PyTorch does).
    """

    name: ClassVar[str]
    lesson: ClassVar[str]
    latex: ClassVar[str]
    derivative_latex: ClassVar[str]
    source: ClassVar[str] = ""

    # Attributes of most subclasses that have others, worked out from their knobs by some.

    @property
    def steepest(self) -> float:
        return 1.0

    @property
    def kinks(self) -> tuple[float, ...]:
        return ()

    def value(self, z: np.ndarray) -> np.ndarray:
        raise NotImplementedError

    def derivative(self, z: np.ndarray, a: np.ndarray | None = None) -> np.ndarray:
        raise NotImplementedError

    def saturated(self, z: np.ndarray, threshold: float = 0.05) -> np.ndarray:
        """Where the derivative is below `threshold` times the steepest one, as booleans."""
        return np.abs(self.derivative(z)) < threshold * self.steepest


@dataclass(frozen=True)
class Sigmoid(Activation):
    name = "Sigmoid"
    lesson = "Its slope is never above 1/4: a layer shrinks the gradient unless W is large."
    latex = r"\sigma(z) = \frac{1}{1 + e^{-z}}"
    derivative_latex = r"\sigma(z)\,(1 - \sigma(z))"
    steepest = 0.25

    def value(self, z):
        return sigmoid(z)

    def derivative(self, z, a=None):
        # sigma(-z), not 1 - a: the latter is 0 from z = 37 on.
        return (sigmoid(z) if a is None else a) * sigmoid(-z)


@dataclass(frozen=True)
class Tanh(Activation):
    name = "Tanh"
    lesson = "Centred on zero with slope 1 there: gradients survive as long as units stay near it."
    latex = r"\tanh z"
    derivative_latex = r"1 - \tanh^2 z"

    def value(self, z):
        return np.tanh(z)

    def derivative(self, z, a=None):
        return squared_sech(z)


@dataclass(frozen=True)
class ReLU(Activation):
    name = "ReLU"
    lesson = "Slope 1 or 0: half the units pass the gradient whole, and a unit can die."
    latex = r"\max(0, z)"
    derivative_latex = r"\begin{cases} 1 & z > 0 \\ 0 & z \le 0 \end{cases}"
    source = "Nair and Hinton (2010), Rectified linear units improve restricted Boltzmann machines"
    kinks = (0.0,)

    def value(self, z):
        return positive_part(z)

    def derivative(self, z, a=None):
        return indicator(z)


@dataclass(frozen=True)
class LeakyReLU(Activation):
    name = "Leaky ReLU"
    lesson = "A small slope for negative z: a unit that is off can still come back."
    latex = r"\max(0, z) + \alpha \min(0, z)"
    derivative_latex = r"\begin{cases} 1 & z > 0 \\ \alpha & z \le 0 \end{cases}"
    source = "Maas, Hannun and Ng (2013), Rectifier nonlinearities improve neural network models"

    slope: float = knob(0.01, 0.0, 1.0, symbol=r"\alpha")

    @property
    def kinks(self):
        return () if self.slope == 1 else (0.0,)

    def value(self, z):
        return positive_part(z) + self.slope * negative_part(z)

    def derivative(self, z, a=None):
        passed = indicator(z)
        return passed * (1 - self.slope) + self.slope


@dataclass(frozen=True)
class PReLU(LeakyReLU):
    """Leaky ReLU at the slope PReLU starts from; here the slope is set by hand, not learned."""

    name = "PReLU"
    lesson = "A leaky ReLU whose slope is a parameter: at 1/4 the negative side carries weight."
    source = "He, Zhang, Ren and Sun (2015), Delving deep into rectifiers (slope starts at 0.25)"

    slope: float = knob(0.25, 0.0, 1.0, symbol="a")


@dataclass(frozen=True)
class ELU(Activation):
    name = "ELU"
    lesson = "Bends to a floor of -alpha, which pulls the mean activation towards zero."
    latex = r"\begin{cases} z & z > 0 \\ \alpha\,(e^z - 1) & z \le 0 \end{cases}"
    derivative_latex = r"\begin{cases} 1 & z > 0 \\ \alpha\,e^z & z \le 0 \end{cases}"
    source = "Clevert, Unterthiner and Hochreiter (2016), Fast and accurate deep network learning"

    alpha: float = knob(1.0, 0.0, 4.0, symbol=r"\alpha")

    @property
    def steepest(self):
        return max(1.0, self.alpha)

    @property
    def kinks(self):
        return () if self.alpha == 1 else (0.0,)

    def value(self, z):
        return positive_part(z) + self.alpha * np.expm1(negative_part(z))

    def derivative(self, z, a=None):
        return np.where(is_positive(z), 1, self.alpha * np.exp(negative_part(z)))


@dataclass(frozen=True)
class SELU(Activation):
    name = "SELU"
    lesson = "Scaled so that mean 0 and variance 1 are a fixed point from layer to layer."
    latex = r"\lambda \begin{cases} z & z > 0 \\ \alpha\,(e^z - 1) & z \le 0 \end{cases}"
    derivative_latex = r"\lambda \begin{cases} 1 & z > 0 \\ \alpha\,e^z & z \le 0 \end{cases}"
    source = "Klambauer et al. (2017), Self-normalizing neural networks, equation 14"
    alpha: ClassVar[float] = 1.6732632423543772
    scale: ClassVar[float] = 1.0507009873554805
    steepest = scale * alpha
    kinks = (0.0,)

    def value(self, z):
        return self.scale * (positive_part(z) + self.alpha * np.expm1(negative_part(z)))

    def derivative(self, z, a=None):
        falling = self.scale * self.alpha * np.exp(negative_part(z))
        return np.where(is_positive(z), self.scale, falling)


@dataclass(frozen=True)
class GELU(Activation):
    """The exact form with the normal distribution function, not the tanh approximation."""

    name = "GELU"
    lesson = (
        "z times the chance that a normal variable lies below it: smooth, with slope up to 1.13."
    )
    latex = r"z\,\Phi(z)"
    derivative_latex = r"\Phi(z) + z\,\varphi(z)"
    source = "Hendrycks and Gimpel (2016), Gaussian error linear units"
    steepest = 1.1289041451851855

    def value(self, z):
        return z * normal_cdf(z)

    def derivative(self, z, a=None):
        with np.errstate(over="ignore"):
            density = np.exp(-z * z / 2) * (2 * np.pi) ** -0.5
        return normal_cdf(z) + z * density


@dataclass(frozen=True)
class SiLU(Activation):
    name = "SiLU"
    lesson = "Also called Swish: a ReLU with a soft corner and a small dip below zero."
    latex = r"z\,\sigma(z)"
    derivative_latex = r"\sigma(z)\,(1 + z\,(1 - \sigma(z)))"
    source = "Elfwing, Uchibe and Doya (2018); Ramachandran, Zoph and Le (2017), Swish"
    steepest = 1.0998393201288670

    def value(self, z):
        return z * sigmoid(z)

    def derivative(self, z, a=None):
        return sigmoid(z) * (1 + z * sigmoid(-z))


@dataclass(frozen=True)
class Mish(Activation):
    name = "Mish"
    lesson = (
        "z times the tanh of its softplus: steeper than SiLU at 0, slope 0.6, but never above 1.09."
    )
    latex = r"z \tanh(\ln(1 + e^z))"
    derivative_latex = r"t + z\,(1 - t^2)\,\sigma(z),\quad t = \tanh(\ln(1 + e^z))"
    source = "Misra (2020), Mish: a self regularized non-monotonic activation function"
    steepest = 1.0884981612517274

    @staticmethod
    def _gate(z):
        """tanh(softplus(z)) and one minus it, from e^-|z| alone: no overflow, no cancellation."""
        small = decay(z)
        on = is_positive(z)
        passed = np.where(on, 1 + 2 * small, small * (small + 2))
        stopped = np.where(on, 2 * small * small, 2)
        return passed / (passed + stopped), stopped / (passed + stopped)

    def value(self, z):
        return z * self._gate(z)[0]

    def derivative(self, z, a=None):
        passed, stopped = self._gate(z)
        return passed + z * stopped * (1 + passed) * sigmoid(z)


@dataclass(frozen=True)
class Softplus(Activation):
    name = "Softplus"
    lesson = "A ReLU without a corner; its slope is the sigmoid, so it is never quite off."
    latex = r"\ln(1 + e^z)"
    derivative_latex = r"\sigma(z)"
    source = "Dugas et al. (2001), Incorporating second-order functional knowledge"

    def value(self, z):
        return softplus(z)

    def derivative(self, z, a=None):
        return sigmoid(z)


@dataclass(frozen=True)
class Identity(Activation):
    name = "Identity"
    lesson = "No bend at all: any depth of it is one linear map, and only the weights matter."
    latex = "z"
    derivative_latex = "1"

    def value(self, z):
        return z

    def derivative(self, z, a=None):
        return np.ones_like(np.real(z))


@dataclass(frozen=True)
class HardSigmoid(Activation):
    name = "Hard sigmoid"
    lesson = "The sigmoid in three straight pieces: beyond |z| = 3 the gradient is exactly zero."
    latex = r"\min(1, \max(0, z / 6 + 1/2))"
    derivative_latex = r"\begin{cases} 1/6 & |z| < 3 \\ 0 & |z| \ge 3 \end{cases}"
    source = "torch.nn.Hardsigmoid (slope 1/6); Courbariaux et al. (2015) have 1/2, Theano 1/5"
    steepest = 1 / 6
    kinks = (-3.0, 3.0)

    def value(self, z):
        inside = np.abs(np.real(z)) < 3
        return np.where(inside, z / 6 + 0.5, indicator(z))

    def derivative(self, z, a=None):
        return indicator(3 - np.abs(np.real(z))) / 6


@dataclass(frozen=True)
class MisprintedTanh(Activation):
    """Half the angle: (1 - e^-z) / (1 + e^-z) is tanh(z/2), its derivative (1 - a^2) / 2."""

    name = "Misprinted tanh"
    lesson = "Often printed as tanh, but it is tanh(z/2): pair it with 1 - a^2 and all is doubled."
    latex = r"\frac{1 - e^{-z}}{1 + e^{-z}} = \tanh\tfrac{z}{2}"
    derivative_latex = r"\tfrac12\,(1 - \tanh^2 \tfrac{z}{2})"
    steepest = 0.5

    def value(self, z):
        return np.tanh(z / 2)

    def derivative(self, z, a=None):
        return squared_sech(z / 2) / 2


ACTIVATIONS: tuple[Activation, ...] = (
    Sigmoid(),
    Tanh(),
    ReLU(),
    LeakyReLU(),
    PReLU(),
    ELU(),
    SELU(),
    GELU(),
    SiLU(),
    Mish(),
    Softplus(),
    Identity(),
    HardSigmoid(),
    MisprintedTanh(),
)
