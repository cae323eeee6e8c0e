"""One sample in ReLU layers of finite width: exact drift, spread, death and quantiles."""

import math
import tracemalloc

import numpy as np
import pytest

from optcore.flow.bounds import funnel, funnel_sentence
from optcore.flow.finite_width import ReluWidth, digamma_half, trigamma_half
from optcore.flow.plan import FlowPlan, FlowSetting
from optcore.networks.activations import Identity, ReLU
from optcore.networks.initializers import HeNormal
from optcore.networks.losses import SquaredError
from optcore.networks.network import FitLoss, Network


def test_digamma_and_trigamma_at_half_integers():
    """Abramowitz and Stegun (1964), table 6.1 and equations 6.3.2 to 6.4.4."""
    k = np.arange(1, 8)
    known = [-1.9635100260, -0.5772156649, 0.0364899740, 0.4227843351, 0.7031566406,
             0.9227843351, 1.1031566406]  # fmt: skip
    assert digamma_half(k) == pytest.approx(known, abs=1e-9)
    known = [math.pi**2 / 2, math.pi**2 / 6, math.pi**2 / 2 - 4, math.pi**2 / 6 - 1]
    assert trigamma_half(k[:4]) == pytest.approx(known, rel=1e-12)


def test_drift_and_variance_at_width_8_are_far_from_the_leading_order():
    one = ReluWidth(8)
    assert one.drift == pytest.approx(-0.399, abs=5e-4)
    assert one.variance == pytest.approx(1.247, abs=5e-4)
    assert one.leading_order() == (-0.3125, 0.625)


def test_the_leading_order_holds_as_the_width_grows():
    """The next order is 5/n and 16/n of it, about: 1 and 3 % at width 128."""
    for width, drift_off, spread_off in (
        (32, 0.06, 0.14),
        (128, 0.014, 0.031),
        (512, 0.004, 0.008),
    ):
        one = ReluWidth(width)
        drift, variance = one.leading_order()
        assert 0 < one.drift / drift - 1 < drift_off
        assert 0 < one.variance / variance - 1 < spread_off


def test_the_mean_square_is_kept_exactly():
    """E (2/n) chi^2_k = 1, dead layers included: the mean field's own statement."""
    rng = np.random.default_rng(0)
    for width in (4, 8):
        gains = ReluWidth(width).quantiles(1, rng.random(200_000))[:, 1]
        assert gains.mean() == pytest.approx(1, abs=0.02)
        assert np.mean(gains == 0) == pytest.approx(2.0**-width, rel=0.1)


def test_one_unit_is_a_squared_normal_number():
    """Twice a chi-squared of one degree: it lies below x with the chance erf(sqrt(x / 4))."""
    alive = np.array([0.2, 0.5, 0.9])
    gains = ReluWidth(1).quantiles(1, (1 + alive) / 2)[:, 1]
    found = [math.erf(math.sqrt(gain / 4)) for gain in gains]
    np.testing.assert_allclose(found, alive, rtol=2e-4)


def test_as_many_as_are_dead_lie_below_the_least_gain_of_the_living():
    one = ReluWidth(3)
    gains = one.quantiles(4, (one.none_left(4), 0.99 * one.none_left(4)))
    assert 0 < gains[0, -1] < 1e-6
    assert gains[1, -1] == 0


@pytest.mark.parametrize(("width", "hidden"), [(1024, 1), (1024, 8), (64, 100)])
def test_a_wide_layer_and_many_are_nearly_normal(width, hidden):
    """Their logarithm: at 0.1587 and 0.8413 one deviation off."""
    one, share = ReluWidth(width), (1 + math.erf(0.5**0.5)) / 2
    gains = np.log(one.quantiles(hidden, (1 - share, 0.5, share))[:, -1])
    deviation = math.sqrt(hidden * one.variance)
    expected = hidden * one.drift + deviation * np.array([-1, 0, 1])
    np.testing.assert_allclose(gains, expected, atol=0.03 * deviation)


def simulated(width, hidden, seeds):
    """||delta||^2 of every layer over the output's, (seeds, hidden + 1), output side last."""
    network = Network((width,) * (hidden + 1) + (3,), ReLU(), Identity(), bias=False)
    rng = np.random.default_rng(0)
    fit = FitLoss(network, SquaredError(), rng.standard_normal((1, width)), np.ones((1, 3)))
    thetas = np.stack([network.initial(HeNormal(), seed) for seed in range(seeds)])
    found = []
    for part in np.array_split(thetas, 20):
        deltas = fit.trace(part).deltas
        squares = np.stack([(delta**2).sum((-2, -1)) for delta in deltas], axis=-1)
        found.append(squares / squares[:, -1:])
    return np.concatenate(found)


@pytest.mark.parametrize(("width", "hidden"), [(4, 6), (8, 10)])
def test_real_networks_fall_into_the_quantiles(width, hidden):
    seeds = 4000
    ratios, one = simulated(width, hidden, seeds), ReluWidth(width)
    dead = np.mean(ratios[:, 0] == 0)
    expected = one.none_left(hidden)
    assert dead == pytest.approx(expected, abs=4 * math.sqrt(expected / seeds))
    shares = np.array([0.1, 0.3, 0.5, 0.7, 0.9])
    gains = one.quantiles(hidden, shares)[:, ::-1]
    for layer in range(hidden):
        for share, gain in zip(shares, gains[:, layer], strict=True):
            if gain > 0:
                below = np.mean(ratios[:, layer] <= gain)
                assert below == pytest.approx(share, abs=4.5 * math.sqrt(0.25 / seeds))


def test_seeds_without_a_gradient_take_the_low_quantiles(monkeypatch):
    plan = FlowPlan(ReLU(), HeNormal(), SquaredError(), FlowSetting(depth=30, width=8))
    low, typical, high = funnel(plan, np.ones(30))
    assert low[:-1].max() == 0 < typical.min() < high.min()
    assert low[-1] == typical[-1] == high[-1] == 1
    said = funnel_sentence(plan)
    assert "-0.399" in said
    assert "1.25" in said
    assert f"{100 * ReluWidth(8).none_left(29):.3g} % of the seeds" in said
    monkeypatch.setattr("optcore.flow.bounds.DEAD", ReluWidth(8).none_left(29))
    assert "of the seeds" in funnel_sentence(plan)
    wide = FlowPlan(ReLU(), HeNormal(), SquaredError(), FlowSetting(depth=64, width=256))
    assert "of the seeds" not in funnel_sentence(wide)


def test_quantiles_are_the_caller_s_own_and_little_is_kept_of_them():
    one, shares = ReluWidth(64), (0.1, 0.5, 0.9)
    first = one.quantiles(40, shares)
    expected = first.copy()
    first[:] = 0
    tracemalloc.start()
    np.testing.assert_array_equal(one.quantiles(40, shares), expected)
    one.quantiles(41, shares)
    kept, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # NumPy keeps its factors of a transform.
    assert kept < 1_000_000 < peak
