"""The sweep finds the rate that a run one by one would find."""

import dataclasses

import numpy as np
import pytest

from optcore.descent.disturbance import ClipNorm
from optcore.descent.loop import descend
from optcore.descent.schedules import Cosine
from optcore.descent.sweep import best_rate
from optcore.knobs import knobs
from optcore.optimizers import OPTIMIZERS, Adam, GradientDescent, Momentum, Newton
from optcore.surfaces import SURFACES, Ravine, Rosenbrock

RATED = [o for o in OPTIMIZERS if "learning_rate" in knobs(o)]


@pytest.mark.parametrize("optimizer", RATED, ids=lambda o: o.name)
def test_every_final_loss_is_that_of_a_run_alone(optimizer):
    sweep = best_rate(Rosenbrock(), optimizer, (-1.2, 1.0), 15)
    for k in range(0, len(sweep.rates), 17):
        single = dataclasses.replace(optimizer, learning_rate=float(sweep.rates[k]))
        run = descend(Rosenbrock(), single, (-1.2, 1.0), 15)
        if run.diverged:
            assert np.isnan(sweep.final[k])
        else:
            np.testing.assert_allclose(sweep.final[k], run.last_value, rtol=1e-6)


def test_the_rates_are_twelve_to_a_decade_over_the_range_of_the_knob():
    sweep = best_rate(Ravine(), GradientDescent(), (1.0, 1.0), 5)
    spec = knobs(GradientDescent())["learning_rate"]
    assert len(sweep.rates) == 7 * 12 + 1
    assert sweep.rates.tolist() == [float(f"{rate:.3g}") for rate in sweep.rates]
    assert (sweep.rates[0], sweep.rates[-1]) == pytest.approx((spec.low, spec.high))
    np.testing.assert_allclose(np.diff(np.log10(sweep.rates)), 1 / 12, rtol=0.06)


def test_on_a_quadratic_the_final_losses_are_the_closed_form():
    """Along an eigenvector of eigenvalue a, k steps at rate r multiply by (1 - r a)^k."""
    surface = Ravine(condition=20.0)
    values, axes = np.linalg.eigh(surface.hessian(np.zeros(2)))
    sweep = best_rate(surface, GradientDescent(), axes @ np.array([1.0, 1.0]), 30)
    kept = (1 - np.outer(sweep.rates, values)) ** 30
    losses = 0.5 * (kept**2 @ values)
    np.testing.assert_allclose(sweep.final, np.where(np.isnan(sweep.final), np.nan, losses))
    # Nothing rises below 2 / the largest eigenvalue, and 2 / (sum of both) is near the best.
    steady = sweep.rates < 2 / values[1]
    assert sweep.calm == sweep.rates[np.argmin(np.where(steady, losses, np.inf))]
    assert 0.8 < sweep.calm * values.sum() / 2 < 1
    assert sweep.best == sweep.calm


@pytest.mark.parametrize("surface", SURFACES, ids=lambda s: s.name)
def test_no_rate_tried_ends_lower_than_the_best(surface):
    for optimizer in (GradientDescent(), Momentum(), Adam()):
        sweep = best_rate(surface, optimizer, surface.start, 60)
        (best,) = sweep.final[sweep.rates == sweep.best]
        assert best <= np.nanmin(sweep.final) + 1e-12 * (1 + abs(best))
        (calm,) = sweep.final[sweep.rates == sweep.calm]
        assert calm >= best - 1e-12 * (1 + abs(best))


@pytest.mark.parametrize("surface", SURFACES, ids=lambda s: s.name)
def test_the_calm_rate_never_rises_above_the_start_if_any_rate_does_not(surface):
    for optimizer in (GradientDescent(), Momentum(), Adam()):
        sweep = best_rate(surface, optimizer, surface.start, 60)
        assert knobs(optimizer)["learning_rate"].admits(sweep.calm)
        single = dataclasses.replace(optimizer, learning_rate=sweep.calm)
        run = descend(surface, single, surface.start, 60)
        bound = run.values[0] + 1e-3 * (1 + abs(run.values[0]))
        slow = dataclasses.replace(optimizer, learning_rate=float(sweep.rates[0]))
        if (descend(surface, slow, surface.start, 60).values <= run.values[0]).all():
            assert run.values.max() <= bound
        assert not run.diverged


def test_where_every_rate_diverges_there_is_no_best():
    class Downhill:
        name = "Downhill"

        def value(self, point):
            return -np.exp(np.exp(np.exp(point[..., 0])))

        def grad(self, point):
            with np.errstate(over="ignore"):
                inner = np.exp(point[..., 0])
                slope = np.exp(np.exp(inner)) * np.exp(inner) * inner
            return np.stack([-slope, 0 * slope], axis=-1)

    sweep = best_rate(Downhill(), GradientDescent(), (1.8, 0.0), 50)
    assert np.isnan(sweep.final).all()
    assert (sweep.best, sweep.calm) == (None, None)


def test_conditions_reach_the_runs():
    given = {"schedule": Cosine(), "clip": ClipNorm(0.1)}
    sweep = best_rate(Rosenbrock(), Adam(), (-1.2, 1.0), 10, **given)
    bare = best_rate(Rosenbrock(), Adam(), (-1.2, 1.0), 10)
    assert not np.allclose(sweep.final, bare.final, equal_nan=True)
    single = Adam(learning_rate=float(sweep.rates[40]))
    run = descend(Rosenbrock(), single, (-1.2, 1.0), 10, **given)
    np.testing.assert_allclose(sweep.final[40], run.last_value, rtol=1e-7)


def test_a_method_without_a_rate_is_not_swept():
    assert best_rate(Rosenbrock(), Newton(), (-1.2, 1.0), 10) is None


class Stairs:
    """Heights by rate: where one step of gradient descent from 0 leads, and where two do."""

    def __init__(self, rates, one, two, start=1.0):
        places = np.concatenate([[0.0], rates, 2 * rates])
        order = np.argsort(places)
        self.places, self.heights = places[order], np.concatenate([[start], one, two])[order]

    def value(self, point):
        return np.interp(-point[..., 0], self.places, self.heights)

    def grad(self, point):
        return np.ones_like(point)


def test_a_calm_run_may_rise_by_a_billionth():
    rates = best_rate(Ravine(), GradientDescent(), (1.0, 1.0), 1).rates
    count = np.arange(len(rates))
    # One of them rises by just as much as is allowed.
    rise = np.where(count == 20, 1.0 + 1e-9 * (1 + 1.0), 1.0 + (count + 0.5) * 1e-10)
    sweep = best_rate(Stairs(rates, rise, -1.0 * count), GradientDescent(), (0.0,), 2)
    assert sweep.best == rates[-1]
    assert sweep.calm == rates[20]


def test_equal_ends_are_told_apart_by_the_way_there():
    rates = best_rate(Ravine(), GradientDescent(), (1.0, 1.0), 1).rates
    for lowest, tie in ((1.0, 1.0 + 1e-12 * 2), (0.0, 1e-12)):
        end, middle = np.full(len(rates), 2.0), np.full(len(rates), 5.0)
        # The first ends lowest, the second as low to rounding, the third a little higher.
        end[[10, 20, 30]] = lowest, tie, lowest + 2.5e-12
        middle[[10, 20, 30]] = 4.0, 3.0, 2.0
        sweep = best_rate(Stairs(rates, middle, end, 9.0), GradientDescent(), (0.0,), 2)
        assert sweep.best == rates[20]
