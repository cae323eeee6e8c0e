"""The regime's word at its very borders, and how its numbers are written."""

import importlib
from types import SimpleNamespace

import numpy as np
import pytest

from optcore.flow.regime import _cause_of_death, _factor, _number, _who_starves, regime

# The room has a function of this name.
words = importlib.import_module("optcore.flow.regime")


def flow_with(*norms, ratios=(1.0,), overflown=0.0, activations=((0.0,),)):
    """A flow of so many layers, by what the regime asks of it."""
    network = SimpleNamespace(depth=len(norms), hidden=SimpleNamespace(name="Tanh"))
    forward = SimpleNamespace(weights=[np.ones(1)] * len(norms))
    return SimpleNamespace(
        delta_norms=np.array(norms),
        dead=np.zeros(len(norms)),
        update_ratios=np.array(ratios),
        fit=SimpleNamespace(network=network),
        trace=SimpleNamespace(activations=[None, *map(np.array, activations)], forward=forward),
        overflow=lambda precision: np.array([overflown]),
    )


@pytest.mark.parametrize(
    ("norms", "kind"),
    [
        ((1.0, 100.0), "stable"),
        ((1.0, 101.0), "vanishing"),
        ((100.0, 1.0), "stable"),
        ((101.0, 1.0), "exploding"),
        ((np.inf, 1.0), "overflow"),
        ((0.0, 1.0), "dead"),
        ((3.0,), "stable"),
    ],
)
def test_a_hundredth_and_a_hundredfold_are_still_stable(norms, kind):
    assert regime(flow_with(*norms)).kind == kind


def test_what_is_said_of_what_arrives():
    assert "1 layer 1.00 times as much arrives" in regime(flow_with(1.0, 1.0)).sentence
    assert "0.50 is left" in regime(flow_with(1.0, 2.0)).sentence
    assert regime(flow_with(2.5)).sentence == ("Tanh: one layer only, and its gradient is 2.50.")
    below = "below what float32 can add to a weight of 1"
    assert below not in regime(flow_with(2.0**-24, 1.0)).sentence
    assert below in regime(flow_with(2.0**-25, 1.0)).sentence
    assert "a step changes layer 1 by 1.00 of its" in regime(flow_with(1e-3, 1.0)).sentence
    assert "step" not in regime(flow_with(1e-3, 1.0, ratios=(np.inf,))).sentence
    assert regime(flow_with(200.0, 1.0)).sentence.endswith("200 times as much arrives.")
    assert "by 1.50 times itself" in regime(flow_with(200.0, 1.0, ratios=(1.5,))).sentence
    assert "float32 would overflow" in regime(flow_with(200.0, 1.0, overflown=0.5)).sentence


def test_a_gradient_of_0_has_its_cause():
    flow = SimpleNamespace(
        fit=SimpleNamespace(network=SimpleNamespace(depth=4)),
        trace=SimpleNamespace(forward=SimpleNamespace(weights=[*3 * [np.eye(2)], np.zeros(2)])),
        dead=np.array([1.0, 0.5, 0.2]),
    )
    assert _cause_of_death(flow, 4) == "no gradient leaves the loss"
    assert _cause_of_death(flow, 3) == "no gradient: the weights of layer 4 are all zero"
    assert "that of layer 2 is exactly zero" in _cause_of_death(flow, 2)
    assert "every unit of layer 1 is dead" in _cause_of_death(flow, 1)


def test_who_gets_no_gradient_is_counted():
    assert _who_starves(1) == "so layer 1 gets none from this batch."
    assert _who_starves(3) == "so layers 1 to 3 get none from this batch."


def test_the_layer_that_is_no_longer_finite_is_named():
    broken = flow_with(1.0, 1.0, 1.0, activations=((1.0,), (np.inf,), (np.nan,)))
    assert "layer 2 of 3 are no longer finite" in regime(broken).sentence
    back = regime(flow_with(np.nan, np.inf, 1.0)).sentence
    assert "no longer finite from layer 2 on" in back


def test_the_output_is_told_apart_where_its_factor_differs(monkeypatch):
    """Factors from the output down: 8, then 2 and 2; of two layers, or nearly even, only one."""
    assert "multiply the gradient by 8.00 and each hidden layer by 2;" in (
        regime(flow_with(32.0, 16.0, 8.0, 1.0)).sentence
    )
    logs = np.log([32.0, 16.0, 8.0, 1.0])
    monkeypatch.setattr(words, "EVEN", logs[2] - logs[3] - (logs[0] - logs[3]) / 3)
    assert "the output's weights" in regime(flow_with(32.0, 16.0, 8.0, 1.0)).sentence
    monkeypatch.undo()
    assert "each layer multiplies the gradient by 4;" in regime(flow_with(16.0, 8.0, 1.0)).sentence
    assert "each layer multiplies the gradient by 2;" in (
        regime(flow_with(8.0, 4.0, 2.0, 1.0)).sentence
    )


def test_factors_multiply_out_where_their_quotient_is_out_of_range():
    """1e-320 is left of each of three layers, and 1e10 went into them."""
    tiny = np.array([1e-320, 1e-320, 1e-320, 1e10])
    said = regime(flow_with(*tiny)).sentence
    assert "multiply the gradient by 0.0e0 and each hidden layer by 1;" in said


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0.0e0"), (0.00994, "9.9e-3"), (0.01, "0.01"), (0.094, "0.094"), (0.095, "0.10"),
     (9.94, "9.94"), (9.95, "9.9"), (9.96, "10"), (99.4, "99"), (99.5, "100"), (999.0, "999"),
     (1000.0, "1.0e3"), (1.0, "1.00"), (np.inf, "inf")],
)  # fmt: skip
def test_numbers_have_two_or_three_digits(value, text):
    assert _number(value) == text


@pytest.mark.parametrize(
    ("norms", "said"),
    [((1e-320, 1e10), "each layer multiplies the gradient by 0.00e+00; after 1 layer 0.0e0 is"),
     ((1e200, 1e-200), "each layer multiplies the gradient by inf; after 1 layer inf times"),
     ((1e200, 1e200, 1e200, 1e-200), "output's weights multiply the gradient by inf and each")],
)  # fmt: skip
def test_what_is_out_of_the_range_of_floats_has_a_sentence_too(norms, said):
    assert said in regime(flow_with(*norms)).sentence


def test_factors_have_the_digits_that_their_power_needs(monkeypatch):
    assert _factor(0.98765, 1) == "0.988"
    # 0.988 is 0.035 % more: after a hundred times 3.6 %.
    assert _factor(0.98765, 100) == "0.9877"
    monkeypatch.setattr(words, "EXACT", abs(100 * np.log(0.988 / 0.98765)))
    assert _factor(0.98765, 100) == "0.9877"
    assert _factor(1e-3, 1) == "0.001"
    assert _factor(9.994e-4, 1) == "9.99e-04"
    assert _factor(9999.0, 1) == "1e+04"
    assert _factor(1e4, 1) == "1.00e+04"
