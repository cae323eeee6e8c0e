"""Shrinking h as a person meets it: every choice, what the hand does, hostile input."""

import numpy as np
import pytest
from shrinking_h_page import address, opened, said
from streamlit.testing.v1 import AppTest
from visits import PAGES, heading

from optcore.derivatives.differences import (
    BACKWARD,
    CENTRAL,
    DIFFERENCES,
    FORWARD,
)
from optcore.formula.functions import FUNCTIONS, SINE
from ui.parameters import slug
from ui.shrinking_h import show
from ui.shrinking_h.parameters import read_number

NAMES = [function.name for function in FUNCTIONS]


def field(app: AppTest, label: str):
    return next(each for each in app.text_input if each.label == label)


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
