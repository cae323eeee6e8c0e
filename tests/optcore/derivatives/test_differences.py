"""Every rule against closed forms, Taylor's theorem and its own promises."""

import math
from fractions import Fraction

import numpy as np
import pytest

from optcore.derivatives.differences import (
    BACKWARD,
    CENTRAL,
    COMPLEX_STEP,
    DIFFERENCES,
    FIVE_POINT,
    FORWARD,
    RICHARDSON,
    SEVEN_POINT,
    StepError,
    StepTooSmallError,
    check_step,
)
from optcore.formula.functions import EXP, SINE, TEXTBOOK

every_rule = pytest.mark.parametrize("rule", DIFFERENCES, ids=lambda rule: rule.name)


def test_names_and_orders():
    assert [(rule.name, rule.order) for rule in DIFFERENCES] == [
        ("Forward", 1),
        ("Backward", 1),
        ("Central", 2),
        ("Five-point", 4),
        ("Seven-point", 6),
        ("Complex step", 2),
        ("Richardson", 6),
    ]


@pytest.mark.parametrize(
    ("rule", "published"),
    [
        (FORWARD, 1.0517091807564771),
        (CENTRAL, 1.0016675001984403),
        (FIVE_POINT, 0.999996662696097),
        (COMPLEX_STEP, 0.9983341664682815),
    ],
    ids=lambda item: getattr(item, "name", ""),
)
def test_exp_at_zero(rule, published):
    assert rule.estimate(EXP, 0.0, 0.1) == pytest.approx(published, rel=2e-15)


@pytest.mark.parametrize(
    ("rule", "closed_form"),
    [
        (FORWARD, lambda h: math.expm1(h) / h),
        (BACKWARD, lambda h: -math.expm1(-h) / h),
        (CENTRAL, lambda h: math.sinh(h) / h),
        (FIVE_POINT, lambda h: (8 * math.sinh(h) - math.sinh(2 * h)) / (6 * h)),
        (
            SEVEN_POINT,
            lambda h: (45 * math.sinh(h) - 9 * math.sinh(2 * h) + math.sinh(3 * h)) / (30 * h),
        ),
        (COMPLEX_STEP, lambda h: math.sin(h) / h),
        (
            RICHARDSON,
            lambda h: (math.sinh(h) - 40 * math.sinh(h / 2) + 256 * math.sinh(h / 4)) / (45 * h),
        ),
    ],
    ids=lambda item: getattr(item, "name", ""),
)
def test_closed_forms_for_exp_at_zero_at_many_h(rule, closed_form):
    h = np.array([1.0, 0.5, 0.1, 0.03])
    np.testing.assert_allclose(
        rule.estimate(np.exp, 0.0, h), [closed_form(float(step)) for step in h], rtol=2e-14
    )


@every_rule
def test_the_rule_is_exact_for_polynomials_below_its_error_term(rule):
    """Exact for x^k up to k = order, and for x^(order+1) off by just its error constant."""
    x, h = 0.75, 0.25
    for k in range(1, rule.order + 1):
        assert rule.estimate(lambda t, k=k: t**k, x, h) == pytest.approx(k * x ** (k - 1))
    n = rule.error_derivative
    error = rule.estimate(lambda t: t**n, x, h) - n * x**rule.order
    assert error == pytest.approx(rule.error_constant * math.factorial(n) * h**rule.order)


@every_rule
def test_the_error_coefficients_are_the_whole_error(rule):
    """Of e^x at 0, whose derivatives are all 1."""
    h = 0.5
    error = sum(float(rule.error_coefficient(n)) * h ** (n - 1) for n in range(2, 20))
    assert rule.estimate(np.exp, 0.0, h) - 1 == pytest.approx(error, rel=1e-11)


def test_error_constants():
    constants = {rule.name: rule.error_coefficient(rule.error_derivative) for rule in DIFFERENCES}
    assert constants == {
        "Forward": Fraction(1, 2),
        "Backward": Fraction(-1, 2),
        "Central": Fraction(1, 6),
        "Five-point": Fraction(-1, 30),
        "Seven-point": Fraction(1, 140),
        "Complex step": Fraction(-1, 6),
        "Richardson": Fraction(1, 322560),
    }


