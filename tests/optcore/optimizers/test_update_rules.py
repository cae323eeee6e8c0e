"""The first-order methods that torch lacks: steps worked by hand, and identities."""

from dataclasses import replace

import numpy as np
import pytest
from stepping import Quadratic, Slope, run

from optcore.optimizers import (
    QHM,
    Adam,
    AdamW,
    AveragedSGD,
    DeltaBarDelta,
    GradientDescent,
    LineSearch,
    Lion,
    Momentum,
    NAdam,
    NelderMead,
    NesterovMomentum,
    Newton,
    QHAdam,
    RAdam,
    RMSProp,
    RMSPropNesterov,
    Rprop,
)
from optcore.surfaces import Rosenbrock

START = (-1.5, 2.0)


def test_momentum_by_hand():
    points, _ = run(Momentum(learning_rate=0.5, momentum=0.5), Slope([[1.0], [2.0]]), [0.0], 2)
    # v = 1, x = -0.5; v = 0.5 + 2 = 2.5, x = -0.5 - 1.25.
    assert points[:, 0].tolist() == [0.0, -0.5, -1.75]


def test_nesterov_by_hand():
    optimizer = NesterovMomentum(learning_rate=0.5, momentum=0.5)
    points, _ = run(optimizer, Slope([[1.0], [2.0]]), [0.0], 2)
    # v = 1, step -0.5 (1 + 0.5); v = 2.5, step -0.5 (2 + 1.25).
    assert points[:, 0].tolist() == [0.0, -0.75, -2.375]


def test_nesterov_looks_where_the_velocity_leads():
    """Sutskever's form (gradient at the look-ahead) and torch's differ by a change of variable."""
    quadratic = Quadratic([[3.0, 1.0], [1.0, 2.0]])
    rate, momentum = 0.05, 0.8
    optimizer = NesterovMomentum(learning_rate=rate, momentum=momentum)
    points, _ = run(optimizer, quadratic, [1.0, -2.0], 20)
    ahead = theta = np.array([1.0, -2.0])
    velocity = np.zeros(2)
    for k in range(20):
        velocity = momentum * velocity - rate * quadratic.grad(theta + momentum * velocity)
        theta = theta + velocity
        ahead = theta + momentum * velocity
        np.testing.assert_allclose(points[k + 1], ahead, rtol=1e-12, atol=1e-14)


def test_adam_takes_a_first_step_of_the_rate_whatever_the_gradient():
    for size in (1e-3, 1.0, 1e6):
        points, _ = run(Adam(learning_rate=0.1, epsilon=0.0), Slope([[size, -size]]), [0.0, 0.0], 1)
        np.testing.assert_allclose(points[1], [-0.1, 0.1], rtol=1e-12)


def test_rms_prop_with_nesterov_by_hand():
    optimizer = RMSPropNesterov(learning_rate=0.1, momentum=0.5, decay=0.75, epsilon=0.0)
    # f = x^2 from 1: grad 2, s = 0.25 * 4 = 1, v = -0.1 * 2 / 1 = -0.2, x = 0.8;
    # look ahead 0.8 - 0.1 = 0.7, grad 1.4, s = 0.75 + 0.25 * 1.96 = 1.24,
    # v = -0.1 - 0.1 * 1.4 / sqrt(1.24).
    points, memories = run(optimizer, Quadratic([[2.0]]), [1.0], 2)
    assert points[1, 0] == pytest.approx(0.8, rel=1e-15)
    assert memories[2]["look_ahead"][0] == pytest.approx(0.7, rel=1e-15)
    assert memories[2]["mean_square"][0] == pytest.approx(1.24, rel=1e-15)
    velocity = -0.1 - 0.14 / 1.24**0.5
    assert points[2, 0] == pytest.approx(0.8 + velocity, rel=1e-15)


def test_rms_prop_with_nesterov_and_no_momentum_is_rms_prop():
    ours, _ = run(RMSPropNesterov(momentum=0.0), Rosenbrock(), START, 50)
    plain, _ = run(RMSProp(), Rosenbrock(), START, 50)
    np.testing.assert_allclose(ours, plain, rtol=1e-14)


def test_lion_by_hand():
    optimizer = Lion(learning_rate=0.1, beta1=0.5, beta2=0.75, weight_decay=0.5)
    points, memories = run(optimizer, Slope([[4.0, -4.0], [-0.5, 8.0]]), [1.0, 1.0], 2)
    # m = 0: signs (+, -), step -0.1 (1 + 0.5), -0.1 (-1 + 0.5); m = 0.25 g = (1, -1).
    np.testing.assert_allclose(points[1], [0.85, 1.05], rtol=1e-15)
    # blend = 0.5 m + 0.5 g = (0.25, 3.5): the sign of m wins over the new gradient at first.
    np.testing.assert_allclose(memories[2]["blend"], [0.25, 3.5], rtol=1e-15)
    ends = [0.85 - 0.1 * (1 + 0.425), 1.05 - 0.1 * (1 + 0.525)]
    np.testing.assert_allclose(points[2], ends, rtol=1e-15)
    np.testing.assert_allclose(memories[2]["mean"], [0.625, 1.25], rtol=1e-15)


