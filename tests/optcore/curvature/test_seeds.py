"""A scan of the window: its groups of points, its border, and how a gradient turns along it."""

from dataclasses import replace

import numpy as np
import pytest

from optcore.curvature.seeds import BINS, ONE, OUTSIDE, Scan, _stretch, turns
from optcore.formula import formula_surface
from optcore.surfaces import Bowl, MonkeySaddle

WIDE = ((-2.0, 6.0), (-4.0, 4.0))
SCAN = Scan.of(replace(formula_surface("x^2 + y^2"), window=WIDE), 16)


@pytest.mark.parametrize(
    ("text", "count"),
    [("x^2 + y^2", 1), ("-x^2 - y^2", 1), ("x^2 - y^2", -1), ("x + 2*y", 0)],
)
def test_a_gradient_turns_as_often_as_its_zeros_say(text, count):
    """Poincare and Hopf: 1 for an extremum, -1 for a saddle, -2 for one with three ways down."""
    assert turns(replace(formula_surface(text), window=WIDE)) == count
    assert turns(MonkeySaddle()) == -2


def test_where_the_gradient_vanishes_on_the_border_it_has_no_turns():
    assert turns(replace(formula_surface("x^2 + y^2"), window=((0.0, 1.0), (0.0, 1.0)))) is None
    assert turns(replace(formula_surface("x^2 + y^2"), window=((0.5, 1.0), (-1.0, 1.0)))) == 0


def groups(*shares):
    points = SCAN.low + np.array(shares) * SCAN.span
    return [(len(group), isolated) for group, isolated in SCAN.components(points)]


def test_points_in_bins_that_touch_are_one_group():
    last = 1 - 0.5 / BINS
    assert groups((last, 0.5), (last - 1 / BINS, 0.5 + 1 / BINS)) == [(2, False)]
    # With an empty bin between them they are two, even in the last bin, where the border belongs.
    assert groups((1.0, 0.5), (last - 2 / BINS, 0.5)) == [(1, True), (1, True)]
    for first in (0.5 / BINS, 0.5):
        assert groups((first, 0.5), (first + 2 / BINS, 0.5)) == [(1, True), (1, True)]
        assert groups((0.5, first), (0.5, first + 2 / BINS)) == [(1, True), (1, True)]
    # Bins at opposite ends of the window do not touch.
    assert groups((0.0, 0.0), (1.0, 0.0)) == [(1, True), (1, True)]
    assert groups((0.0, 0.0), (0.0, 1.0)) == [(1, True), (1, True)]


@pytest.mark.parametrize(("share", "isolated"), [(0.9, True), (1.1, False)])
def test_a_group_smaller_than_a_thousandth_of_the_window_is_one_point(share, isolated):
    assert groups((0.5, 0.5), (0.5 + share * ONE, 0.5)) == [(2, isolated)]
    assert groups((0.5, 0.5), (0.5, 0.5 + share * ONE)) == [(2, isolated)]


def test_rounding_may_put_a_point_a_little_outside():
    shares = np.array([[-0.9, 0], [-1.1, 0], [0, -0.9], [0, -1.1]]) * OUTSIDE
    inside = [True, False, True, False]
    assert SCAN.inside(SCAN.low + shares * SCAN.span).tolist() == inside
    assert SCAN.inside(SCAN.low + (1 - shares) * SCAN.span).tolist() == inside


def test_steps_that_shrink_by_the_same_factor_are_taken_to_their_end():
    """Aitken: 1, r, r^2, ... are 1 / (1 - r) in all. Steps that turn tell nothing."""
    last = np.array([[3.0, 4.0]] * 5)
    steps = np.array([0.5, 0.9, 0.2, 0.97, 0.6])[:, None] * last
    steps[4] = 0.6 * np.array([-4.0, 3.0])
    np.testing.assert_allclose(_stretch(steps, last), [2, 10, 1, 1, 1])


def test_the_size_of_a_scan_is_that_of_its_window():
    np.testing.assert_allclose(SCAN.cell, [0.5, 0.5])
    assert SCAN.apart((0.0, 0.0), (3.0, 4.0)) == pytest.approx(5 / 8)
    assert SCAN.steepest == pytest.approx(2 * np.hypot(6, 4))
    assert SCAN.curvature == pytest.approx(2)
    assert Scan.of(Bowl(), 8).curvature == pytest.approx(2)
