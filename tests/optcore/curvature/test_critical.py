"""Critical points, against known ones, closed forms, and what topology demands."""

from collections import Counter
from types import SimpleNamespace

import numpy as np
import pytest

from optcore.curvature import critical_points
from optcore.curvature.critical import _agrees
from optcore.curvature.seeds import Scan
from optcore.formula import formula_surface
from optcore.surfaces import (
    SURFACES,
    Ackley,
    Diamond,
    Easom,
    Himmelblau,
    Levy13,
    MonkeySaddle,
    NoMinimum,
    Rastrigin,
    Rosenbrock,
    TwoLayerLinear,
)

# Levy N. 13 has two thousand, which take half a second, and a test of its own.
TRIED = [s for s in SURFACES if not isinstance(s, Levy13)]
every_surface = pytest.mark.parametrize("surface", TRIED, ids=lambda s: s.name)


def kinds(found) -> Counter:
    return Counter(each.kind for each in found)


def around(surface, samples=40_000) -> int:
    """How often the gradient turns along the border, from signs of the quadrants it visits."""
    (left, right), (low, high) = surface.window
    t = np.linspace(0, 1, samples, endpoint=False)
    x, y = left + (right - left) * t, low + (high - low) * t
    path = np.concatenate([
        np.stack([x, np.full(samples, low)], -1), np.stack([np.full(samples, right), y], -1),
        np.stack([x[::-1], np.full(samples, high)], -1),
        np.stack([np.full(samples, left), y[::-1]], -1),
    ])  # fmt: skip
    gx, gy = surface.grad(path).T
    quadrant = np.where(gy >= 0, np.where(gx >= 0, 0, 1), np.where(gx < 0, 2, 3))
    hop = (np.diff(quadrant, append=quadrant[0]) + 1) % 4 - 1
    assert np.abs(hop).max() <= 1, "the border is not resolved"
    return int(hop.sum()) // 4


def test_himmelblau_has_four_minima_four_saddles_and_one_maximum():
    found = critical_points(Himmelblau())
    assert [each.kind for each in found] == ["minimum"] * 4 + ["saddle"] * 4 + ["maximum"]
    assert [each.index for each in found] == [0] * 4 + [1] * 4 + [2]
    assert {each.point for each in found[:4]} == set(Himmelblau().minima)
    # Himmelblau (1972); the maximum as commonly printed.
    np.testing.assert_allclose(found[-1].point, (-0.270845, -0.923039), atol=1e-6)
    assert found[-1].value == pytest.approx(181.617, abs=1e-3)


@every_surface
def test_every_point_is_critical_inside_and_ordered(surface):
    found = critical_points(surface)
    assert list(found) == sorted(found, key=lambda each: each.value)
    for each in found:
        point = np.array(each.point)
        assert surface.value(point) == each.value
        (left, right), (low, high) = surface.window
        assert left <= point[0] <= right
        assert low <= point[1] <= high
        if np.isfinite(each.eigenvalues).all():
            curvature = np.linalg.eigvalsh(surface.hessian(point))
            scale = np.abs(curvature).max()
            np.testing.assert_allclose(each.eigenvalues, curvature, atol=1e-8 * scale + 1e-12)
            assert np.abs(surface.grad(point)).max() <= 1e-9 * max(scale, 1e-3)


@every_surface
def test_listed_minima_are_found_to_the_last_digit(surface):
    found = critical_points(surface)
    lowest = [each for each in found if each.kind == "minimum"]
    isolated = all(each.isolated for each in lowest)
    for minimum in surface.minima:
        if isolated:
            assert minimum in [each.point for each in lowest]
    if surface.minima:
        assert lowest[0].point in surface.minima


# Where all points are isolated and regular and the border is resolved.
COUNTED = ("Rosenbrock", "Bowl", "Saddle", "Saddle between two minima", "Himmelblau",
           "Six-hump camel", "Three-hump camel", "Styblinski-Tang", "Goldstein-Price", "McCormick",
           "Rastrigin", "Griewank", "Wrong side of the hill", "No minimum",
           "Bowl with two wells", "Beale")  # fmt: skip


@pytest.mark.parametrize("name", COUNTED)
def test_minima_and_maxima_less_saddles_are_what_the_border_says(name):
    """Poincare and Hopf: the sum of the indices is the turns of the field on the border."""
    surface = next(each for each in SURFACES if each.name == name)
    found = kinds(critical_points(surface))
    assert found["minimum"] + found["maximum"] - found["saddle"] == around(surface)


