"""Partials typed by hand: which is wrong, where, by what slip, and how the maps show it."""

import numpy as np
import plotly.graph_objects as go
import pytest

from optcore.checks.measurement import BANDS
from optcore.checks.own_gradient import (
    EVEN,
    NAMES,
    ErrorMap,
    OwnGradient,
    even_factor,
    relative_errors,
    same,
    slip,
    typed_partial,
)
from optcore.formula.surface import formula_surface
from optcore.formula.text import parse
from optcore.formula.tree import FormulaError, latex
from ui.check_network import own_charts

POINT = (-1.5, 1.0)


def own(f: str, dx: str, dy: str) -> OwnGradient:
    return OwnGradient(formula_surface(f), (typed_partial(dx), typed_partial(dy)))


WRONG_Y = own("sin(x*y) + x^2", "y*cos(x*y) + 2*x", "cos(x*y)")


def test_a_partial_may_be_constant_and_keeps_the_shape():
    x = np.arange(6.0).reshape(2, 3)
    assert np.array_equal(typed_partial("3").value(x, x), np.full((2, 3), 3.0))
    assert np.array_equal(typed_partial("x - 2*y").value(x, 2.0), x - 4)


def test_a_partial_is_printed_as_it_was_typed():
    assert typed_partial("x^2").latex == latex(parse("x^2", ("x", "y")))
    assert typed_partial("2 + 3").latex == "2 + 3"


def test_a_partial_outside_its_domain_is_nan():
    assert np.isnan(typed_partial("sqrt(x)").value(-1.0, 0.0))
    assert np.isnan(typed_partial("log(y)").value(np.array([1.0]), np.array([-1.0])))[0]


@pytest.mark.parametrize("text", ["", "  ", "q", "cos(x", "import os", "x = 2", None, "x" * 300])
def test_what_is_no_formula_is_an_error_in_a_sentence(text):
    with pytest.raises(FormulaError) as fault:
        typed_partial(text)
    assert str(fault.value).endswith(".")


def test_the_gradient_is_the_typed_one_and_the_right_one_is_exact():
    x, y = POINT
    point = np.array(POINT)
    assert WRONG_Y.grad(point) == pytest.approx([y * np.cos(x * y) + 2 * x, np.cos(x * y)])
    assert WRONG_Y.right(point) == pytest.approx([y * np.cos(x * y) + 2 * x, x * np.cos(x * y)])


def test_the_check_at_a_point_convicts_the_wrong_partial_alone():
    check = WRONG_Y.check(POINT)
    assert [block.name for block in check.blocks] == list(NAMES)
    assert [block.verdict for block in check.blocks] == ["right", "wrong"]
    assert check.numeric == pytest.approx(WRONG_Y.right(np.array(POINT)), rel=1e-8)


def test_along_x_equal_1_the_forgotten_inner_derivative_is_right():
    assert WRONG_Y.check((1.0, 0.4)).verdict == "right"


def test_the_map_knows_where():
    found = WRONG_Y.over_window(61)
    assert found.error.shape == (2, 61, 61)
    assert found.verdict(0) == "right"
    assert found.wrong_share(0) == 0
    column = int(np.argmin(np.abs(found.x - 1.0)))
    assert found.x[column] == pytest.approx(1.0)
    assert np.all(found.error[1][:, column] < 1e-7)
    assert found.wrong_share(1) == pytest.approx(60 / 61)
    # cos(xy) against x cos(xy): |1 - x| / (1 + |x|), whatever y.
    expected = np.abs(1 - found.x) / (1 + np.abs(found.x))
    assert np.nanmax(np.abs(found.error[1][7] - expected)) < 1e-9


def test_places_without_a_value_are_left_out():
    found = own("sqrt(x) * y", "y/(2*sqrt(x))", "sqrt(x)").over_window()
    assert np.isnan(found.error[:, :, found.x < 0]).all()
    assert found.verdict(0) == found.verdict(1) == "right"
    nowhere = own("x*y", "log(-1-x^2)", "x").over_window()
    assert nowhere.verdict(0) == "inconclusive"
    assert np.isnan(nowhere.wrong_share(0))


def test_rounding_where_a_partial_crosses_zero_is_no_error():
    # Written in another order: equal but for rounding, which is all there is near a zero.
    found = own("sin(x)*cos(y) + x^3/3", "cos(y)*cos(x) + x*x", "-(sin(y)*sin(x))").over_window()
    assert found.verdict(0) == found.verdict(1) == "right"
    assert relative_errors(np.array([1e-17, 1.0]), np.array([-1e-17, 1.0])).max() == 0


