"""Plans of networks: what they draw, what a pass leaves, what they cost, what repairs them."""

import math
import tracemalloc
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from optcore.flow import bounds
from optcore.flow.band import seed_flows
from optcore.flow.bounds import bound, funnel, funnels, has_bound, spectral_norm
from optcore.flow.costs import (
    memory,
    norm_seconds,
    resized,
    seconds,
    smaller,
    spectrum_layers,
    spectrum_seconds,
    total_seconds,
)
from optcore.flow.fixes import FIXES, compare, repaired
from optcore.flow.layer_flow import layer_flow
from optcore.flow.plan import FlowPlan, FlowSetting
from optcore.flow.profile import profile_of
from optcore.flow.signals import signals_of
from optcore.flow.units import units_of
from optcore.networks.activations import ELU, Identity, LeakyReLU, ReLU, Sigmoid, Tanh
from optcore.networks.architectures import ARCHITECTURES
from optcore.networks.initializers import (
    Constant,
    HeNormal,
    HeUniform,
    Orthogonal,
    XavierNormal,
    XavierUniform,
)
from optcore.networks.losses import (
    LOSSES,
    SoftmaxCrossEntropy,
    SquaredError,
)
from optcore.networks.network import FitLoss, Network

SMALL = FlowSetting(depth=7, width=12, batch=20)
BY_NAME = {fix.name: fix for fix in FIXES}


def plan_of(activation=None, initializer=None, loss=None, setting=SMALL, **fields) -> FlowPlan:
    return FlowPlan(
        activation or Tanh(), initializer or XavierNormal(), loss or SoftmaxCrossEntropy(),
        setting, **fields,
    )  # fmt: skip


def flow_with(hidden, inputs, first):
    """The flow through one layer of units, `first` their (weights, biases), and their sum."""
    width = len(first[0])
    network = Network((1, width, 1), hidden, Identity())
    theta = np.array([*np.ravel(first), *[1] * width, 0], float)
    return layer_flow(FitLoss(network, SquaredError(), inputs, np.zeros_like(inputs)), theta)


def test_weights_and_data_have_nothing_in_common():
    """From one seed the first sample would be a multiple of the first row of W1."""
    fit, theta = plan_of().fit, plan_of().theta()
    first = theta[:12] / np.linalg.norm(theta[:12])
    cosine = fit.inputs[0] @ first / np.linalg.norm(fit.inputs[0])
    assert abs(cosine) < 0.9


def test_compared_networks_start_from_the_same_weights_and_see_the_same_batch():
    one, other = plan_of(Sigmoid()), plan_of(ReLU())
    np.testing.assert_array_equal(one.theta(), other.theta())
    np.testing.assert_array_equal(one.fit.inputs, other.fit.inputs)
    assert (one.theta() != plan_of(setting=replace(SMALL, seed=1)).theta()).any()


@pytest.mark.parametrize("architecture", ARCHITECTURES, ids=lambda a: a.name)
@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.name)
def test_every_loss_and_architecture_has_a_profile(loss, architecture):
    plan = plan_of(loss=loss, residual=architecture.residual, norm=architecture.norm)
    found = profile_of(plan, plan.flow())
    assert found.delta.shape == found.weight_grad.shape == found.ratio.shape == (7,)
    assert np.isfinite(found.delta).all()
    assert found.left == found.delta[0] / found.delta[-1]
    if architecture.norm:
        np.testing.assert_allclose(found.given_deviation[:-1], 1, atol=0.02)


def test_sizes_are_those_of_the_flow():
    flow = plan_of().flow()
    found = profile_of(plan_of(), flow)
    for layer, z in enumerate(flow.trace.pre_activations):
        assert found.z_size[layer] == pytest.approx(np.sqrt(np.mean(z**2)), rel=1e-12)
        assert found.given_mean[layer] == pytest.approx(z.mean(), abs=1e-12)
        a = flow.trace.activations[layer + 1]
        assert found.a_size[layer] == pytest.approx(np.sqrt(np.mean(a**2)), rel=1e-12)


def test_the_bound_holds_and_is_no_rate():
    plan = plan_of(Sigmoid(), setting=replace(SMALL, width=40))
    found = profile_of(plan, plan.flow())
    norms = np.array([spectral_norm(w) for w, _ in plan.network.layers(plan.theta())])
    highest = bound(plan, found.delta[-1], norms)
    assert (found.delta <= highest * (1 + 1e-12)).all()
    assert found.delta[0] < 0.2 * highest[0]
    # A quarter of the norms above, and of those above them.
    shallow = plan_of(Sigmoid(), setting=FlowSetting(depth=3))
    np.testing.assert_allclose(bound(shallow, 8.0, np.array([9.0, 2.0, 12.0])), [12, 24, 8])
    assert has_bound(plan)
    assert not has_bound(plan_of(ReLU()))
    assert not has_bound(replace(plan, residual=True))