def cell_turns(surface, cells=900) -> Counter:
    """How often the gradient turns round each small cell: 1 holds a minimum or a maximum, -1 a
    saddle, whatever lies in the cell's inside; no Newton, no Hessian."""
    (left, right), (low, high) = surface.window
    nodes = np.stack(
        np.meshgrid(np.linspace(left, right, cells), np.linspace(low, high, cells)), axis=-1
    )
    angle = np.arctan2(*np.moveaxis(surface.grad(nodes), -1, 0)[::-1])
    corners = [angle[:-1, :-1], angle[:-1, 1:], angle[1:, 1:], angle[1:, :-1]]
    turned = 0
    for here, there in zip(corners, corners[1:] + corners[:1], strict=True):
        turned = turned + (there - here + np.pi) % (2 * np.pi) - np.pi
    return Counter(np.round(turned / (2 * np.pi)).astype(int).ravel().tolist())


@pytest.mark.parametrize(
    "surface", [Levy13(), Himmelblau(), Rastrigin()], ids=lambda surface: surface.name
)
def test_none_is_missing(surface):
    found, turns = kinds(critical_points(surface)), cell_turns(surface)
    assert found["saddle"] == turns[-1]
    assert found["minimum"] + found["maximum"] == turns[1]


def test_rastrigin_is_the_product_of_its_lines():
    """2 x + 20 pi sin(2 pi x) = 0 has 21 roots in the window: 11 minima, 10 maxima."""
    t = np.linspace(-5.12, 5.12, 100_001)
    slope = 2 * t + 20 * np.pi * np.sin(2 * np.pi * t)
    roots = np.count_nonzero(np.diff(np.sign(slope)) != 0)
    minima = np.count_nonzero(np.diff(np.sign(slope)) > 0)
    # The middle one falls on a node and counts twice by half steps.
    on_node = np.count_nonzero(slope == 0)
    roots, minima = roots - on_node, minima - on_node
    found = kinds(critical_points(Rastrigin()))
    assert len(critical_points(Rastrigin())) == roots**2
    assert found == {
        "minimum": minima**2,
        "maximum": (roots - minima) ** 2,
        "saddle": 2 * minima * (roots - minima),
    }


def test_easom_has_what_its_two_factors_have():
    """tan s = -2 s at s = 0 and +-1.8366 (9 points), both cosines 0 at 4 more."""
    found = critical_points(Easom())
    assert kinds(found) == {"minimum": 5, "maximum": 4, "saddle": 4}
    offsets = sorted({round(abs(each.point[0] - np.pi), 4) for each in found})
    assert offsets == [0.0, 1.5708, 1.8366]


def test_a_monkey_saddle_has_no_curvature_and_is_a_saddle():
    (only,) = critical_points(MonkeySaddle())
    assert only.kind == "saddle"
    assert only.degenerate
    assert only.isolated
    assert only.eigenvalues == (0, 0)
    np.testing.assert_allclose(only.point, 0, atol=1e-9)


def test_a_curve_of_minima_is_named_once_for_each_branch():
    found = critical_points(TwoLayerLinear())
    assert [(each.point, each.isolated) for each in found] == [
        ((-1.0, -1.0), False), ((1.0, 1.0), False), ((0.0, 0.0), True),
    ]  # fmt: skip
    assert found[2].kind == "saddle"


def test_a_minimum_in_a_kink_is_one():
    (diamond,) = critical_points(Diamond())
    assert (diamond.kind, diamond.eigenvalues) == ("minimum", (np.inf, np.inf))
    tip = critical_points(Ackley())[0]
    assert (tip.point, tip.eigenvalues) == ((0.0, 0.0), (np.inf, np.inf))


def test_where_nothing_is_critical_nothing_is_found():
    assert critical_points(NoMinimum()) == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x^4 + y^4", [("minimum", (0, 0), (0, 0), True)]),
        ("x^4 - y^4", [("saddle", (0, 0), (0, 0), True)]),
        ("x^3 + y^2", [("saddle", (0, 0), (0, 2), True)]),
        ("relu(x)^2 + relu(y)^2", [("flat", None, (0, 0), False)]),
        ("(x^2 + y^2 - 1)^2", [("minimum", None, (0, 8), False), ("maximum", (0, 0), (-4, -4), 1)]),
        ("max(abs(x - 0.3), abs(y))", [("minimum", (0.3, 0), (np.inf, np.inf), True)]),
        ("sqrt(x^2 + y^2)", [("minimum", (0, 0), (np.inf, np.inf), True)]),
        ("log(x) + y^2", []),
        ("1/(x^2 + y^2)", []),
        ("x + y", []),
        ("exp(-x) + y^2", []),
    ],
)
def test_formulas_of_every_kind(text, expected):
    found = critical_points(formula_surface(text))
    assert [each.kind for each in found] == [kind for kind, *_ in expected]
    for each, (_, point, eigenvalues, isolated) in zip(found, expected, strict=True):
        if point is not None:
            np.testing.assert_allclose(each.point, point, atol=1e-6)
        np.testing.assert_allclose(each.eigenvalues, eigenvalues, atol=1e-8)
        assert each.isolated == isolated


