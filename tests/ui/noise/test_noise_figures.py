"""Pieces of the Noise page's figures."""

import numpy as np

from ui.noise.figures import near, segments


def test_segments_have_gaps_between_them():
    x, y = segments([0.0, 0.0], [[1.0, 2.0], [3.0, 4.0]])
    np.testing.assert_array_equal(x, [0, 1, np.nan, 0, 3, np.nan])
    np.testing.assert_array_equal(y, [0, 2, np.nan, 0, 4, np.nan])


def test_what_leaves_the_picture_keeps_its_direction_and_no_more():
    points = np.array([[1.0, 2.0], [3e9, -6e9], [np.inf, 0.0], [np.nan, 0.0]])
    found = near(points)
    np.testing.assert_allclose(found[:3], [[1, 2], [10, -20], [20, 0]])
    assert np.isnan(found[3]).any()
    np.testing.assert_allclose(near(points[1:2], (1.0, 0.0)), [[11, -20]], rtol=1e-6)
