"""Planted bugs: each is caught, where it says, and its line is read off the pattern."""

import dataclasses

import numpy as np
import pytest

from optcore.checks.bugs import PLANTED_BUGS, PlantedBug, plant
from optcore.checks.bugs.blocks import (
    BiasGradOnePerMille,
    BiasGradSummed,
    LastElementSkipped,
    PenaltyForgotten,
    WeightGradDoubled,
)
from optcore.checks.bugs.deltas import (
    DropoutUnscaled,
    MisprintedSlope,
    MissingMean,
    OutputSlopeForgotten,
    SignFlipped,
    SlopeForgotten,
    TransposedWeights,
)
from optcore.checks.diagnosis import diagnose
from optcore.checks.grad_check import check_grad
from optcore.networks.activations import Identity, MisprintedTanh, ReLU, Sigmoid, Tanh
from optcore.networks.backprop import Backprop
from optcore.networks.backprop_lines import BackpropLine, lines_of
from optcore.networks.initializers import XavierNormal
from optcore.networks.losses import SigmoidCrossEntropy, SquaredError
from optcore.networks.network import FitLoss, Network

SAMPLES = 12
RNG = np.random.default_rng(3)
INPUTS = RNG.standard_normal((SAMPLES, 4))
TARGETS = (RNG.random((SAMPLES, 5)) > 0.5) * 1.0


def build(hidden, loss, output, fields=None, **switches):
    network = Network((4, 5, 5, 5, 5), hidden, output, **switches)
    return FitLoss(network, loss, INPUTS, TARGETS, **(fields or {}))


FITS = {
    "tanh with L2": build(Tanh(), SquaredError(), Sigmoid(), {"weight_decay": 0.02}),
    "misprinted tanh, layer norm, dropout": build(
        MisprintedTanh(),
        SigmoidCrossEntropy(),
        Sigmoid(),
        {"dropout": 0.3, "dropout_seed": 1},
        norm="layer",
    ),
    "residual tanh": build(
        Tanh(),
        SigmoidCrossEntropy(),
        Identity(),
        {"weight_decay": 0.1, "dropout": 0.4, "dropout_seed": 1},
        residual=True,
    ),
    "relu": build(ReLU(), SigmoidCrossEntropy(), Sigmoid()),
    "sigmoid without biases": build(Sigmoid(), SquaredError(), Identity(), bias=False),
}


def theta_of(fit):
    noise = np.random.default_rng(5).standard_normal(fit.network.parameters)
    return fit.network.initial(XavierNormal(), 2) + 0.1 * noise


def changes_anything(fit, bug):
    """An element that is 0 by itself, behind a unit that is off, may as well be skipped."""
    buggy = dataclasses.replace(fit, backprop=bug)
    return not np.array_equal(fit.grad(theta_of(fit)), buggy.grad(theta_of(fit)))


PLANTINGS = [
    pytest.param(fit, bug.at(layer), id=f"{name}-{bug.name}-{layer}")
    for name, fit in FITS.items()
    for bug in PLANTED_BUGS
    for layer in bug.places(fit)
    if changes_anything(fit, bug.at(layer))
]


def check_with(fit, *bugs):
    buggy = dataclasses.replace(fit, backprop=plant(*bugs))
    return check_grad(buggy, theta_of(fit)), buggy


def test_there_are_at_least_twelve_bugs_and_each_has_a_place():
    assert len(PLANTED_BUGS) >= 12
    assert len({bug.name for bug in PLANTED_BUGS}) == len(PLANTED_BUGS)
    for bug in PLANTED_BUGS:
        assert any(bug.places(fit) for fit in FITS.values()), bug.name
        assert bug.right != bug.wrong
        assert bug.lesson


def test_each_bug_overrides_one_line():
    """One method of the backward pass differs from the right one, and only one."""
    lines = {name for name in vars(Backprop) if not name.startswith("_")}
    for bug in PLANTED_BUGS:
        own = [name for name in lines if name in vars(type(bug))]
        assert len(own) == 1, bug.name


@pytest.mark.parametrize(("fit", "bug"), PLANTINGS)
def test_every_bug_is_caught_and_located_by_its_pattern(fit, bug):
    check, buggy = check_with(fit, bug)
    assert set(check.names("wrong", "suspicious")) == set(bug.corrupts(fit.network))
    found = diagnose(check, buggy)
    assert found[0].line == bug.line(fit.network)
    assert found[0].complete
    assert bug in found[0].slips or any(slip.name == bug.name for slip in found[0].slips)


