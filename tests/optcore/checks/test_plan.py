"""What a plan says about its check before it is made."""

from dataclasses import replace

import numpy as np
import pytest

from optcore.checks import plan as plans
from optcore.checks.bugs.deltas import MissingMean, SlopeForgotten
from optcore.checks.grad_check import TooLargeError
from optcore.checks.plan import (
    RANDOM,
    CheckPlan,
    CheckPoint,
    LossTerms,
    NetworkShape,
    StepSize,
    data_of,
)
from optcore.derivatives.differences import FORWARD
from optcore.networks.activations import Identity, Sigmoid
from optcore.networks.datasets import Blobs, Moons, Sine
from optcore.networks.losses import (
    NaiveCrossEntropy,
    SigmoidCrossEntropy,
    SoftmaxCrossEntropy,
    SquaredError,
)


@pytest.mark.parametrize("limit", ["LIVE", "LIVE_WORK"])
def test_a_check_is_live_up_to_and_with_its_limits(monkeypatch, limit):
    """2 inputs, 3 hidden units, 1 output: 9 + 4 parameters, in 2 layers over 16 samples."""
    plan = CheckPlan(shape=NetworkShape(layers=2, width=3))
    at = {"LIVE": 9 + 4, "LIVE_WORK": (9 + 4) * 2 * 16}[limit]
    assert plan.live
    monkeypatch.setattr(plans, limit, at)
    assert plan.live
    monkeypatch.setattr(plans, limit, at - 1)
    assert not plan.live


def test_a_check_may_have_so_many_components_and_no_more(monkeypatch):
    plan = CheckPlan(shape=NetworkShape(layers=2, width=3))
    monkeypatch.setattr(plans, "LIMIT", 9 + 4)
    assert not plan.over
    plan.require_size()
    monkeypatch.setattr(plans, "LIMIT", 9 + 3)
    assert plan.over
    with pytest.raises(TooLargeError, match="13"):
        plan.require_size()


def test_the_widest_that_fits_is_offered(monkeypatch):
    plan = CheckPlan(shape=NetworkShape(layers=2, width=40))

    def of(width):
        return replace(plan, shape=replace(plan.shape, width=width))

    assert plan.smaller() == plan.shape
    assert plan.smaller(of(25).seconds) == of(25).shape
    assert plan.smaller(0.0) == of(1).shape
    monkeypatch.setattr(plans, "LIMIT", of(30).parameters)
    assert plan.smaller() == of(30).shape
    assert plan.smaller(of(25).seconds) == of(25).shape


@pytest.mark.parametrize(
    ("loss", "data", "ends", "output"),
    [
        (SquaredError(), Sine(), (1, 1), Identity()),
        (SquaredError(), Moons(), (2, 1), Sigmoid()),
        (SquaredError(), Blobs(), (2, 3), Identity()),
        (SquaredError(), RANDOM, (4, 1), Identity()),
        (SigmoidCrossEntropy(), Moons(), (2, 1), Sigmoid()),
        (NaiveCrossEntropy(), RANDOM, (4, 1), Sigmoid()),
        (SoftmaxCrossEntropy(), Moons(), (2, 2), Identity()),
        (SoftmaxCrossEntropy(), Blobs(), (2, 3), Identity()),
        (SoftmaxCrossEntropy(), RANDOM, (4, 3), Identity()),
    ],
    ids=lambda case: getattr(case, "name", ""),
)
@pytest.mark.parametrize("samples", [1, 5])
def test_the_network_has_the_ends_that_its_data_and_its_loss_ask_for(
    loss, data, ends, output, samples
):
    plan = CheckPlan(loss=loss, data=data, shape=NetworkShape(3, 7, samples))
    assert plan.network.sizes == (ends[0], 7, 7, ends[1])
    assert plan.network.output == output
    made = data_of(plan)
    assert (made.inputs.shape, made.targets.shape) == ((samples, ends[0]), (samples, ends[1]))
    assert np.isfinite(plan.fit().value(plan.start()))


def test_inputs_are_scaled_and_targets_not():
    plan = CheckPlan()
    wide = data_of(replace(plan, place=CheckPoint(input_scale=4.0)))
    np.testing.assert_array_equal(wide.inputs, 4 * data_of(plan).inputs)
    np.testing.assert_array_equal(wide.targets, data_of(plan).targets)


@pytest.mark.parametrize(("layers", "dropout"), [(1, 0.0), (2, 0.25), (3, 0.25)])
def test_only_hidden_units_are_dropped(layers, dropout):
    plan = CheckPlan(shape=NetworkShape(layers), terms=LossTerms(dropout=0.25))
    assert plan.fit().dropout == dropout


@pytest.mark.parametrize(("own", "place"), [(1, 1), (2, 2), (3, 3), (9, 3)])
def test_a_bug_is_planted_in_the_possible_layer_nearest_to_its_own(own, place):
    plan = CheckPlan(bugs=(SlopeForgotten(own), MissingMean()), shape=NetworkShape(4))
    assert plan.planted(plan.right_fit()) == (SlopeForgotten(place), MissingMean(4))
    alone = replace(plan, shape=NetworkShape(4, samples=1))
    assert alone.planted(alone.right_fit()) == (SlopeForgotten(place),)


def test_plans_that_train_alike_are_taught_alike():
    """All that training does not look at is as in a plan of which nothing was chosen."""
    chosen = CheckPlan(
        bugs=(MissingMean(),), step=StepSize(0.1), rule=FORWARD, dtype="float32", again=False
    )
    assert chosen.taught == CheckPlan()
    place = CheckPoint(seed=5)
    assert replace(chosen, place=place).taught == CheckPlan(place=place)


def test_what_a_check_takes_in_plain_numbers(monkeypatch):
    """2 inputs, 3 units, 1 output: 13 parameters, in 2 layers over 16 samples."""
    plan = CheckPlan(shape=NetworkShape(layers=2, width=3))
    assert plan.memory == 8_006_656
    monkeypatch.setattr(plans, "MOST_MEMORY", 8_000_001)
    assert plan.memory == 8_000_001
    once, step = 4.68e-4, 1.4052e-4
    assert plan.seconds == pytest.approx(once, rel=1e-12)
    trained = replace(plan, place=CheckPoint(training_steps=7))
    assert trained.seconds == pytest.approx(2 * once + 7 * step, rel=1e-12)
