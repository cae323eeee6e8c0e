"""The gradient check: its numbers, its verdicts, its limits."""

from types import SimpleNamespace

import numpy as np
import pytest
from checked import POINT, Corner, Scaled, every_rule, fit_of, theta_of

from optcore.checks.block_check import BlockCheck, Doubt, lost_digits
from optcore.checks.grad_check import (
    GradCheck,
    TooLargeError,
    check_grad,
    check_grad_steps,
    component_name,
)
from optcore.checks.measurement import Measurement, Reading, judge, norm, relative
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
        (1e-7, 0, "suspicious"),
        (2e-7, 0, "suspicious"),
        (2e-7, 2e-7, "inconclusive"),
        (2e-7, 3e-7, "inconclusive"),
        (9e-5, 0, "suspicious"),
        (1e-4, 0, "wrong"),
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
    assert check_grad(fit, theta, limit=26).point.size == 26
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
    assert component_name(fit, 12) == "b1[0]"
    assert component_name(fit, 13) == "b1[1]"
    assert component_name(fit, 25) == "b2[1]"
    assert component_name(Rosenbrock(), 1) == "[1]"


def test_check_is_central_by_default_and_keeps_the_rule():
    assert check_grad(Rosenbrock(), POINT).rule is CENTRAL


def test_a_gradient_vanishes_up_to_its_very_rounding():
    half, rounding = np.array([0.5]), np.array([1.0])
    for size, vanishes in ((half, True), (half + 1e-15, False)):
        reading = Measurement("", size, -half, rounding, rounding).read(slice(0, 1), last=True)
        assert reading.vanishes == vanishes
        assert reading.error == (0 if vanishes else 1)


# What is said


def block(name, verdict, error=1e-3, second=None, doubt=None):
    first = Reading("the central rule", error, 1e-9)
    return BlockCheck(name, slice(0, 1), first, second, verdict, 0, error, doubt or Doubt())


def sentences_of(*blocks):
    one = np.ones(1)
    arrays = dict.fromkeys(
        ("point", "h", "analytic", "numeric", "coarse", "floor", "settled", "settled_floor"), one
    )
    check = GradCheck(rule=CENTRAL, value=1.0, blocks=blocks, relative_error=0.25,
                      flat_verdict="wrong", verdict="wrong", **arrays)  # fmt: skip
    flat, *others = check.sentences()
    assert flat.startswith("Relative error 2.5e-01 over 1 components: wrong by that number alone")
    return others


def test_of_each_verdict_the_worst_block_is_told_and_the_others_are_named():
    second = Reading("the complex step", 1e-12, 1e-14)
    said = sentences_of(
        block("W1", "suspicious", 2e-6),
        block("b1", "wrong", 1e-3),
        block("W2", "wrong", 2e-3),
        block("b2", "right", 1e-9),
        block("W3", "right", 3e-5, second),
    )
    assert said == [
        "W2: relative error 2.0e-03, floor 1.0e-09: wrong. Likewise b1.",
        "W1: relative error 2.0e-06, floor 1.0e-09: suspicious.",
        "W3: relative error 3.0e-05 by the central rule. By the complex step it is 1.0e-12: right.",
    ]


@pytest.mark.parametrize(("count", "told"), [(8, "Likewise b2, b3"), (9, "Likewise 9 other")])
def test_up_to_eight_more_blocks_are_named_and_more_are_counted(count, told):
    others = [block(f"b{number}", "wrong", 1e-3) for number in range(2, 2 + count)]
    (said,) = sentences_of(block("b1", "wrong", 2e-3), *others)
    assert told in said


def test_a_block_says_by_what_it_was_judged():
    second = Reading("the complex step", 0.5, 1e-14)
    assert block("b1", "wrong", second=second).sentence == (
        "b1: relative error 5.0e-01 by the complex step, floor 1.0e-14: wrong."
    )
    assert block("b1", "inconclusive", doubt=Doubt("random")).sentence == (
        "b1: relative error 1.0e-03: no two evaluations agree."
    )
    zero = Reading("the complex step", 0.0, 1e-14, vanishes=True)
    endings = {
        "right": "By the complex step it is 5.0e-01: right.",
        "kink": "By the complex step it is 5.0e-01: apart from the kink the block is right.",
        "inconclusive": "By the complex step it is 5.0e-01, floor 1.0e-14: inconclusive too.",
    }
    for verdict, ending in endings.items():
        assert block("b1", verdict, second=second).sentence.endswith(ending)
    assert block("b1", "right", second=zero).sentence.endswith(
        "the gradient here is 0 to rounding: right."
    )


@pytest.mark.parametrize(("away", "lost"), [(0.078, False), (0.082, True)])
def test_digits_are_lost_beyond_the_rounding_of_sums_and_of_the_point(away, lost):
    """A gradient of 1, off by up to 0.02 and by three times 0.02."""
    narrow, part = np.array([1 + away], np.float32), slice(0, 1)
    measured = SimpleNamespace(analytic=narrow, rounding=np.array([0.02]))
    first = SimpleNamespace(point=narrow, measured=measured, shaken=np.array([0.02]))
    assert lost_digits(first, SimpleNamespace(analytic=np.ones(1)), part) == lost
    assert not lost_digits(first, SimpleNamespace(analytic=np.ones(1, np.float32)), part)
