"""What no series foretells: sums over the steps, and limits, against the optimizers themselves."""

import numpy as np
import pytest

from optcore.optimizers import (
    OPTIMIZERS,
    AdaDelta,
    AdaMax,
    AdamW,
    AveragedSGD,
    DeltaBarDelta,
    Lion,
    NAdam,
    RAdam,
    RMSPropNesterov,
    Rprop,
)
from optcore.streams import (
    AlternatingStream,
    ConstantStream,
    DecayingStream,
    NoiseStream,
    SparseStream,
    closed_form,
    law_of,
    respond,
)
from optcore.streams.kinds import ReddiStream, SignChangeStream, SpikeStream
from optcore.streams.laws import LAWS

STEPS = 150
TIMES = np.arange(1, STEPS + 1)


@pytest.mark.parametrize(
    "stream",
    [SpikeStream(height=-10.0, at=1), SpikeStream(height=-3.0), SpikeStream(size=0.0, at=7),
     SignChangeStream(at=2), ReddiStream(), ReddiStream(peak=2.0, period=2),
     ReddiStream(period=7), AlternatingStream()],
    ids=repr,
)  # fmt: skip
@pytest.mark.parametrize(
    "optimizer",
    [Rprop(min_size=5e-3), Rprop(max_size=0.02), DeltaBarDelta(decay=0.0), AdaDelta(decay=0.0),
     DeltaBarDelta(increase=0.3, decrease=0.9), AdaDelta(epsilon=1e-3), AveragedSGD(power=0.3),
     AveragedSGD(power=2.0), Lion(learning_rate=0.1, weight_decay=1.0),
     AveragedSGD(learning_rate=0.5, regularization=1.0), AveragedSGD(1.0, 1.0, power=1.0),
     RMSPropNesterov(momentum=0.0),
     AdamW(learning_rate=0.5, weight_decay=1.0), Lion(learning_rate=0.1, weight_decay=0.5)],
    ids=repr,
)  # fmt: skip
def test_a_sum_over_the_steps_foretells_what_has_no_series(optimizer, stream):
    foretold = closed_form(optimizer, stream, TIMES, (1.0, 1e-3))
    taken = respond(optimizer, stream.gradients(STEPS)[:, None] * (1.0, 1e-3)).steps
    assert (np.abs(foretold - taken) <= 1e-11 * np.abs(taken).max(axis=0)).all()


def test_of_no_gradient_comes_no_step_and_of_one_time_one():
    np.testing.assert_array_equal(closed_form(Rprop(), ConstantStream(size=0.0), TIMES), 0.0)
    for optimizer in (AdaMax(), NAdam(), RAdam()):
        whole = closed_form(optimizer, DecayingStream(), TIMES)
        np.testing.assert_array_equal(closed_form(optimizer, DecayingStream(), [1]), whole[:1])


def test_a_size_may_begin_at_its_largest_and_end_at_its_least():
    optimizer = Rprop(learning_rate=0.02, min_size=0.015, max_size=0.02)
    taken = respond(optimizer, AlternatingStream().gradients(STEPS)[:, None]).steps
    foretold = closed_form(optimizer, AlternatingStream(), TIMES)
    np.testing.assert_allclose(foretold, taken, rtol=1e-12)


def test_long_sums_leave_no_bounds():
    """Half of the rate at two of three steps: products down to 1e-1000."""
    stream, many = ReddiStream(), np.arange(1, 5001)
    taken = respond(DeltaBarDelta(), stream.gradients(5000)[:, None]).steps
    foretold = closed_form(DeltaBarDelta(), stream, many)
    np.testing.assert_allclose(foretold, taken, rtol=1e-9)


@pytest.mark.parametrize(
    ("optimizer", "stream", "times"),
    [
        (Rprop(), NoiseStream(), TIMES),
        (DeltaBarDelta(), NoiseStream(), TIMES),
        (Rprop(), ReddiStream(), TIMES + 1),
        (DeltaBarDelta(), SpikeStream(), TIMES + 1),
        (AdaDelta(), ConstantStream(), TIMES + 1),
        (RMSPropNesterov(), ConstantStream(), TIMES + 1),
        # The size goes up and down between two limits nearer than a step.
        (Rprop(learning_rate=0.01, min_size=0.01, max_size=0.011), SignChangeStream(), TIMES),
        # More is taken than there is.
        (AdamW(learning_rate=3.0, weight_decay=1.0), SparseStream(), TIMES),
    ],
    ids=repr,
)
def test_where_no_sum_reaches_there_is_none(optimizer, stream, times):
    assert closed_form(optimizer, stream, times) is None


def test_who_has_no_law_has_none():
    for optimizer in OPTIMIZERS:
        if law_of(optimizer) is None:
            assert closed_form(optimizer, ConstantStream(), TIMES) is None
    assert not [o.name for o in OPTIMIZERS if o.follows_gradients and law_of(o) is None]
    assert all(law.source and law.constant for law in LAWS)
