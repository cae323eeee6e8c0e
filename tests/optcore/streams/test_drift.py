"""Reddi's trap: where an optimizer goes for ever, against long simulations and the paper."""

import dataclasses

import numpy as np
import pytest

from optcore.optimizers import (
    OPTIMIZERS,
    Adam,
    AdaMax,
    AMSGrad,
    GradientDescent,
    Momentum,
    NAdam,
    RMSProp,
)
from optcore.streams import (
    AlternatingStream,
    DecayingStream,
    ReddiStream,
    SparseStream,
    drift,
    respond,
    turning_beta2,
)

# Reddi, Kale and Kumar (2018), section 3: 1010 once in 101 steps, else -10; beta 0.9 and 0.999.
PAPER = ReddiStream(peak=101.0, period=101)


def walked(optimizer, stream, periods=400):
    """The sum of the steps over the last period of a long simulation."""
    gradients = stream.gradients(stream.repeats * periods)[:, None]
    return respond(optimizer, gradients).steps[-stream.repeats :].sum()


@pytest.mark.parametrize("stream", [ReddiStream(), ReddiStream(6.0, 5), AlternatingStream(2.0),
                                    SparseStream(3.0, 4)])  # fmt: skip
@pytest.mark.parametrize(
    "optimizer",
    [
        Adam(beta2=0.9),
        Adam(beta1=0.0, beta2=0.5),
        AMSGrad(beta2=0.9),
        RMSProp(decay=0.9),
        Momentum(),
    ],
    ids=str,
)
def test_the_drift_is_that_of_a_long_simulation(optimizer, stream):
    assert drift(optimizer, stream)[0] == pytest.approx(walked(optimizer, stream), rel=1e-9,
                                                        abs=1e-14)  # fmt: skip


@pytest.mark.parametrize("peak", [2.5, 4.0, 10.0, 30.0])
def test_the_theorem(peak):
    """Theorem 1: beta1 = 0, beta2 = 1/(1 + C^2), period 3, C > 2: uphill, for ever."""
    stream = ReddiStream(peak=peak)
    adam = Adam(beta1=0.0, beta2=1 / (1 + peak**2))
    assert peak > 2
    assert drift(adam, stream)[0] > 0
    assert walked(adam, stream) > 0
    assert drift(dataclasses.replace(adam, beta2=0.999), stream)[0] < 0


def test_the_papers_experiment_fools_adam_with_the_usual_betas_and_not_amsgrad():
    assert drift(Adam(), PAPER)[0] > 0
    assert drift(AMSGrad(), PAPER)[0] < 0
    assert drift(Adam(beta2=0.9999), PAPER)[0] < 0


@pytest.mark.parametrize(
    ("optimizer", "stream"),
    [
        (Adam(beta1=0.0), ReddiStream()),
        (Adam(beta1=0.2), ReddiStream(10.0, 5)),
        (Adam(), PAPER),
        (RMSProp(), ReddiStream(4.0, 4)),
    ],
)
def test_the_drift_turns_at_the_turning_point(optimizer, stream):
    turning = turning_beta2(optimizer, stream)
    name = "decay" if isinstance(optimizer, RMSProp) else "beta2"
    rest = 1 - turning
    below, above = (
        dataclasses.replace(optimizer, **{name: 1 - rest * factor}) for factor in (1.001, 0.999)
    )
    assert drift(below, stream)[0] > 0 > drift(above, stream)[0]


def test_without_a_memory_the_equation_can_be_solved_by_hand():
    """beta1 = 0, C = 4, period 3: the drift is 0 where 4/sqrt(a) = 1/sqrt(b) + 1/sqrt(c)."""
    turning = turning_beta2(Adam(beta1=0.0, epsilon=0.0), ReddiStream(4.0, 3))
    b = turning
    first, second, third = 16 + b + b**2, 1 + 16 * b + b**2, 1 + b + 16 * b**2
    assert 4 / first**0.5 == pytest.approx(second**-0.5 + third**-0.5, rel=1e-9)


def test_amsgrad_and_momentum_never_turn():
    assert turning_beta2(AMSGrad(), PAPER) is None
    assert drift(Momentum(learning_rate=1.0), ReddiStream(4.0))[0] == pytest.approx(-20, rel=1e-12)


def test_no_drift_without_period_or_law():
    assert drift(Adam(), DecayingStream()) is None
    lawless = next(o for o in OPTIMIZERS if o.name == "RMSProp with Nesterov momentum")
    assert drift(lawless, ReddiStream()) is None
    assert turning_beta2(lawless, ReddiStream()) is None
    assert drift(GradientDescent(learning_rate=0.5), ReddiStream(4.0))[0] == pytest.approx(-1.0)


@pytest.mark.parametrize(
    "optimizer",
    [NAdam(beta1=0.5, beta2=0.9, momentum_decay=1.0), AdaMax(beta1=0.5, beta2=0.7), AMSGrad()],
    ids=lambda optimizer: optimizer.name,
)
def test_the_drift_is_the_way_of_a_late_period(optimizer):
    stream = ReddiStream(4.0, 3)
    optimizer = dataclasses.replace(optimizer, beta2=min(optimizer.beta2, 0.99))
    steps = respond(optimizer, stream.gradients(4500)[:, None]).steps[-3:, 0]
    assert drift(optimizer, stream)[0] == pytest.approx(steps.sum(), rel=1e-9)


def test_many_betas_in_one_call():
    betas = np.array([[0.1], [0.5], [0.99]])
    together = drift(Adam(beta1=0.0, beta2=betas), ReddiStream())
    assert together.shape == (3, 1)
    assert together[1, 0] == drift(Adam(beta1=0.0, beta2=0.5), ReddiStream())[0]
