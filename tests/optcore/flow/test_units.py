"""How hidden units fare: dead, sparse, starved, and how alike samples are to them."""

import numpy as np
import pytest

from optcore.flow.layer_flow import layer_flow
from optcore.flow.units import units_of
from optcore.networks.activations import Identity, ReLU, Tanh
from optcore.networks.initializers import XavierNormal
from optcore.networks.losses import SquaredError
from optcore.networks.network import FitLoss, Network


def test_how_hidden_units_fare():
    """ReLU units x - 9 (on once), x + 20 (always), x - 50 (dead) and 0 (starved), x = -9.5 to 9.5;
    above them the sum of the first two, and its negative less 1, which is dead."""
    network = Network((1, 4, 2, 1), ReLU(), Identity())
    inputs = np.arange(-9.5, 10)[:, None]
    first = (1, 1, 1, 0), (-9, 20, -50, 0)
    theta = np.array([*np.ravel(first), 1, 1, 0, 0, -1, -1, 0, 0, 0, -1, 1, 1, 0], float)
    units = units_of(layer_flow(FitLoss(network, SquaredError(), inputs, 0 * inputs), theta))
    np.testing.assert_allclose(units.dead, [2 / 4, 1 / 2])
    np.testing.assert_allclose(units.sparse, [1 / 4, 0])
    np.testing.assert_allclose(units.zero, [59 / 80, 1 / 2])
    np.testing.assert_allclose(units.saturated, [59 / 80, 1 / 2])
    np.testing.assert_array_equal(units.starved, [1 / 4, 0])
    assert units.on.shape == (2, 65)
    np.testing.assert_allclose(units.on[:, [0, 10, 32, 54, 64]],
                               [[0, 0, 0.05, 1, 1], [0, 0, 0, 1, 1]])  # fmt: skip
    # Ten inputs on either side: 90 pairs alike, 100 opposite. Then all are on the unit x + 20.
    assert units.alike[0] == pytest.approx(-10 / 190)
    rows = np.maximum(inputs * first[0] + first[1], 0)
    lengths = np.linalg.norm(rows, axis=1)
    cosines = rows @ rows.T / np.outer(lengths, lengths)
    assert units.alike[1] == pytest.approx(cosines[np.triu_indices(20, 1)].mean())


def test_two_rows_have_a_cosine_and_rows_of_zeros_none():
    network = Network((2, 1, 1), ReLU(), Identity())

    def of(*inputs):
        fit = FitLoss(network, SquaredError(), np.array(inputs), np.zeros((len(inputs), 1)))
        return units_of(layer_flow(fit, np.array([1.0, 0.0, 0.0, 1.0, 0.0])))

    assert of([3.0, 4.0], [4.0, 3.0], [0.0, 0.0]).alike[0] == pytest.approx(24 / 25)
    assert np.isnan(of([3.0, 4.0], [0.0, 0.0]).alike[0])
    # On for one sample in ten: a tenth is not below a tenth.
    assert of([1.0, 0.0], *[[-1.0, 0.0]] * 9).sparse[0] == 0
    assert of([1.0, 0.0], *[[-1.0, 0.0]] * 10).sparse[0] == 1


def test_one_sample_is_like_no_other():
    fit = FitLoss(Network((2, 2, 1), Tanh(), Identity()), SquaredError(), [[3.0, 4.0]], [[0.0]])
    flow = layer_flow(fit, fit.network.initial(XavierNormal(), 0))
    assert np.isnan(units_of(flow).alike).all()
