"""Surfaces built to show one way in which descent goes wrong."""

from dataclasses import dataclass

import numpy as np

from optcore.knobs import knob
from optcore.special import sigmoid, sigmoid_slope, softplus
from optcore.surfaces.base import Surface, coordinates, symmetric, vector


@dataclass(frozen=True)
class SaddleBetweenMinima(Surface):
    """Newton's method started with |x| < 1 / sqrt(5) converges to the saddle at the origin."""

    name = "Saddle between two minima"
    lesson = "Newton's method seeks zero gradient, and here the nearest zero is a saddle."
    latex = r"\tfrac14 x^4 - \tfrac12 x^2 + \tfrac12 y^2"
    source = "Dauphin et al. (2014), Identifying and attacking the saddle point problem"
    window = ((-2.0, 2.0), (-1.5, 1.5))
    start = (0.4, 1.0)
    minima = ((-1.0, 0.0), (1.0, 0.0))

    def value(self, point):
        x, y = coordinates(point)
        return 0.25 * x**4 - 0.5 * x**2 + 0.5 * y**2

    def grad(self, point):
        x, y = coordinates(point)
        return vector(x**3 - x, y)

    def hessian(self, point):
        x = point[..., 0]
        return symmetric(3 * x**2 - 1, 0.0, 1.0)


@dataclass(frozen=True)
class MonkeySaddle(Surface):
    name = "Monkey saddle"
    lesson = "A saddle with room for a tail: even the curvature vanishes, so the escape is slower."
    latex = r"x^3 - 3\,x y^2"
    source = "Hilbert and Cohn-Vossen (1932), Anschauliche Geometrie"
    window = ((-1.5, 1.5), (-1.5, 1.5))
    start = (1.2, 0.02)

    def value(self, point):
        x, y = coordinates(point)
        return x**3 - 3 * x * y**2

    def grad(self, point):
        x, y = coordinates(point)
        return vector(3 * (x**2 - y**2), -6 * x * y)

    def hessian(self, point):
        x, y = coordinates(point)
        return symmetric(6 * x, -6 * y, -6 * x)


@dataclass(frozen=True)
class Plateau(Surface):
    """A squared error seen through a curve s(x) = (x/2)^5 + slope x that is nearly flat at 0."""

    name = "Plateau"
    lesson = "Down a slope, then nothing for a long while: a loss that stands still may yet fall."
    latex = (
        r"\tfrac12 \left(s(x) - s(2)\right)^2 + \tfrac{1}{20} y^2, \quad "
        r"s(x) = \left(\tfrac{x}{2}\right)^5 + \varepsilon x"
    )
    source = "Goodfellow, Bengio and Courville (2016), Deep Learning, section 8.2.3"
    window = ((-2.4, 2.8), (-2.0, 2.0))
    start = (-2.0, 0.8)
    minima = ((2.0, 0.0),)

    slope: float = knob(0.01, 0.0001, 0.1, scale="log", symbol=r"\varepsilon")

    def _error(self, x):
        return (0.5 * x) ** 5 - 1 + self.slope * (x - 2)

    def value(self, point):
        x, y = coordinates(point)
        return 0.5 * self._error(x) ** 2 + 0.05 * y**2

    def grad(self, point):
        x, y = coordinates(point)
        return vector(self._error(x) * (2.5 * (0.5 * x) ** 4 + self.slope), 0.1 * y)

    def hessian(self, point):
        x, _ = coordinates(point)
        steepness = 2.5 * (0.5 * x) ** 4 + self.slope
        return symmetric(steepness**2 + self._error(x) * 5 * (0.5 * x) ** 3, 0.0, 0.1)


@dataclass(frozen=True)
class WrongSideOfTheHill(Surface):
    name = "Wrong side of the hill"
    lesson = (
        "Left of the ridge, descent runs down for ever and never meets the valley on the right."
    )
    latex = r"-\frac{2x}{1 + x^2} + \tfrac12 y^2"
    source = "Goodfellow, Bengio and Courville (2016), Deep Learning, figure 8.4"
    window = ((-6.0, 4.0), (-2.0, 2.0))
    start = (-1.2, 1.5)
    minima = ((1.0, 0.0),)

    def value(self, point):
        x, y = coordinates(point)
        return -2 * x / (1 + x**2) + 0.5 * y**2

    def grad(self, point):
        x, y = coordinates(point)
        return vector(2 * (x**2 - 1) / (1 + x**2) ** 2, y)

    def hessian(self, point):
        x = point[..., 0]
        return symmetric(4 * x * (3 - x**2) / (1 + x**2) ** 3, 0.0, 1.0)


@dataclass(frozen=True)
class NoMinimum(Surface):
    """The logistic loss of a separable sample over its margin x: it tends to 0 as x grows."""

    name = "No minimum"
    lesson = "The loss tends to 0 and never gets there: x grows for ever, ever more slowly."
    latex = r"\ln\left(1 + e^{-x}\right) + \tfrac12 y^2"
    source = "Soudry et al. (2018), The implicit bias of gradient descent on separable data"
    window = ((-3.0, 9.0), (-2.0, 2.0))
    start = (-2.0, 1.5)

    def value(self, point):
        x, y = coordinates(point)
        return softplus(-x) + 0.5 * y**2

    def grad(self, point):
        x, y = coordinates(point)
        return vector(-sigmoid(-x), y)

    def hessian(self, point):
        x = point[..., 0]
        return symmetric(sigmoid_slope(x), 0.0, 1.0)


@dataclass(frozen=True)
class Diamond(Surface):
    """Not differentiable where x = 0 or y = 0; the gradient component there is 0."""

    name = "Diamond"
    lesson = "The slope never fades: a fixed rate ends up hopping across the kink for ever."
    latex = r"|x| + k\,|y|"
    source = "Shor (1985), Minimization methods for non-differentiable functions"
    window = ((-3.0, 3.0), (-3.0, 3.0))
    start = (-2.5, 1.3)
    minima = ((0.0, 0.0),)
    smooth = False

    k: float = knob(3.0, 0.1, 20.0, scale="log", symbol="k")

    def value(self, point):
        x, y = coordinates(point)
        return np.abs(x) + self.k * np.abs(y)

    def grad(self, point):
        x, y = coordinates(point)
        return vector(np.sign(x), self.k * np.sign(y))

    def hessian(self, point):
        zero, _ = coordinates(np.zeros_like(point))
        return symmetric(zero, zero, zero)


SURFACES = (
    SaddleBetweenMinima(),
    MonkeySaddle(),
    Plateau(),
    WrongSideOfTheHill(),
    NoMinimum(),
    Diamond(),
)
