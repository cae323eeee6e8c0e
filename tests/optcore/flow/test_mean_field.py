import math

import numpy as np
import pytest

from optcore.flow import gaussian, mean_field
from optcore.flow.layer_flow import layer_flow
from optcore.flow.mean_field import (
    MeanField,
    depth_scale,
    mean_square,
)
from optcore.flow.theory import FlowTheory, flow_theory, slope_bound
from optcore.networks.activations import (
    ACTIVATIONS,
    GELU,
    HardSigmoid,
    Identity,
    LeakyReLU,
    ReLU,
    Sigmoid,
    Tanh,
)
from optcore.networks.initializers import (
    Constant,
    HeNormal,
    Normal,
    Orthogonal,
    PyTorchDefault,
    XavierNormal,
    Zeros,
)
from optcore.networks.losses import SoftmaxCrossEntropy, SquaredError
from optcore.networks.network import FitLoss, Network


@pytest.mark.parametrize("scale", [1e-6, 0.3, 1.0, 7.0, 300.0])
def test_gaussian_means_are_exact_for_polynomials_and_steps(scale):
    moments = [gaussian.mean(lambda u, k=k: u**k, scale) for k in range(7)]
    expected = [1, 0, scale**2, 0, 3 * scale**4, 0, 15 * scale**6]
    np.testing.assert_allclose(moments[::2], expected[::2], rtol=1e-12)
    np.testing.assert_allclose(moments[1::2] / np.array([scale, scale**3, scale**5]), 0, atol=1e-12)
    above = gaussian.mean(lambda u: 1.0 * (u > 3), scale, kinks=(3.0,))
    assert above == pytest.approx(math.erfc(3 / scale / math.sqrt(2)) / 2, rel=1e-9, abs=1e-30)


def test_gaussian_means_of_bent_functions():
    # E[logistic(z)^2] and E[tanh(10 z)^2] by the trapezoidal rule on a very fine grid.
    z = np.linspace(-12, 12, 400_001)
    density = np.exp(-z * z / 2) / math.sqrt(2 * math.pi)
    for activation, scale in ((Sigmoid(), 1.0), (Tanh(), 10.0), (GELU(), 3.0)):
        fine = np.trapezoid(activation.value(scale * z) ** 2 * density, z)
        assert mean_square(activation, scale**2) == pytest.approx(fine, rel=1e-11)


def test_published_chi_of_the_sigmoid():
    assert MeanField(Sigmoid(), sigma_w=1.0).chi == pytest.approx(0.0557, abs=5e-5)


@pytest.mark.parametrize("sigma_w", [0.5, 1.0, math.sqrt(2), 3.0])
def test_chi_of_relu_is_half_the_weight_variance(sigma_w):
    assert MeanField(ReLU(), sigma_w).chi == pytest.approx(sigma_w**2 / 2, rel=1e-12)
    leaky = MeanField(LeakyReLU(slope=0.2), sigma_w).chi
    assert leaky == pytest.approx(sigma_w**2 * (1 + 0.04) / 2, rel=1e-12)


def test_fixed_points_in_closed_form():
    # Linear: q = w q + b, so q* = b / (1 - w).
    assert MeanField(Identity(), 0.6, 0.8).fixed_point() == pytest.approx(1.0, rel=1e-9)
    assert MeanField(Identity(), 0.6, 0.4).fixed_point() == pytest.approx(0.25, rel=1e-9)
    assert MeanField(Identity(), 0.5).fixed_point() == 0
    assert MeanField(Identity(), 2.0).fixed_point() == math.inf
    # ReLU with He weights keeps whatever variance it is given.
    for start in (0.37, 1e-9, 1e9):
        assert MeanField(ReLU(), math.sqrt(2)).fixed_point(start) == start


def test_a_variance_that_drifts_slowly_still_ends_where_it_drifts():
    """ReLU multiplies it by sigma_w^2 / 2, whatever it is."""
    assert MeanField(ReLU(), 2.2**0.5, 0.0).fixed_point() == math.inf
    assert MeanField(ReLU(), 1.8**0.5, 0.0).fixed_point() == 0
    assert MeanField(ReLU(), 2.2**0.5, 0.0).fixed_point(40.0) == math.inf


@pytest.mark.parametrize("activation", [Sigmoid(), Tanh(), HardSigmoid(), GELU()], ids=str)
@pytest.mark.parametrize("sigma_w", [0.8, 1.3])
def test_fixed_points_are_where_iteration_leads(activation, sigma_w):
    field = MeanField(activation, sigma_w, 0.5)
    q = 1.0
    for _ in range(300):
        q = field.next_variance(q)
    assert field.fixed_point() == pytest.approx(q, rel=1e-9)


