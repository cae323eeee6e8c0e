"""The numbers in the figures, sentences and tables of the Layers page."""

import csv
import io
import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from dressing import validated

from optcore.flow.band import flow_band, seed_flows
from optcore.networks.activations import ACTIVATIONS, ELU, Identity, LeakyReLU, ReLU, Sigmoid, Tanh
from optcore.networks.initializers import (
    INITIALIZERS,
    Constant,
    HeNormal,
    HeUniform,
    Normal,
    Orthogonal,
    XavierNormal,
    XavierUniform,
    Zeros,
)
from optcore.networks.losses import LOSSES, SoftmaxCrossEntropy, SquaredError
from ui.layers import case as cases
from ui.layers import charts as chart
from ui.layers import signal_charts as layers_signals
from ui.layers import unit_charts as layers_units
from ui.layers import views, words
from ui.layers import work as layers_work
from ui.layers.case import ARCHITECTURES, GRADIENTS, Case, Setting, profile
from ui.layers.fixes import (
    FIXES,
    LIVELY,
    LONGEST,
    compare,
    repaired,
    resized,
    smaller,
    total_seconds,
)

SMALL = Setting(depth=7, width=12, batch=20)
BY_NAME = {fix.name: fix for fix in FIXES}


def case_of(activation=None, initializer=None, loss=None, setting=SMALL, **fields) -> Case:
    return Case(
        activation or Tanh(), initializer or XavierNormal(), loss or SoftmaxCrossEntropy(),
        setting, **fields,
    )  # fmt: skip


def pair(setting=SMALL, **fields):
    return [profile(case_of(phi, setting=setting, **fields)) for phi in (Sigmoid(), ReLU())]


def played(figure, play, name=None):
    return [
        trace for trace in figure["data"]
        if trace.get("meta", {}).get("play") == play and name in (None, trace["name"])
    ]  # fmt: skip


# ------------------------------------------------------------------ the cases


def test_weights_and_data_have_nothing_in_common():
    """From one seed the first sample would be a multiple of the first row of W1."""
    fit, theta = case_of().fit, case_of().theta
    first = theta[:12] / np.linalg.norm(theta[:12])
    cosine = fit.inputs[0] @ first / np.linalg.norm(fit.inputs[0])
    assert abs(cosine) < 0.9


def test_compared_networks_start_from_the_same_weights_and_see_the_same_batch():
    one, other = case_of(Sigmoid()), case_of(ReLU())
    np.testing.assert_array_equal(one.theta, other.theta)
    np.testing.assert_array_equal(one.fit.inputs, other.fit.inputs)
    assert (one.theta != case_of(setting=replace(SMALL, seed=1)).theta).any()


@pytest.mark.parametrize("architecture", ARCHITECTURES, ids=lambda a: a.name)
@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.name)
def test_every_loss_and_architecture_has_a_profile(loss, architecture):
    case = case_of(loss=loss, residual=architecture.residual, norm=architecture.norm)
    found = profile(case)
    assert found.delta.shape == found.weight_grad.shape == found.ratio.shape == (7,)
    assert np.isfinite(found.delta).all()
    assert found.left == found.delta[0] / found.delta[-1]
    if architecture.norm:
        np.testing.assert_allclose(found.given_deviation[:-1], 1, atol=0.02)


def test_sizes_are_those_of_the_flow():
    flow, found = case_of().flow(), profile(case_of())
    for layer, z in enumerate(flow.trace.pre_activations):
        assert found.z_size[layer] == pytest.approx(np.sqrt(np.mean(z**2)), rel=1e-12)
        assert found.given_mean[layer] == pytest.approx(z.mean(), abs=1e-12)
        a = flow.trace.activations[layer + 1]
        assert found.a_size[layer] == pytest.approx(np.sqrt(np.mean(a**2)), rel=1e-12)


@pytest.mark.parametrize("gain", [0.5, 1.0, 3.0])
def test_spectral_norms_are_those_of_the_weights_whatever_was_asked_before(gain):
    for depth in (3, 7, 5):
        case = case_of(Sigmoid(), XavierNormal(gain=gain), setting=replace(SMALL, depth=depth))
        expected = [np.linalg.norm(w, 2) for w, _ in case.network.layers(case.theta)]
        np.testing.assert_allclose(cases.spectral_norms(case), expected, rtol=1e-9)
    assert cases.norms_missing(case) == 0


