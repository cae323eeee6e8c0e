"""The microscope: the steps, what floats make of a function near x, and both ends of a secant."""

import math
from decimal import Decimal, getcontext
from fractions import Fraction

import numpy as np
import pytest

from optcore.derivatives.differences import BACKWARD, CENTRAL, FORWARD
from optcore.derivatives.error_curve import error_curve
from optcore.derivatives.microscope import (
    height_at_x,
    lattice,
    look_at_ends,
    look_closely,
    nearest_step,
    step_grid,
)
from optcore.formula.functions import EXP, FUNCTIONS, SINE, TANH

GRID = step_grid()
WIDER = np.finfo(np.longdouble).eps < np.finfo(np.float64).eps
needs_wider = pytest.mark.skipif(not WIDER, reason="no float here is wider than float64")
every_function = pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.name)
both_floats = pytest.mark.parametrize("dtype", [np.float32, np.float64])


def test_the_grid_has_sixteen_steps_a_decade_and_every_power_of_ten():
    grid = step_grid()
    assert len(grid) == 257
    assert (np.diff(grid) < 0).all()
    assert [grid[16 * k] for k in range(17)] == [float(f"1e-{k}") for k in range(17)]
    assert all(float(f"{h:.2e}") == h for h in grid)


@pytest.mark.parametrize("own", [3e-7, 1.0, 1e-16, 0.123456])
def test_a_typed_h_is_on_the_grid_as_it_was_typed(own):
    grid = step_grid(own)
    assert grid[nearest_step(grid, own)] == own
    assert (np.diff(grid) < 0).all()
    assert len(grid) == len(GRID)


@both_floats
@every_function
def test_central_estimates_are_whole_multiples_of_the_lattice(function, dtype):
    """In exact rational arithmetic, wherever the function has values on both sides."""
    x, h = dtype(function.x), GRID[::5].astype(dtype)
    with np.errstate(all="ignore"):
        values = [np.float64(function.value(x + side * h)) for side in (1, -1)]
    for up, down, step, grain in zip(*values, h, lattice(function, x, h), strict=True):
        if math.isfinite(up) and math.isfinite(down) and grain > 1e-280:
            estimate = (Fraction(up) - Fraction(down)) / (2 * Fraction(float(step)))
            multiple = estimate / Fraction(grain)
            assert abs(multiple - round(multiple)) < Fraction(1, 10**6) * max(1, abs(multiple))


@both_floats
def test_the_microscope_straightens_a_curve_and_then_breaks_it_into_steps(dtype):
    seen = look_closely(SINE, 1.0, GRID, dtype)
    assert seen.rise.shape == (257, len(seen.across))
    line = math.cos(1.0) * seen.across
    apart = np.max(np.abs(seen.rise - line), axis=1)
    smooth, best, broken = (nearest_step(GRID, h) for h in (1, 1e-3, 1e-7 if dtype is np.float32
                                                           else 1e-15))  # fmt: skip
    assert apart[smooth] > 0.5
    assert apart[best] < 3e-3
    assert apart[broken] > 0.1
    levels = len(np.unique(seen.rise[broken]))
    assert levels < 40 < len(np.unique(seen.rise[best]))


def test_the_microscope_looks_at_exactly_the_points_that_the_rules_use():
    seen = look_closely(SINE, 1.0, GRID)
    left, middle, right = np.searchsorted(seen.across, [-1, 0, 1])
    assert list(seen.across[[left, middle, right]]) == [-1, 0, 1]
    forward, backward, central = (
        error_curve(rule, SINE, SINE.x, GRID) for rule in (FORWARD, BACKWARD, CENTRAL)
    )
    assert seen.rise[:, right] == pytest.approx(forward.estimate, rel=1e-15)
    assert -seen.rise[:, left] == pytest.approx(backward.estimate, rel=1e-15)
    middle_slope = (seen.rise[:, right] - seen.rise[:, left]) / 2
    assert middle_slope == pytest.approx(central.estimate, rel=1e-12)


def exact_exp(x: float) -> Decimal:
    """By Taylor's series with 50 digits."""
    getcontext().prec = 50
    term = total = Decimal(1)
    for at in range(1, 80):
        term *= Decimal(x) / at
        total += term
    return total


