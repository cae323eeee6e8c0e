"""Constants are functions, too; only a surface may not be one."""

import math

import numpy as np
import pytest
import sympy

from optcore.derivatives.differences import DIFFERENCES
from optcore.derivatives.error_curve import error_curve
from optcore.formula.surface import FormulaError, _as_float, formula_function, formula_surface


@pytest.mark.parametrize("text", ["x^0", "x^0 + 1", "sin(x^0)", "x^(1-1)", "(x + 1)^0"])
def test_a_constant_that_is_no_number_is_a_function_too(text):
    function = formula_function(text)
    assert function.derivative_n(0.7, 1) == function.derivative_n(0.7, 3) == 0
    assert function.derivative(0.7) == 0


CONSTANTS = ["x^0", "x^0 + 1", "sin(x^0)", "x^(1-1)", "(x+1)^0", "max(1, x^0)", "abs(x^0)",
             "min(x^0, 2)", "relu(x^0)", "5", "2*3", "pi", "x - x", "0*x", "-x^0"]  # fmt: skip


@pytest.mark.parametrize("text", CONSTANTS)
def test_a_constant_is_a_function(text):
    """Value, every derivative, kinks and LaTeX, for arrays, float32, complex and Taylor series."""
    function = formula_function(text)
    x = np.array([-1.5, 0.0, 2.0])
    value = function.value(x)
    assert value.shape == (3,)
    assert np.ptp(value) == 0
    np.testing.assert_array_equal(function.derivative(x), np.zeros(3))
    for n in range(1, 5):
        np.testing.assert_array_equal(function.derivative_n(1.0, n), 0.0)
    assert function.kinks == ()
    assert function.analytic
    assert function.latex
    assert function.value(np.float32(2)).dtype == np.float32
    assert np.imag(function.value(np.array([1 + 1e-20j])))[0] == 0


@pytest.mark.parametrize("rule", DIFFERENCES, ids=lambda rule: rule.name)
@pytest.mark.parametrize("text", ["x^0", "max(1, x^0)", "5", "sin(x^0)"])
def test_every_rule_finds_the_slope_of_a_constant(text, rule):
    curve = error_curve(rule, formula_function(text), 1.0)
    assert np.max(curve.error) == 0
    assert curve.sentences()


def test_numbers_beyond_floats_are_infinite_and_what_is_none_is_nan():
    huge = sympy.Integer(10) ** 400
    assert (_as_float(huge), _as_float(-huge)) == (math.inf, -math.inf)
    assert _as_float(sympy.Rational(1, 4)) == 0.25
    assert math.isnan(_as_float(sympy.zoo))


def test_a_surface_that_is_the_same_everywhere_is_still_refused():
    with pytest.raises(FormulaError, match="same everywhere"):
        formula_surface("2*3")
    assert formula_surface("x^0*y").grad(np.array([1.0, 2.0])).tolist() == [0.0, 1.0]
