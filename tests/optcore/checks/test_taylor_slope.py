"""The rules of the Taylor test one by one, at their limits."""

import importlib
from dataclasses import replace

import numpy as np
import pytest

from optcore.checks.taylor_slope import (
    BENT,
    CLEAN,
    FIRST,
    JUMP,
    NOISY,
    ONE,
    TWO,
    UNEVEN,
    TaylorTest,
    grows_steadily,
    lowest_clean,
    random_direction,
    taylor_verdict,
    turns_with_t,
)
from optcore.derivatives.error_curve import log_slope
from optcore.surfaces import Rosenbrock

T = np.logspace(0, -12, 97)
NOISE = np.full(len(T), 1e-16)
HALVED = 2.0 ** -np.arange(12)


def flags(condition):
    return np.flatnonzero(condition).tolist()


def test_the_fit_takes_the_lowest_decade_and_a_half_above_the_rounding():
    error = T**2
    # T[56] is 1e-7, where the error is just the rounding that is allowed: it is out.
    error[56] = CLEAN * NOISE[56]
    assert flags(lowest_clean(T, error, NOISE)) == list(range(43, 56))
    # One error that is lost in the rounding ends it, whatever comes below.
    error[40] = CLEAN * NOISE[40]
    assert flags(lowest_clean(T, error, NOISE)) == list(range(27, 40))
    assert not lowest_clean(T, NOISE, NOISE).any()
    fine = np.logspace(0, -12, 1201)
    assert np.count_nonzero(lowest_clean(fine, fine**2, np.full(1201, 1e-16))) == 151


def test_overflow_at_large_t_is_passed_over():
    error = np.where(T > 0.5, np.inf, T**2)
    fitted = lowest_clean(T, error, NOISE)
    assert fitted.any()
    assert not fitted[T > 0.5].any()


def test_an_error_that_jumps_out_of_the_noise_is_a_kink_s():
    fitted = np.zeros(len(T), bool)
    fitted[20:33] = True
    straight = T.copy()
    jump = 1e-10 * T
    assert grows_steadily(T, jump, NOISE, straight, fitted)
    jump[32] = JUMP * CLEAN * NOISE[32]
    assert grows_steadily(T, jump, NOISE, straight, fitted)
    jump[32] *= 1.01
    assert not grows_steadily(T, jump, NOISE, straight, fitted)
    # Where the fit reaches the smallest t, nothing below it can tell.
    last = np.zeros(len(T), bool)
    last[-13:] = True
    assert grows_steadily(T, 1.0 + T, NOISE, straight, last)
    before = np.zeros(len(T), bool)
    before[-14:-1] = True
    assert not grows_steadily(T, 1.0 + T, NOISE, straight, before)
    assert grows_steadily(T, 0.1 * T, NOISE, straight, np.zeros(len(T), bool))


@pytest.mark.parametrize(("power", "grows"), [(NOISY + 0.02, True), (NOISY - 0.02, False)])
def test_a_change_flatter_than_noise_is_not_straight(power, grows):
    fitted = np.zeros(len(T), bool)
    fitted[20:33] = True
    assert grows_steadily(T, 1e-12 * T, NOISE, T**power, fitted) == grows
    # Two points make no slope: nothing speaks against it.
    few = np.where(np.isin(np.arange(len(T)), [20, 32]), T**power, 0.0)
    assert grows_steadily(T, 1e-12 * T, NOISE, few, fitted)
    three = np.where(np.isin(np.arange(len(T)), [20, 26, 32]), T**power, 0.0)
    assert grows_steadily(T, 1e-12 * T, NOISE, three, fitted) == grows


def test_what_is_just_at_a_limit_is_not_beyond_it(monkeypatch):
    rules = importlib.import_module("optcore.checks.taylor_slope")
    t = HALVED
    fitted, noise = np.ones(12, bool), np.full(12, 2.0**-20)
    # A change of just a hundred roundings is not seen, else it would be found flat.
    assert grows_steadily(t, noise, noise, CLEAN * noise, fitted)
    assert not grows_steadily(t, noise, noise, np.nextafter(CLEAN * noise, 1), fitted)
    monkeypatch.setattr(rules, "NOISY", log_slope(t, t**0.75))
    assert not grows_steadily(t, noise, noise, t**0.75, fitted)
    # An even part that falls just so steeply is a smooth function's.
    kink = Sides(even=-1 / 64)
    monkeypatch.setattr(rules, "BENT", log_slope(t, t / 32))
    assert turns(kink, noise=0.0, t=t)
    monkeypatch.setattr(rules, "BENT", np.nextafter(rules.BENT, 2))
    assert not turns(kink, noise=0.0, t=t)


class Sides:
    """f(t) = slope t + even |t| + bend t^2 / 2 along one axis, whose gradient is told wrongly."""

    def __init__(self, even, slope=1.0, bend=0.0, told=0.5):
        self.even, self.slope, self.bend, self.told = even, slope, bend, told

    def value(self, point):
        t = point[..., 0]
        return self.slope * t + self.even * np.abs(t) + 0.5 * self.bend * t**2

    def grad(self, point):
        return np.full_like(point, self.told)


