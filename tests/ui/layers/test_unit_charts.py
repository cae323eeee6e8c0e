"""The numbers in the figures and sentences of signals, units and spectra on the Layers page."""

import numpy as np
import pytest
from dressing import validated

from optcore.flow.costs import spectrum_layers
from optcore.flow.plan import FlowPlan, FlowSetting
from optcore.flow.spectra import find_spectra
from optcore.networks.activations import Identity, LeakyReLU, ReLU, Sigmoid, Tanh
from optcore.networks.initializers import Constant, HeNormal, Orthogonal, XavierNormal, Zeros
from optcore.networks.losses import SoftmaxCrossEntropy
from optcore.pieces import finish
from ui.layers import results, signal_charts, unit_charts, words
from ui.layers.unit_charts import JACOBIANS, TO_OUTPUT, UNITS

SMALL = FlowSetting(depth=7, width=12, batch=20)


def plan_of(activation, initializer, setting=SMALL) -> FlowPlan:
    return FlowPlan(activation, initializer, SoftmaxCrossEntropy(), setting)


def spectra_of(plan, layers) -> tuple[list[float], object]:
    """The shares of the work that are told on the way, and the spectra."""
    shares = []
    return shares, finish(find_spectra(plan.flow(), layers), shares.append)


@pytest.mark.parametrize("kind", ["z", "a"])
def test_histograms_hold_every_number_once(kind):
    plan = plan_of(Sigmoid(), XavierNormal(gain=6.0))
    found = results.signals(plan)[kind]
    np.testing.assert_allclose(found.shares.sum(1), 1)
    assert (found.saturated <= found.shares).all()
    flow = plan.flow()
    np.testing.assert_allclose(found.saturated.sum(1), flow.saturated(0.05)[:-1])
    assert found.saturated.sum() > 0
    for figure in (signal_charts.sheet(plan, found, kind),
                   signal_charts.histogram(plan, found, kind)):  # fmt: skip
        validated(figure)
    values = flow.trace.forward.normalised[0] if kind == "z" else flow.trace.forward.units[0]
    middle = found.edges[len(found.edges) // 2]
    assert found.shares[0][: len(found.edges) // 2].sum() == pytest.approx(
        np.mean(values < middle), abs=0.01
    )


def test_an_exploding_signal_gets_a_bent_axis():
    plan = plan_of(ReLU(), HeNormal(gain=5.0))
    found = results.signals(plan)["z"]
    assert found.bent
    assert np.sinh(found.edges[-1]) > 1e3
    ticks = signal_charts.sheet(plan, found, "z")["layout"]["yaxis"]
    at = ticks["ticktext"].index("10<sup>3</sup>") if "10<sup>3</sup>" in ticks["ticktext"] else -1
    assert np.sinh(ticks["tickvals"][at]) > 10


def test_dead_sparse_and_zero_are_told_apart():
    plan = plan_of(ReLU(), HeNormal(), setting=FlowSetting(depth=12, width=64, batch=40))
    found = results.units(plan)
    flow = plan.flow()
    for layer, a in enumerate(flow.trace.forward.units[:-1]):
        on = (a > 0).mean(0)
        assert found.dead[layer] == np.mean(on == 0)
        assert found.sparse[layer] == pytest.approx(np.mean((on > 0) & (on < 0.1)))
        assert found.zero[layer] == pytest.approx(1 - on.mean())
        assert (found.on[layer][0], found.on[layer][-1]) == (on.min(), on.max())
        x = flow.trace.activations[layer]
        unit = x / np.linalg.norm(x, axis=1, keepdims=True)
        cosines = (unit @ unit.T)[~np.eye(len(x), dtype=bool)]
        assert found.alike[layer] == pytest.approx(cosines.mean(), abs=1e-9)
    for quantity in UNITS:
        validated(unit_charts.shares({plan: found}, quantity))
    validated(unit_charts.busyness({plan: found}))
    validated(unit_charts.likeness({plan: found}))


@pytest.mark.parametrize(("plan", "cause"), [
    (plan_of(ReLU(), Constant(constant=-0.1)), "Every weight is negative"),
    (plan_of(ReLU(), Zeros()), "all weights are zero"),
    (plan_of(ReLU(), HeNormal(), setting=FlowSetting(3, 64, batch=2)), "by chance, 1 in 4"),
    (plan_of(ReLU(), HeNormal(), setting=FlowSetting(40, 64, batch=100)), "become alike"),
    (plan_of(Sigmoid(), XavierNormal(gain=8.0)), "carry z beyond 4.4"),
    (plan_of(LeakyReLU(), HeNormal()), "the side of the kink"),
    (plan_of(Tanh(), XavierNormal(gain=0.5)), "next to none is saturated"),
])  # fmt: skip
def test_the_cause_of_death_is_named(plan, cause):
    assert cause in words.unit_words({plan: results.units(plan)})


@pytest.mark.parametrize("quantity", JACOBIANS)
def test_spectra_are_the_singular_values_of_one_sample(quantity):
    plan = plan_of(Tanh(), XavierNormal())
    layers = spectrum_layers([plan], 10.0)
    assert layers == tuple(range(7))
    shares, spectra = spectra_of(plan, layers)
    assert shares[-1] == 1
    found = {plan: spectra}
    values = found[plan].values(quantity == TO_OUTPUT, 6)
    weights, _ = plan.network.layers(plan.theta())[-1]
    np.testing.assert_allclose(values, np.linalg.svd(weights, compute_uv=False))
    figure = unit_charts.stretch(found, {}, quantity, 7)
    validated(figure)
    (curve,) = [each for each in figure["data"] if each.get("meta", {}).get("play") == "curve"]
    assert curve["y"][0] == pytest.approx(np.median(values))
    validated(unit_charts.spectrum(found, quantity, 7))
    assert "singular values from" in words.spectrum_words(found, quantity)


def test_orthogonal_weights_of_a_linear_network_turn_and_do_not_stretch():
    plan = plan_of(Identity(), Orthogonal())
    found = {plan: spectra_of(plan, [0, 6])[1]}
    assert "stretches no direction" in words.spectrum_words(found, TO_OUTPUT)
