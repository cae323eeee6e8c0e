"""Where starts go, and how long they hover, against the optimizers and exact lines."""

from importlib import import_module
from types import SimpleNamespace

import numpy as np
import pytest

from optcore.curvature import basin_map, basins, escape, escape_steps
from optcore.curvature.basins import FLAT, MAXIMUM, MINIMUM, SADDLE, UNDER_WAY, _kinds
from optcore.curvature.plane import newton_steps, plane_eigen, saddle_free_steps
from optcore.descent import descend
from optcore.formula import formula_surface
from optcore.optimizers import Adam, GradientDescent, Newton, SaddleFreeNewton
from optcore.surfaces import (
    Bowl,
    Himmelblau,
    NoMinimum,
    Saddle,
    SaddleBetweenMinima,
    TwoLayerLinear,
)


def random_matrices(count=500):
    half = np.random.default_rng(1).standard_normal((count, 2, 2))
    return half + np.swapaxes(half, -1, -2)


def test_closed_forms_of_two_by_two_are_lapacks():
    matrices = random_matrices()
    values, vectors = plane_eigen(matrices)
    np.testing.assert_allclose(values, np.linalg.eigvalsh(matrices), atol=1e-13)
    np.testing.assert_allclose(matrices @ vectors, vectors * values[:, None, :], atol=1e-13)
    np.testing.assert_allclose(
        np.swapaxes(vectors, -1, -2) @ vectors, [np.eye(2)] * 500, atol=1e-14
    )
    grads = np.random.default_rng(2).standard_normal((500, 2))
    steps = -np.linalg.solve(matrices, grads[..., None])[..., 0]
    np.testing.assert_allclose(newton_steps(grads, matrices), steps, rtol=1e-9)


@pytest.mark.parametrize(
    ("rule", "optimizer"),
    [(newton_steps, Newton()), (saddle_free_steps, SaddleFreeNewton())],
    ids=["Newton", "saddle-free"],
)
def test_the_steps_are_those_of_the_optimizers(rule, optimizer):
    points = np.random.default_rng(3).uniform(-5, 5, (50, 2))
    surface = Himmelblau()
    run = descend(surface, optimizer, points, 1)
    steps = rule(surface.grad(points), surface.hessian(points))
    np.testing.assert_allclose(points + steps, run.points[1], rtol=1e-9, atol=1e-12)


def test_newton_goes_to_the_saddle_from_the_middle_strip():
    """On x^4/4 - x^2/2 + y^2/2 Newton's map is 2 x^3 / (3 x^2 - 1): |x| < 1/sqrt 5 stays in."""
    found = basin_map(SaddleBetweenMinima(), Newton(), (200, 6), 60)
    inner = np.abs(found.x) < 1 / np.sqrt(5)
    assert (found.kind[:, inner] == SADDLE).all()
    assert (found.kind[:, np.abs(found.x) > 1 / np.sqrt(3)] == MINIMUM).all()


def test_saddle_free_newton_never_ends_at_the_saddle():
    found = basin_map(SaddleBetweenMinima(), SaddleFreeNewton(), (60, 40), 60)
    assert (found.kind == MINIMUM).all()
    assert found.steps.max() < 60


def test_gradient_descent_reaches_minima_alone_almost_everywhere():
    found = basin_map(Himmelblau(), GradientDescent(0.01), (40, 30), 400)
    assert found.share(MINIMUM) > 0.99
    run = descend(Himmelblau(), GradientDescent(0.01), (found.x[3], found.y[5]), 400)
    np.testing.assert_allclose(found.ends[5, 3], run.points[-1], atol=1e-6)


def test_himmelblau_by_newton_shows_all_three_kinds():
    found = basin_map(Himmelblau(), Newton(), (60, 60))
    assert found.share(MINIMUM) > found.share(SADDLE) > found.share(MAXIMUM) > 0.01
    points = np.stack(np.meshgrid(found.x, found.y), axis=-1).reshape(-1, 2)
    last = descend(Himmelblau(), Newton(), points, 40, record=False).last
    signs = np.sign(np.linalg.eigvalsh(Himmelblau().hessian(last)))
    expected = np.count_nonzero(signs < 0, axis=-1)
    agree = found.kind.reshape(-1) == expected
    # Starts on a basin's border may part ways by rounding.
    assert agree.mean() > 0.995


def test_who_runs_off_or_has_nowhere_to_go_is_said_to_be_under_way():
    assert basin_map(NoMinimum(), Newton(), (20, 10)).share(UNDER_WAY) == 1
    assert basin_map(Bowl(), GradientDescent(1.5), (20, 10), 300).share(UNDER_WAY) == 1


def test_curves_of_minima_and_plateaus():
    found = basin_map(TwoLayerLinear(), GradientDescent(0.02), (30, 30), 400)
    assert found.share(MINIMUM) > 0.9
    flat = basin_map(formula_surface("relu(x)^2 + relu(y)^2"), GradientDescent(0.1), (20, 20), 50)
    assert (flat.kind[:10, :10] == FLAT).all()


