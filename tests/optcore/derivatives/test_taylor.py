"""Taylor arithmetic against derivatives in closed form; what it cannot do is refused."""

import math

import numpy as np
import pytest

from optcore.derivatives.taylor import Taylor

ORDER = 5
X = np.array([[0.5, 1.25, 2.0]])


def derivatives(function, x=X):
    series = function(Taylor.variable(x, ORDER))
    assert series.coefficients.shape == (ORDER + 1, *np.shape(x))
    return np.array([series.derivative(n) for n in range(ORDER + 1)])


def test_the_variable_is_its_own_value_and_moves_at_rate_1():
    found = derivatives(lambda t: t, np.array([2, 3]))
    np.testing.assert_array_equal(found, [[2, 3], [1, 1], *[[0, 0]] * (ORDER - 1)])
    assert Taylor.variable(2.0, 0).coefficients.tolist() == [2.0]


@pytest.mark.parametrize(
    ("function", "wanted"),
    [
        (lambda t: t - 3.0, lambda x: [x - 3, 1 + 0 * x, 0 * x]),
        (lambda t: 3.0 - t, lambda x: [3 - x, -1 + 0 * x, 0 * x]),
        (lambda t: np.subtract(t, t * t), lambda x: [x - x**2, 1 - 2 * x, -2 + 0 * x]),
        (lambda t: -t * t, lambda x: [-(x**2), -2 * x, -2 + 0 * x]),
        (lambda t: 2.0 / t, lambda x: [2 / x, -2 / x**2, 4 / x**3]),
        (lambda t: t / (t * t), lambda x: [1 / x, -1 / x**2, 2 / x**3]),
    ],
)
def test_sums_products_and_quotients(function, wanted):
    np.testing.assert_allclose(derivatives(function)[:3], wanted(X), rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("exponent", [0.5, 2.5, -1.0, -3.0, 0.0, 1.0, 2.0, 4.0])
def test_the_derivatives_of_a_power(exponent):
    falling = [math.prod(exponent - k for k in range(n)) for n in range(ORDER + 1)]
    wanted = [factor * X ** (exponent - n) for n, factor in enumerate(falling)]
    np.testing.assert_allclose(derivatives(lambda t: t**exponent), wanted, rtol=1e-12)


@pytest.mark.parametrize(("exponent", "same"), [(0.5, 1), (-1.5, -3), (2.5, 5)])
def test_a_power_of_a_square_is_a_power(exponent, same):
    found = derivatives(lambda t: (t * t) ** exponent)
    np.testing.assert_allclose(found, derivatives(lambda t: t**same), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("exponent", [0, 1, 3])
def test_a_whole_power_is_right_at_0(exponent):
    wanted = math.factorial(exponent) * (np.arange(ORDER + 1) == exponent)
    np.testing.assert_array_equal(derivatives(lambda t: t**exponent, 0.0), wanted)


def test_what_is_no_plain_call_is_refused():
    t = Taylor.variable(1.0, 2)
    for call in (
        lambda: np.multiply.outer(t, t),
        lambda: np.exp(t, dtype=float),
        lambda: np.log(t),
    ):
        with pytest.raises(TypeError):
            call()
