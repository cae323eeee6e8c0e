"""The V of every rule: slopes, best h, models, and what is said about them."""

import importlib
from types import SimpleNamespace

import numpy as np
import pytest

from optcore.derivatives.differences import (
    BACKWARD,
    CENTRAL,
    COMPLEX_STEP,
    DIFFERENCES,
    FIVE_POINT,
    FORWARD,
    RICHARDSON,
    SEVEN_POINT,
    StepError,
    StepTooSmallError,
)
from optcore.derivatives.error_curve import (
    default_steps,
    error_curve,
    log_slope,
    measured_best_h,
    roundoff_branch,
    truncation_branch,
)
from optcore.derivatives.error_model import (
    NotFiniteError,
    kink_distance,
    predicted_best_h,
    roundoff_model,
    truncation_model,
)
from optcore.formula.functions import (
    ABSOLUTE,
    EXP,
    FUNCTIONS,
    RELU,
    SINE,
    TEXTBOOK,
    Function,
)

CURVED = [function for function in FUNCTIONS if function.analytic and function is not TEXTBOOK]
on_curved = pytest.mark.parametrize("function", CURVED, ids=lambda function: function.name)
every_rule = pytest.mark.parametrize("rule", DIFFERENCES, ids=lambda rule: rule.name)


@pytest.mark.parametrize(
    ("rule", "slope"),
    [(FORWARD, 1), (BACKWARD, 1), (CENTRAL, 2), (FIVE_POINT, 4), (SEVEN_POINT, 6), (RICHARDSON, 6)],
    ids=lambda item: getattr(item, "name", ""),
)
@on_curved
def test_fitted_slopes(rule, slope, function):
    curve = error_curve(rule, function, function.x)
    assert curve.truncation_slope == pytest.approx(slope, abs=0.05 * slope)
    assert curve.predicted_slope == slope
    assert curve.roundoff_slope == pytest.approx(-1, abs=0.1)


@every_rule
@on_curved
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_measured_best_h_lies_near_that_of_theory(rule, function, dtype):
    """Which of many small errors happens to be least is luck: 0.098 to 1.4 were seen."""
    curve = error_curve(rule, function, function.x, dtype=dtype)
    assert 0.04 < curve.measured_h / curve.predicted_h < 10
    if rule is not COMPLEX_STEP:
        floor = np.min(curve.total[np.isfinite(curve.total)])
        assert curve.measured_error < 10 * floor


@every_rule
@on_curved
def test_models_describe_the_measured_error(rule, function):
    """Truncation to a few percent on its branch; round-off as a bound that is nearly met."""
    curve = error_curve(rule, function, function.x)
    upper, lower = curve.truncation_branch, curve.roundoff_branch
    middle = np.median(curve.error[upper] / curve.truncation[upper])
    assert middle == pytest.approx(1, abs=0.1)
    if rule is COMPLEX_STEP:
        assert not lower.any()
        assert np.max(curve.error[curve.h < 1e-9]) < 4e-16 * max(1, abs(curve.derivative)) * 4
    else:
        ratio = curve.error[lower] / curve.roundoff[lower]
        assert np.max(ratio) < 4
        assert 0.02 < np.median(ratio) < 2


def test_float32_moves_the_v():
    """In float32 both the best h and the best error are larger, as eps^(1/3) and eps^(2/3)."""
    wide, narrow = (error_curve(CENTRAL, SINE, 1.0, dtype=t) for t in (np.float32, np.float64))
    eps_ratio = np.finfo(np.float32).eps / np.finfo(np.float64).eps
    assert wide.predicted_h / narrow.predicted_h == pytest.approx(eps_ratio ** (1 / 3), rel=0.1)
    assert wide.measured_error > 1e4 * narrow.measured_error


def test_the_parabola_has_no_truncation_error_in_the_central_rule():
    curve = error_curve(CENTRAL, TEXTBOOK, 2.0)
    assert np.all(curve.truncation == 0)
    assert np.isnan(curve.truncation_slope)
    assert curve.error[0] == 0
    assert curve.derivative == 7
    assert curve.predicted_h == curve.h[0] == 1
    assert "no truncation error at all" in curve.sentences()[0]


