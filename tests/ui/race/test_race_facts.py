"""What lessons may say of a race's parts: sums across and along, and the best momentum."""

from dataclasses import replace

import numpy as np
import pytest

from optcore.descent.disturbance import GradientNoise
from optcore.descent.loop import descend
from optcore.descent.schedules import Constant
from optcore.optimizers import Adam, GradientDescent, Momentum
from optcore.surfaces import Ravine, Saddle
from ui.race.choices import Conditions, Race
from ui.race.facts import facts

START, STEPS = (-2.0, 1.5), 12


def told(*optimizers, surface=None):
    surface = surface or Ravine(condition=30.0, rotation=0.0)
    conditions = Conditions(Constant(), None, GradientNoise())
    race = Race(surface, optimizers, START, STEPS, 1e-3, conditions)
    return facts(race, {each.name: descend(surface, each, START, STEPS) for each in optimizers})


def test_sums_of_the_gradients_that_were_followed():
    """Without a rotation x is along, and y, 30 times as steep, across."""
    rate = 0.05
    found = told(GradientDescent(learning_rate=rate))
    x = -2.0 * (1 - rate) ** np.arange(STEPS)
    y = 30 * 1.5 * (1 - 30 * rate) ** np.arange(STEPS)
    own = {name.split(".")[1]: value for name, value in found.items() if "." in name}
    assert own["sum_along"] == pytest.approx(abs(x.sum()))
    assert own["sum_across"] == pytest.approx(abs(y.sum()))
    assert own["sizes_across"] == pytest.approx(np.abs(y).sum())
    assert own["adds_up"] == "along"
    assert own["turn_1"] == pytest.approx(np.degrees(np.arctan(45 / 2)))
    assert (own["gradient_x"], own["gradient_y"]) == pytest.approx((2.0, 45.0))
    assert (own["effective_x"], own["effective_y"]) == pytest.approx((rate, rate))


def test_adams_first_step_gives_each_coordinate_a_rate_of_its_own():
    found = told(Adam(learning_rate=0.3))
    assert found["adam.first_degrees"] == pytest.approx(45)
    assert found["adam.effective_x"] == pytest.approx(0.15)
    assert found["adam.effective_y"] == pytest.approx(0.3 / 45)


@pytest.mark.parametrize("rate", [0.01, 0.03, 0.06])
@pytest.mark.parametrize("condition", [5.0, 50.0])
def test_the_best_momentum_has_the_smallest_spectral_radius(rate, condition):
    """By the eigenvalues of the step that takes (position, last position) on, on a fine grid."""
    momentum = Momentum(learning_rate=rate)
    best = told(momentum, surface=Ravine(condition=condition))["momentum.best_momentum"]

    def radius(mu: float) -> float:
        steps = [np.array([[1 + mu - rate * bend, -mu], [1, 0]]) for bend in (1.0, condition)]
        return max(np.abs(np.linalg.eigvals(step)).max() for step in steps)

    grid = np.linspace(0, 0.999, 2000)
    assert radius(best) <= min(map(radius, grid)) + 2e-3
    assert replace(momentum, momentum=best)


def test_where_a_direction_falls_away_no_momentum_is_best():
    assert told(Momentum(), surface=Saddle())["momentum.best_momentum"] is None
