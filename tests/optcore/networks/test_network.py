import dataclasses
import itertools

import numpy as np
import pytest

from optcore.networks.activations import (
    ACTIVATIONS,
    GELU,
    Identity,
    ReLU,
    Sigmoid,
    Tanh,
)
from optcore.networks.initializers import XavierNormal
from optcore.networks.losses import LOSSES, SigmoidCrossEntropy, SoftmaxCrossEntropy, SquaredError
from optcore.networks.network import FitLoss, Network

RNG = np.random.default_rng(0)
INPUTS = RNG.standard_normal((6, 3))
TARGETS = np.eye(3)[RNG.integers(0, 3, 6)]
SWITCHES = tuple(
    {"residual": residual, "norm": norm, "bias": bias}
    for residual, norm, bias in itertools.product(
        (False, True), (None, "layer", "batch"), (True, False)
    )
)


def build(hidden=None, loss=None, output=None, sizes=(3, 4, 4, 3), *, switches=None, **fields):
    network = Network(sizes, hidden or Tanh(), output or Identity(), **(switches or {}))
    return FitLoss(network, loss or SquaredError(), INPUTS, TARGETS, **fields)


def random_theta(fit, seed=1):
    """Weights of ordinary size and biases that are not zero."""
    noise = np.random.default_rng(seed).standard_normal(fit.network.parameters)
    return fit.network.initial(XavierNormal(), seed) + 0.1 * noise


def complex_step(fit, theta):
    points = theta + 1e-30j * np.eye(theta.size)
    return fit.value(points).imag / 1e-30


def relative_error(a, b):
    return np.linalg.norm(a - b) / (np.linalg.norm(a) + np.linalg.norm(b))


@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.name)
@pytest.mark.parametrize("hidden", ACTIVATIONS, ids=lambda a: a.name)
def test_gradient_equals_the_complex_step(hidden, loss):
    output = ACTIVATIONS[LOSSES.index(loss) % 2]
    for switches in SWITCHES:
        for dropout in (0.0, 0.4):
            fit = build(
                hidden,
                loss,
                output,
                switches=switches,
                weight_decay=0.1,
                dropout=dropout,
                dropout_seed=5,
            )
            theta = random_theta(fit)
            assert relative_error(fit.grad(theta), complex_step(fit, theta)) < 1e-12, switches


@pytest.mark.parametrize("output", ACTIVATIONS, ids=lambda a: a.name)
def test_every_output_activation_with_every_loss(output):
    for loss in LOSSES:
        fit = build(Tanh(), loss, output)
        theta = random_theta(fit)
        assert relative_error(fit.grad(theta), complex_step(fit, theta)) < 1e-12, loss.name


@pytest.mark.parametrize("switches", SWITCHES, ids=str)
def test_shifted_values_equal_whole_evaluations(switches):
    fit = build(GELU(), SoftmaxCrossEntropy(), switches=switches, weight_decay=0.3)
    fit = dataclasses.replace(fit, dropout=0.25, dropout_seed=2)
    theta = random_theta(fit)
    every = np.arange(theta.size)
    for offset in (1e-3, -0.7):
        expected = fit.value(theta + offset * np.eye(theta.size))
        actual = fit.values_shifted(theta, every, offset)
        np.testing.assert_allclose(actual, expected, rtol=1e-13)
    stepped = fit.values_shifted(theta, every[::-1], 1e-30j).imag / 1e-30
    assert relative_error(stepped[::-1], fit.grad(theta)) < 1e-12


def test_shifted_values_move_float32_by_whole_spacings():
    fit = build(Tanh(), SquaredError())
    theta = random_theta(fit).astype(np.float32)
    every = np.arange(theta.size)
    moved = theta + np.float32(1e-3) * np.eye(theta.size, dtype=np.float32)
    actual = fit.values_shifted(theta, every, 1e-3)
    assert actual.dtype == np.float32
    np.testing.assert_allclose(actual, fit.value(moved), rtol=3e-7)
    # An offset under half the spacing of theta moves nothing at all.
    still = fit.values_shifted(theta, every, 1e-3 * np.spacing(np.abs(theta)))
    assert (still == still[0]).all()


