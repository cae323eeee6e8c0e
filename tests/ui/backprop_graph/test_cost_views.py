"""What the views on costs show and say: A X, and why backward."""

import contextlib
import io

import numpy as np
import plotly.graph_objects as go
import pytest

from ui.backprop_graph import product_charts, product_view, why_charts, why_view
from ui.backprop_graph.parameters import Shape, Sizes
from ui.backprop_graph.product_view import Product

SHAPES = [Shape(), Shape(1, 1, 1), Shape(4, 4, 4), Shape(1, 4, 2), Shape(3, 1, 4)]
SIZES = [Sizes(), Sizes(1, 1, 1), Sizes(3, 20, 14)]


def printed(program: str) -> str:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(program, {})
    return out.getvalue()


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_the_picture_of_a_product_has_its_jacobian_and_its_gradient(shape):
    product = Product(shape)
    (cells, frames) = product_charts.layout_of(product)["data"]
    known = np.isfinite(cells["z"])
    assert known.sum() == product.costs.nonzero
    np.testing.assert_allclose(cells["z"][known],
                               np.kron(product.a, np.eye(shape.columns))[known])  # fmt: skip
    at, g, result = product_charts.products(product)["data"][:3]
    np.testing.assert_array_equal(at["z"] @ g["z"], result["z"])
    assert len(frames["meta"]["x"]) == product.x.size


def test_a_frame_stands_round_what_makes_the_entry():
    product = Product(Shape(2, 3, 2))
    figure = product_charts.products(product)
    row, column, entry = figure["data"][3:]
    moment = 3  # X[2, 2]
    assert product.entry(moment) == (1, 1)
    assert (row["meta"]["x"][moment].min(), row["meta"]["x"][moment].max()) == (-0.5, 1.5)
    assert (row["meta"]["y"][moment].min(), row["meta"]["y"][moment].max()) == (0.5, 1.5)
    left = figure["data"][1]["x"]
    assert column["meta"]["x"][moment].mean() == pytest.approx(left[1], abs=0.3)
    assert entry["meta"]["y"][moment].min() == 0.5


def test_the_sentence_of_an_entry_is_a_column_of_a_times_a_column_of_g():
    told = product_view.told(Product(Shape(2, 3, 2)))
    assert len(told) == 6
    assert told[3].startswith(
        "X[2, 2] counts in column 2 of Y alone, by column 2 of A: its gradient is "
        "(−2) × (−1) + 2 × 1 = 4."
    )
    assert "4 × 6 = 24 entries, 12 of which can differ from 0" in told[3]


def test_the_program_of_a_product_finds_the_same_both_ways():
    product = Product(Shape(3, 2, 4))
    first, second = printed(product_view.program(product)).splitlines()
    assert str(product.gradient.tolist()) in first
    assert str(product.gradient.tolist()) in second
    assert str((product.g @ product.x.T).tolist()) in second


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_the_marks_stand_at_what_the_sliders_say(sizes):
    for figure, across, names in (
        (why_charts.passes(sizes), sizes.outputs, ("forward mode", "reverse mode")),
        (why_charts.paths(sizes), sizes.blocks, ("paths", "edges")),
    ):
        go.Figure({"data": [{k: v for k, v in trace.items() if k != "meta"}
                            for trace in figure["data"]]})  # fmt: skip
        marks = figure["data"][2:]
        assert [mark["name"] for mark in marks] == list(names)
        assert all(mark["x"] == across for mark in marks)
    found = why_view.facts(sizes)
    assert marks[0]["y"] == found["paths"] == 2**sizes.blocks
    assert marks[1]["y"] == found["edges"] == 3 * sizes.blocks


def test_the_words_say_which_mode_is_the_way_and_count_passes_and_paths():
    one = why_view.told(Sizes(12, 1, 8))
    assert one.startswith("12 inputs, 1 output: forward mode takes 12 passes, ")
    assert "Reverse mode is the way here. 8 blocks: 256 paths over 24 edges;" in one
    assert "reverse mode 1 pass, " in one
    many = why_view.told(Sizes(1, 30, 1))
    assert "1 input, 30 outputs: forward mode takes 1 pass, " in many
    assert "Forward mode is the way here. 1 block: 2 paths over 3 edges;" in many
    assert why_view.facts(Sizes(1, 30, 1))["cheaper"] == "forward"


def test_the_table_and_the_sheet_have_the_counts_of_the_core():
    forward, reverse = why_view.modes(5, 2)
    rows = why_view.rows(Sizes(5, 2, 3))
    assert rows[0][1:3] == ["5", str(forward.operations)]
    assert rows[1][1:3] == ["2", str(reverse.operations)]
    assert rows[2][1] == "8"
    assert why_view.sheet(Sizes(5, 2, 3)).splitlines()[2] == (
        f"2,{forward.operations},{reverse.operations}"
    )


def test_the_program_of_the_modes_finds_one_jacobian():
    assert printed(why_view.program(Sizes(4, 3, 2))) == (
        "4 passes forward, 3 back; the same Jacobian: True\n"
    )