@needs_wider
def test_where_f_lies_between_floats_is_what_fifty_digits_say():
    seen = look_at_ends(EXP, 0.3, GRID[::16], (-1, 1))
    for row, h in enumerate(GRID[::16]):
        for column, side in enumerate((-1, 1)):
            place = 0.3 + side * h
            value = float(np.exp(place))
            away = (exact_exp(place) - Decimal(value)) / Decimal(float(np.spacing(value)))
            assert seen.exact[row, column] == pytest.approx(float(away), abs=2e-3)


@needs_wider
def test_the_tangent_comes_within_one_float_at_about_the_root_of_eps():
    """Taylor: the tangent is h^2 f''/2 away, which is one float at 1e-8 or so."""
    seen = look_at_ends(EXP, 0.0, GRID, (0, 1))
    away = np.abs(seen.tangent - seen.exact)[:, 1]
    bend = GRID**2 / 2 / np.spacing(np.exp(GRID))
    np.testing.assert_allclose(away[GRID > 1e-6], bend[GRID > 1e-6], rtol=0.6)
    assert np.all(away[GRID <= 1e-8] < 1)
    assert np.all(away[GRID >= 3e-8] > 1)


@needs_wider
def test_the_tangent_passes_below_a_hollow_curve():
    """Half to the right of 1 the tangent of e^x is at 3e/2, in units of floats near e^1.5."""
    seen = look_at_ends(EXP, 1.0, np.array([0.5]), (0, 1))
    below = (1.5 * math.e - math.exp(1.5)) / np.spacing(math.exp(1.5))
    np.testing.assert_allclose(seen.tangent, [[0, below]], rtol=1e-12, atol=1)


@pytest.mark.parametrize(("rule", "sides"), [(FORWARD, (0, 1)), (CENTRAL, (-1, 1))])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_floats_between_the_ends_are_counted_and_one_more_turns_the_slope(dtype, rule, sides):
    h = GRID[(GRID < 0.1) & (100 * np.finfo(dtype).eps < GRID)].astype(dtype)
    seen = look_at_ends(SINE, 1.0, h, sides, dtype)
    curve = error_curve(rule, SINE, 1.0, h, dtype)
    np.testing.assert_allclose(seen.apart * seen.turn, np.abs(curve.estimate), rtol=1e-4)
    assert np.all(seen.apart == np.round(seen.apart))


def test_where_f_is_0_the_other_end_says_how_fine_floats_are():
    """Floats at 0 lie 5e-324 apart, and no difference is known so well."""
    seen = look_at_ends(TANH, 0.0, GRID, (0, 1))
    np.testing.assert_allclose(seen.turn * GRID, np.spacing(np.tanh(GRID)))


def test_in_float32_what_floats_say_is_measured_with_float64():
    seen = look_at_ends(SINE, 1.0, GRID[:100], (-1, 1), np.float32)
    assert np.nanmax(np.abs(seen.exact)) < 2
    assert np.median(np.abs(seen.exact)) > 0.05


def test_a_secant_passes_x_at_f_or_halfway_between_its_ends():
    h = np.array([0.5, 0.125])
    for rule in (FORWARD, BACKWARD):
        np.testing.assert_array_equal(height_at_x(rule, EXP, 1.0, h), [math.e, math.e])
    # (e^(1 + h) + e^(1 - h)) / 2 = e cosh h
    np.testing.assert_allclose(height_at_x(CENTRAL, EXP, 1.0, h), math.e * np.cosh(h), rtol=1e-15)


def test_the_microscope_reaches_2_4_h_by_twentyfifths():
    seen = look_closely(SINE, 1.0, np.array([0.1]))
    np.testing.assert_allclose(seen.across[[0, -1]], [-2.4, 2.4], rtol=1e-15)
    np.testing.assert_allclose(np.diff(seen.across), 1 / 25, rtol=1e-12)


def test_the_lattice_by_hand():
    """e^-h is above 1/2, where floats lie eps/2 apart; over 2h = 1, 1/2 and 1/8."""
    found = lattice(EXP, np.float64(0), np.array([0.5, 0.25, 0.0625]))
    expected = np.finfo(float).eps * np.array([0.5, 1.0, 4.0])
    np.testing.assert_array_equal(found, expected)
    found = lattice(lambda x: np.exp(-x), np.float64(0), np.array([0.5, 0.25, 0.0625]))
    np.testing.assert_array_equal(found, expected)
