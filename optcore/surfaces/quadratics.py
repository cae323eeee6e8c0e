"""Surfaces whose Hessian is the same everywhere."""

import math
from dataclasses import dataclass

import numpy as np

from optcore.knobs import knob
from optcore.surfaces.base import Surface, coordinates, symmetric, vector


@dataclass(frozen=True)
class Bowl(Surface):
    name = "Bowl"
    lesson = "Equal curvature every way: the negative gradient points straight at the minimum."
    latex = r"x^2 + y^2"
    source = "De Jong (1975), An analysis of the behavior of a class of genetic adaptive systems"
    window = ((-3.0, 3.0), (-3.0, 3.0))
    start = (-2.5, 2.0)
    minima = ((0.0, 0.0),)

    def value(self, point):
        x, y = coordinates(point)
        return x**2 + y**2

    def grad(self, point):
        x, y = coordinates(point)
        return vector(2 * x, 2 * y)

    def hessian(self, point):
        zero, _ = coordinates(np.zeros_like(point))
        return symmetric(zero + 2, zero, zero + 2)


@dataclass(frozen=True)
class Ravine(Surface):
    """A quadratic with curvature 1 along its floor and `condition` across it.

    `rotation` turns the floor away from the x axis, in degrees. Gradient descent is stable
    up to the rate 2 / condition.
    """

    name = "Ravine"
    lesson = "Steep across, shallow along: a rate that is safe across the walls crawls along them."
    latex = (
        r"\tfrac12 (u^2 + \kappa\, v^2), \quad u = x \cos\theta + y \sin\theta, "
        r"\; v = y \cos\theta - x \sin\theta"
    )
    source = "Goodfellow, Bengio and Courville (2016), Deep Learning, section 4.3.1"
    window = ((-3.0, 3.0), (-3.0, 3.0))
    start = (-2.5, -0.6)
    minima = ((0.0, 0.0),)

    condition: float = knob(50.0, 1.0, 1000.0, scale="log", symbol=r"\kappa")
    rotation: float = knob(30.0, 0.0, 90.0, symbol=r"\theta")

    def _along_and_across(self, x, y):
        angle = math.radians(self.rotation)
        cos, sin = math.cos(angle), math.sin(angle)
        return cos, sin, cos * x + sin * y, cos * y - sin * x

    def value(self, point):
        _, _, along, across = self._along_and_across(*coordinates(point))
        return 0.5 * (along**2 + self.condition * across**2)

    def grad(self, point):
        cos, sin, along, across = self._along_and_across(*coordinates(point))
        steep = self.condition * across
        return vector(cos * along - sin * steep, sin * along + cos * steep)

    def hessian(self, point):
        zero, _ = coordinates(np.zeros_like(point))
        cos, sin, _, _ = self._along_and_across(zero, zero)
        k = self.condition
        return symmetric(
            zero + cos**2 + k * sin**2, zero + (1 - k) * sin * cos, zero + sin**2 + k * cos**2
        )


@dataclass(frozen=True)
class Saddle(Surface):
    name = "Saddle"
    lesson = "The gradient vanishes at a point that is no minimum; a hair to one side escapes it."
    latex = r"x^2 - y^2"
    source = "Dauphin et al. (2014), Identifying and attacking the saddle point problem"
    window = ((-2.0, 2.0), (-2.0, 2.0))
    start = (-1.8, 0.001)

    def value(self, point):
        x, y = coordinates(point)
        return x**2 - y**2

    def grad(self, point):
        x, y = coordinates(point)
        return vector(2 * x, -2 * y)

    def hessian(self, point):
        zero, _ = coordinates(np.zeros_like(point))
        return symmetric(zero + 2, zero, zero - 2)


@dataclass(frozen=True)
class Booth(Surface):
    name = "Booth"
    lesson = "A mild, tilted ravine (condition number 9): most methods manage, few go straight."
    latex = r"(x + 2y - 7)^2 + (2x + y - 5)^2"
    source = "Jamil and Yang (2013), A literature survey of benchmark functions, function 17"
    window = ((-10.0, 10.0), (-10.0, 10.0))
    start = (-8.0, -6.0)
    minima = ((1.0, 3.0),)

    def value(self, point):
        x, y = coordinates(point)
        return (x + 2 * y - 7) ** 2 + (2 * x + y - 5) ** 2

    def grad(self, point):
        x, y = coordinates(point)
        return vector(10 * x + 8 * y - 34, 8 * x + 10 * y - 38)

    def hessian(self, point):
        zero, _ = coordinates(np.zeros_like(point))
        return symmetric(zero + 10, zero + 8, zero + 10)


@dataclass(frozen=True)
class Matyas(Surface):
    name = "Matyas"
    lesson = "A shallow diagonal ravine, out of line with the axes that adaptive rates work along."
    latex = r"0.26\,(x^2 + y^2) - 0.48\,x y"
    source = "Matyas (1965), Random optimization"
    window = ((-10.0, 10.0), (-10.0, 10.0))
    start = (-4.0, -9.0)
    minima = ((0.0, 0.0),)

    def value(self, point):
        x, y = coordinates(point)
        return 0.26 * (x**2 + y**2) - 0.48 * x * y

    def grad(self, point):
        x, y = coordinates(point)
        return vector(0.52 * x - 0.48 * y, 0.52 * y - 0.48 * x)

    def hessian(self, point):
        zero, _ = coordinates(np.zeros_like(point))
        return symmetric(zero + 0.52, zero - 0.48, zero + 0.52)


SURFACES = (Bowl(), Ravine(), Saddle(), Booth(), Matyas())
