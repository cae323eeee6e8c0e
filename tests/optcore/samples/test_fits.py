"""Objectives made of samples: right by the complex step, by hand, and batch by batch."""

from dataclasses import replace
from itertools import combinations, pairwise

import numpy as np
import pytest

from optcore.descent.batches import ORDERS, Batches, BatchGradients
from optcore.descent.delay import Delay
from optcore.descent.disturbance import GradientNoise
from optcore.descent.loop import descend
from optcore.descent.run import OVERHEAD
from optcore.descent.schedules import StepDecay
from optcore.descent.setting import setting
from optcore.descent.stepper import Stepper
from optcore.optimizers import (
    BFGS,
    Adam,
    GradientDescent,
    Momentum,
    Newton,
    RMSPropNesterov,
)
from optcore.samples import regression
from optcore.samples.averages import losses_before
from optcore.samples.classifier import LinearClassifier
from optcore.samples.populations import NoisyLine
from optcore.samples.regression import LinearRegression, batch_means
from optcore.samples.surrogates import SURROGATES

LINE = LinearRegression.drawn(40, seed=1, population=NoisyLine(center=0.7))
LOGISTIC = LinearClassifier.drawn(40, seed=1)
FITS = [LINE, *(replace(LOGISTIC, loss=loss) for loss in SURROGATES)]
POINTS = np.random.default_rng(2).normal(size=(30, 2)) * 3
every = pytest.mark.parametrize("fit", FITS, ids=lambda f: f"{f.name} {getattr(f, 'loss', '')}")
both = pytest.mark.parametrize("fit", [LINE, LOGISTIC], ids=lambda f: f.name)


def slopes(function, points, h=1e-40):
    """Derivatives by the complex step, along each coordinate."""
    steps = [points + 1j * h * unit for unit in np.eye(2)]
    return np.stack([np.imag(function(step)) / h for step in steps], axis=-1)


@every
def test_the_gradient_is_the_complex_step(fit):
    np.testing.assert_allclose(fit.grad(POINTS), slopes(fit.value, POINTS), rtol=1e-11, atol=1e-12)


@every
def test_the_hessian_is_the_complex_step_of_the_gradient(fit):
    by_step = np.stack([slopes(lambda p, i=i: fit.grad(p)[..., i], POINTS) for i in (0, 1)], -1)
    np.testing.assert_allclose(fit.hessian(POINTS), by_step, rtol=1e-11, atol=1e-12)
    indices = np.array([3, 5, 5, 8])
    by_step = np.stack(
        [slopes(lambda p, i=i: fit.batch_grad(p, indices)[..., i], POINTS) for i in (0, 1)], -1
    )
    np.testing.assert_allclose(fit.batch_hessian(POINTS, indices), by_step, rtol=1e-11, atol=1e-12)


@every
def test_a_batch_of_points_equals_one_by_one(fit):
    many = POINTS.reshape(5, 6, 2)
    value, grad = fit.value_and_grad(many)
    for index in np.ndindex(5, 6):
        np.testing.assert_allclose(value[index], fit.value(many[index]), rtol=1e-13)
        np.testing.assert_allclose(grad[index], fit.grad(many[index]), rtol=1e-13, atol=1e-15)


@every
def test_the_whole_is_the_mean_of_its_samples_and_a_batch_of_its_own(fit):
    singles = [fit.batch_value(POINTS, np.array([i])) for i in range(40)]
    np.testing.assert_allclose(np.mean(singles, axis=0), fit.value(POINTS), rtol=1e-12)
    singles = [fit.batch_grad(POINTS, np.array([i])) for i in range(40)]
    np.testing.assert_allclose(np.mean(singles, axis=0), fit.grad(POINTS), rtol=1e-11, atol=1e-13)
    some = [1, 7, 30]
    batch = np.mean([singles[i] for i in some], axis=0)
    np.testing.assert_allclose(
        fit.batch_grad(POINTS, np.array(some)), batch, rtol=1e-11, atol=1e-13
    )