def test_delta_bar_delta_by_hand():
    optimizer = DeltaBarDelta(learning_rate=0.1, increase=0.02, decrease=0.5, decay=0.75)
    points, memories = run(optimizer, Slope([[4.0], [2.0], [-8.0], [0.0]]), [0.0], 4)
    # mean: 0 -> 1 -> 1.25 -> -1.0625. The rate stays, grows by a sum, halves, stays.
    rates = [memory["rate"][0] for memory in memories]
    np.testing.assert_allclose(rates, [0.1, 0.1, 0.12, 0.06, 0.06], rtol=1e-15)
    means = [memory["mean"][0] for memory in memories[:4]]
    np.testing.assert_allclose(means, [0.0, 1.0, 1.25, -1.0625], rtol=1e-15)
    np.testing.assert_allclose(points[:, 0], [0, -0.4, -0.64, -0.16, -0.16], rtol=1e-14)


def test_rprop_halves_and_waits_where_the_sign_turns():
    optimizer = Rprop(learning_rate=0.1)
    points, _ = run(optimizer, Slope([[5.0], [1e-9], [-3.0], [-3.0], [-3.0]]), [0.0], 5)
    # 0.1, 0.12, turned: 0.06 but no step, then 0.06 (nothing to compare with), then 0.072.
    np.testing.assert_allclose(np.diff(points[:, 0]), [-0.1, -0.12, 0, 0.06, 0.072], rtol=1e-12)


def test_qhm_between_gradient_descent_and_momentum():
    """nu = 0 is gradient descent; nu = 1 is momentum whose velocity is a running mean."""
    plain, _ = run(GradientDescent(learning_rate=1e-3), Rosenbrock(), START, 100)
    ours, _ = run(QHM(learning_rate=1e-3, momentum=0.9, nu=0.0), Rosenbrock(), START, 100)
    np.testing.assert_allclose(ours, plain, rtol=1e-12)
    heavy, _ = run(Momentum(learning_rate=1e-4, momentum=0.9), Rosenbrock(), START, 100)
    ours, _ = run(QHM(learning_rate=1e-3, momentum=0.9, nu=1.0), Rosenbrock(), START, 100)
    np.testing.assert_allclose(ours, heavy, rtol=1e-10)


def test_qhm_with_nu_equal_to_momentum_is_nesterov():
    """Ma and Yarats (2019), section 4: nu = beta recovers Nesterov's method."""
    nesterov = NesterovMomentum(learning_rate=1e-4, momentum=0.9)
    theirs, _ = run(nesterov, Rosenbrock(), START, 100)
    ours, _ = run(QHM(learning_rate=1e-3, momentum=0.9, nu=0.9), Rosenbrock(), START, 100)
    np.testing.assert_allclose(ours, theirs, rtol=1e-10)


def test_qhadam_with_both_nu_one_is_adam():
    settings = {"learning_rate": 0.01, "beta1": 0.9, "beta2": 0.99}
    ours, _ = run(QHAdam(nu=1.0, nu_square=1.0, **settings), Rosenbrock(), START, 200)
    adam, _ = run(Adam(**settings), Rosenbrock(), START, 200)
    np.testing.assert_allclose(ours, adam, rtol=1e-12)


def test_adamw_without_decay_is_adam():
    ours, _ = run(AdamW(learning_rate=0.01, weight_decay=0.0), Rosenbrock(), START, 50)
    adam, _ = run(Adam(learning_rate=0.01), Rosenbrock(), START, 50)
    np.testing.assert_array_equal(ours, adam)


@pytest.mark.parametrize("share", [0.98, 1.02])
@pytest.mark.parametrize("kind", [GradientDescent, Momentum, NesterovMomentum])
def test_the_stable_rate_parts_what_comes_down_a_parabola_from_what_flies_off(kind, share):
    curvature = 5.0
    tuned = replace(kind(), learning_rate=share * kind().stable_rate(curvature))
    points, _ = run(tuned, Quadratic([[curvature]]), [1.0], 300)
    assert abs(points[-1, 0]) < 1e-3 if share < 1 else abs(points[-1, 0]) > 1e3


def test_only_what_asks_for_nothing_but_gradients_follows_gradients():
    assert Adam().follows_gradients
    assert not any(each.follows_gradients for each in (LineSearch(), Newton(), NelderMead()))


def test_a_schedule_is_followed_by_what_steps_at_a_rate_and_not_by_what_only_begins_with_one():
    assert Adam().follows_schedule
    assert not any(each.follows_schedule for each in (Rprop(), DeltaBarDelta(), Newton()))


def test_before_the_first_step_a_look_ahead_and_an_average_are_the_start():
    point = np.array([3.0, -2.0])
    np.testing.assert_array_equal(RMSPropNesterov().init(point)["look_ahead"], point)
    memory = AveragedSGD().init(point)
    np.testing.assert_array_equal(memory["average"], point)
    assert memory["rate"] == 0
    assert NAdam().init(point)["momentum"] == RAdam().init(point)["rho"] == 0


def test_radam_does_not_divide_at_5_squares():
    """With beta2 = 3/4 the limit is 7, and here 7 - 2 * 3/4 / (3/4) are remembered."""
    assert RAdam(beta2=0.75).rectification(1, 0.75) == (5.0, 0.0)
    # In the end all 7 are, and there is nothing to make up for.
    assert RAdam(beta2=0.75).rectification(1000, 1.0) == (7.0, 1.0)


def test_radam_turns_adaptive_at_the_sixth_step():
    """With beta2 = 0.999 rho is 5.98 at step 6 and 4.99 before (Liu et al. 2020)."""
    _, memories = run(RAdam(learning_rate=1e-4), Rosenbrock(), START, 7)
    adaptive = [memory["rectification"] > 0 for memory in memories]
    assert adaptive == [False] * 6 + [True] * 2
    assert memories[5]["rho"] < 5 < memories[6]["rho"]
