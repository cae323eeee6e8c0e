import dataclasses
import json
import math
from pathlib import Path

import numpy as np
import pytest

from optcore.flow.layer_flow import layer_flow
from optcore.knobs import knobs
from optcore.networks.activations import Identity, ReLU, Tanh
from optcore.networks.initializers import (
    INITIALIZERS,
    Constant,
    HeNormal,
    HeUniform,
    LeCunNormal,
    Normal,
    Orthogonal,
    PyTorchDefault,
    Uniform,
    XavierNormal,
    XavierUniform,
    Zeros,
)
from optcore.networks.losses import SquaredError
from optcore.networks.network import FitLoss, Network

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
        "PyTorch default",
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


def test_a_square_one_is_the_first_factor_of_its_draws():
    """Q of QR, whose R has a positive diagonal: Q^T times them is that R."""
    draws = np.random.default_rng(0).standard_normal((6, 6))
    right = Orthogonal().weights(np.random.default_rng(0), 6, 6).T @ draws
    np.testing.assert_allclose(right, np.triu(right), atol=1e-13)
    assert (np.diagonal(right) > 0).all()


def test_constants():
    assert not draw(Zeros()).any()
    assert (draw(Constant(constant=0.25, gain=2.0)) == 0.5).all()


@every_initializer
def test_variances_are_those_of_what_is_drawn(initializer):
    """The mean square of weights, all of which have mean 0 or are alike; and of biases."""
    started = dataclasses.replace(initializer, gain=1.7)
    weights = started.weights(np.random.default_rng(0), 120, 200)
    assert np.mean(weights**2) == pytest.approx(started.variance(120, 200), rel=0.04)
    biases = started.biases(np.random.default_rng(1), 20_000, 7)
    assert biases.var() == pytest.approx(started.bias_variance(20_000, 7), rel=0.03)


@every_initializer
def test_networks_start_from_their_seed(initializer):
    """Layer by layer, weights before biases, from one stream; only PyTorch's default has any."""
    network = Network((4, 6, 5, 2), Tanh(), Identity())
    theta = network.initial(initializer, seed=3)
    np.testing.assert_array_equal(theta, network.initial(initializer, seed=3))
    rng = np.random.default_rng(3)
    for weights, bias in network.layers(theta):
        np.testing.assert_array_equal(weights, initializer.weights(rng, *weights.shape))
        np.testing.assert_array_equal(bias, initializer.biases(rng, *weights.shape))
        assert bias.any() == isinstance(initializer, PyTorchDefault)
    bare = Network((4, 6, 5, 2), Tanh(), Identity(), bias=False)
    assert bare.initial(initializer, seed=3).size == bare.parameters


TORCH = json.loads((Path(__file__).parents[2] / "support/torch_initial.json").read_text())


@pytest.mark.parametrize("stored", TORCH["ranges"], ids=lambda each: f"{each['n_in']}")
def test_pytorch_default_draws_as_pytorch_does(stored):
    """Largest and variance of many weights and biases, against torch.nn.Linear's own."""
    rng, start = np.random.default_rng(0), PyTorchDefault()
    n_in, n_out = stored["n_in"], stored["n_out"]
    weights = np.stack([start.weights(rng, n_out, n_in) for _ in range(200)])
    biases = np.stack([start.biases(rng, n_out, n_in) for _ in range(200)])
    assert start.variance(n_out, n_in) == pytest.approx(stored["weight"][1], rel=0.03)
    assert start.bias_variance(n_out, n_in) == pytest.approx(stored["bias"][1], rel=0.06)
    for drawn, (largest, variance) in ((weights, stored["weight"]), (biases, stored["bias"])):
        assert np.abs(drawn).max() == pytest.approx(largest, rel=0.01)
        assert drawn.var() == pytest.approx(variance, rel=0.08)


@pytest.mark.parametrize("bias", [True, False])
def test_its_biases_leave_as_many_dead_units_as_pytorchs(bias):
    """Deep down the weights have shrunk the signal, and a unit is on or off by its bias alone."""
    setting, networks = TORCH["setting"], 150
    width, depth = setting["width"], setting["depth"]
    network = Network((width,) * (depth + 1) + (1,), ReLU(), Identity(), bias=bias)
    rng, total = np.random.default_rng(0), np.zeros(depth)
    for seed in range(networks):
        inputs = rng.standard_normal((setting["samples"], width))
        fit = FitLoss(network, SquaredError(), inputs, np.zeros((setting["samples"], 1)))
        total += layer_flow(fit, network.initial(PyTorchDefault(), seed)).dead[:depth]
    theirs = np.array(TORCH["dead"]["with biases" if bias else "without"])
    np.testing.assert_allclose(total / networks, theirs, atol=0.025)
    assert theirs[-1] == pytest.approx(0.5 if bias else 0.1, abs=0.03)