def test_seeds_fall_into_the_finite_width_funnel():
    """Of 100 seeds about 80 end between the tenth and the ninetieth percentile of one sample."""
    plan = plan_of(ReLU(), HeNormal(), setting=FlowSetting(depth=24, width=48, batch=1))
    flows = list(seed_flows(plan.fit, plan.initializer, range(100)))
    ratios = np.array([flow["delta_norms"] / flow["delta_norms"][-1] for flow in flows])
    low, typical, high = funnel(plan, np.ones(24))
    assert 0.7 < np.mean((low[0] < ratios[:, 0]) & (ratios[:, 0] < high[0])) < 0.9
    assert np.median(ratios[:, 0]) == pytest.approx(typical[0], rel=0.2)
    # The leading order in 1/n, which is 3 % of the drift off at this width.
    assert typical[0] == pytest.approx(math.exp(-5 * 23 / (4 * 48)), rel=0.02)


def test_fewer_layers_are_decomposed_when_time_is_short():
    wide = [plan_of(setting=FlowSetting(depth=64, width=512))]
    layers = spectrum_layers(wide, 1.0)
    assert 2 <= len(layers) < 10
    assert {0, 63} <= set(layers)
    # Two networks take twice as long, and the ends of a network are always looked at.
    assert spectrum_layers(wide * 2, 2.0) == layers
    assert spectrum_layers(wide, 0.0) == (0, 63)
    assert spectrum_layers(wide * 2, 11 * spectrum_seconds(512)) == (0, 16, 32, 47, 63)


@pytest.mark.parametrize(("fix", "before", "after"), [
    ("ReLU for sigmoid", plan_of(Sigmoid()), plan_of(ReLU())),
    ("ReLU for sigmoid", plan_of(ELU()), plan_of(ELU())),
    ("He for Xavier", plan_of(initializer=XavierNormal(gain=2.0)), plan_of(initializer=HeNormal())),
    ("He for Xavier", plan_of(initializer=XavierUniform()), plan_of(initializer=HeUniform())),
    ("Residual", plan_of(), plan_of(residual=True)),
    ("Layer norm", plan_of(), plan_of(norm="layer")),
    ("Batch norm", plan_of(), plan_of(norm="batch")),
    ("Orthogonal", plan_of(), plan_of(initializer=Orthogonal())),
    ("Orthogonal", plan_of(ReLU()), plan_of(ReLU(), Orthogonal(gain=math.sqrt(2)))),
])  # fmt: skip
def test_a_fix_changes_what_it_says(fix, before, after):
    assert repaired(before, [BY_NAME[fix]]) == after


@pytest.mark.parametrize("setting", [FlowSetting(30, 128, batch=64), FlowSetting(40, 256, batch=1),
                                     FlowSetting(10, 64, batch=1024)], ids=str)  # fmt: skip
@pytest.mark.parametrize("form", [{}, {"norm": "batch"}, {"residual": True, "norm": "layer"}],
                         ids=str)  # fmt: skip
def test_the_memory_a_pass_takes_is_estimated(setting, form):
    plan = plan_of(setting=setting, **form)
    tracemalloc.start()
    try:
        flow = plan.flow()
        made = profile_of(plan, flow), signals_of(flow), units_of(flow)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert made
    assert memory(plan) == pytest.approx(most, rel=0.15)


def test_the_chi_of_a_plan_is_its_architectures_own():
    """Plain: sigma_w^2 / 2 for ReLU. Layer norm: 1, whatever the weights. Batch norm: unknown."""
    for kind, chi in (({}, 1.5**2), ({"norm": "layer"}, 1)):
        plan = plan_of(ReLU(), HeNormal(gain=1.5), **kind)
        assert profile_of(plan, plan.flow()).chi == pytest.approx(chi, abs=1e-4)
    plan = plan_of(ReLU(), norm="batch")
    assert math.isnan(profile_of(plan, plan.flow()).chi)
    biased = plan_of(Sigmoid(), replace(XavierNormal(), gain=2.0))
    assert profile_of(biased, biased.flow()).chi < 1


def test_a_profile_marks_what_number_formats_lose():
    plan = plan_of(ReLU(), HeNormal(gain=100.0))
    flow = plan.flow()
    found = profile_of(plan, flow)
    assert found.burst["float16"][-1] > found.burst["float32"][-1] == 0
    for kind in ("float16", "float32"):
        np.testing.assert_array_equal(found.lost[kind], flow.underflow(kind))
        np.testing.assert_array_equal(found.burst[kind], flow.overflow(kind))


