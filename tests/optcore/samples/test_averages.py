"""Averages of the points of a run, and losses before the update that uses them."""

import numpy as np
import pytest

from optcore.descent.batches import Batches
from optcore.descent.loop import descend
from optcore.optimizers import Adam, AveragedSGD, GradientDescent
from optcore.samples.averages import averaged, losses_before
from optcore.samples.regression import LinearRegression
from optcore.surfaces import Rosenbrock


def test_by_hand():
    points = np.array([[4.0, 0.0], [2.0, 2.0], [0.0, 4.0], [6.0, 6.0]])
    np.testing.assert_array_equal(averaged(points), [[4, 0], [3, 1], [2, 2], [3, 3]])
    np.testing.assert_array_equal(averaged(points, 2), [[4, 0], [2, 2], [0, 4], [3, 5]])


def test_of_a_batch_of_runs_it_is_that_of_each():
    run = descend(Rosenbrock(), Adam(0.01), [(0.0, 0.0), (1.0, 2.0)], 20)
    together = averaged(run.points, 5)
    for k in range(2):
        np.testing.assert_allclose(together[:, k], averaged(run.points[:, k], 5), rtol=1e-14)


def test_it_is_what_averaged_sgd_keeps_in_its_memory():
    """torch's ASGD counts from its start: its average begins with the third."""
    method = AveragedSGD(learning_rate=1e-3, regularization=0.0, averaging_start=1.0)
    run = descend(Rosenbrock(), method, (-1.0, 1.0), 40)
    np.testing.assert_allclose(run.memory["average"][3:], averaged(run.points, 3)[3:], rtol=1e-10)


def test_losses_before_the_update_are_on_the_batch_to_come():
    fit, batches = LinearRegression.drawn(20, seed=1), Batches(4, seed=3)
    run = descend(fit, GradientDescent(0.05), fit.start, 9, batches=batches)
    deck = batches.deal(fit, 10)
    losses = losses_before(fit, batches, run.points)
    assert losses[4] == pytest.approx(fit.batch_value(run.points[4], deck[4]), rel=1e-14)
    singly = [fit.batch_value(run.points[t], deck[t]) for t in range(10)]
    np.testing.assert_allclose(losses, singly, rtol=1e-14)


def test_losses_before_the_update_of_many_runs_are_those_of_each():
    fit = LinearRegression.drawn(10, seed=1)
    for batches in (Batches(3, seed=2), Batches(3, seed=np.array([2, 5]))):
        starts = np.array([fit.start, (0.0, 0.0)])
        run = descend(fit, GradientDescent(0.05), starts, 9, batches=batches)
        losses = losses_before(fit, batches, run.points)
        assert losses.shape == (10, 2)
        for k in range(2):
            seed = int(np.broadcast_to(batches.seed, 2)[k])
            alone = losses_before(fit, Batches(3, seed=seed), run.points[:, k])
            np.testing.assert_allclose(losses[:, k], alone, rtol=1e-12)


def test_before_a_sample_repeats_they_measure_the_risk_and_then_the_training_loss():
    """150 data sets of 8 samples, singly: in the first pass without bias, in the last not."""
    batches, first, later = Batches(1, "shuffled", seed=0), [], []
    for seed in range(150):
        fit = LinearRegression.drawn(8, seed)
        run = descend(fit, GradientDescent(0.05), fit.start, 299, batches=batches)
        off = losses_before(fit, batches, run.points) - fit.risk(run.points)
        first.append(off[:8].mean())
        later.append(off[-80:].mean())
    error = np.std(first) / np.sqrt(150)
    assert abs(np.mean(first)) < 4 * error
    assert np.mean(later) < -4 * np.std(later) / np.sqrt(150)


def test_online_samples_keep_them_without_bias():
    off = []
    for seed in range(100):
        fit, batches = LinearRegression.drawn(30, seed), Batches(1, "online", seed=seed)
        run = descend(fit, GradientDescent(0.05), fit.start, 299, batches=batches)
        off.append((losses_before(fit, batches, run.points) - fit.risk(run.points))[100:].mean())
    assert abs(np.mean(off)) < 4 * np.std(off) / np.sqrt(100)
