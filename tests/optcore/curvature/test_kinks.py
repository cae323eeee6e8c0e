"""Kinks: where the slope jumps, just on each side of what counts as a jump."""

from types import SimpleNamespace

import numpy as np
import pytest

from optcore.curvature import kinks as named
from optcore.curvature.kinks import circle, jumps, kinks
from optcore.curvature.seeds import Scan
from optcore.formula import formula_surface

WINDOW = ((-4.0, 4.0), (-2.0, 2.0))


def tent(bend=0.0, level=False):
    """max(|x|, |y|), whose gradient has length 1, with a bend it does not have; or level ground."""

    def grad(points):
        x, y = np.moveaxis(points, -1, 0)
        along = np.abs(x) >= np.abs(y)
        return np.stack([np.where(along, np.sign(x), 0), np.where(along, 0, np.sign(y))], axis=-1)

    return SimpleNamespace(
        value=lambda points: 0 * points[..., 0] if level else np.abs(points).max(axis=-1),
        grad=grad,
        hessian=lambda points: np.full((*points.shape, 2), bend),
    )


def test_a_circle_is_48_directions_that_follow_each_other_and_lie_on_no_axis():
    x, y = (circle(np.array([3.0, -1.0]), np.array([2.0, 0.5])) - (3, -1)).T / [[2.0], [0.5]]
    np.testing.assert_allclose(x + 1j * y, np.exp(1j * (np.arange(48) * np.pi / 24 + 0.1)))


@pytest.mark.parametrize(
    ("steepest", "bend", "kink"),
    [(2.0**10, 0, False), (2.0**10 - 1, 0, True), (2, 2.0**11, False), (2, -(2.0**11), False),
     (2, 2.0**11 - 1, True), (2, np.nan, False)],
)  # fmt: skip
def test_a_slope_jumps_where_it_is_steep_and_more_so_than_curvature_makes_it(
    monkeypatch, steepest, bend, kink
):
    """Beside a tent 4 wide, at 4 / 2^20, a bend of 2^11 makes a slope of 1 / 2^7."""
    for name, number in (("STEEP", 2.0**-10), ("TIMES", 2.0**7), ("BESIDE", 2.0**-20)):
        monkeypatch.setattr(named, name, number)
    scan = SimpleNamespace(span=np.array([4.0, 2.0]), steepest=steepest)
    assert jumps(tent(bend), np.zeros(2), scan) == kink


def test_only_what_lies_below_all_round_it_is_a_kink():
    scan = SimpleNamespace(span=np.ones(2), steepest=1.0)
    assert jumps(tent(), np.zeros(2), scan)
    assert not jumps(tent(), np.array([0.25, 0.0]), scan)
    assert not jumps(tent(level=True), np.zeros(2), scan)


def test_a_tip_between_nodes_is_found_and_one_beyond_the_border_is_not():
    """Cells are 1/4 wide and 1/8 high."""
    inside = formula_surface("max(abs(x - 0.1), abs(y + 1.03))", WINDOW)
    found = kinks(inside, Scan.of(inside, 32))
    np.testing.assert_allclose(found, [(0.1, -1.03)] * len(found), atol=1e-12)
    assert found
    for tip in ("x - 4.1", "x + 4.1", "y - 2.05", "y + 2.05"):
        beyond = formula_surface(f"abs({tip}) + 0.1*abs(x) + 0.1*abs(y)", WINDOW)
        assert kinks(beyond, Scan.of(beyond, 32)) == []


def test_level_ground_is_not_searched():
    asked = []
    surface = formula_surface("relu(x - 3)", WINDOW)
    scan = Scan.of(surface, 32)
    counting = SimpleNamespace(
        value=lambda points: asked.append(points.size) or surface.value(points)
    )
    assert kinks(counting, scan) == []
    assert asked[0] == 2 * 33**2
    # The border of the level ground alone: a column of nodes, each with its square of 17 x 17.
    assert max(asked[1:]) == 2 * 31 * 17**2