def test_spectral_norms_of_wide_and_of_tall_matrices():
    for shape in ((3, 8), (8, 3), (5, 5), (1, 1)):
        matrix = np.random.default_rng(3).standard_normal(shape)
        assert spectral_norm(matrix) == pytest.approx(np.linalg.norm(matrix, 2), rel=1e-12)
    assert spectral_norm(np.zeros((2, 4))) == 0


def test_where_bound_and_funnel_have_something_to_say(monkeypatch):
    assert not has_bound(plan_of(Sigmoid(), Constant(constant=0.1)))
    deep = plan_of(ReLU(), HeNormal(), setting=FlowSetting(depth=24, width=12))
    assert funnels(deep)
    # Variances of a layer: 1.25 of 8 units, 0.41 of 16; from the second layer on they add up to 1.
    for depth, width, strays in ((1, 8, 0), (2, 8, 1), (3, 16, 0), (4, 16, 1)):
        assert funnels(replace(deep, setting=FlowSetting(depth=depth, width=width))) == strays
    with monkeypatch.context() as patch:
        patch.setattr(bounds, "ReluWidth", lambda width: SimpleNamespace(variance=0.5))
        for depth, strays in ((3, False), (4, True)):
            assert funnels(replace(deep, setting=FlowSetting(depth=depth))) == strays
    assert not funnels(replace(deep, activation=LeakyReLU()))
    assert not funnels(replace(deep, initializer=HeUniform()))
    assert not funnels(replace(deep, norm="layer"))
    assert not funnels(replace(deep, setting=FlowSetting(depth=4, width=128)))


# ------------------------------------------------------------------ histograms and units


def test_histograms_count_signals_by_hand():
    """Tanh of z = x and z = 20 x at x = -0.5, 0.25, inf: z is -0.5, 0.25 and -10, 5."""
    flow = flow_with(Tanh(), np.array([[-0.5], [0.25], [np.inf]]), [(1, 20), (0, 0)])
    found = signals_of(flow)
    z, a = found["z"], found["a"]
    assert (len(z.edges), z.bent) == (49, False)
    np.testing.assert_array_equal(z.outside, [2])
    np.testing.assert_array_equal(a.outside, [0])
    # The root mean square of z is 5.6: an axis to 10 holds them all.
    np.testing.assert_allclose(z.edges[[0, 24, -1]], [-10, 0, 10], atol=1e-12)
    np.testing.assert_allclose(a.edges[[0, -1]], [-1, 1])
    expected = np.zeros(48)
    for value in (-0.5, 0.25, -10, 5):
        expected[min(47, int((value + 10) / 20 * 48))] += 1 / 6
    np.testing.assert_allclose(z.shares[0], expected)
    # Slopes under a twentieth: those of -10 and 5, and of both infinities.
    np.testing.assert_allclose(z.saturated.sum(), 2 / 6)
    np.testing.assert_allclose(a.saturated.sum(), 4 / 6)
    assert z.saturated[0, 0] == a.saturated[0, 0] == pytest.approx(1 / 6)


def test_the_axis_of_a_histogram_starts_at_0_and_bends_where_values_ask_for_it():
    spread = np.array([[0.1], [0.2], [400.0]])
    found = signals_of(flow_with(ReLU(), spread, [(1, 1), (0, 0)]))["a"]
    assert found.bent
    assert not signals_of(flow_with(ReLU(), np.array([[30.0]]), [(1,), (0,)]))["a"].bent
    assert found.edges[0] == 0
    # 400 is below four root mean squares, 924.
    assert np.sinh(found.edges[-1]) == pytest.approx(400)
    assert found.shares[0, -1] == pytest.approx(1 / 3)
    outlier = np.ones((400, 1))
    outlier[7] = 40.0
    found = signals_of(flow_with(ReLU(), outlier, [(1,), (0,)]))["a"]
    assert not found.bent
    assert found.edges[-1] == pytest.approx(4 * math.sqrt((399 + 1600) / 400))
    assert found.shares[0, -1] == 1 / 400
    inside = signals_of(flow_with(ReLU(), np.array([[-1.0], [2.0]]), [(1,), (0,)]))["a"]
    np.testing.assert_array_equal(inside.edges[[0, -1]], [0, 2])
    nothing = signals_of(flow_with(ReLU(), np.full((2, 1), np.nan), [(1,), (0,)]))["z"]
    np.testing.assert_array_equal(nothing.edges[[0, -1]], [-1, 1])
    assert nothing.outside == 2


