"""Batches: which samples each step sees, in every order, and that all methods go by them."""

import dataclasses
from itertools import pairwise

import numpy as np
import pytest

from optcore.descent.batches import ORDERS, Batches, BatchGradients
from optcore.descent.delay import Delay
from optcore.descent.disturbance import ClipValue, GradientNoise
from optcore.descent.loop import descend
from optcore.descent.run import OVERHEAD
from optcore.descent.schedules import Constant, InverseTime, StepDecay
from optcore.knobs import knobs
from optcore.networks.activations import Tanh
from optcore.networks.initializers import XavierNormal
from optcore.networks.losses import SquaredError
from optcore.networks.network import FitLoss, Network
from optcore.optimizers import OPTIMIZERS, Adam, GradientDescent, LineSearch, Newton
from optcore.samples.regression import LinearRegression
from optcore.surfaces import Bowl

every = pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda o: o.name)
orders = pytest.mark.parametrize("order", ORDERS)


class Targets:
    """The mean of half the squared distances to some targets, of any number and dimension."""

    def __init__(self, targets):
        self.targets = np.asarray(targets, float)
        self.samples = len(self.targets)

    def value(self, point):
        return self.batch_value(point, np.arange(self.samples))

    def grad(self, point):
        return self.batch_grad(point, np.arange(self.samples))

    def hessian(self, point):
        return np.broadcast_to(np.eye(point.shape[-1]), (*point.shape, point.shape[-1]))

    def batch_value(self, point, indices):
        away = point[..., None, :] - self.targets[indices]
        return 0.5 * (away**2).sum(axis=-1).mean(axis=-1)

    def batch_grad(self, point, indices):
        return point - self.targets[indices].mean(axis=-2)

    def batch_hessian(self, point, indices):
        return self.hessian(point)

    def fresh(self, count, seed):
        return Targets(np.random.default_rng(seed).normal(size=(count, self.targets.shape[-1])))


TEN = Targets(np.random.default_rng(0).normal(size=(10, 2)))


def decks(batches, steps=40, objective=TEN):
    deck = batches.deal(objective, steps)
    return [deck[t] for t in range(steps)]


def tame(optimizer):
    rate = {"learning_rate": 0.05} if "learning_rate" in knobs(optimizer) else {}
    return dataclasses.replace(optimizer, **rate)


# Which samples.


@pytest.mark.parametrize("size", [1, 3, 4, 10, 12])
def test_a_shuffled_pass_shows_every_sample_once(size):
    dealt = decks(Batches(size, "shuffled", seed=3))
    per_pass = -(-10 // size)
    passes = [np.concatenate(dealt[k : k + per_pass]) for k in range(0, 36, per_pass)]
    for cards in passes:
        assert sorted(cards) == list(range(10))
    if size < 10:  # all samples at once need no shuffling
        assert any((one != two).any() for one, two in pairwise(passes))
    assert [len(cards) for cards in dealt[:per_pass]] == [
        min(size, 10 - size * k) for k in range(per_pass)
    ]


def test_ordered_samples_come_as_the_data_lie():
    dealt = decks(Batches(4, "ordered", seed=3), steps=4)
    assert [cards.tolist() for cards in dealt] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9], [0, 1, 2, 3]]


def test_replaced_samples_are_drawn_evenly_and_come_again():
    cards = np.concatenate(decks(Batches(10, "replaced", seed=1), steps=500))
    shares = np.bincount(cards, minlength=10) / len(cards)
    assert np.abs(shares - 0.1).max() < 4 * np.sqrt(0.1 * 0.9 / len(cards))
    assert len(set(cards[:10])) < 10


def test_online_samples_never_come_again():
    deck = Batches(7, "online", seed=1).deal(TEN, 30)
    cards = np.concatenate([deck[t] for t in range(30)])
    assert len(set(cards)) == len(cards) == deck.objective.samples == 210
    assert len(np.unique(deck.objective.targets)) == 420


@orders
def test_a_longer_run_and_a_larger_batch_begin_with_the_same_samples(order):
    def seen(size, steps):
        deck = Batches(size, order, seed=5).deal(TEN, steps)
        cards = np.concatenate([deck[t] for t in range(steps)])
        return deck.objective.targets[cards]

    np.testing.assert_array_equal(seen(2, 80)[:40], seen(2, 20))
    np.testing.assert_array_equal(seen(4, 9)[:20], seen(2, 10))


