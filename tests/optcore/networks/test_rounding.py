"""The digits a loss says it loses, in plain numbers, and what they do to value and slopes."""

import numpy as np
import pytest

from optcore.networks.activations import Identity, Sigmoid
from optcore.networks.losses import (
    NaiveCrossEntropy,
    SigmoidCrossEntropy,
    SoftmaxCrossEntropy,
    SquaredError,
)
from optcore.networks.network import FitLoss, Network

# Outputs of the sigmoid: 1/2, and 1 itself, to which it is rounded.
Z, A = np.array([[0.0, 0.0, 60.0, 60.0]]), np.array([[0.5, 0.5, 1.0, 1.0]])
TARGETS = np.array([[0.0, 0.25, 1.0, 0.5]])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    ("loss", "of_value", "of_delta"),
    [
        (SquaredError(), [0, 0, 0, 0], [0, 0, 0, 0]),
        (SigmoidCrossEntropy(), [0, 0, 0, 0], [0, 0.25, 1, 0.5]),
        (SoftmaxCrossEntropy(), [0, 0.25, 1, 0.5], [0, 0.5, 2, 1]),
        # y, and (1 - y) a / (1 - a) unless y is 1.
        (NaiveCrossEntropy(), [1, 1, 1, np.inf], [1, 1.25, 2, np.inf]),
    ],
    ids=lambda each: getattr(each, "name", ""),
)
def test_a_loss_knows_its_rounding(loss, of_value, of_delta, dtype):
    given = Z.astype(dtype), A.astype(dtype), TARGETS, Sigmoid()
    eps = np.finfo(dtype).eps
    np.testing.assert_allclose(loss.rounding(*given), eps * np.array([of_value]), rtol=1e-6)
    np.testing.assert_allclose(loss.delta_rounding(*given), eps * np.array([of_delta]), rtol=1e-6)


def test_the_naive_one_is_told_apart_by_a_and_by_y():
    loss, a, targets = NaiveCrossEntropy(), np.array([[0.75]]), np.array([[0.25]])
    eps = np.finfo(float).eps
    # 1/4 + 3/4 * 3/4 / (1/4).
    assert loss.rounding(None, a, targets, Sigmoid()) == pytest.approx(2.5 * eps, abs=0)
    behind = loss.rounding(None, np.array([[np.log(3)]]), targets, Identity())
    assert behind == pytest.approx(2.5 * eps, abs=0)


def test_errors_of_samples_add_as_independent_ones_in_the_mean():
    """eps y of outputs 3, 4, 0 and 0, 0, 24 in two samples: 7 and 24, whose root is 25."""
    network = Network((1, 3), Identity(), Identity())
    fit = FitLoss(network, SoftmaxCrossEntropy(), [[1.0], [2.0]], [[3, 4, 0], [0, 0, 24]])
    error = fit.value_rounding(np.zeros(6)) / np.finfo(float).eps
    assert error == pytest.approx(25 / 2)


def test_what_counts_is_the_output_however_deep():
    """ln 3 times 2, 2 and 1/4 is ln 3, whose sigmoid is 3/4."""
    network = Network((1, 1, 1, 1), Identity(), Sigmoid(), bias=False)
    fit = FitLoss(network, NaiveCrossEntropy(), [[np.log(3)]], [[0.25]])
    error = fit.value_rounding(np.array([2, 2, 0.25])) / np.finfo(float).eps
    assert error == pytest.approx(2.5)


def test_errors_of_many_samples_cancel_in_part():
    network = Network((1, 1), Identity(), Sigmoid(), bias=False)
    ones = np.ones((400, 1))
    fit = FitLoss(network, SigmoidCrossEntropy(), ones, ones)
    error = fit.slope_rounding(np.array([0.2])) / np.finfo(float).eps
    assert error == pytest.approx(1 / 20, rel=0.6)


def test_an_error_of_the_delta_reaches_a_weight_times_its_input():
    network = Network((1, 1), Identity(), Sigmoid(), bias=False)
    fit = FitLoss(network, SigmoidCrossEntropy(), [[3.0]], [[0.5]], weight_decay=7.0)
    error = fit.slope_rounding(np.array([0.2])) / np.finfo(float).eps
    np.testing.assert_allclose(error, [1.5])
    plain = FitLoss(network, SquaredError(), [[3.0]], [[0.5]], weight_decay=7.0)
    np.testing.assert_array_equal(plain.slope_rounding(np.array([0.2])), [0.0])
