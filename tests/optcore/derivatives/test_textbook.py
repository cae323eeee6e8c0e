"""The textbook's table and its test: what passes, what is wrong, what h cannot tell."""

from dataclasses import replace

import numpy as np
import pytest

from optcore.derivatives.differences import (
    CENTRAL,
    StepError,
)
from optcore.derivatives.textbook import (
    JUMPED,
    ratio_to_previous,
    step_table,
    textbook_test,
    textbook_verdict,
)
from optcore.formula.functions import (
    FUNCTIONS,
    SIGMOID,
    SINE,
    Function,
)

WIGGLE = Function(
    "wiggle", "", "", lambda x: np.sin(1e4 * x), lambda x: 1e4 * np.cos(1e4 * x), 0.0, (-1, 1)
)


def test_the_table_shows_ten_against_a_hundred():
    table = step_table(SINE, 1.0)
    assert table.forward_ratio[2:6] == pytest.approx([10] * 4, rel=0.05)
    assert table.central_ratio[2:4] == pytest.approx([100] * 2, rel=0.01)
    assert np.isnan(table.forward_ratio[0])
    np.testing.assert_allclose(table.forward_error, np.abs(table.forward - np.cos(1)))


def test_the_textbook_test_passes_a_right_derivative():
    verdict = textbook_test(SIGMOID, SIGMOID.derivative, 2.0, 1e-3)
    assert verdict.verdict == "passes"
    assert verdict.agrees
    assert verdict.numeric == CENTRAL.estimate(SIGMOID, 2.0, 1e-3)
    assert verdict.smaller_numeric == CENTRAL.estimate(SIGMOID, 2.0, 1e-3 / 10)
    assert f"{verdict.error:.2e}" in verdict.sentence
    assert "It is the exact value" in verdict.sentence
    assert "the test is wrong" not in verdict.sentence


@pytest.mark.parametrize(
    ("x", "claim", "h", "off"),
    [
        (6.0, 0.0016, 1e-3, 0.351),
        (8.0, 0.0, 1e-3, 1.0),
        (8.0, 0.0, 5e-4, 1.0),
        # What is noticed first at a power of ten.
        (9.0, 0.0, 1e-3, 1.0),
    ],
)
def test_what_passes_is_not_refuted_and_no_more(x, claim, h, off):
    """Where the sigmoid is flat, h is larger than all of its derivative."""
    verdict = textbook_test(SIGMOID, claim, x, h)
    assert verdict.verdict == "passes"
    assert "cannot refute" in verdict.sentence
    exact = 1 / (1 + np.exp(-x)) / (1 + np.exp(x))
    assert verdict.exact == pytest.approx(exact, rel=1e-12)
    assert verdict.off == pytest.approx(off * exact, rel=1e-3)
    assert not verdict.agrees
    assert f"({100 * off:.3g} %)" in verdict.sentence
    assert verdict.notices < h
    assert textbook_test(SIGMOID, claim, x, verdict.notices).verdict == "wrong"
    larger = {1: 2, 2: 2.5, 5: 2}[int(f"{verdict.notices:.0e}"[0])] * verdict.notices
    assert larger >= h or textbook_test(SIGMOID, claim, x, larger).verdict == "passes"


@pytest.mark.parametrize("h", [3e-4, 2.5e-4, 2e-4])
def test_agreement_that_rounding_alone_can_make_excuses_no_claim(h):
    """At h/10 both ends of the difference are the same float32, and 0 is what that makes."""
    verdict = textbook_test(SIGMOID, 0.0, 8.0, h, dtype=np.float32)
    assert (verdict.numeric, verdict.smaller_numeric) != (0, 0)
    assert verdict.smaller_error == 0
    assert verdict.verdict == "inconclusive"
    assert "round-off alone" in verdict.sentence
    assert "will do" not in verdict.sentence


def test_float32_is_tested_in_float32():
    """There round-off is a thousand times an h of 1e-8, and a claim off by half passes unseen."""
    wide = textbook_test(SINE, 0.54, 1.0, 1e-2)
    narrow = textbook_test(SINE, 0.54, 1.0, 1e-2, dtype=np.float32)
    assert wide.notices == pytest.approx(2e-4)
    assert np.isnan(narrow.notices)
    tried = "of the smaller h tried, 1, 2 and 5 times powers of ten,"
    assert f"at none {tried} would the test notice: round-off hides it first" in narrow.sentence
    assert f"{tried} the largest at which the test would notice is 2e-04." in wide.sentence
    assert narrow.numeric == np.float64(np.float32(narrow.numeric))
    assert textbook_test(SINE, np.cos, 1.0, 1e-5).verdict == "passes"
    assert textbook_test(SINE, np.cos, 1.0, 1e-5, dtype=np.float32).verdict == "inconclusive"
    with pytest.raises(StepError):
        textbook_test(SINE, np.cos, 1.0, 1e-8, dtype=np.float32)