@pytest.mark.parametrize(("ratio", "ends"), [(1.5, (2.0**-10, 1e9)), (0.75, (1e-9, 2.0**10))])
def test_a_bracket_ends_where_a_variance_counts_as_none_or_infinite(monkeypatch, ratio, ends):
    """Linear, with the fixed point between the last two ends of the bracket: found a step on."""
    end = ends[0] if ratio > 1 else ends[1]
    field = MeanField(Identity(), 0.5**0.5, (ratio * end / 2) ** 0.5)
    assert field.fixed_point() == pytest.approx(ratio * end)
    monkeypatch.setattr(mean_field, "VANISHED", ends[0])
    monkeypatch.setattr(mean_field, "BURST", ends[1])
    assert field.fixed_point() == (0 if ratio > 1 else math.inf)


def test_what_is_rounding_is_so_at_its_bound(monkeypatch):
    field = MeanField(Tanh(), 1.3, 0.4)
    monkeypatch.setattr(mean_field, "ROUNDING", abs(field.next_variance(1.0) - 1.0))
    assert field.fixed_point() == 1.0
    monkeypatch.setattr(mean_field, "ROUNDING", 0.5)
    assert depth_scale(1.5) == pytest.approx(-1 / math.log(1.5))


class Critical(MeanField):
    def chi_at(self, q):
        return 1.0


def test_tanh_is_critical_at_one_and_on_the_published_line():
    assert MeanField(Tanh(), 1.0).chi == pytest.approx(1, abs=1e-5)
    assert MeanField(Tanh(), 0.9).chi == pytest.approx(0.81, rel=1e-9)
    assert MeanField(Tanh(), 2.0).chi > 1
    # Schoenholz et al.: sigma_w^2 = 1.76 at sigma_b^2 = 0.05.
    below, above = (MeanField(Tanh(), math.sqrt(w), math.sqrt(0.05)) for w in (1.755, 1.765))
    assert below.chi < 1 < above.chi


def test_depth_scales_are_the_rates_of_the_maps():
    field = MeanField(Tanh(), 1.2, 0.4)
    assert field.chi < 1
    assert field.correlation_depth == pytest.approx(-1 / math.log(field.chi), rel=1e-9)
    assert field.gradient_depth == pytest.approx(field.correlation_depth, rel=1e-9)
    assert depth_scale(math.exp(-0.25)) == pytest.approx(4, rel=1e-12)
    assert depth_scale(1.0) == math.inf
    assert depth_scale(0.0) == 0
    assert math.isnan(depth_scale(-0.5))
    assert math.isnan(depth_scale(math.inf))
    for nowhere in (MeanField(Identity(), 0.5), MeanField(Identity(), 2.0)):
        assert math.isnan(nowhere.correlation_depth)


def test_chi_of_a_network_is_the_geometric_mean_between_hidden_layers():
    assert FlowTheory(np.ones(5), np.array([7.0, 2.0, 8.0, 5.0])).chi == pytest.approx(4)
    assert math.isnan(FlowTheory(np.ones(3), np.array([7.0, 5.0])).chi)


def test_skips_of_relu_in_closed_form():
    """q, the mean square 2 q (q of the layer below twice over) and the mean sqrt(q / 2 pi) that
    units add to what they are added to."""
    network = Network((6, 6, 6, 6, 3), ReLU(), Identity(), residual=True)
    theory = flow_theory(network, HeNormal(), 1.5)
    square, mean = 1.5, 0.0
    for q in theory.variances:
        assert q == pytest.approx(2 * square, rel=1e-9)
        more = math.sqrt(q / (2 * math.pi))
        square, mean = square + q / 2 + 2 * mean * more, mean + more
    # Half of twice what arrives: from the output by the weights alone, elsewhere by skips too.
    np.testing.assert_allclose(theory.factors, [2, 2, 1], rtol=1e-9)


def test_a_variance_that_is_infinite_has_no_slope():
    theory = flow_theory(Network((5, 5, 5, 2), Identity(), Identity()), HeNormal(), 1e308)
    assert theory.variances[0] == math.inf
    assert np.isnan(theory.factors[0])


class Fanned(Normal):
    """Biases of a variance that tells both sizes."""

    def bias_variance(self, n_out, n_in):
        return n_out + n_in / 100


def test_biases_vary_by_the_sizes_of_their_layer():
    theory = flow_theory(Network((7, 5, 2), Identity(), Identity()), Fanned(gain=0.0), 1.0)
    np.testing.assert_allclose(theory.variances, [5.07, 2.05])


def test_biases_add_their_variance():
    """PyTorch's: weights and biases have a variance of 1 / (3 n), here of 6 and of 12 inputs."""
    network = Network((6, 12, 2), Identity(), Identity())
    theory = flow_theory(network, PyTorchDefault(), 2.0)
    first = 2.0 / 3 + 1 / 18
    np.testing.assert_allclose(theory.variances, [first, first / 3 + 1 / 36], rtol=1e-9)


def test_a_normalised_layer_of_little_variance_is_held_by_its_epsilon():
    """Variance 1e-5, as much as the epsilon of the norm: half is left by the first layer."""
    network = Network((100, 100, 100, 3), Identity(), Identity(), norm="layer")
    theory = flow_theory(network, Normal(sigma=1e-5**0.5 / 10), 1.0)
    np.testing.assert_allclose(theory.variances[:2], [1e-5, 5e-6], rtol=1e-9)


