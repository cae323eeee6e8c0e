"""A ReLU layer unit by unit: by hand, against per-sample gradients, and path by path."""

import itertools

import numpy as np
import pytest

from optcore.flow.layer_flow import layer_flow
from optcore.flow.relu_units import relu_units
from optcore.networks.activations import Identity, LeakyReLU, ReLU, Sigmoid, Tanh
from optcore.networks.initializers import HeNormal
from optcore.networks.losses import SoftmaxCrossEntropy, SquaredError
from optcore.networks.network import FitLoss, Network


def by_hand():
    """Units with (w, b) = ((1, 0), 0), ((0, 1), -1) and ((-1, -1), 0), and one output.

    On (1, 2) the units get 1, 1 and -3; on (2, 0.5) they get 2, -0.5 and -2.5.
    """
    network = Network((2, 3, 1), ReLU(), Identity())
    theta = np.array([1, 0, 0, 1, -1, -1, 0, -1, 0, 2, 0, 5, 0.0])
    fit = FitLoss(network, SquaredError(), np.array([[1, 2], [2, 0.5]]), np.array([[0.0], [0.0]]))
    return relu_units(layer_flow(fit, theta)).layers[0]


def test_two_samples_by_hand():
    layer = by_hand()
    assert layer.on.tolist() == [[True, True, False], [True, False, False]]
    assert layer.silenced.tolist() == [[False, False, True], [False, True, True]]
    # The output weights are 2, 0, 5: nothing comes back to unit 1, and unit 2 stops what does.
    assert layer.stopped.tolist() == [[False, False, True], [False, False, True]]
    assert layer.rows_without_gradient(0).tolist() == [False, True, True]
    assert layer.rows_without_gradient(1).tolist() == [False, True, True]
    assert layer.dead.tolist() == [False, False, True]
    assert layer.why_dead(0) == ""
    assert "Unit 2 of layer 1 is off for every sample" in layer.why_dead(2)
    assert "at most -2.5" in layer.why_dead(2)


def test_what_the_weights_give_and_the_bias_make_z():
    """Weights 1, 1, 1 and biases 0.5, -3, -1 on the inputs 1 and 0: z is 1.5, -2, 0 and so on."""
    network = Network((1, 3, 1), ReLU(), Identity())
    theta = np.array([1, 1, 1, 0.5, -3, -1, 1, 1, 1, 0.0])
    fit = FitLoss(network, SquaredError(), np.array([[1.0], [0.0]]), np.array([[0.0], [0.0]]))
    (layer,) = relu_units(layer_flow(fit, theta)).layers
    assert layer.given.tolist() == [[1, 1, 1], [0, 0, 0]]
    assert layer.biases.tolist() == [0.5, -3, -1]
    assert layer.on.tolist() == [[True, False, False], [True, False, False]]
    # A z of exactly 0 is not suppressed: the activation gives what it is given.
    assert layer.silenced.tolist() == [[False, True, False], [False, True, True]]
    assert "make up to 1 of what it reads, but its bias is -3" in layer.why_dead(1)
    # The weight 0 makes exactly 0 of it.
    theta[:3] = 0
    (layer,) = relu_units(layer_flow(fit, theta)).layers
    assert "make at most 0 of what it reads, and its bias of -3" in layer.why_dead(1)


def deep(seed=0, samples=6, width=5, depth=4, **switches):
    network = Network((width,) * depth + (3,), ReLU(), Identity(), **switches)
    rng = np.random.default_rng(seed)
    inputs = rng.standard_normal((samples, width))
    targets = np.eye(3)[rng.integers(0, 3, samples)]
    fit = FitLoss(network, SoftmaxCrossEntropy(), inputs, targets)
    return fit, network.initial(HeNormal(), seed)


@pytest.mark.parametrize("switches", [{}, {"residual": True}, {"norm": "layer"}], ids=str)
@pytest.mark.parametrize("seed", range(4))
def test_rows_without_gradient_are_those_of_the_samples_own_loss(seed, switches):
    """The gradient of one sample's loss, by a network that sees that sample alone."""
    fit, theta = deep(seed, **switches)
    units = relu_units(layer_flow(fit, theta))
    for sample in range(len(fit.inputs)):
        alone = FitLoss(fit.network, fit.loss, fit.inputs[[sample]], fit.targets[[sample]])
        grads = alone.trace(theta).weight_grads
        for layer, grad in zip(units.layers, grads, strict=False):
            empty = ~grad.any(axis=1)
            np.testing.assert_array_equal(layer.rows_without_gradient(sample), empty)


def test_what_arrives_times_the_slope_is_delta():
    for switches in ({}, {"residual": True}):
        fit, theta = deep(3, **switches)
        for layer in relu_units(layer_flow(fit, theta)).layers:
            np.testing.assert_allclose(layer.arriving * layer.on, layer.delta, rtol=1e-12)
            assert not (layer.stopped & layer.on).any()


def test_dead_units_get_no_gradient_from_any_sample():
    fit, theta = deep(1)
    theta[fit.network.blocks["b2"]] -= 4
    layers = relu_units(layer_flow(fit, theta)).layers
    assert layers[1].dead.all()
    assert not fit.trace(theta).weight_grads[1].any()
    said = layers[1].why_dead(0)
    assert "but its bias is -4" in said or "does not lift" in said
    assert "all that it reads is 0" in layers[2].why_dead(0)


def test_the_share_of_paths_is_counted_path_by_path():
    fit, theta = deep(2, width=3, depth=4)
    units = relu_units(layer_flow(fit, theta))
    samples, widths = len(fit.inputs), [layer.on.shape[1] for layer in units.layers]
    for reach in range(1, len(widths) + 1):
        open_paths = [
            np.mean([
                all(units.layers[at].on[sample, unit] for at, unit in enumerate(path))
                for path in itertools.product(*map(range, widths[:reach]))
            ])
            for sample in range(samples)
        ]  # fmt: skip
        assert units.paths[reach - 1] == pytest.approx(np.mean(open_paths))


def test_layers_stay_half_on_and_paths_halve():
    """The claim that the active share falls as 2^-N is true of paths, not of layers."""
    fit, theta = deep(0, samples=64, width=256, depth=13)
    units = relu_units(layer_flow(fit, theta))
    assert np.all(np.abs(units.shares - 0.5) < 0.08)
    halvings = -np.log2(units.paths)
    np.testing.assert_allclose(halvings, np.arange(1, 13), rtol=0.1)
    assert units.dead.max() < 0.4


@pytest.mark.parametrize("hidden", [Tanh(), Sigmoid(), LeakyReLU()], ids=lambda a: a.name)
def test_units_that_are_never_off_get_a_sentence(hidden):
    network = Network((2, 3, 1), hidden, Identity())
    fit = FitLoss(network, SquaredError(), np.ones((2, 2)), np.ones((2, 1)))
    with pytest.raises(ValueError, match="never quite off"):
        relu_units(layer_flow(fit, network.initial(HeNormal(), 0)))
