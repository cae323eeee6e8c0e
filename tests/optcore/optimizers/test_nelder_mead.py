"""The simplex method against a plain loop over one simplex."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from stepping import Quadratic, Terraces, run

from optcore.optimizers import NelderMead
from optcore.surfaces import SURFACES, Rosenbrock

FUNCTIONS = [s for s in SURFACES if s.name in ("Rosenbrock", "Beale", "Himmelblau", "Rastrigin")]


def plain_iteration(f, simplex):
    """One iteration of Lagarias et al. (1998), section 2, on a list of points."""
    simplex = sorted(simplex, key=f)
    centroid = sum(simplex[:-1]) / (len(simplex) - 1)
    worst = simplex[-1]
    reflected = 2 * centroid - worst
    if f(reflected) < f(simplex[0]):
        expanded = centroid + 2 * (reflected - centroid)
        kept = expanded if f(expanded) < f(reflected) else reflected
        return [*simplex[:-1], kept], "expand" if kept is expanded else "reflect"
    if f(reflected) < f(simplex[-2]):
        return [*simplex[:-1], reflected], "reflect"
    if f(reflected) < f(worst):
        outside = centroid + 0.5 * (reflected - centroid)
        if f(outside) <= f(reflected):
            return [*simplex[:-1], outside], "contract outside"
    else:
        inside = centroid - 0.5 * (centroid - worst)
        if f(inside) < f(worst):
            return [*simplex[:-1], inside], "contract inside"
    return [simplex[0] + 0.5 * (x - simplex[0]) for x in simplex], "shrink"


def plain_run(f, start, size, iterations):
    """The best vertex after each iteration and what each did."""
    start = np.asarray(start, float)
    simplex = [start, *(start + size * axis for axis in np.eye(len(start)))]
    best, kinds = [start], []
    for _ in range(iterations):
        simplex, kind = plain_iteration(f, simplex)
        best.append(min(simplex, key=f))
        kinds.append(kind)
    return np.array(best), kinds


@pytest.mark.parametrize("surface", FUNCTIONS, ids=lambda s: s.name)
def test_a_hundred_iterations_equal_a_plain_loop(surface):
    ours, _ = run(NelderMead(), surface, surface.start, 100)
    theirs, kinds = plain_run(surface.value, surface.start, 0.5, 100)
    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-9)
    assert {"reflect", "contract inside"} <= set(kinds)


def test_every_kind_of_move_is_compared():
    """A needle makes the simplex shrink, a long valley makes it expand."""

    class Needle:
        def value(self, point):
            x, y = point[..., 0], point[..., 1]
            return np.abs(x - y**2) ** 0.25 + 0.1 * np.abs(y - 0.3) ** 0.5

        def grad(self, point):
            return np.zeros_like(point)

    ours, _ = run(NelderMead(), Needle(), (2.0, 1.0), 60)
    theirs, kinds = plain_run(Needle().value, (2.0, 1.0), 0.5, 60)
    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-12)
    assert "shrink" in kinds
    _, valley = plain_run(Rosenbrock().value, (-1.5, 2.0), 0.5, 100)
    assert {"expand", "contract outside"} <= set(valley)


@pytest.mark.parametrize("start", [(3, 1), (-2.5, 4), (7, -5.25), (0.5, 9), (11, -6), (-3, -3)])
def test_ties_are_decided_as_the_plain_loop_decides_them(start):
    _, memories = run(replace(NelderMead(), size=2.0), Terraces(), start, 16)
    simplex = [np.array(start, float) + corner for corner in ((0, 0), (2, 0), (0, 2))]
    for memory in memories[1:]:
        simplex, _ = plain_iteration(Terraces().value, simplex)
        np.testing.assert_array_equal(memory["simplex"], sorted(simplex, key=Terraces().value))


def test_the_first_iteration_by_hand():
    """x^2 + y^2 from (1, 1), corners (1.5, 1) and (1, 1.5): the tie keeps the older vertex."""
    points, memories = run(NelderMead(), Quadratic(2 * np.eye(2)), (1.0, 1.0), 1)
    after = memories[1]
    # Worst (1, 1.5), centroid (1.25, 1), reflected (1.5, 0.5) at 2.5, between best 2 and 3.25.
    np.testing.assert_allclose(after["worst"], [1.0, 1.5])
    np.testing.assert_allclose(after["centroid"], [1.25, 1.0])
    np.testing.assert_allclose(after["reflected"], [1.5, 0.5])
    np.testing.assert_allclose(after["simplex"], [[1.0, 1.0], [1.5, 0.5], [1.5, 1.0]])
    np.testing.assert_allclose(after["values"], [2.0, 2.5, 3.25])
    np.testing.assert_allclose(points[1], [1.0, 1.0])


def test_it_finds_the_minimum_in_more_variables():
    quadratic = Quadratic(np.diag([1.0, 2.0, 3.0]), [1.0, 1.0, 1.0])
    points, _ = run(NelderMead(), quadratic, (3.0, -2.0, 1.0), 200)
    np.testing.assert_allclose(points[-1], quadratic.minimum, atol=1e-6)


def test_no_iteration_ever_makes_the_best_worse():
    points, _ = run(NelderMead(), Rosenbrock(), (-1.5, 2.0), 120)
    assert (np.diff(Rosenbrock().value(points)) <= 1e-12).all()


def test_the_trial_is_the_point_that_the_rule_names():
    surface, method = Rosenbrock(), NelderMead()
    _, memories = run(method, surface, surface.start, 60)
    seen = set()
    for earlier, now in pairwise(memories[1:]):
        before = earlier["values"]
        centroid, worst, reflected, trial = (
            now[name] for name in ("centroid", "worst", "reflected", "trial")
        )
        at_reflected = surface.value(reflected)
        if at_reflected < before[0]:
            kind, expected = "expanded", centroid + method.expansion * (reflected - centroid)
        elif at_reflected < before[-2]:
            kind, expected = "none", reflected
        elif at_reflected < before[-1]:
            kind, expected = "outside", centroid + method.contraction * (reflected - centroid)
        else:
            kind, expected = "inside", centroid + method.contraction * (worst - centroid)
        seen.add(kind)
        np.testing.assert_allclose(trial, expected, rtol=1e-12)
    assert seen >= {"expanded", "none", "inside"}
