"""What makes an activation, and a ReLU layer unit by unit, as the details of the page show them."""

import re

import numpy as np
import pytest
from visits import visit

from optcore.flow.plan import FlowPlan, FlowSetting
from optcore.networks.activation_facts import Cost
from optcore.networks.activations import GELU, ReLU
from optcore.networks.initializers import Constant, HeNormal
from optcore.networks.losses import SoftmaxCrossEntropy
from ui.layers import close_up
from ui.layers.close_up import HEADS, STATES, picture, price

PLAN = FlowPlan(ReLU(), HeNormal(), SoftmaxCrossEntropy(), FlowSetting(6, 16, batch=8))
LINK = {"details": "1", "net.depth": "6", "net.width": "16", "net.batch": "8"}


def test_counts_of_a_layer_are_those_of_its_units():
    seen = close_up.close_up(PLAN, 3)
    with close_up.flow_of(PLAN) as flow:
        on = np.array([z[3] > 0 for z in flow.trace.forward.normalised[:-1]])
    assert seen.states.shape == on.shape
    np.testing.assert_array_equal(seen.states == 0, on)
    for row, units in zip(seen.rows, on, strict=True):
        told = dict(zip(HEADS, row, strict=True))
        assert told["On for this sample"] == f"{units.sum()} of 16"
        # A unit that is off gives its row of W no gradient.
        assert int(told["Rows of W without gradient"]) >= 16 - units.sum()
        assert int(told["Stopped backward"]) + units.sum() <= 16


def test_paths_halve_where_layers_stay_half_on():
    seen = close_up.close_up(PLAN, 0)
    paths = [float(row[HEADS.index("Paths on so far")].replace("−", "-")) for row in seen.rows]
    assert np.all(np.diff(paths) < 0)
    assert paths[-1] < 0.1
    assert "of a layer's units are on" in seen.sentence


def test_dead_units_are_told_why():
    dead = FlowPlan(ReLU(), Constant(constant=-0.1), SoftmaxCrossEntropy(), PLAN.setting)
    seen = close_up.close_up(dead, 0)
    assert np.any(seen.states == 3)
    dead, told = sum(int(row[-1]) for row in seen.rows), seen.deaths[: close_up.EXPLAINED]
    assert len(told) == min(dead, close_up.EXPLAINED) > 0
    assert all("off for every sample" in each for each in told)
    more = dead - close_up.EXPLAINED
    assert seen.deaths[len(told) :] == ((f"And {more:,} more.",) if more > 0 else ())


def test_every_unit_is_a_square_in_the_colour_of_its_state():
    states = np.array([[0, 1, 2], [3, 0, 0]])
    svg = picture(states)
    for place, colour in enumerate(STATES.values()):
        (drawn,) = re.findall(f'fill="{colour}" d="([^"]*)"', svg)
        assert drawn.count("M") == np.sum(states == place)
    assert 'viewBox="0 0 18 12"' in svg


def test_a_price_is_both_ways_against_an_exp():
    told = price(Cost("x", forward=3.0, backward=1.5), exp=1.5)
    assert told == "Costs 3 ns forward and 1.5 ns backward: together 3 times an exp."


def test_cards_say_what_holds_and_what_it_costs():
    app = visit(LINK | {"activations": "relu,gelu"}, "layers")
    said = [each.value for each in app.markdown]
    assert "**ReLU**" in said
    cards = [each for each in said if "Costs " in each]
    assert len(cards) == 2
    assert "Not differentiable at z = 0" in cards[0]
    assert "Not monotone" in cards[1]
    assert any("exp" in each.value and "one run" in each.value for each in app.caption)
    assert GELU().name == "GELU"


@pytest.mark.parametrize("sample", ["0", "7", "1000"])
def test_a_sample_is_looked_at_unit_by_unit(sample):
    app = visit(LINK | {"sample": sample}, "layers")
    shown = min(int(sample), 7)
    assert any(f"Sample {shown}, a row" in each.proto.body for each in app.get("html"))
    assert app.query_params.get("sample", "0") == sample


def test_without_relu_there_is_nothing_to_look_at_unit_by_unit():
    app = visit(LINK | {"activations": "tanh"}, "layers")
    assert not any("unit by unit" in each.value for each in app.markdown)
