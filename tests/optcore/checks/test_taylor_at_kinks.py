"""The Taylor test where units sit exactly on their kinks, and at kinks that values alone show."""

import dataclasses

import numpy as np
import pytest

from optcore.checks.bugs.blocks import WeightGradDoubled
from optcore.checks.bugs.deltas import MissingMean
from optcore.checks.kinks import kept_on_kinks, leaves_kink, on_kinks
from optcore.checks.plan import CheckPlan, CheckPoint, LossTerms
from optcore.checks.taylor_slope import taylor_slope
from optcore.networks.activations import ELU, SELU, HardSigmoid, LeakyReLU, PReLU, ReLU, Tanh

BENT = (ReLU(), LeakyReLU(), PReLU(), SELU(), HardSigmoid(), ELU(0.5))


def case(activation, seed, dropout):
    plan = CheckPlan(
        activation=activation, place=CheckPoint(seed=seed), terms=LossTerms(dropout=dropout)
    )
    return plan.fit(), plan.start()


@pytest.mark.parametrize("activation", BENT, ids=lambda activation: activation.name)
def test_no_right_network_is_convicted_whatever_is_dropped(activation):
    """With biases 0, a unit whose inputs are all dropped has z = 0 exactly."""
    on_some = 0
    for seed in range(8):
        for dropout in (0.0, 0.3, 0.5, 0.8):
            fit, theta = case(activation, seed, dropout)
            on_some += bool(on_kinks(fit, theta))
            test = taylor_slope(fit, theta, seed)
            assert test.verdict == "right", (seed, dropout, test.sentence)
            assert ("Left out" in test.sentence) == bool(test.left_out)
            assert test.left_out == len(on_kinks(fit, theta))
            buggy = dataclasses.replace(fit, backprop=MissingMean())
            assert taylor_slope(buggy, theta, seed).verdict == "wrong"
    assert on_some > 5 or activation == HardSigmoid()


def test_a_direction_stays_on_the_kinks_and_moves_all_else():
    fit, theta = case(ReLU(), 1, 0.5)
    direction = np.random.default_rng(0).standard_normal(theta.size)
    units = on_kinks(fit, theta)
    forward = fit.forward(theta)
    for layer, unit in units:
        assert (forward.normalised[layer][:, unit] == 0).any()
    assert leaves_kink(fit, theta, direction, units)
    kept = kept_on_kinks(fit, theta, direction)
    assert not leaves_kink(fit, theta, kept, units)
    left_out = {int(at) for at in np.flatnonzero(kept != direction)}
    biases = {fit.blocks[f"b{layer + 1}"].start + unit for layer, unit in units}
    assert left_out == biases
    assert taylor_slope(fit, theta).left_out == len(units)


def test_a_network_without_kinks_or_on_none_keeps_its_direction():
    for fit, theta in (case(Tanh(), 1, 0.5), case(ReLU(), 1, 0.0)):
        direction = np.ones(theta.size)
        assert on_kinks(fit, theta) == []
        assert kept_on_kinks(fit, theta, direction) is not direction
        np.testing.assert_array_equal(kept_on_kinks(fit, theta, direction), direction)


class TwoCorners:
    """x plus corners at 0 that turn on, one on each side, by nearly the same slope: what the
    linear model leaves is almost odd in t, as with a wrong gradient, and is none."""

    def __init__(self, apart):
        self.apart = apart

    def value(self, point):
        x = point[..., 0]
        return x + x**2 + 0.3 * np.maximum(0, x) - (0.3 + self.apart) * np.maximum(0, -x)

    def grad(self, point):
        return 1 + 2 * point + 0.3 * (point > 0) + (0.3 + self.apart) * (point < 0)


@pytest.mark.parametrize("apart", [1e-3, 1e-2, 0.05])
def test_two_kinks_that_nearly_cancel_are_no_wrong_gradient(apart):
    at_corner = taylor_slope(TwoCorners(apart), np.array([0.0]))
    assert at_corner.slope == pytest.approx(1, abs=0.1)
    assert at_corner.verdict == "inconclusive"
    assert taylor_slope(TwoCorners(apart), np.array([0.5])).verdict == "right"


def test_a_bug_beside_a_kink_is_still_found():
    fit, theta = case(ReLU(), 1, 0.5)
    for layer in (1, 2, 3, 4):
        buggy = dataclasses.replace(fit, backprop=WeightGradDoubled(layer=layer))
        assert taylor_slope(buggy, theta).verdict == "wrong"
