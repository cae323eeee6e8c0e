"""Shrinking h as a person meets it: every choice, every lesson's claims, hostile input."""

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest
from visits import heading

from optcore.derivatives.differences import (
    BACKWARD,
    CENTRAL,
    COMPLEX_STEP,
    DIFFERENCES,
    FIVE_POINT,
    FORWARD,
    SEVEN_POINT,
)
from optcore.derivatives.microscope import nearest_step
from optcore.formula.functions import FUNCTIONS, SINE, TANH
from ui.address import Address, empty
from ui.lessons import lessons
from ui.parameters import slug
from ui.shrinking_h import show
from ui.shrinking_h.parameters import FLOATS, PARAMETERS, read_number

STATES = {lesson.title: lesson.state for lesson in lessons("shrinking_h")}
PAGES = Path(__file__).parents[2] / "pages"
NAMES = [function.name for function in FUNCTIONS]


def opened(**parameters) -> AppTest:
    app = AppTest.from_file(PAGES / "shrinking_h.py", default_timeout=20)
    for name, value in parameters.items():
        app.query_params[name] = value
    return app.run()


def field(app: AppTest, label: str):
    return next(each for each in app.text_input if each.label == label)


def said(app: AppTest) -> str:
    return " ".join(each.value for each in (*app.error, *app.warning, *app.success, *app.info))


def address(**texts: str) -> Address:
    """The state of a page that was opened with these parameters."""
    state = Address(PARAMETERS, empty())
    state.arrive(texts)
    return state


# ------------------------------------------------------------------ choices


@pytest.mark.parametrize(
    ("text", "number"),
    [("pi/2", np.pi / 2), ("−pi", -np.pi), ("1/3", 1 / 3), ("0,5", 0.5), (" 2e-3 ", 2e-3)],
)
def test_numbers_are_read_as_people_write_them(text, number):
    assert read_number(text) == number


@pytest.mark.parametrize("text", ["", "abc", "x", "x^2", "1/0", "9^9^9^9", "pi" * 40])
def test_what_is_no_number_gets_a_sentence(text):
    with pytest.raises(ValueError, match=r"is not a number\.|The field is empty"):
        read_number(text)


def test_the_page_stands_in_the_navigation():
    app = AppTest.from_file(PAGES / "index.py", default_timeout=20).run()
    app.switch_page("shrinking_h.py").run()
    assert not app.exception
    assert "Shrinking h" in heading(app)


@pytest.mark.parametrize(
    ("name", "dtype"),
    [(n, ("float32", "float64")[i % 2]) for i, n in enumerate([*NAMES, "Your own formula"])],
)
def test_every_function_opens(name, dtype):
    rules = ",".join(slug(rule.name) for rule in DIFFERENCES)
    app = opened(function=slug(name), float=dtype, rules=rules)
    assert not app.exception
    assert not app.error
    assert app.query_params["rules"] == rules


def test_no_rule_at_all_is_no_error():
    app = opened(rules="")
    assert not app.exception
    assert show.summary(watched(rules=()), True) == [
        "No rule is chosen: choose one or more above to see its error."
    ]


def test_a_new_function_starts_at_its_own_x():
    app = opened(function="sin-x", x="-1.2")
    assert field(app, "x").value == "-1.2"
    app.selectbox[0].select("x^4.5").run()
    assert field(app, "x").value == "1.5"
    assert not app.warning


# ------------------------------------------------------------------ input that cannot be used


@pytest.mark.parametrize(
    "parameters",
    [
        {"h": "0"}, {"h": "-1e-5"}, {"h": "nan"}, {"h": "inf"}, {"h": "abc"}, {"h": "1e-300"},
        {"h": "2"}, {"x": "nan"}, {"x": "1e9"}, {"x": "<b>x</b>"}, {"x": ""}, {"x": "一"},
        {"function": "nothing"}, {"rules": "forward,sideways"}, {"float": "float16"},
        {"test": "0"}, {"test": "no"}, {"lesson": "none"},
    ],
)  # fmt: skip
def test_a_bad_link_gets_a_sentence_and_the_default(parameters):
    app = opened(**parameters)
    assert not app.exception
    assert "was not used" in app.warning[0].value
    assert next(iter(parameters)) not in app.query_params


