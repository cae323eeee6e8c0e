"""What is worked a piece at a time: the same numbers, and never more of them at once."""

import numpy as np
import pytest

from optcore.networks import network as networks
from optcore.networks import shifted
from optcore.networks.activations import Identity, Sigmoid, Tanh
from optcore.networks.initializers import XavierNormal
from optcore.networks.losses import SigmoidCrossEntropy, SquaredError
from optcore.networks.network import FitLoss, Network


class Watched(Tanh):
    """Remembers how many numbers it was given at once."""

    seen: list[int]

    def value(self, z):
        self.seen.append(z.size)
        return super().value(z)


def watched(sizes, samples, **fields) -> tuple[FitLoss, np.ndarray, list[int]]:
    hidden, rng = Watched(), np.random.default_rng(0)
    object.__setattr__(hidden, "seen", [])
    network = Network(sizes, hidden, Identity(), **fields)
    inputs, targets = (rng.standard_normal((samples, n)) for n in (sizes[0], sizes[-1]))
    theta = network.initial(XavierNormal(), 1)
    return FitLoss(network, SquaredError(), inputs, targets), theta, hidden.seen


@pytest.mark.parametrize("room", [1, 2, 3, 6])
def test_parameter_vectors_are_worked_in_pieces(monkeypatch, room):
    """Six of them, 4 samples by 5 units each, so many to a piece."""
    fit, theta, seen = watched((3, 5, 2), samples=4)
    thetas = theta * np.arange(1, 7).reshape(2, 3, 1)
    values, grads = fit.value(thetas), fit.grad(thetas)
    monkeypatch.setattr(networks, "CHUNK", room * 4 * 5)
    seen.clear()
    np.testing.assert_allclose(fit.value(thetas), values, rtol=1e-14)
    assert seen == [20 * room] * (6 // room)
    np.testing.assert_allclose(fit.grad(thetas), grads, rtol=1e-12)


@pytest.mark.parametrize("bias", [True, False])
def test_moved_parameters_are_worked_in_pieces(monkeypatch, bias):
    """At 2 inputs, 7 units and 1 output a piece has room for three points of 4 samples."""
    fit, theta, seen = watched((2, 7, 1), samples=4, bias=bias)
    every = np.arange(theta.size)
    whole = fit.value(theta + 0.1 * np.eye(theta.size))
    monkeypatch.setattr(shifted, "CHUNK", 3 * 4 * 7)
    seen.clear()
    np.testing.assert_allclose(fit.values_shifted(theta, every, 0.1), whole, rtol=1e-13)
    # Of layer 1 the moved unit alone is worked anew, and of layer 2 none.
    assert seen[0] == 4 * 7
    assert set(seen[1:]) <= {4 * 1, 4 * 2, 4 * 3}


def test_a_moved_parameter_is_felt_across_skips():
    fit, theta, _ = watched((2, 3, 3, 1), samples=4, residual=True)
    fit = FitLoss(Network((2, 3, 3, 1), Tanh(), Sigmoid(), residual=True), SigmoidCrossEntropy(),
                  fit.inputs, np.ones((4, 1)))  # fmt: skip
    whole = fit.value(theta + 0.1 * np.eye(theta.size))
    found = fit.values_shifted(theta, np.arange(theta.size), 0.1)
    np.testing.assert_allclose(found, whole, rtol=1e-13)


def test_masks_that_are_drawn_anew_ask_for_whole_passes(monkeypatch):
    """A chance too small to drop anything: the values are those without dropout."""
    fit, theta, seen = watched((2, 3, 1), samples=4)
    offsets = np.linspace(-0.2, 0.3, theta.size)
    expected = fit.values_shifted(theta, np.arange(theta.size), offsets)
    drawn = FitLoss(fit.network, fit.loss, fit.inputs, fit.targets, dropout=1e-15)
    monkeypatch.setattr(shifted, "CHUNK", 2 * theta.size)
    seen.clear()
    np.testing.assert_allclose(
        drawn.values_shifted(theta, np.arange(theta.size), offsets), expected, rtol=1e-12
    )
    # Two whole passes at a time, of 4 samples by 3 units, and one that is left.
    assert seen == [2 * 12] * 6 + [12]
    frozen = FitLoss(fit.network, fit.loss, fit.inputs, fit.targets, dropout=1e-15, dropout_seed=0)
    seen.clear()
    frozen.values_shifted(theta, np.arange(theta.size), offsets)
    assert max(seen) == 12


def test_a_network_of_one_layer_is_its_own_output():
    fit, theta, _ = watched((3, 2), samples=4)
    w, b = fit.network.layers(theta)[0]
    left = fit.inputs @ w.T + b - fit.targets
    assert fit.value(theta) == pytest.approx((left**2).sum() / 8)
    grad = [*(left.T @ fit.inputs / 4).ravel(), *left.mean(0)]
    np.testing.assert_allclose(fit.grad(theta), grad, rtol=1e-13)


def test_only_hidden_layers_between_equal_widths_are_bridged():
    network = Network((4, 4, 5, 5, 5), Tanh(), Identity(), residual=True)
    assert [network.skips(layer) for layer in range(4)] == [True, False, True, False]


def test_data_keep_their_precision_and_whole_numbers_become_floats():
    network = Network((1, 1), Tanh(), Identity())
    for given, kept in ((np.float32, np.float32), (int, float), (bool, float)):
        data = np.ones((2, 1), given)
        fit = FitLoss(network, SquaredError(), data, data)
        assert fit.inputs.dtype == fit.targets.dtype == kept
