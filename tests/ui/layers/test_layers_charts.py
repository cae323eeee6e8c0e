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
from optcore.flow.bounds import funnels
from optcore.flow.costs import resized, smaller, total_seconds
from optcore.flow.fixes import FIXES, compare
from optcore.flow.mean_field import chi_curve, mean_field_numbers
from optcore.flow.plan import FlowPlan, FlowSetting
from optcore.networks.activations import ACTIVATIONS, Identity, ReLU, Sigmoid, Tanh
from optcore.networks.initializers import (
    INITIALIZERS,
    Constant,
    HeNormal,
    Normal,
    XavierNormal,
)
from optcore.networks.losses import SoftmaxCrossEntropy, SquaredError
from ui.layers import charts, results, signal_charts, words, work
from ui.layers.charts import GRADIENTS
from ui.layers.results import profile
from ui.layers.work import LIVELY, LONGEST
from ui.prose import number

SMALL = FlowSetting(depth=7, width=12, batch=20)
BY_NAME = {fix.name: fix for fix in FIXES}


def plan_of(activation=None, initializer=None, loss=None, setting=SMALL, **fields) -> FlowPlan:
    return FlowPlan(
        activation or Tanh(), initializer or XavierNormal(), loss or SoftmaxCrossEntropy(),
        setting, **fields,
    )  # fmt: skip


def pair(setting=SMALL, **fields):
    return [profile(plan_of(phi, setting=setting, **fields)) for phi in (Sigmoid(), ReLU())]


def played(figure, play, name=None):
    return [
        trace for trace in figure["data"]
        if trace.get("meta", {}).get("play") == play and name in (None, trace["name"])
    ]  # fmt: skip


# ------------------------------------------------------------------ the cases


@pytest.mark.parametrize("gain", [0.5, 1.0, 3.0])
def test_spectral_norms_are_those_of_the_weights_whatever_was_asked_before(gain):
    for depth in (3, 7, 5):
        plan = plan_of(Sigmoid(), XavierNormal(gain=gain), setting=replace(SMALL, depth=depth))
        expected = [np.linalg.norm(w, 2) for w, _ in plan.network.layers(plan.theta())]
        np.testing.assert_allclose(results.spectral_norms(plan), expected, rtol=1e-9)
    assert results.norms_missing(plan) == 0


def test_mean_field_numbers_are_the_published_ones():
    assert mean_field_numbers(Sigmoid(), 1.0).chi == pytest.approx(0.0557, abs=5e-5)
    relu = mean_field_numbers(ReLU(), math.sqrt(2))
    assert relu.chi == pytest.approx(1, abs=1e-12)
    assert math.isinf(relu.gradient_depth)
    sigma, chi = chi_curve(ReLU())
    np.testing.assert_allclose(chi, sigma**2 / 2, rtol=1e-9)


# ------------------------------------------------------------------ gradients


@pytest.mark.parametrize("quantity", GRADIENTS)
def test_bars_and_curves_run_from_the_output_to_the_input(quantity):
    profiles = pair()
    figure = charts.gradients(profiles, [], quantity, charts.Extras())
    validated(figure)
    for found in profiles:
        (curve,) = played(figure, "curve", found.plan.name)
        (bar,) = played(figure, "bars", found.plan.name)
        assert list(curve["x"]) == list(bar["x"]) == [7, 6, 5, 4, 3, 2, 1]
        np.testing.assert_array_equal(curve["y"], getattr(found, GRADIENTS[quantity])[::-1])
        np.testing.assert_array_equal(bar["y"], curve["y"])
        assert curve["meta"]["reads"][0] == number(getattr(found, GRADIENTS[quantity])[-1])
    low, high = figure["layout"]["xaxis"]["range"]
    assert low > high
    assert figure["layout"]["yaxis"]["type"] == "log"


def test_bars_of_one_layer_do_not_overlap():
    profiles = [profile(plan_of(phi)) for phi in (Sigmoid(), Tanh(), ReLU())]
    figure = charts.gradients(profiles, [], "Delta", charts.Extras())
    bars = sorted((t["meta"]["offset"], t["meta"]["width"]) for t in played(figure, "bars"))
    for (left, width), (right, _) in pairwise(bars):
        assert left + width <= right + 1e-12
    assert bars[-1][0] + bars[-1][1] / 2 < 0.5


