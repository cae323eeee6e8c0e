"""The second look: what it finds, how far it trusts that, and what it leaves to the gradient."""

import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest
from checked import POINT, Corner, fit_of, theta_of

from optcore.checks.bugs.blocks import BiasGradOnePerMille, WeightGradDoubled
from optcore.checks.grad_check import check_grad
from optcore.checks.kinks import ROUNDED, on_kinks
from optcore.checks.measurement import GRAD_ROUNDING, VALUE_ROUNDING
from optcore.checks.numeric_grad import shaken
from optcore.checks.second_look import (
    FINEST,
    apart_from_kinks,
    exact,
    extrapolated,
    look_again,
    noise_along,
)
from optcore.derivatives.ridders import halved_steps
from optcore.networks.activations import ReLU
from optcore.surfaces import Rosenbrock

EPS = np.finfo(float).eps
ALL = {"all": slice(0, 1)}


def along(function, slope=None):
    """An objective of one coordinate, with any gradient."""
    return SimpleNamespace(
        value=lambda points: function(points[..., 0]),
        grad=lambda point: np.full(point.shape, slope, point.dtype),
    )


def at(objective, x, own):
    """The extrapolated slope at x and what it may have lost, where the gradient says `own`."""
    way, numeric, lost = extrapolated(objective, np.array([x]), np.array([own]), np.array([0]))
    assert way == "extrapolated central differences"
    return float(numeric[0]), float(lost[0])


def test_where_the_tableau_converges_on_nothing_both_values_are_in_doubt():
    """A line that has no values but very near: there is a difference, and nothing to compare."""
    numeric, lost = at(along(lambda t: np.where(np.abs(t) < 3e-9, 2 * t, np.nan)), 0.0, -7.0)
    assert (numeric, lost) == pytest.approx((2, 9))


def test_where_nothing_is_lost_nothing_is_in_doubt():
    assert at(along(lambda t: 0 * t), 0.0, 5.0) == (0, 0)


def test_a_slope_far_below_the_rounding_of_its_values_is_known_to_that():
    """Not to a hundredth of itself, and yet to what the smallest h can make of a rounding."""
    numeric, lost = at(along(lambda t: 1e6 + 1e-12 * t), 0.0, 5.0)
    assert abs(numeric) < lost < 1e-6


@pytest.mark.parametrize(("rows", "resolved"), [(7, True), (6, False)])
def test_what_is_known_to_the_rounding_at_the_least_h_is_known(rows, resolved):
    """3000 where the last rows of the tableau look, and nothing beyond. Three rows tell whether
    the sides are even; at the next two roundings over h, thrice, are 3/4 of one over the least."""
    reach, least = 0.15 * 0.5 ** (28 - rows), 0.1 * 0.5**27
    near = along(lambda t: np.where(np.abs(t) < reach, 3000.0, np.nan))
    _, lost = at(near, 0.0, 5.0)
    assert lost == pytest.approx(0.75 * 3000 * EPS / least if resolved else 5, rel=1e-12)


def test_a_level_slope_is_doubted_by_thrice_two_roundings_over_h():
    """Over the fourth h, the largest at which three halvings tell whether the sides are even."""
    lost = VALUE_ROUNDING * 2 * 3000 * EPS / (0.1 / 8)
    assert at(along(lambda t: 3000 + 0 * t), 0.0, 5.0)[1] == pytest.approx(lost, rel=1e-12, abs=0)


def test_sides_that_differ_too_little_to_be_called_a_kink_are_a_doubt():
    """By 2e-4, of values whose rounding over the least h is more."""
    numeric, lost = at(along(lambda t: 1000 + t + 1e-4 * np.abs(t)), 0.0, 5.0)
    assert numeric == pytest.approx(1, rel=1e-9)
    assert lost == pytest.approx(VALUE_ROUNDING * 2e-4, rel=1e-3)


def test_a_kink_leaves_the_gradients_own_value_and_no_doubt():
    assert at(Corner(), 1e-9, 0.7) == (0.7, 0)
    check = check_grad(Corner(), np.array([1e-9, 2.0]))
    assert check.verdict == "kink"
    assert np.all(check.settled_floor < 1e-12)


@pytest.mark.parametrize("x", [0.25, -64.0])
def test_the_largest_step_is_a_tenth_of_x_or_of_1(x):
    """A square root of what lies beyond has no value, and a little nearer has one."""
    reach = 0.1 * max(1, abs(x))
    seen = []

    def value(t):
        seen.append(np.abs(t - x).max())
        return t**2

    assert at(along(value), x, 0.0)[0] == pytest.approx(2 * x)
    assert max(seen) == pytest.approx(reach)


def test_the_noise_of_a_value_is_its_rounding_or_how_it_or_its_differences_scatter():
    h, zero = halved_steps(np.array([0.5])), np.array([0])
    # 3000 is a value of 12 bits, so all values near it are 3000, too.
    still = along(lambda t: 3000.0 + 0 * t)
    even = np.zeros((len(h), 1))
    assert noise_along(still, np.zeros(1), zero, h, even) == 3000 * EPS
    # Differences that are +1 and -1 in turn over the last rows: 2 apart, times the coarser h.
    uneven = even + (-1.0) ** np.arange(len(h))[:, None]
    uneven[:-FINEST] = 1e9
    rms = np.sqrt(np.mean((2 * h[-FINEST:-1]) ** 2))
    assert noise_along(still, np.zeros(1), zero, h, uneven) == pytest.approx(rms, rel=1e-12, abs=0)
    # Nine values within twice the least h: of t^4 their differences are 24 (h/2)^4.
    power = along(lambda t: (1e9 * t) ** 4)
    heard = 24 * (1e9 * h[-1, 0] / 2) ** 4 / 70**0.5
    assert noise_along(power, np.zeros(1), zero, h, even) == pytest.approx(heard, rel=1e-9)
    # Each component has its own.
    both = np.concatenate([even, uneven], axis=1)
    wide, two = np.concatenate([h, h], axis=1), np.array([0, 0])
    found = noise_along(still, np.zeros(1), two, wide, both)
    np.testing.assert_allclose(found, [3000 * EPS, rms], rtol=1e-12)


