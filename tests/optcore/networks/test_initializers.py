import math

import numpy as np
import pytest

from optcore.knobs import knobs
from optcore.networks.activations import Identity, Tanh
from optcore.networks.initializers import (
    INITIALIZERS,
    Constant,
    HeNormal,
    HeUniform,
    LeCunNormal,
    Normal,
    Orthogonal,
    Uniform,
    XavierNormal,
    XavierUniform,
    Zeros,
)
from optcore.networks.network import Network

N_OUT, N_IN = 300, 500
every_initializer = pytest.mark.parametrize("initializer", INITIALIZERS, ids=lambda i: i.name)


def draw(initializer, seed=0):
    return initializer.weights(np.random.default_rng(seed), N_OUT, N_IN)


def test_names_are_those_links_carry():
    assert [initializer.name for initializer in INITIALIZERS] == [
        "Zeros",
        "Constant",
        "Normal",
        "Uniform",
        "Xavier normal",
        "Xavier uniform",
        "He normal",
        "He uniform",
        "LeCun normal",
        "Orthogonal",
    ]


@pytest.mark.parametrize(
    ("initializer", "variance"),
    [
        (Normal(sigma=0.3), 0.09),
        (Uniform(), 1 / (3 * N_IN)),
        (XavierNormal(), 2 / (N_IN + N_OUT)),
        (XavierUniform(), 2 / (N_IN + N_OUT)),
        (HeNormal(), 2 / N_IN),
        (HeUniform(), 2 / N_IN),
        (LeCunNormal(), 1 / N_IN),
        (Orthogonal(), 1 / N_IN),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_variances_are_the_published_ones(initializer, variance):
    weights = draw(initializer)
    # 150,000 draws: the sample variance of normal weights is off by 0.37 % (one sigma).
    assert weights.var() == pytest.approx(variance, rel=0.02)
    assert abs(weights.mean()) < 5 * math.sqrt(variance / weights.size)
    assert initializer.variance(N_OUT, N_IN) == pytest.approx(variance, rel=1e-12)


@pytest.mark.parametrize(
    ("initializer", "bound"),
    [
        (Uniform(), 1 / math.sqrt(N_IN)),
        (XavierUniform(), math.sqrt(6 / (N_IN + N_OUT))),
        (HeUniform(), math.sqrt(6 / N_IN)),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_uniform_weights_fill_their_interval(initializer, bound):
    largest = np.abs(draw(initializer)).max()
    assert 0.999 * bound < largest <= bound


@every_initializer
def test_gain_multiplies_and_seeds_reproduce(initializer):
    assert "gain" in knobs(initializer)
    doubled = type(initializer)(gain=2.0)
    np.testing.assert_array_equal(draw(doubled, 7), 2 * draw(initializer, 7))
    assert doubled.variance(9, 4) == 4 * initializer.variance(9, 4)
    fixed = isinstance(initializer, (Zeros, Constant))
    assert np.array_equal(draw(initializer, 1), draw(initializer, 2)) == fixed


@pytest.mark.parametrize("shape", [(6, 6), (9, 4), (4, 9)])
def test_orthogonal_keeps_every_length_it_can(shape):
    weights = Orthogonal(gain=1.5).weights(np.random.default_rng(0), *shape)
    assert weights.shape == shape
    np.testing.assert_allclose(np.linalg.svd(weights, compute_uv=False), 1.5, rtol=1e-12)


def test_constants():
    assert not draw(Zeros()).any()
    assert (draw(Constant(constant=0.25, gain=2.0)) == 0.5).all()


@every_initializer
def test_networks_start_from_their_seed_with_zero_biases(initializer):
    network = Network((4, 6, 5, 2), Tanh(), Identity())
    theta = network.initial(initializer, seed=3)
    np.testing.assert_array_equal(theta, network.initial(initializer, seed=3))
    rng = np.random.default_rng(3)
    for weights, bias in network.layers(theta):
        np.testing.assert_array_equal(weights, initializer.weights(rng, *weights.shape))
        assert not bias.any()
