"""Why a run is stuck: by its gradient, its curvature and its steps."""

from dataclasses import replace

import numpy as np
import pytest

from optcore.curvature import (
    stuck,
    why_stuck,
)
from optcore.curvature.lanczos import Ends
from optcore.curvature.model import ZERO
from optcore.curvature.stuck import _fall
from optcore.descent import descend
from optcore.formula import formula_surface
from optcore.optimizers import GradientDescent, Newton
from optcore.surfaces import (
    GoldsteinPrice,
    Himmelblau,
    Ravine,
    Rosenbrock,
    Saddle,
    SaddleBetweenMinima,
)


def test_still_steep_when_the_gradient_did_not_become_small():
    """Ravine just below its limit: across, |g| shrinks by 1 % a step, the loss stands high."""
    run = descend(Ravine(rotation=0.0), GradientDescent(0.0398), (-2.5, -0.6), 60)
    found = why_stuck(Ravine(rotation=0.0), run)
    assert found.verdict == "still steep"
    assert found.gradient_norm > 0.01 * found.largest_norm
    assert (found.smallest, found.largest) == (pytest.approx(1), pytest.approx(50))
    assert not found.hopping
    assert found.limit == pytest.approx(2 / 0.0398)


def test_at_a_minimum_and_at_a_saddle_the_index_says_which():
    run = descend(Himmelblau(), GradientDescent(0.01), (-0.5, -1.0), 400)
    found = why_stuck(Himmelblau(), run)
    assert (found.verdict, found.index, found.kind) == ("critical point", 0, "minimum")
    caught = descend(SaddleBetweenMinima(), Newton(), (0.3, 1.0), 20)
    found = why_stuck(SaddleBetweenMinima(), caught)
    assert (found.verdict, found.index, found.kind) == ("critical point", 1, "saddle")
    hovering = descend(Saddle(), GradientDescent(0.1), (1.0, 1e-12), 60)
    assert why_stuck(Saddle(), hovering).kind == "saddle"


@pytest.mark.parametrize(("steps", "verdict"), [(5, "still steep"), (6, "critical point"),
                                                (8, "critical point"), (9, "flat")])  # fmt: skip
@pytest.mark.parametrize("scale", [50, 0.02])
def test_flat_where_gradient_and_curvature_both_vanish(steps, verdict, scale):
    """By Newton x^4 + y^4 is at 2/3 of the way after each step, its slope at 8/27 and its
    curvature at 4/9: below a thousandth after 6 and after 9 steps."""
    surface = formula_surface(f"{scale} * (x^4 + y^4)")
    found = why_stuck(surface, descend(surface, Newton(), (1.0, 1.0), steps))
    assert found.verdict == verdict
    assert found.gradient_norm == pytest.approx(found.largest_norm * (8 / 27) ** steps)


def test_at_their_bounds_a_slope_is_small_and_a_curvature_flat(monkeypatch):
    """At rate 1/2 a bowl's gradient is halved with each step."""
    bowl = Ravine(condition=1.0, rotation=0.0)
    for steps, verdict in ((9, "still steep"), (10, "critical point")):
        monkeypatch.setattr(stuck, "SMALL", 2.0**-10)
        run = descend(bowl, GradientDescent(0.5), (1.0, 0.0), steps)
        assert why_stuck(bowl, run).verdict == verdict
    monkeypatch.setattr(stuck, "STRAIGHT", 1.0)
    assert why_stuck(bowl, run).verdict == "flat"


@pytest.mark.parametrize(("dense", "index"), [(3, 1), (2, None)])
def test_up_to_a_number_of_parameters_the_whole_spectrum_is_counted(monkeypatch, dense, index):
    class Three:
        bends = np.array([1.0, 2.0, -3.0])

        def grad(self, point):
            return self.bends * point

    monkeypatch.setattr(stuck, "DENSE", dense)
    found = stuck._curvatures(Three(), np.ones(3))
    assert found == (pytest.approx(-3), pytest.approx(2), index)


def test_diverging_is_said_before_anything_else():
    run = descend(Rosenbrock(), GradientDescent(0.01), (-1.2, 1.0), 50)
    assert why_stuck(Rosenbrock(), run).verdict == "diverging"
    # Each step of (x, y) is -2 times as far out: the last loss is a number still.
    run = descend(Ravine(condition=1.0), GradientDescent(3.0), (1.0, 1.0), 200)
    assert run.diverged
    assert why_stuck(Ravine(), run).value == run.values[run.ended] == 4.0**run.ended
    assert why_stuck(Ravine(), run).gradient_norm == run.gradient_norms[run.ended]
    climbing = descend(Ravine(), GradientDescent(0.041), (-2.5, -0.6), 30)
    found = why_stuck(Ravine(), climbing)
    assert found.verdict == "diverging"
    assert found.hopping


@pytest.mark.parametrize(
    ("values", "fall"),
    [
        ([8, 7, 6, 5, 4, 3, 2, 1], 1 / 7),
        ([0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1], 1 / 7),
        ([2, 1, 1, 1], 0),
        ([1, 1, 1, 1], 0),
        ([1, 0, 0, 2], 0),
    ],
)
def test_the_fall_of_the_last_quarter_is_a_share_of_the_whole(values, fall):
    assert _fall(np.array(values)) == pytest.approx(fall)


def test_a_run_is_judged_by_its_ends():
    run = descend(Ravine(condition=1.0), GradientDescent(0.5), (1.0, 1.0), 3)
    assert why_stuck(Ravine(), run).verdict != "diverging"
    for values, diverging in (([5.0, 9.0, 7.0, 4.0], False), ([5.0, 3.0, 4.0, 6.0], True),
                              ([5.0, 3.0, 4.0, 5.0], False)):  # fmt: skip
        found = why_stuck(Ravine(), replace(run, values=np.array(values)))
        assert (found.verdict == "diverging") == diverging
    # Straight to the minimum: the last gradient is 0, the one before was the largest.
    run = descend(Ravine(condition=1.0), GradientDescent(1.0), (1.0, 1.0), 1)
    assert why_stuck(Ravine(condition=1.0), run).verdict == "critical point"


@pytest.mark.parametrize(("share", "index"), [(0.5, 0), (-0.5, 0), (-1.0, 0), (-2.0, None)])
def test_an_eigenvalue_next_to_0_is_none_below_it(monkeypatch, share, index):
    lowest = share * ZERO * 4.0
    ends = Ends(*map(np.array, (lowest, 4.0)), *2 * [np.zeros(1000)], np.array(0.0), 9)
    monkeypatch.setattr(stuck, "end_eigenvalues", lambda objective, point: ends)
    assert stuck._curvatures(Ravine(), np.zeros(1000)) == (lowest, 4.0, index)


def test_a_run_whose_loss_overflows_is_judged_one_row_before():
    run = descend(Ravine(condition=1.0), GradientDescent(1e200), (1.0, 1.0), 5)
    assert (run.ended, run.values[1]) == (1, np.inf)
    found = why_stuck(Ravine(condition=1.0), run)
    assert (found.verdict, found.value) == ("diverging", run.values[0])


@pytest.mark.parametrize(
    ("surface", "start"),
    [(formula_surface("exp(x^2) + y"), (30.0, 0.0)), (GoldsteinPrice(), (1e60, 1e60))],
)
def test_a_run_that_starts_beyond_all_numbers_diverges_at_once(surface, start):
    found = why_stuck(surface, descend(surface, GradientDescent(0.1), start, 3))
    assert (found.verdict, found.fall) == ("diverging", 0)
    assert not np.isfinite([found.value, found.gradient_norm, found.largest_norm]).any()
