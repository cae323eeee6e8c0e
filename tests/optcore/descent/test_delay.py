"""Late gradients: which one is seen, what compensation adds, and where the limit lies."""

import dataclasses

import numpy as np
import pytest
from stepping import Quadratic

from optcore.descent.delay import Delay, delay_limit, delay_roots
from optcore.descent.disturbance import ClipValue, GradientNoise
from optcore.descent.loop import descend
from optcore.knobs import knobs
from optcore.optimizers import OPTIMIZERS, GradientDescent, Momentum
from optcore.surfaces import Bowl, Ravine, Rosenbrock

PARABOLA = Quadratic([[1.0]])
every = pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda o: o.name)


def tame(optimizer):
    rate = {"learning_rate": 1e-3} if "learning_rate" in knobs(optimizer) else {}
    return dataclasses.replace(optimizer, **rate)


def test_three_steps_by_hand():
    run = descend(PARABOLA, GradientDescent(learning_rate=0.5), [1.0], 4, delay=Delay(1))
    # 1 - 0.5; then - 0.5 * 1 again, as the start's gradient is the second to arrive; - 0.5 * 0.5.
    assert run.points[:, 0].tolist() == [1.0, 0.5, 0.0, -0.25, -0.25]
    assert run.seen[:, 0].tolist() == [1.0, 1.0, 0.5, 0.0, -0.25]
    np.testing.assert_array_equal(run.grads, run.points)


def test_compensation_by_hand():
    run = descend(PARABOLA, GradientDescent(learning_rate=0.5), [1.0], 2, delay=Delay(1, 0.4))
    # The second gradient is 1 from x = 1, used at 0.5: 1 + 0.4 * 1 * (0.5 - 1) = 0.8.
    assert run.seen[:2, 0].tolist() == [1.0, 0.8]


@every
def test_every_optimizer_sees_the_gradient_of_before(optimizer):
    run = descend(Rosenbrock(), tame(optimizer), [(-1.2, 1.0), (0.5, 0.5)], 9, delay=Delay(4))
    asked = Rosenbrock().grad(optimizer.asks_at(run.points, run.memory))
    np.testing.assert_allclose(run.seen[4:], asked[:-4], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(run.seen[:4], np.broadcast_to(asked[0], asked[:4].shape))


@every
def test_a_batch_of_late_runs_equals_one_by_one(optimizer):
    starts = np.array([(-1.2, 1.0), (0.5, 0.5)])
    given = {"delay": Delay(2, 0.01), "noise": GradientNoise(0.1, 3), "clip": ClipValue(5.0)}
    together = descend(Rosenbrock(), tame(optimizer), starts, 12, **given)
    for k, start in enumerate(starts):
        alone = descend(Rosenbrock(), tame(optimizer), start, 12, **given)
        np.testing.assert_allclose(together.points[:, k], alone.points, rtol=1e-8, atol=1e-10)


def test_no_delay_is_no_delay():
    given = (Rosenbrock(), Momentum(), (-1.2, 1.0), 20)
    late = descend(*given, delay=Delay(0, compensation=1.0))
    np.testing.assert_array_equal(late.points, descend(*given).points)


def test_compensations_of_a_batch_are_one_for_each_run():
    delay = Delay(2, compensation=np.array([0.0, 0.1, 0.3]))
    together = descend(Rosenbrock(), GradientDescent(1e-3), (-1.2, 1.0), 12, delay=delay)
    for k, compensation in enumerate((0.0, 0.1, 0.3)):
        single = Delay(2, compensation)
        alone = descend(Rosenbrock(), GradientDescent(1e-3), (-1.2, 1.0), 12, delay=single)
        np.testing.assert_allclose(together.points[:, k], alone.points, rtol=1e-10)


# The limit.


def test_the_limits_are_those_of_levin_and_may():
    np.testing.assert_allclose(delay_limit([0, 1, 2]), [2, 1, (5**0.5 - 1) / 2], rtol=1e-12)
    assert delay_limit(2) == pytest.approx(0.618034, abs=5e-7)


@pytest.mark.parametrize("tau", [0, 1, 2, 5, 20])
def test_the_roots_cross_the_unit_circle_at_the_limit(tau):
    for share, inside in ((0.99, True), (1.01, False)):
        roots = delay_roots(tau, share * delay_limit(tau))
        assert roots.shape == (tau + 1,)
        assert (np.abs(roots[0]) < 1) == inside
        assert (np.diff(np.abs(roots)) <= 1e-12).all()
        np.testing.assert_allclose(
            roots ** (tau + 1) - roots**tau, -share * delay_limit(tau), atol=1e-9
        )


@pytest.mark.parametrize("tau", [0, 1, 2, 5])
def test_runs_stay_below_the_limit_and_leave_above_it(tau):
    surface = Ravine()
    limit = delay_limit(tau) / np.linalg.eigvalsh(surface.hessian(np.zeros(2)))[-1]
    rates = np.array([0.98, 1.02]) * limit
    run = descend(surface, GradientDescent(rates), (1.0, 1.0), 5000, delay=Delay(tau))
    np.testing.assert_allclose(run.limit, limit)
    assert run.last_value[0] < surface.value(np.array([1.0, 1.0]))
    assert run.last_value[1] > 1e3 * surface.value(np.array([1.0, 1.0]))
    longest = np.abs(delay_roots(tau, 1.02 * delay_limit(tau))[0])
    rows = slice(3000, 4000) if not run.diverged[1] else slice(int(run.ended[1]) // 2, None)
    grown = run.values[rows, 1]
    grown = grown[np.isfinite(grown)]
    per_step = (grown[-200:].max() / grown[:200].max()) ** (1 / (2 * (len(grown) - 200)))
    assert per_step == pytest.approx(longest, rel=2e-3)


def test_the_sentence_names_the_limit_of_the_delay():
    run = descend(Bowl(), GradientDescent(0.6), (1.0, 1.0), 300, delay=Delay(1))
    assert "the rate 0.6 exceeds 2 sin(pi/6)/lambda_max = 0.5" in run.status
    assert np.isnan(descend(Bowl(), Momentum(), (1.0, 1.0), 3, delay=Delay(1)).limit)


@pytest.mark.parametrize("steps", [-1, 1.5, np.array([1, 2])])
def test_a_delay_that_is_no_number_of_steps_is_refused(steps):
    with pytest.raises(ValueError, match="a delay of -1 steps looks ahead"):
        delay_limit([0, -1])
    with pytest.raises(ValueError, match="late by a whole number"):
        Delay(steps)
