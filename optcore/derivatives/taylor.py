"""Taylor arithmetic: derivatives of any order, exact to rounding, from the formula itself.

Evaluating a formula written with NumPy functions at `Taylor.variable(x, n)` instead of x
carries the first n Taylor coefficients through every operation (Moore 1966, Interval
Analysis, chapter 11; Griewank and Walther 2008, chapter 13). Nothing is differenced, so the
result can serve as the truth that differences are judged by.
"""

import math
from numbers import Number

import numpy as np


class Taylor:
    """A truncated power series: `coefficients[k] (...)` multiplies t^k."""

    def __init__(self, coefficients):
        self.coefficients = coefficients

    @classmethod
    def variable(cls, x, order: int) -> "Taylor":
        """The series x + t, kept to t^order."""
        x = np.asarray(x, dtype=np.result_type(x, np.float64))
        coefficients = np.zeros((order + 1, *x.shape), dtype=x.dtype)
        coefficients[0] = x
        coefficients[1:2] = 1
        return cls(coefficients)

    def derivative(self, n: int) -> np.ndarray:
        """The n-th derivative at the point of expansion."""
        return math.factorial(n) * self.coefficients[n]

    def __array_ufunc__(self, ufunc, method, *operands, **options):
        rule = RULES.get(ufunc)
        if method != "__call__" or options or rule is None:
            return NotImplemented
        return rule(*operands)

    def __add__(self, other):
        return add(self, other)

    def __sub__(self, other):
        return subtract(self, other)

    def __rsub__(self, other):
        return subtract(other, self)

    def __mul__(self, other):
        return multiply(self, other)

    def __truediv__(self, other):
        return divide(self, other)

    def __rtruediv__(self, other):
        return divide(other, self)

    def __pow__(self, exponent):
        return power(self, exponent)

    def __neg__(self):
        return negative(self)

    __radd__ = __add__
    __rmul__ = __mul__


def series_pair(a, b):
    """The coefficients of both operands; a plain number becomes a constant series."""
    shape = next(item.coefficients for item in (a, b) if isinstance(item, Taylor))
    return tuple(
        item.coefficients if isinstance(item, Taylor) else constant_like(item, shape)
        for item in (a, b)
    )


def constant_like(number, coefficients):
    constant = np.zeros_like(coefficients)
    constant[0] = number
    return constant


def add(a, b):
    a, b = series_pair(a, b)
    return Taylor(a + b)


def subtract(a, b):
    a, b = series_pair(a, b)
    return Taylor(a - b)


def negative(a):
    return Taylor(-a.coefficients)


def multiply(a, b):
    a, b = series_pair(a, b)
    return Taylor(np.stack([np.sum(a[: k + 1] * b[k::-1], axis=0) for k in range(len(a))]))


def divide(a, b):
    a, b = series_pair(a, b)
    quotient = np.zeros_like(a)
    for k in range(len(a)):
        known = np.sum(quotient[:k] * b[k:0:-1], axis=0)
        quotient[k] = (a[k] - known) / b[0]
    return Taylor(quotient)


def up_to(k, coefficients):
    """1, 2, ... k, to be multiplied by as many of the coefficients."""
    return np.arange(1, k + 1)[(..., *[np.newaxis] * (coefficients.ndim - 1))]


def integrate_product(slope, factor, k):
    """Coefficient k of the integral of slope' * factor, which needs factor only below k."""
    return np.sum(up_to(k, slope) * slope[1 : k + 1] * factor[k - 1 :: -1][:k], axis=0) / k


def exp(a):
    a = a.coefficients
    result = constant_like(np.exp(a[0]), a)
    for k in range(1, len(a)):
        result[k] = integrate_product(a, result, k)
    return Taylor(result)


def sin_cos(a):
    a = a.coefficients
    sine, cosine = constant_like(np.sin(a[0]), a), constant_like(np.cos(a[0]), a)
    for k in range(1, len(a)):
        sine[k] = integrate_product(a, cosine, k)
        cosine[k] = -integrate_product(a, sine, k)
    return Taylor(sine), Taylor(cosine)


def tanh(a):
    a = a.coefficients
    result = constant_like(np.tanh(a[0]), a)
    slope = constant_like(1 - result[0] ** 2, a)
    for k in range(1, len(a)):
        result[k] = integrate_product(a, slope, k)
        slope[k] = -np.sum(result[: k + 1] * result[k::-1], axis=0)
    return Taylor(result)


def power(a, exponent):
    """A real power; whole exponents multiply, so they are right at 0 too."""
    if not isinstance(exponent, Number):
        return NotImplemented
    if float(exponent).is_integer() and exponent >= 0:
        result = Taylor(constant_like(1.0, a.coefficients))
        for _ in range(int(exponent)):
            result = multiply(result, a)
        return result
    a = a.coefficients
    result = constant_like(a[0] ** exponent, a)
    for k in range(1, len(a)):
        j = up_to(k, a)
        weights = exponent * j - (k - j)
        result[k] = np.sum(weights * a[1 : k + 1] * result[k - 1 :: -1][:k], axis=0) / (k * a[0])
    return Taylor(result)


RULES = {
    np.add: add,
    np.subtract: subtract,
    np.multiply: multiply,
    np.divide: divide,
    np.negative: negative,
    np.power: power,
    np.exp: exp,
    np.sin: lambda a: sin_cos(a)[0],
    np.cos: lambda a: sin_cos(a)[1],
    np.tanh: tanh,
}
