"""Early stopping is a weight decay: on a quadratic exactly, axis by axis."""

import numpy as np
import pytest
from stepping import Quadratic

from optcore.descent.loop import descend
from optcore.optimizers import GradientDescent
from optcore.samples.stopping import decayed_share, early_stop, matching_decay, stopped_share

MATRIX = np.array([[3.0, 1.0], [1.0, 0.5]])
TARGET = np.array([1.0, -2.0])


def test_a_run_from_0_covers_the_share():
    quadratic = Quadratic(MATRIX, MATRIX @ TARGET)
    curvature, axes = np.linalg.eigh(MATRIX)
    run = descend(quadratic, GradientDescent(0.1), [0.0, 0.0], 25)
    for steps in (0, 1, 7, 25):
        share = stopped_share(curvature, 0.1, steps)
        expected = axes @ (share * (axes.T @ TARGET))
        np.testing.assert_allclose(run.points[steps], expected, rtol=1e-10, atol=1e-14)


def test_the_minimum_with_decay_covers_the_share():
    curvature, axes = np.linalg.eigh(MATRIX)
    decayed = np.linalg.solve(MATRIX + 0.3 * np.eye(2), MATRIX @ TARGET)
    expected = axes @ (decayed_share(curvature, 0.3) * (axes.T @ TARGET))
    np.testing.assert_allclose(decayed, expected, rtol=1e-12)


def test_the_matching_decay_stops_where_the_run_does():
    curvature = np.geomspace(0.01, 15, 9)
    for steps in (1, 4, 40):
        decay = matching_decay(curvature, 0.1, steps)
        stopped = stopped_share(curvature, 0.1, steps)
        np.testing.assert_allclose(decayed_share(curvature, decay), stopped, rtol=1e-12)


def test_one_decay_equals_the_stop_on_every_shallow_axis():
    decay = matching_decay(np.array([1e-4, 1e-3]), 0.1, 20)
    np.testing.assert_allclose(decay, 1 / (0.1 * 20), rtol=0.01)
    assert matching_decay(5.0, 0.1, 20) < 1e-4


@pytest.mark.parametrize(
    ("losses", "patience", "row"),
    [
        ([3, 2, 1, 2, 3, 0], 2, 2),
        ([3, 2, 1, 2, 3, 0], 4, 5),
        ([3, 2, 1], 1, 2),
        ([1, 1, 1], 1, 0),
        ([5.0, np.nan, 4.0], 2, 2),
        ([np.inf, np.nan, np.inf], 5, 0),
        ([np.nan, 2.0, 2.0, 1.0], 2, 3),
    ],
)
def test_a_run_is_given_up_after_so_many_rows_without_a_lower_loss(losses, patience, row):
    assert early_stop(losses, patience) == row


def test_a_patience_of_none_is_refused():
    with pytest.raises(ValueError, match="at least 1"):
        early_stop([1.0], 0)
