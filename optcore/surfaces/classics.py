"""Textbook surfaces: polynomials, and McCormick's with its sine."""

import math
from dataclasses import dataclass

import numpy as np

from optcore.knobs import knob
from optcore.surfaces.base import Surface, coordinates, symmetric, vector


@dataclass(frozen=True)
class Rosenbrock(Surface):
    name = "Rosenbrock"
    lesson = "A curved valley: finding its floor is easy, following it to the minimum is slow."
    latex = r"(1 - x)^2 + b\,(y - x^2)^2"
    source = "Rosenbrock (1960), An automatic method for finding the greatest or least value"
    window = ((-2.0, 2.0), (-1.0, 3.0))
    start = (-1.5, 2.0)
    minima = ((1.0, 1.0),)

    b: float = knob(100.0, 1.0, 1000.0, scale="log", symbol="b")

    def value(self, point):
        x, y = coordinates(point)
        return (1 - x) ** 2 + self.b * (y - x**2) ** 2

    def grad(self, point):
        x, y = coordinates(point)
        valley = y - x**2
        return vector(-2 * (1 - x) - 4 * self.b * x * valley, 2 * self.b * valley)

    def hessian(self, point):
        x, y = coordinates(point)
        return symmetric(2 - 4 * self.b * (y - 3 * x**2), -4 * self.b * x, 2 * self.b)