def test_another_method_gets_a_sentence():
    with pytest.raises(ValueError, match="no map for Adam"):
        basin_map(Bowl(), Adam())


def test_on_a_quadratic_the_line_of_escape_is_exact():
    """x^2 - y^2: away grows by 1 + 2 rate a step; the first whole step at which it is out."""
    found = escape(Saddle(), (0.0, 0.0), 0.1, 1.0)
    np.testing.assert_allclose(found.growth, 1.2)
    expected = np.log(1 / found.distances) / np.log(1.2)
    np.testing.assert_allclose(found.predicted, expected, rtol=1e-12)
    off = found.measured - expected
    assert (off > -1e-6).all()
    assert (off < 1 + 1e-6).all()
    np.testing.assert_allclose(np.abs(found.direction), (0, 1))


def test_a_thousand_times_nearer_costs_the_same_number_of_steps_more_each_time():
    steps = escape_steps(-2.0, 0.1, [1e-3, 1e-6, 1e-9, 1e-12])
    np.testing.assert_allclose(np.diff(steps), np.log(1000) / np.log(1.2))
    assert escape_steps(-2.0, 0.1, 0.0) == np.inf
    assert escape_steps(-2.0, 0.1, 3.0, radius=1.0) == 0


def test_escape_from_a_saddle_that_bends_is_near_the_line():
    surface = SaddleBetweenMinima()
    found = escape(surface, (0.0, 0.0), 0.05, 0.3)
    np.testing.assert_allclose(found.measured[:-2], found.predicted[:-2], atol=2.5)


def test_a_minimum_has_no_way_out():
    with pytest.raises(ValueError, match="negative"):
        escape(Bowl(), (0.0, 0.0), 0.1, 1.0)
    for curvature in (0.0, 0.5):
        with pytest.raises(ValueError, match="needs a negative one"):
            escape_steps(curvature, 0.1, 1e-3)


@pytest.mark.parametrize(("text", "kind"), [("x^2 + 3*y^2", MINIMUM), ("x^2 - 3*y^2", SADDLE),
                                            ("-x^2 - 3*y^2", MAXIMUM)])  # fmt: skip
def test_newton_takes_one_step_to_the_middle_of_a_quadratic_and_a_second_to_know(text, kind):
    found = basin_map(formula_surface(text), Newton(), (4, 3))
    np.testing.assert_allclose(found.x, [-2.25, -0.75, 0.75, 2.25])
    np.testing.assert_allclose(found.y, [-2, 0, 2], atol=1e-15)
    assert (found.kind == kind).all()
    assert (found.steps == 2).all()
    assert found.ends.shape == (3, 4, 2)
    np.testing.assert_allclose(found.ends, 0, atol=1e-14)
    assert found.share(kind) == 1
    assert found.share(UNDER_WAY) == 0


def test_descent_counts_the_steps_until_one_is_a_hundred_millionth_of_the_window():
    """Of x^2 + y^2 at rate 1/4 the k-th step is x / 2^k long: from 1.5 in a window of 6 below
    1e-8 at k = 25; and after 20 steps none has come to rest, though all are near."""
    surface = formula_surface("x^2 + y^2")
    slow = GradientDescent(0.25)
    found = basin_map(surface, slow, (2, 2), steps=40)
    assert (found.steps == int(np.ceil(np.log2(1.5 / 6 / 1e-8)))).all()
    found = basin_map(surface, slow, (2, 2), steps=20)
    assert (found.steps == 20).all()
    assert (found.kind == MINIMUM).all()
    np.testing.assert_allclose(np.abs(found.ends), 1.5 / 2**20)
    assert (basin_map(surface, slow, (2, 2), steps=5).kind == UNDER_WAY).all()


@pytest.mark.parametrize("saddle", [(0.0, 0.0), (1.0, -2.0)])
def test_who_starts_at_the_edge_of_the_ball_is_out(saddle):
    x, y = saddle
    surface = formula_surface(f"(x - {x})^2 - (y - {y})^2")
    found = escape(surface, saddle, 0.1, 1.0, [2.0, 1.0, 0.5, 0.0])
    assert found.growth == pytest.approx(1.2)
    np.testing.assert_allclose(found.predicted, [0, 0, np.log(2) / np.log(1.2), np.inf])
    # 0.5 * 1.2^4 = 1.04; what starts on the saddle stays there.
    np.testing.assert_array_equal(found.measured, [0, 0, 4, np.nan])


LOW, SPAN = np.array([1.0, 3.0]), np.array([4.0, 8.0])


def kinds_of(bends, slopes=((0, 0),), points=((2, 4),)):
    """The kinds of points in a window around (3, 7), by Hessians diag(bends) and gradients."""
    points = np.array(points, float)
    hessians = np.tile(np.diag(bends), (len(points), 1, 1))
    grads = np.broadcast_to(np.array(slopes, float), points.shape)
    return _kinds(
        SimpleNamespace(derivatives=lambda _: (grads, hessians)), points, LOW, SPAN
    ).tolist()


