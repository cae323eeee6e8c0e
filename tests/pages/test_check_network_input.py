"""Check a network with hostile links, checks that cannot be made, and formulas of one's own."""

from dataclasses import replace

import numpy as np
import pytest
from check_network_page import button, opened, said, shown
from streamlit.testing.v1 import AppTest
from visits import PAGES, picture

from optcore.checks.plan import LIMIT, RANDOM, CheckPlan, NetworkShape
from ui.address import empty


@pytest.mark.parametrize(
    "parameters",
    [
        {"net.layers": "999"},
        {"net.layers": "<b>"},
        {"check.h": "0"},
        {"check.h": "nan"},
        {"bugs": "no-such-bug"},
        {"bug.tanh-1-a.layer": "77"},
        {"case": "-3", "mode": "detective"},
        {"mode": "nonsense"},
        {"float": "float16"},
        {"scenario": "none"},
        {"p.x": "inf", "mode": "check-my-own"},
    ],
    ids=lambda p: "-".join(f"{k}={v}" for k, v in p.items()),
)
def test_a_hostile_link_gets_a_notice_and_the_default(parameters):
    app = opened(**parameters)
    assert "was not used" in said(app)


def test_a_regression_with_a_loss_for_classes_gets_a_sentence():
    app = opened(data="sine")
    assert "is a regression" in said(app)
    assert shown(app).plan.data == RANDOM


def test_a_network_too_large_gets_a_sentence_and_a_smaller_offer():
    app = opened(**{"net.layers": "10", "net.width": "100"})
    assert f"the limit is {LIMIT:,}" in said(app)
    offer = button(app, "Take width")
    width = int(offer.label.split()[-1])
    fits = CheckPlan(shape=NetworkShape(10, width, 16))
    assert fits.parameters <= LIMIT < CheckPlan(shape=NetworkShape(10, width + 1, 16)).parameters


def test_a_large_network_shows_progress_and_is_checked():
    app = opened(**{"net.width": "30"})
    found = shown(app)
    assert not found.plan.live
    assert found.plan.parameters > 1500
    assert found.diagnoses[0].line.name == "delta 2"


def test_a_cancelled_check_stays_cancelled_until_it_is_asked_for():
    app = opened()
    before = shown(app)
    memory = app.session_state["state.check_network"]
    large = replace(before.plan, shape=NetworkShape(4, 30, 16))
    memory["work"] = {"check": ("stopped", large)}
    memory["values"]["net.width"] = 30
    app.run()
    assert shown(app) is before
    assert "Cancelled" in said(app)
    assert "still shows the check before" in said(app)
    button(app, "Check now").click().run()
    assert shown(app).plan == large


def test_cancelled_before_any_check_says_that_the_picture_is_of_another_network():
    app = AppTest.from_file(PAGES / "check_network.py", default_timeout=30)
    large = CheckPlan(shape=NetworkShape(4, 30, 16))
    memory = empty() | {"source": {"net.width": "30", "bugs": ""},
                        "work": {"check": ("stopped", large)}}  # fmt: skip
    app.session_state["state.check_network"] = memory
    app.run()
    assert not app.exception
    assert "result" not in app.session_state["state.check_network"]
    assert f"Cancelled: these {large.parameters:,} parameters are not checked." in said(app)
    assert "another network, a small one without a bug" in said(app)
    assert "check before" not in said(app)
    assert "another network" in picture(app, "check_network.stage")["words"]


def test_h_below_the_spacing_of_floats_gets_a_sentence_and_a_way_on():
    app = opened(**{"float": "float32", "check.h": "1e-13"})
    assert "result" not in app.session_state["state.check_network"]
    assert "h" in said(app)
    button(app, "Take h =").click().run()
    assert shown(app).check.point.dtype == np.float32


def test_a_loss_that_is_not_finite_gets_a_sentence():
    app = opened(**{"loss": "naive-cross-entropy", "at.weight_scale": "10", "at.input_scale": "10",
                    "activation": "relu"})  # fmt: skip
    assert "Take scale 1" in " ".join(each.label for each in app.button)
    assert said(app)


def test_own_formulas_are_told_apart():
    app = opened(mode="check-my-own")
    assert not app.error
    fields = {each.label: each for each in app.text_input}
    fields["∂f/∂y ="].set_value("x*cos(x*y)").run()
    assert not app.exception


@pytest.mark.parametrize("text", ["", "import os", "cos(x", "y²", "z + 1", "x" * 150])
def test_a_bad_formula_gets_a_sentence_and_nothing_is_lost(text):
    app = opened(mode="check-my-own")
    field = next(each for each in app.text_input if each.label == "∂f/∂y =")
    field.set_value(text).run()
    assert not app.exception
    assert "Shown meanwhile: ∂f/∂y = cos(x*y)" in said(app).replace("\\", "")
    field = next(each for each in app.text_input if each.label == "∂f/∂y =")
    assert field.value == text


def test_a_formula_without_a_value_in_the_window_gets_a_sentence():
    app = opened(mode="check-my-own", f="sqrt(-1-x^2-y^2)")
    assert "no real, finite value" in said(app)