def test_the_complex_step_may_be_off_by_what_the_objective_says_its_slopes_lose():
    class Rough(Rosenbrock):
        def slope_rounding(self, point):
            return np.array([0.5, 0.25])

    way, numeric, lost = exact(Rough(), POINT, Rosenbrock().grad(POINT), np.array([1]))
    assert way == "the complex step"
    np.testing.assert_allclose(numeric, Rosenbrock().grad(POINT)[1:], rtol=1e-14)
    np.testing.assert_array_equal(lost, [VALUE_ROUNDING * 0.25])
    np.testing.assert_array_equal(exact(Rosenbrock(), POINT, POINT, np.array([0, 1]))[2], 0)


def test_its_floor_is_rounding_and_what_the_last_digits_of_the_point_make():
    """A component that was not looked at has no loss of its own."""

    class Rough(Rosenbrock):
        takes_complex = True

        def slope_rounding(self, point):
            return np.array([0.5, 0.25])

    gradient = Rosenbrock().grad(POINT)
    found = look_again(Rough(), POINT, gradient, {"all": slice(0, 2)}, np.array([0]))
    assert found.way == "the complex step"
    np.testing.assert_allclose(found.numeric, [gradient[0], np.nan], rtol=1e-14)
    rounding = GRAD_ROUNDING * EPS * np.abs(gradient).max()
    np.testing.assert_allclose(found.rounding, rounding, rtol=1e-12)
    moved = VALUE_ROUNDING * shaken(Rosenbrock().grad, POINT)
    lost = VALUE_ROUNDING * np.array([0.5, 0])
    np.testing.assert_allclose(found.floor - rounding - lost, moved, rtol=0.1, atol=1e-15)


@pytest.mark.parametrize(
    ("point", "narrow", "way"),
    [(np.float64, False, ""), (np.float32, False, " in float64"), (np.float32, True, "")],
)
def test_it_is_made_in_float64_where_the_objective_calculates_in_it(point, narrow, way):
    class Objective:
        takes_complex = True

        def value(self, x):
            return x[..., 0] ** 3

        def grad(self, x):
            return (3 * x**2).astype(np.float32 if narrow else x.dtype)

    where = np.array([1 / 3], dtype=point)
    found = look_again(Objective(), where, Objective().grad(where), ALL, np.array([0]))
    assert found.way == f"the complex step{way}"
    assert found.analytic.dtype == (np.float64 if point is np.float64 or way else np.float32)


def test_a_float32_gradient_is_known_to_its_own_rounding_beside_the_float64_one():
    check = check_grad(Rosenbrock(), np.array([1 / 3, 1 / 7], dtype=np.float32))
    assert check.blocks[0].second is not None
    assert np.all(check.absolute_error <= check.settled_floor)
    own = GRAD_ROUNDING * np.finfo(np.float32).eps * np.abs(check.analytic).max()
    assert np.all(check.settled_floor >= own)


# Kinks that a unit sits on


def on_a_kink(bug=None):
    """Three ReLU layers of which one unit of the first sits on its kink for one sample."""
    fit = fit_of((3, 4, 4, 2), ReLU(), m=5)
    theta = theta_of(fit)
    (weights, biases), *_ = fit.network.layers(theta)
    biases[1] = -(weights[1] @ fit.inputs[2])
    assert (0, 1) in on_kinks(fit, theta)
    return (dataclasses.replace(fit, backprop=bug) if bug else fit), theta


@pytest.mark.parametrize(
    "bug", [WeightGradDoubled(2), WeightGradDoubled(3), BiasGradOnePerMille(2)]
)
def test_a_unit_on_its_kink_excuses_no_bug_elsewhere(bug):
    fit, theta = on_a_kink(bug)
    assert check_grad(fit, theta).names("wrong", "suspicious") == list(bug.corrupts(fit.network))


def test_only_what_carries_a_unit_off_its_kink_by_rounding_is_left_to_the_gradient():
    """Weights w and gap - w that read 1 and 1: z = gap, and w is moved by 64 eps of max(1, w)."""
    fit = dataclasses.replace(fit_of((2, 2, 1), ReLU(), m=1), inputs=np.ones((1, 2)))
    own, numeric = np.arange(9.0), np.arange(9.0)[[0, 4, 3]] + [1, 0, 1]
    for size in (0.25, 4.0):
        least = ROUNDED * EPS * max(1.0, size)
        for gap in (0.5 * least, 1.5 * least):
            theta = np.array([size, gap - size, 1, 1, 0, 1, 1, 1, 0])
            found = apart_from_kinks(fit, theta, own, np.array([0, 4, 3]), numeric)
            np.testing.assert_array_equal(found, [0.0 if gap < least else 1.0, 4.0, 4.0])
