"""Layers as a person meets it: first view, every lesson's claims, fixes, limits, bad links."""

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest
from visits import heading, picture, visit

from optcore.flow import costs
from optcore.flow.band import seed_flows
from optcore.flow.bounds import bound
from optcore.flow.costs import spectrum_layers
from optcore.flow.fixes import FIXES
from optcore.networks.activations import ACTIVATIONS
from optcore.networks.architectures import ARCHITECTURES
from optcore.networks.initializers import INITIALIZERS
from optcore.networks.losses import LOSSES
from ui.cache import CACHE
from ui.layers import work
from ui.layers.results import bands, profile, signals, spectral_norms, units
from ui.layers.words import regimes
from ui.lessons import lessons
from ui.parameters import slug

STATES = {lesson.title: lesson.state for lesson in lessons("layers")}
PAGES = Path(__file__).parents[2] / "pages"
# Everything but the band over seeds, which takes its time.
QUICK = {"lines": "theory,bound,number-formats"}
TINY = {"net.depth": "4", "net.width": "8", "net.batch": "8"}


def opened(**parameters) -> AppTest:
    return visit(parameters, "layers")


def shown(app: AppTest):
    """The networks that the page draws."""
    return app.session_state["state.layers"]["networks"]


def networks(name: str, **changes):
    link = STATES[name]
    how = shown(opened(**{**link, **QUICK, **changes}))
    return [profile(c) for c in how.shown], [profile(c) for c in how.before]


def said(app: AppTest) -> str:
    return " ".join(each.value for each in (*app.error, *app.warning, *app.info))


def button(app: AppTest, label: str):
    return next(each for each in app.button if each.label.startswith(label))


# ------------------------------------------------------------------ first view


def test_the_page_stands_in_the_navigation():
    app = AppTest.from_file(PAGES / "index.py", default_timeout=60).run()
    app.query_params.update(TINY)
    app.switch_page("layers.py").run()
    assert not app.exception
    assert "Gradient flow" in heading(app)


def test_the_first_view_is_a_sigmoid_that_vanishes_and_a_relu_that_survives():
    app = opened(**QUICK)
    sigmoid, relu = (profile(plan) for plan in shown(app).shown)
    assert sigmoid.left < 1e-8
    assert 0.3 < relu.left < 3
    assert sigmoid.regime.kind == "vanishing"
    assert relu.regime.kind == "stable"


def test_the_band_is_computed_without_asking_when_it_is_cheap():
    app = opened(**TINY)
    how = shown(app)
    for plan in how.shown:
        assert bands(how, "delta_norms")[plan.name].seeds == 30
    band = bands(how, "update_ratios")["ReLU"]
    ratio = profile(how.shown[1]).ratio
    assert (band.low[1] / 30 < ratio[1]) & (ratio[1] < 30 * band.high[1])
    assert dict(app.query_params) == TINY


# ------------------------------------------------------------------ what the lessons tell


def test_sigmoid_starves_the_first_layer():
    (sigmoid, relu), _ = networks("Sigmoid starves the first layer")
    assert "multiplies the gradient by 0.316" in sigmoid.regime.sentence
    assert "3.2e-10 is left" in sigmoid.regime.sentence
    assert 0.8 < relu.left < 1.25
    highest = bound(sigmoid.plan, sigmoid.delta[-1], spectral_norms(sigmoid.plan))
    assert (sigmoid.delta <= highest).all()
    assert sigmoid.delta[0] < 1e-3 * highest[0]


def test_tanh_at_the_edge():
    name = "Tanh at the edge"
    (edge,), _ = networks(name)
    (below,), _ = networks(name, **{"init.gain": "0.9"})
    (above,), _ = networks(name, **{"init.gain": "1.5"})
    assert edge.plan.sigma_w == pytest.approx(1)
    assert edge.left == pytest.approx(0.17, abs=0.01)
    assert below.left == pytest.approx(0.003, abs=0.0005)
    assert above.left == pytest.approx(27, abs=1)


def test_relu_dies_with_the_wrong_init():
    (relu, leaky), _ = networks("ReLU dies with the wrong init")
    assert (units(relu.plan).dead[1:] == 1).all()
    assert relu.regime.kind == "dead"
    assert (relu.delta[:-1] == 0).all()
    assert (units(leaky.plan).dead == 0).all()


def test_xavier_is_not_enough_for_relu():
    (tanh, relu), (old_tanh, old_relu) = networks("Xavier is not enough for ReLU")
    assert relu.left == pytest.approx(0.79, abs=0.01)
    assert old_relu.left == pytest.approx(5e-5, rel=0.15)
    assert old_tanh.regime.kind == "stable"
    assert tanh.left > 2 > 1 > old_tanh.left