@dataclass(frozen=True)
class Himmelblau(Surface):
    name = "Himmelblau"
    lesson = "Four equal minima: where you start, and how fast you go, decides which one you reach."
    latex = r"(x^2 + y - 11)^2 + (x + y^2 - 7)^2"
    source = "Himmelblau (1972), Applied nonlinear programming"
    window = ((-5.5, 5.5), (-5.5, 5.5))
    start = (-0.5, -1.0)
    minima = (
        (3.0, 2.0),
        (-2.805118086952745, 3.131312518250573),
        (-3.779310253377747, -3.283185991286170),
        (3.584428340330492, -1.848126526964404),
    )

    def value(self, point):
        x, y = coordinates(point)
        return (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2

    def grad(self, point):
        x, y = coordinates(point)
        first, second = x**2 + y - 11, x + y**2 - 7
        return vector(4 * x * first + 2 * second, 2 * first + 4 * y * second)

    def hessian(self, point):
        x, y = coordinates(point)
        first, second = x**2 + y - 11, x + y**2 - 7
        return symmetric(8 * x**2 + 4 * first + 2, 4 * (x + y), 8 * y**2 + 4 * second + 2)


@dataclass(frozen=True)
class Beale(Surface):
    name = "Beale"
    lesson = "Flat middle, towering corners: one fixed rate is too big here and too small there."
    latex = r"(1.5 - x + x y)^2 + (2.25 - x + x y^2)^2 + (2.625 - x + x y^3)^2"
    source = "Beale (1958), On an iterative method for finding a local minimum"
    window = ((-4.5, 4.5), (-4.5, 4.5))
    start = (1.0, 1.5)
    minima = ((3.0, 0.5),)

    def _residuals(self, x, y):
        return 1.5 - x + x * y, 2.25 - x + x * y**2, 2.625 - x + x * y**3

    def value(self, point):
        first, second, third = self._residuals(*coordinates(point))
        return first**2 + second**2 + third**2

    def grad(self, point):
        x, y = coordinates(point)
        first, second, third = self._residuals(x, y)
        along_x = first * (y - 1) + second * (y**2 - 1) + third * (y**3 - 1)
        along_y = x * (first + 2 * second * y + 3 * third * y**2)
        return vector(2 * along_x, 2 * along_y)

    def hessian(self, point):
        x, y = coordinates(point)
        first, second, third = self._residuals(x, y)
        dx = (y - 1, y**2 - 1, y**3 - 1)
        dy = (x, 2 * x * y, 3 * x * y**2)
        xx = dx[0] ** 2 + dx[1] ** 2 + dx[2] ** 2
        xy = dx[0] * dy[0] + dx[1] * dy[1] + dx[2] * dy[2]
        xy = xy + first + 2 * second * y + 3 * third * y**2
        yy = dy[0] ** 2 + dy[1] ** 2 + dy[2] ** 2 + 2 * x * second + 6 * x * y * third
        return symmetric(2 * xx, 2 * xy, 2 * yy)


@dataclass(frozen=True)
class GoldsteinPrice(Surface):
    """A product of a polynomial in x + y and one in 2x - 3y, which the derivatives use."""

    name = "Goldstein-Price"
    lesson = (
        "Values from 3 to a million in one window: gradients differ as much, and so must steps."
    )
    latex = (
        r"\left[1 + (x+y+1)^2 (19 - 14x + 3x^2 - 14y + 6xy + 3y^2)\right] "
        r"\left[30 + (2x-3y)^2 (18 - 32x + 12x^2 + 48y - 36xy + 27y^2)\right]"
    )
    source = "Goldstein and Price (1971), On descent from local minima"
    window = ((-2.0, 2.0), (-2.0, 2.0))
    start = (-0.4, -0.4)
    minima = ((0.0, -1.0),)

    def value(self, point):
        x, y = coordinates(point)
        first = 19 - 14 * x + 3 * x**2 - 14 * y + 6 * x * y + 3 * y**2
        second = 18 - 32 * x + 12 * x**2 + 48 * y - 36 * x * y + 27 * y**2
        return (1 + (x + y + 1) ** 2 * first) * (30 + (2 * x - 3 * y) ** 2 * second)

    def _factors(self, x, y):
        s, d = x + y, 2 * x - 3 * y
        first = 1 + (s + 1) ** 2 * (19 - 14 * s + 3 * s**2)
        second = 30 + d**2 * (18 - 16 * d + 3 * d**2)
        return s, d, first, second, 12 * (s - 2) * (s**2 - 1), 12 * d * (d - 1) * (d - 3)

    def grad(self, point):
        _, _, first, second, slope_1, slope_2 = self._factors(*coordinates(point))
        left, right = slope_1 * second, first * slope_2
        return vector(left + 2 * right, left - 3 * right)

    def hessian(self, point):
        s, d, first, second, slope_1, slope_2 = self._factors(*coordinates(point))
        left = 12 * (3 * s**2 - 4 * s - 1) * second
        right = 12 * (3 * d**2 - 8 * d + 3) * first
        both = slope_1 * slope_2
        return symmetric(
            left + 4 * both + 4 * right, left - both - 6 * right, left - 6 * both + 9 * right
        )


@dataclass(frozen=True)
class McCormick(Surface):
    """Unbounded below outside its window, so its minimum is the lowest point of the window."""

    name = "McCormick"
    lesson = "A trough with ripples along its floor: too much momentum rolls past the best dip."
    latex = r"\sin(x + y) + (x - y)^2 - 1.5\,x + 2.5\,y + 1"
    source = "McCormick (1976), Computability of global solutions to factorable nonconvex programs"
    window = ((-1.5, 4.0), (-3.0, 4.0))
    start = (0.5, 3.5)
    minima = ((0.5 - math.pi / 3, -0.5 - math.pi / 3),)

    def value(self, point):
        x, y = coordinates(point)
        return np.sin(x + y) + (x - y) ** 2 - 1.5 * x + 2.5 * y + 1

    def grad(self, point):
        x, y = coordinates(point)
        ripple, tilt = np.cos(x + y), 2 * (x - y)
        return vector(ripple + tilt - 1.5, ripple - tilt + 2.5)

    def hessian(self, point):
        x, y = coordinates(point)
        ripple = -np.sin(x + y)
        return symmetric(ripple + 2, ripple - 2, ripple + 2)


@dataclass(frozen=True)
class ThreeHumpCamel(Surface):
    name = "Three-hump camel"
    lesson = "Three basins, one of them best: plain descent stays in the basin it starts in."
    latex = r"2x^2 - 1.05\,x^4 + \tfrac{1}{6} x^6 + x y + y^2"
    source = "Jamil and Yang (2013), A literature survey of benchmark functions, function 29"
    window = ((-2.5, 2.5), (-2.5, 2.5))
    start = (-1.9, 2.0)
    minima = ((0.0, 0.0),)

    def value(self, point):
        x, y = coordinates(point)
        return 2 * x**2 - 1.05 * x**4 + x**6 / 6 + x * y + y**2

    def grad(self, point):
        x, y = coordinates(point)
        return vector(4 * x - 4.2 * x**3 + x**5 + y, x + 2 * y)

    def hessian(self, point):
        x = point[..., 0]
        return symmetric(4 - 12.6 * x**2 + 5 * x**4, 1.0, 2.0)


@dataclass(frozen=True)
class SixHumpCamel(Surface):
    name = "Six-hump camel"
    lesson = (
        "Two equal best minima among six: a start on the divide is tipped by the smallest push."
    )
    latex = r"\left(4 - 2.1\,x^2 + \tfrac13 x^4\right) x^2 + x y + \left(4y^2 - 4\right) y^2"
    source = "Dixon and Szego (1978), The global optimization problem: an introduction"
    window = ((-2.1, 2.1), (-1.2, 1.2))
    start = (1.1, 0.2)
    minima = (
        (0.08984201310031806, -0.7126564030207396),
        (-0.08984201310031806, 0.7126564030207396),
    )

    def value(self, point):
        x, y = coordinates(point)
        return (4 - 2.1 * x**2 + x**4 / 3) * x**2 + x * y + (4 * y**2 - 4) * y**2

    def grad(self, point):
        x, y = coordinates(point)
        return vector(8 * x - 8.4 * x**3 + 2 * x**5 + y, x - 8 * y + 16 * y**3)

    def hessian(self, point):
        x, y = coordinates(point)
        return symmetric(8 - 25.2 * x**2 + 10 * x**4, 1.0, 48 * y**2 - 8)


SURFACES = (
    Rosenbrock(),
    Himmelblau(),
    Beale(),
    GoldsteinPrice(),
    McCormick(),
    ThreeHumpCamel(),
    SixHumpCamel(),
)
