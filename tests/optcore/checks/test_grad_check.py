"""The gradient check: its numbers, its verdicts, its limits."""

import numpy as np
import pytest
from checked import POINT, Corner, Scaled, every_rule, fit_of, theta_of

from optcore.checks.grad_check import TooLargeError, check_grad, check_grad_steps, component_name
from optcore.checks.measurement import judge, norm, relative
from optcore.derivatives.differences import CENTRAL, COMPLEX_STEP, FORWARD, StepError
from optcore.derivatives.error_model import NotFiniteError
from optcore.networks.activations import Tanh
from optcore.surfaces import Rosenbrock


class Wiggle:
    """sin(x / s): third derivatives far too large for the usual h."""

    def value(self, point):
        return np.sin(point[..., 0] / 1e-4)

    def grad(self, point):
        return np.cos(point / 1e-4) / 1e-4


# The arithmetic


def test_norm_and_relative_error():
    assert norm([3.0, 4.0]) == 5
    assert norm([3e-200, 4e-200]) == pytest.approx(5e-200, rel=1e-15, abs=0)
    assert relative(np.array([1.0]), np.array([2.0]), np.array([1.0])) == pytest.approx(1 / 3)
    assert relative(np.zeros(2), np.zeros(2), np.zeros(2)) == 0
    assert relative(np.ones(2), np.zeros(2), np.zeros(2)) == 1


@pytest.mark.parametrize(
    ("error", "floor", "verdict"),
    [
        (9e-8, 0, "right"),
        (9e-8, 1, "right"),
        (2e-7, 0, "suspicious"),
        (2e-7, 3e-7, "inconclusive"),
        (9e-5, 0, "suspicious"),
        (2e-4, 0, "wrong"),
        (0.56, 0.9, "inconclusive"),
        (np.nan, 1, "wrong"),
    ],
)
def test_the_bands(error, floor, verdict):
    assert judge(error, floor) == verdict


# Surfaces and other objectives of two variables


@every_rule
def test_rosenbrock_is_right_with_every_rule(rule):
    check = check_grad(Rosenbrock(), POINT, rule)
    assert check.verdict == check.flat_verdict == "right"
    np.testing.assert_array_equal(check.analytic, Rosenbrock().grad(POINT))
    np.testing.assert_allclose(check.numeric, check.analytic, rtol=1e-6)
    assert [block.name for block in check.blocks] == ["all"]
    assert check.relative_error == relative(
        check.analytic - check.numeric, check.analytic, check.numeric
    )
    assert check.value == Rosenbrock().value(POINT)


@pytest.mark.parametrize("k", [2.0, -1.0, 1.001, 0.0])
def test_a_wrong_component_is_found_and_named(k):
    check = check_grad(Scaled(Rosenbrock(), k), POINT)
    assert check.verdict == "wrong"
    assert check.worst == 0
    gradient = Rosenbrock().grad(POINT)
    expected = abs(k - 1) * abs(gradient[0])
    assert check.blocks[0].worst_error == pytest.approx(expected, rel=1e-5)
    assert "wrong" in check.sentences()[0]


def test_a_constant_factor_leaves_its_own_error():
    for k in (2.0, -3.0, 0.25):
        doubled = Scaled(Rosenbrock(), 1.0)
        doubled.grad = lambda point, k=k: k * Rosenbrock().grad(point)
        assert check_grad(doubled, POINT).relative_error == pytest.approx(
            abs(k - 1) / (abs(k) + 1), rel=1e-6
        )


def test_the_floor_is_a_bound_that_is_nearly_met():
    check = check_grad(Rosenbrock(), POINT)
    assert np.all(check.absolute_error <= check.floor)
    assert np.all(check.floor < 1e-4)


def test_an_own_h_is_used_as_it_is():
    check = check_grad(Rosenbrock(), POINT, FORWARD, h=0.1)
    np.testing.assert_array_equal(check.h, [0.1, 0.1])
    # 0.1 (12 b x^2 - 4 b y + 2) / 2 + 0.01 * 4 b x + 0.001 b is the Taylor series, exactly.
    x, y = POINT
    truncation = 0.05 * (1200 * x**2 - 400 * y + 2) + 0.01 * 400 * x + 0.001 * 100
    assert check.numeric[0] - check.analytic[0] == pytest.approx(truncation, rel=1e-9)
    per_component = check_grad(Rosenbrock(), POINT, h=np.array([1e-5, 1e-4]))
    np.testing.assert_array_equal(per_component.h, [1e-5, 1e-4])


