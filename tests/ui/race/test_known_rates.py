"""The marks on a rate's slider: at a limit a quadratic turns from converging to diverging."""

from dataclasses import replace

import pytest

from optcore.descent.delay import Delay
from optcore.descent.disturbance import GradientNoise
from optcore.descent.loop import descend
from optcore.descent.schedules import Constant
from optcore.descent.sweep import best_rate
from optcore.optimizers import Adam, GradientDescent, Momentum, NesterovMomentum, Newton
from optcore.surfaces import Ravine, Rosenbrock, Saddle
from ui.parameters import slug
from ui.race.choices import Conditions, Race
from ui.race.known_rates import AT_ONCE, BEST, CURVATURE, LIMIT, marks

START = (-2.0, 1.0)


def race(*optimizers, surface=None, steps=200, **given):
    conditions = Conditions(Constant(), None, GradientNoise(), **given)
    return Race(surface or Ravine(), optimizers, START, steps, 1e-3, conditions)


def kinds(found) -> list[str]:
    return [each["kind"] for each in found]


@pytest.mark.parametrize("optimizer", [GradientDescent(), Momentum(), NesterovMomentum()],
                         ids=lambda each: each.name)  # fmt: skip
def test_beyond_its_limit_a_method_diverges_and_below_it_does_not(optimizer):
    found = marks(race(optimizer), settled=True)[f"{slug(optimizer.name)}.learning_rate"]
    (limit,) = [each["at"] for each in found if each["kind"] == LIMIT]
    for share, grows in ((0.99, False), (1.01, True)):
        run = descend(Ravine(), replace(optimizer, learning_rate=share * limit), START, 3000)
        assert (not run.last_value < run.values[0]) == grows
    plain = [each["at"] for each in found if each["kind"] == CURVATURE]
    steepest = Ravine().condition
    assert plain == ([] if isinstance(optimizer, GradientDescent) else [2 / steepest])


def test_the_momentum_that_theory_says_arrives_first_is_marked_on_quadratics():
    rate, surface = 0.02, Ravine(condition=30.0)
    found = marks(race(Momentum(learning_rate=rate), surface=surface), settled=True)
    (mark,) = found["momentum.momentum"]
    ends = {}
    for shift in (-0.1, 0.0, 0.1):
        momentum = Momentum(learning_rate=rate, momentum=mark["at"] + shift)
        run = descend(surface, momentum, START, 150)
        ends[shift] = float(surface.distance_to_minimum(run.last))
    assert min(ends, key=lambda shift: ends[shift]) == 0.0
    for optimizer, ground in ((Momentum(), Rosenbrock()), (NesterovMomentum(), surface)):
        assert len(marks(race(optimizer, surface=ground), settled=True)) == 1


def test_late_gradients_have_a_limit_of_their_own():
    late = Delay(steps=3)
    found = marks(race(GradientDescent(), Momentum(), delay=late), settled=True)
    assert kinds(found["momentum.learning_rate"]) == [BEST]
    (limit,) = [each["at"] for each in found["gradient-descent.learning_rate"]
                if each["kind"] == LIMIT]  # fmt: skip
    for share, grows in ((0.97, False), (1.03, True)):
        descent = GradientDescent(learning_rate=share * limit)
        run = descend(Ravine(), descent, START, 3000, delay=late)
        assert (not run.last_value < run.values[0]) == grows
    makeshift = Delay(steps=3, compensation=0.5)
    found = marks(race(GradientDescent(), delay=makeshift), settled=True)
    assert kinds(found["gradient-descent.learning_rate"]) == [BEST]


def test_the_best_is_the_sweeps_whatever_the_rate_now():
    found = marks(race(Adam(learning_rate=5.0)), settled=True)["adam.learning_rate"]
    assert kinds(found) == [BEST]
    assert found[0]["at"] == best_rate(Ravine(), Adam(), START, 200).best


def test_a_hand_that_moves_waits_for_no_sweep():
    moved = race(Adam(beta1=0.123), surface=Ravine(condition=31.0))
    assert kinds(marks(moved, settled=False)["adam.learning_rate"]) == []
    assert kinds(marks(moved, settled=True)["adam.learning_rate"]) == [BEST]
    assert kinds(marks(moved, settled=False)["adam.learning_rate"]) == [BEST]


def test_a_long_race_waits_for_no_sweep_either():
    long = race(Adam(beta1=0.124), steps=AT_ONCE + 1)
    assert kinds(marks(long, settled=True)["adam.learning_rate"]) == []


def test_who_has_no_rate_has_no_marks_and_uphill_there_is_no_limit():
    assert marks(race(Newton()), settled=True) == {}
    found = marks(race(GradientDescent(), surface=Saddle()), settled=True)
    places = [each["label"] for each in found["gradient-descent.learning_rate"]]
    assert not [place for place in places if "minimum" in place]