def test_the_textbook_test_asks_for_a_smaller_h_where_the_third_derivative_is_large():
    verdict = textbook_test(WIGGLE, WIGGLE.derivative, 0.0, 1e-5)
    assert verdict.verdict == "smaller h"
    assert verdict.ratio == pytest.approx(100, rel=0.01)
    assert textbook_test(WIGGLE, WIGGLE.derivative, 0.0, 1e-7).verdict == "smaller h"
    assert "third derivative is large" in verdict.sentence


def test_the_textbook_test_asks_for_a_smaller_h_across_a_kink():
    kinked = next(function for function in FUNCTIONS if function.name == "|x|")
    verdict = textbook_test(kinked, 1.0, 0.01, 0.1)
    assert verdict.verdict == "smaller h"
    assert "from a kink" in verdict.sentence


def test_the_textbook_test_convicts_a_wrong_derivative():
    verdict = textbook_test(SIGMOID, lambda x: 1.01 * SIGMOID.derivative(x), 2.0, 1e-4)
    assert verdict.verdict == "wrong"
    assert verdict.ratio == pytest.approx(1, abs=1e-3)
    assert verdict.error == abs(verdict.numeric - verdict.analytic)
    assert verdict.smaller_error == abs(verdict.smaller_numeric - verdict.analytic)
    assert f"{verdict.smaller_error:.2e}" in verdict.sentence
    assert f"{SIGMOID.derivative(2.0):.6g}" in verdict.sentence
    again = textbook_test(SIGMOID, 0.2, 2.0, 5e-4)
    assert again.verdict == "wrong"
    # Below this h, not at it.
    assert again.notices == 2e-4


def test_the_textbook_test_does_not_convict_on_round_off():
    verdict = textbook_test(SIGMOID, SIGMOID.derivative, 2.0, 1e-12)
    assert verdict.verdict == "inconclusive"
    assert "too small to tell" in verdict.sentence
    with pytest.raises(StepError):
        textbook_test(SIGMOID, SIGMOID.derivative, 2.0, 0.0)


@pytest.mark.parametrize(("off", "agrees"), [(0.9e-9, True), (1.1e-9, False)])
def test_a_claim_agrees_to_nine_digits_of_the_exact_value(off, agrees):
    assert textbook_test(WIGGLE, 1e4 * (1 + off), 0.0, 1e-7).agrees == agrees
    flat = Function("square", "", "", lambda x: x * x, lambda x: 2 * x, 0.0, (-1, 1))
    assert textbook_test(flat, 0.0, 0.0, 1e-3).agrees


def test_a_ratio_needs_two_errors():
    ratio = ratio_to_previous(np.array([8.0, 4.0, 0.0, 2.0, 1.0]))
    np.testing.assert_array_equal(ratio, [np.nan, 2.0, np.nan, np.nan, 2.0])


@pytest.mark.parametrize(
    ("error", "roundoff", "order", "verdict"),
    [
        ([0.125, 9.0], 0.0, 2, "passes"),
        ([0.126, 9.0], 0.0, 2, "wrong"),
        ([1.0, 0.125 / 10], 0.0, 2, "smaller h"),
        ([0.2, 0.125 / 10], 0.0, 2, "smaller h"),
        ([0.2, 0.125 / 10], 0.2, 2, "inconclusive"),
        ([1.0, 0.5], 0.25, 2, "inconclusive"),
        ([1.0, 0.5], 0.24, 2, "wrong"),
        # A fall of 30 is too little for order 2, one of 900 for order 4, one of 5.5 for order 1.
        ([15.0, 0.5], 0.0, 2, "wrong"),
        ([15.5, 0.5], 0.0, 2, "smaller h"),
        ([449.0, 0.5], 0.0, 4, "wrong"),
        ([451.0, 0.5], 0.0, 4, "smaller h"),
        ([2.7, 0.5], 0.0, 1, "wrong"),
        ([2.8, 0.5], 0.0, 1, "smaller h"),
        ([np.inf, 0.5], 0.0, 2, "smaller h"),
    ],
)
def test_verdicts_of_the_textbook_at_their_borders(error, roundoff, order, verdict):
    assert textbook_verdict(error, 0.125, roundoff, order) == verdict


def test_what_the_difference_became_is_said_in_words():
    """A third of it, the same, and four times as much."""
    case = textbook_test(SINE, 0.3, 1.0, 0.01)
    for ratio, words in ((3.0, "3 times less"), (1.5, "1.5 times less"),
                         (1.001, "as much as before"), (0.25, "4 times as much")):  # fmt: skip
        told = replace(case, ratio=ratio).sentence
        assert f", {words}." in told or f", {words}," in told
    fell = replace(case, verdict="smaller h", ratio=np.nextafter(JUMPED, 0)).sentence
    assert "the third derivative is large" in fell
    assert "came from a kink" in replace(case, verdict="smaller h", ratio=JUMPED).sentence
    # To 0 nothing falls so many times.
    assert f"at h/10 it is {case.smaller_error:.2e}. " in replace(case, ratio=np.inf).sentence