def test_shifted_values_take_any_indices_theta_takes():
    fit = build()
    theta = random_theta(fit)
    repeated = fit.values_shifted(theta, [-1, 0, theta.size - 1], [0.1, 0.2, 0.1])
    assert repeated[0] == repeated[2] != repeated[1]
    assert fit.values_shifted(theta, [], []).shape == (0,)
    with pytest.raises(IndexError):
        fit.values_shifted(theta, [theta.size], 0.1)


def test_blocks_name_slices_in_order():
    fit = build(sizes=(3, 5, 3))
    assert list(fit.blocks.items()) == [
        ("W1", slice(0, 15)),
        ("b1", slice(15, 20)),
        ("W2", slice(20, 35)),
        ("b2", slice(35, 38)),
    ]
    bare = Network((3, 5, 3), Tanh(), Identity(), bias=False)
    assert list(bare.blocks) == ["W1", "W2"]
    assert bare.parameters == 30
    assert all(not b.any() for _, b in bare.layers(np.ones(30)))


def test_layers_are_views_with_rows_per_output():
    network = Network((2, 3, 1), Tanh(), Identity())
    theta = np.arange(13.0)
    (w1, b1), (w2, b2) = network.layers(theta)
    np.testing.assert_array_equal(w1, [[0, 1], [2, 3], [4, 5]])
    np.testing.assert_array_equal(b1, [6, 7, 8])
    np.testing.assert_array_equal(w2, [[9, 10, 11]])
    np.testing.assert_array_equal(b2, [12])
    shapes = [(w.shape, b.shape) for w, b in network.layers(np.zeros((4, 5, 13)))]
    assert shapes == [((4, 5, 3, 2), (4, 5, 3)), ((4, 5, 1, 3), (4, 5, 1))]


def test_a_hand_worked_pass():
    network = Network((1, 1, 1), ReLU(), Identity())
    fit = FitLoss(network, SquaredError(), [[1.0], [2.0]], [[0.0], [1.0]], weight_decay=0.5)
    theta = np.array([2.0, -1.0, 3.0, 0.5])
    # z1 = 1, 3; a2 = 3.5, 9.5; L = (3.5^2 + 8.5^2) / 4 + (2^2 + 3^2) / 4
    assert fit.value(theta) == pytest.approx(24.375, rel=1e-15)
    # deltas 3.5/2, 8.5/2; dW2 = 1.75 + 12.75 + 1.5; hidden deltas 5.25, 12.75
    np.testing.assert_allclose(fit.grad(theta), [31.75, 18.0, 16.0, 6.0], rtol=1e-15)


@pytest.mark.parametrize("switches", SWITCHES, ids=str)
def test_a_batch_equals_one_by_one(switches):
    fit = build(Tanh(), SoftmaxCrossEntropy(), switches=switches, dropout=0.3, dropout_seed=1)
    thetas = np.stack([random_theta(fit, seed) for seed in range(6)]).reshape(2, 3, -1)
    values, grads = fit.value(thetas), fit.grad(thetas)
    assert values.shape == (2, 3)
    for place in np.ndindex(2, 3):
        np.testing.assert_allclose(values[place], fit.value(thetas[place]), rtol=1e-14)
        np.testing.assert_allclose(grads[place], fit.grad(thetas[place]), rtol=1e-12, atol=1e-16)


def test_more_thetas_than_one_chunk_holds():
    fit = build(sizes=(3, 4, 3))
    fit = dataclasses.replace(
        fit, inputs=np.tile(INPUTS, (2000, 1)), targets=np.tile(TARGETS, (2000, 1))
    )
    thetas = np.stack([random_theta(fit, seed) for seed in range(25)])
    np.testing.assert_allclose(fit.value(thetas)[-1], fit.value(thetas[-1]), rtol=1e-13)
    np.testing.assert_allclose(fit.grad(thetas)[-1], fit.grad(thetas[-1]), rtol=1e-10)


