"""The laws against enumeration, against simulation within its error, and against each other."""

from itertools import combinations, permutations, product

import numpy as np
import pytest
from parabola import Parabola

from optcore.descent.batches import Batches
from optcore.descent.disturbance import GradientNoise
from optcore.descent.loop import descend
from optcore.descent.schedules import SCHEDULES, InverseSquareRoot, InverseTime, LinearDecay
from optcore.objective import Look
from optcore.optimizers import GradientDescent, Momentum, NesterovMomentum
from optcore.samples.laws import (
    batch_covariance,
    batch_variance,
    excess_error,
    risk_gap,
    stationary_covariance,
    stationary_variance,
)
from optcore.samples.populations import NoisyLine
from optcore.samples.regression import LinearRegression

TEN = np.arange(1.0, 11.0)


# The mean of a batch.


def test_ten_values_in_batches_of_four():
    assert batch_variance(TEN, 4, "replaced") == pytest.approx(2.0625, rel=1e-14)
    assert batch_variance(TEN, 4, "shuffled") == pytest.approx(1.375, rel=1e-14)


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_the_variance_is_that_over_all_batches_there_are(size):
    values = np.array([2.0, -1.0, 0.5, 7.0, 3.0])
    without = [np.mean(batch) for batch in combinations(values, size)]
    replaced = [np.mean(batch) for batch in product(values, repeat=size)]
    assert batch_variance(values, size) == pytest.approx(np.var(without), rel=1e-12, abs=1e-15)
    assert batch_variance(values, size, "replaced") == pytest.approx(np.var(replaced), rel=1e-12)
    assert batch_variance(values, size, "online") == batch_variance(values, size, "replaced")


def test_in_order_it_is_the_spread_of_the_batches_of_a_pass():
    # Means 2.5, 6.5 and 9.5 of four, four and two samples around 5.5.
    expected = (4 * 3.0**2 + 4 * 1.0**2 + 2 * 4.0**2) / 10
    assert batch_variance(TEN, 4, "ordered") == pytest.approx(expected, rel=1e-14)
    orders = [batch_variance(np.array(p), 2, "ordered") for p in permutations(TEN[:4])]
    assert np.mean(orders) == pytest.approx(batch_variance(TEN[:4], 2), rel=1e-12)


def test_the_gradients_of_a_fit_spread_as_the_law_says():
    fit = LinearRegression.drawn(12, seed=2)
    point, steps = np.array(fit.start), 4000
    singles = fit.batch_grad(point, np.arange(12)[:, None])
    for order in ("shuffled", "replaced"):
        deck = Batches(3, order, seed=5).deal(fit, steps)
        seen = np.array([fit.batch_grad(point, deck[t]) for t in range(steps)])
        law = batch_variance(singles.T, 3, order)
        np.testing.assert_allclose(seen.var(axis=0), law, rtol=5 * np.sqrt(2 / steps))


@pytest.mark.parametrize("order", ["shuffled", "ordered", "replaced"])
def test_the_covariance_of_a_batch_is_that_over_all_batches(order):
    vectors = np.random.default_rng(1).normal(size=(6, 3))
    law = batch_covariance(vectors, 2, order)
    batches = {
        "shuffled": combinations(range(6), 2),
        "ordered": [(0, 1), (2, 3), (4, 5)],
        "replaced": product(range(6), repeat=2),
    }[order]
    means = np.array([vectors[list(batch)].mean(axis=0) for batch in batches])
    np.testing.assert_allclose(law, np.cov(means.T, bias=True), rtol=1e-12, atol=1e-15)
    each = batch_variance(vectors.T, 2, order)
    np.testing.assert_allclose(np.diag(law), each, rtol=1e-12)


def test_batches_that_cannot_be_drawn_are_refused():
    with pytest.raises(ValueError, match="a batch of 11 cannot be drawn from 10 samples"):
        batch_variance(TEN, 11)
    for order in ("shuffled", "replaced", "online", "ordered"):
        with pytest.raises(ValueError, match="a batch of 0 has no mean"):
            batch_variance(np.arange(10.0), 0, order)
    with pytest.raises(ValueError, match="one of shuffled, ordered, replaced, online"):
        batch_variance(TEN, 2, "sorted")


# The ball around a minimum.


def test_a_third_at_rate_a_half():
    assert stationary_variance(0.5, 1.0, 1.0) == pytest.approx(1 / 3, rel=1e-15)


