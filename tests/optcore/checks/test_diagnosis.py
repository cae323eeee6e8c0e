"""The rules that read a slip off its pattern, one by one and at their limits."""

from types import SimpleNamespace

import numpy as np
import pytest

from optcore.checks.diagnosis import (
    BLIND,
    CONSTANT,
    LIKE,
    Diagnosis,
    constant_factor,
    element_sentence,
    factor_meaning,
    pattern_sentence,
    penalty_sentence,
    rank,
    same,
    shows,
)
from optcore.networks.activations import Identity, Tanh
from optcore.networks.backprop_lines import BackpropLine
from optcore.networks.network import Network

DECAY = 0.5
POINT = np.array([1.0, -2.0, 3.0, 0.5, 0.25])
NUMERIC = np.array([0.6, 0.0, 0.8, 0.0, 0.0])
FIT = SimpleNamespace(
    blocks={"W1": slice(0, 3), "b1": slice(3, 5)},
    weight_decay=DECAY,
    inputs=np.zeros((12, 4)),
    dropout=0.3,
)
# The weight decay of W alone, which no slip has touched.
PENALTY = DECAY * POINT * [1, 1, 1, 0, 0]


def factor(k, data=NUMERIC, away=0.0, floor=0.0, names=("W1", "b1")):
    """What is found where the data part is k times too large, and `away` besides."""
    analytic = PENALTY + k * np.asarray(data)
    analytic[1] += away
    check = SimpleNamespace(
        point=POINT,
        settled=PENALTY + data,
        analytic=analytic,
        settled_floor=np.array([0, floor, 0, 0, 0]),
    )
    return constant_factor(check, FIT, names)


@pytest.mark.parametrize("k", [-1.0, 0.0, 0.5, 2.0, 12.0])
def test_a_factor_is_found_beneath_the_weight_decay(k):
    # The data part has length 1.
    assert factor(k) == pytest.approx(k, abs=1e-12)
    assert factor(k, 7.0 * NUMERIC) == pytest.approx(k, abs=1e-12)
    assert factor(k, names=("W1",)) == pytest.approx(k, abs=1e-12)
    # What is not changed at all is allowed nothing, and needs nothing.
    assert factor(1.0, [3.0, 0, 4.0, 0, 0]) == 1


def test_nothing_is_no_multiple_of_anything():
    assert np.isnan(factor(2.0, 0.0 * NUMERIC))


@pytest.mark.parametrize("k", [-2.0, 4.0])
@pytest.mark.parametrize("length", [1.0, 8.0])
def test_how_far_a_factor_may_be_off(k, length):
    """By a share of what it changes, or by the floor of both gradients."""
    data, share = length * NUMERIC, length * CONSTANT * abs(k - 1)
    assert factor(k, data, away=0.99 * share) == pytest.approx(k)
    assert np.isnan(factor(k, data, away=1.01 * share))
    floor = 10 * share
    assert factor(k, data, away=0.99 * floor * (1 + abs(k)), floor=floor) == pytest.approx(k)
    assert np.isnan(factor(k, data, away=1.01 * floor * (1 + abs(k)), floor=floor))


@pytest.mark.parametrize(
    ("value", "meaning"),
    [
        (-1.0, "a sign"),
        (2.0, "a doubling"),
        (0.5, "a half too many"),
        (12.0, "m = 12, so a mean became a sum"),
        (1 / 12, "so the mean was taken twice"),
        (0.7, "1/keep is missing"),
    ],
)
def test_a_factor_has_a_meaning_to_a_thousandth(value, meaning):
    for near in (value, value * 1.0009, value * 0.9991):
        assert meaning in factor_meaning(FIT, near)
    for far in (value * 1.0011, value * 0.9989):
        assert factor_meaning(FIT, far) == ""


def test_a_factor_of_one_means_nothing():
    alone = SimpleNamespace(inputs=np.zeros((1, 4)), dropout=0.0)
    assert factor_meaning(alone, 1.0) == ""


def test_what_was_replayed_comes_first_then_what_explains_more_then_a_single_block():
    def found(kind, explains, slips=()):
        return Diagnosis(BackpropLine(kind, 1), explains, True, np.nan, slips, ())

    both, one = ("W1", "b1"), ("W1",)
    wanted = [
        found("weight grad", one, ("slip",)),
        found("weight grad", both),
        found("delta", both),
        found("weight grad", one),
        found("delta", one),
    ]
    shuffled = [wanted[place] for place in (4, 1, 3, 0, 2)]
    assert sorted(shuffled, key=rank) == wanted


