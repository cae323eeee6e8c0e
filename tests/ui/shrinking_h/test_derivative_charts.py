"""The numbers in the figures, words and tables about a derivative as h shrinks."""

import csv
import io
import math
import re

import numpy as np
import pytest
from dressing import validated

from optcore.derivatives.differences import BACKWARD, CENTRAL, COMPLEX_STEP, DIFFERENCES, FORWARD
from optcore.derivatives.error_curve import error_curve
from optcore.derivatives.microscope import lattice, nearest_step, step_grid
from optcore.derivatives.textbook import step_table
from optcore.formula.functions import ABSOLUTE, EXP, FUNCTIONS, HIDDEN_POLES, RELU, SINE, TEXTBOOK
from optcore.formula.surface import formula_function
from ui.shrinking_h import charts, error_charts, words

GRID = step_grid()
THREE = (FORWARD, BACKWARD, CENTRAL)
every_function = pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.name)
both_floats = pytest.mark.parametrize("dtype", [np.float32, np.float64])


def curves_of(function, rules=THREE, x=None, dtype=np.float64, h=GRID):
    x = function.x if x is None else x
    return tuple(error_curve(rule, function, x, h, dtype) for rule in rules)


def named(figure, name, mode=None):
    return [t for t in figure["data"] if t["name"] == name and mode in (None, t["mode"])]


# ------------------------------------------------------------------ figures


@every_function
@pytest.mark.parametrize("shown", [charts.EVERY, slice(40, 41)], ids=["settled", "live"])
def test_every_figure_is_valid_plotly(function, shown):
    curves = curves_of(function, DIFFERENCES)
    lead = words.leading(curves)
    for figure in (
        charts.near(function, function.x, curves, h=GRID, shown=shown),
        charts.magnified(function, function.x, curves, h=GRID, shown=shown),
        error_charts.errors(curves, lead, shown=shown),
        error_charts.estimates(curves, lead, shown=shown),
    ):
        validated(figure)
        for trace in figure["data"]:
            if trace["meta"]["play"] == "frame" and np.ndim(trace["meta"]["y"]) > 1:
                rows = 257 if shown == charts.EVERY else 1
                assert len(trace["meta"]["y"]) == rows


def test_figures_without_a_rule_or_a_derivative_are_valid_too():
    for figure in (
        charts.near(SINE, 1.0, (), h=GRID),
        charts.magnified(SINE, 1.0, (), h=GRID),
        error_charts.errors((), None),
        error_charts.estimates((), None),
    ):
        shown = validated(figure)
        assert not {trace.name for trace in shown.data} & {rule.name for rule in DIFFERENCES}


def test_secants_pass_through_the_points_of_their_rule():
    curves = curves_of(EXP)
    figure = charts.near(EXP, 0.0, curves, h=GRID)
    at = nearest_step(GRID, 0.1)
    for name, ends in (("Forward", (0, 0.1)), ("Backward", (-0.1, 0)), ("Central", (-0.1, 0.1))):
        (points,) = named(figure, name, "markers")
        assert points["meta"]["x"][at] == pytest.approx(ends, rel=1e-6)
        assert points["meta"]["y"][at] == pytest.approx(np.exp(ends), rel=1e-6)
        (line,) = named(figure, name, "lines")
        (x0, x1), (y0, y1) = line["meta"]["x"], line["meta"]["y"][at]
        slope = (math.exp(ends[1]) - math.exp(ends[0])) / (ends[1] - ends[0])
        assert (y1 - y0) / (x1 - x0) == pytest.approx(slope, rel=1e-5)
        assert y0 + slope * (ends[0] - x0) == pytest.approx(math.exp(ends[0]), rel=1e-5)
    (tangent,) = named(figure, "Tangent")
    assert np.diff(tangent["y"]) / np.diff(tangent["x"]) == pytest.approx([1.0])


def test_the_magnified_secant_has_the_estimated_slope():
    curves = curves_of(SINE)
    figure = charts.magnified(SINE, 1.0, curves, h=GRID)
    for curve in curves:
        (line,) = named(figure, curve.rule.name, "lines")
        slopes = np.diff(line["meta"]["y"], axis=1)[:, 0] / np.diff(line["meta"]["x"])[0]
        assert slopes == pytest.approx(curve.estimate, rel=1e-5, abs=1e-6)