def test_exploding_to_inf():
    (tanh, relu), _ = networks("Exploding to inf")
    growth = relu.a_size[1:-1] / relu.a_size[:-2]
    assert np.exp(np.log(growth).mean()) == pytest.approx(8, abs=0.3)
    for kind, layer in (("float16", 5), ("float32", 43)):
        assert np.flatnonzero(relu.burst[kind])[0] + 1 == layer
    np.testing.assert_allclose(signals(tanh.plan)["a"].saturated.sum(1), 0.84, atol=0.012)


def test_residual_rescues():
    (after,), (before,) = networks("Residual rescues")
    assert before.left == pytest.approx(2e-12, rel=0.3)
    assert after.left == pytest.approx(0.35, abs=0.01)
    np.testing.assert_array_equal(before.plan.theta(), after.plan.theta())


def test_dw_is_flat_while_delta_vanishes():
    (relu,), _ = networks("dW is flat while delta vanishes")
    hidden = relu.weight_grad[:-1]
    assert hidden.max() < 3 * hidden.min()
    assert relu.left == pytest.approx(0.002, abs=0.0002)


def test_narrow_networks_are_a_lottery():
    name = "Narrow networks are a lottery"
    spread = {}
    for width in ("8", "128"):
        (relu,), _ = networks(name, **{"net.width": width})
        flows = list(seed_flows(relu.plan.fit, relu.plan.initializer, range(30)))
        left = [flow["delta_norms"][0] / flow["delta_norms"][-1] for flow in flows]
        low, typical, high = np.quantile(left, [0.1, 0.5, 0.9])
        spread[width] = high / low
        if width == "8":
            assert 0.001 < typical < 0.02
    assert spread["8"] > 100
    assert spread["128"] < 4


def test_rotations_keep_every_direction():
    link = STATES["Rotations keep every direction"]
    how = shown(opened(**link, **QUICK))
    layers = spectrum_layers(how.all, work.LONGEST_SPECTRA)
    found = {plan: CACHE.get(("spectra", plan, layers)) for plan in how.all}
    (tanh, linear), (_, old) = how.shown, how.before
    assert found[old].rows[0][1][[0, -1]] == pytest.approx([3.2, 0.3], abs=0.05)
    np.testing.assert_allclose(found[linear].rows[0][1], 1)
    assert found[tanh].rows[0][1].max() < min(0.3, 2 * found[tanh].rows[0][1].min())


def test_batch_norm_explodes_too():
    (after,), (before,) = networks("Batch norm explodes too")
    assert "multiplies the gradient by 1.19" in after.regime.sentence
    assert after.left > 1000
    assert before.regime.kind == "stable"
    (tamed,), _ = networks("Batch norm explodes too", fix="residual,batch-norm")
    assert tamed.left < 10


# ------------------------------------------------------------------ choices


@pytest.mark.parametrize("view", ["gradients", "signals", "units", "jacobian"])
def test_every_view_shows_what_a_link_asks_for(view):
    app = opened(view=view, fix="residual", **TINY, **QUICK)
    assert shown(app).fixes == ("Residual",)
    assert len(shown(app).all) == 4
    assert not said(app)


@pytest.mark.parametrize("fix", FIXES, ids=lambda fix: fix.name)
def test_every_fix_is_a_click_and_a_click_back(fix):
    app = opened(init="xavier-normal", **TINY, **QUICK)
    pills = next(each for each in app.pills if each.label.startswith("Fixes"))
    pills.set_value([fix.name]).run()
    how = shown(app)
    assert app.query_params["fix"] == slug(fix.name)
    assert how.before
    assert how.shown != how.before
    profiles = [profile(c) for c in how.shown], [profile(c) for c in how.before]
    assert f"Fix ({fix.name}), before against after" in regimes(*profiles, how)
    next(each for each in app.pills if each.label.startswith("Fixes")).set_value([]).run()
    assert "fix" not in app.query_params
    assert not shown(app).before


@pytest.mark.parametrize("at", range(len(ACTIVATIONS)))
def test_every_activation_with_a_loss_an_architecture_and_an_initialiser(at):
    link = {
        "activations": slug(ACTIVATIONS[at].name),
        "loss": slug(LOSSES[at % len(LOSSES)].name),
        "architecture": slug(ARCHITECTURES[at % len(ARCHITECTURES)].name),
        "init": slug(INITIALIZERS[at % len(INITIALIZERS)].name),
        "bias": str(at % 2),
        "view": ("units", "signals", "gradients")[at % 3],
    }
    (plan,) = shown(opened(**link, **TINY, **QUICK)).shown
    assert plan.activation == ACTIVATIONS[at]
    assert plan.bias == bool(at % 2)


