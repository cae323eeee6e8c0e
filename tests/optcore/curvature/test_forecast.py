"""The Taylor model and the forecast of a step, against closed forms and the complex step."""

from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest

from optcore.curvature import forecast, taylor_model
from optcore.curvature.forecast import Forecast
from optcore.curvature.model import TaylorModel
from optcore.descent import descend
from optcore.formula import formula_surface
from optcore.optimizers import GradientDescent
from optcore.surfaces import (
    SURFACES,
    Booth,
    Bowl,
    Diamond,
    GoldsteinPrice,
    MonkeySaddle,
    NoMinimum,
    Ravine,
    Rosenbrock,
    Saddle,
)

SMOOTH = [surface for surface in SURFACES if surface.smooth]
PLACES = np.random.default_rng(2).uniform(-1, 1, (5, 2))
BENT = [surface for surface in SMOOTH if np.ptp(surface.hessian(PLACES), axis=0).any()]
every_smooth = pytest.mark.parametrize("surface", SMOOTH, ids=lambda s: s.name)


class Quadratic:
    """x' A x / 2 + b'x in any number of dimensions."""

    def __init__(self, matrix, slope):
        self.matrix, self.slope = np.asarray(matrix, float), np.asarray(slope, float)

    def value(self, point):
        return 0.5 * np.einsum("...i,ij,...j", point, self.matrix, point) + point @ self.slope

    def grad(self, point):
        return point @ self.matrix + self.slope

    def hessian(self, point):
        return np.broadcast_to(self.matrix, (*point.shape, point.shape[-1]))


class Line:
    """A function of one variable, by its value, slope and bend there."""

    def __init__(self, value, slope, bend=lambda x: 0 * x):
        self.of = value, slope, bend

    def value(self, point):
        return self.of[0](point[..., 0])

    def grad(self, point):
        return self.of[1](point)

    def hessian(self, point):
        return self.of[2](point)[..., None]


def test_rosenbrock_from_the_usual_start():
    """g = (-215.6, -88), H = [[1330, 480], [480, 200]], by hand."""
    found = forecast(Rosenbrock(), (-1.2, 1.0), 1e-4)
    assert found.model.squared_slope == pytest.approx(54227.36, rel=1e-12)
    assert found.model.gradient_bend == pytest.approx(81585556.8, rel=1e-12)
    assert found.best_rate == pytest.approx(6.646686e-4, rel=1e-6)
    assert found.break_even == pytest.approx(2 * 54227.36 / 81585556.8, rel=1e-12)
    assert found.first_order == pytest.approx(-5.422736, rel=1e-12)
    assert found.second_order == pytest.approx(0.407927784, rel=1e-12)
    # By whole numbers: from x = -12/10, y = 1 by 10^-4 times (2156, 880) / 10.
    x, y = Fraction(-12, 10) + Fraction(2156, 10**5), 1 + Fraction(880, 10**5)
    change = (1 - x) ** 2 + 100 * (y - x * x) ** 2 - Fraction(242, 10)
    assert found.measured == pytest.approx(float(change), rel=1e-12)


@pytest.mark.parametrize("surface", BENT, ids=lambda s: s.name)
def test_what_both_orders_leave_over_falls_eightfold_when_the_rate_is_halved(surface):
    """The remainder is of third order: -rate^3 / 6 times the third derivative along g."""
    point = np.array(surface.start)
    found = forecast(surface, point, 1.0)
    reach = 1e-2 / np.sqrt(found.model.squared_slope)
    rates = reach * np.array([1.0, 0.5])
    wide = forecast(surface, point.astype(np.longdouble), rates)
    steps = point.astype(np.longdouble) - rates[:, None] * surface.grad(point.astype(np.longdouble))
    measured = surface.value(steps) - surface.value(point.astype(np.longdouble))
    left = np.abs(measured - wide.predicted).astype(float)
    assert left[0] / left[1] == pytest.approx(8, rel=0.08)


@every_smooth
def test_the_model_is_that_of_the_complex_step(surface):
    point, h = np.array(surface.start), 1e-30
    model = taylor_model(surface, point)
    direction = np.array([0.6, -0.8])
    slope = surface.value(point + 1j * h * direction).imag / h
    bend = direction @ surface.grad(point + 1j * h * direction).imag / h
    step = 0.25 * direction
    assert model.linear(step) == pytest.approx(surface.value(point) + 0.25 * slope, rel=1e-12)
    assert model.quadratic(step) - model.linear(step) == pytest.approx(
        0.03125 * bend, rel=1e-10, abs=1e-15
    )
    turned = model.eigenvectors @ np.diag(model.eigenvalues) @ model.eigenvectors.T
    np.testing.assert_allclose(turned, model.hessian, atol=1e-12 * np.abs(model.hessian).max())


