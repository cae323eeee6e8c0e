"""A check carried out: at the start and after training, share by share."""

import numpy as np
import pytest

from optcore.checks.bugs.blocks import WeightGradDoubled
from optcore.checks.plan import CheckPlan, CheckPoint, NetworkShape
from optcore.checks.record import examine, examined

SMALL = NetworkShape(layers=2, width=3, samples=6)


@pytest.mark.parametrize("steps", [0, 3])
def test_a_gradient_is_checked_at_the_start_and_where_training_leads(steps):
    plan = CheckPlan(shape=SMALL, place=CheckPoint(training_steps=steps))
    record = examined(plan)
    names = ["at the start", "after 3 steps"][: 1 + bool(steps)]
    assert [name for name, _ in record.checks] == names
    np.testing.assert_array_equal(record.checks[0][1].point, plan.start())
    assert record.check is record.checks[-1][1]
    if steps:
        assert record.first is record.checks[0][1]
        assert not np.array_equal(record.check.point, record.first.point)
    else:
        assert record.first is None
    assert record.diagnoses == ()
    assert record.taylor.verdict == "right"


@pytest.mark.parametrize("steps", [0, 3])
def test_the_share_that_is_done_grows_to_all(steps):
    shares = list(examine(CheckPlan(shape=SMALL, place=CheckPoint(training_steps=steps))))
    assert shares == sorted(shares)
    assert 0 < shares[0] <= shares[-1] == 1


def test_a_planted_slip_is_diagnosed():
    record = examined(CheckPlan(shape=SMALL, bugs=(WeightGradDoubled(1),)))
    assert record.diagnoses[0].explains == ("W1",)
    assert record.taylor.verdict == "wrong"