@pytest.mark.parametrize(
    "parameters",
    [
        {"function": "your-own-formula", "formula": "__import__('os')"},
        {"function": "your-own-formula", "formula": ""},
        {"function": "your-own-formula", "formula": "x" * 5000},
        {"function": "your-own-formula", "formula": "9^9^9^9*x"},
        {"function": "your-own-formula", "formula": "y"},
        {"claim": "import os"},
        {"claim": "log(x-5)"},
        {"claim": "inf"},
        {"test": "1e-300"},
        {"test": "1e-17"},
    ],
)
def test_a_text_that_cannot_be_used_gets_a_sentence(parameters):
    app = opened(**parameters)
    assert not app.exception
    assert len(app.error) == 1
    assert len(app.error[0].value) < 400


@pytest.mark.parametrize("text", ["0", "-3", "abc", "nan", "", "1e-40", "7"])
def test_a_typed_h_that_cannot_be_used_leaves_the_last_one(text):
    app = opened(h="1e-6")
    field(app, "h").input(text).run()
    assert not app.exception
    assert app.error[0].value.endswith("Meanwhile h is 1e-6.")
    assert app.query_params["h"] == "1e-6"
    field(app, "h").input("1e-7").run()
    assert not app.error
    assert app.query_params["h"] == "1e-7"


def test_a_comma_is_a_decimal_point():
    app = opened()
    field(app, "x").input("0,25").run()
    assert app.query_params["x"] == "0.25"


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ({"function": "x-4-5", "x": "-1"}, "nan"),
        ({"function": "your-own-formula", "formula": "log(x)", "x": "-2"}, "nan"),
        ({"function": "your-own-formula", "formula": "1/x", "x": "0"}, "no derivative"),
        ({"function": "your-own-formula", "formula": "exp(x)", "x": "800"}, "inf"),
        (
            {"function": "your-own-formula", "formula": "exp(x)", "x": "100", "float": "float32"},
            "beyond the largest number of float32",
        ),
    ],
)
def test_where_there_is_nothing_to_measure_the_page_says_so_and_leads_back(parameters, reason):
    app = opened(**parameters)
    assert not app.exception
    assert reason in app.warning[0].value
    next(each for each in app.button if each.label.startswith("Go back")).click().run()
    assert not app.exception
    assert not app.warning
    assert "x" not in app.query_params


def test_a_formula_starts_where_it_has_a_slope():
    app = opened(function="your-own-formula", formula="log(x - 2)")
    assert not app.warning
    assert float(field(app, "x").value) > 2


def test_a_bad_formula_keeps_the_last_good_one():
    app = opened(function="your-own-formula", formula="x^3")
    field(app, "f(x) =").input("x +* 2").run()
    assert "Shown meanwhile: f(x) = x^3" in app.error[0].value


# ------------------------------------------------------------------ what the hand does


def watched(state=None, rules=(FORWARD, BACKWARD, CENTRAL), function=None, dtype=np.float64):
    return show.watch(state or address(), function or SINE, rules, dtype)


def test_the_scrubber_is_h():
    state = address(h="3e-7")
    clock = show.clock(watched(state))
    assert clock.labels[clock.at] == "h = 3e−7"
    state.admit({"at": 64})
    assert state["h"] == 1e-4
    state.admit({"at": 10**9})
    assert state["h"] == 1e-4


def test_a_dragged_x_stays_in_the_window_with_few_digits():
    state = address()
    state.admit({"handles": {"x": [0.123456789, 5]}})
    assert state["x"] == 0.1235
    state.admit({"handles": {"x": [99, 0]}})
    assert state["x"] == SINE.window[1]


def test_the_window_follows_a_typed_x_but_not_a_dragging_hand():
    state = address(x="40")
    low, high = watched(state).function.window
    assert (low, high) == (37.5, 42.5)
    for place in (41.0, 42.4, 60.0):
        state.admit({"handles": {"x": [place, 0]}})
        assert watched(state).function.window == (low, high)
    assert state["x"] == high
    state.hold({"x": 1.0})
    assert watched(state).function.window == SINE.window