def test_a_pole_does_not_stretch_the_function_panel():
    steep = charts.graph(HIDDEN_POLES, 0.5, 3.0)[2]
    assert steep[1] - steep[0] < 200
    assert charts.graph(SINE, -1.5, 3.5)[2] == pytest.approx([-1.16, 1.16], abs=0.01)


def test_errors_are_those_of_the_closed_forms():
    figure = error_charts.errors(curves_of(EXP), None)
    at = nearest_step(GRID, 0.1)
    for name, error in (("Forward", 0.0517091807564771), ("Central", 0.0016675001984403)):
        (trace,) = [t for t in named(figure, name) if t["meta"]["play"] == "curve"]
        assert trace["y"][at] == pytest.approx(error, rel=1e-10)


def test_an_error_of_nothing_stands_on_its_own_row_and_is_read_as_0():
    curves = curves_of(TEXTBOOK)
    figure = error_charts.errors(curves, curves[2])
    (trace,) = [t for t in named(figure, "Central") if t["meta"]["play"] == "curve"]
    axis = figure["layout"]["yaxis"]
    assert curves[2].error[0] == 0
    assert trace["y"][0] == axis["tickvals"][0]
    assert axis["ticktext"][0] == "0"
    assert axis["range"][0] < math.log10(trace["y"][0]) < math.log10(axis["tickvals"][1])
    assert trace["meta"]["reads"][0].strip() == "0"


def test_the_v_carries_slopes_best_h_and_the_region_of_round_off():
    curves = curves_of(SINE)
    central = curves[2]
    figure = error_charts.errors(curves, central)
    notes = [note["text"] for note in figure["layout"]["annotations"]]
    assert {"slope 1.00", "slope 2.00", "round-off rules"} <= set(notes)
    (region,) = named(figure, "round-off rules")
    assert region["x"].max() == central.predicted_h == pytest.approx(9.5e-6, rel=0.01)
    (star,) = named(figure, "Central: best h, measured")
    (triangle,) = named(figure, "Central: best h, predicted")
    assert star["x"][0] == central.measured_h
    assert triangle["x"][0] == central.predicted_h
    least = np.nanmin(central.total)
    assert triangle["y"][0] == pytest.approx(least, rel=0.3)


def test_float32_moves_the_v_up_and_to_larger_h():
    wide, narrow = (curves_of(SINE, dtype=t)[2] for t in (np.float32, np.float64))
    edges = [error_charts.shades(c, [1, 2])[0]["x"].max() for c in (wide, narrow)]
    assert edges[0] > 100 * edges[1]
    lost = [named({"data": error_charts.shades(c, [1, 2])}, "h is lost") for c in (wide, narrow)]
    assert lost[0][0]["x"].max() > 1e7 * lost[1][0]["x"].max()


def test_the_fan_holds_the_estimates_that_floats_allow():
    (central,) = curves_of(SINE, (CENTRAL,), dtype=np.float32)
    figure = error_charts.estimates((central,), central)
    (fan,) = named(figure, "multiples of float spacing / 2h")
    at = nearest_step(GRID, 2.05e-7)
    allowed = fan["y"][np.isclose(fan["x"], central.h[at])]
    assert len(allowed) > 3
    assert np.min(np.abs(allowed - central.estimate[at])) < 1e-7
    assert np.min(np.abs(allowed - central.derivative)) > 1e-3


def test_a_live_picture_is_small():
    settled, live = (
        charts.magnified(SINE, 1.0, curves_of(SINE), h=GRID, shown=shown)["data"]
        for shown in (charts.EVERY, slice(3, 4))
    )
    weigh = lambda data: sum(np.size(t["meta"].get("y", ())) for t in data)  # noqa: E731
    assert weigh(live) * 257 == weigh(settled)
    assert not error_charts.errors(curves_of(SINE), None, shown=slice(3, 4))["layout"].get(
        "annotations"
    )


# ------------------------------------------------------------------ words and tables


@both_floats
@every_function
def test_a_larger_or_smaller_h_leaves_less_when_the_words_say_so(function, dtype):
    """The mean error of a decade further on is less, where the advice holds all the way."""
    (curve,) = curves_of(function, (CENTRAL,), dtype=dtype)
    error = np.log10(np.maximum(curve.error, 1e-18))
    told = words.sentences((curve,))
    tried = 0
    for at in range(24, 233):
        for advice, way in (("A larger h", -1), ("a smaller h", 1)):
            here, there = (slice(at + d - 8, at + d + 9) for d in (0, way * 16))
            way_there = range(at - 8, at + 25) if way > 0 else range(at - 24, at + 9)
            if all(advice in told[i] and not curve.lost[i] for i in way_there if 0 <= i < 257):
                tried += 1
                assert np.mean(error[there]) < np.mean(error[here]) + 0.05, told[at]
    assert tried > 5