def test_a_vanishing_leading_term_hands_over_to_the_next():
    """f''(0) = 0 for the sine, so the forward rule has order 2 there: -h^2/6."""
    curve = error_curve(FORWARD, SINE, 0.0, np.logspace(-1, -4, 25))
    assert curve.predicted_slope == 2
    assert curve.truncation_slope == pytest.approx(2, abs=0.02)
    np.testing.assert_allclose(curve.truncation, curve.h**2 / 6)


def test_the_estimate_snaps_to_multiples_of_the_spacing():
    h = 2.0 ** -np.arange(10, 45)
    curve = error_curve(CENTRAL, EXP, 0.0, h)
    # Below 1 floats are half as far apart, hence the half.
    multiples = curve.estimate / (curve.snap / 2)
    np.testing.assert_array_equal(multiples, np.round(multiples))
    np.testing.assert_array_equal(curve.snap, np.spacing(1.0) / (2 * h))


def test_lost_steps_are_marked_and_told():
    curve = error_curve(FORWARD, SINE, 1.0)
    assert curve.lost[-1]
    assert not curve.lost[0]
    assert np.all(curve.estimate[1.0 + curve.h == 1.0] == 0)
    assert "is x again" in curve.sentences()[-1]


def test_a_kink_inside_h_is_told():
    curve = error_curve(CENTRAL, ABSOLUTE, 0.01)
    assert curve.kink_h == pytest.approx(0.01)
    beyond = curve.h > 0.0101
    np.testing.assert_allclose(curve.estimate[beyond], 0.01 / curve.h[beyond], rtol=1e-12)
    assert np.all(curve.error[(curve.h < 0.0099) & (curve.h > 1e-6)] < 1e-9)
    assert np.all(np.isnan(curve.truncation[beyond]))
    assert curve.predicted_h <= 0.01
    assert "reaches across a kink" in " ".join(curve.sentences())
    assert error_curve(FORWARD, RELU, 0.01).kink_h == np.inf
    assert error_curve(BACKWARD, RELU, 0.01).kink_h == pytest.approx(0.01)
    assert error_curve(SEVEN_POINT, RELU, 0.03).kink_h == pytest.approx(0.01)


def test_on_a_kink_no_h_is_good():
    curve = error_curve(FORWARD, ABSOLUTE, 0.0)
    assert np.isnan(curve.predicted_h)
    assert np.all(curve.error == 1)
    assert "no derivative here" in curve.sentences()[0]
    assert "sits on a kink" in curve.sentences()[1]


def test_sentences_carry_the_numbers():
    curve = error_curve(CENTRAL, SINE, 1.0)
    first, second, *_ = curve.sentences()
    assert f"{curve.measured_h:.1e}" in first
    assert f"{curve.predicted_h:.1e}" in first
    assert f"slope {curve.truncation_slope:.2f}" in second
    assert "every h below" in error_curve(COMPLEX_STEP, SINE, 1.0).sentences()[0]


def test_infinite_values_on_the_way_are_results_not_errors():
    """1.5 - 3h = 0 is a pole of exp x / (sin x - x^2) for the seven-point rule."""
    function = FUNCTIONS[6]
    curve = error_curve(SEVEN_POINT, function, 1.5, [0.5, 0.01])
    assert not np.isfinite(curve.error[0])
    assert curve.measured_h == 0.01


def test_log_slope_is_not_moved_by_one_outlier():
    h = np.logspace(-4, 0, 20)
    error = h**3
    error[7] = 1e-30
    assert log_slope(h, error) == pytest.approx(3, abs=0.01)
    assert np.isnan(log_slope(h[:2], error[:2]))


def test_bad_input_gets_a_sentence():
    log = Function("log x", "", "", np.log, lambda x: 1 / x, 1.0, (0.1, 2.0))
    with pytest.raises(NotFiniteError, match=r"value of log x at x = -1 is nan.*Move x"):
        error_curve(CENTRAL, log, -1.0)
    with pytest.raises(NotFiniteError, match="value of log x at x = 0 is -inf"):
        error_curve(CENTRAL, log, 0.0)
    for bad in (0.0, -1.0, np.nan):
        with pytest.raises(StepError, match="positive"):
            error_curve(CENTRAL, SINE, 1.0, [0.1, bad])
    with pytest.raises(StepTooSmallError, match="lost"):
        error_curve(CENTRAL, SINE, 1.0, [1e-17, 1e-18])