@pytest.mark.parametrize("order", ["shuffled", "ordered", "replaced"])
def test_each_seed_of_a_batch_deals_as_it_does_alone(order):
    seeds = np.arange(6).reshape(2, 3)
    together = Batches(3, order, seed=seeds[..., None]).deal(TEN, 9)
    for index in np.ndindex(2, 3):
        alone = Batches(3, order, seed=int(seeds[index])).deal(TEN, 9)
        for t in range(9):
            cards = np.broadcast_to(together[t], (2, 3, together[t].shape[-1]))
            np.testing.assert_array_equal(cards[index], alone[t])


def test_a_batch_grows_as_the_schedule_would_have_shrunk_the_rate():
    growing = Batches(1, "replaced", growth=InverseTime(decay=0.5))
    assert growing.sizes(1000, 9).tolist() == [1, 2, 2, 2, 3, 4, 4, 4, 5]
    assert growing.sizes(3, 9).max() == 3
    tenfold = Batches(2, "replaced", growth=StepDecay(factor=0.1, period=2))
    assert tenfold.sizes(1000, 7).tolist() == [2, 2, 20, 20, 200, 200, 1000]
    passing = dataclasses.replace(growing, order="shuffled")
    assert passing.sizes(10, 6).tolist() == [1, 2, 2, 2, 3, 4]
    # What does not grow ends its passes as what has no growth does.
    level = dataclasses.replace(passing, size=3, growth=Constant())
    assert level.sizes(10, 9).tolist() == [3, 3, 3, 1] * 2 + [3]


@pytest.mark.parametrize("wrong", [{"order": "sideways"}, {"size": 0}, {"size": 2.5}])
def test_batches_that_are_none_are_refused(wrong):
    with pytest.raises(ValueError, match="but"):
        Batches(**wrong)


def test_an_objective_without_samples_says_so():
    with pytest.raises(ValueError, match="Bowl is not made of samples"):
        descend(Bowl(), Adam(), (1.0, 1.0), 5, batches=Batches(2))


def test_an_objective_that_does_not_know_where_its_samples_come_from_says_so():
    class Given:
        samples = 3
        batch_grad = Targets.batch_grad

    with pytest.raises(ValueError, match="Given has no fresh samples to give"):
        Batches(2, "online").deal(Given(), 5)


# What the optimizer makes of them.