def test_on_a_quadratic_forecast_and_truth_are_the_same():
    rng = np.random.default_rng(3)
    half = rng.standard_normal((5, 5))
    objective = Quadratic(half @ half.T, rng.standard_normal(5))
    points = rng.standard_normal((7, 1, 5))
    found = forecast(objective, points, np.array([1e-3, 1e-2, 1e-1, 1.0]))
    assert found.measured.shape == (7, 4)
    np.testing.assert_allclose(found.measured, found.predicted, rtol=1e-9, atol=1e-10)
    np.testing.assert_allclose(found.true_best_rate, found.best_rate, rtol=1e-9)
    np.testing.assert_allclose(found.true_break_even, found.break_even, rtol=1e-9)
    assert (found.break_even >= found.model.stable_rate - 1e-12).all()


@pytest.mark.parametrize("surface", [Booth(), Bowl(), Ravine()], ids=lambda s: s.name)
def test_a_step_at_the_break_even_rate_of_a_quadratic_changes_nothing(surface):
    even = forecast(surface, surface.start, 1.0).break_even
    there = forecast(surface, surface.start, even)
    assert there.measured == pytest.approx(0, abs=1e-12 * surface.value(np.array(surface.start)))
    assert forecast(surface, surface.start, 1.001 * even).climbs
    assert not forecast(surface, surface.start, 0.999 * even).climbs


def test_a_step_climbs_below_the_limit_and_another_falls_above_it():
    """The limit 2 / sharpness is the worst case of a quadratic, and of nothing else."""
    hilly = GoldsteinPrice()
    found = forecast(hilly, hilly.start, 1.0)
    even, limit = float(found.true_break_even), float(found.model.stable_rate)
    assert even < 0.9 * limit
    assert forecast(hilly, hilly.start, 0.5 * (even + limit)).climbs
    ravine = Ravine(condition=100.0, rotation=0.0)
    along = forecast(ravine, (-2.0, 0.001), 0.5)
    assert along.learning_rate > 10 * along.model.stable_rate
    assert not along.climbs


def test_true_rates_are_the_roots_of_the_loss_along_the_gradient():
    """Along the gradient of x^4 / 4 from 1 the loss is (1 - r)^4 / 4: best 1, even 2."""

    quartic = Line(lambda x: 0.25 * x**4, lambda x: x**3, lambda x: 3 * x**2)
    found = forecast(quartic, (1.0,), 0.1)
    # A zero of third order of the slope is known to a cube root of rounding.
    assert found.true_best_rate == pytest.approx(1, abs=1e-4)
    assert found.true_break_even == pytest.approx(2, rel=1e-9)
    assert found.best_rate == pytest.approx(1 / 3)


def test_where_the_loss_falls_for_ever_no_rate_is_best():
    found = forecast(Saddle(), (0.0, 1.0), 0.1)
    assert found.best_rate == found.true_best_rate == found.true_break_even == np.inf
    assert forecast(MonkeySaddle(), (1.2, 0.02), 0.1).true_break_even == np.inf
    assert forecast(NoMinimum(), (-2.0, 0.0), 0.1).true_best_rate == np.inf


def test_at_a_critical_point_there_is_no_rate():
    found = forecast(Bowl(), (0.0, 0.0), 0.1)
    assert found.measured == found.predicted == 0
    assert np.isnan([found.best_rate, found.true_best_rate, found.true_break_even]).all()


def test_a_kink_has_no_bend_but_a_best_rate():
    """|x| + 3 |y| from (1, 1): the first order holds until y = 0 at rate 1/3."""
    found = forecast(Diamond(), (1.0, 1.0), 0.1)
    assert found.second_order == 0
    assert found.best_rate == np.inf
    assert found.true_best_rate == pytest.approx(1 / 3, rel=1e-9)


def test_batches_equal_one_by_one():
    surface = Rosenbrock()
    points = np.array([[-1.2, 1.0], [0.5, 2.0], [1.5, -0.5]])
    rates = np.array([1e-4, 1e-3, 1e-2])
    batch = forecast(surface, points, rates)
    for k in range(3):
        alone = forecast(surface, points[k], rates[k])
        for name in ("first_order", "second_order", "measured", "true_best_rate",
                     "true_break_even", "best_rate"):  # fmt: skip
            assert getattr(batch, name)[k] == pytest.approx(getattr(alone, name), rel=1e-12)