def test_an_axis_reaches_to_four_deviations_or_to_1_if_there_is_more():
    """One sample in a hundred is 3 and the others 0: a root mean square of 0.3; then half of it."""
    for scale, reach in ((1.0, 1.2), (0.5, 1.0), (0.1, 1.0)):
        inputs = scale * np.array([[3.0]] + 99 * [[0.0]])
        found = signals_of(flow_with(Identity(), inputs, [(1,), (0,)]))["z"]
        np.testing.assert_allclose(found.edges[[0, -1]], [0, reach])
    # A layer that is not finite says nothing of it.
    network = Network((1, 1, 1, 1), Identity(), Identity())
    inputs = np.array([[3.0]] + 99 * [[0.0]])
    fit = FitLoss(network, SquaredError(), inputs, 0 * inputs)
    found = signals_of(layer_flow(fit, np.array([1.0, 0, np.nan, 0, 1, 0])))["z"]
    np.testing.assert_allclose(found.edges[[0, -1]], [0, 1.2])
    assert found.outside.tolist() == [0, 100]


def test_saturated_is_a_twentieth_of_the_steepest_slope():
    """Sigmoids as steep as 1/4: at 3 a slope is 0.045, more than 0.0125, and at 5 less."""
    found = signals_of(flow_with(Sigmoid(), np.array([[3.0], [5.0]]), [(1,), (0,)]))["z"]
    assert found.saturated.sum() == 1 / 2


# ------------------------------------------------------------------ fixes and costs


def test_compared_are_those_that_differ_after_the_fixes():
    plans = [plan_of(Sigmoid()), plan_of(ReLU())]
    assert compare(plans, []).all == tuple(plans)
    assert compare(plans, []).before == compare(plans, []).fixes == ()
    how = compare(plans, [BY_NAME["ReLU for sigmoid"], BY_NAME["Residual"]])
    assert how.shown == (plan_of(ReLU(), residual=True),)
    assert how.before == tuple(plans)
    assert how.fixes == ("ReLU for sigmoid", "Residual")
    assert how.all == (*how.shown, *plans)
    leaky = repaired(plan_of(LeakyReLU(slope=0.5)), [BY_NAME["Orthogonal"]])
    assert leaky.initializer.gain == pytest.approx(math.sqrt(2 / 1.25))


def test_what_a_pass_costs_grows_with_all_that_it_does():
    def of(**changed):
        return seconds(plan_of(setting=replace(SMALL, **changed)))

    assert of(depth=14) == pytest.approx(2 * of())
    # Weights cost something without a sample, and every sample the same.
    assert of(batch=0) > 0
    assert of(batch=60) - of(batch=20) == pytest.approx(2 * (of(batch=40) - of(batch=20)))
    # Multiply-adds go by the square of the width, functions by the width itself.
    sample = [of(batch=1, width=w) - of(batch=0, width=w) for w in (10, 20, 30)]
    assert sample[2] - 3 * sample[1] + 3 * sample[0] == pytest.approx(0, abs=1e-15)
    assert 2 * sample[0] < sample[1] < 4 * sample[0]
    assert total_seconds([plan_of(), plan_of()]) == 2 * of()


@pytest.mark.parametrize("cost", [spectrum_seconds, norm_seconds])
def test_a_decomposition_costs_the_cube_of_the_width(cost):
    assert cost(200) > cost(0) > 0
    assert cost(200) - cost(0) == pytest.approx(8 * (cost(100) - cost(0)))
    assert spectrum_seconds(300) > norm_seconds(300)


def test_a_smaller_offer_halves_the_batch_before_the_width():
    heavy = [plan_of(setting=FlowSetting(8, 250, batch=1000)), plan_of(ReLU(), setting=SMALL)]

    def cost(**numbers):
        return total_seconds(resized(heavy, **numbers))

    assert smaller(heavy, cost(batch=1000, width=250)) == {}
    # The next lower power of two is 512.
    assert smaller(heavy, cost(batch=999, width=250)) == {"batch": 512}
    assert smaller(heavy, cost(batch=512, width=250)) == {"batch": 512}
    assert smaller(heavy, cost(batch=511, width=250)) == {"batch": 256}
    assert smaller(heavy, cost(batch=16, width=250)) == {"batch": 16}
    assert smaller(heavy, cost(batch=16, width=249)) == {"batch": 16, "width": 125}
    assert smaller(heavy, cost(batch=16, width=62)) == {"batch": 16, "width": 62}
    assert smaller(heavy, 0) == {"batch": 16, "width": 4}
    assert smaller(heavy, math.inf, max(map(memory, heavy))) == {}
