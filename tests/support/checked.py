"""Objectives and networks that the gradient check and the Taylor test are tried on."""

import numpy as np
import pytest

from optcore.derivatives.differences import DIFFERENCES
from optcore.networks.activations import Identity
from optcore.networks.datasets import random_batch
from optcore.networks.initializers import XavierNormal
from optcore.networks.losses import SquaredError
from optcore.networks.network import FitLoss, Network

POINT = np.array([-1.5, 2.0])
every_rule = pytest.mark.parametrize("rule", DIFFERENCES, ids=lambda rule: rule.name)


class Scaled:
    """An objective whose gradient is k times too large in its first component."""

    def __init__(self, objective, k):
        self.objective, self.k = objective, k

    def value(self, point):
        return self.objective.value(point)

    def grad(self, point):
        return self.objective.grad(point) * np.array([self.k, 1.0])


class Corner:
    """|x| + |y|, with the gradient frameworks give."""

    def value(self, point):
        return np.abs(point).sum(-1)

    def grad(self, point):
        return np.sign(point)


class Narrow:
    """tanh(x / s), a step for every usual h."""

    def value(self, point):
        return np.tanh(point[..., 0] / 1e-12)

    def grad(self, point):
        return (1 - np.tanh(point / 1e-12) ** 2) / 1e-12


def random_fit(network, loss, seed, scale=1.0):
    data = random_batch(network, loss, 16, scale, seed)
    return FitLoss(network, loss, data.inputs, data.targets)


def data(m, n_in, n_out, seed=0):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((m, n_in)), np.eye(n_out)[rng.integers(0, n_out, m)]


def fit_of(sizes, hidden, loss=None, output=None, m=12, seed=0, **fields):
    inputs, targets = data(m, sizes[0], sizes[-1], seed)
    network = Network(sizes, hidden, output or Identity())
    return FitLoss(network, loss or SquaredError(), inputs, targets, **fields)


def theta_of(fit, seed=1, initializer=None):
    noise = np.random.default_rng(seed).standard_normal(fit.network.parameters)
    return fit.network.initial(initializer or XavierNormal(), seed) + 0.1 * noise