METHODS = [
    (GradientDescent, {}, {}),
    (Momentum, {"momentum": 0.8}, {"momentum": 0.8}),
    (NesterovMomentum, {"momentum": 0.8}, {"momentum": 0.8, "nesterov": True}),
]


@pytest.mark.parametrize(("kind", "fields", "given"), METHODS)
@pytest.mark.parametrize("rate", [0.05, 0.4])
def test_a_long_run_keeps_the_variance_of_the_law(kind, fields, given, rate):
    """500 runs of 2,000 steps; the error of a variance grows with the memory of the points."""
    curvature, noise = 1.3, 0.7
    seeds = np.arange(500)
    run = descend(
        Parabola(curvature), kind(rate, **fields), [0.0], 2000,
        noise=GradientNoise(noise, seeds), record=True,
    )  # fmt: skip
    points = run.points[500:, :, 0]
    law = stationary_variance(rate, curvature, noise**2, **given)
    each = (points**2).mean(axis=0)
    assert abs(each.mean() - law) < 4.5 * each.std() / np.sqrt(len(seeds))


@pytest.mark.parametrize("nesterov", [False, True])
@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.95])
def test_the_closed_form_is_the_linear_system(momentum, nesterov):
    for rate in (0.01, 0.3, 1.0):
        matrix = stationary_covariance(rate, [[1.2]], [[0.6]], momentum, nesterov)[0, 0]
        closed = stationary_variance(rate, 1.2, 0.6, momentum, nesterov)
        np.testing.assert_allclose(matrix, closed, rtol=1e-9)


@pytest.mark.parametrize(("kind", "fields", "given"), METHODS)
def test_the_variance_is_infinite_exactly_beyond_the_stable_rate(kind, fields, given):
    limit = kind(**fields).stable_rate(2.5)
    below, above = stationary_variance(np.array([0.999, 1.001]) * limit, 2.5, 1.0, **given)
    assert below > 100 * stationary_variance(0.2 * limit, 2.5, 1.0, **given)
    assert above == np.inf
    assert (stationary_covariance(1.001 * limit, [[2.5]], [[1.0]], **given) == np.inf).all()
    # With all of its velocity kept it does not settle either, noise or none.
    assert stationary_variance(0.5, 2.5, 0.0, momentum=1.0) == np.inf
    # At a rate of 0 nothing settles: the system would be singular.
    assert stationary_variance(0.0, 2.5, 1.0, **given) == np.inf
    assert (stationary_covariance(0.0, [[2.5]], [[1.0]], **given) == np.inf).all()


def test_the_ball_of_a_fit_is_the_ellipse_of_the_law():
    """Noise that does not share its axes with the curvature, as a batch's does not."""
    hessian = np.array([[2.0, 0.8], [0.8, 1.0]])
    noise = np.array([[0.3, -0.2], [-0.2, 0.5]])
    law = stationary_covariance(0.2, hessian, noise, momentum=0.6)
    rng, root = np.random.default_rng(0), np.linalg.cholesky(noise)
    point, velocity = np.zeros((4000, 2)), np.zeros((4000, 2))
    for _ in range(400):
        grad = point @ hessian + rng.standard_normal(point.shape) @ root.T
        velocity = 0.6 * velocity + grad
        point = point - 0.2 * velocity
    found = point.T @ point / len(point)
    error = np.sqrt((law**2 + np.outer(np.diag(law), np.diag(law))) / len(point))
    assert (np.abs(found - law) < 4 * error).all()
    np.testing.assert_allclose(law, law.T, rtol=1e-12)


@pytest.mark.parametrize(("size", "rate"), [(1, 0.05), (4, 0.2)])
def test_the_ball_of_a_line_fit_is_known_exactly(size, rate):
    """1,000 runs by samples drawn from all; noise that is the same everywhere falls short."""
    fit = LinearRegression.drawn(15, seed=2, population=NoisyLine(center=0.6))
    batches = Batches(size, "replaced", seed=np.arange(1000))
    run = descend(fit, GradientDescent(rate), fit.minima[0], 400, batches=batches)
    away = run.last - fit.minima[0]
    law, found = fit.stationary_covariance(rate, size), away.T @ away / 1000
    fourth = np.einsum("ki,kj->kij", away, away).std(axis=0) / np.sqrt(1000)
    assert (np.abs(found - law) < 4 * fourth).all()
    grads = fit.batch_grad(np.array(fit.minima[0]), np.arange(15)[:, None])
    everywhere = batch_covariance(grads, size, "replaced")
    simple = stationary_covariance(rate, fit.hessian(np.zeros(2)), everywhere)
    assert np.trace(law) > 1.1 * np.trace(simple)
    small = fit.stationary_covariance(1e-4, size)
    simple = stationary_covariance(1e-4, fit.hessian(np.zeros(2)), everywhere)
    np.testing.assert_allclose(small, simple, rtol=2e-3)


