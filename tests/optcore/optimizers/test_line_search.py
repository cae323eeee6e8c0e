"""Where a search looks: its first trial, the next ones, and when it ends."""

import numpy as np
import pytest
from stepping import Quadratic, look_at, run

from optcore.formula import formula_surface
from optcore.objective import Look
from optcore.optimizers import BFGS, ConjugateGradient, LineSearch
from optcore.optimizers.wolfe import next_rate, wolfe_rate
from optcore.surfaces import Himmelblau

SEARCHES = (LineSearch(), ConjugateGradient(), BFGS())


def test_a_line_search_of_a_parabola_finds_its_minimum():
    """The cubic through two ends of a parabola is the parabola: one trial, one interpolation."""
    optimizer = LineSearch(curvature=1e-3)
    points, memories = run(optimizer, Quadratic([[2.0]]), [10.0], 1)
    assert memories[1]["rate"][0] == pytest.approx(0.5, rel=1e-12)
    assert points[1, 0] == pytest.approx(0.0, abs=1e-12)


def test_a_direction_that_does_not_descend_is_not_taken():
    surface = Himmelblau()
    point = np.array([0.5, 0.5])
    look = look_at(surface, point)
    one = np.ones(1)
    assert wolfe_rate(look, look.grad, one, 1e-4, 0.1).tolist() == [0.0]
    assert wolfe_rate(look, -look.grad, one, 1e-4, 0.1)[0] > 0
    # Noise may turn the gradient seen around: the values then hold the step back.
    turned = Look(surface, point, look.value, -look.grad)
    step, _ = LineSearch().update(turned, LineSearch().init(point))
    np.testing.assert_allclose(step, [0.0, 0.0], atol=1e-12)


class Line:
    """A function of one variable that counts how often its value is asked for."""

    def __init__(self, value, slope):
        self.function, self.slope, self.asked = value, slope, 0

    def value(self, point):
        self.asked += 1
        return self.function(point[..., 0])

    def grad(self, point):
        return self.slope(point)

    def rate(self, start, slope, first=1.0, along=1.0, constants=(1e-4, 0.1)):
        """How far the search goes along a direction if it is told this slope at the start."""
        point = np.array([start])
        look = Look(self, point, np.asarray(self.function(start)), np.array([slope]))
        return wolfe_rate(look, np.array([along]), np.array([first]), *constants)[0]


class Watched:
    """A quadratic that writes down where its value is asked for."""

    def __init__(self, *args):
        self.quadratic, self.asked = Quadratic(*args), []

    def value(self, point):
        self.asked.append(np.array(point))
        return self.quadratic.value(point)

    def grad(self, point):
        return self.quadratic.grad(point)

    def look(self, point):
        return Look(self, point, self.quadratic.value(point), self.grad(point))

    def first_trial(self, optimizer, point, memory):
        """The point that an update looks at first."""
        optimizer.update(self.look(point), {**optimizer.init(point), **memory})
        return self.asked[0].tolist()


@pytest.mark.parametrize(
    ("rate", "slope", "trial"),
    [
        (0.25, -8.0, 4 - 0.5 * 4),  # twice as steep before, twice the rate now
        (0.25, -100.0, 4 - 2.5 * 4),  # but at most ten times
        (0.01, -8.0, 4 - 0.02 * 4),
        (0.0, -8.0, 3.0),  # no step before, or one uphill, says nothing: a unit of length
        (0.25, 8.0, 3.0),
        (0.0, 0.0, 3.0),
    ],
)
def test_a_search_starts_from_the_decrease_of_the_last_step(rate, slope, trial):
    """On x^2 / 2 from 4, where the gradient is 4 and the slope along its opposite -16."""
    memory = {"rate": np.array([rate]), "slope": np.array([4 * slope])}
    found = Watched([[1.0]]).first_trial(LineSearch(), np.array([4.0]), memory)
    assert found == [pytest.approx(trial)]


def test_a_level_direction_does_not_descend():
    falling = Line(lambda x: -(x**2), lambda x: -2 * x)
    assert falling.rate(0.0, slope=0.0) == 0
    assert falling.rate(0.0, slope=-1e-3) > 0


def test_a_search_ends_where_the_point_no_longer_moves():
    """Beyond a kink all is higher: each trial halves the way, until it is below the spacing."""
    wall = Line(lambda x: np.abs(x - 1e10), np.sign)
    assert wall.rate(1e10, slope=-1.0, first=1e-5) == 0
    assert 1 < wall.asked < 10


def test_a_search_ends_where_the_best_point_no_longer_moves():
    """Spacing is 2e-6 here and the kink a thousandth away: doubling, then halving finds it."""
    kink = Line(lambda x: 3 + np.abs(x - 1e10 - 1e-3), lambda x: np.sign(x - 1e10 - 1e-3))
    rate = kink.rate(1e10, slope=-1.0, first=1e-4)
    assert rate == pytest.approx(1e-3, abs=4e-6)
    assert kink.asked < 19
    # The same in steps of 2^-20 along a direction 2^20 long.
    long = Line(kink.function, lambda x: np.sign(x - 1e10 - 1e-3))
    assert long.rate(1e10, -1.0, 1e-4 * 2.0**-20, 2.0**20) * 2.0**20 == rate
    assert long.asked == kink.asked
    # From 1 the next float is 2e-16 up and 1e-16 down: less than half of the way up is no move.
    # The cubic from a kink to a place as far up as its slope says is lowest at this share.
    share = 1 - (4 + 10**0.5) / (2 + 2 * 10**0.5)
    wall = Line(lambda x: np.abs(x - 1), np.sign)
    assert wall.rate(1.0, slope=-1.0, first=8e-17 / share**5) == 0
    assert wall.asked == 5