@pytest.mark.parametrize("scale", [0.1, 1.0, 30.0])
def test_the_stable_rate_is_2_over_the_sharpness(scale):
    model = taylor_model(formula_surface(f"{scale} * (x^2 + y^2 / 3)"), (1.0, 2.0))
    assert model.stable_rate == pytest.approx(1 / scale)
    assert forecast(formula_surface(f"{scale} * (x^2 + y^2)"), (0.1, 0.2), 1.0).best_rate == (
        pytest.approx(0.5 / scale)
    )
    hill = formula_surface(f"-{scale} * (x^2 + y^2)")
    assert taylor_model(hill, (1.0, 2.0)).stable_rate == np.inf


def test_a_bend_of_minus_0_is_none():
    flat = SimpleNamespace(squared_slope=np.array(4.0), gradient_bend=np.array(-0.0))
    assert Forecast(Bowl(), flat, np.array(0.1)).best_rate == np.inf
    flat = TaylorModel(np.zeros(1), np.zeros(()), np.ones(1), -np.zeros((1, 1)))
    assert flat.stable_rate == np.inf


def test_the_curvature_along_a_gradient_is_the_bend_of_its_direction():
    """Of x^2 + y^2 / 8 along (2, 1): 4 parts of 2 and one of 1/4."""
    model = taylor_model(formula_surface("x^2 + y^2 / 8"), (1.0, 4.0))
    np.testing.assert_array_equal(model.grad, (2, 1))
    assert model.gradient_curvature == 8.25 / 5


@pytest.mark.parametrize("rate", [0.0, -1.0, np.nan, np.inf])
def test_a_rate_that_is_none_gets_a_sentence(rate):
    with pytest.raises(ValueError, match="learning rate"):
        forecast(Bowl(), (1.0, 1.0), rate)


def test_a_point_that_is_none_gets_a_sentence():
    with pytest.raises(ValueError, match="finite"):
        taylor_model(Bowl(), (np.nan, 1.0))
    for point in ((1.0,), (1.0, 2.0, 3.0)):
        with pytest.raises(ValueError, match="a point here has 2 coordinates"):
            taylor_model(Bowl(), point)
        with pytest.raises(ValueError, match="a point here has 2 coordinates"):
            descend(Bowl(), GradientDescent(), point, 5)


def test_true_rates_are_known_to_the_last_digits():
    """k x^2 / 2 from 1 is lowest at rate 1 / k and even at 2 / k, whatever k."""
    for k in [1, *np.random.default_rng(4).uniform(0.1, 10, 40)]:
        bowl = Line(lambda x, k=k: 0.5 * k * x**2, lambda x, k=k: k * x, lambda x, k=k: k + 0 * x)
        found = forecast(bowl, (1.0,), 0.1)
        assert found.true_best_rate == pytest.approx(1 / k, rel=1e-15, abs=0)
        if k == 1:
            assert (found.true_best_rate, found.true_break_even) == (1, 2)
        assert found.true_break_even == pytest.approx(2 / k, rel=2e-15, abs=0)


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
def test_true_rates_are_looked_for_from_a_thousandth_of_the_landscape_to_a_thousand(scale):
    """The landscape of a function without a window, seen from 0, is 1 wide."""
    for place in (0.002, 1.0, 300.0):
        wedge = Line(lambda x, at=place: scale * np.abs(x - at),
                     lambda x, at=place: scale * np.sign(x - at))  # fmt: skip
        found = forecast(wedge, (0.0,), 0.1)
        assert found.true_best_rate == pytest.approx(place / scale, rel=1e-12)
        assert found.true_break_even == pytest.approx(2 * place / scale, rel=1e-12)
    found = forecast(Line(lambda x: scale * np.abs(x - 700), lambda x: scale * np.sign(x - 700)),
                     (0.0,), 0.1)  # fmt: skip
    assert found.true_best_rate == pytest.approx(700 / scale, rel=1e-12)
    assert found.true_break_even == np.inf


def test_the_landscape_is_as_wide_as_its_point_is_far_from_0():
    """From 4 a thousand landscapes are 4,000: a floor 3,000 away is seen, its break-even not."""
    wedge = Line(lambda x: np.abs(x - 3004), lambda x: np.sign(x - 3004))
    found = forecast(wedge, (4.0,), 0.1)
    assert found.true_best_rate == pytest.approx(3000, rel=1e-12)
    assert found.true_break_even == np.inf


def test_a_step_to_a_plateau_as_high_as_its_start_lowers_nothing():
    trough = Line(lambda x: np.minimum(np.abs(x - 1), 0.5), lambda x: np.sign(x - 1))
    assert forecast(trough, (0.5,), 0.1).true_break_even == pytest.approx(1, rel=1e-15)
    assert not forecast(trough, (0.5,), 2.0).climbs


def test_from_the_floor_of_a_kink_every_step_climbs():
    found = forecast(Line(np.abs, lambda x: 1 + 0 * x), (0.0,), 0.1)
    assert found.climbs
    assert np.isnan([found.true_best_rate, found.true_break_even]).all()
