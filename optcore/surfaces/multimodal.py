"""Surfaces with many minima, most of them traps."""

import math
from dataclasses import dataclass

import numpy as np

from optcore.surfaces.base import Surface, coordinates, symmetric, vector

_TURN = 2 * math.pi
# A least radius keeps x / radius finite at Ackley's tip, where it then is 0.
_TIP = 1e-150


@dataclass(frozen=True)
class Rastrigin(Surface):
    name = "Rastrigin"
    lesson = (
        "A bowl under an egg box: every dimple is a local minimum and plain descent stops there."
    )
    latex = r"20 + x^2 - 10 \cos 2\pi x + y^2 - 10 \cos 2\pi y"
    source = "Rastrigin (1974), Systems of extremal control"
    window = ((-5.12, 5.12), (-5.12, 5.12))
    start = (-3.4, 2.7)
    minima = ((0.0, 0.0),)

    def value(self, point):
        x, y = coordinates(point)
        return 20 + x**2 - 10 * np.cos(_TURN * x) + y**2 - 10 * np.cos(_TURN * y)

    def grad(self, point):
        x, y = coordinates(point)
        height = 10 * _TURN
        return vector(2 * x + height * np.sin(_TURN * x), 2 * y + height * np.sin(_TURN * y))

    def hessian(self, point):
        x, y = coordinates(point)
        height = 10 * _TURN**2
        return symmetric(2 + height * np.cos(_TURN * x), 0.0, 2 + height * np.cos(_TURN * y))


@dataclass(frozen=True)
class Ackley(Surface):
    """Ends in the tip of a cone: at the origin the gradient jumps, and is 0 by convention."""

    name = "Ackley"
    lesson = "Ripples over a funnel that ends in a point: steps must shrink, the gradient does not."
    latex = (
        r"-20\, e^{-0.2 \sqrt{(x^2 + y^2)/2}} "
        r"- e^{(\cos 2\pi x + \cos 2\pi y)/2} + 20 + e"
    )
    source = "Ackley (1987), A connectionist machine for genetic hillclimbing"
    window = ((-5.0, 5.0), (-5.0, 5.0))
    start = (-3.6, 2.4)
    minima = ((0.0, 0.0),)
    smooth = False

    def _radius(self, x, y):
        return np.maximum(np.sqrt((x**2 + y**2) / 2), _TIP)

    def _ripple(self, x, y):
        return np.exp(0.5 * (np.cos(_TURN * x) + np.cos(_TURN * y)))

    def value(self, point):
        x, y = coordinates(point)
        return 20 - 20 * np.exp(-0.2 * self._radius(x, y)) + (math.e - self._ripple(x, y))

    def grad(self, point):
        x, y = coordinates(point)
        radius, ripple = self._radius(x, y), math.pi * self._ripple(x, y)
        funnel = 2 * np.exp(-0.2 * radius)
        return vector(
            funnel * (x / radius) + ripple * np.sin(_TURN * x),
            funnel * (y / radius) + ripple * np.sin(_TURN * y),
        )

    def hessian(self, point):
        x, y = coordinates(point)
        radius, ripple = self._radius(x, y), math.pi**2 * self._ripple(x, y)
        funnel = 2 * np.exp(-0.2 * radius) / radius
        along_x, along_y = x / radius, y / radius
        bend = -0.5 * funnel * (1 + 0.2 * radius)
        sin_x, sin_y = np.sin(_TURN * x), np.sin(_TURN * y)
        return symmetric(
            funnel + bend * along_x**2 + ripple * (2 * np.cos(_TURN * x) - sin_x**2),
            bend * along_x * along_y - ripple * sin_x * sin_y,
            funnel + bend * along_y**2 + ripple * (2 * np.cos(_TURN * y) - sin_y**2),
        )