@pytest.mark.parametrize(("decay", "share"), [(0.0, 1.0), (3.0, 0.25)])
def test_a_block_shows_a_slip_that_is_a_hundredth_of_what_the_deltas_give(decay, share):
    fit = SimpleNamespace(blocks={"W1": slice(0, 1)}, weight_decay=decay)
    # Data part 1 and penalty `decay`, so the deltas give `share` of the whole.
    check = SimpleNamespace(point=np.ones(1), analytic=np.array([1 + decay]))

    def seen(floor, error):
        block = SimpleNamespace(name="W1", part=slice(0, 1), floor=floor, relative_error=error)
        return shows(check, fit, block)

    below, above = 0.99 * BLIND * share, 1.01 * BLIND * share
    assert seen(below, below)
    assert not seen(above, 0.0)
    assert not seen(0.0, above)


def test_a_block_that_is_0_shows_what_is_below_a_hundredth():
    fit = SimpleNamespace(blocks={"W1": slice(0, 1)}, weight_decay=3.0)
    check = SimpleNamespace(point=np.zeros(1), analytic=np.zeros(1))
    for floor, seen in ((np.nextafter(BLIND, 0), True), (BLIND, False)):
        block = SimpleNamespace(name="W1", part=slice(0, 1), floor=floor, relative_error=0.0)
        assert shows(check, fit, block) == seen


def test_one_element_is_told_where_it_is_one_of_several_and_the_rest_is_right():
    def told(*errors):
        floor, ones = np.full(len(errors), 0.1), np.ones(len(errors))
        check = SimpleNamespace(
            absolute_error=np.array(errors), settled_floor=floor, analytic=ones, settled=ones
        )
        fit = SimpleNamespace(blocks={"b1": slice(0, len(errors))})
        return element_sentence(check, fit, ["b1"])

    assert told(1.0) == told(1.0, 0.3) == ""
    assert "The whole difference sits in" in told(1.0, 0.05)
    assert told(1.0, 0.1) == told(1.0, 0.05)
    assert told(1.0, np.nextafter(0.1, 1)) == ""


@pytest.mark.parametrize("size", [1.0, 64.0])
@pytest.mark.parametrize(("away", "told"), [(0.99, True), (1.01, False)])
def test_a_slip_in_the_penalty_leaves_a_multiple_of_w_to_a_thousandth(size, away, told):
    difference = size * np.array([-0.25, LIKE * away * 0.25])
    check = SimpleNamespace(
        point=np.array([0.5, 0.0]), settled=np.array([1.0, 2.0]) + difference,
        analytic=np.array([1.0, 2.0]),
    )  # fmt: skip
    fit = SimpleNamespace(blocks={"W1": slice(0, 1), "W2": slice(1, 2)}, weight_decay=2.0)
    said = penalty_sentence(check, fit, BackpropLine("penalty"), ("W1", "W2"))
    share = -0.5 * size
    wanted = f"numeric - analytic = {share:.4g} × W in all of them, {share / 2:.3g} times"
    assert said.startswith(wanted) if told else said == ""
    assert penalty_sentence(check, fit, BackpropLine("weight grad", 1), ("W1", "W2")) == ""


def test_weights_that_are_0_have_no_multiple():
    check = SimpleNamespace(point=np.zeros(1), settled=np.zeros(1), analytic=np.zeros(1))
    fit = SimpleNamespace(blocks={"W1": slice(0, 1)}, weight_decay=2.0)
    assert penalty_sentence(check, fit, BackpropLine("penalty"), ("W1",)) == ""


def test_a_pattern_names_what_is_wrong_what_cannot_be_judged_and_what_has_another_cause():
    fit = SimpleNamespace(network=Network((2, 2, 2, 2), Tanh(), Identity()))
    line = BackpropLine("delta", 2)
    assert line.blocks(fit.network) == ("W1", "b1", "W2", "b2")

    def said(*wrong):
        explains = tuple(name for name in line.blocks(fit.network) if name in wrong)
        return pattern_sentence(None, fit, line, explains, set(wrong))

    whole = said("W1", "b1", "W2", "b2")
    assert whole.startswith("Wrong: W1, b1, W2, b2. A wrong delta corrupts layer 2")
    assert whole.endswith("towards the input.")
    assert said("W1", "W2", "b2").endswith(" (b1 cannot be judged here).")
    assert said("W1", "b1", "W2", "b2", "b3", "W3").endswith("; W3, b3 must have another cause.")


def test_a_replayed_gradient_is_the_same_to_a_billionth_in_every_block():
    fit = SimpleNamespace(blocks={"W1": slice(0, 2), "b1": slice(2, 3)})
    check = SimpleNamespace(analytic=np.array([1e3, 1e3, 5e8 - 0.5]))
    assert same(check, fit, check.analytic)
    # A difference of 1 between two numbers of 1e9 in sum.
    for last, is_same in ((5e8 + 0.5, False), (5e8 + 0.25, True)):
        assert same(check, fit, np.array([1e3, 1e3, last])) == is_same