def test_a_line_through_three_points_by_hand():
    fit = LinearRegression((0.0, 1.0, 2.0), (1.0, 0.0, 2.0))
    # Errors of y = x: -1, 1, 0; of the best line y = x/2 + 1/2: -1/2, 1, -1/2.
    assert fit.value(np.array([1.0, 0.0])) == pytest.approx(2 / 3, rel=1e-15)
    np.testing.assert_allclose(fit.grad(np.array([1.0, 0.0])), [2 / 3, 0.0], atol=1e-15)
    np.testing.assert_allclose(fit.minima, [(0.5, 0.5)])
    np.testing.assert_allclose(fit.hessian(np.zeros(2)), [[10 / 3, 2], [2, 2]])
    np.testing.assert_allclose(fit.batch_grad(np.array([1.0, 0.0]), np.array([1])), [2.0, 2.0])


def test_a_perfect_fit_is_found_without_cancellation():
    x = 1e3 + np.arange(20.0)
    fit = LinearRegression(tuple(x), tuple(3 * x - 7))
    assert fit.value(np.array([3.0, -7.0])) < 1e-18


def test_logistic_loss_by_hand():
    fit = LinearClassifier((1.0, -2.0), (1.0, -1.0))
    # Both margins are w |x| + y b; at (ln 2, 0) the losses are ln 3/2 and ln 5/4.
    point = np.array([np.log(2), 0.0])
    assert fit.value(point) == pytest.approx(np.log(15 / 8) / 2, rel=1e-15)
    np.testing.assert_allclose(fit.grad(point), [-(1 / 3 + 2 / 5) / 2, (-1 / 3 + 1 / 5) / 2])
    assert fit.minima == ()


@pytest.mark.parametrize("fit", [LINE, *(replace(LOGISTIC, loss=SURROGATES[k]) for k in (1, 3, 4))])
def test_the_minimum_is_one(fit):
    (minimum,) = fit.minima
    np.testing.assert_allclose(fit.grad(np.array(minimum)), 0, atol=1e-9)
    assert (fit.value(minimum + POINTS) > fit.value(np.array(minimum))).all()
    assert np.linalg.eigvalsh(fit.hessian(np.array(minimum)))[0] > 0


def test_margins_beyond_every_exponent_are_no_trouble():
    far = np.array([[1e4, -3e3], [-1e4, 2e3]])
    with np.errstate(all="raise", under="ignore"):
        value, grad = LOGISTIC.value_and_grad(far)
    assert np.isfinite(value).all()
    np.testing.assert_allclose(grad, slopes(LOGISTIC.value, far), rtol=1e-12, atol=1e-300)


# The data.


@both
def test_copies_change_nothing_but_the_number_of_samples(fit):
    thousandfold = replace(fit, copies=1000)
    assert thousandfold.samples == 40_000
    np.testing.assert_array_equal(thousandfold.value(POINTS), fit.value(POINTS))
    indices = np.array([3, 39])
    np.testing.assert_array_equal(
        thousandfold.batch_grad(POINTS, indices + 40 * 17), fit.batch_grad(POINTS, indices)
    )
    assert thousandfold.minima == fit.minima


@both
def test_a_point_can_be_moved(fit):
    moved = fit.moved(3, 0.25, 1.0)
    assert moved.at(3) == (0.25, 1.0)
    assert moved.moved(3, fit.x[3], fit.y[3]) == fit
    assert hash(moved) != hash(fit)
    assert not np.allclose(moved.value(POINTS), fit.value(POINTS))


@both
def test_fresh_samples_are_new_each_time_and_each_seeds_own(fit):
    fresh = fit.fresh(50, seed=4)
    assert fresh.samples == 50
    assert not set(fresh.x) & set(fit.x)
    several = fit.fresh(50, seed=np.array([[4], [5]]))
    np.testing.assert_array_equal(several.at(np.arange(50))[0][0], fresh.x)
    np.testing.assert_array_equal(several.at(np.arange(50))[1][0], fresh.y)


@both
def test_a_seed_draws_the_same_data_and_equal_data_are_equal_fits(fit):
    kind = type(fit)
    assert kind.drawn(12, seed=3) == kind.drawn(12, seed=3)
    assert kind.drawn(12, seed=3) != kind.drawn(12, seed=4)


@both
def test_a_run_starts_upper_left_of_the_truth_in_a_window_around_it(fit):
    truth = np.array([fit.population.slope, fit.population.intercept])
    np.testing.assert_allclose(np.array(fit.start) - truth, [-2.5, 2.0], atol=1e-15)
    np.testing.assert_allclose(np.array(fit.window), np.stack([truth - 3, truth + 3], axis=-1))


# The true risk.