@dataclass(frozen=True)
class Griewank(Surface):
    name = "Griewank"
    lesson = "Ripples on an almost flat bowl: up close every dip looks as good as the best one."
    latex = r"1 + \tfrac{1}{4000}(x^2 + y^2) - \cos(x) \cos\!\left(y / \sqrt2\right)"
    source = "Griewank (1981), Generalized descent for global optimization"
    window = ((-10.0, 10.0), (-10.0, 10.0))
    start = (-5.0, 7.0)
    minima = ((0.0, 0.0),)

    def value(self, point):
        x, y = coordinates(point)
        return 1 + (x**2 + y**2) / 4000 - np.cos(x) * np.cos(y * math.sqrt(0.5))

    def grad(self, point):
        x, y = coordinates(point)
        root = math.sqrt(0.5)
        return vector(
            x / 2000 + np.sin(x) * np.cos(root * y),
            y / 2000 + root * np.cos(x) * np.sin(root * y),
        )

    def hessian(self, point):
        x, y = coordinates(point)
        root = math.sqrt(0.5)
        ripple = np.cos(x) * np.cos(root * y)
        return symmetric(
            1 / 2000 + ripple, -root * np.sin(x) * np.sin(root * y), 1 / 2000 + 0.5 * ripple
        )


@dataclass(frozen=True)
class StyblinskiTang(Surface):
    name = "Styblinski-Tang"
    lesson = "Four wells of three depths: the nearest is rarely the deepest."
    latex = r"\tfrac12 \left(x^4 - 16x^2 + 5x + y^4 - 16y^2 + 5y\right)"
    source = "Styblinski and Tang (1990), Experiments in nonconvex optimization"
    window = ((-5.0, 5.0), (-5.0, 5.0))
    start = (0.6, 0.3)
    minima = ((-2.903534027771177, -2.903534027771177),)

    def value(self, point):
        x, y = coordinates(point)
        return 0.5 * (x**4 - 16 * x**2 + 5 * x + y**4 - 16 * y**2 + 5 * y)

    def grad(self, point):
        x, y = coordinates(point)
        return vector(2 * x**3 - 16 * x + 2.5, 2 * y**3 - 16 * y + 2.5)

    def hessian(self, point):
        x, y = coordinates(point)
        return symmetric(6 * x**2 - 16, 0.0, 6 * y**2 - 16)


@dataclass(frozen=True)
class Easom(Surface):
    name = "Easom"
    lesson = "A needle's hole in a flat field: without a gradient there is nothing to follow."
    latex = r"-\cos(x) \cos(y)\, e^{-(x - \pi)^2 - (y - \pi)^2}"
    source = "Easom (1990), A survey of global optimization techniques"
    window = ((-1.0, 7.0), (-1.0, 7.0))
    start = (1.2, 4.6)
    minima = ((math.pi, math.pi),)

    def _bump(self, t):
        return np.cos(t) * np.exp(-((t - math.pi) ** 2))

    def _bump_slope(self, t):
        offset = t - math.pi
        return -np.exp(-(offset**2)) * (np.sin(t) + 2 * offset * np.cos(t))

    def _bump_curvature(self, t):
        offset = t - math.pi
        bend = (4 * offset**2 - 3) * np.cos(t) + 4 * offset * np.sin(t)
        return np.exp(-(offset**2)) * bend

    def value(self, point):
        x, y = coordinates(point)
        return -self._bump(x) * self._bump(y)

    def grad(self, point):
        x, y = coordinates(point)
        return vector(-self._bump_slope(x) * self._bump(y), -self._bump(x) * self._bump_slope(y))

    def hessian(self, point):
        x, y = coordinates(point)
        return symmetric(
            -self._bump_curvature(x) * self._bump(y),
            -self._bump_slope(x) * self._bump_slope(y),
            -self._bump(x) * self._bump_curvature(y),
        )