def test_a_rate_that_the_whole_bears_may_be_too_much_for_single_samples():
    fit = LinearRegression((-2.0, 0.0, 2.0), (1.0, 0.0, 1.0))
    limit = 2 / np.linalg.eigvalsh(fit.hessian(np.zeros(2)))[-1]
    assert np.isfinite(fit.stationary_covariance(0.9 * limit, 1000)).all()
    found = fit.stationary_covariance(0.9 * limit, 1)
    np.testing.assert_array_equal(found, np.full((2, 2), np.inf), strict=True)
    # A rate of 0 settles nowhere, and would make the system singular.
    assert (fit.stationary_covariance(0.0, 1) == np.inf).all()


def test_it_does_not_shrink_by_waiting_but_with_the_rate():
    rates = np.array([0.1, 0.05, 0.025])
    variances = stationary_variance(rates, 1.0, 1.0)
    np.testing.assert_allclose(variances[1:] / variances[:-1], 0.5, rtol=0.04)


# Falling rates.


@pytest.mark.parametrize(("kind", "fields", "given"), METHODS)
@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda s: s.name)
def test_the_excess_error_is_that_of_many_runs(schedule, kind, fields, given):
    curvature, noise, steps, runs = 1.5, 0.8, 120, 3000
    run = descend(
        Parabola(curvature), kind(0.4, **fields), [1.0], steps, schedule=schedule,
        noise=GradientNoise(noise, np.arange(runs)),
    )  # fmt: skip
    law = excess_error(run.rates, curvature, noise**2, 1.0, **given)
    assert law.shape == (steps + 1,)
    error = run.values.std(axis=1) / np.sqrt(runs)
    assert (np.abs(run.values.mean(axis=1) - law) <= 5 * error + 1e-12).all()


@pytest.mark.parametrize(("kind", "fields", "given"), METHODS)
def test_the_excess_error_is_the_mean_of_all_noises_there_are(kind, fields, given):
    """Noise of +1 or -1: every sequence of signs over eight steps, as runs side by side."""
    rates = LinearDecay().rate(0.4, np.arange(8), 8)
    signs = np.array(list(product((-1.0, 1.0), repeat=8)))
    point, state, means = np.full(256, 2.0), kind(**fields).init(np.zeros(256)), []
    for rate, sign in zip([*rates, 0.0], [*signs.T, signs[:, 0]], strict=True):
        means.append(0.5 * 1.5 * (point**2).mean())
        look = Look(None, point, 0.0, 1.5 * point + 0.7 * sign)
        step, state = kind(rate, **fields).update(look, state)
        point = point + step
    law = excess_error(rates, 1.5, 0.49, 2.0, **given)
    np.testing.assert_allclose(law, means, rtol=1e-12)


@pytest.mark.parametrize(("_kind", "_fields", "given"), METHODS)
def test_a_constant_rate_ends_in_the_stationary_ball(_kind, _fields, given):
    curvature = np.array([1.2, 0.4])
    law = excess_error(np.full(4000, 0.3), curvature, 0.5, 3.0, **given)
    ball = stationary_variance(0.3, curvature, 0.5, **given)
    np.testing.assert_allclose(law[-1], 0.5 * curvature * ball, rtol=1e-11)


@pytest.mark.parametrize(("kind", "fields", "given"), METHODS)
def test_without_noise_the_expected_error_is_that_of_the_one_run(kind, fields, given):
    run = descend(Parabola(1.5), kind(0.2, **fields), [2.0], 60)
    np.testing.assert_allclose(excess_error(run.rates, 1.5, 0.0, 2.0, **given), run.values,
                               rtol=1e-9, atol=1e-14)  # fmt: skip


def test_a_law_of_many_momenta_is_the_law_of_each():
    momenta = np.array([0.0, 0.5, 0.9])
    together = excess_error(np.full(30, 0.1), 2.0, 0.3, 1.0, momenta)
    apart = [excess_error(np.full(30, 0.1), 2.0, 0.3, 1.0, momentum) for momentum in momenta]
    np.testing.assert_allclose(together.T, apart, rtol=1e-14)


