"""What is expected of descent by batches: exact, by all that may be drawn."""

from itertools import product

import numpy as np
import pytest

from optcore.descent.loop import descend
from optcore.objective import Look
from optcore.optimizers import GradientDescent, Momentum, NesterovMomentum
from optcore.samples.laws import stationary_covariance
from optcore.samples.populations import NoisyLine
from optcore.samples.regression import LinearRegression

LINE = LinearRegression.drawn(40, seed=1, population=NoisyLine(center=0.7))
WITH_VELOCITY = [
    (GradientDescent, {}, {}),
    (Momentum, {"momentum": 0.8}, {"momentum": 0.8}),
    (NesterovMomentum, {"momentum": 0.8}, {"momentum": 0.8, "nesterov": True}),
]


@pytest.mark.parametrize(("kind", "fields", "given"), WITH_VELOCITY)
@pytest.mark.parametrize(("size", "steps"), [(1, 5), (3, 2)])
def test_the_expected_excess_is_the_mean_of_all_that_may_be_drawn(size, steps, kind, fields, given):
    """On three samples: every sequence of batches, one by one."""
    fit = LinearRegression((-1.0, 0.5, 2.0), (0.0, 1.5, 1.0))
    rates = (0.1, 0.05, 0.05, 0.2, 0.1)[:steps]
    batches = [np.array(batch) for batch in product(range(3), repeat=size)]
    at = [(np.array([1.0, -1.0]), kind(**fields).init(np.zeros(2)))]
    means = [fit.value(at[0][0])]
    for rate in rates:
        rule, moved = kind(rate, **fields), []
        for point, state in at:
            for batch in batches:
                look = Look(None, point, 0.0, fit.batch_grad(point, batch))
                step, after = rule.update(look, state)
                moved.append((point + step, after))
        at = moved
        means.append(np.mean([fit.value(point) for point, _ in at]))
    found = fit.expected_excess((1.0, -1.0), rates, [size] * steps, **given)
    lowest = float(fit.value(np.array(fit.minima[0])))
    np.testing.assert_allclose(found, np.array(means) - lowest, rtol=1e-10)


@pytest.mark.parametrize(("kind", "fields", "given"), WITH_VELOCITY)
def test_the_expected_excess_ends_where_the_ball_is_and_of_all_samples_is_the_descent(
    kind, fields, given
):
    fit, rate = LinearRegression.drawn(30, 2), 0.02
    ball = fit.stationary_covariance(rate, 3, **given)
    ends = fit.expected_excess(fit.start, np.full(2000, rate), np.full(2000, 3), **given)[-1]
    assert ends == pytest.approx(0.5 * np.trace(fit.hessian(np.zeros(2)) @ ball), rel=1e-9)
    run = descend(fit, kind(rate, **fields), fit.start, 20)
    whole = fit.expected_excess(fit.start, np.full(20, rate), np.full(20, np.inf), **given)
    np.testing.assert_allclose(whole, run.values - fit.value(np.array(fit.minima[0])), rtol=1e-9)


def test_the_expected_excess_of_a_rate_beyond_the_limit_grows_without_bound():
    fit = LinearRegression.drawn(30, 2)
    found = fit.expected_excess(fit.start, np.full(3000, 3.0), np.full(3000, 1))
    assert (np.diff(found[:20]) > 0).all()
    assert not np.isfinite(found[-1])


@pytest.mark.parametrize("sizes", [[4] * 9, [1, 1, 2, 2, 2, 7, 1, 1, 1]])
def test_the_expected_excess_of_many_equal_steps_is_that_of_each_on_its_own(sizes):
    fit, rates = LinearRegression.drawn(30, 2), np.repeat([0.05, 0.02, 0.05], 3)
    together = fit.batch_noise.moments(np.array([1.0, -2.0]), rates, sizes, 0.7)
    apart = np.array([1.0, -2.0, 0, 0, *np.outer(m := [1.0, -2.0, 0, 0], m).ravel(), 1])
    for rate, size in zip(rates, sizes, strict=True):
        apart = fit.batch_noise.maps([rate], [size], 0.7)[0] @ apart
    np.testing.assert_allclose(together[-1], apart[4:-1].reshape(4, 4)[:2, :2], rtol=1e-12)


@pytest.mark.parametrize(("kind", "fields", "given"), WITH_VELOCITY)
def test_the_ball_of_one_input_and_of_great_batches_is_that_of_even_noise(kind, fields, given):
    """The noise of a batch's bowl falls with 1/B like all of it, but its share of the ball
    with 1/B again where the ball is small."""
    fit, size = LinearRegression.drawn(40, 3), 10**6
    grads = fit.batch_grad(np.array(fit.minima[0]), np.arange(40)[:, None])
    even = stationary_covariance(0.02, fit.hessian(np.zeros(2)), np.cov(grads.T, bias=True) / size,
                                 **given)  # fmt: skip
    np.testing.assert_allclose(fit.stationary_covariance(0.02, size, **given), even, rtol=1e-5)