@dataclass(frozen=True)
class Levy13(Surface):
    name = "Levy N. 13"
    lesson = "A bowl with fine ripples: big steps see the bowl, small ones only the nearest ripple."
    latex = (
        r"\sin^2 3\pi x + (x - 1)^2 \left(1 + \sin^2 3\pi y\right) "
        r"+ (y - 1)^2 \left(1 + \sin^2 2\pi y\right)"
    )
    source = "Levy and Montalvo (1985), The tunneling algorithm for the global minimization"
    window = ((-4.0, 6.0), (-4.0, 6.0))
    start = (-2.5, 4.4)
    minima = ((1.0, 1.0),)

    def value(self, point):
        x, y = coordinates(point)
        walls = 1 + np.sin(3 * math.pi * y) ** 2
        floor = 1 + np.sin(2 * math.pi * y) ** 2
        return np.sin(3 * math.pi * x) ** 2 + (x - 1) ** 2 * walls + (y - 1) ** 2 * floor

    def grad(self, point):
        x, y = coordinates(point)
        walls = 1 + np.sin(3 * math.pi * y) ** 2
        floor = 1 + np.sin(2 * math.pi * y) ** 2
        walls_slope = 3 * math.pi * np.sin(6 * math.pi * y)
        floor_slope = 2 * math.pi * np.sin(4 * math.pi * y)
        return vector(
            3 * math.pi * np.sin(6 * math.pi * x) + 2 * (x - 1) * walls,
            (x - 1) ** 2 * walls_slope + (y - 1) * (2 * floor + (y - 1) * floor_slope),
        )

    def hessian(self, point):
        x, y = coordinates(point)
        pi2 = math.pi**2
        walls = 1 + np.sin(3 * math.pi * y) ** 2
        floor = 1 + np.sin(2 * math.pi * y) ** 2
        floor_slope = 2 * math.pi * np.sin(4 * math.pi * y)
        yy = (x - 1) ** 2 * 18 * pi2 * np.cos(6 * math.pi * y) + 2 * floor
        yy = yy + (y - 1) * (4 * floor_slope + (y - 1) * 8 * pi2 * np.cos(4 * math.pi * y))
        return symmetric(
            18 * pi2 * np.cos(6 * math.pi * x) + 2 * walls,
            6 * math.pi * (x - 1) * np.sin(6 * math.pi * y),
            yy,
        )


@dataclass(frozen=True)
class BowlWithTwoWells(Surface):
    name = "Bowl with two wells"
    lesson = "Two ways down, one deeper: the start decides, unless momentum carries you over."
    latex = (
        r"\tfrac{1}{10}(x^2 + y^2) - e^{-(x + 3/2)^2 - y^2} "
        r"- \tfrac32\, e^{-(x - 3/2)^2 - y^2}"
    )
    window = ((-4.0, 4.0), (-4.0, 4.0))
    start = (-3.0, 2.5)
    minima = ((1.405058784623971, 0.0),)

    def _wells(self, x, y):
        shallow = np.exp(-((x + 1.5) ** 2) - y**2)
        deep = 1.5 * np.exp(-((x - 1.5) ** 2) - y**2)
        return shallow, deep

    def value(self, point):
        x, y = coordinates(point)
        shallow, deep = self._wells(x, y)
        return 0.1 * (x**2 + y**2) - shallow - deep

    def grad(self, point):
        x, y = coordinates(point)
        shallow, deep = self._wells(x, y)
        return vector(
            0.2 * x + 2 * (x + 1.5) * shallow + 2 * (x - 1.5) * deep,
            0.2 * y + 2 * y * (shallow + deep),
        )

    def hessian(self, point):
        x, y = coordinates(point)
        shallow, deep = self._wells(x, y)
        left, right = x + 1.5, x - 1.5
        return symmetric(
            0.2 + (2 - 4 * left**2) * shallow + (2 - 4 * right**2) * deep,
            -4 * y * (left * shallow + right * deep),
            0.2 + (2 - 4 * y**2) * (shallow + deep),
        )


SURFACES = (
    BowlWithTwoWells(),
    StyblinskiTang(),
    Rastrigin(),
    Ackley(),
    Griewank(),
    Levy13(),
    Easom(),
)