def test_the_bound_holds_and_is_no_rate():
    case = case_of(Sigmoid(), setting=replace(SMALL, width=40))
    found = profile(case)
    bound = cases.bound(case, found.delta[-1])
    assert (found.delta <= bound * (1 + 1e-12)).all()
    assert found.delta[0] < 0.2 * bound[0]
    assert cases.has_bound(case)
    assert not cases.has_bound(case_of(ReLU()))
    assert not cases.has_bound(replace(case, residual=True))


def test_seeds_fall_into_the_finite_width_funnel():
    """Of 100 seeds about 80 end between the tenth and the ninetieth percentile of one sample."""
    case = case_of(ReLU(), HeNormal(), setting=Setting(depth=24, width=48, batch=1))
    flows = list(seed_flows(case.fit, case.initializer, range(100)))
    ratios = np.array([flow["delta_norms"] / flow["delta_norms"][-1] for flow in flows])
    low, typical, high = cases.funnel(case, np.ones(24))
    assert 0.7 < np.mean((low[0] < ratios[:, 0]) & (ratios[:, 0] < high[0])) < 0.9
    assert np.median(ratios[:, 0]) == pytest.approx(typical[0], rel=0.2)
    assert typical[0] == pytest.approx(math.exp(-5 * 23 / (4 * 48)), rel=1e-12)


def test_mean_field_numbers_are_the_published_ones():
    assert cases.mean_field(Sigmoid(), 1.0).chi == pytest.approx(0.0557, abs=5e-5)
    relu = cases.mean_field(ReLU(), math.sqrt(2))
    assert relu.chi == pytest.approx(1, abs=1e-12)
    assert math.isinf(relu.gradient_depth)
    sigma, chi = cases.chi_curve(ReLU())
    np.testing.assert_allclose(chi, sigma**2 / 2, rtol=1e-9)


# ------------------------------------------------------------------ gradients


@pytest.mark.parametrize("quantity", GRADIENTS)
def test_bars_and_curves_run_from_the_output_to_the_input(quantity):
    profiles = pair()
    figure = chart.gradients(profiles, [], quantity, chart.Extras())
    validated(figure)
    for found in profiles:
        (curve,) = played(figure, "curve", found.case.name)
        (bar,) = played(figure, "bars", found.case.name)
        assert list(curve["x"]) == list(bar["x"]) == [7, 6, 5, 4, 3, 2, 1]
        np.testing.assert_array_equal(curve["y"], found.gradient(quantity)[::-1])
        np.testing.assert_array_equal(bar["y"], curve["y"])
        assert curve["meta"]["reads"][0] == chart.scientific(found.gradient(quantity)[-1])
    low, high = figure["layout"]["xaxis"]["range"]
    assert low > high
    assert figure["layout"]["yaxis"]["type"] == "log"


def test_bars_of_one_layer_do_not_overlap():
    profiles = [profile(case_of(phi)) for phi in (Sigmoid(), Tanh(), ReLU())]
    figure = chart.gradients(profiles, [], "Delta", chart.Extras())
    bars = sorted((t["meta"]["offset"], t["meta"]["width"]) for t in played(figure, "bars"))
    for (left, width), (right, _) in pairwise(bars):
        assert left + width <= right + 1e-12
    assert bars[-1][0] + bars[-1][1] / 2 < 0.5


def test_theory_and_bound_stand_over_delta_only():
    profiles = pair()
    bounds = layers_work.bounds(profiles, True)
    assert list(bounds) == ["Sigmoid"]
    figure = chart.gradients(profiles, [], "Delta", chart.Extras(bounds=bounds))
    (theory,) = played(figure, "still", "Sigmoid, theory")
    expected = profiles[0].theory.delta_norms(profiles[0].delta[-1])
    np.testing.assert_allclose(theory["y"], expected[::-1])
    (bound,) = played(figure, "still", "Sigmoid, upper bound")
    np.testing.assert_array_equal(bound["y"], bounds["Sigmoid"][::-1])
    # Lines for a single sample are drawn once they are far from the mean-field line.
    assert cases.funnels(profiles[1].case)
    assert not cases.funnels(case_of(ReLU(), setting=Setting(depth=20, width=128)))
    assert len(played(figure, "still", "ReLU, one sample of this width")) == 3
    names = {t["name"] for t in chart.gradients(profiles, [], "dW", chart.Extras())["data"]}
    assert not any("theory" in name or "bound" in name for name in names)