def test_there_is_a_sentence_and_a_label_for_every_step():
    w = watched()
    assert len(show.summary(w, True)) == len(w.h) == show.clock(w).steps + 1
    assert show.summary(w, False) == [show.summary(w, True)[w.at]]


def test_the_handle_stands_on_the_curve():
    handle = show.handle(watched(address(x="0.5")))
    assert handle.at == pytest.approx((0.5, np.sin(0.5)))
    outside = show.handle(watched(address(x="-1"), function=FUNCTIONS[NAMES.index("x^4.5")]))
    assert np.isfinite(outside.at).all()


# ------------------------------------------------------------------ the textbook test


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [("", "It is the exact value"), ("1 - tanh(x)^2", "It is the exact value"),
     ("0.7864", "cannot refute"), ("1 - tanh(x)", "Wrong"), ("0.5", "Wrong"),
     ("-0.786", "Wrong")],
)  # fmt: skip
def test_a_claimed_derivative_gets_its_verdict(claim, verdict):
    assert verdict in said(opened(function="tanh-x", claim=claim))


@pytest.mark.parametrize(("x", "claim", "off"), [("6", "0.0016", "35.1 %"), ("8", "0", "100 %")])
def test_a_wrong_claim_that_passes_is_not_called_right(x, claim, off):
    app = opened(function="sigmoid", x=x, claim=claim, test="0.001")
    assert not app.success
    shown = next(each.value for each in app.warning if "Passes" in each.value)
    assert off in shown
    assert "would notice" in shown


def test_the_test_calculates_in_the_float_type_of_the_page():
    app = opened(function="sin-x", claim="0.54", test="0.01", float="float32")
    assert "round-off hides it first" in said(app)


def test_the_test_can_be_inconclusive():
    assert "Inconclusive" in said(opened(claim="0.54", test="1e-14"))


# ------------------------------------------------------------------ lessons


def shown_by(name: str) -> dict:
    """The curves of a lesson by rule, and the index of its h."""
    link = STATES[name]
    function = next((f for f in FUNCTIONS if slug(f.name) == link["function"]), None)
    named = {slug(rule.name): rule for rule in DIFFERENCES}
    rules = [named[rule] for rule in link.get("rules", "forward,backward,central").split(",")]
    dtype = FLOATS[link.get("float", "float64")]
    w = show.watch(address(**link), function, rules, dtype)
    return {curve.rule: curve for curve in w.curves} | {"at": w.at, "watch": w}


def off(shown, rule, h=None) -> float:
    at = shown["at"] if h is None else nearest_step(shown["watch"].h, h)
    return shown[rule].error[at]


def gives(shown, rule) -> float:
    return shown[rule].estimate[shown["at"]]


def test_why_not_a_tiny_h():
    shown = shown_by("Why not h = 1e−12?")
    assert off(shown, FORWARD) == pytest.approx(4.3e-5, rel=0.02)
    assert off(shown, FORWARD, 1e-8) == pytest.approx(3.0e-9, rel=0.02)
    assert shown[FORWARD].measured_h == pytest.approx(1e-8, rel=1)
    assert shown[CENTRAL].measured_h == pytest.approx(1e-5, rel=0.5)


def test_why_central():
    shown = shown_by("Why central?")
    assert gives(shown, FORWARD) - 1 == pytest.approx(5.0e-3, rel=0.01)
    assert gives(shown, BACKWARD) - 1 == pytest.approx(-5.0e-3, rel=0.01)
    mean = (gives(shown, FORWARD) + gives(shown, BACKWARD)) / 2
    assert gives(shown, CENTRAL) == pytest.approx(mean, rel=1e-13)
    assert off(shown, CENTRAL) == pytest.approx(1.7e-5, rel=0.02)
    assert off(shown, FORWARD) / off(shown, FORWARD, 1e-3) == pytest.approx(10, rel=0.01)
    assert off(shown, CENTRAL) / off(shown, CENTRAL, 1e-3) == pytest.approx(100, rel=0.01)
    assert shown[CENTRAL].measured_error == pytest.approx(1.3e-11, rel=0.3)
    assert shown[FORWARD].measured_error == pytest.approx(1e-8, rel=0.3)