def test_theory_and_bound_stand_over_delta_only():
    profiles = pair()
    bounds = work.bounds(profiles, True)
    assert list(bounds) == ["Sigmoid"]
    figure = charts.gradients(profiles, [], "Delta", charts.Extras(bounds=bounds))
    (theory,) = played(figure, "still", "Sigmoid, theory")
    expected = profiles[0].theory.delta_norms(profiles[0].delta[-1])
    np.testing.assert_allclose(theory["y"], expected[::-1])
    (bound,) = played(figure, "still", "Sigmoid, upper bound")
    np.testing.assert_array_equal(bound["y"], bounds["Sigmoid"][::-1])
    # Lines for a single sample are drawn once they are far from the mean-field line.
    assert funnels(profiles[1].plan)
    assert not funnels(plan_of(ReLU(), setting=FlowSetting(depth=20, width=128)))
    assert len(played(figure, "still", "ReLU, one sample of this width")) == 3
    names = {t["name"] for t in charts.gradients(profiles, [], "dW", charts.Extras())["data"]}
    assert not any("theory" in name or "bound" in name for name in names)


def test_before_and_after_a_fix_are_both_drawn():
    how = compare([plan_of(ReLU())], [BY_NAME["He for Xavier"]])
    shown, before = [profile(c) for c in how.shown], [profile(c) for c in how.before]
    figure = charts.gradients(shown, before, "Delta", charts.Extras())
    (old,) = played(figure, "still", "ReLU, before")
    (new,) = played(figure, "curve", "ReLU")
    np.testing.assert_array_equal(old["y"], before[0].delta[::-1])
    np.testing.assert_array_equal(new["y"], shown[0].delta[::-1])
    assert old["opacity"] < 1
    assert old["line"]["dash"] == "dot"


def test_a_band_goes_up_on_one_side_and_back_on_the_other():
    plan = plan_of()
    band = flow_band(list(seed_flows(plan.fit, plan.initializer, range(5))))
    figure = charts.gradients([profile(plan)], [], "Delta", charts.Extras(bands={"Tanh": band}))
    (area,) = played(figure, "still", "Tanh, 5 seeds")
    np.testing.assert_array_equal(area["y"][:7], band.low[::-1])
    np.testing.assert_array_equal(area["y"][7:], band.high)
    assert area["fill"] == "toself"


def test_a_number_format_ends_where_a_typical_entry_rounds_to_zero():
    found = profile(plan_of(Sigmoid(), setting=FlowSetting(depth=30, width=12, batch=20)))
    (line,) = [
        t for t in charts.format_lines(found, "delta", 30, (-20, 1)) if "float16" in t["name"]
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
    dead = profile(plan_of(ReLU(), Constant(constant=-0.1)))
    figure = charts.gradients([dead], [], "Delta", charts.Extras())
    validated(figure)
    (bar,) = played(figure, "bars")
    assert bar["y"][-1] == 0
    (curve,) = played(figure, "curve")
    assert np.isnan(curve["y"][-1])
    assert curve["meta"]["reads"][-1] == "0"


@pytest.mark.parametrize("initializer", [*INITIALIZERS, Normal(sigma=10.0, gain=10.0)],
                         ids=lambda i: f"{i.name} {i.gain}")  # fmt: skip
def test_every_initialiser_can_be_drawn_and_told(initializer):
    setting = FlowSetting(depth=64, width=16, batch=4)
    how = compare([plan_of(p, initializer, SquaredError(), setting) for p in (Tanh(), ReLU())], [])
    profiles = [profile(plan) for plan in how.shown]
    extras = charts.Extras(bounds=work.bounds(profiles, True))
    for figure in (
        charts.gradients(profiles, [], "Delta", extras),
        charts.edge(profiles, []),
        charts.slopes(profiles),
        signal_charts.sizes(profiles, [], "Activations a"),
    ):  # fmt: skip
        validated(figure)
    assert words.regimes(profiles, [], how).count("\n") == 1
    assert "nan" not in words.table(profiles, [])


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=lambda a: a.name)
def test_every_activation_has_its_slope_and_its_place(activation):
    found = profile(plan_of(activation))
    figure = charts.slopes([found])
    validated(figure)
    curve, units = figure["data"]
    np.testing.assert_array_equal(curve["y"], activation.derivative(curve["x"]))
    z = units["meta"]["x"][1]
    assert np.nanmean(z) == pytest.approx(np.clip(found.given_mean[-2], -6, 6), abs=0.2)
    (place,) = [t for t in charts.edge([found], [])["data"] if t["mode"] == "markers"]
    assert place["x"][0] == pytest.approx(1.0)
    assert place["y"][0] == mean_field_numbers(activation, place["x"][0]).chi