def test_a_polynomial_with_known_roots():
    """x^3 - 3 x + y^2 has its slope 0 at x = 1 (minimum) and x = -1 (saddle)."""
    found = critical_points(formula_surface("x^3 - 3*x + y^2"))
    assert [(each.kind, each.index) for each in found] == [("minimum", 0), ("saddle", 1)]
    np.testing.assert_allclose([each.point for each in found], [(1, 0), (-1, 0)], atol=1e-14)
    np.testing.assert_allclose(found[1].eigenvalues, (-6, 2))


def test_rosenbrock_ill_conditioned_is_one_minimum():
    for b in (1.0, 1000.0):
        (only,) = critical_points(Rosenbrock(b=b))
        assert only.point == (1.0, 1.0)


@pytest.mark.parametrize(("kinds", "turned"), [("mM", 2), ("mms", 1), ("s", -1), ("", 0)])
def test_the_count_agrees_with_the_border_or_does_not(kinds, turned):
    """Poincaré and Hopf: a saddle turns the gradient once the other way."""
    names = {"m": "minimum", "M": "maximum", "s": "saddle"}
    found = [SimpleNamespace(kind=names[kind], degenerate=False) for kind in kinds]
    assert _agrees(found, turned)
    assert not _agrees(found, turned + 1)
    assert not _agrees(found, turned - 1)
    assert _agrees(found, None)


@pytest.mark.parametrize("scale", ["1e-9", "1e9"])
def test_the_scale_of_the_values_changes_no_kind(scale):
    found = critical_points(formula_surface(f"{scale} * (max(abs(x - 0.3), abs(y)) + x^2)"))
    assert [(each.kind, each.eigenvalues) for each in found] == [("minimum", (np.inf, np.inf))]
    found = critical_points(formula_surface(f"{scale} * (x^4 - y^4 + 1)"))
    assert [(each.kind, each.degenerate) for each in found] == [("saddle", True)]


def test_a_valley_whose_floor_is_level_is_one_of_minima():
    """y^8 rises so slowly that along the valley it is 1e-12 of what it is across."""
    (valley,) = critical_points(formula_surface("y^8"))
    assert (valley.kind, valley.isolated) == ("minimum", False)


def test_seeds_stand_in_the_middle_of_the_cells_in_which_both_slopes_change_sign():
    surface = Himmelblau()
    scan = Scan.of(surface, 64)
    for each in critical_points(surface):
        cell = np.floor((np.array(each.point) - scan.low) / scan.cell)
        middle = scan.low + (cell + 0.5) * scan.cell
        assert np.isclose(scan.seeds(), middle, rtol=1e-12).all(axis=-1).any()


def test_the_curvature_of_a_scan_is_that_of_where_it_bends():
    """Flat on three quarters of the window, and 2 on the rest."""
    scan = Scan.of(formula_surface("relu(x - 1)^2", ((-2.0, 2.0), (-2.0, 2.0))), 64)
    assert scan.curvature == 2.0


@pytest.mark.parametrize("size", [1e-4, 1e6])
def test_the_size_of_the_window_changes_no_kind(size):
    window = ((-2 * size, 2 * size),) * 2
    (tip,) = critical_points(formula_surface(f"max(abs(x - {0.3 * size!r}), abs(y))", window))
    assert tip.eigenvalues == (np.inf, np.inf)
    np.testing.assert_allclose(tip.point, (0.3 * size, 0), atol=1e-9 * size)


def test_a_narrow_well_is_no_kink():
    """A Gaussian 1/500 wide bends by 250,000, and so its gradient grows fast, but from 0."""
    well = "0.001 * (x^2 + y^2) - exp(-125000 * (x^2 + y^2)) + relu(x - 2.5)"
    lowest = critical_points(formula_surface(well))[0]
    assert (lowest.point, lowest.kind) == ((0, 0), "minimum")
    np.testing.assert_allclose(lowest.eigenvalues, 250_000.002, rtol=1e-9)