@pytest.mark.parametrize(
    ("f", "dx", "dy", "which", "told"),
    [
        ("x^2 + 3*y", "x", "3", 0, "0.5 times"),
        ("x^2 + 3*y", "2*x", "-3", 1, "sign is wrong"),
        ("x^2 * y", "x^2", "2*x*y", 0, "∂f/∂y: the two are swapped"),
        ("x^2 * y", "2*x*y", "x^2 + 4", 1, "off by the constant 4"),
        ("x^2", "2*x", "1", 1, "off by the constant 1"),
        ("sin(x*y)", "y*cos(x*y)", "cos(x*y)", 1, ""),
        ("sin(x*y)", "y*cos(x*y)", "cos(x*y)", 0, ""),
    ],
)
def test_plain_slips_are_named(f, dx, dy, which, told):
    found = own(f, dx, dy).over_window()
    said = slip(found, which)
    assert told in said
    assert bool(said) == bool(told)


def test_the_summary_names_the_partial_the_place_and_the_right_value():
    found, check = WRONG_Y.over_window(), WRONG_Y.check(POINT)
    said = own_charts.summary(WRONG_Y, found, check, POINT)
    assert "∂f/∂x is right everywhere in the window." in said
    assert "At (−1.5, 1) ∂f/∂y should be −0.106106, and yours gives 0.0707372." in said
    assert "<td>0.0707372017</td>" in own_charts.table(WRONG_Y, check, POINT)


def test_the_map_is_a_valid_figure_with_the_errors_in_it():
    found = WRONG_Y.over_window(31)
    points = np.stack(np.meshgrid(found.x, found.y), axis=-1)
    figure = own_charts.error_map(WRONG_Y, found, 1, POINT, WRONG_Y.value(points))
    go.Figure(figure)
    heat = figure["data"][0]
    assert 10 ** heat["z"].max() == pytest.approx(found.error[1].max())
    assert heat["z"].min() >= heat["zmin"]
    crosses = [trace for trace in figure["data"] if trace.get("name") == "the point"]
    assert crosses[0]["y"].tolist() == [1.0, 1.0]
    assert crosses[1]["x"].tolist() == [-1.5, -1.5]


def test_the_colours_change_where_the_verdicts_do():
    scale = own_charts.colours()
    places = [place for place, _ in scale]
    assert places == sorted(places)
    assert (places[0], places[-1]) == (0.0, 1.0)
    depth = -own_charts.DEEPEST
    assert places[1:-1:2] == pytest.approx([(np.log10(band) + depth) / depth for band in BANDS])


def test_one_partial_that_equals_the_other_is_not_swapped():
    """|x| + y with 1 and 1: the second is right, so nothing was exchanged."""
    found = own("abs(x) + y", "1", "1").over_window()
    assert found.wrong_share(0) == pytest.approx(0.5, abs=0.02)
    assert slip(found, 0) == ""
    assert found.wrong_share(1) == 0
    both = own("x^2*y", "x^2", "2*x*y").over_window()
    assert "swapped" in slip(both, 0)
    assert "swapped" in slip(both, 1)


@pytest.mark.parametrize("scale", [1.0, 2.0**-40, 2.0**40])
def test_relative_errors_by_hand(scale):
    typed, right = np.array([0.0, 3.0, 1.0, 0.0, -2.0]), np.array([0.0, 1.0, 1.0, 4.0, 2.0])
    np.testing.assert_array_equal(relative_errors(scale * typed, scale * right), [0, 0.5, 0, 1, 1])
    np.testing.assert_array_equal(relative_errors(0 * typed, 0 * right), 0)
    assert np.isnan(relative_errors(np.array([np.nan]), np.array([scale]))).all()


def test_wrong_is_what_is_not_below_the_first_band():
    """As `judge` has it."""
    right, doubtful = np.nextafter(BANDS[0], 0), BANDS[0]
    error = np.array([[[doubtful, right], [np.nan, right]], [[right, 0.0], [np.nan, right]]])
    found = ErrorMap(np.arange(2), np.arange(2), error, error, error)
    assert found.wrong_share(0) == pytest.approx(1 / 3)
    assert found.verdict(0) == "suspicious"
    assert found.wrong_share(1) == 0
    assert found.verdict(1) == "right"


@pytest.mark.parametrize("scale", [2.0**-20, 4.0])
def test_the_same_is_what_differs_by_no_more_than_a_billionth_of_the_largest(scale):
    second = scale * np.array([0.0, -1.0, np.nan])
    assert same(scale * np.array([EVEN, -1, 5]), second)
    assert not same(scale * np.array([1.01 * EVEN, -1, 5]), second)
    assert not same(np.array([np.nan]), np.array([scale]))


def test_a_factor_that_may_be_rounding_is_none():
    right = np.array([1.0])
    assert even_factor(EVEN * right, right) == EVEN
    assert even_factor(0.99 * EVEN * right, right) is None
    assert even_factor(right, 0 * right) is None