@pytest.mark.parametrize(("sigma_w", "low", "high"), [(2.5, 0, 0.4), (1.6, 0.55, 0.65)])
def test_chaos_settles_at_a_correlation_below_one(sigma_w, low, high):
    field = MeanField(Tanh(), sigma_w, 0.3)
    q = field.fixed_point()
    c = field.fixed_correlation(q)
    assert low < c < high
    # Monte Carlo of the map q c -> sigma_w^2 E[phi(u1) phi(u2)] + sigma_b^2.
    z = np.random.default_rng(0).standard_normal((2, 400_000))
    second = np.tanh(math.sqrt(q) * (c * z[0] + math.sqrt(1 - c * c) * z[1]))
    moved = sigma_w**2 * np.mean(np.tanh(math.sqrt(q) * z[0]) * second) + 0.09
    assert moved == pytest.approx(q * c, abs=0.02)
    assert MeanField(Tanh(), 1.2, 0.4).fixed_correlation(1.0) == 1.0
    assert Critical(Tanh(), sigma_w).fixed_correlation(1.0) == 1.0


SWITCHES = [{}, {"norm": "layer"}, {"residual": True}, {"residual": True, "norm": "layer"}]


@pytest.mark.parametrize("switches", SWITCHES, ids=str)
@pytest.mark.parametrize("hidden", [Sigmoid(), ReLU(), Tanh()], ids=lambda a: a.name)
def test_theory_agrees_with_wide_networks(hidden, switches):
    rng = np.random.default_rng(0)
    network = Network((200,) * 6 + (10,), hidden, Identity(), **switches)
    targets = np.eye(10)[rng.integers(0, 10, 40)]
    fit = FitLoss(network, SoftmaxCrossEntropy(), rng.standard_normal((40, 200)), targets)
    initializer = HeNormal(gain=0.9)
    flows = [layer_flow(fit, network.initial(initializer, seed)) for seed in range(24)]
    squares = np.mean([(f.delta_norms / f.delta_norms[-1]) ** 2 for f in flows], 0)
    variances = np.mean([[np.mean(z**2) for z in f.trace.pre_activations] for f in flows], 0)
    theory = flow_theory(network, initializer, 1.0)
    np.testing.assert_allclose(np.sqrt(squares), theory.delta_norms(1.0), rtol=0.12)
    np.testing.assert_allclose(variances[:-1], theory.variances[:-1], rtol=0.15)


def test_theory_follows_unequal_widths_and_the_initialiser():
    network = Network((50, 300, 150, 300, 8), Tanh(), Identity())
    rng = np.random.default_rng(1)
    fit = FitLoss(network, SquaredError(), 0.5 * rng.standard_normal((60, 50)), np.zeros((60, 8)))
    for initializer in (XavierNormal(), Orthogonal(gain=1.2), Normal(sigma=0.08)):
        flows = [layer_flow(fit, network.initial(initializer, seed)) for seed in range(12)]
        squares = np.mean([(f.delta_norms / f.delta_norms[-1]) ** 2 for f in flows], 0)
        theory = flow_theory(network, initializer, 0.25)
        np.testing.assert_allclose(np.sqrt(squares), theory.delta_norms(1.0), rtol=0.15)


def test_theory_is_silent_where_it_has_nothing_to_say():
    batch = Network((5, 5, 2), Tanh(), Identity(), norm="batch")
    assert flow_theory(batch, HeNormal(), 1.0) is None
    assert flow_theory(Network((5, 5, 2), Tanh(), Identity()), Constant(), 1.0) is None
    silent = flow_theory(Network((5, 5, 2), Tanh(), Identity()), Zeros(), 1.0)
    assert silent.variances.tolist() == [0, 0]
    assert silent.delta_norms(1.0).tolist() == [0, 1]


def test_the_slope_bound_holds_and_is_no_rate():
    network = Network((30,) * 7 + (4,), Sigmoid(), Identity())
    rng = np.random.default_rng(0)
    fit = FitLoss(network, SquaredError(), rng.standard_normal((20, 30)), np.zeros((20, 4)))
    flow = layer_flow(fit, network.initial(XavierNormal(), 0))
    spectral = [np.linalg.norm(weights, 2) for weights in flow.trace.forward.weights]
    measured = flow.delta_norms / flow.delta_norms[-1]
    bound = slope_bound(Sigmoid(), 7, spectral)
    assert (measured <= bound).all()
    assert measured[0] < 0.1 * bound[0]
    np.testing.assert_allclose(slope_bound(Sigmoid(), 4), [1 / 64, 1 / 16, 1 / 4, 1])
    # Each layer by the norms above it, not by its own.
    np.testing.assert_allclose(slope_bound(Sigmoid(), 3, [9.0, 2.0, 12.0]), [1.5, 3, 1])


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=lambda a: a.name)
def test_every_activation_has_a_chi(activation):
    field = MeanField(activation, 1.1, 0.2)
    assert 0 <= field.chi <= 1.21 * activation.steepest**2 * (1 + 1e-9)