def turns(function, scale=1.0, noise=1e-16, t=T[32:45]):
    noise = np.broadcast_to(noise, t.shape)
    return turns_with_t(function, np.zeros(1), np.array([scale]), t, noise)


def test_the_error_of_a_wrong_gradient_turns_with_t():
    assert turns(Sides(even=0.0))
    assert turns(Sides(even=0.0, bend=0.1))
    assert turns(Sides(even=0.0, slope=-1.0), scale=-2.0)
    # Both sides of a kink: even + odd parts; the even one is 2 even t, the odd error up to
    # (|slope - told| + even) t.
    edge = 0.5 * UNEVEN / (2 - UNEVEN)
    for side in (1, -1):
        assert not turns(Sides(even=side * edge * 1.01), noise=1.0)
        assert turns(Sides(even=side * edge * 0.99), noise=1.0)


def test_what_is_even_falls_with_the_square_of_t_or_is_a_kink_s():
    """Below UNEVEN it may still be seen to fall as a kink's does: with t itself."""
    small = 0.5 * UNEVEN / (2 - UNEVEN) * 0.9
    assert not turns(Sides(even=small))
    assert turns(Sides(even=small), noise=1.0)
    assert 1 < BENT < 2
    assert FIRST >= 1


@pytest.mark.parametrize(
    ("slope", "verdict"),
    [
        (TWO + 1e-9, "right"),
        (TWO, "inconclusive"),
        (ONE, "inconclusive"),
        (ONE - 1e-9, "wrong"),
        (NOISY, "wrong"),
        (NOISY - 1e-9, "inconclusive"),
    ],
)
def test_the_slope_decides(slope, verdict):
    assert taylor_verdict(T, slope, T**2, NOISE) == verdict


def test_without_a_slope_the_small_t_decide():
    error = np.where(T > 1e-3, 1.0, CLEAN * NOISE)
    # T[24] is 1e-3 itself.
    assert T[24] <= 1e-3
    assert taylor_verdict(T, np.nan, error, NOISE) == "right"
    error[24] *= 1.01
    assert taylor_verdict(T, np.nan, error, NOISE) == "inconclusive"
    error[24], error[23] = 0.0, 1.0
    assert taylor_verdict(T, np.nan, error, NOISE) == "right"


@pytest.mark.parametrize(
    ("left_out", "told"), [(0, ""), (1, " Left out: 1 parameter of"), (3, "3 parameters of units")]
)
def test_what_is_left_out_is_told_beside_the_verdict(left_out, told):
    test = TaylorTest(T, T, NOISE, T > 0, np.ones(4), 2.0, "right", left_out=left_out)
    assert "only curvature is left" in test.sentence
    assert told in test.sentence
    assert ("Left out" in test.sentence) == bool(left_out)
    assert replace(test, reason="The loss is random.").sentence == "The loss is random."


@pytest.mark.parametrize(
    ("slope", "told"),
    [(NOISY, "kink, perhaps"), (np.nextafter(NOISY, 0), "so flat is noise"),
     (ONE, "neither 1 nor 2"), (np.nextafter(ONE, 0), "kink, perhaps")],
)  # fmt: skip
def test_a_slope_that_decides_nothing_is_said_to_be_noise_a_kink_or_neither(slope, told):
    nothing = np.empty(0)
    test = TaylorTest(nothing, nothing, nothing, nothing, nothing, slope, "inconclusive")
    assert told in test.sentence


@pytest.mark.parametrize("length", [0.0, 0.5, 1.25, 8.0])
def test_a_direction_is_as_long_as_the_point_or_1(length):
    point = length * np.array([0.6, 0.0, -0.8])
    assert np.linalg.norm(random_direction(Rosenbrock(), point, 3)) == pytest.approx(max(1, length))


def test_of_nothing_no_part_is_odd():
    assert not turns(Sides(even=0.0, told=1.0), noise=1.0)


def test_the_five_nearest_points_decide():
    """Of c t + bend t^2 / 2 the even part is bend t^2: at the third from last of twelve points,
    the middle one of five, a tenth of the whole, and of more points it would be more."""
    for share, odd in ((0.08, True), (0.13, False)):
        curved = Sides(even=0.0, bend=share * 0.5 / HALVED[-3])
        assert turns(curved, t=HALVED, noise=1e3) == odd


@pytest.mark.parametrize(("clear", "odd"), [(0, True), (2, True), (3, False)])
def test_three_points_above_the_noise_show_that_the_even_part_falls_with_t(clear, odd):
    """It is t/16 here, and what is a hundred times its noise is not yet above it."""
    t = 1600 * HALVED
    noise = np.where(np.arange(12) < 4 * clear, HALVED / (1 + (np.arange(12) % 4 == 0)), HALVED)
    assert turns(Sides(even=-1 / 32, slope=1.0, told=0.0), t=t, noise=noise) == odd
