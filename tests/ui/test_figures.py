"""The parts of figures that pages share."""

import numpy as np
import pytest
from dressing import validated

from ui.figures import (
    apart,
    axis,
    colour_bar,
    ink,
    layout,
    level,
    log_axis,
    log_range,
    log_range_below_top,
    marks,
    needle,
    note,
    positive,
    power,
    track,
)

LOOK = {"colour": "#123456", "dash": "dot", "symbol": "square"}


def test_a_log_range_holds_what_is_positive_and_finite_in_whole_decades():
    assert log_range([np.array([0.02, 5.0])]) == [-2.0, 1.0]
    assert log_range([np.array([0.1, 0.1])]) == [-1.0, 0.0]
    assert log_range([]) == [-0.0, 1.0]
    assert log_range([np.array([0.0, np.nan, -3.0, np.inf])]) == [-1.0, 1.0]


def test_a_log_range_ends_where_it_is_told_and_grows_coarse():
    assert log_range([np.array([1e-40, 1e40])]) == [-20.0, 15.0]
    assert log_range([np.array([1e-40, 1e40])], 1e-300, 1e300) == [-40.0, 40.0]
    assert log_range([np.array([1e-40])], deepest=1e-32) == [-32.0, -31.0]
    rng = np.random.default_rng(1)
    for low, high in np.sort(rng.uniform(-290, 290, (200, 2))):
        reach = log_range([10.0 ** np.array([low, high])], 1e-300, 1e300)
        assert reach[0] <= low + 1e-9
        assert reach[1] >= high - 1e-9
        assert reach[1] - reach[0] <= 1.4 * (high - low) + 2
        assert 3 <= (reach[1] - reach[0]) / apart(reach) + 1 <= 12 or high - low < 2


def test_a_log_range_below_the_top_holds_it_inside_wherever_it_is():
    assert log_range_below_top([np.array([1e-9, 3.0])]) == [-9.0, 1.0]
    assert log_range_below_top([np.array([1e-40, 1e60])], 5) == [56.0, 61.0]
    assert log_range_below_top([[1.0], [0.5]]) == [-1.0, 1.0]
    assert log_range_below_top([]) == log_range_below_top([[0.0, np.nan]]) == [-1.0, 1.0]


@pytest.mark.parametrize(
    ("exponent", "told"), [(0, "1"), (-3, "10<sup>−3</sup>"), (12, "10<sup>12</sup>")]
)
def test_a_power_of_ten_as_a_label(exponent, told):
    assert power(exponent) == told


def test_what_a_log_axis_cannot_show_is_nan():
    shown = positive([1.0, 0.0, -2.0, np.inf, np.nan])
    assert shown[0] == 1
    assert np.isnan(shown[1:]).all()


def test_the_parts_make_a_figure_that_plotly_draws():
    figure = {
        "data": [
            track("a", LOOK, "curve", x=np.arange(3.0), y=np.arange(3.0)),
            marks("b", LOOK, np.zeros(1), np.ones(1), size=9),
            ink("c", [0, 1], [1, 1], dash="dash"),
            needle(np.arange(3), [0, 1]),
            {"type": "heatmap", "z": [[1, 2]], "colorbar": colour_bar([1, 2], ["1", "2"], "loss")},
        ],
        "layout": layout("f", "Title", xaxis=axis("x", [0, 2]), yaxis=log_axis("y", [-3, 4]),
                         shapes=[level(1.0)], annotations=[note("here", 1, 2, yanchor="top")]),
    }  # fmt: skip
    drawn = validated(figure)
    assert drawn.layout.yaxis.type == "log"
    assert tuple(drawn.layout.yaxis.range) == (-3, 4)
    assert drawn.layout.title.text == "Title"
    assert drawn.layout.margin.t == 28
    assert figure["data"][3]["meta"]["x"].tolist() == [[0, 0], [1, 1], [2, 2]]