def test_complex_step_never_breaks():
    shown = shown_by("Complex step never breaks")
    assert 0.03 < off(shown, CENTRAL) < 0.4
    assert off(shown, FIVE_POINT) > off(shown, CENTRAL)
    assert off(shown, COMPLEX_STEP) == pytest.approx(4.4e-16, rel=0.02)
    curve = shown[COMPLEX_STEP]
    assert np.max(curve.error[curve.h < 1e-9]) < 2e-15
    assert curve.derivative == pytest.approx(3.622, abs=1e-3)


def test_float32_fools_you():
    shown = shown_by("float32 fools you")
    wide = show.watch(address(h="1e-6"), SINE, (FORWARD, CENTRAL), np.float64)
    assert wide.curves[0].error[wide.at] == pytest.approx(4.2e-7, rel=0.02)
    # Where NumPy has no vector instructions to use, its sin in float32 has another last bit.
    steps = 1e6 * np.spacing(np.float32(np.sin(1))) * np.array([8, 9, 10])
    assert steps == pytest.approx([0.477, 0.536, 0.596], abs=1e-3)
    assert np.abs(gives(shown, FORWARD) - steps).min() < 1e-6
    assert shown[FORWARD].derivative == pytest.approx(0.540, abs=1e-3)
    spacings = gives(shown, FORWARD) * 1e-6 / np.spacing(np.float32(np.sin(1)))
    assert spacings == pytest.approx(round(spacings), abs=1e-5)
    assert shown[CENTRAL].measured_h == pytest.approx(5e-3, rel=0.1)
    assert wide.curves[1].measured_h == pytest.approx(1e-5, rel=0.5)
    assert shown[CENTRAL].measured_error == pytest.approx(1e-6, rel=0.1)
    assert wide.curves[1].measured_error == pytest.approx(2e-12, rel=0.1)
    assert np.float32(1) + np.float32(5.9e-8) == 1 != np.float32(1) + np.float32(6.1e-8)


def test_a_kink():
    shown = shown_by("A kink")
    assert gives(shown, BACKWARD) == pytest.approx(0.1)
    assert gives(shown, CENTRAL) == pytest.approx(0.55)
    for rule in (FORWARD, BACKWARD, CENTRAL):
        below = (shown[rule].h < 0.01) & (shown[rule].h > 1e-12)
        assert shown[rule].estimate[below] == pytest.approx(1, abs=1e-4)


def test_the_textbook_case():
    shown = shown_by("The textbook case")
    assert [gives(shown, rule) for rule in (FORWARD, CENTRAL, BACKWARD)] == [8, 7, 6]
    assert off(shown, FORWARD, 0.1) == pytest.approx(0.1)
    assert not shown[CENTRAL].truncation.any()
    assert (np.diff(shown[CENTRAL].roundoff) > 0).all()


def test_higher_order_larger_h():
    shown = shown_by("Higher order, larger h")
    rules = (CENTRAL, FIVE_POINT, SEVEN_POINT)
    assert [off(shown, rule) for rule in rules] == pytest.approx(
        [9.0e-6, 1.8e-10, 4.8e-15], rel=0.01
    )
    assert [shown[rule].truncation_slope for rule in rules] == pytest.approx([2, 4, 6], rel=0.01)
    best = [shown[rule].measured_h for rule in rules]
    assert best == sorted(best)
    least = [shown[rule].measured_error for rule in rules]
    assert least == sorted(least, reverse=True)


def test_wrong_or_only_h_too_large():
    state = STATES["Wrong, or only h too large?"]
    told = said(opened(**state))
    assert "Smaller h" in told
    assert "2.45e0 exceeds" in told
    assert "95.2 times less" in told
    wrong = said(opened(**state | {"claim": "99*cos(100*x)", "test": "0.0001"}))
    assert "Wrong" in wrong


def test_a_slip_in_tanh():
    state = STATES["A slip in tanh′"]
    told = said(opened(**state))
    assert "Wrong" in told
    assert "2.49e−1, 1 times less" in told
    assert 1 - np.tanh(TANH.x) == pytest.approx(0.538, abs=1e-3)
    assert TANH.derivative(0.5) == pytest.approx(0.786, abs=1e-3)
