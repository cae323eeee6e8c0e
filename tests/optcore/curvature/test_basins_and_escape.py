"""Where starts go, and how long they hover, against the optimizers and exact lines."""

import numpy as np
import pytest

from optcore.curvature import basin_map, escape, escape_steps
from optcore.curvature.basins import FLAT, MAXIMUM, MINIMUM, SADDLE, UNDER_WAY
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
