"""Sigmoid, its slope and softplus: one each, for networks, surfaces, formulas and recordings."""

import math

import numpy as np
import pytest

from optcore.descent.languages import NAMES_IN_SCOPE, lines
from optcore.descent.recording import Recorder
from optcore.special import sigmoid, sigmoid_slope, softplus, squared_sech

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