def test_before_and_after_a_fix_are_both_drawn():
    how = compare([case_of(ReLU())], [BY_NAME["He for Xavier"]])
    shown, before = [profile(c) for c in how.shown], [profile(c) for c in how.before]
    figure = chart.gradients(shown, before, "Delta", chart.Extras())
    (old,) = played(figure, "still", "ReLU, before")
    (new,) = played(figure, "curve", "ReLU")
    np.testing.assert_array_equal(old["y"], before[0].delta[::-1])
    np.testing.assert_array_equal(new["y"], shown[0].delta[::-1])
    assert old["opacity"] < 1
    assert old["line"]["dash"] == "dot"


def test_a_band_goes_up_on_one_side_and_back_on_the_other():
    case = case_of()
    band = flow_band(list(seed_flows(case.fit, case.initializer, range(5))))
    figure = chart.gradients([profile(case)], [], "Delta", chart.Extras(bands={"Tanh": band}))
    (area,) = played(figure, "still", "Tanh, 5 seeds")
    np.testing.assert_array_equal(area["y"][:7], band.low[::-1])
    np.testing.assert_array_equal(area["y"][7:], band.high)
    assert area["fill"] == "toself"


def test_a_number_format_ends_where_a_typical_entry_rounds_to_zero():
    found = profile(case_of(Sigmoid(), setting=Setting(depth=30, width=12, batch=20)))
    (line,) = [
        t for t in chart.format_lines(found, "delta", 30, (-20, 1)) if "float16" in t["name"]
    ]
    norm = line["y"][0]
    # A delta of that norm, spread evenly over 12 units and 20 samples with its 1/m in it.
    entry = norm / math.sqrt(12) / 20
    assert entry == pytest.approx(2.0**-25)
    assert np.float16(entry * 0.99) == 0 < np.float16(entry * 1.01)
    below = found.delta[:-1] < norm / 10
    assert (found.lost["float16"][:-1][below] > 0.9).all()
    assert (found.lost["float16"][:-1][found.delta[:-1] > norm * 10] < 0.1).all()


def test_what_has_no_place_on_a_log_axis_is_still_told():
    dead = profile(case_of(ReLU(), Constant(constant=-0.1)))
    figure = chart.gradients([dead], [], "Delta", chart.Extras())
    validated(figure)
    (bar,) = played(figure, "bars")
    assert bar["y"][-1] == 0
    (curve,) = played(figure, "curve")
    assert np.isnan(curve["y"][-1])
    assert curve["meta"]["reads"][-1] == "exactly 0"


@pytest.mark.parametrize("initializer", [*INITIALIZERS, Normal(sigma=10.0, gain=10.0)],
                         ids=lambda i: f"{i.name} {i.gain}")  # fmt: skip
def test_every_initialiser_can_be_drawn_and_told(initializer):
    setting = Setting(depth=64, width=16, batch=4)
    how = compare([case_of(p, initializer, SquaredError(), setting) for p in (Tanh(), ReLU())], [])
    profiles = [profile(case) for case in how.shown]
    extras = chart.Extras(bounds=layers_work.bounds(profiles, True))
    for figure in (
        chart.gradients(profiles, [], "Delta", extras),
        chart.edge(profiles, []),
        chart.slopes(profiles),
        layers_signals.sizes(profiles, [], "Activations a"),
    ):  # fmt: skip
        validated(figure)
    assert words.regimes(profiles, [], how).count("\n") == 1
    assert "nan" not in words.table(profiles, [])


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=lambda a: a.name)
def test_every_activation_has_its_slope_and_its_place(activation):
    found = profile(case_of(activation))
    figure = chart.slopes([found])
    validated(figure)
    curve, units = figure["data"]
    np.testing.assert_array_equal(curve["y"], activation.derivative(curve["x"]))
    z = units["meta"]["x"][1]
    assert np.nanmean(z) == pytest.approx(np.clip(found.given_mean[-2], -6, 6), abs=0.2)
    (place,) = [t for t in chart.edge([found], [])["data"] if t["mode"] == "markers"]
    assert place["x"][0] == pytest.approx(1.0)
    assert place["y"][0] == cases.mean_field(activation, place["x"][0]).chi


