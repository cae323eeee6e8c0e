"""A scan of the window: its groups of points, its border, and how a gradient turns along it."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from optcore.curvature import critical_points
from optcore.curvature import seeds as named
from optcore.curvature.seeds import BINS, ONE, OUTSIDE, Scan, _rounding, _stretch, roots, turns
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


def test_seeds_are_the_cells_and_the_nodes_in_which_the_gradient_may_vanish():
    """x^2 + y^2 has its zero on a node: all four cells round it, and the node itself."""
    quarters = {(-0.25, -0.25), (-0.25, 0.25), (0.25, -0.25), (0.25, 0.25)}
    assert set(map(tuple, SCAN.seeds())) == quarters | {(0.0, 0.0)}
    assert len(SCAN.seeds()) == 5
    # Off the nodes it is one cell, and beside it the node next to it.
    off = Scan.of(replace(formula_surface("(x - 0.6)^2 + (y - 0.9)^2"), window=WIDE), 16)
    assert sorted(map(tuple, off.seeds())) == [(0.5, 1.0), (0.75, 0.75)]


def test_of_level_ground_the_nodes_alone_are_seeds():
    level = replace(formula_surface("relu(x)^2"), window=((-2.0, -1.0), (0.0, 1.0)))
    scan = Scan.of(level, 2)
    assert scan.seeds().tolist() == scan.nodes.reshape(-1, 2).tolist()


def test_where_nothing_bends_there_is_no_curvature():
    assert Scan.of(formula_surface("x + 2*y"), 16).curvature == 0


def test_at_its_bound_a_point_is_inside_a_group_a_curve_and_a_turn_too_fast(monkeypatch):
    """By bounds that floats hold exactly."""
    for name, number in (("OUTSIDE", 0.25), ("ONE", 2.0**-6), ("TOO_FAR", 0.0)):
        monkeypatch.setattr(named, name, number)
    shares = np.array([[-0.25, 1.25], [1.25, -0.25], [-0.375, 0.5], [0.5, 1.375]])
    assert SCAN.inside(SCAN.low + shares * SCAN.span).tolist() == [True, True, False, False]
    assert groups((0.5, 0.5), (0.5 + 2.0**-6, 0.5)) == [(2, False)]
    assert groups((0.5, 0.5), (0.5 + 2.0**-7, 0.5)) == [(2, True)]
    assert turns(formula_surface("x + 2*y")) is None


def test_steps_at_the_bounds_of_what_is_stretched_are_left_as_they_are(monkeypatch):
    for name, number in (("STRAIGHT", 2.0**-4), ("LEAST", 0.25), ("MOST", 0.75)):
        monkeypatch.setattr(named, name, number)
    steps = np.array([[0.25, 0], [0.75, 0], [0.5, 0.25], [0.5, 0.125], [0.5, 0]])
    np.testing.assert_array_equal(_stretch(steps, np.array([[1.0, 0]] * 5)), [1, 1, 1, 2, 2])


def from_one_seed(slope, zero=-1000.0):
    """Roots of a gradient (slope, 0) cells long with the Hessian 1, from 40 of 64 cells."""
    low, span = np.array([-64.0, -64.0]), np.array([128.0, 128.0])
    nodes = np.moveaxis(np.stack(np.meshgrid(*2 * [np.arange(-64.0, 65.0, 2)])), 0, -1)
    # The only node at which |g| is no larger than round it.
    grads = 1 + np.abs(nodes - (16, 0))

    def grad(points):
        return np.outer(np.where(np.abs(points[:, 0] - zero) < 1, 0, 2 * slope), [1.0, 0.0])

    surface = SimpleNamespace(
        grad=grad,
        derivatives=lambda points: (grad(points), np.tile(np.eye(2), (len(points), 1, 1))),
    )
    with np.errstate(divide="ignore"):
        return roots(surface, Scan(low, span, nodes, grads, 1.0)).tolist()


@pytest.mark.parametrize(("away", "found"), [(1, True), (17, True), (18, False)])
def test_a_seed_walks_a_cell_at_a_time_and_is_lost_sixteen_cells_away(away, found):
    """One more step is taken from there."""
    assert from_one_seed(10.0, zero=16.0 - 2 * away) == [[16.0 - 2 * away, 0]] * found


@pytest.mark.parametrize(
    ("arrived", "slope", "found"),
    [(2.0**-27, 2.0**-27, False), (2.0**-27, 2.0**-28, True),
     (0.0, 2.0**-47, True), (0.0, 2.0**-46, False)],
)  # fmt: skip
def test_a_walk_ends_with_a_step_below_its_bound_or_a_slope_that_is_rounding(
    monkeypatch, arrived, slope, found
):
    """At x = 16 the gradient of x^2 / 2 is known to 4 x 2^-52 x 16."""
    monkeypatch.setattr(named, "ARRIVED", arrived)
    assert bool(from_one_seed(slope)) == found


def test_rounding_grows_with_the_curvature_and_with_the_coordinates():
    hessians = np.array([[[1.0, 2.0], [2.0, -8.0]], np.eye(2)])
    found = _rounding(np.array([[0.5, -4.0], [3.0, 1.0]]), hessians)
    assert found.tolist() == [2.0**-50 * 32, 2.0**-50 * 3]


def test_a_zero_of_high_order_is_found_by_steps_that_are_stretched():
    text = "(0.8*x + 0.6*y - 0.31)^6 + (0.6*x - 0.8*y - 0.17)^2"
    (only,) = critical_points(formula_surface(text))
    assert (only.kind, only.isolated) == ("minimum", True)
    np.testing.assert_allclose(only.point, (0.35, 0.05), atol=1e-4)


@pytest.mark.parametrize("size", [1e-6, 1e6])
def test_a_zero_is_one_by_the_size_of_its_window(size):
    text = f"(x / {size})^3 - 3 * (x / {size}) + (y / {size} - 0.3)^2"
    found = critical_points(formula_surface(text, ((-2 * size, 2 * size),) * 2))
    assert [each.kind for each in found] == ["minimum", "saddle"]
    np.testing.assert_allclose([each.point for each in found],
                               np.array([(1, 0.3), (-1, 0.3)]) * size, rtol=1e-9)  # fmt: skip
