"""The lenses over both ends of a secant: what floats make of f there."""

import numpy as np
import pytest

from optcore.derivatives.differences import BACKWARD, CENTRAL, COMPLEX_STEP, FORWARD
from optcore.derivatives.error_curve import error_curve
from optcore.derivatives.microscope import step_grid
from optcore.formula.functions import ABSOLUTE, EXP, FUNCTIONS, SINE
from ui.shrinking_h import charts
from ui.shrinking_h.charts import SECANTS
from ui.shrinking_h.lens import HEIGHT, corner_of, reach_of

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


def test_the_end_stands_on_a_float_and_f_lies_within_half_a_gap():
    traces = lens_of(error_curve(CENTRAL, SINE, 1.0, GRID))
    floats = next(trace for trace in traces if trace["name"] == "floats")["meta"]["y"]
    end = next(trace for trace in traces if trace["mode"] == "markers")["meta"]["y"][0]
    gap = HEIGHT / (2 * reach_of(GRID, np.float64))
    lines = (floats[:, ::3] - end) / gap[:, None]
    assert np.nanmax(np.abs(lines - np.round(lines))) < 1e-4
    for name in ("f there", "Tangent there"):
        level = next(trace for trace in traces if trace["name"] == name)["meta"]["y"]
        assert level.shape == (len(GRID), 2)
        if WIDER:
            away = np.abs(level[:, 0] - end) / gap
            assert np.nanmax(away[GRID < 3e-9]) < 1.6


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_the_grid_of_floats_shatters_more_and_more_from_the_best_h_on(dtype):
    """A decade leaves ever fewer lines in the lens, and the gap between them ever wider."""
    root = np.sqrt(np.finfo(dtype).eps)
    traces = lens_of(error_curve(CENTRAL, SINE, 1.0, GRID, dtype))
    floats = next(trace for trace in traces if trace["name"] == "floats")["meta"]["y"][:, ::3]
    gaps = np.nanmax(np.diff(floats, axis=1), axis=1)
    seen = np.sum(np.isfinite(floats), axis=1)
    decades = [int(np.argmin(np.abs(np.log(GRID / h)))) for h in
               np.geomspace(root, np.finfo(dtype).eps, 1 + round(-np.log10(root)))]  # fmt: skip
    assert np.all(np.diff(gaps[decades]) > 0.2 * gaps[decades[:-1]])
    assert np.all(np.diff(seen[decades]) <= 0)
    assert seen[decades[0]] >= 20
    assert seen[decades[-1]] <= 3


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
