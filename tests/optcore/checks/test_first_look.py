"""What the first look is doubted for: noise, truncation, kinks, each by the worst components."""

from types import SimpleNamespace

import numpy as np
import pytest

from optcore.checks.first_look import CANCELLED, FEW, MANY, FirstLook, first_look
from optcore.checks.kinks import Crossing
from optcore.checks.measurement import GRAD_ROUNDING, VALUE_ROUNDING, Measurement
from optcore.derivatives.differences import CENTRAL, FIVE_POINT, FORWARD
from optcore.pieces import finish

EPS = np.finfo(float).eps


def look(objective=None, rule=CENTRAL, value=1.0, noise=EPS, h=0.5, **errors):
    """A first look at components that differ by `difference`, and may by the other errors."""
    errors = {name: np.atleast_1d(error) for name, error in errors.items()}
    difference = errors["difference"]
    size = len(difference)
    zero = np.zeros(size)
    numeric = SimpleNamespace(value=value, noise=noise, h=np.full(size, h))
    measured = Measurement("", zero, difference, errors.get("rounding", zero), zero)
    return FirstLook(
        objective, zero, rule, numeric, measured,
        errors.get("roundoff", zero), errors.get("truncation", zero),
    )  # fmt: skip


def cause(**given):
    return look(**given).cause(slice(0, 1), given.get("noise", EPS) / EPS)


def test_a_difference_above_all_rounding_is_truncation():
    assert cause(difference=1.01, roundoff=0.75, rounding=0.25) == "truncation"
    assert cause(difference=1.0, roundoff=0.75, rounding=0.25) == "round-off"


@pytest.mark.parametrize("h", [0.25, 2.0])
@pytest.mark.parametrize(("rule", "amplified"), [(CENTRAL, 1.0), (FORWARD, 2.0)])
def test_noise_that_was_heard_can_make_as_much_as_the_rule_makes_of_it(h, rule, amplified):
    """C times the rule's amplification times the noise over h, here of a value of 4."""
    noise = 4 * EPS
    made = VALUE_ROUNDING * amplified * 4 * noise / h
    given = {"rule": rule, "value": 4.0, "noise": noise, "h": h}
    assert cause(difference=1.01 * made, **given) == "truncation"
    assert cause(difference=0.99 * made, **given) == "round-off"


def test_richardson_says_truncation_where_it_is_more_than_round_off():
    small = {"difference": 0.0, "roundoff": 0.5, "rounding": 0.25}
    assert cause(truncation=0.76, **small) == "truncation"
    assert cause(truncation=0.75, **small) == "round-off"


def test_values_that_scatter_by_more_than_a_few_roundings_have_lost_digits():
    found = look(difference=0.0)
    assert found.rounding_cause(CANCELLED) == "round-off"
    assert found.rounding_cause(np.nextafter(CANCELLED, 9)) == "cancellation"
    assert found.cause(slice(0, 1), 2 * CANCELLED) == "cancellation"


def test_noise_is_told_in_roundings_of_the_value_and_never_less_than_one():
    """Of a straight line nine values tell 0; of t^4 with t in steps of h/2 they tell 24 (h/2)^4."""
    line = SimpleNamespace(value=lambda points: points[..., 0])
    power = SimpleNamespace(value=lambda points: points[..., 0] ** 4)
    whole = slice(0, 1)
    assert look(line, value=0.0, noise=0.0, difference=0.0).noise(whole) == 1
    assert look(line, value=-2.0, noise=0.0, difference=0.0).noise(whole) == 1
    assert look(line, value=-2.0, noise=6 * EPS, difference=0.0).noise(whole) == 3
    heard = 24 * 0.25**4 / 70**0.5
    assert look(power, value=2.0, difference=0.0).noise(whole) == pytest.approx(heard / (2 * EPS))


class Asked:
    """An objective that notes which components it is asked of and how far they are moved."""

    def __init__(self):
        self.asked = []

    def kinks_crossed(self, point, index, h):
        self.asked.append((index, h))
        return [Crossing(index, gap=-float(index))]

    def values_shifted(self, point, indices, moves):
        self.asked += list(indices)
        return np.zeros(len(indices))


@pytest.mark.parametrize(("rule", "reach"), [(CENTRAL, 2), (FIVE_POINT, 4)])
def test_the_worst_components_are_looked_at_for_kinks_as_far_as_2h_reaches(rule, reach):
    asked, size = Asked(), MANY + 6
    found = look(asked, rule, difference=np.arange(1.0, size + 1))
    found.measured.numeric[5] = np.nan
    crossings = found.kinks(slice(2, size))
    worst = [5, *range(size - 1, 6, -1)][:MANY]
    assert asked.asked == [(index, reach * 0.5) for index in worst]
    assert [crossing.index for crossing in crossings] == sorted(worst, reverse=True)
    asked.asked.clear()
    found.noise(slice(2, size))
    assert set(asked.asked) == set(worst[:FEW])


@pytest.mark.parametrize(("rule", "order"), [(FORWARD, 1), (CENTRAL, 2), (FIVE_POINT, 4)])
def test_the_floor_is_made_of_three_errors(rule, order):
    """2 + t^5 at 1: rounding of the sums, of the values over h, and Richardson's truncation."""
    objective = SimpleNamespace(value=lambda points: 2 + points[..., 0] ** 5)
    point, h = np.array([1.0]), np.array([0.25])
    found = finish(first_look(objective, point, rule, h, np.array([-6.0]), {"all": slice(0, 1)}))
    rounding = GRAD_ROUNDING * EPS * 6
    roundoff = VALUE_ROUNDING * rule.roundoff * 3 * EPS / 0.25
    fine, coarse = (rule.estimate(lambda x: x**5, 1.0, step) for step in (0.25, 0.5))
    np.testing.assert_allclose(found.measured.rounding, rounding, rtol=1e-12)
    np.testing.assert_allclose(found.roundoff, roundoff, rtol=1e-12)
    np.testing.assert_allclose(found.truncation, abs(coarse - fine) / (2**order - 1), rtol=1e-9)
    np.testing.assert_allclose(
        found.measured.floor, rounding + found.roundoff + found.truncation, rtol=1e-12
    )
