import math
import re
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from optcore.flow.band import flow_band, seed_flows
from optcore.flow.layer_flow import (
    FLOAT_RANGES,
    LayerFlow,
    decay_rate,
    layer_flow,
    norm,
)
from optcore.flow.plan import FlowPlan, FlowSetting
from optcore.flow.regime import regime
from optcore.flow.signals import signals_of
from optcore.flow.spectra import find_spectra, layer_jacobian, spectra
from optcore.networks.activations import Identity, LeakyReLU, ReLU, Sigmoid, Tanh
from optcore.networks.initializers import (
    Constant,
    HeNormal,
    Normal,
    Orthogonal,
    XavierNormal,
    Zeros,
)
from optcore.networks.losses import SigmoidCrossEntropy, SoftmaxCrossEntropy, SquaredError
from optcore.networks.network import FitLoss, Network
from optcore.pieces import finish


def build(hidden, depth=6, width=16, batch=12, loss=None, **fields):
    rng = np.random.default_rng(2)
    dropout = {key: fields.pop(key) for key in ("dropout", "dropout_seed") if key in fields}
    network = Network((width,) * depth + (3,), hidden, Identity(), **fields)
    targets = np.eye(3)[rng.integers(0, 3, batch)]
    inputs = rng.standard_normal((batch, width))
    return FitLoss(network, loss or SoftmaxCrossEntropy(), inputs, targets, **dropout)


def flow_of(hidden, initializer, seed=0, learning_rate=0.01, **fields):
    fit = build(hidden, **fields)
    return layer_flow(fit, fit.network.initial(initializer, seed), learning_rate)


def test_norm_survives_squares_that_do_not():
    assert norm(np.array([[3e-200, 4e-200]])) == pytest.approx(5e-200, rel=1e-15, abs=0)
    assert norm(np.array([3e200, 4e200])) == pytest.approx(5e200, rel=1e-15)
    assert norm(np.array([3.0, -4.0])) == 5.0
    assert norm(np.zeros(3)) == norm(np.zeros(0)) == 0.0
    assert norm(np.array([np.inf, 1.0])) == np.inf
    assert math.isnan(norm(np.array([np.nan, 1.0])))


def test_norms_are_those_of_the_trace():
    flow = flow_of(Tanh(), XavierNormal(), learning_rate=0.3)
    for layer, (w, _) in enumerate(flow.fit.network.layers(flow.theta)):
        per_sample = np.linalg.norm(12 * flow.trace.deltas[layer], axis=-1)
        assert flow.delta_norms[layer] == pytest.approx(np.sqrt(np.mean(per_sample**2)), rel=1e-13)
        grad = np.linalg.norm(flow.trace.weight_grads[layer])
        assert flow.weight_grad_norms[layer] == pytest.approx(grad, rel=1e-13)
        assert flow.update_ratios[layer] == pytest.approx(0.3 * grad / np.linalg.norm(w), rel=1e-13)


def test_delta_norms_do_not_depend_on_how_often_the_batch_is_repeated():
    once = build(Tanh())
    thrice = FitLoss(
        once.network, once.loss, np.tile(once.inputs, (3, 1)), np.tile(once.targets, (3, 1))
    )
    theta = once.network.initial(XavierNormal(), 0)
    np.testing.assert_allclose(
        layer_flow(once, theta).delta_norms, layer_flow(thrice, theta).delta_norms, rtol=1e-12
    )


def test_a_bias_free_relu_net_keeps_its_weight_gradient_while_delta_changes():
    """W . dW is the same for every layer, because the output is homogeneous in each of them."""
    flow = flow_of(ReLU(), HeNormal(gain=0.6), bias=False, loss=SquaredError(), depth=8)
    pairs = zip(flow.trace.forward.weights, flow.trace.weight_grads, strict=True)
    products = [float((w * grad).sum()) for w, grad in pairs]
    np.testing.assert_allclose(products, products[0], rtol=1e-9)
    assert flow.delta_norms[0] < 0.1 * flow.delta_norms[-2]


