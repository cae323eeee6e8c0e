"""What the lessons of Shrinking h claim."""

import numpy as np
import pytest
from shrinking_h_page import address, opened, said

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
from ui.lessons import lessons
from ui.parameters import slug
from ui.shrinking_h import show
from ui.shrinking_h.parameters import FLOATS

STATES = {lesson.title: lesson.state for lesson in lessons("shrinking_h")}


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
    assert "2.49e−1, as much as before" in told
    assert 1 - np.tanh(TANH.x) == pytest.approx(0.538, abs=1e-3)
    assert TANH.derivative(0.5) == pytest.approx(0.786, abs=1e-3)