def test_round_off_amplification():
    assert [rule.roundoff for rule in DIFFERENCES] == pytest.approx(
        [2, 2, 1, 1.5, 11 / 6, 0, 6.6], rel=1e-15
    )


@every_rule
def test_the_first_term_of_the_error_is_the_derivative_itself(rule):
    assert rule.error_coefficient(1) == 1
    assert all(rule.error_coefficient(n) == 0 for n in range(2, rule.error_derivative))


def test_best_h_minimises_the_sum_of_both_errors():
    noise, derivative = 3e-16, 5.0
    for rule in DIFFERENCES:
        if rule is COMPLEX_STEP:
            continue
        h = np.logspace(-12, 0, 200001)
        total = abs(rule.error_constant) * derivative * h**rule.order + rule.roundoff * noise / h
        assert rule.best_h(noise, derivative) == pytest.approx(h[np.argmin(total)], rel=1e-3)


def test_best_h_scales_as_powers_of_eps():
    eps = np.finfo(float).eps
    powers = {FORWARD: 1 / 2, CENTRAL: 1 / 3, FIVE_POINT: 1 / 5, SEVEN_POINT: 1 / 7}
    for rule, power in powers.items():
        assert rule.typical_h() == pytest.approx(eps**power)
        ratio = rule.best_h(1e-8 * eps, 1.0) / rule.best_h(eps, 1.0)
        assert ratio == pytest.approx(1e-8**power)
    assert CENTRAL.best_h(eps, 0.0) == np.inf
    assert CENTRAL.typical_h(np.float32) == pytest.approx(np.finfo(np.float32).eps ** (1 / 3))


def test_the_complex_step_never_breaks():
    for h in (1e-8, 1e-20, 1e-100, COMPLEX_STEP.typical_h()):
        assert COMPLEX_STEP.estimate(SINE, 1.0, h) == pytest.approx(math.cos(1), rel=1e-15)


def test_the_central_rule_is_exact_on_a_parabola():
    assert CENTRAL.estimate(TEXTBOOK, 2.0, 0.5) == 7
    assert FORWARD.estimate(TEXTBOOK, 2.0, 0.5) == 7.5


@every_rule
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_elementwise_over_x_and_h_in_the_type_of_x(rule, dtype):
    x = np.linspace(0.5, 2.5, 5, dtype=dtype)
    h = np.array([[0.1], [0.01]])
    batch = rule.estimate(np.exp, x, h)
    assert batch.shape == (2, 5)
    assert batch.dtype == dtype
    one_by_one = [[rule.estimate(np.exp, point, step[0]) for point in x] for step in h]
    np.testing.assert_array_equal(batch, one_by_one)


def test_float32_is_not_silently_calculated_in_float64():
    error32 = abs(CENTRAL.estimate(np.exp, np.float32(1), 1e-4) - math.e)
    error64 = abs(CENTRAL.estimate(np.exp, 1.0, 1e-4) - math.e)
    assert error32 > 1000 * error64


@pytest.mark.parametrize("h", [0.0, -0.1, np.nan, np.inf])
def test_an_unusable_step_gets_a_sentence(h):
    with pytest.raises(StepError, match="must be a positive number"):
        check_step(CENTRAL, 1.0, h)


def test_a_step_below_the_spacing_gets_a_sentence():
    with pytest.raises(StepTooSmallError, match=r"x \+ h is x again"):
        check_step(CENTRAL, 1.0, 1e-17)
    with pytest.raises(StepTooSmallError, match=r"apart there.*Take h near"):
        check_step(FORWARD, np.float32(1000), 1e-5, np.float32)
    check_step(FORWARD, 0.0, 1e-300)
    check_step(COMPLEX_STEP, 1.0, 1e-200)
    check_step(CENTRAL, np.array([1.0, 1e3]), 1e-6)


@pytest.mark.parametrize("rule", [r for r in DIFFERENCES if r.weights], ids=lambda r: r.name)
def test_weights_make_nothing_of_a_constant_and_1_of_a_line(rule):
    assert sum(rule.weights.values()) == 0
    assert list(rule.offsets) == sorted(rule.offsets, reverse=rule is BACKWARD)
    assert sum(Fraction(offset) * weight for offset, weight in rule.weights.items()) == 1