def test_nothing_chosen_says_what_to_do():
    app = opened(activations="", **QUICK)
    assert "choose an activation" in said(app)
    assert not app.get("download_button")


def test_the_smallest_network_has_all_views():
    for view in ("gradients", "signals", "units", "jacobian"):
        app = opened(view=view, **{"net.depth": "2", "net.width": "4", "net.batch": "1"}, **QUICK)
        assert all(panel["figure"]["data"] for panel in picture(app, "layers.stage")["panels"]), (
            view
        )


# ------------------------------------------------------------------ limits


HEAVY = {"net.depth": "64", "net.width": "512", "net.batch": "1024"}


def test_too_much_gets_a_sentence_and_a_smaller_offer():
    app = opened(**HEAVY, activations="relu", view="units", **QUICK)
    assert "would take about" in said(app)
    offered = shown(app).shown[0].setting
    assert offered.batch < 1024
    assert not any("all the same" in each.label for each in app.button)
    button(app, "Use batch").click().run()
    assert not app.warning
    assert shown(app).shown[0].setting == offered
    assert app.query_params["net.width"] == "512"


def test_what_is_offered_fits_into_little_memory(monkeypatch):
    monkeypatch.setattr(CACHE, "budget", 60_000_000)
    app = opened(**HEAVY, activations="relu", **QUICK)
    assert "would take about" in said(app)
    assert not app.exception
    assert CACHE.fits(costs.memory(shown(app).shown[0]))


def test_what_memory_allows_can_be_computed_all_the_same(monkeypatch):
    monkeypatch.setattr(work, "LONGEST", 1e-9)
    CACHE.clear()
    app = opened(**TINY, **QUICK)
    assert "would take about" in said(app)
    button(app, "Compute it all the same").click().run()
    assert not app.exception
    assert not app.warning
    assert shown(app).shown[0].setting.batch == 8


def test_a_long_band_waits_to_be_asked_for(monkeypatch):
    monkeypatch.setattr(work, "LONGEST_BAND", 0.0)
    app = opened(**{**TINY, "net.seed": "7"})
    ask = button(app, "Draw the band over 30 seeds")
    assert not bands(shown(app), "delta_norms")
    assert not named(app)
    ask.click().run()
    assert not app.exception
    assert len(bands(shown(app), "delta_norms")) == 2
    assert named(app)


def named(app: AppTest) -> bool:
    """Whether the legend names the band."""
    legend = picture(app, "layers.stage")["frame"]["legend"]
    return "10–90 % of 30 seeds" in [entry["name"] for entry in legend]


def test_the_legend_names_a_band_that_is_drawn_and_no_other():
    assert named(opened(**TINY))
    assert not named(opened(**TINY, lines="theory"))
    assert not named(opened(**TINY, view="units"))


def test_few_layers_are_decomposed_when_all_would_take_long(monkeypatch):
    monkeypatch.setattr(work, "LONGEST_SPECTRA", 1e-6)
    app = opened(view="jacobian", **TINY, **QUICK)
    button(app, "2 of 4 layers").click().run()
    assert not app.exception
    assert not any("of 4 layers" in each.label for each in app.button)


# ------------------------------------------------------------------ hostile links


@pytest.mark.parametrize("link", [
    {"activations": "sigmoid,<script>", "init": "nan", "loss": "'; drop", "view": "x" * 5000,
     "architecture": "9", "bias": "yes"},
    {"fix": "fix", "lines": "?", "at": "-3", "net.depth": "65", "net.width": "3", "net.batch": "0"},
    {"net.input_scale": "inf", "net.seed": "-1", "init.gain": "nan", "net.learning_rate": "∞",
     "gradients.show": "b", "lesson": "none"},
    {"net.depth": "1e9", "net.width": "12.5", "net.seed": "0x10", "init.gain": "", "at": "1.5"},
])  # fmt: skip
def test_every_bad_value_falls_back_with_a_notice(link):
    app = opened(**{**TINY, **QUICK, **link})
    assert said(app).count("was not used") == len(link)
    for name, value in link.items():
        assert app.query_params.get(name) != value
    assert shown(app).shown


def test_a_step_beyond_the_last_layer_is_the_last():
    assert not said(opened(at="63", **TINY, **QUICK))
