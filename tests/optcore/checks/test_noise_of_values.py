"""What values alone show: rounding, by differences that no smooth function leaves, and kinks."""

from types import SimpleNamespace

import numpy as np
import pytest

from optcore.checks.kinks import value_crossings
from optcore.checks.numeric_grad import (
    GATHERED,
    SHAKEN,
    numeric_grad,
    numeric_grad_steps,
    scatter,
    shaken,
    typical_scatter,
    value_noise,
)
from optcore.derivatives.differences import CENTRAL, COMPLEX_STEP, FORWARD

EPS = np.finfo(float).eps


def along(function):
    """An objective of one coordinate."""
    return SimpleNamespace(value=lambda points: function(points[..., 0]))


def test_the_scatter_is_the_fourth_difference_over_the_root_of_70():
    """1, -4, 6, -4, 1 are squares of 70 in all; the fourth difference of t^4 is 24 h^4."""
    h = np.array([0.5, 0.25])
    values = {step: (step * h) ** 4 + 3 * step * h for step in (-2.0, -1.0, 1.0, 2.0)}
    np.testing.assert_allclose(scatter(values, 0.0, h), 24 * h**4 / 70**0.5, rtol=1e-12)
    for step in values:
        fewer = {other: value for other, value in values.items() if other != step}
        assert np.isnan(scatter(fewer, 0.0, h)).all()


def test_the_noise_along_a_component_is_that_of_nine_values_within_2h():
    """Half an h apart: for t^4 each of the five fourth differences is 24 (h/2)^4."""
    h = np.array([0.5, 2.0])
    found = value_noise(along(lambda t: t**4), np.zeros(1), h, np.array([0, 0]))
    np.testing.assert_allclose(found, 24 * (h / 2) ** 4 / 70**0.5, rtol=1e-12)


def test_the_typical_scatter_is_the_median_of_those_that_are_no_truncation():
    scattered = np.arange(1.0, 22.0)
    assert typical_scatter(scattered, 0.0) == 11
    assert typical_scatter(scattered[:15], 0.0) == 0
    assert typical_scatter(scattered[:16], 0.0) == 8.5
    # Those that are no more than the truncation count as 0.
    assert typical_scatter(scattered, np.sqrt(GATHERED) * scattered) == 0
    assert typical_scatter(scattered, np.where(scattered < 16, 1e3, 0.0)) == 0
    assert typical_scatter(scattered, np.where(scattered < 9, 1e3, 0.0)) == 11


@pytest.mark.parametrize("slope", [1.0, -3.0])
def test_a_shaken_line_moves_by_so_many_eps(slope):
    moved = shaken(lambda point: slope * point[0], np.array([2.0]))
    assert moved == pytest.approx(2 * abs(slope) * SHAKEN * EPS, rel=1e-12, abs=0)


def test_each_coordinate_is_shaken_either_way():
    """Two that are moved alike would leave their difference as it is."""
    moved = shaken(lambda point: point[0] - point[1], np.array([1.0, 1.0]))
    assert 0 < moved <= 2 * SHAKEN * EPS


@pytest.mark.parametrize(
    ("function", "bends"),
    [
        (lambda t: np.abs(t - 0.05), True),  # inside h/10
        (lambda t: np.abs(t - 0.5), True),  # inside h alone
        (lambda t: np.abs(t - 1.5), False),
        (lambda t: 3 * t**2 - t, False),
        (lambda t: np.exp(t), False),
        # With curvature: 1.82 left of 10.1 is less than a fifth, 0.0952 of 1.952 than a twentieth.
        (lambda t: np.abs(t - 0.05) + 4.1 * t**2, False),
        (lambda t: np.abs(t - 0.5) + 0.476 * t**2, True),
        # Slopes differ by 1.9 at h, by rounding alone 40 eps |f| at h/10: thrice that is in doubt.
        (lambda t: np.abs(t - 0.05) + 0.95 * 1.9 / (120 * EPS), True),
        (lambda t: np.abs(t - 0.05) + 1.05 * 1.9 / (120 * EPS), False),
        # By 1 at h and by 0 at h/10, which must be less than a twentieth with all its rounding.
        (lambda t: np.abs(t - 0.5) + 0.95 / (800 * EPS), True),
        (lambda t: np.abs(t - 0.5) + 1.05 / (800 * EPS), False),
    ],
)
def test_a_kink_is_where_slopes_differ_as_no_smooth_functions_do(function, bends):
    found = value_crossings(along(function), np.zeros(1), np.array([0]), np.array([1.0]))
    assert list(found) == ([0] if bends else [])