@every
@orders
def test_every_optimizer_sees_the_gradient_of_the_batch(optimizer, order):
    batches = Batches(3, order, seed=2)
    run = descend(TEN, tame(optimizer), (1.0, -1.0), 12, batches=batches)
    deck = batches.deal(TEN, 13)
    asked = optimizer.asks_at(run.points, run.memory)
    for t in range(13):
        expected = deck.objective.batch_grad(asked[t], deck[t])
        np.testing.assert_allclose(run.seen[t], expected, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(run.values, TEN.value(run.points), rtol=1e-12)
    np.testing.assert_allclose(run.grads, TEN.grad(run.points), rtol=1e-12)


@every
def test_a_batch_of_runs_on_batches_equals_one_by_one(optimizer):
    starts = np.array([(1.0, -1.0), (0.3, 2.0)])
    given = {
        "batches": Batches(4, seed=1), "noise": GradientNoise(0.1, 2),
        "delay": Delay(2, 0.1), "clip": ClipValue(0.7),
    }  # fmt: skip
    together = descend(TEN, tame(optimizer), starts, 15, **given)
    for k, start in enumerate(starts):
        alone = descend(TEN, tame(optimizer), start, 15, **given)
        np.testing.assert_allclose(together.points[:, k], alone.points, rtol=1e-8, atol=1e-10)
        np.testing.assert_allclose(together.seen[:, k], alone.seen, rtol=1e-8, atol=1e-10)


def test_a_batch_of_seeds_equals_one_by_one():
    batches = Batches(4, seed=np.arange(5))
    together = descend(TEN, Adam(0.05), (1.0, -1.0), 15, batches=batches)
    assert together.points.shape == (16, 5, 2)
    for seed in range(5):
        alone = descend(TEN, Adam(0.05), (1.0, -1.0), 15, batches=Batches(4, seed=seed))
        np.testing.assert_allclose(together.points[:, seed], alone.points, rtol=1e-9)


def test_a_network_trains_on_batches_like_anything_made_of_samples():
    rng = np.random.default_rng(3)
    inputs, network = rng.normal(size=(20, 2)), Network((2, 3, 1), Tanh(), Tanh())
    fit = FitLoss(network, SquaredError(), inputs, np.sin(inputs[:, :1]))
    batches = Batches(6, seed=2)
    run = descend(fit, Adam(0.01), network.initial(XavierNormal(), 0), 10, batches=batches)
    deck = batches.deal(fit, 11)
    for t in (0, 3, 10):  # row 3 sees the two samples left of a pass
        some = deck[t]
        alone = FitLoss(network, SquaredError(), inputs[some], fit.targets[some])
        np.testing.assert_allclose(run.seen[t], alone.grad(run.points[t]), rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(fit.batch_value(run.points[t], some), alone.value(run.points[t]))
    np.testing.assert_allclose(run.values, fit.value(run.points), rtol=1e-12)


def test_all_samples_at_once_are_no_disturbance():
    whole = descend(TEN, Adam(0.05), (1.0, -1.0), 20)
    batched = descend(TEN, Adam(0.05), (1.0, -1.0), 20, batches=Batches(10, seed=1))
    np.testing.assert_allclose(batched.points, whole.points, rtol=1e-9)


def test_methods_that_search_go_by_the_samples_of_the_step():
    """On half squared distances Newton, and an exact search, go to the mean of the batch."""
    batches = Batches(3, seed=4)
    deck = batches.deal(TEN, 8)
    means = [TEN.targets[deck[t]].mean(axis=0) for t in range(8)]
    for optimizer in (Newton(), LineSearch(curvature=1e-6)):
        run = descend(TEN, optimizer, (2.0, 2.0), 8, batches=batches)
        np.testing.assert_allclose(run.points[1:], means, rtol=1e-6, atol=1e-9)
    assert run.gradient_evaluations[-1] > 9


def test_gradient_evaluations_count_one_batch_a_step():
    run = descend(TEN, GradientDescent(0.1), (1.0, -1.0), 6, batches=Batches(3))
    np.testing.assert_array_equal(run.gradient_evaluations, np.arange(1, 8))
    run = descend(TEN, GradientDescent(0.1), np.ones((3, 2)), 6, batches=Batches(3))
    np.testing.assert_array_equal(run.gradient_evaluations, np.arange(1, 8))


def test_a_run_on_batches_takes_up_what_it_will_when_all_is_measured():
    for start in ((1.0, -1.0), np.ones((3, 2))):
        run = descend(TEN, Adam(0.1), start, 6, batches=Batches(3))
        held = run.points, run.seen, run.gradient_evaluations, *run.memory.values()
        measured = run.values.nbytes + run.grads.nbytes
        assert run.nbytes == OVERHEAD + measured + sum(part.nbytes for part in held)


def test_what_is_quicker_on_a_deck_is_the_gradient_of_its_batches():
    x = np.linspace(-1.0, 2.0, 9)
    objective = LinearRegression(x, np.sin(x))
    gradients = BatchGradients(Batches(4, seed=1).deal(objective, 3))
    assert gradients.quick is not None
    points = np.random.default_rng(0).standard_normal((4, 5, 2))
    for t in range(3):
        expected = objective.batch_grad(points, gradients.deck[t])
        np.testing.assert_allclose(gradients(t, points), expected, rtol=1e-12)


def test_without_a_record_the_last_row_is_the_same():
    batches = Batches(3, seed=np.arange(4))
    kept = descend(TEN, GradientDescent(0.1), (1.0, -1.0), 30, batches=batches)
    last = descend(TEN, GradientDescent(0.1), (1.0, -1.0), 30, batches=batches, record=False)
    np.testing.assert_allclose(last.last, kept.last, rtol=1e-12)
    np.testing.assert_allclose(last.last_value, kept.last_value, rtol=1e-12)


def test_a_run_that_leaves_is_noticed_and_its_neighbours_go_on():
    run = descend(TEN, GradientDescent(np.array([0.1, 9.0])), (1.0, -1.0), 60, batches=Batches(3))
    assert run.diverged.tolist() == [False, True]
    assert np.isnan(run.values[int(run.ended[1]) + 1 :, 1]).all()
    assert np.isfinite(run.values[:, 0]).all()
