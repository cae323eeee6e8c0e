"""The lenses over both ends of a secant: what floats make of f there."""

import numpy as np
import pytest

from optcore.derivatives.differences import BACKWARD, CENTRAL, COMPLEX_STEP, FORWARD
from optcore.derivatives.error_curve import error_curve
from optcore.derivatives.microscope import step_grid
from optcore.formula.functions import ABSOLUTE, EXP, FUNCTIONS, SINE
from ui.shrinking_h import charts
from ui.shrinking_h.charts import SECANTS
from ui.shrinking_h.lens import HEIGHT, REACH, WIDTH, corner_of

GRID = step_grid()
WIDER = np.finfo(np.longdouble).eps < np.finfo(np.float64).eps


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