def test_zero_and_dead_units_are_counted():
    network = Network((1, 3, 1), ReLU(), Identity())
    fit = FitLoss(network, SquaredError(), [[-1.0], [1.0]], [[0.0], [0.0]])
    # Units w x + b: x (off for one sample), x + 2 (always on), x - 5 (dead).
    theta = np.array([1.0, 1.0, 1.0, 0.0, 2.0, -5.0, 1.0, 1.0, 1.0, 0.0])
    flow = layer_flow(fit, theta)
    np.testing.assert_allclose(flow.zeros, [3 / 6, 0])
    np.testing.assert_allclose(flow.dead, [1 / 3, 0])
    np.testing.assert_allclose(flow.saturated(), [3 / 6, 0])
    # Sigmoids are as steep as 1/4: at 3 a slope is 0.045, more than a twentieth of that; at 5 less.
    sigmoids = Network((1, 2, 1), Sigmoid(), Sigmoid())
    fit = FitLoss(sigmoids, SquaredError(), [[0.0]], [[0.0]])
    flow = layer_flow(fit, np.array([0, 0, 3.0, 5.0, 0, 0, 3.0]))
    np.testing.assert_allclose(flow.saturated(), [1 / 2, 0])
    # A slope of exactly a twentieth is not below it.
    leaky = flow_of(LeakyReLU(slope=0.05), HeNormal())
    assert not leaky.saturated().any()
    assert signals_of(leaky)["z"].saturated.sum() == 0
    # Tanh units at zero give zero and are not dead.
    assert flow_of(Tanh(), Zeros()).dead[0] == 0
    assert flow_of(Tanh(), Zeros()).zeros[0] == 1


def test_means_and_variances():
    flow = flow_of(Sigmoid(), XavierNormal())
    for layer in range(6):
        z, a = flow.trace.pre_activations[layer], flow.trace.activations[layer + 1]
        assert flow.pre_activation_means[layer] == pytest.approx(z.mean(), rel=1e-12)
        assert flow.pre_activation_variances[layer] == pytest.approx(z.var(), rel=1e-12)
        assert flow.activation_means[layer] == pytest.approx(a.mean(), rel=1e-12)
        assert flow.activation_variances[layer] == pytest.approx(a.var(), rel=1e-12)


def test_range_marks_agree_with_casting():
    flow = flow_of(Sigmoid(), XavierNormal(), depth=14)
    for precision in ("float16", "float32"):
        expected = [np.mean(d[d != 0].astype(precision) == 0) for d in flow.trace.deltas]
        np.testing.assert_allclose(flow.underflow(precision), expected)
    assert flow.underflow("float16")[0] > 0.5
    large = flow_of(ReLU(), HeNormal(gain=9.0), depth=8)
    with np.errstate(over="ignore"):
        expected = [np.mean(np.isinf(a.astype(np.float16))) for a in large.trace.activations[1:]]
    np.testing.assert_allclose(large.overflow("float16"), expected)
    assert 0 < large.overflow("float16")[-2] < 1


@pytest.mark.parametrize("precision", FLOAT_RANGES)
def test_the_ranges_end_where_casting_does(precision):
    low, high = (np.float64(end) for end in FLOAT_RANGES[precision])
    with np.errstate(all="ignore"):
        assert low.astype(precision) == 0 < np.nextafter(low, 1).astype(precision)
        assert np.isfinite(np.nextafter(high, 0).astype(precision))
        assert np.isinf(high.astype(precision))
    ends = np.array([[0.0, np.nextafter(low, 0), -low, np.nextafter(low, 1)],
                     [np.nextafter(high, 0), -high, np.inf, np.nan]])  # fmt: skip
    trace = SimpleNamespace(deltas=ends, activations=[None, *ends])
    flow = LayerFlow(None, None, trace)
    np.testing.assert_array_equal(flow.underflow(precision), [2 / 3, 0])
    np.testing.assert_array_equal(flow.overflow(precision), [0, 3 / 4])
    still = LayerFlow(None, None, SimpleNamespace(deltas=[np.zeros((2, 3))]))
    assert still.underflow(precision) == 0


def test_decay_rate_recovers_a_geometric_sequence():
    assert decay_rate(5 * 0.24 ** np.arange(20)[::-1]) == pytest.approx(0.24, rel=1e-12)
    assert decay_rate([0.0, 1.0, 2.0, 4.0, np.inf]) == pytest.approx(0.5, rel=1e-12)
    assert math.isnan(decay_rate([0.0, 3.0]))
    assert decay_rate([1.0, 4.0]) == pytest.approx(0.25, rel=1e-12)


def test_the_decay_of_a_flow_is_that_of_its_hidden_layers():
    """The output layer has weights of another shape: its step is not one of many alike."""
    flow = flow_of(Tanh(), XavierNormal(), depth=5)
    layers, logs = np.arange(4), np.log(flow.delta_norms[:4])
    assert flow.decay_rate == pytest.approx(math.exp(-np.polyfit(layers, logs, 1)[0]), rel=1e-12)