@pytest.mark.parametrize(("value", "text"), [
    (0.0, "exactly 0"), (1e-12, "1.00e−12"), (0.317, "0.317"), (math.inf, "∞"),
    (math.nan, "not a number"), (6.6e7, "6.60e7"), (-2e-5, "−2.00e−5"), (1.0, "1"),
    (5990.0, "5990"), (999.6, "1000"),
])  # fmt: skip
def test_numbers_are_written_so_that_none_reads_as_zero(value, text):
    assert chart.scientific(value) == text


def test_saturation_begins_where_the_slope_is_a_twentieth_of_the_steepest():
    low, high = chart.saturation_ends(Sigmoid())
    assert high == pytest.approx(4.36, abs=0.01)
    assert low == pytest.approx(-high)
    assert Sigmoid().derivative(np.array(high)) == pytest.approx(0.05 * 0.25, rel=0.01)
    assert chart.saturation_ends(Identity()) == ()


# ------------------------------------------------------------------ signals, units, spectra


@pytest.mark.parametrize("kind", ["z", "a"])
def test_histograms_hold_every_number_once(kind):
    case = case_of(Sigmoid(), XavierNormal(gain=6.0))
    found = views.signals(case)[kind]
    np.testing.assert_allclose(found.shares.sum(1), 1)
    assert (found.saturated <= found.shares).all()
    flow = case.flow()
    np.testing.assert_allclose(found.saturated.sum(1), flow.saturated(0.05)[:-1])
    assert found.saturated.sum() > 0
    for figure in (layers_signals.sheet(case, found, kind),
                   layers_signals.histogram(case, found, kind)):  # fmt: skip
        validated(figure)
    values = flow.trace.forward.normalised[0] if kind == "z" else flow.trace.forward.units[0]
    middle = found.edges[len(found.edges) // 2]
    assert found.shares[0][: len(found.edges) // 2].sum() == pytest.approx(
        np.mean(values < middle), abs=0.01
    )


def test_an_exploding_signal_gets_a_bent_axis():
    case = case_of(ReLU(), HeNormal(gain=5.0))
    found = views.signals(case)["z"]
    assert found.bent
    assert np.sinh(found.edges[-1]) > 1e3
    ticks = layers_signals.sheet(case, found, "z")["layout"]["yaxis"]
    at = ticks["ticktext"].index("10<sup>3</sup>") if "10<sup>3</sup>" in ticks["ticktext"] else -1
    assert np.sinh(ticks["tickvals"][at]) > 10


def test_dead_sparse_and_zero_are_told_apart():
    case = case_of(ReLU(), HeNormal(), setting=Setting(depth=12, width=64, batch=40))
    found = views.units(case)
    flow = case.flow()
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
    for quantity in views.UNITS:
        validated(layers_units.shares({case: found}, quantity))
    validated(layers_units.busyness({case: found}))
    validated(layers_units.likeness({case: found}))


@pytest.mark.parametrize(("case", "cause"), [
    (case_of(ReLU(), Constant(constant=-0.1)), "Every weight is negative"),
    (case_of(ReLU(), Zeros()), "all weights are zero"),
    (case_of(ReLU(), HeNormal(), setting=Setting(depth=3, width=64, batch=2)), "by chance, 1 in 4"),
    (case_of(ReLU(), HeNormal(), setting=Setting(depth=40, width=64, batch=100)), "become alike"),
    (case_of(Sigmoid(), XavierNormal(gain=8.0)), "carry z beyond 4.4"),
    (case_of(LeakyReLU(), HeNormal()), "the side of the kink"),
    (case_of(Tanh(), XavierNormal(gain=0.5)), "next to none is saturated"),
])  # fmt: skip
def test_the_cause_of_death_is_named(case, cause):
    assert cause in words.unit_words({case: views.units(case)})


@pytest.mark.parametrize("quantity", views.JACOBIANS)
def test_spectra_are_the_singular_values_of_one_sample(quantity):
    case = case_of()
    layers = views.spectrum_layers([case], 10.0)
    assert layers == list(range(7))
    assert list(views.find_spectra(case, layers))[-1] == 1
    found = {case: views.known_spectra(case, layers)}
    values = found[case].values(quantity, 6)
    weights, _ = case.network.layers(case.theta)[-1]
    np.testing.assert_allclose(values, np.linalg.svd(weights, compute_uv=False))
    figure = layers_units.stretch(found, {}, quantity, 7)
    validated(figure)
    (curve,) = played(figure, "curve")
    assert curve["y"][0] == pytest.approx(np.median(values))
    validated(layers_units.spectrum(found, quantity, 7))
    assert "singular values from" in words.spectrum_words(found, quantity)


def test_orthogonal_weights_of_a_linear_network_turn_and_do_not_stretch():
    case = case_of(Identity(), Orthogonal())
    list(views.find_spectra(case, [0, 6]))
    found = {case: views.known_spectra(case, [0, 6])}
    assert "stretches no direction" in words.spectrum_words(found, views.JACOBIANS[0])


def test_fewer_layers_are_decomposed_when_time_is_short():
    wide = [case_of(setting=Setting(depth=64, width=512))]
    layers = views.spectrum_layers(wide, 1.0)
    assert 2 <= len(layers) < 10
    assert {0, 63} <= set(layers)


# ------------------------------------------------------------------ fixes and costs


@pytest.mark.parametrize(("fix", "before", "after"), [
    ("ReLU for sigmoid", case_of(Sigmoid()), case_of(ReLU())),
    ("ReLU for sigmoid", case_of(ELU()), case_of(ELU())),
    ("He for Xavier", case_of(initializer=XavierNormal(gain=2.0)), case_of(initializer=HeNormal())),
    ("He for Xavier", case_of(initializer=XavierUniform()), case_of(initializer=HeUniform())),
    ("Residual", case_of(), case_of(residual=True)),
    ("Layer norm", case_of(), case_of(norm="layer")),
    ("Batch norm", case_of(), case_of(norm="batch")),
    ("Orthogonal", case_of(), case_of(initializer=Orthogonal())),
    ("Orthogonal", case_of(ReLU()), case_of(ReLU(), Orthogonal(gain=math.sqrt(2)))),
])  # fmt: skip
def test_a_fix_changes_what_it_says(fix, before, after):
    assert repaired(before, [BY_NAME[fix]]) == after


def test_a_fixed_sigmoid_is_one_of_the_networks_and_the_sentence_says_what_it_gained():
    how = compare([case_of(Sigmoid()), case_of(ReLU())], [BY_NAME["ReLU for sigmoid"]])
    assert [case.name for case in how.shown] == ["ReLU"]
    assert [case.name for case in how.before] == ["Sigmoid", "ReLU"]
    profiles = [profile(c) for c in how.shown]
    said = words.regimes(profiles, [profile(c) for c in how.before], how)
    left = chart.scientific(profile(case_of(Sigmoid())).left)
    assert f"Sigmoid → ReLU: {left} of the gradient reached layer 1, now" in said
    assert "ReLU is left as it was" in said


@pytest.mark.parametrize("limit", [LONGEST, LIVELY])
def test_a_smaller_offer_fits_and_changes_no_more_than_it_must(limit):
    heavy = [case_of(p, setting=Setting(depth=64, width=512, batch=1024)) for p in (Tanh(), ReLU())]
    assert total_seconds(heavy) > limit
    offer = smaller(heavy, limit)
    assert total_seconds(resized(heavy, **offer)) <= limit
    if "width" not in offer:
        assert total_seconds(resized(heavy, batch=2 * offer["batch"])) > limit
    assert smaller([case_of()], limit) == {}


def test_the_table_has_theory_beside_measurement():
    found = profile(case_of(Sigmoid(), setting=Setting(depth=20, width=128, batch=64)))
    table = words.table([found], [])
    assert "<td>0.0557</td>" in table
    assert "<td>0.236</td>" in table
    assert chart.scientific(found.left) in table


def test_the_download_has_a_line_per_network_and_layer():
    how = compare([case_of(Sigmoid()), case_of(ReLU())], [BY_NAME["Residual"]])
    rows = list(csv.DictReader(io.StringIO(layers_work.per_layer(how))))
    assert len(rows) == 4 * 7
    first = next(
        r for r in rows if (r["network"], r["state"], r["layer"]) == ("Sigmoid", "before", "1")
    )
    assert float(first["delta"]) == profile(case_of(Sigmoid())).delta[0]
    assert first["weights"] == "Xavier normal"
    assert first["dead"] == "0.0"