@pytest.mark.parametrize("fit", FITS.values(), ids=FITS)
def test_right_networks_are_not_accused(fit):
    check = check_grad(fit, theta_of(fit))
    assert check.verdict == "right"
    assert diagnose(check, fit) == []


@pytest.mark.parametrize(
    ("name", "bug", "factor", "meaning"),
    [
        ("tanh with L2", WeightGradDoubled(2), 2, "a doubling"),
        ("tanh with L2", MissingMean(), SAMPLES, "a mean became a sum"),
        ("tanh with L2", BiasGradSummed(3), SAMPLES, "a mean became a sum"),
        ("tanh with L2", SignFlipped(), -1, "a sign"),
        ("tanh with L2", BiasGradOnePerMille(1), 1.001, "|k-1|/(|k|+1) = 0.0005"),
        ("misprinted tanh, layer norm, dropout", MisprintedSlope(2), 2, "a doubling"),
        ("misprinted tanh, layer norm, dropout", DropoutUnscaled(2), 0.7, "1/keep is missing"),
    ],
)
def test_a_constant_factor_is_measured_and_explained(name, bug, factor, meaning):
    """The weight decay is not multiplied, so it is taken out of W before k is fitted."""
    check, buggy = check_with(FITS[name], bug)
    found = diagnose(check, buggy)[0]
    assert found.factor == pytest.approx(factor, rel=1e-5)
    assert any(meaning in sentence for sentence in found.why)
    if name.startswith("mis"):
        left = abs(factor - 1) / (abs(factor) + 1)
        assert check.block("W1").relative_error == pytest.approx(left, rel=1e-4)


def test_a_factor_is_said_of_what_it_holds_for():
    """With weight decay the factor is that of the data's part, and the sentence says so."""
    for decay in (0.0, 0.02):
        fit = dataclasses.replace(FITS["tanh with L2"], weight_decay=decay)
        check, buggy = check_with(fit, WeightGradDoubled(2))
        part = fit.blocks["W2"]
        decayed = decay * theta_of(fit)[part]
        analytic, numeric = check.analytic[part], check.settled[part]
        np.testing.assert_allclose(
            analytic - decayed, 2 * (numeric - decayed), rtol=1e-5, atol=1e-9
        )
        told = next(why for why in diagnose(check, buggy)[0].why if "numeric throughout" in why)
        assert told.startswith("Without the weight decay") == bool(decay)
    check, buggy = check_with(FITS["tanh with L2"], BiasGradSummed(3))
    told = next(why for why in diagnose(check, buggy)[0].why if "numeric throughout" in why)
    assert told.startswith("analytic")


def test_a_bug_that_only_the_second_look_sees_is_located_too():
    """Sixteen sigmoid layers: by the difference W1 is noise, and yet its factor is told."""
    network = Network((2, *[4] * 15, 1), Sigmoid(), Sigmoid())
    rng = np.random.default_rng(0)
    fit = FitLoss(network, SquaredError(), rng.standard_normal((32, 2)), rng.random((32, 1)))
    buggy = dataclasses.replace(fit, backprop=WeightGradDoubled(layer=1))
    check = check_grad(buggy, network.initial(XavierNormal(), 0))
    assert check.block("W1").first.verdict == "inconclusive"
    found = diagnose(check, buggy)
    assert found[0].line.name == "dW1"
    assert found[0].factor == pytest.approx(2, rel=1e-6)


def test_a_forgotten_penalty_shows_as_a_multiple_of_w():
    fit = FITS["tanh with L2"]
    check, buggy = check_with(fit, PenaltyForgotten())
    found = diagnose(check, buggy)[0]
    assert found.line == BackpropLine("penalty")
    assert np.isnan(found.factor)
    assert any("numeric - analytic = 0.02 × W" in sentence for sentence in found.why)
    part = fit.blocks["W2"]
    np.testing.assert_allclose(
        (check.numeric - check.analytic)[part], 0.02 * check.point[part], atol=1e-9
    )


def test_one_wrong_element_is_pointed_at():
    check, buggy = check_with(FITS["tanh with L2"], LastElementSkipped(2))
    sentences = diagnose(check, buggy)[0].why
    assert any("sits in W2[4, 4]" in sentence for sentence in sentences)
    assert check.worst == FITS["tanh with L2"].blocks["W2"].stop - 1


def test_without_a_known_slip_the_pattern_alone_still_names_the_line():
    class Unheard(PlantedBug):
        name, kind = "Unheard of", "delta"

        def hidden_derivative(self, fit, forward, layer):
            right = super().hidden_derivative(fit, forward, layer)
            return right**2 + 0.3 if self.hits(Unheard, layer) else right

    for layer in (1, 2, 3):
        check, buggy = check_with(FITS["tanh with L2"], Unheard(layer))
        (found,) = diagnose(check, buggy)
        assert found.line == BackpropLine("delta", layer)
        assert found.slips == ()
        assert f"corrupts layer {layer} and everything towards the input" in found.why[0]