@pytest.mark.parametrize("x", [3e-6, 1e-7, -2e-6, 5e-7])
def test_a_kink_inside_h_is_seen_in_the_values_alone(x):
    check = check_grad(Corner(), np.array([x, 2.0]))
    assert check.verdict == "kink"
    assert check.blocks[0].kinks[0].index == 0
    assert check.blocks[0].first.error > 0.1
    assert check.relative_error > 0.1
    assert check.blocks[0].relative_error < 1e-8
    assert "has a kink" in check.sentences()[1]
    wrong = Corner()
    wrong.grad = lambda point: 1.5 * np.sign(point)
    bad = check_grad(wrong, np.array([x, 2.0]))
    assert bad.verdict == "wrong"
    assert bad.blocks[0].relative_error == pytest.approx(0.2, rel=1e-6)


def test_a_large_third_derivative_is_right_at_a_smaller_h():
    right = check_grad(Wiggle(), np.array([0.3]), h=2e-5)
    assert right.flat_verdict == "wrong"
    assert right.verdict == "right"
    block = right.blocks[0]
    assert block.cause == "truncation"
    assert block.first.error > 1e-3
    assert block.relative_error < 1e-10
    assert "this h is too large" in right.sentences()[1]
    wrong = Wiggle()
    wrong.grad = lambda point: 1.05 * Wiggle().grad(point)
    for h in (2e-5, 1e-3):
        assert check_grad(wrong, np.array([0.3]), h=h).verdict == "wrong"


# Batches, progress, limits


def test_whole_points_and_shifted_values_give_the_same_check():
    fit = fit_of((3, 6, 2), Tanh(), weight_decay=0.1)
    theta = theta_of(fit)

    class Plain:
        value, grad, blocks = fit.value, fit.grad, fit.blocks

    plain, quick = check_grad(Plain(), theta), check_grad(fit, theta)
    np.testing.assert_allclose(plain.numeric, quick.numeric, atol=1e-9)
    assert plain.verdict == quick.verdict == "right"


def test_progress_is_reported_and_the_work_can_be_cancelled():
    fit = fit_of((10, 30, 30, 10), Tanh())
    theta = theta_of(fit)
    shares = []
    check = check_grad(fit, theta, progress=shares.append)
    assert shares == sorted(shares)
    assert len(shares) > 2
    assert shares[-1] == 1
    assert check.verdict == "right"
    steps = check_grad_steps(fit, theta)
    assert next(steps) < 1
    steps.close()


def test_bad_input_gets_a_sentence():
    fit = fit_of((3, 4, 2), Tanh())
    theta = theta_of(fit)
    with pytest.raises(TooLargeError, match=r"26 parameters are too many.*limit is 20"):
        check_grad(fit, theta, limit=20)
    with pytest.raises(StepError, match="must be a positive number"):
        check_grad(fit, theta, h=0.0)
    with pytest.raises(StepError, match="x again"):
        check_grad(fit, theta, h=1e-19)
    with pytest.raises(NotFiniteError, match="The objective is nan"):
        check_grad(fit, np.full(theta.shape, np.nan))
    with pytest.raises(ValueError, match="one vector"):
        check_grad(fit, theta[None])


def test_the_complex_step_refuses_an_objective_that_is_not_complex():
    class Real(Rosenbrock):
        def value(self, point):
            return super().value(np.real(point))

    with pytest.raises(TypeError, match="Choose another rule"):
        check_grad(Real(), POINT, COMPLEX_STEP)


def test_component_names():
    fit = fit_of((3, 4, 2), Tanh())
    assert component_name(fit, 0) == "W1[0, 0]"
    assert component_name(fit, 5) == "W1[1, 2]"
    assert component_name(fit, 13) == "b1[1]"
    assert component_name(fit, 25) == "b2[1]"
    assert component_name(Rosenbrock(), 1) == "[1]"


def test_check_is_central_by_default_and_keeps_the_rule():
    assert check_grad(Rosenbrock(), POINT).rule is CENTRAL
