import math

import numpy as np
import pytest

from optcore.knobs import knobs
from optcore.networks.activations import (
    ACTIVATIONS,
    ELU,
    GELU,
    SELU,
    HardSigmoid,
    LeakyReLU,
    Mish,
    MisprintedTanh,
    PReLU,
    ReLU,
    Sigmoid,
    SiLU,
    Softplus,
    Tanh,
)
from optcore.special import erf, normal_cdf, upper_tail

every_activation = pytest.mark.parametrize("activation", ACTIVATIONS, ids=lambda a: a.name)
AWAY_FROM_KINKS = np.linspace(-30, 30, 1201) + 1.234e-3


def test_names_are_those_links_carry():
    assert [activation.name for activation in ACTIVATIONS] == [
        "Sigmoid",
        "Tanh",
        "ReLU",
        "Leaky ReLU",
        "PReLU",
        "ELU",
        "SELU",
        "GELU",
        "SiLU",
        "Mish",
        "Softplus",
        "Identity",
        "Hard sigmoid",
        "Misprinted tanh",
    ]


@every_activation
def test_derivative_equals_the_complex_step(activation):
    z = AWAY_FROM_KINKS
    stepped = activation.value(z + 1e-30j).imag / 1e-30
    derivative = activation.derivative(z)
    np.testing.assert_allclose(derivative, stepped, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(activation.derivative(z, activation.value(z)), stepped, 1e-12, 1e-15)


@every_activation
def test_at_a_kink_value_and_derivative_are_on_the_same_side(activation):
    for kink in activation.kinks:
        stepped = activation.value(np.array(kink + 1e-30j)).imag / 1e-30
        assert stepped == pytest.approx(activation.derivative(np.array(kink)), rel=1e-14)


@every_activation
def test_huge_inputs_are_finite_and_silent(activation):
    z = np.array([-1e300, -1e4, -800.0, 800.0, 1e4, 1e300])
    assert np.isfinite(activation.value(z)).all()
    assert np.isfinite(activation.derivative(z)).all()


@every_activation
def test_precision_in_is_precision_out(activation):
    for dtype in (np.float32, np.float64):
        z = np.linspace(-4, 4, 7, dtype=dtype)
        assert activation.value(z).dtype == dtype
        assert activation.derivative(z).dtype == dtype


@every_activation
def test_steepest_is_the_largest_slope(activation):
    z = np.linspace(-8, 8, 160_001) + 1e-9
    slopes = np.abs(activation.derivative(z))
    assert slopes.max() <= activation.steepest * (1 + 1e-12)
    assert slopes.max() >= activation.steepest * (1 - 1e-3)


@every_activation
def test_the_slope_jumps_exactly_at_the_kinks(activation):
    jumps = [
        float(z)
        for z in np.linspace(-5, 5, 101).round(1)
        if abs(activation.derivative(z + 1e-9) - activation.derivative(z - 1e-9)) > 1e-3
    ]
    assert tuple(jumps) == activation.kinks


@every_activation
def test_fields_are_knobs_that_admit_their_defaults(activation):
    for name, spec in knobs(activation).items():
        assert spec.admits(getattr(activation, name))


def test_erf_agrees_with_the_standard_library():
    x = np.concatenate([np.linspace(-7, 7, 2001), [0.0, 1e-20, -1e-8, 30.0, -1e300]])
    expected = [math.erf(value) for value in x]
    np.testing.assert_allclose(erf(x), expected, rtol=0, atol=5e-16)


def test_the_tail_keeps_its_relative_precision():
    x = np.linspace(0, 26, 1301)
    np.testing.assert_allclose(
        upper_tail(x), [math.erfc(value) for value in x], rtol=1e-13, atol=1e-307
    )
    assert normal_cdf(-20.0) == pytest.approx(2.753624118606234e-89, rel=1e-13, abs=0)


@pytest.mark.parametrize(
    ("activation", "where", "peak"),
    [
        (GELU(), math.sqrt(2), 1.12890),
        (SiLU(), 2.39936, 1.09984),
        (Sigmoid(), 0.0, 0.25),
        (Tanh(), 0.0, 1.0),
    ],
)
def test_published_derivative_maxima(activation, where, peak):
    z = np.linspace(where - 1, where + 1, 20_001)
    slopes = activation.derivative(z)
    assert z[np.argmax(slopes)] == pytest.approx(where, abs=1.5e-4)
    assert slopes.max() == pytest.approx(peak, abs=1e-5)
    assert activation.steepest == pytest.approx(slopes.max(), rel=1e-8)


@pytest.mark.parametrize(
    ("activation", "z", "value"),
    [
        (GELU(), 1.0, 0.8413447460685429),
        (GELU(), -3.0, -0.00404969409489031),
        (SiLU(), -1.0, -0.2689414213699951),
        (Mish(), 1.0, 0.8650983882673103),
        (Softplus(), 0.0, 0.6931471805599453),
        (Softplus(), -50.0, 1.9287498479639178e-22),
        (SELU(), -1.0, -1.1113307378125628),
        (ELU(), -1.0, -0.6321205588285577),
        (PReLU(), -2.0, -0.5),
        (LeakyReLU(), -2.0, -0.02),
        (HardSigmoid(), 1.5, 0.75),
        (Sigmoid(), -700.0, 9.859676543759771e-305),
    ],
)
def test_worked_values(activation, z, value):
    assert float(activation.value(np.array(z))) == pytest.approx(value, rel=1e-14)


def test_the_misprint_is_tanh_of_half_the_angle():
    z = np.linspace(-6, 6, 121)
    printed = (1 - np.exp(-z)) / (1 + np.exp(-z))
    a = MisprintedTanh().value(z)
    np.testing.assert_allclose(a, printed, rtol=1e-13, atol=1e-16)
    # 1 - a^2, the derivative printed beside it, is twice the real one.
    np.testing.assert_allclose(1 - a**2, 2 * MisprintedTanh().derivative(z), rtol=1e-11)
    np.testing.assert_allclose(MisprintedTanh().value(2 * z), Tanh().value(z), rtol=1e-14)


def test_saturated_units_are_those_with_a_small_share_of_the_steepest_slope():
    z = np.array([-4.0, -2.0, 0.0, 2.0, 4.0])
    # sigma'(4) = 0.01766 and sigma'(2) = 0.10499 against 5 % of 1/4 and 50 % of 1/4.
    assert Sigmoid().saturated(z, 0.1).tolist() == [True, False, False, False, True]
    assert Sigmoid().saturated(z, 0.5).tolist() == [True, True, False, True, True]
    assert ReLU().saturated(z).tolist() == [True, True, True, False, False]
    # A twentieth exactly is no less than a twentieth.
    assert not LeakyReLU(slope=0.05).saturated(z).any()