@pytest.mark.parametrize(
    ("hidden", "initializer", "kind", "words"),
    [
        (Sigmoid(), XavierNormal(), "vanishing", "below what float32 can add to a weight of 1"),
        (ReLU(), HeNormal(), "stable", "each layer multiplies the gradient by"),
        (ReLU(), HeNormal(gain=3.0), "exploding", "times as much arrives"),
        (ReLU(), Constant(constant=-1.0), "dead", "layer 19 is dead (zero on the entire batch)"),
        (Tanh(), Zeros(), "dead", "the weights of layer 20 are all zero"),
        (ReLU(), Normal(sigma=1e20), "overflow", "no longer finite, even in float64"),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_regimes(hidden, initializer, kind, words):
    found = regime(flow_of(hidden, initializer, depth=20, width=64))
    assert found.kind == kind
    assert words in found.sentence
    assert found.sentence.startswith(f"{hidden.name}: ")


def test_the_sentence_speaks_the_measured_numbers():
    flow = flow_of(Sigmoid(), XavierNormal(), depth=20, width=64)
    sentence, norms = regime(flow).sentence, flow.delta_norms
    assert f"the output's weights multiply the gradient by {norms[-2] / norms[-1]:.2f}" in sentence
    hidden = (norms[0] / norms[-2]) ** (1 / 18)
    assert f"each hidden layer by {hidden:.3g}; after 19 layers" in sentence
    left = norms[0] / norms[-1]
    assert f"{float(sentence.split('layers ')[1].split(' is')[0]):.1e}" == f"{left:.1e}"
    assert 0.2 < flow.decay_rate < 0.25


@pytest.mark.parametrize("depth", [2, 3, 4, 11, 20, 45])
@pytest.mark.parametrize(
    ("hidden", "initializer"),
    [(Tanh(), XavierNormal()), (ReLU(), HeNormal()), (ReLU(), HeNormal(gain=1.3)),
     (Sigmoid(), XavierNormal(gain=4.0))],
    ids=lambda value: getattr(value, "name", ""),
)  # fmt: skip
def test_the_factors_of_the_sentence_multiply_out(depth, hidden, initializer):
    for seed in range(6):
        flow = flow_of(hidden, initializer, depth=depth, width=24, seed=seed)
        sentence, norms = regime(flow).sentence, flow.delta_norms
        numbers = [float(word) for word in re.findall(r" (\d[\d.]*(?:e[+-]?\d+)?)[ ;]", sentence)]
        if "hidden layer by" in sentence:
            first, rest, passed, left = numbers[:4]
            product = first * rest ** (passed - 1)
        else:
            each, passed, left = numbers[:3]
            product = each**passed
        assert passed == depth - 1
        assert left == pytest.approx(norms[0] / norms[-1], rel=0.06)
        assert product == pytest.approx(norms[0] / norms[-1], rel=0.025), sentence


def complex_step_jacobian(fit, theta, layer, sample):
    """d activations[layer + 1] / d activations[layer], with the other samples held still."""
    size = fit.network.sizes[layer]
    columns = []
    for unit in range(size):
        forward = fit.forward(theta)
        for record in (forward.pre_activations, forward.normalised, forward.spreads, forward.units):
            del record[layer:]
        del forward.activations[layer + 1 :]
        moved = forward.activations[layer].astype(complex)
        moved[sample, unit] += 1e-30j
        forward.activations[layer] = moved
        forward.advance(forward.pre_activation(layer))
        columns.append(forward.activations[layer + 1][sample].imag / 1e-30)
    return np.stack(columns, axis=-1)


@pytest.mark.parametrize("norm", [None, "layer", "batch"])
@pytest.mark.parametrize("residual", [False, True])
def test_jacobians_equal_the_complex_step(norm, residual):
    fit = build(Tanh(), width=5, depth=3, norm=norm, residual=residual, dropout=0.3, dropout_seed=0)
    flow = layer_flow(fit, fit.network.initial(XavierNormal(), 1))
    for layer in range(3):
        np.testing.assert_allclose(
            layer_jacobian(flow, layer, sample=4),
            complex_step_jacobian(fit, flow.theta, layer, 4),
            rtol=1e-11,
            atol=1e-15,
        )


def test_spectra_of_an_orthogonal_linear_network_are_its_gain():
    flow = flow_of(Identity(), Orthogonal(gain=0.5), depth=5)
    for spectrum in spectra(flow):
        np.testing.assert_allclose(spectrum.layer_values, 0.5, rtol=1e-12)
        steps = 5 - spectrum.layer
        np.testing.assert_allclose(spectrum.product_values, 0.5**steps, rtol=1e-12)


def test_spectra_are_found_layer_by_layer_and_kept_by_layer():
    flow = flow_of(Tanh(), XavierNormal(), depth=4)
    shares = []
    found = finish(find_spectra(flow, (0, 2)), shares.append)
    assert shares == [0.5, 1.0]
    # From the output down: layer 2 before layer 0, of the first sample.
    for spectrum in spectra(flow, 0):
        if spectrum.layer in (0, 2):
            alone, product = (found.values(whole, spectrum.layer) for whole in (False, True))
            np.testing.assert_array_equal(alone, spectrum.layer_values)
            np.testing.assert_array_equal(product, spectrum.product_values)
            assert (np.diff(product) <= 0).all()
    assert set(found.rows) == {0, 2}


def test_asked_layers_have_the_same_spectra_as_all():
    flow = flow_of(Tanh(), XavierNormal())
    every = {spectrum.layer: spectrum for spectrum in spectra(flow)}
    assert sorted(every) == [0, 1, 2, 3, 4, 5]
    (only,) = spectra(flow, layers=[2])
    np.testing.assert_array_equal(only.product_values, every[2].product_values)
    assert only.product_values.shape == (3,)


def test_the_band_is_made_of_seeds_one_by_one():
    fit = build(Sigmoid(), depth=8)
    flows = list(seed_flows(fit, XavierNormal(), range(11), learning_rate=0.1))
    exact = np.array(
        [layer_flow(fit, fit.network.initial(XavierNormal(), s)).delta_norms for s in range(11)]
    )
    np.testing.assert_allclose([flow["delta_norms"] for flow in flows], exact, rtol=2e-5)
    band = flow_band(flows, low=0.0, high=1.0)
    assert band.seeds == 11
    np.testing.assert_allclose(band.low, exact.min(0), rtol=2e-5)
    np.testing.assert_allclose(band.middle, np.sort(exact, 0)[5], rtol=2e-5)
    np.testing.assert_allclose(band.high, exact.max(0), rtol=2e-5)


@pytest.mark.parametrize("end", [0, 1])
def test_a_norm_at_the_end_of_what_is_safe_is_worked_in_float64(monkeypatch, end):
    fit = build(Sigmoid(), depth=4)
    (fast,) = seed_flows(fit, XavierNormal(), [0])
    norms = np.concatenate(list(fast.values()))
    limits = [(norms.min(), np.inf), (0.0, norms.max())][end]
    monkeypatch.setattr("optcore.flow.band.SAFE_IN_FLOAT32", limits)
    (slow,) = seed_flows(fit, XavierNormal(), [0])
    exact = layer_flow(fit, fit.network.initial(XavierNormal(), 0))
    np.testing.assert_array_equal(slow["delta_norms"], exact.delta_norms)
    assert (slow["delta_norms"] != fast["delta_norms"]).any()


def test_the_band_does_not_lose_what_float32_would():
    fit = build(Sigmoid(), depth=30)
    (flow,) = seed_flows(fit, Normal(sigma=1e-3), [0])
    exact = layer_flow(fit, fit.network.initial(Normal(sigma=1e-3), 0)).delta_norms
    assert 0 < exact[0] < 1e-60
    np.testing.assert_allclose(flow["delta_norms"], exact, rtol=1e-12)


def test_a_plan_is_as_wide_as_its_input_and_has_ten_outputs():
    setting = FlowSetting(depth=3, width=8, input_scale=100.0, batch=500, seed=2)
    plan = FlowPlan(Tanh(), HeNormal(), SquaredError(), setting)
    assert plan.network.sizes == (8, 8, 8, 10)
    assert plan.network.depth == 3
    assert plan.fit.inputs.shape == (500, 8)
    assert plan.fit.inputs.std() == pytest.approx(100, rel=0.1)
    assert isinstance(plan.network.output, Identity)
    assert isinstance(replace(plan, loss=SigmoidCrossEntropy()).network.output, Sigmoid)
    # Links show the same batch for ever: that of the seed's own draws, a thousand seeds on.
    drawn = 100 * np.random.default_rng(1002).standard_normal((500, 8))
    np.testing.assert_array_equal(plan.fit.inputs, drawn)
    np.testing.assert_array_equal(plan.flow().theta, plan.network.initial(HeNormal(), 2))
    np.testing.assert_array_equal(plan.flow(0 * plan.theta()).weight_norms, 0)
    assert plan.flow().learning_rate == setting.learning_rate
    # He: a variance of 2 / n_in.
    assert plan.sigma_w == pytest.approx(math.sqrt(2))
    assert plan.sigma_b == replace(plan, bias=False).sigma_b == 0
    assert plan.plain
    assert not replace(plan, residual=True).plain
    assert not replace(plan, norm="layer").plain
