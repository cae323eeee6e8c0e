"""Sigmoid, its slope and softplus: one each, for networks, surfaces, formulas and recordings."""

import math

import numpy as np
import pytest

from optcore.descent.languages import NAMES_IN_SCOPE, lines
from optcore.descent.recording import Recorder
from optcore.special import (
    absolute,
    erf,
    indicator,
    is_positive,
    negative_part,
    normal_cdf,
    positive_part,
    sigmoid,
    sigmoid_slope,
    softplus,
    squared_sech,
    upper_tail,
)

POINTS = np.array([-800.0, -40.0, -3.0, -0.5, -0.0, 0.0, 0.5, 3.0, 40.0, 800.0])


def tail(z):
    return math.exp(-abs(z))


CLOSED = {
    sigmoid: lambda z: (1 if z >= 0 else tail(z)) / (1 + tail(z)),
    sigmoid_slope: lambda z: tail(z) / (1 + tail(z)) ** 2,
    softplus: lambda z: max(z, 0.0) + math.log1p(tail(z)),
    squared_sech: lambda z: (2 * tail(z) / (1 + tail(2 * z))) ** 2,
}
each = pytest.mark.parametrize("function", CLOSED, ids=lambda f: f.__name__)


@each
def test_the_tails_keep_their_digits_and_nothing_overflows(function):
    expected = [CLOSED[function](z) for z in POINTS]
    np.testing.assert_allclose(function(POINTS), expected, rtol=1e-14, atol=1e-300)
    np.testing.assert_allclose([function(z) for z in POINTS], expected, rtol=1e-14, atol=1e-300)
    np.testing.assert_allclose(function(POINTS + 0j), expected, rtol=1e-14, atol=1e-300)


@pytest.mark.parametrize(
    ("function", "slope"), [(softplus, sigmoid), (sigmoid, sigmoid_slope), (np.tanh, squared_sech)]
)
def test_each_slope_is_the_complex_step(function, slope):
    z = POINTS[np.abs(POINTS) < 300]
    np.testing.assert_allclose(np.imag(function(z + 1e-40j)) / 1e-40, slope(z), rtol=1e-13)


@each
def test_a_recorded_one_computes_the_same_on_floats(function):
    recorder = Recorder()
    result = recorder.names(function(recorder.inputs("z", ())))[0]
    text = "\n".join([*lines(recorder.take()), f"result = {result}"])
    program = compile(text, "recorded", "exec")
    for z in POINTS:
        scope = {**NAMES_IN_SCOPE, "z": float(z)}
        exec(program, scope)
        assert math.isclose(scope["result"], function(z), rel_tol=1e-14, abs_tol=1e-300)


@each
def test_float32_stays_float32(function):
    z = np.linspace(-20, 20, 9)
    assert function(z.astype(np.float32)).dtype == np.float32
    np.testing.assert_allclose(function(z.astype(np.float32)), function(z), rtol=1e-5)


@pytest.mark.parametrize("turn", [0, 1e-40j])
def test_pieces_go_by_the_side_on_which_the_real_part_lies(turn):
    """0 is not positive."""
    z = np.array([-2.0, 0.0, 0.5]) + turn
    assert is_positive(z).tolist() == [False, False, True]
    assert indicator(z).tolist() == [0, 0, 1]
    assert np.real(positive_part(z)).tolist() == [0, 0, 0.5]
    assert np.real(negative_part(z)).tolist() == [-2, 0, 0]
    assert np.real(absolute(z)).tolist() == [2, 0, 0.5]
    assert np.imag(absolute(z)).tolist() == [-np.imag(turn), np.imag(turn), np.imag(turn)]
    assert indicator(z.real.astype(np.float32)).dtype == np.float32


def test_the_normal_distribution_by_the_standard_library():
    z = np.concatenate([np.linspace(-30, 9, 40), [0.0, 1e-3]])
    expected = [math.erfc(-value * math.sqrt(0.5)) / 2 for value in z]
    np.testing.assert_allclose(normal_cdf(z), expected, rtol=1e-12)
    np.testing.assert_allclose(erf(z), [math.erf(value) for value in z], atol=5e-16)
    assert (erf(0.0), upper_tail(0.0), normal_cdf(0.0)) == (0, 1, 0.5)
    assert not np.signbit(erf(0.0))
    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    np.testing.assert_allclose(np.imag(normal_cdf(z + 1e-40j)) / 1e-40, density, rtol=1e-12)