@pytest.mark.parametrize(
    ("schedule", "exponent"), [(InverseTime(decay=1.0), -1.0), (InverseSquareRoot(decay=1.0), -0.5)]
)
def test_the_error_falls_with_the_power_of_the_rate(schedule, exponent):
    rates = schedule.rate(1.0, np.arange(100_000), 100_000)
    law = excess_error(rates, 1.0, 1.0, 1.0)
    slope = np.log(law[-1] / law[1000]) / np.log(1e5 / 1e3)
    assert slope == pytest.approx(exponent, abs=0.01)


def test_a_1_over_k_rate_that_is_too_small_never_arrives():
    """With rate c / k the error falls like k^(-2 c curvature) once that is slower than 1/k."""
    k = np.arange(1, 100_001)
    law = excess_error(0.1 / k, 1.0, 1e-4, 1.0)
    slope = np.log(law[-1] / law[1000]) / np.log(1e5 / 1e3)
    assert slope == pytest.approx(-0.2, abs=0.005)


# Training loss and true risk.


def test_the_gap_is_that_of_many_data_sets():
    population = NoisyLine(noise=0.8)
    for samples in (6, 20):
        gaps = []
        for seed in range(1000):
            fit = LinearRegression.drawn(samples, seed, population=population)
            best = np.array(fit.minima[0])
            gaps.append(fit.risk(best) - fit.value(best))
        law = risk_gap(samples, 2, 0.64)
        assert abs(np.mean(gaps) - law) < 4.5 * np.std(gaps) / np.sqrt(1000)


def test_excess_errors_of_several_schedules_are_those_of_each():
    rates = np.array([[0.5, 0.1], [0.25, 0.1], [0.1, 0.1]])
    together = excess_error(rates, 1.3, 0.4, 2.0, momentum=0.5)
    for at in (0, 1):
        alone = excess_error(rates[:, at], 1.3, 0.4, 2.0, momentum=0.5)
        np.testing.assert_allclose(together[:, at], alone, rtol=1e-14)


def test_the_gap_vanishes_with_samples_and_has_no_bound_without_enough():
    assert risk_gap(1e6, 2, 1.0) * 1e6 == pytest.approx(4, rel=1e-4)
    assert risk_gap(3, 2, 1.0) == np.inf
    assert risk_gap(2, 1, 1.0) == np.inf
    # One parameter, the mean alone: noise (1 + 1/N) - noise (N - 1)/N.
    assert risk_gap(10, 1, 1.0) == pytest.approx(0.2, rel=1e-12)


@pytest.mark.parametrize("order", ["shuffled", "ordered", "replaced"])
def test_values_that_lie_in_the_data_several_times_are_as_many_values(order):
    whole = batch_variance(np.tile(TEN, 3), 7, order)
    assert batch_variance(TEN, 7, order, copies=3) == pytest.approx(whole, rel=1e-12)
    pairs = np.stack([TEN, TEN**2], axis=-1)
    np.testing.assert_allclose(batch_covariance(pairs, 7, order, copies=3),
                               batch_covariance(np.tile(pairs, (3, 1)), 7, order))  # fmt: skip


def test_the_laws_at_their_very_ends():
    """Numbers that floats hold exactly: one sample, the limit 2 / curvature, N = p + 1."""
    assert batch_variance([3.0], 1) == 0
    assert batch_variance([1.0, 3.0], 1) == 1
    assert batch_variance([1.0, 3.0], 2) == 0
    assert batch_variance([1.0, 3.0], 1, "ordered") == 1
    assert stationary_variance(2.0, 1.0, 1.0) == np.inf
    assert stationary_variance(0.5, 1.0, 1.0, momentum=1.0) == np.inf
    assert stationary_variance(3.0, 1.0, 1.0, momentum=0.5) == np.inf
    np.testing.assert_array_equal(stationary_variance([1.0, 2.0], 1.0, 3.0), [3, np.inf])
    # (1 + 1/4) (4 - 2) / 1 - 2 / 4
    np.testing.assert_array_equal(risk_gap([2, 3, 4], 2, 10.0), [np.inf, np.inf, 20])
    found = stationary_covariance(1.0, np.diag([1.0, 3.0]), np.eye(2))
    np.testing.assert_array_equal(found, np.full((2, 2), np.inf), strict=True)
