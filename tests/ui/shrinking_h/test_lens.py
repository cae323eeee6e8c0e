"""The lenses over both ends of a secant: what floats make of f there."""

from decimal import Decimal, getcontext

import numpy as np
import pytest

from optcore.derivatives.differences import BACKWARD, CENTRAL, COMPLEX_STEP, FORWARD
from optcore.derivatives.error_curve import error_curve
from optcore.derivatives.microscope import look_at_ends, step_grid
from optcore.formula.functions import ABSOLUTE, EXP, FUNCTIONS, SINE, TANH
from ui.shrinking_h import charts
from ui.shrinking_h.charts import SECANTS
from ui.shrinking_h.lens import HEIGHT, REACH, WIDTH, corner_of

GRID = step_grid()
WIDER = np.finfo(np.longdouble).eps < np.finfo(np.float64).eps
needs_wider = pytest.mark.skipif(not WIDER, reason="no float here is wider than float64")


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


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_floats_between_the_ends_are_counted_and_one_more_turns_the_slope(dtype):
    h = GRID[(GRID < 0.1) & (100 * np.finfo(dtype).eps < GRID)].astype(dtype)
    seen = look_at_ends(SINE, 1.0, h, (0, 1), dtype)
    curve = error_curve(FORWARD, SINE, 1.0, h, dtype)
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


def lens_of(curve, lead=None, shown=slice(None)):
    figure = charts.near(curve.function, curve.x, (curve,), h=GRID, lead=lead or curve, shown=shown)
    return [trace for trace in figure["data"] if trace["meta"].get("paper")]


@pytest.mark.parametrize("rule", [FORWARD, BACKWARD, CENTRAL])
@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.name)
def test_every_secant_has_two_lenses_from_before_its_best_h_on(function, rule):
    curve = error_curve(rule, function, function.x, GRID)
    traces = lens_of(curve)
    assert {trace["meta"]["from"] for trace in traces} == {int(np.argmax(GRID < 1.4e-6))}
    names = [trace["meta"]["text"][0][0] for trace in traces if trace["name"] == "note"][1:]
    wanted = {-1: "f(x − h)", 0: "f(x)", 1: "f(x + h)"}
    assert names == [wanted[side] for side in SECANTS[rule.name]]
    for trace in traces:
        x, y = trace["meta"]["x"], trace["meta"]["y"]
        assert np.nanmin(x) >= 0
        assert np.nanmax(x) <= 1
        assert not np.any(y < 0)
        assert not np.any(y > 1)


def test_the_end_stands_on_the_middle_float_and_f_within_its_reach():
    traces = lens_of(error_curve(CENTRAL, SINE, 1.0, GRID))
    floats = next(trace for trace in traces if trace["name"] == "floats")
    lines = np.unique(floats["meta"]["y"])
    assert len(lines) == 2 * REACH + 1
    end = next(trace for trace in traces if trace["mode"] == "markers")
    assert end["meta"]["y"][0] == pytest.approx(lines[REACH])
    unit = lines[1] - lines[0]
    for name in ("f there", "Tangent there"):
        level = next(trace for trace in traces if trace["name"] == name)
        assert level["meta"]["y"].shape == (len(GRID), 2)
        if WIDER:
            away = np.abs(level["meta"]["y"] - lines[REACH]) / unit
            assert np.nanmax(away[GRID < 3e-9]) < 1.6
    assert HEIGHT > 0 < WIDTH


def test_while_a_hand_moves_x_only_the_step_shown_travels():
    curve = error_curve(CENTRAL, SINE, 1.0, GRID)
    rows = [np.shape(trace["meta"]["y"]) for trace in lens_of(curve, shown=slice(200, 201))]
    assert all(len(shape) == 1 or shape[0] == 1 for shape in rows)


def test_a_rule_without_a_secant_has_no_lens():
    assert not lens_of(error_curve(COMPLEX_STEP, SINE, 1.0, GRID))


def test_the_lenses_keep_to_a_corner_that_the_graph_leaves_free():
    _, y, span = charts.graph(EXP, *EXP.window)
    left, bottom = corner_of(y, span)
    assert (left, bottom) == (pytest.approx(0.02), pytest.approx(1 - HEIGHT - 0.1))
    _t, y, span = charts.graph(ABSOLUTE, *ABSOLUTE.window)
    assert corner_of(y, span)[1] < 0.3