def test_default_steps():
    steps = default_steps()
    assert len(steps) == 129
    assert (steps[0], steps[-1]) == (1, pytest.approx(1e-16, rel=1e-12, abs=0))


def test_the_best_h_is_the_largest_that_is_as_good_as_any_and_all_near_it():
    h = np.array([1.0, 0.1, 0.01, 0.001])
    assert measured_best_h(h, np.array([1, 0.5, 0.25, 1]), 0.25) == 0.1
    assert measured_best_h(h, np.array([1, 0.5, 0.25, 1]), 0.24) == 0.01
    assert measured_best_h(h, np.array([np.nan, 1, 1, 0.5]), 0.0) == 0.001
    # One exact by luck among bad ones an eighth of a decade apart is none.
    close = np.logspace(0, -1, 9)
    assert measured_best_h(close, np.array([3, 3, 0, 3, 3, 1, 1, 1, 1]), 0.0) == close[7]


def test_what_is_just_too_far_to_be_near_is_not(monkeypatch):
    """The middle one is exact and has bad neighbours, which count only if they are near."""
    h, error = np.array([1.0, 0.5, 0.25]), np.array([2.0, 0.0, 2.0])
    curves = importlib.import_module("optcore.derivatives.error_curve")
    apart = -np.diff(np.log10(h))
    for near, best in ((apart.min(), 0.5), (np.nextafter(apart.max(), 1), 1.0)):
        monkeypatch.setattr(curves, "NEAR", near)
        assert measured_best_h(h, error, 0.0) == best


def test_branches_are_where_one_error_is_ten_times_the_other():
    h = np.array([1.0, 0.1, 0.01, 1e-3, 1e-4])
    truncation, roundoff = h**2, 1e-5 / h
    # 10 against 1, 1e-2 / 1e-4, 1e-4 / 1e-3: the first two are clean, within 1.5 decades of 0.1.
    error = truncation + roundoff
    kept = truncation_branch(h, error, truncation, roundoff)
    assert kept.tolist() == [True, True, False, False, False]
    assert truncation_branch(h / 1.0, 2.5 * error, truncation, roundoff).tolist() == [False] * 5
    assert truncation_branch(h, 0.4 * error, truncation, roundoff).tolist() == [False] * 5
    # A decade and a half is within the stretch.
    ends = np.array([10**1.5, 1.0])
    assert truncation_branch(ends, ends, ends, 0 * ends).all()
    # Twice or half the leading term is no longer most of it.
    for share in (2.0, 0.5):
        assert not truncation_branch(h, share * truncation, truncation, roundoff).any()
    assert truncation_branch(np.array([31.7, 1.0]), ends, ends, 0 * ends).tolist() == [False, True]
    # Ten times the other error is not beyond ten times: of 15 and 10 neither may be it.
    pairs = np.array([15.0, 10.0, 15.0]), np.array([10.0, 15.0, 15.0])
    assert truncation_branch(np.ones(3), *pairs, np.ones(3)).tolist() == [False, False, True]
    lowest = roundoff_branch(error, truncation, roundoff, 1.0)
    assert lowest.tolist() == [False, False, False, True, False]
    assert roundoff_branch(error, truncation, roundoff, 3.0).tolist()[3:] == [True, True]
    assert not roundoff_branch(0 * error, truncation, roundoff, 3.0).any()


def test_the_slope_is_that_of_points_a_third_of_the_range_apart(monkeypatch):
    h = np.array([1.0, 10.0, 100.0, 1000.0])
    # Pairs of neighbours have slopes 5, -1, 5, which do not count; the others 2, 2 and 3.
    assert log_slope(h, 10.0 ** np.array([0, 5, 4, 9])) == pytest.approx(2)
    assert np.isnan(log_slope(h[:2], h[:2]))
    assert log_slope(np.array([1.0, 2.0, 4.0]), np.array([1.0, 8.0, 64.0])) == pytest.approx(3)
    short = np.array([1.0, 1.5, 3.0])
    assert np.isnan(log_slope(short, short))
    # A range as long as the shortest is long enough.
    curves = importlib.import_module("optcore.derivatives.error_curve")
    monkeypatch.setattr(curves, "SHORTEST_DECADES", np.log10(3.0))
    assert log_slope(short, short) == pytest.approx(1)