@pytest.mark.parametrize(
    ("wide", "narrow", "bends"),
    [
        (5.0, 1.0, False), (np.nextafter(5.0, 4), 1.0, True),
        (20.0, 1.0, False), (np.nextafter(20.0, 21), 1.0, True),
    ],
)  # fmt: skip
def test_slopes_that_differ_by_just_a_fifth_or_a_twentieth_tell_of_no_kink(wide, narrow, bends):
    """D+ - D- at h = 1 and at 1/10, from values that are given one by one."""
    values = {0.0: 0.0, 1.0: wide, -1.0: 0.0, 0.1: 0.1 * narrow, -0.1: 0.0}
    told = along(np.vectorize(values.get, otypes=[float]))
    assert bool(value_crossings(told, np.zeros(1), np.array([0]), np.array([1.0]))) == bends


def test_slopes_that_differ_by_just_thrice_the_rounding_tell_of_no_kink():
    """Of a value of 1, by which four roundings over h/10 are 40 eps."""
    rounding = 3 * (4 * EPS / 0.1)
    for wide, bends in ((rounding, False), (np.nextafter(rounding, 1), True)):
        values = {0.0: 1.0, 1.0: 2.0, -1.0: wide, 0.1: 2.0, -0.1: 1.0}
        told = along(np.vectorize(values.get, otypes=[float]))
        assert bool(value_crossings(told, np.zeros(1), np.array([0]), np.array([1.0]))) == bends


class Fourth:
    """The sum of the fourth powers, of which a shift of one component is cheap."""

    def value(self, point):
        return np.sum(point**4, axis=-1)

    def values_shifted(self, point, indices, moves):
        at = point[indices]
        return self.value(point) - at**4 + (at + moves) ** 4


@pytest.mark.parametrize(
    ("rule", "error"),
    [
        (CENTRAL, lambda x, h: 4 * x * h**2),
        (FORWARD, lambda x, h: 6 * x**2 * h + 4 * x * h**2 + h**3),
        (COMPLEX_STEP, lambda x, h: -4 * x * h**2),
    ],
    ids=lambda case: getattr(case, "name", ""),
)
def test_a_gradient_is_differenced_at_h_and_at_2h_in_batches(rule, error):
    x, h = np.linspace(0.25, 1.0, 1100), np.linspace(0.125, 0.5, 1100)
    every = np.arange(1100)[::-1]
    found = numeric_grad(Fourth(), x, rule, h, every)
    x = x[every]
    np.testing.assert_allclose(found.fine, 4 * x**3 + error(x, h), rtol=1e-10)
    np.testing.assert_allclose(found.coarse, 4 * x**3 + error(x, 2 * h), rtol=1e-10)
    shares = list(numeric_grad_steps(Fourth(), x[every], rule, h, every))
    assert shares == [512 / 1100, 1024 / 1100, 1]


@pytest.mark.parametrize(("x", "noisy"), [(0.9, True), (1.1, False)])
def test_truncation_does_not_pass_for_noise(x, noisy):
    """Of t^4 the fourth difference is 24 h^4, and 5h |D_2h - D_h| is 60 x h^3."""
    h = np.full(16, 2.5)
    found = numeric_grad(Fourth(), np.full(16, x), CENTRAL, h, np.arange(16))
    rounding = EPS * found.value
    wanted = 24 * 2.5**4 / 70**0.5 if noisy else rounding
    assert found.noise == pytest.approx(wanted, rel=1e-9, abs=0)


def test_an_objective_may_say_that_its_values_are_less_known():
    class Rough(Fourth):
        def value_rounding(self, point):
            return 0.125

    assert numeric_grad(Rough(), np.ones(2), CENTRAL, np.ones(2), np.arange(2)).noise == 0.125