def test_what_equals_a_bound_of_wolfe_is_accepted():
    """-x / 4, told to fall by 1: with both constants 1/4 every rate is just good enough."""
    line = Line(lambda x: -x / 4, lambda x: np.full_like(x, -0.25))
    assert line.rate(0.0, slope=-1.0, constants=(0.25, 0.25)) == 1
    assert line.asked == 1
    # Where more is asked for, no rate is.
    assert line.rate(0.0, slope=-1.0, constants=(0.2501, 0.5)) == 0


def test_a_decrease_that_equals_rounding_is_not_looked_for():
    """Of a loss of 1 rounding is 2^-46."""
    wall = Line(lambda x: np.where(x > 0, np.inf, 1.0), np.ones_like)
    assert wall.rate(0.0, slope=-(2.0**-46)) == 0
    assert wall.asked == 1
    assert wall.rate(0.0, slope=-1.01 * 2.0**-46) == 0
    assert wall.asked == 3


def test_a_decrease_below_rounding_is_not_looked_for():
    wall = Line(lambda x: 1.0 + (x > 0), lambda x: np.zeros_like(x) + 1.0)
    assert wall.rate(0.0, slope=-1e-15) == 0
    assert wall.asked == 1
    steep = Line(lambda x: 1.0 + (x > 0), lambda x: np.zeros_like(x) + 1.0)
    assert steep.rate(0.0, slope=-1e-3) == 0
    assert steep.asked > 5


def test_the_next_trial():
    """Twice as far; the minimum of the cubic; where that lies at an end, a tenth or the middle."""
    start, nowhere = (0.0, 0.0, -1.0), (np.inf,) * 3
    assert next_rate((3.0, 0.0, -1.0), nowhere) == 6.0
    # x^3 - x has its minimum at 1 / sqrt(3), and any cubic is met exactly.
    assert next_rate(start, (2.0, 6.0, 11.0)) == pytest.approx(3**-0.5, rel=1e-12)
    back = next_rate((2.0, 6.0, 11.0), start)
    assert back == pytest.approx(3**-0.5, rel=1e-12)
    # The minimum of (x - 0.01)^2 and of (x - 0.99)^2 lie within a twentieth of an end.
    assert next_rate((0.0, 1e-4, -0.02), (1.0, 0.9801, 1.98)) == 0.1
    assert next_rate((0.0, 0.9801, -1.98), (1.0, 1e-4, 0.02)) == 0.5
    with np.errstate(invalid="ignore"):
        assert next_rate((1.0, 0.0, -1.0), (2.0, np.inf, 1.0)) == pytest.approx(1.1)


def test_bfgs_tries_its_full_step_once_it_has_learned_and_before_that_a_unit_of_length():
    point, pair = np.array([4.0]), {"displacement": np.array([-1.0]), "updates": np.zeros(1),
                                    "previous_grad": np.array([5.0])}  # fmt: skip
    assert Watched([[1.0]]).first_trial(BFGS(), point, {}) == [3.0]
    assert Watched([[1.0]]).first_trial(BFGS(), point, pair) == [0.0]
    # Where the slope is 1/4 a unit of length is more than the rate of 1 that is taken at most.
    assert Watched([[0.25]]).first_trial(BFGS(), np.array([1.0]), {}) == [0.75]
    assert Watched([[0.25]]).first_trial(LineSearch(), np.array([1.0]), {}) == [0.75]


def test_bfgs_forgets_what_sends_it_uphill_and_goes_straight_down():
    """Of two starts the first has learned a direction that climbs: it alone begins anew."""
    optimizer, points = BFGS(), np.array([[1.0, 0.0], [1.0, 0.0]])
    memory = {**optimizer.init(points), "updates": np.ones((2, 1)),
              "inverse_hessian": np.stack([np.diag([-1.0, 1.0]), 0.5 * np.eye(2)])}  # fmt: skip
    watched = Watched(2 * np.eye(2))
    step, after = optimizer.update(watched.look(points), memory)
    np.testing.assert_array_equal(step, [[-1.0, 0.0], [-1.0, 0.0]])
    np.testing.assert_array_equal(after["direction"], [[-2.0, 0.0], [-1.0, 0.0]])
    np.testing.assert_array_equal(after["updates"], [[0.0], [1.0]])
    np.testing.assert_array_equal(after["inverse_hessian"], [np.eye(2), 0.5 * np.eye(2)])
    # One trial of the step that was learned, one of a unit of length.
    assert len(watched.asked) == 2


def test_bfgs_does_not_search_twice_before_it_has_learned():
    wall = Line(lambda x: np.abs(x - 1), np.sign)
    look = Look(wall, np.array([1.0]), np.array(0.0), np.array([-1.0]))
    asked = []
    for optimizer in (BFGS(), LineSearch()):
        wall.asked = 0
        optimizer.update(look, optimizer.init(look.point))
        asked.append(wall.asked)
    assert asked[0] == asked[1] > 10


@pytest.mark.parametrize("method", SEARCHES, ids=lambda each: each.name)
def test_a_first_trial_is_one_unit_long_where_the_slope_is_steep(method):
    """On 3 sqrt(1 + x^2) from 1.05 a step of 1 falls enough and lands where the slope is 0.15 of
    2.17: it is taken as it is."""
    points, _ = run(method, formula_surface("3*sqrt(1 + x^2 + y^2)"), (1.05, 0.0), 1)
    np.testing.assert_allclose(points[1], [0.05, 0.0], atol=1e-15)