def test_round_off_by_hand():
    """3 x from 1 with h = 1/2: the estimate's own 3/2 eps, (9/4 + 3/2) eps / h of the value and
    of the place at 3/2, 3/2 eps / h of the value at 1."""
    line = SimpleNamespace(value=lambda x: 3 * x, derivative=lambda x: 3 + 0 * x)
    found = roundoff_model(FORWARD, line, np.float64(1.0), np.array([0.5]))
    assert found / np.finfo(float).eps == pytest.approx(12, rel=1e-15)
    # Central: values of 9/2 and 3/2 at 3/2 and 1/2, floats eps and eps/2 apart, weights of 1/2.
    found = roundoff_model(CENTRAL, line, np.float64(1.0), np.array([0.5]))
    expected = 1.5 + ((2.25 + 1.5) / 2 + (0.75 + 0.75) / 2) / 0.5
    assert found / np.finfo(float).eps == pytest.approx(expected, rel=1e-15)


def test_the_kink_a_rule_meets_first():
    corners = SimpleNamespace(kinks=(-0.25, 0.5, 3.0))
    assert [kink_distance(rule, corners, 0.0) for rule in (FORWARD, BACKWARD, CENTRAL)] == [
        0.5, 0.25, 0.25,
    ]  # fmt: skip
    assert kink_distance(FIVE_POINT, corners, 0.0) == 0.125
    assert kink_distance(FORWARD, corners, 0.5) == 0
    assert kink_distance(FORWARD, corners, 4.0) == kink_distance(COMPLEX_STEP, corners, 0) == np.inf


def test_a_step_that_ends_on_a_kink_has_not_crossed_it():
    curve = error_curve(CENTRAL, ABSOLUTE, 0.5, [0.5, 0.25])
    assert curve.kink_h == 0.5
    assert not any("across a kink" in sentence for sentence in curve.sentences())
    assert curve.truncation.tolist() == [0, 0]
    beyond = error_curve(CENTRAL, ABSOLUTE, 0.5, [0.75, 0.25])
    assert any("across a kink" in sentence for sentence in beyond.sentences())


def test_the_best_h_of_the_exponential_by_hand():
    """At 3 values are known to eps/2 (e^3 + 3 e^3), and the third derivative is e^3: the root of
    h^3 = 6 eps. At 0 nothing of a sine is rounded, and its closed form would be 0."""
    eps = np.finfo(float).eps
    assert error_curve(CENTRAL, EXP, 3.0).predicted_h == pytest.approx((6 * eps) ** (1 / 3))
    assert error_curve(CENTRAL, SINE, 0.0).predicted_h > 0


def test_without_a_leading_term_the_largest_h_that_is_nearly_best():
    """Nearly best is twice the least error, 4: the 8 is, the 10 is not."""
    h, total = np.array([1.0, 0.5, 0.25, 0.125]), np.array([10.0, 8.0, 4.0, 16.0])
    assert predicted_best_h(CENTRAL, EXP, 1.0, h, total, np.nan) == 0.5


def test_a_step_is_lost_that_moves_x_to_one_side_only():
    """Below a power of two floats lie half as far apart as above it."""
    for x in (1.0, -1.0):
        assert error_curve(FORWARD, SINE, x, [0.1, 9e-17]).lost.tolist() == [False, True]


@pytest.mark.parametrize(("n", "power"), [(2, 1.0), (9, 8.0), (10, np.nan)])
def test_the_first_error_that_is_not_0_is_looked_for_up_to_the_ninth_derivative(n, power):
    monomial = Function("", "", "", lambda x: x**n, lambda x: n * x ** (n - 1), 0.0, (-1, 1))
    found, size = truncation_model(FORWARD, monomial, 0.0, np.array([0.5]))
    np.testing.assert_array_equal(found, power)
    # x^n / n! times n! h^(n - 1).
    np.testing.assert_allclose(size, 0.5 ** (n - 1) if n < 10 else 0, rtol=1e-14)
