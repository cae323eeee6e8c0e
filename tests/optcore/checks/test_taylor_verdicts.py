"""The Taylor test: slopes of right and wrong gradients, and what it leaves open."""

import dataclasses

import numpy as np
import pytest
from checked import POINT, Corner, Narrow, Scaled, fit_of, random_fit, theta_of

from optcore.checks.bugs import plant
from optcore.checks.bugs.blocks import WeightGradDoubled
from optcore.checks.taylor_slope import taylor_slope
from optcore.networks.activations import ReLU, Sigmoid, Tanh
from optcore.networks.initializers import XavierNormal
from optcore.networks.losses import NaiveCrossEntropy
from optcore.networks.network import Network
from optcore.surfaces import Rosenbrock


@pytest.mark.parametrize("seed", range(4))
def test_taylor_slope_is_two_when_right_and_one_when_wrong(seed):
    right = taylor_slope(Rosenbrock(), POINT, seed)
    assert right.verdict == "right"
    assert right.slope == pytest.approx(2, abs=0.02)
    assert right.left_out == 0
    wrong = taylor_slope(Scaled(Rosenbrock(), 1.01), POINT, seed)
    assert wrong.verdict == "wrong"
    assert wrong.slope == pytest.approx(1, abs=0.1)
    assert f"{wrong.slope:.2f}" in wrong.sentence


@pytest.mark.parametrize("hidden", [Tanh(), Sigmoid(), ReLU()], ids=lambda a: a.name)
def test_taylor_slope_of_networks(hidden):
    fit = fit_of((3, 8, 8, 2), hidden)
    theta = theta_of(fit)
    right = taylor_slope(fit, theta)
    assert right.slope == pytest.approx(2, abs=0.1)
    np.testing.assert_allclose(
        right.error[5],
        abs(fit.value(theta + right.t[5] * right.direction) - fit.value(theta)
            - right.t[5] * fit.grad(theta) @ right.direction),
    )  # fmt: skip
    buggy = dataclasses.replace(fit, backprop=plant(WeightGradDoubled(layer=2)))
    assert taylor_slope(buggy, theta).verdict == "wrong"


def test_taylor_does_not_call_noise_or_a_kink_a_wrong_gradient():
    network = Network((4, 8, 1), Tanh(), Sigmoid())
    for seed in range(8):
        fit = random_fit(network, NaiveCrossEntropy(), seed, scale=3.0)
        theta = network.initial(XavierNormal(gain=9.0), seed)
        if np.isfinite(fit.value(theta)):
            assert taylor_slope(fit, theta).verdict != "wrong"
    at_kink = taylor_slope(Corner(), np.array([0.0, 2.0]))
    assert at_kink.slope == pytest.approx(1, abs=0.01)
    assert at_kink.verdict == "inconclusive"
    assert "kink" in at_kink.sentence
    assert taylor_slope(Narrow(), np.array([1e-13])).verdict == "inconclusive"


def test_taylor_slope_of_a_straight_function_and_of_a_random_one():
    straight = taylor_slope(Corner(), np.array([1.0, 2.0]))
    assert straight.verdict == "right"
    assert "straight" in straight.sentence
    fit = fit_of((3, 8, 2), Tanh(), dropout=0.5)
    noisy = taylor_slope(fit, theta_of(fit))
    assert noisy.verdict == "inconclusive"
    assert "random" in noisy.sentence
