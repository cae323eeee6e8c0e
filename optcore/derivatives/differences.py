"""Rules that estimate a derivative from values of the function alone."""

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np


class StepError(ValueError):
    """A step h that no difference can use."""


class StepTooSmallError(StepError):
    """A step below the spacing of floats at x, so that x + h is x again."""


@dataclass(frozen=True)
class Difference:
    """A rule for f'(x) whose error starts as `error_constant` f^(`error_derivative`)(x) h^`order`.

    `offsets` are the points it evaluates, in units of h from x.
    """

    name: str
    latex: str
    lesson: str
    order: int

    @property
    def offsets(self) -> tuple[complex, ...]:
        raise NotImplementedError

    def estimate(self, function, x, h) -> np.ndarray:
        """The estimate of f'(x), elementwise over broadcast x and h, in the float type of x.

        `function` is a callable or has `value`. Nothing is clamped: a step lost in the
        spacing of floats gives 0, one that leaves the domain gives what the function gives.
        """
        x, h = same_float(x, h)
        return self.combine(lambda offset: evaluate(function, x + offset * h), h)

    def combine(self, value_at, h) -> np.ndarray:
        """The estimate from `value_at(offset)`, the values at x + offset h."""
        raise NotImplementedError

    def error_coefficient(self, n: int) -> Fraction:
        """What multiplies f^(n)(x) h^(n-1) in the Taylor series of the error, exactly."""
        raise NotImplementedError

    @property
    def error_derivative(self) -> int:
        return self.order + 1

    @property
    def error_constant(self) -> float:
        return float(self.error_coefficient(self.error_derivative))

    @property
    def weights(self) -> dict[float, Fraction]:
        """Offset -> weight of f(x + offset h) / h; empty if the rule subtracts nothing."""
        return {}

    @property
    def roundoff(self) -> float:
        """The sum of absolute weights: errors u |f| in the values become roundoff u |f| / h."""
        return float(sum(abs(weight) for weight in self.weights.values()))

    def best_h(self, noise, derivative, unit=0.0) -> np.ndarray:
        """The h at which truncation and round-off error together are least.

        `noise` is the absolute error of one value (for example eps/2 |f|), `derivative` is
        f^(error_derivative)(x). From d/dh (c |f^(k)| h^p + roundoff noise / h) = 0; infinite
        where the derivative vanishes. Its size is eps^(1/(p+1)) times that of the function.
        """
        slope = self.order * abs(self.error_constant) * np.abs(derivative)
        with np.errstate(divide="ignore", invalid="ignore"):
            return (self.roundoff * np.float64(noise) / slope) ** (1 / (self.order + 1))

    def typical_h(self, dtype=np.float64) -> float:
        """eps^(1/(order + 1)): the best h where function, derivatives and x are all about 1."""
        return float(np.finfo(dtype).eps) ** (1 / (self.order + 1))


@dataclass(frozen=True)
class Stencil(Difference):
    """A weighted sum of real values, which all but cancels before it is divided by h."""

    @property
    def offsets(self):
        return tuple(self.weights)

    def error_coefficient(self, n):
        moment = sum(weight * Fraction(offset) ** n for offset, weight in self.weights.items())
        return Fraction(moment) / math.factorial(n)


@dataclass(frozen=True)
class OneSided(Stencil):
    """The slope of the secant to x + h (side 1) or x - h (side -1)."""

    side: int

    @property
    def weights(self):
        return {0.0: Fraction(-self.side), float(self.side): Fraction(self.side)}

    def combine(self, value_at, h):
        return (value_at(float(self.side)) - value_at(0.0)) / (self.side * h)


@dataclass(frozen=True)
class Symmetric(Stencil):
    """Pairs sum(multiples (f(x + reach h) - f(x - reach h))) / (divisor h)."""

    reach: tuple[float, ...]
    multiples: tuple[int, ...]
    divisor: int

    @cached_property
    def weights(self):
        pairs = list(zip(self.reach, self.multiples, strict=True))
        left = {-reach: Fraction(-multiple, self.divisor) for reach, multiple in pairs[::-1]}
        return left | {reach: Fraction(multiple, self.divisor) for reach, multiple in pairs}

    def combine(self, value_at, h):
        """Opposite values are subtracted first, so that what they share cancels exactly."""
        pairs = zip(self.reach, self.multiples, strict=True)
        total = sum(multiple * (value_at(reach) - value_at(-reach)) for reach, multiple in pairs)
        return total / (self.divisor * h)