@every
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("size", [1, 7, 40])
def test_the_gradients_laid_out_are_those_of_the_batches(fit, order, size):
    batches = Batches(size, order, seed=3, growth=StepDecay(0.4, 3) if size == 7 else None)
    deck = batches.deal(fit, 12)
    quick = deck.objective.batch_gradients(deck)
    for t, point in enumerate(POINTS[:12]):
        plain = deck.objective.batch_grad(point, deck[t])
        np.testing.assert_allclose(quick(t, *point), plain, rtol=1e-9, atol=1e-12)
        several = BatchGradients(deck)(t, POINTS[t : t + 3])
        plain = deck.objective.batch_grad(POINTS[t : t + 3], deck[t])
        np.testing.assert_allclose(several, plain, rtol=1e-9, atol=1e-12)


@both
@pytest.mark.parametrize("order", ORDERS)
def test_a_batch_of_seeds_equals_one_by_one(fit, order):
    given = {"delay": Delay(2, 0.01), "noise": GradientNoise(0.01, 1)}
    batches = Batches(6, order, seed=np.arange(5))
    together = descend(fit, Momentum(0.02), fit.start, 20, batches=batches, **given)
    for seed in range(5):
        alone = descend(
            fit, Momentum(0.02), fit.start, 20, batches=Batches(6, order, seed), **given
        )
        for field in ("points", "values", "seen", "grads"):
            ours = getattr(together, field)[:, seed]
            np.testing.assert_allclose(ours, getattr(alone, field), rtol=1e-8, atol=1e-10)


@both
@pytest.mark.parametrize("optimizer", [Adam(0.05), RMSPropNesterov(0.01), GradientDescent(0.05)])
def test_the_fast_path_is_the_plain_one(fit, optimizer):
    parts = (Batches(6, seed=2), GradientNoise(0.1, 3), Delay(3, 0.01))
    run = descend(fit, optimizer, fit.start, 40, batches=parts[0], noise=parts[1], delay=parts[2])
    stepper = Stepper(setting(fit, optimizer, fit.start, 40, None, parts))
    for t in range(41):
        stepper.look(t)
        np.testing.assert_allclose(run.points[t], stepper.point, rtol=1e-9, atol=1e-11)
        np.testing.assert_allclose(run.seen[t], stepper.seen, rtol=1e-8, atol=1e-10)
        if t < 40:
            stepper.move(t, np.array(True))
    np.testing.assert_allclose(run.values, fit.value(run.points), rtol=1e-12)


@both
def test_methods_that_search_or_bend_go_by_the_batch(fit):
    deck = Batches(10, seed=1).deal(fit, 3)
    newton = descend(fit, Newton(), (0.2, 0.1), 2, batches=Batches(10, seed=1))
    point = np.array([0.2, 0.1])
    hessian, grad = fit.batch_hessian(point, deck[0]), fit.batch_grad(point, deck[0])
    np.testing.assert_allclose(newton.points[1], point - np.linalg.solve(hessian, grad), rtol=1e-9)
    searched = descend(fit, BFGS(), (0.2, 0.1), 2, batches=Batches(10, seed=1))
    moved = searched.points[1]
    assert fit.batch_value(moved, deck[0]) < fit.batch_value(point, deck[0])


@both
def test_every_batch_of_two_stands_for_the_whole(fit):
    """The mean over all pairs of samples is the gradient itself: a batch is unbiased."""
    small = replace(fit, x=fit.x[:8], y=fit.y[:8])
    pairs = np.array(list(combinations(range(8), 2)))
    grads = small.batch_grad(POINTS[:, None], pairs)
    np.testing.assert_allclose(grads.mean(axis=1), small.grad(POINTS), rtol=1e-11, atol=1e-13)


def test_a_loss_that_overflows_ends_its_run_and_says_so():
    """Floats raise where NumPy gives inf: the plain loop then does it."""
    fit = replace(LOGISTIC, loss=SURROGATES[-1])
    run = descend(fit, GradientDescent(1e3), (-5.0, 0.0), 50, batches=Batches(1, seed=2))
    assert run.diverged
    assert "Diverged at step" in run.status


