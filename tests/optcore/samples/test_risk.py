"""The true risk of a fit, against fresh samples and fine sums."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from optcore.samples.classifier import LinearClassifier
from optcore.samples.populations import NoisyLabels, NoisyLine
from optcore.samples.regression import LinearRegression
from optcore.samples.surrogates import SURROGATES

LOGISTIC = LinearClassifier.drawn(40, seed=1)
POINTS = np.random.default_rng(2).normal(size=(30, 2)) * 3
RNG = np.random.default_rng(8)


def test_the_risk_of_a_line_is_that_of_a_million_fresh_samples():
    population = NoisyLine(slope=0.8, intercept=-0.4, center=1.2, spread=0.6, noise=0.7)
    fit = LinearRegression.drawn(5, population=population)
    many = fit.fresh(1_000_000, seed=0)
    for point in ((0.8, -0.4), (0.0, 0.0), (2.0, 1.0)):
        point = np.array(point)
        losses = (point[0] * many.x + point[1] - many.y) ** 2
        error = losses.std() / 1e3
        assert abs(fit.risk(point) - losses.mean()) < 4 * error
    assert fit.risk(np.array([0.8, -0.4])) == pytest.approx(0.49, rel=1e-15)


@pytest.mark.parametrize("loss", SURROGATES, ids=lambda loss: loss.name)
def test_the_risk_of_a_classifier_is_that_of_a_million_fresh_samples(loss):
    population = NoisyLabels(slope=3.0, intercept=-1.0, center=0.5, spread=0.8)
    fit = LinearClassifier.drawn(5, population=population, loss=loss)
    many = fit.fresh(1_000_000, seed=0)
    for point in ((1.0, -0.2), (0.0, 0.7), (-0.5, 0.1)):
        losses = loss.value(many.y * (point[0] * many.x + point[1]))
        assert abs(fit.risk(np.array(point)) - losses.mean()) < 4 * losses.std() / 1e3


@pytest.mark.parametrize("loss", [loss for loss in SURROGATES if loss.name in ("0-1", "Hinge")])
def test_the_risk_with_a_kink_is_that_of_a_fine_sum(loss):
    """Inputs around 0.6 that spread by 2; where x is 0.8 the loss jumps, or bends beside it."""
    population = NoisyLabels(center=0.6, spread=2.0)
    z = (np.arange(2_000_000) + 0.5) / 1e5 - 10
    x = 0.6 + 2 * z
    right = 1 / (1 + np.exp(-population.slope * x - population.intercept))
    line = 1.5 * x - 1.2
    mean = right * loss.value(line) + (1 - right) * loss.value(-line)
    total = (mean * np.exp(-z * z / 2)).sum() / 1e5 / np.sqrt(2 * np.pi)
    assert population.risk(1.5, -1.2, loss) == pytest.approx(
        total, rel=2e-6 if loss.name == "0-1" else 2e-3
    )


def test_several_data_sets_are_looked_at_one_by_one():
    sets = replace(LOGISTIC, **dict(zip("xy", RNG.normal(size=(2, 40, 500)), strict=True)))
    points = RNG.normal(size=(40, 2))
    values, grads = sets.value_and_grad(points)
    for at in (0, 17, 39):
        alone = replace(LOGISTIC, x=tuple(sets.x[at]), y=tuple(sets.y[at]))
        value, grad = alone.value_and_grad(points[at])
        assert values[at] == pytest.approx(value, rel=1e-12)
        np.testing.assert_allclose(grads[at], grad, rtol=1e-10)


def test_a_population_moves_and_stretches_what_is_drawn():
    """By draws that are known: normal ones, and chances at 1/2."""
    z = np.array([-1.0, 0.0, 2.0])
    rng = SimpleNamespace(standard_normal=lambda _: z, random=lambda _: np.full(3, 0.5))
    line = NoisyLine(slope=2.0, intercept=-1.0, center=3.0, spread=0.5, noise=0.25)
    np.testing.assert_array_equal(line.draw(3, rng), [[2.5, 3.75], [3, 5], [4, 7.5]])
    # Of an even chance, to the last bit, a draw of 1/2 makes -1.
    labels = NoisyLabels(slope=2.0, intercept=0.0, center=0.0, spread=0.5)
    np.testing.assert_array_equal(labels.draw(3, rng), [[-0.5, -1], [0, -1], [1, 1]])


def test_the_risk_is_lowest_at_the_truth():
    population = NoisyLabels(slope=1.5, intercept=-0.5)
    fit = LinearClassifier.drawn(5, population=population)
    truth = np.array([1.5, -0.5])
    assert (fit.risk(truth + 0.1 * POINTS) > fit.risk(truth)).all()
    # Its slope is 0 there, for the model is right: by central differences.
    h = 1e-4 * np.eye(2)
    np.testing.assert_allclose(fit.risk(truth + h) - fit.risk(truth - h), 0, atol=1e-11)
    zero_one = replace(fit, loss=SURROGATES[0])
    assert (zero_one.risk(truth + 0.1 * POINTS) >= zero_one.risk(truth) - 1e-12).all()


# On batches: quick ways, and what they must equal.