def test_precision_in_is_precision_out():
    for switches, loss in itertools.product(SWITCHES, LOSSES):
        fit = build(Tanh(), loss, Sigmoid(), switches=switches, weight_decay=0.1, dropout=0.2)
        theta = random_theta(fit).astype(np.float32)
        assert fit.value(theta).dtype == np.float32
        assert fit.grad(theta).dtype == np.float32
        assert fit.values_shifted(theta, [0, 9], 0.1).dtype == np.float32
        assert fit.value(theta.astype(complex)).dtype == complex


@pytest.mark.parametrize("switches", SWITCHES, ids=str)
def test_trace_entries_are_derivatives_by_their_own_name(switches):
    fit = build(Tanh(), SigmoidCrossEntropy(), Sigmoid(), switches=switches, weight_decay=0.2)
    theta = random_theta(fit)
    trace = fit.trace(theta)
    assert [a.shape for a in trace.activations] == [(6, 3), (6, 4), (6, 4), (6, 3)]
    assert [z.shape for z in trace.pre_activations] == [(6, 4), (6, 4), (6, 3)]
    flat = fit.grad(theta)
    for layer in range(3):
        weights = flat[fit.blocks[f"W{layer + 1}"]]
        np.testing.assert_array_equal(trace.weight_grads[layer].ravel(), weights)
        if fit.network.bias:
            np.testing.assert_array_equal(
                trace.bias_grads[layer], flat[fit.blocks[f"b{layer + 1}"]]
            )
        else:
            assert trace.bias_grads[layer].shape == (0,)
        stepped = delta_by_complex_step(fit, theta, layer)
        np.testing.assert_allclose(trace.deltas[layer], stepped, rtol=1e-11, atol=1e-16)


def delta_by_complex_step(fit, theta, layer):
    """dL/dz by restarting the forward pass from a z with one entry moved."""
    shape = fit.forward(theta).pre_activations[layer].shape
    delta = np.empty(shape)
    for place in np.ndindex(shape):
        forward = fit.forward(theta)
        z = forward.pre_activations[layer].astype(complex)
        z[place] += 1e-30j
        for record in (forward.pre_activations, forward.normalised, forward.spreads, forward.units):
            del record[layer:]
        del forward.activations[layer + 1 :]
        forward.advance(z)
        delta[place] = fit.measure(forward.run()).imag / 1e-30
    return delta


def test_residual_adds_what_the_layer_read_where_sizes_agree():
    fit = build(switches={"residual": True}, sizes=(3, 4, 4, 3))
    trace = fit.trace(random_theta(fit))
    z, a = trace.pre_activations, trace.activations
    np.testing.assert_array_equal(a[1], np.tanh(z[0]))
    np.testing.assert_array_equal(a[2], a[1] + np.tanh(z[1]))
    np.testing.assert_array_equal(a[3], z[2])


@pytest.mark.parametrize(("norm", "axis"), [("layer", -1), ("batch", -2)])
def test_normalised_pre_activations_have_mean_0_and_variance_1(norm, axis):
    fit = build(switches={"norm": norm})
    for normalised in fit.trace(3 * random_theta(fit)).forward.normalised[:-1]:
        np.testing.assert_allclose(normalised.mean(axis), 0, atol=1e-14)
        np.testing.assert_allclose(normalised.var(axis), 1, atol=1e-2)


@pytest.mark.parametrize("decay", [0.7, 1.0])
def test_weight_decay_leaves_biases_alone(decay):
    plain, decayed = build(), build(weight_decay=decay)
    theta = random_theta(plain)
    squares = sum((w**2).sum() for w, _ in plain.network.layers(theta))
    more = decayed.value(theta) - plain.value(theta)
    assert more == pytest.approx(decay / 2 * squares, rel=1e-13)
    difference = decayed.grad(theta) - plain.grad(theta)
    for name, block in plain.blocks.items():
        expected = decay * theta[block] if name[0] == "W" else 0
        np.testing.assert_allclose(difference[block], expected, rtol=1e-12, atol=1e-16)