@pytest.mark.parametrize("scale", [1.0, 2.0**-12, 2.0**12])
@pytest.mark.parametrize(
    ("bends", "kind"),
    [((1, 1), MINIMUM), ((1, 3e-7), MINIMUM), ((1, -3e-7), MINIMUM), ((1, -3e-6), SADDLE),
     ((-1, 3e-6), SADDLE), ((-1, 3e-7), MAXIMUM), ((-1, -3e-7), MAXIMUM), ((0, 0), FLAT)],
)  # fmt: skip
def test_a_millionth_of_the_other_eigenvalue_is_level(bends, kind, scale):
    assert kinds_of(scale * np.array(bends, float)) == [kind]


def test_at_their_bounds_eigenvalues_are_level(monkeypatch):
    monkeypatch.setattr(basins, "LEVEL", 2.0**-20)
    assert kinds_of((1.0, -(2.0**-20))) == [MINIMUM]
    assert kinds_of((-1.0, 2.0**-20)) == [MAXIMUM]


@pytest.mark.parametrize("scale", [1.0, 2.0**-12, 2.0**12])
def test_only_within_a_window_of_the_border_a_level_direction_is_a_curve(monkeypatch, scale):
    """The window reaches from 1 to 5 and from 3 to 11: -3 to 9 and -5 to 19 are not far."""
    edge = [(9, 7), (-3, 7), (3, 19), (3, -5)]
    beyond = [(9.5, 7), (-3.5, 7), (3, 19.5), (3, -5.5)]
    for bends, of_edge, of_beyond in (((1, 0), MINIMUM, UNDER_WAY), ((0, -1), MAXIMUM, UNDER_WAY),
                                      ((1, 3e-6), MINIMUM, MINIMUM)):  # fmt: skip
        bends = scale * np.array(bends, float)
        assert kinds_of(bends, points=edge) == [of_edge] * 4
        assert kinds_of(bends, points=beyond) == [of_beyond] * 4
    monkeypatch.setattr(basins, "LEVEL", 2.0**-20)
    assert kinds_of(scale * np.array([1, 2.0**-20]), points=beyond) == [MINIMUM] * 4


def test_near_is_a_thousandth_of_the_window_away(monkeypatch):
    """2^-10 of 4 is 2^-8, and of 8 is 2^-7; on a level direction a slope of 2^-10 x 8 bends."""
    monkeypatch.setattr(basins, "REACHED", 2.0**-10)
    for slopes, kind in (((0.9, 0), MINIMUM), ((1, 0), UNDER_WAY), ((0, 1.9), MINIMUM),
                         ((0, 2), UNDER_WAY), ((-0.9, 1.9), MINIMUM)):  # fmt: skip
        slopes = 2.0**-8 * np.array([slopes])
        assert kinds_of((4, 4), 4 * slopes) == [kind]
    for slope, kind in ((2.0**-5, MINIMUM), (2.0**-5 + 2.0**-20, UNDER_WAY)):
        assert kinds_of((4, 0), [(0, slope)]) == [kind]
        assert kinds_of((0, 4), [(-slope, 0)]) == [kind]


def test_a_step_at_its_bounds_is_the_last(monkeypatch):
    """From 1.5 in a window 6 wide a step of x^2 + y^2 at rate 1/4 is 2^-(k + 2) of it, at rate
    3/2 it is 3/4 x 2^(k - 1)."""
    surface = formula_surface("x^2 + y^2")
    monkeypatch.setattr(basins, "STILL", 2.0**-20)
    assert (basin_map(surface, GradientDescent(0.25), (2, 2)).steps == 18).all()
    monkeypatch.setattr(basins, "FAR", 0.75 * 2.0**9)
    assert (basin_map(surface, GradientDescent(1.5), (2, 2)).steps == 10).all()


def test_a_start_lies_beside_the_saddle_in_the_direction_that_is_told():
    """On one side the way out is steeper than on the other."""
    surface = formula_surface("x^2 - y^2 + y^3 / 2")
    found = escape(surface, (0.0, 0.0), 0.1, 0.9, [0.3, 0.1])
    for distance, steps in zip(found.distances, found.measured, strict=True):
        run = descend(surface, GradientDescent(0.1), distance * found.direction, 100)
        assert steps == np.argmax(np.linalg.norm(run.points, axis=-1) >= 0.9)


@pytest.mark.parametrize(("distances", "steps"), [([2.0**-10.25, 0.1], 70), ([0.0], 50)])
def test_a_way_out_is_given_twice_the_steps_it_should_take_and_fifty(monkeypatch, distances, steps):
    """At rate 1/2 a distance from x^2 - y^2 doubles with every step."""
    given = []

    def noted(*arguments):
        given.append(arguments[-1])
        return descend(*arguments)

    monkeypatch.setattr(import_module("optcore.curvature.escape"), "descend", noted)
    escape(Saddle(), (0.0, 0.0), 0.5, 1.0, distances)
    assert given == [steps]
