"""Ridders' tableau: right to many digits, and its own error is a bound."""

import numpy as np
import pytest

from optcore.derivatives.ridders import bounds_below, extrapolate, halved_steps, unevenness

EPS = np.finfo(float).eps


def tableau(function, x, first=0.1):
    """The estimate and its error at each of x (K,), from values alone."""
    x = np.atleast_1d(np.asarray(x, dtype=float))
    h = halved_steps(np.full(x.shape, first))
    ahead, behind, here = function(x + h), function(x - h), function(x)
    uneven = unevenness((ahead - 2 * here + behind) / h)
    return extrapolate((ahead - behind) / (2 * h), EPS * np.abs(here) / h, uneven)


SMOOTH = [
    (np.exp, np.exp, 1.0),
    (np.sin, np.cos, 0.7),
    (np.tanh, lambda x: 1 / np.cosh(x) ** 2, 3.0),
    (lambda x: np.log(x), lambda x: 1 / x, 0.5),
    (lambda x: x**3, lambda x: 3 * x**2, 1e-3),
    (lambda x: np.sin(1e4 * x), lambda x: 1e4 * np.cos(1e4 * x), 0.3),
    (lambda x: 2 * x + 1, lambda x: 2 + 0 * x, 5.0),
]


@pytest.mark.parametrize(("function", "slope", "x"), SMOOTH)
def test_a_smooth_slope_is_had_to_ten_digits_and_within_its_error(function, slope, x):
    found, error = tableau(function, x)
    exact = slope(x)
    assert np.abs(found - exact) <= 3 * error
    assert error < 1e-8 * np.abs(exact) + 1e-12
    assert np.abs(found - exact) < 1e-10 * np.abs(exact) + 1e-13


def test_a_kink_within_the_first_steps_does_not_deceive_it():
    """Beyond the kink |x| looks as smooth as a flat function: only smaller h contradict that."""
    x = np.array([3e-6, -1e-5, 1e-3, 0.02])
    found, error = tableau(np.abs, x)
    np.testing.assert_allclose(found, np.sign(x), atol=1e-7)
    assert np.all(np.abs(found - np.sign(x)) <= 3 * error)


def test_a_slight_kink_far_below_round_off_widens_the_error():
    """Slopes 1 and 1.01 meet 1e-9 from x: no h tells them apart, and the error admits it."""
    found, error = tableau(lambda x: 1 + x + 0.01 * np.maximum(0, x - 1e-9), np.array([0.0]))
    assert np.abs(found - 1) <= error
    assert error > 1e-3


def test_a_pole_in_reach_costs_rows_and_no_more():
    with np.errstate(divide="ignore", invalid="ignore"):
        found, _ = tableau(lambda x: np.where(x > 0, np.sqrt(np.maximum(x, 0)), np.nan), 0.01)
    assert found == pytest.approx(5.0, rel=1e-9)


def test_steps_are_halved():
    h = halved_steps(np.array([0.1, 1.0]))
    np.testing.assert_array_equal(h[1:], h[:-1] / 2)
    assert h[-1, 0] < 1e-9


def test_three_even_powers_are_cancelled_by_the_third_column():
    """2 + h^2 + h^4 + h^6 from h = 1 on: from there on all entries are 2."""
    h = halved_steps(np.array([1.0]))[:8]
    found, error = extrapolate(2 + h**2 + h**4 + h**6, 0 * h, 0 * h)
    assert found == pytest.approx(2, rel=1e-15, abs=0)
    assert error < 1e-14


def test_the_slopes_of_two_sides_differ_by_odd_powers_unless_there_is_a_kink():
    """3 h + 5 h^3 - 7 h^5 is cancelled; 0.25 that stays on is (1 - 2) / (2 - 1) = -1 times it, then
    (1 - 8) / 7 and (1 - 32) / 31."""
    h = halved_steps(np.array([1.0, 2.0]))[:6]
    smooth = 3 * h + 5 * h**3 - 7 * h**5
    np.testing.assert_allclose(unevenness(smooth)[3:], 0, atol=1e-14)
    np.testing.assert_allclose(unevenness(smooth + 0.25)[3:], 0.25, rtol=1e-13)
    assert np.isinf(unevenness(smooth)[:3]).all()


def test_an_even_slope_is_known_exactly():
    """A line without rounding: neighbours that agree do so to the last bit."""
    even, none = np.full((10, 2), (0.3, -7.0)), np.zeros((10, 2))
    found, error = extrapolate(even, none, none)
    np.testing.assert_array_equal(found, [0.3, -7.0])
    np.testing.assert_array_equal(error, 0)
    # Two differences at the least h make the best entry, each with its rounding.
    rounding = 2.0 ** np.arange(-20, -10)[:, None] + none
    _, error = extrapolate(even, rounding, none)
    np.testing.assert_array_equal(error, 2 * rounding[1])


def test_without_an_entry_to_trust_it_is_the_difference_at_the_least_h():
    differences = np.arange(10.0)[:, None]
    found, error = extrapolate(differences, 0 * differences, np.full((10, 1), np.inf))
    assert (found, error) == (9, np.inf)


def test_what_differences_at_smaller_h_leave_of_a_slope():
    """By 4 times their rounding: -1 to 3, 1 to 3, nothing from no number, -6 to 10."""
    differences = np.array([[1.0], [2.0], [np.nan], [2.0]])
    lowest, highest = bounds_below(differences, np.array([[0.5], [0.25], [0.5], [2.0]]))
    np.testing.assert_array_equal(lowest[:, 0], [1, 1, -6, -6])
    np.testing.assert_array_equal(highest[:, 0], [3, 3, 10, 10])


@pytest.mark.parametrize("slope", [1.0, 9.0])
def test_differences_at_smaller_h_overrule_those_that_agree_farther_out(slope):
    differences = np.array([[5.0]] * 6 + [[slope]] * 6)
    found, error = extrapolate(differences, 0 * differences, 0 * differences)
    assert (found, error) == (slope, 0)
