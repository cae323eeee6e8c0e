"""The derivative of A X: two factors and their product, frames, sentences, and costs."""

import numpy as np
import pytest

from ui.backprop_graph import product_charts, product_view
from ui.backprop_graph.parameters import Shapes, Square
from ui.backprop_graph.product_view import Derivative, case_of

SHAPES = [Shapes(), Shapes(1, 1, 1), Shapes(4, 4, 4, 7), Shapes(1, 4, 2), Shapes(3, 1, 4)]


@pytest.mark.parametrize("by", ["X", "A"])
@pytest.mark.parametrize("shapes", SHAPES, ids=str)
def test_the_factors_shown_make_the_gradient_shown_and_so_does_the_jacobian(shapes, by):
    found = Derivative(case_of(shapes), by)
    left, right, result = (part["z"] for part in product_charts.factors(found)["data"][:3])
    np.testing.assert_array_equal(left @ right, result)
    np.testing.assert_array_equal(result, found.gradient)
    (cells, frames) = product_charts.table(found)["data"]
    g = found.case.run.value("G")
    np.testing.assert_array_equal((cells["z"].T @ np.ravel(g)).reshape(result.shape), result)
    assert (
        len(frames["meta"]["x"])
        == result.size
        == len(product_view.sentences(found, shapes, Square()))
    )


@pytest.mark.parametrize("by", ["X", "A"])
def test_frames_stand_round_the_row_the_column_and_the_entry_that_they_make(by):
    found = Derivative(case_of(Shapes(2, 3, 4)), by)
    *parts, row, column, entry = product_charts.factors(found)["data"]
    for moment, (i, j) in enumerate(found.entries):
        for frame, part, cells in ((row, parts[0], (i, slice(None))),
                                   (column, parts[1], (slice(None), j)),
                                   (entry, parts[2], (i, j))):  # fmt: skip
            x, y = (frame["meta"][axis][moment] for axis in "xy")
            across = (part["x"] > x.min()) & (part["x"] < x.max())
            inside = across & ((part["y"] > y.min()) & (part["y"] < y.max()))[:, None]
            expected = np.zeros(part["z"].shape, bool)
            expected[cells] = True
            np.testing.assert_array_equal(inside, expected)


def test_a_sentence_works_an_entry_out_and_the_last_one_adds_what_both_ways_cost():
    shapes = Shapes(2, 3, 2)
    case = case_of(shapes)
    a, g = case.run.value("A"), case.run.value("G")
    told = product_view.sentences(Derivative(case, "X"), shapes, Square(side=100))
    assert told[2].startswith("X[2, 1] counts in column 1 of Y, by column 2 of A: its gradient is ")
    assert told[2].endswith(f" = {a[:, 1] @ g[:, 0]:g}.".replace("-", "−"))
    assert "All of dL/dX = Aᵀ G: 18 operations, 42 through the Jacobian; at side 100 " in told[-1]
    told = product_view.sentences(Derivative(case, "A"), shapes, Square())
    assert told[4].startswith("A[2, 2] counts in row 2 of Y, by row 2 of X: its gradient is ")
    assert "All of dL/dA = G Xᵀ: " in told[-1]
