"""The menu of functions: every derivative against an independent way to the same number."""

import math

import numpy as np
import pytest

from optcore.derivatives.taylor import Taylor
from optcore.formula.functions import (
    ABSOLUTE,
    EXP,
    FUNCTIONS,
    POWER,
    RELU,
    SINE,
    SQUIRE_TRAPP,
    TEXTBOOK,
)
from optcore.formula.program import ARITHMETIC, NUMPY
from optcore.formula.tree import FOLD

SMOOTH = [function for function in FUNCTIONS if function.analytic]
by_name = pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)
smooth = pytest.mark.parametrize("function", SMOOTH, ids=lambda function: function.name)


def cauchy_derivative(function, x, n, radius=0.2, points=64):
    """f^(n)(x) from values on a circle in the complex plane; the trapezoid rule is spectral."""
    angle = 2 * np.pi * np.arange(points) / points
    values = function.value(x + radius * np.exp(1j * angle))
    return math.factorial(n) * np.mean(values * np.exp(-1j * n * angle)).real / radius**n


@by_name
def test_derivative_is_the_complex_step(function):
    x = function.x
    assert function.derivative(x) == pytest.approx(np.imag(function.value(x + 1e-40j)) / 1e-40)


@smooth
@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 7])
def test_higher_derivatives_equal_the_cauchy_integral(function, n):
    exact = cauchy_derivative(function, function.x, n)
    scale = math.factorial(n) / 0.2**n * abs(function.value(function.x))
    assert function.derivative_n(function.x, n) == pytest.approx(exact, rel=1e-9, abs=1e-13 * scale)


@by_name
def test_taylor_arithmetic_agrees_with_the_closed_form_over_the_window(function):
    x = np.linspace(*function.window, 41)
    np.testing.assert_allclose(function.derivative_n(x, 1), function.derivative(x), rtol=1e-11)
    assert np.all(np.isfinite(function.value(x)))
    assert function.window[0] < function.x < function.window[1]


@by_name
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_float_type_is_kept(function, dtype):
    x = np.full(3, function.x, dtype)
    assert function.value(x).dtype == dtype
    assert function.derivative(x).dtype == dtype


def test_known_derivatives():
    assert TEXTBOOK.derivative(2.0) == 7
    assert TEXTBOOK.derivative_n(2.0, 3) == 0
    assert [float(EXP.derivative_n(0.0, n)) for n in range(8)] == [1.0] * 8
    assert SINE.derivative_n(1.0, 7) == pytest.approx(-math.cos(1), rel=1e-14)
    # Published by Squire and Trapp (1998), Using complex variables to estimate derivatives.
    assert POWER.derivative(1.5) == pytest.approx(18.600812734259759, rel=1e-15)
    assert SQUIRE_TRAPP.derivative(1.5) == pytest.approx(3.62203370071632513542, rel=1e-15)


def test_kinks_follow_the_side_x_is_on():
    x = np.array([-2.0, 0.0, 3.0])
    assert (ABSOLUTE.analytic, EXP.analytic) == (False, True)
    np.testing.assert_array_equal(ABSOLUTE.value(x), [2, 0, 3])
    assert not np.signbit(ABSOLUTE.value(x)).any()
    np.testing.assert_array_equal(ABSOLUTE.derivative(x), [-1, 0, 1])
    np.testing.assert_array_equal(RELU.value(x), [0, 0, 3])
    np.testing.assert_array_equal(RELU.derivative(x), [0, 0, 1])
    np.testing.assert_array_equal(RELU.derivative_n(x, 3), [0, 0, 0])


def test_taylor_series_of_compositions():
    """Against coefficients worked by hand: tan = sin/cos, and a root at a batch of points."""
    t = Taylor.variable(0.0, 7)
    tangent = (np.sin(t) / np.cos(t)).coefficients
    np.testing.assert_allclose(tangent, [0, 1, 0, 1 / 3, 0, 2 / 15, 0, 17 / 315], atol=1e-15)
    x = np.array([1.0, 4.0])
    root = (Taylor.variable(x, 2) ** 0.5).coefficients
    np.testing.assert_allclose(root, [x**0.5, 0.5 * x**-0.5, -(x**-1.5) / 8])
    np.testing.assert_allclose((1 - 2 / (t + 1) + t * 3).coefficients[:4], [-1, 5, -2, 2])


def test_an_operation_without_a_rule_is_refused():
    with pytest.raises(TypeError):
        np.floor(Taylor.variable(1.0, 2))
    # Nor is there one for an operation's other ways and options.
    with pytest.raises(TypeError):
        np.add.outer(Taylor.variable(1.0, 2), 2.0)
    with pytest.raises(TypeError):
        np.exp(Taylor.variable(1.0, 2), where=True)


def test_a_series_is_kept_to_its_order_and_the_first_power_is_itself():
    t = Taylor.variable(0.0, 3)
    assert t.coefficients.tolist() == [0, 1, 0, 0]
    assert (t**1).coefficients.tolist() == [0, 1, 0, 0]
    assert (t - 2).coefficients.tolist() == [-2, 1, 0, 0]


@pytest.mark.parametrize("function", [np.exp, np.sin, np.cos, np.tanh, lambda t: t**0.5,
                                      lambda t: t**3 / (1 + t)])  # fmt: skip
def test_series_on_a_grid_are_those_of_each_point(function):
    x = np.linspace(0.5, 2, 6).reshape(2, 3)
    found = function(Taylor.variable(x, 4)).coefficients
    for at in np.ndindex(2, 3):
        alone = function(Taylor.variable(x[at], 4)).coefficients
        np.testing.assert_allclose(found[(slice(None), *at)], alone, rtol=1e-14)


@pytest.mark.parametrize("name", [name for name, rule in FOLD.items() if name not in ARITHMETIC])
def test_a_constant_is_folded_to_what_its_function_gives(name):
    for numbers in ((0.7, 0.2), (1.5, 2.5), (0.25, -3.0)):
        given = numbers if name in ("min", "max") else numbers[:1]
        assert FOLD[name](*given) == pytest.approx(NUMPY[name](*map(np.float64, given)), rel=1e-15)


def test_below_0_too_what_is_folded_is_the_function():
    for name in ("abs", "relu", "sigmoid", "softplus", "tanh", "sinh", "exp"):
        assert FOLD[name](-0.6) == pytest.approx(NUMPY[name](np.float64(-0.6)), rel=1e-15)


def test_sides_of_0_and_what_is_no_number():
    u = np.array([-2.0, -0.5, 0.0, 0.5, 2.0, np.nan])
    np.testing.assert_array_equal(NUMPY["step"](u), [0, 0, 0, 1, 1, np.nan])
    np.testing.assert_array_equal(NUMPY["sign"](u), [-1, -1, 0, 1, 1, np.nan])
    np.testing.assert_array_equal(NUMPY["abs"](u), [2, 0.5, 0, 0.5, 2, np.nan])