@dataclass(frozen=True)
class ComplexStep(Difference):
    """Im f(x + ih) / h: no subtraction, so no round-off branch at all.

    The formula must be analytic and must not take absolute values or conjugates on its way.
    Source: Lyness and Moler (1967); Squire and Trapp (1998).
    """

    @property
    def offsets(self):
        return (1j,)

    def combine(self, value_at, h):
        return np.imag(value_at(1j)) / h

    def error_coefficient(self, n):
        """i^(n-1) / n! for odd n; the even terms fall into the real part."""
        return Fraction(0) if n % 2 == 0 else Fraction((-1) ** (n // 2), math.factorial(n))

    def best_h(self, noise, derivative, unit=0.0):
        """The largest h whose truncation error is below `unit`, the rounding error of f'.

        Every smaller h is as good, until h f' underflows; `noise` plays no part.
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.sqrt(np.float64(unit) / (abs(self.error_constant) * np.abs(derivative)))

    def typical_h(self, dtype=np.float64):
        """The square root of the smallest normal number: truncation is far below rounding."""
        return math.sqrt(float(np.finfo(dtype).tiny))


def same_float(x, h):
    """x and h as arrays of the float type of x (float64 if it has none)."""
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    return x, np.asarray(h, dtype=x.dtype)


def evaluate(function, x):
    return getattr(function, "value", function)(x)


def in_spacing(x, h) -> np.ndarray:
    """Where h is lost in the spacing of floats at x, on one of its two sides at least."""
    return (x + h == x) | (x - h == x)


def check_step(rule: Difference, x, h, dtype=np.float64) -> None:
    """Raise StepError or StepTooSmallError, in a sentence, unless `rule` can use every h at x.

    x and h broadcast. The complex step leaves x alone, so no h is too small for it.
    """
    h = np.asarray(h, dtype=dtype)
    usable = np.isfinite(h) & (h > 0)
    if not np.all(usable):
        bad = np.asarray(h)[~usable].flat[0]
        raise StepError(
            f"h = {bad:g} cannot be used: the rule divides by h, so h must be a positive number. "
            f"Try {rule.typical_h(dtype):.1g}."
        )
    x = np.asarray(x, dtype=dtype)
    lost = in_spacing(x, h)
    if rule.weights and np.any(lost):
        x, h = (item[lost].flat[0] for item in np.broadcast_arrays(x, h))
        raise StepTooSmallError(
            f"h = {h:.3g} is lost at x = {x:.6g}: neighbouring floats are {np.spacing(abs(x)):.2g} "
            f"apart there, so x + h is x again and the difference is 0. "
            f"Take h near {rule.typical_h(dtype) * max(1.0, abs(float(x))):.1g}."
        )


FORWARD = OneSided(
    "Forward",
    r"\frac{f(x+h) - f(x)}{h}",
    "One extra value and one order: the error falls only as fast as h.",
    1,
    side=1,
)
BACKWARD = OneSided(
    "Backward",
    r"\frac{f(x) - f(x-h)}{h}",
    "The forward rule seen from the other side: the same error with the opposite sign.",
    1,
    side=-1,
)
CENTRAL = Symmetric(
    "Central",
    r"\frac{f(x+h) - f(x-h)}{2h}",
    "Symmetry cancels the second derivative: ten times less h, a hundred times less error.",
    2,
    (1.0,),
    (1,),
    2,
)
FIVE_POINT = Symmetric(
    "Five-point",
    r"\frac{-f(x+2h) + 8f(x+h) - 8f(x-h) + f(x-2h)}{12h}",
    "Two central differences combined so that the third derivative cancels too.",
    4,
    (1.0, 2.0),
    (8, -1),
    12,
)
SEVEN_POINT = Symmetric(
    "Seven-point",
    r"\frac{f_3 - 9f_2 + 45f_1 - 45f_{-1} + 9f_{-2} - f_{-3}}{60h},\quad f_k = f(x+kh)",
    "Order six: the best h is large, so little is lost to round-off.",
    6,
    (1.0, 2.0, 3.0),
    (45, -9, 1),
    60,
)
COMPLEX_STEP = ComplexStep(
    "Complex step",
    r"\frac{\operatorname{Im} f(x + ih)}{h}",
    "Nothing is subtracted, so h may be as small as you like and the estimate never breaks.",
    2,
)
# The corner (D(h) - 20 D(h/2) + 64 D(h/4)) / 45 of Romberg's tableau of the central rule D is
# a fixed stencil of order six. Source: Richardson (1911); Ridders (1982) extends the tableau
# until its entries stop agreeing, which gives a better last digit but no fixed order to plot.
RICHARDSON = Symmetric(
    "Richardson",
    r"\frac{D(h) - 20\,D(h/2) + 64\,D(h/4)}{45},\quad D(h) = \frac{f(x+h) - f(x-h)}{2h}",
    "Central differences at h, h/2 and h/4, extrapolated to h = 0: order six out of order two.",
    6,
    (0.25, 0.5, 1.0),
    (256, -40, 1),
    90,
)

DIFFERENCES: tuple[Difference, ...] = (
    FORWARD,
    BACKWARD,
    CENTRAL,
    FIVE_POINT,
    SEVEN_POINT,
    COMPLEX_STEP,
    RICHARDSON,
)
