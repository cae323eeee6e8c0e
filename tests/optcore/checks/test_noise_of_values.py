"""What values alone show: rounding, by differences that no smooth function leaves, and kinks."""

from types import SimpleNamespace

import numpy as np
import pytest

from optcore.checks.kinks import value_crossings
from optcore.checks.numeric_grad import SHAKEN, scatter, shaken, typical_scatter, value_noise

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
    # Those below the truncation count as 0.
    assert typical_scatter(scattered, np.where(scattered < 16, 1e3, 0.0)) == 0
    assert typical_scatter(scattered, np.where(scattered < 9, 1e3, 0.0)) == 11


@pytest.mark.parametrize("slope", [1.0, -3.0])
def test_a_shaken_line_moves_by_so_many_eps(slope):
    moved = shaken(lambda point: slope * point[0], np.array([2.0]))
    assert moved == pytest.approx(2 * abs(slope) * SHAKEN * EPS, rel=0.05)


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