def test_the_chi_panel_shows_the_architectures_own_chi():
    """Layer norm: E phi'^2 / E phi^2 = 1 for ReLU, whatever the weights; skips: above 1."""
    kinds = {"plain": {}, "layer": {"norm": "layer"}, "skips": {"residual": True},
             "batch": {"norm": "batch"}}  # fmt: skip
    found = {name: profile(plan_of(ReLU(), HeNormal(gain=1.5), **kind))
             for name, kind in kinds.items()}  # fmt: skip
    assert found["plain"].chi == pytest.approx(1.5**2)
    assert found["layer"].chi == pytest.approx(1, abs=1e-4)
    assert found["skips"].chi > 1
    assert math.isnan(found["batch"].chi)
    for name, words_ in (("plain", "below 1 gradients vanish"), ("layer", "of this architecture"),
                         ("batch", "theory has none")):  # fmt: skip
        figure = charts.edge([found[name]], [])
        assert words_ in figure["layout"]["title"]["text"]
        places = [t["y"][0] for t in figure["data"] if t["mode"] == "markers"]
        assert places == ([] if name == "batch" else [found[name].chi])


def test_saturation_begins_where_the_slope_is_a_twentieth_of_the_steepest():
    low, high = charts.saturation_ends(Sigmoid())
    assert high == pytest.approx(4.36, abs=0.01)
    assert low == pytest.approx(-high)
    assert Sigmoid().derivative(np.array(high)) == pytest.approx(0.05 * 0.25, rel=0.01)
    assert charts.saturation_ends(Identity()) == ()


# ------------------------------------------------------------------ fixes and costs


def test_a_fixed_sigmoid_is_one_of_the_networks_and_the_sentence_says_what_it_gained():
    how = compare([plan_of(Sigmoid()), plan_of(ReLU())], [BY_NAME["ReLU for sigmoid"]])
    assert [plan.name for plan in how.shown] == ["ReLU"]
    assert [plan.name for plan in how.before] == ["Sigmoid", "ReLU"]
    profiles = [profile(c) for c in how.shown]
    said = words.regimes(profiles, [profile(c) for c in how.before], how)
    left = number(profile(plan_of(Sigmoid())).left)
    assert f"Sigmoid → ReLU: {left} of the gradient reached layer 1, now" in said
    assert "ReLU is left as it was" in said


@pytest.mark.parametrize("limit", [LONGEST, LIVELY])
def test_a_smaller_offer_fits_and_changes_no_more_than_it_must(limit):
    heavy = [plan_of(p, setting=FlowSetting(64, 512, batch=1024)) for p in (Tanh(), ReLU())]
    assert total_seconds(heavy) > limit
    offer = smaller(heavy, limit)
    assert total_seconds(resized(heavy, **offer)) <= limit
    if "width" not in offer:
        assert total_seconds(resized(heavy, batch=2 * offer["batch"])) > limit
    assert smaller([plan_of()], limit) == {}


def test_the_table_has_theory_beside_measurement():
    found = profile(plan_of(Sigmoid(), setting=FlowSetting(depth=20, width=128, batch=64)))
    table = words.table([found], [])
    assert "<td>0.0557</td>" in table
    assert "<td>0.236</td>" in table
    assert number(found.left) in table


def test_the_download_has_a_line_per_network_and_layer():
    how = compare([plan_of(Sigmoid()), plan_of(ReLU())], [BY_NAME["Residual"]])
    rows = list(
        csv.DictReader(
            io.StringIO(
                words.per_layer(
                    how, {plan: (profile(plan), results.units(plan)) for plan in how.all}
                )
            )
        )
    )
    assert len(rows) == 4 * 7
    first = next(
        r for r in rows if (r["network"], r["state"], r["layer"]) == ("Sigmoid", "before", "1")
    )
    assert float(first["delta"]) == profile(plan_of(Sigmoid())).delta[0]
    assert first["weights"] == "Xavier normal"
    assert first["dead"] == "0.0"