def test_values_of_a_run_on_batches_are_worked_out_when_they_are_asked_for():
    class Watched(LinearRegression):
        def value_and_grad(self, point):
            asked.append(len(point))
            return super().value_and_grad(point)

    asked = []
    fit = Watched(LINE.x, LINE.y)
    run = descend(fit, GradientDescent(0.05), fit.start, 30, batches=Batches(4))
    assert run.nbytes > 0
    assert type(run.nbytes) is int
    assert run.last.shape == (2,)
    assert not asked
    np.testing.assert_allclose(run.values, fit.value(run.points), rtol=1e-13)
    before = list(asked)
    assert (run.gradient_norms >= 0).all()
    assert asked == before
    parts = run.points, run.seen, run.gradient_evaluations, run.values, run.grads
    assert run.nbytes == OVERHEAD + sum(part.nbytes for part in parts)


@pytest.mark.parametrize("order", ["shuffled", "online"])
def test_runs_with_data_of_their_own_are_dealt_their_own(order):
    """Several data sets and as many seeds: each run is the one it would be alone."""
    for kind in (LinearRegression, LinearClassifier):
        seeds = np.array([4, 9, 11])
        sets = kind.drawn(6, 1).fresh(6, seeds)
        batches = Batches(2, order, seed=seeds)
        both = descend(sets, GradientDescent(0.1), np.tile(sets.start, (3, 1)), 9, batches=batches)
        before = losses_before(sets, batches, both.points)
        assert before.shape == (10, 3)
        for at, seed in enumerate(seeds):
            own = kind(tuple(sets.x[at]), tuple(sets.y[at]), population=sets.population)
            alone = Batches(2, order, seed=seed)
            run = descend(own, GradientDescent(0.1), own.start, 9, batches=alone)
            np.testing.assert_allclose(both.points[:, at], run.points, rtol=1e-12)
            np.testing.assert_allclose(before[:, at], losses_before(own, alone, run.points))


def test_every_step_on_a_batch_asks_for_one_gradient():
    for rates in (0.1, np.array([0.1, 0.2])):
        run = descend(LINE, GradientDescent(rates), LINE.start, 5, batches=Batches(4))
        assert run.gradient_evaluations.tolist() == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("gathered", [1, 4, 6, 8, 100])
def test_means_of_batches_are_the_same_in_pieces(monkeypatch, gathered):
    monkeypatch.setattr(regression, "GATHERED", gathered)
    features, cards = POINTS[:7], np.random.default_rng(5).integers(0, 50, 15)
    bounds = np.array([0, 2, 4, 5, 7, 9, 10, 12, 15])
    expected = [features[cards[i:k] % 7].mean(axis=0) for i, k in pairwise(bounds)]
    np.testing.assert_allclose(batch_means(features, cards, bounds), expected, rtol=1e-13)
    assert batch_means(features, cards, bounds[:1]).shape == (0, 2)


def test_where_all_inputs_coincide_the_best_line_is_flat():
    fit = LinearRegression((2.0, 2.0, 2.0, 2.0), (1.0, 2.0, 3.0, 6.0))
    assert fit.minima == ((0.0, 3.0),)
    np.testing.assert_allclose(fit.grad(np.array([0.0, 3.0])), 0, atol=1e-15)
    # (4 + 1 + 0 + 9) / 4
    assert fit.value(np.array([0.0, 3.0])) == 3.5


@both
def test_a_grid_of_data_sets_is_each_of_them_at_all_points(fit):
    sets = fit.fresh(6, np.array([[4, 9, 2], [5, 6, 7]]))
    assert sets.x.shape == (2, 3, 6)
    rng = np.random.default_rng(8)
    points, indices = rng.normal(size=(5, 2, 3, 2)), rng.integers(0, 6, (2, 3, 4))
    for at in np.ndindex(2, 3):
        here = (slice(None), *at)
        own = replace(fit, x=tuple(sets.x[at]), y=tuple(sets.y[at]))
        for name in ("value", "grad", "hessian"):
            ours, alone = getattr(sets, name)(points), getattr(own, name)(points[here])
            np.testing.assert_allclose(ours[here], alone, rtol=1e-12, atol=1e-14)
        for name in ("batch_value", "batch_grad", "batch_hessian"):
            for drawn in (indices, indices[0, 0]):
                ours = getattr(sets, name)(points, drawn)[here]
                alone = getattr(own, name)(points[here], np.broadcast_to(drawn, (2, 3, 4))[at])
                np.testing.assert_allclose(ours, alone, rtol=1e-12, atol=1e-14)
