"""What makes an activation: facts found from value and slope, against closed forms."""

import math
from types import SimpleNamespace
from unittest.mock import ANY

import numpy as np
import pytest

from optcore.networks import activation_facts as module
from optcore.networks.activation_facts import (
    REPEATS,
    Side,
    activation_costs,
    activation_facts,
    timed,
)
from optcore.networks.activations import (
    ACTIVATIONS,
    ELU,
    GELU,
    HardSigmoid,
    Identity,
    LeakyReLU,
    Mish,
    PReLU,
    ReLU,
    Sigmoid,
    SiLU,
    Softplus,
)

ACTIVATION = {each.name: each for each in ACTIVATIONS}
OPEN, HALF, BOTH = (False, False), (True, False), (True, True)
INF = math.inf
# Name: low, high, attained, least and largest slope, sides saturated.
KNOWN = {
    "Sigmoid": (0, 1, OPEN, 0, 0.25, "in the limit", "in the limit"),
    "Tanh": (-1, 1, OPEN, 0, 1, "in the limit", "in the limit"),
    "ReLU": (0, INF, HALF, 0, 1, "exactly", "no"),
    "Leaky ReLU": (-INF, INF, OPEN, 0.01, 1, "no", "no"),
    "PReLU": (-INF, INF, OPEN, 0.25, 1, "no", "no"),
    "ELU": (-1, INF, OPEN, 0, 1, "in the limit", "no"),
    "SELU": (-1.7580993408473766, INF, OPEN, 0, 1.7580993408473766, "in the limit", "no"),
    # The dips: where z Phi(z), z sigma(z) and z tanh(softplus z) are least, by high precision.
    "GELU": (-0.16997120747990369, INF, HALF, -0.12890414518518515, 1.1289041451851852,
             "in the limit", "no"),
    "SiLU": (-0.27846454276107380, INF, HALF, -0.0998393201288670, 1.0998393201288670,
             "in the limit", "no"),
    "Mish": (-0.30884341301725043, INF, HALF, -0.11252612, 1.0884981612517274,
             "in the limit", "no"),
    "Softplus": (0, INF, OPEN, 0, 1, "in the limit", "no"),
    "Identity": (-INF, INF, OPEN, 1, 1, "no", "no"),
    "Hard sigmoid": (0, 1, BOTH, 0, 1 / 6, "exactly", "exactly"),
    "Misprinted tanh": (-1, 1, OPEN, 0, 0.5, "in the limit", "in the limit"),
}  # fmt: skip


def test_every_activation_has_its_facts():
    assert set(KNOWN) == set(ACTIVATION)


@pytest.mark.parametrize("name", KNOWN)
def test_range_slopes_and_saturation(name):
    low, high, attained, least, most, left, right = KNOWN[name]
    facts = activation_facts(ACTIVATION[name])
    assert facts.low == pytest.approx(low, abs=1e-12)
    assert facts.high == pytest.approx(high, abs=1e-12)
    assert facts.attains == attained
    assert facts.slopes == pytest.approx((least, most), abs=2e-6)
    assert facts.slopes[1] == pytest.approx(facts.activation.steepest, abs=2e-6)
    assert (facts.left.saturates, facts.right.saturates) == (left, right)


@pytest.mark.parametrize(
    ("activation", "z"), [(GELU(), -0.75179152), (SiLU(), -1.27846454), (Mish(), -1.19243121)]
)
def test_the_smooth_ones_fall_before_they_rise(activation, z):
    """Against the condition that an activation be monotone; where, to eight digits."""
    facts = activation_facts(activation)
    assert not facts.monotone
    assert facts.dip[0] == pytest.approx(z, abs=3e-6)
    assert "Not monotone" in " ".join(facts.sentences())


@pytest.mark.parametrize("name", KNOWN)
def test_the_facts_hold_at_every_point_tried(name):
    facts = activation_facts(ACTIVATION[name])
    assert facts.monotone == (name not in ("GELU", "SiLU", "Mish"))
    z = np.linspace(-200, 200, 100_001)
    values, slopes = facts.activation.value(z), facts.activation.derivative(z)
    assert np.all((values >= facts.low - 1e-12) & (values <= facts.high + 1e-12))
    assert np.all((slopes >= facts.slopes[0] - 1e-6) & (slopes <= facts.slopes[1] + 1e-6))
    if facts.monotone:
        assert np.all(np.diff(values) >= -1e-15)
    apart = np.abs(np.diff(facts.activation.derivative(np.linspace(-6, 6, 48_001))))
    assert (apart.max() > 0.01) == bool(facts.kinks)


def test_exact_saturation_says_where_it_begins():
    relu, hard = activation_facts(ReLU()), activation_facts(HardSigmoid())
    assert relu.sentences()[-1] == "Saturates on the left exactly, beyond z = 0."
    assert relu.left == Side(0.0, "exactly", 0.0)
    assert (hard.left.at, hard.right.at) == (-3, 3)
    assert "exactly, beyond z = -3 and on the right exactly" in hard.sentences()[-1]
    assert math.isnan(activation_facts(Sigmoid()).left.at)


def test_the_slopes_at_both_ends_are_its_limits():
    leaky = activation_facts(LeakyReLU(slope=1e-9))
    assert (leaky.left, leaky.right) == (Side(1e-9, "no", ANY), Side(1.0, "no", ANY))
    assert leaky.low == -INF
    assert activation_facts(Softplus()).left == Side(0.0, "in the limit", ANY)


def test_parameters_change_the_facts():
    bent = activation_facts(ELU(alpha=2.0))
    assert (bent.low, bent.slopes[1], bent.kinks) == (pytest.approx(-2), pytest.approx(2), (0.0,))
    assert activation_facts(LeakyReLU(slope=0.0)).left.saturates == "exactly"
    assert activation_facts(PReLU(slope=1.0)).kinks == ()
    assert activation_facts(ELU(alpha=0.0)).attains == (True, False)


def test_costs_are_measured_beside_plain_operations():
    costs, plain = activation_costs((ReLU(), Sigmoid(), GELU(), Identity()))
    assert [cost.name for cost in costs] == ["ReLU", "Sigmoid", "GELU", "Identity"]
    assert set(plain) == {"multiplication", "division", "exp"}
    assert min(plain.values()) > 0
    by_name = {cost.name: cost for cost in costs}
    # Twenty-five terms of a series against one comparison: on any machine.
    assert by_name["GELU"].forward > 3 * by_name["ReLU"].forward
    assert by_name["Sigmoid"].forward > plain["exp"] / 2


def test_a_time_is_that_of_one_number_in_nanoseconds(monkeypatch):
    clock, calls = iter((5.0, 5.5)), []
    monkeypatch.setattr(module, "time", SimpleNamespace(perf_counter=lambda: next(clock)))
    monkeypatch.setattr(module, "ELEMENTS", 100)
    # Half a second for so many calls on a hundred numbers each.
    assert timed(lambda: calls.append(1)) == pytest.approx(0.5e9 / (100 * len(calls)))
    assert len(calls) == REPEATS


def test_where_a_function_bends_is_said():
    assert activation_facts(ReLU()).sentences()[2] == "Not differentiable at z = 0."
    assert activation_facts(GELU()).sentences()[2] == "Differentiable everywhere."
