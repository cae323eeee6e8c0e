"""What a plan says about its check before it is made."""

from dataclasses import replace

import pytest

from optcore.checks import plan as plans
from optcore.checks.grad_check import TooLargeError
from optcore.checks.plan import CheckPlan, CheckPoint, NetworkShape


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


def test_every_step_of_training_takes_its_time():
    def seconds(steps):
        return replace(CheckPlan(), place=CheckPoint(training_steps=steps)).seconds

    step = (seconds(300) - seconds(100)) / 200
    assert step > 0
    assert seconds(500) - seconds(300) == pytest.approx(200 * step)
    # Before training and after: two checks.
    assert seconds(100) - 100 * step == pytest.approx(2 * seconds(0))


def test_a_check_takes_longer_with_each_sample_and_each_parameter():
    def seconds(samples=16, width=5, steps=0):
        shape = NetworkShape(samples=samples, width=width)
        return CheckPlan(shape=shape, place=CheckPoint(training_steps=steps)).seconds

    each = seconds(17) - seconds(16)
    assert each > 0
    assert seconds(32) - seconds(16) == pytest.approx(16 * each)
    assert seconds() > 16 * each
    assert seconds(width=10) > 2 * seconds()
    # A sample goes through all layers for each parameter.
    for layers in (2, 6):
        shape = NetworkShape(layers=layers)
        plan, one_more = (CheckPlan(shape=replace(shape, samples=samples)) for samples in (16, 17))
        added = (one_more.seconds - plan.seconds) / (plan.parameters * layers)
        assert added == pytest.approx(plans.CHECK_BY_PRODUCT, rel=1e-6)
    # One step trains as well: two checks and that step, by its layers and products.
    step = seconds(steps=1) - 2 * seconds()
    assert step > plans.STEP + plans.STEP_BY_LAYER * 4
    more = seconds(samples=32, steps=1) - 2 * seconds(samples=32)
    assert more - step == pytest.approx(
        plans.STEP_BY_PRODUCT * 16 * CheckPlan().parameters, rel=1e-6
    )
