"""Which numbers count as 0, which points as one, and how fine the grid is: just at the bounds."""

from types import SimpleNamespace

import numpy as np
import pytest

from optcore.curvature import critical as named
from optcore.curvature.critical import KINK, ZERO, CriticalPoint
from optcore.curvature.seeds import Scan
from optcore.formula import formula_surface

WIDE = ((-4.0, 4.0), (-2.0, 6.0))
SCAN = Scan.of(formula_surface("x^2 / 2 + y^2 / 2", WIDE), 16)
ORIGIN = np.zeros((1, 2))


def curved(*bends, minima=()):
    """A surface that is 0 everywhere, with the Hessian diag(bends)."""
    return SimpleNamespace(
        value=lambda points: np.zeros(np.shape(points)[:-1]),
        grad=lambda points: np.abs(points),
        hessian=lambda points: np.tile(np.diag(bends), (len(points), 1, 1)),
        minima=minima,
    )


@pytest.mark.parametrize(
    ("count", "agreed", "cells"),
    [(0, True, 96), (256, True, 96), (257, True, 192), (1024, True, 192), (1025, True, 384),
     (9999, True, 384), (0, False, 192), (1024, False, 192), (1025, False, 384)],
)  # fmt: skip
def test_every_point_has_36_cells_to_itself_where_a_grid_may_be_that_fine(count, agreed, cells):
    assert named._finer(96, count, agreed) == cells


@pytest.mark.parametrize(
    ("eigenvalues", "degenerate"),
    [((1.0, 2.0), False), ((0.0, 2.0), True), ((-2.0, 0.0), True), ((0.9e-6, 1e3), True),
     ((1.1e-6, 1e3), False), ((ZERO, 1.0), True), ((-ZERO, 1.0), True), (KINK, False)],
)  # fmt: skip
def test_of_a_degenerate_point_the_hessian_does_not_tell_the_kind(eigenvalues, degenerate):
    assert CriticalPoint((0, 0), 0, eigenvalues, 0).degenerate == degenerate


def test_the_index_names_the_kind_unless_another_is_given():
    kinds = [CriticalPoint((0, 0), 0, (1, 1), index).kind for index in range(3)]
    assert kinds == ["minimum", "saddle", "maximum"]
    assert CriticalPoint((0, 0), 0, (1, 1), 1, "flat").kind == "flat"


@pytest.mark.parametrize(
    ("bends", "curvature", "eigenvalues"),
    [((ZERO, 1), 1, (0, 1)), ((2 * ZERO, 1), 1, (2 * ZERO, 1)), ((-4, 4 * ZERO), 1, (-4, 0)),
     ((ZERO / 2, ZERO), 1, (0, 0)), ((ZERO / 2, ZERO), 0.5, (ZERO / 2, ZERO)),
     ((1, 2), 2.5 / ZERO, (0, 0)), ((1, 3), 2.5 / ZERO, (1, 3))],
)  # fmt: skip
def test_an_eigenvalue_is_0_beside_the_other_or_beside_those_of_the_window(
    bends, curvature, eigenvalues
):
    scan = SimpleNamespace(cell=SCAN.cell, curvature=curvature)
    (found,) = named._described(curved(*bends), ORIGIN, scan)
    assert found.eigenvalues == eigenvalues
    # By values that are all the same it is flat.
    assert found.kind == ("minimum" if all(eigenvalues) else "flat")


@pytest.mark.parametrize(
    ("bends", "curvature", "count"),
    [((ZERO, 1), 1, 1), ((2 * ZERO, 1), 1, 2), ((4 * ZERO, 1), 4, 1), ((1, 1), 1e-3, 2)],
)
def test_points_near_each_other_are_one_where_it_is_flat(monkeypatch, bends, curvature, count):
    """A thousandth of a cell apart, in one bin."""
    monkeypatch.setattr(named, "roots", lambda surface, scan: np.array([[0.1, 0.1], [0.1005, 0.1]]))
    scan = SimpleNamespace(
        low=SCAN.low, span=SCAN.span, cell=SCAN.cell, curvature=curvature,
        components=SCAN.components,
    )  # fmt: skip
    assert len(named._found(curved(*bends), scan)) == count


@pytest.mark.parametrize(("apart", "count"), [(0.4, 1), (0.75, 1), (1.1, 2)])
@pytest.mark.parametrize("axis", [0, 1])
def test_zeros_closer_than_a_ten_millionth_of_the_window_are_one(apart, count, axis):
    points = np.zeros((2, 2))
    points[1, axis] = apart * 8e-7
    assert named._distinct(points, SCAN).tolist() == points[:count].tolist()
    far = points + 1e-3 * np.arange(1, 4)[:, None, None]
    assert len(named._distinct(far.reshape(-1, 2)[[0, 2, 4, 0]], SCAN)) == 3


def test_of_a_curve_a_listed_minimum_that_is_near_speaks_or_the_flattest_point_in_the_middle(
    monkeypatch,
):
    monkeypatch.setattr(named, "NEAR", 0.25)
    cluster = np.array([[-1.0, 0], [-0.5, 0], [0, 0], [1.5, 0]])
    spoken = [named._spokesman(curved(1, 1, minima=[(at, 0.0)]), cluster, False, SCAN).tolist()
              for at in (-2.99, -3.0)]  # fmt: skip
    assert spoken == [[-2.99, 0], [0, 0]]
    flattest = curved(1, 1)
    for steeper, spoken in ((0.0, 0.0), (5e-7, 0.0), (2e-6, -0.5)):
        bends = 3 * np.array([1, 1, 1 + steeper, 1])
        flattest.hessian = lambda points, bends=bends: bends[:, None, None] * np.eye(2)
        assert named._spokesman(flattest, cluster, False, SCAN).tolist() == [spoken, 0]
    # Of one point seen many times it is the truest zero.
    assert named._spokesman(curved(1, 1), cluster, True, SCAN).tolist() == [0, 0]


@pytest.mark.parametrize(("height", "kind"), [(1.0, "minimum"), (-1.0, "maximum")])
def test_a_rise_no_larger_than_what_rounding_may_lift_is_none(monkeypatch, height, kind):
    """Round a hole, and a pole, in a plain that is 3 high."""
    surface = SimpleNamespace(value=lambda points: 3 + height * np.any(points != 0, axis=-1))
    monkeypatch.setattr(named, "ROUNDED", 0.0)
    for lifted, found in ((0.5, kind), (1.0, "flat")):
        monkeypatch.setattr(named, "LIFTED", lifted)
        assert named._kind_by_looking(surface, np.zeros(2), SCAN) == found


def test_a_point_within_a_hundred_thousandth_of_a_found_one_is_that_one(monkeypatch):
    monkeypatch.setattr(named, "THERE", 0.25)
    found = [CriticalPoint((0.0, 0.0), 7.0, (1, 1), 0)]
    for at, there in ((1.5, True), (2.0, False)):
        (same,) = named._with_listed(curved(1, 1, minima=[(at, 0.0)]), list(found), SCAN)
        assert same.point == ((at, 0.0) if there else (0.0, 0.0))
        assert same.value == (0 if there else 7)
    monkeypatch.setattr(named, "jumps", lambda *_: False)
    for at, new in ((1.5, 0), (2.0, 0), (2.5, 1)):
        monkeypatch.setattr(named, "kinks", lambda *_, at=at: [np.array([at, 0.0])])
        both = named._with_kinks(curved(1, 1), list(found), SCAN)
        assert [each.point for each in both] == [(0.0, 0.0), (at, 0.0)][: 1 + new]
