"""Line searches, conjugate gradient, BFGS and the two Newtons."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from stepping import Quadratic, look_at, run

from optcore.optimizers import BFGS, ConjugateGradient, LineSearch, Newton, SaddleFreeNewton
from optcore.surfaces import SURFACES, Rosenbrock, Saddle, SaddleBetweenMinima

SMOOTH = ("Rosenbrock", "Beale", "Himmelblau", "Three-hump camel", "Goldstein-Price", "Ravine")
SEARCHES = (LineSearch(), ConjugateGradient(), BFGS())
RANDOM = np.random.default_rng(3)


def positive_definite(n):
    factor = RANDOM.standard_normal((n, n))
    return factor @ factor.T + 0.5 * np.eye(n)


@pytest.mark.parametrize("surface", [s for s in SURFACES if s.name in SMOOTH], ids=lambda s: s.name)
@pytest.mark.parametrize("optimizer", SEARCHES, ids=lambda o: o.name)
def test_every_step_satisfies_the_strong_wolfe_conditions(surface, optimizer):
    points, memories = run(optimizer, surface, surface.start, 30)
    tested = 0
    for point, memory in zip(points, memories[1:], strict=False):
        rate, direction = memory["rate"], memory["direction"]
        value, slope = surface.value(point), surface.grad(point) @ direction
        if -rate * slope <= 1e-12 * abs(value) or np.linalg.norm(rate * direction) < 1e-10:
            break  # at rest, up to rounding
        assert slope < 0
        assert rate > 0
        end = point + rate * direction
        assert surface.value(end) <= value + optimizer.sufficient_decrease * rate * slope
        assert abs(surface.grad(end) @ direction) <= -optimizer.curvature * slope * (1 + 1e-9)
        tested += 1
    assert tested >= (2 if surface.name == "Ravine" else 4)


def test_exact_steepest_descent_on_a_quadratic_contracts_as_kantorovich_says():
    """From (kappa, 1) the value falls by ((kappa - 1) / (kappa + 1))^2 at every step."""
    kappa = 9.0
    quadratic = Quadratic(np.diag([1.0, kappa]))
    points, _ = run(replace(LineSearch(), curvature=1e-8), quadratic, [kappa, 1.0], 6)
    values = quadratic.value(points)
    np.testing.assert_allclose(values[1:] / values[:-1], ((kappa - 1) / (kappa + 1)) ** 2)


def test_conjugate_gradient_ends_on_a_quadratic_in_as_many_steps_as_it_has_variables():
    for n in (2, 4, 6):
        quadratic = Quadratic(positive_definite(n), RANDOM.standard_normal(n))
        exact = replace(ConjugateGradient(), curvature=1e-9)
        points, memories = run(exact, quadratic, RANDOM.standard_normal(n), n)
        np.testing.assert_allclose(points[n], quadratic.minimum, atol=1e-6)
        assert np.linalg.norm(points[n - 1] - quadratic.minimum) > 1e-3
        first, second = memories[1]["direction"], memories[2]["direction"]
        assert abs(first @ quadratic.matrix @ second) < 1e-6


def test_conjugate_gradient_restarts_instead_of_going_back():
    """PR+ never mixes in a negative share: a gradient that shrinks along itself gives beta = 0."""
    optimizer, point = ConjugateGradient(), np.array([1.0, 1.0])
    quadratic = Quadratic(np.eye(2))
    memory = optimizer.init(point)
    before = {**memory, "previous_grad": np.array([4.0, 4.0]), "direction": np.array([-4.0, -4.0])}
    _, after = optimizer.update(look_at(quadratic, point), before)
    assert after["beta"] == 0
    np.testing.assert_array_equal(after["direction"], [-1.0, -1.0])


@pytest.mark.parametrize(("across", "beta"), [(1.0, 0.0), (1.5, 0.0), (0.75, 1.0)])
def test_conjugate_gradient_restarts_where_it_would_not_descend(across, beta):
    """Gradient (1, 0) after (0, 1) makes beta 1: along (across - 1, 5) the slope is across - 1."""
    optimizer, point = ConjugateGradient(), np.array([1.0, 0.0])
    memory = {**optimizer.init(point), "previous_grad": np.array([0.0, 1.0]),
              "direction": np.array([across, 5.0])}  # fmt: skip
    _, after = optimizer.update(look_at(Quadratic(np.eye(2)), point), memory)
    assert after["beta"] == beta


def test_bfgs_learns_the_inverse_hessian_of_a_quadratic():
    n = 4
    quadratic = Quadratic(positive_definite(n), RANDOM.standard_normal(n))
    exact = replace(BFGS(), curvature=1e-6)
    points, memories = run(exact, quadratic, RANDOM.standard_normal(n), n + 1)
    np.testing.assert_allclose(points[n + 1], quadratic.minimum, atol=1e-7)
    learned = memories[n + 1]["inverse_hessian"]
    np.testing.assert_allclose(learned, np.linalg.inv(quadratic.matrix), rtol=1e-4, atol=1e-5)


def test_bfgs_satisfies_the_secant_equation_and_stays_positive():
    _, memories = run(BFGS(), Rosenbrock(), (-1.2, 1.0), 40)
    for before, after in pairwise(memories[1:26]):
        inverse = after["inverse_hessian"]
        np.testing.assert_allclose(inverse @ after["grad_change"], before["displacement"], 1e-6)
        assert np.linalg.eigvalsh(inverse)[0] > 0


def test_bfgs_solves_rosenbrock_from_its_classical_start():
    """Nocedal and Wright report 34 iterations from (-1.2, 1); a search differs by a few."""
    points, _ = run(BFGS(), Rosenbrock(), (-1.2, 1.0), 45)
    np.testing.assert_allclose(points[-1], [1.0, 1.0], atol=1e-8)


def test_the_curvature_guard_leaves_the_inverse_hessian_alone():
    optimizer, surface, point = BFGS(), Saddle(), np.array([0.0, 1.0])
    memory = optimizer.init(point)
    # Along y the saddle curves down: gradient change and displacement point apart.
    before = {
        **memory,
        "displacement": np.array([0.0, 0.5]),
        "previous_grad": np.array([0.0, -1.0]),
    }
    _, after = optimizer.update(look_at(surface, point), before)
    np.testing.assert_array_equal(after["inverse_hessian"], np.eye(2))
    assert after["updates"] == 0


@pytest.mark.parametrize("optimizer", [Newton(), SaddleFreeNewton()], ids=lambda o: o.name)
def test_newton_reaches_the_minimum_of_a_quadratic_in_one_step(optimizer):
    quadratic = Quadratic(positive_definite(5), RANDOM.standard_normal(5))
    points, _ = run(optimizer, quadratic, RANDOM.standard_normal(5), 1)
    np.testing.assert_allclose(points[1], quadratic.minimum, rtol=1e-9, atol=1e-10)


def test_newton_converges_quadratically():
    points, _ = run(Newton(), Rosenbrock(), (-1.2, 1.0), 7)
    # The Hessian is [[1330, 480], [480, 200]], of determinant 35600; the gradient (-215.6, -88).
    np.testing.assert_allclose(points[1], [-1.2 + 880 / 35600, 1 + 13552 / 35600], rtol=1e-12)
    errors = np.linalg.norm(points - 1, axis=-1)
    assert errors[6] < 1e-8
    assert errors[6] < 2 * errors[5] ** 1.5


def test_newton_goes_to_the_saddle_and_saddle_free_newton_away():
    for surface, start in ((Saddle(), (0.4, 0.1)), (SaddleBetweenMinima(), (0.3, 0.1))):
        newton, _ = run(Newton(), surface, start, 8)
        free, _ = run(SaddleFreeNewton(), surface, start, 8)
        np.testing.assert_allclose(newton[-1], [0.0, 0.0], atol=1e-9)
        assert surface.value(free[-1]) < surface.value(np.zeros(2)) - 0.1


def test_saddle_free_newton_by_hand():
    """On x^2 - y^2 the absolute Hessian is 2: x goes to 0 and y doubles."""
    points, _ = run(SaddleFreeNewton(), Saddle(), (0.4, 0.1), 2)
    np.testing.assert_allclose(points, [[0.4, 0.1], [0.0, 0.2], [0.0, 0.4]], atol=1e-15)


@pytest.mark.parametrize("optimizer", [Newton(), SaddleFreeNewton()], ids=lambda o: o.name)
@pytest.mark.parametrize("bad", [0.0, np.nan, np.inf])
def test_a_hessian_without_an_inverse_ends_that_start_and_no_other(optimizer, bad):
    class OneBad(Quadratic):
        def hessian(self, point):
            hessian = np.array(super().hessian(point))
            hessian[0] = bad
            return hessian

    objective = OneBad([[3.0, 1.0], [1.0, 2.0]])
    points = np.array([[1.0, 2.0], [3.0, -4.0], [0.5, 1.0]])
    for starts in (points, np.stack([points, points[::-1]] * 2, axis=1)):
        step, _ = optimizer.update(look_at(objective, starts), {})
        assert not np.isfinite(step[0]).any()
        np.testing.assert_allclose(step[1:], -starts[1:], rtol=1e-12)


def test_saddle_free_newton_stays_where_a_flat_axis_has_no_slope():
    flat, point = Quadratic(np.diag([2.0, 0.0]), [0.0, -1.0]), np.array([0.5, 0.0])
    step, _ = SaddleFreeNewton().update(look_at(flat, point), {})
    assert not np.isfinite(step).all()
    flat.offset = np.zeros(2)
    step, _ = SaddleFreeNewton().update(look_at(flat, point), {})
    np.testing.assert_array_equal(step, [-0.5, 0.0])
