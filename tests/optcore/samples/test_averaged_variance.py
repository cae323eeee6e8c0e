"""The law of the mean of points against simulation, all pairs of points, and the exact moments."""

import numpy as np
import pytest
from parabola import Parabola

from optcore.descent.disturbance import GradientNoise
from optcore.descent.loop import descend
from optcore.optimizers import GradientDescent
from optcore.samples.laws import averaged_variance, stationary_variance


def test_the_mean_of_a_settled_run_varies_as_the_law_says():
    rate, curvature, noise, steps = 0.3, 1.3, 0.7, 400
    run = descend(
        Parabola(curvature), GradientDescent(rate), [0.0], 200 + steps,
        noise=GradientNoise(noise, np.arange(3000)),
    )  # fmt: skip
    means = run.points[201:, :, 0].mean(axis=0)
    law = averaged_variance(rate, curvature, noise**2, steps)
    assert abs(means.var() / law - 1) < 4.5 * np.sqrt(2 / 3000)


def test_an_average_of_one_is_a_point_and_of_many_does_not_know_the_rate():
    assert averaged_variance(0.5, 1.0, 1.0, 1) == pytest.approx(1 / 3, rel=1e-12)
    long = averaged_variance(np.array([0.05, 0.5, 0.9]), 2.0, 0.3, 1e6)
    np.testing.assert_allclose(long, 0.3 / (4.0 * 1e6), rtol=1e-4)
    assert averaged_variance(1.5, 2.0, 0.3, 1e6) == np.inf


def test_the_average_is_the_sum_over_all_pairs_of_points():
    rate, curvature, noise, steps = 0.4, 0.9, 0.6, 7
    kept = 1 - rate * curvature
    apart = np.abs(np.subtract.outer(np.arange(steps), np.arange(steps)))
    by_pairs = stationary_variance(rate, curvature, noise) * (kept**apart).mean()
    law = averaged_variance(rate, curvature, noise, steps)
    assert law == pytest.approx(by_pairs, rel=1e-12)


@pytest.mark.parametrize("nesterov", [False, True])
@pytest.mark.parametrize("steps", [1, 2, 7, 64, 500])
def test_the_average_with_momentum_is_that_of_point_velocity_and_sum(steps, nesterov):
    """The covariance of (point, velocity, sum of points), step by step by the rule of torch."""
    rate, curvature, noise, momentum = 0.07, 1.3, 0.6, 0.8
    velocity = np.array([curvature, momentum, 0.0])
    gradient = np.array([curvature, 0.0, 0.0])
    used, heard = velocity, 1.0
    if nesterov:
        used, heard = gradient + momentum * velocity, 1 + momentum
    point = np.array([1.0, 0.0, 0.0]) - rate * used
    drawn = np.array([-rate * heard, 1.0, 0.0])
    settling = np.array([point, velocity, np.zeros(3)])
    adding = np.array([point, velocity, np.add(point, [0.0, 0.0, 1.0])])
    moments = np.zeros((3, 3))
    for _ in range(2000):
        moments = settling @ moments @ settling.T + noise * np.outer(drawn, drawn)
    drawn[2] = drawn[0]
    for _ in range(steps):
        moments = adding @ moments @ adding.T + noise * np.outer(drawn, drawn)
    law = averaged_variance(rate, curvature, noise, steps, momentum, nesterov)
    assert law == pytest.approx(moments[2, 2] / steps**2, rel=1e-9)


def test_the_average_of_a_long_run_does_not_know_the_momentum():
    given = 0.05, np.array([1.0, 2.0]), 0.3, np.array([[1e6], [np.nan]])
    for nesterov in (False, True):
        law = averaged_variance(*given, 0.9, nesterov)
        np.testing.assert_allclose(law[0], 0.3 / (np.array([1.0, 4.0]) * 1e6), rtol=1e-3)
        assert np.isnan(law[1]).all()
    assert averaged_variance(5.0, 1.0, 0.3, 10, 0.9) == np.inf


def test_the_average_at_its_very_ends():
    """Numbers that floats hold exactly: the points do not remember each other; the limit."""
    assert averaged_variance(1.0, 1.0, 3.0, 4) == 0.75
    assert averaged_variance(2.0, 1.0, 3.0, 4) == np.inf


def test_a_mean_of_no_points_is_refused():
    with pytest.raises(ValueError, match="no mean of 0 points"):
        averaged_variance(0.1, 1.0, 1.0, [3, 0])