def test_frozen_dropout_repeats_and_resampled_dropout_does_not():
    frozen = build(sizes=(3, 50, 3), dropout=0.5, dropout_seed=4)
    theta = random_theta(frozen)
    assert frozen.value(theta) == frozen.value(theta)
    assert (frozen.value(np.tile(theta, (5, 1))) == frozen.value(theta)).all()
    resampled = dataclasses.replace(frozen, dropout_seed=None)
    assert resampled.value(theta) != resampled.value(theta)
    assert len(set(resampled.value(np.tile(theta, (5, 1))).tolist())) == 5
    assert len(set(resampled.values_shifted(theta, [0] * 5, 0.0).tolist())) == 5


def test_a_draw_that_is_the_chance_itself_keeps_its_unit():
    draws = np.random.default_rng(4).random((6, 50))
    fit = build(sizes=(3, 50, 3), dropout=float(draws[0, 0]), dropout_seed=4)
    (mask, _) = fit.draw_masks(random_theta(fit))
    np.testing.assert_array_equal(mask, draws >= draws[0, 0])
    assert mask[0, 0]


def test_inverted_dropout_keeps_the_expected_activation():
    fit = build(Sigmoid(), sizes=(3, 4000, 3), dropout=0.25, dropout_seed=0)
    forward = fit.forward(random_theta(fit))
    kept, units = forward.activations[1], forward.units[0]
    assert np.mean(kept == 0) == pytest.approx(0.25, abs=0.02)
    np.testing.assert_allclose(kept[kept != 0], units[kept != 0] / 0.75, rtol=1e-15)
    assert kept.mean() == pytest.approx(units.mean(), rel=0.02)
    assert (forward.activations[2] == forward.pre_activations[1]).all()


def test_prediction_has_no_dropout_and_gives_probabilities():
    fit = build(Tanh(), SoftmaxCrossEntropy(), dropout=0.5)
    theta = random_theta(fit)
    logits = dataclasses.replace(fit, dropout=0.0).trace(theta).activations[-1]
    expected = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    np.testing.assert_allclose(fit.predict(theta, INPUTS), expected, rtol=1e-13)
    pair = build(Tanh(), SigmoidCrossEntropy(), Sigmoid())
    units = pair.trace(theta).activations[-1]
    np.testing.assert_allclose(pair.predict(theta, INPUTS), units, rtol=1e-13)


def test_overflow_is_reported_as_inf_without_a_warning():
    fit = build(ReLU(), SquaredError(), sizes=(3, *[8] * 12, 3))
    value = fit.value(1e60 * random_theta(fit))
    assert not np.isfinite(value)
    assert not np.isfinite(fit.grad(1e60 * random_theta(fit))).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"inputs": INPUTS[:, :2]}, r"inputs must have shape \(m, 3\), got \(6, 2\)"),
        ({"targets": TARGETS[0]}, r"targets must have shape \(m, 3\), got \(3,\)"),
        ({"targets": TARGETS[:5]}, "6 inputs need as many targets, got 5"),
        ({"dropout": 1.0}, r"dropout must lie in \[0, 1\), got 1.0"),
    ],
)
def test_bad_data_is_named(change, message):
    with pytest.raises(ValueError, match=message):
        dataclasses.replace(build(), **change)


def test_bad_networks_and_thetas_are_named():
    with pytest.raises(ValueError, match="sizes must name at least inputs and outputs"):
        Network((3,), Tanh(), Identity())
    with pytest.raises(ValueError, match="norm must be None"):
        Network((3, 2), Tanh(), Identity(), norm="group")
    with pytest.raises(ValueError, match=r"38 parameters in its last axis, got shape \(37,\)"):
        build(sizes=(3, 5, 3)).value(np.zeros(37))