def test_sentences_name_what_happens():
    said = words.sentences(curves_of(SINE))
    assert "h = 0.1: the central rule gives 0.53940225217" in said[16]
    assert "Truncation rules" in said[16]
    assert "multiple of 0.0056" in said[16 * 14]
    assert "x again" in said[-1]
    kinked = words.sentences(curves_of(RELU))
    assert "across the kink, 0.01 away" in kinked[0]
    on_kink = words.sentences(curves_of(ABSOLUTE, (COMPLEX_STEP,), x=0.0))
    assert "no derivative" in on_kink[100]
    assert "no digit is lost" in words.sentences(curves_of(SINE, (COMPLEX_STEP,)))[-1]
    assert "exact to the last digit" in words.sentences(curves_of(TEXTBOOK))[0]
    assert words.sentences(()) == ["No rule is chosen: choose one or more above to see its error."]


@pytest.mark.parametrize("text", ["x^0", "max(1, x^0)", "5"])
def test_where_nothing_rounds_no_larger_h_is_advised(text):
    curve = error_curve(CENTRAL, formula_function(text), 1.0, GRID)
    told = words.sentences((curve,))
    assert all("nothing to round" in each for each in told[:200])
    assert not any("leaves less of it" in each for each in told)


def test_numbers_have_a_true_minus_in_words_tables_and_legend():
    curves = curves_of(SINE, (CENTRAL, FORWARD), x=2.0)
    table = step_table(SINE, 2.0)
    reads = [t["meta"].get("reads", ()) for t in error_charts.errors(curves, curves[0])["data"]]
    told = [*words.sentences(curves), words.rules_table(curves), *np.concatenate(reads),
            words.steps_table(table, lattice(SINE, 2.0, table.h))]  # fmt: skip
    assert all("−" in text for text in told[:3])
    assert not [text for text in told if re.search(r"-\d", text)]


def test_the_table_shows_ten_against_a_hundred():
    table = step_table(EXP, 0.0)
    html = words.steps_table(table, lattice(EXP, 0.0, table.h))
    rows = [row.split("<td>")[1:] for row in html.split("<tr>")[2:]]
    cells = [[cell.split("</td>")[0] for cell in row] for row in rows]
    assert len(cells) == 17
    assert cells[3][0] == "0.001"
    assert float(cells[3][3]) == pytest.approx(10, abs=0.1)
    assert float(cells[3][6]) == pytest.approx(100, abs=0.5)
    assert cells[1][1] == "1.05170918076"
    stars = [[i for i, row in enumerate(cells) if "★" in row[c]] for c in (2, 5)]
    assert [len(found) for found in stars] == [1, 1]
    assert stars[0][0] > stars[1][0]


def test_the_table_of_rules_shows_measurement_beside_theory():
    html = words.rules_table(curves_of(SINE, DIFFERENCES))
    assert html.count("<tr>") == 1 + len(DIFFERENCES)
    assert "<td>Seven-point</td><td>5.99</td><td>6</td>" in html
    assert "<td>Complex step</td><td>2.00</td><td>2</td><td>–</td><td>none</td>" in html


def test_csv_gives_every_number_back():
    curves = curves_of(SINE)
    rows = list(csv.DictReader(io.StringIO(words.curve_csv(curves))))
    assert len(rows) == 3 * 257
    back = [row for row in rows if row["rule"] == "Central"]
    assert [float(row["estimate"]) for row in back] == list(curves[2].estimate)
    assert [float(row["error"]) for row in back] == list(curves[2].error)
    assert [float(row["h"]) for row in back] == list(GRID)
    assert back[0]["function"] == "sin x"


def test_every_rule_has_a_look_of_its_own():
    looks = [charts.RULE_LOOKS[rule.name] for rule in DIFFERENCES]
    assert len({look["colour"] for look in looks}) == len(DIFFERENCES)
    assert len({look["symbol"] for look in looks} | {"star", "triangle-down"}) == 9