def test_two_bugs_at_once_leave_two_partial_explanations():
    bugs = (WeightGradDoubled(4), BiasGradSummed(2))
    check, buggy = check_with(FITS["tanh with L2"], *bugs)
    assert check.names("wrong", "suspicious") == ["b2", "W4"]
    found = diagnose(check, buggy)
    lines = {BackpropLine("weight grad", 4), BackpropLine("bias grad", 2)}
    assert {item.line for item in found} == lines
    assert not any(item.complete for item in found)
    assert "must have another cause" in found[0].why[0]


def test_the_same_bug_in_two_layers():
    check, _ = check_with(FITS["tanh with L2"], WeightGradDoubled(1), WeightGradDoubled(3))
    assert check.names("wrong", "suspicious") == ["W1", "W3"]


def test_planting_nothing_is_the_right_backward_pass():
    assert plant() == Backprop()
    assert plant(SignFlipped()) == SignFlipped()


def test_places():
    fit = FITS["tanh with L2"]
    assert SlopeForgotten().places(fit) == (1, 2, 3)
    assert TransposedWeights().places(fit) == (1, 2, 3)
    assert MissingMean().places(fit) == (4,)
    assert PenaltyForgotten().places(fit) == (0,)
    assert PenaltyForgotten().places(FITS["relu"]) == ()
    assert DropoutUnscaled().places(fit) == ()
    assert BiasGradSummed().places(FITS["sigmoid without biases"]) == ()


def test_a_single_weight_cannot_be_transposed():
    network = Network((2, 1, 1, 1), Tanh(), Sigmoid())
    single = FitLoss(network, SquaredError(), INPUTS[:, :2], TARGETS[:, :1])
    assert TransposedWeights().places(single) == ()
    pair = dataclasses.replace(single, network=Network((2, 2, 2, 1), Tanh(), Sigmoid()))
    assert TransposedWeights().places(pair) == (1,)


def test_lines_and_what_they_reach():
    network = FITS["relu"].network
    assert [line.name for line in lines_of(network)] == [
        "delta 4 (output)", "dW4", "db4", "delta 3", "dW3", "db3",
        "delta 2", "dW2", "db2", "delta 1", "dW1", "db1", "L2 term",
    ]  # fmt: skip
    assert BackpropLine("delta", 2).blocks(network) == ("W1", "b1", "W2", "b2")
    assert BackpropLine("output delta", 4).blocks(network) == tuple(network.blocks)
    assert BackpropLine("weight grad", 3).blocks(network) == ("W3",)
    assert BackpropLine("penalty").blocks(network) == ("W1", "W2", "W3", "W4")
    assert BackpropLine("penalty") not in lines_of(network, weight_decay=False)
    assert all(line.latex and line.reach for line in lines_of(network))


def test_lines_are_printed_as_textbooks_write_them():
    """Nielsen (2015), chapter 2, with the layers one apart: delta l comes from l + 1, dW l from
    l - 1."""
    assert BackpropLine("delta", 2).latex == (
        r"\delta^{2} = (W^{3})^\top \delta^{3} \odot \varphi'(z^{2})"
    )
    assert BackpropLine("weight grad", 2).latex == r"dW^{2} = \delta^{2} (a^{1})^\top"


@pytest.mark.parametrize("bug", PLANTED_BUGS, ids=lambda bug: bug.name)
def test_what_needs_two_samples_has_no_place_with_one(bug):
    def of(samples):
        network = Network((3, 3, 3, 1), Tanh(), Identity())
        inputs = np.random.default_rng(0).standard_normal((samples, 3))
        return FitLoss(network, SquaredError(), inputs, np.zeros((samples, 1)))

    assert bug.matters(of(2)) == bug.matters(of(3))
    assert bug.matters(of(1)) == (bug.matters(of(2)) and "two samples" not in bug.needs)


@pytest.mark.parametrize(
    ("loss", "output", "matters"),
    [
        (SquaredError(), Sigmoid(), True),
        (SquaredError(), Tanh(), True),
        (SquaredError(), Identity(), False),
        (SigmoidCrossEntropy(), Sigmoid(), False),
    ],
)
def test_the_slope_of_the_output_is_forgotten_where_it_stands_in_the_delta(loss, output, matters):
    fit = FitLoss(Network((4, 5), Tanh(), output), loss, INPUTS, TARGETS)
    assert OutputSlopeForgotten().matters(fit) == matters
