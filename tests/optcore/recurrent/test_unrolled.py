"""The cliff of one unit unrolled: its derivatives, its wall, and what clipping does there."""

import numpy as np
import pytest

from optcore.descent import ClipNorm, descend
from optcore.knobs import knobs
from optcore.networks.losses import SquaredError
from optcore.optimizers import GradientDescent
from optcore.recurrent import RecurrentNet, SequenceLoss, TanhCell, UnrolledUnit

PLACES = [(2.6, -0.55), (1.2, 0.1), (0.7, -2.0), (3.9, 0.4), (1.5, -0.26)]


@pytest.mark.parametrize("lag", [1, 8, 25])
@pytest.mark.parametrize("place", PLACES)
def test_gradient_and_hessian_are_those_of_the_complex_step(place, lag):
    surface, point = UnrolledUnit(lag=lag), np.array(place)
    shifted = point + 1e-30j * np.eye(2)
    np.testing.assert_allclose(surface.grad(point), surface.value(shifted).imag / 1e-30, rtol=1e-9)
    np.testing.assert_allclose(
        surface.hessian(point), surface.grad(shifted).imag / 1e-30, rtol=1e-9, atol=1e-14
    )


def test_it_is_the_loss_of_a_recurrent_net():
    """A tanh cell of one unit without input, started at 1/2 by its first bias."""
    surface, (w, b) = UnrolledUnit(lag=9), (1.7, -0.3)
    net = RecurrentNet(TanhCell(), 1, 1, 1)
    # The first step alone has an input: it makes h_1 what the surface's is.
    parts = {"W_input": [[w * 0.5]], "W_hidden": [[w]], "b": [b], "W_output": [[1.0]],
             "b_output": [0.0]}  # fmt: skip
    theta = net.pack({name: np.array(part) for name, part in parts.items()})
    inputs = np.zeros((9, 1, 1))
    inputs[0] = 1.0
    fit = SequenceLoss(net, SquaredError(), inputs, np.full((1, 1, 1), surface.target))
    assert surface.value(np.array([w, b])) == pytest.approx(2 * fit.value(theta), rel=1e-12)


def test_a_batch_is_each_alone_and_its_knobs_admit_their_defaults():
    surface = UnrolledUnit()
    together = surface.grad(np.array(PLACES))
    np.testing.assert_array_equal(together, [surface.grad(np.array(one)) for one in PLACES])
    assert all(k.admits(getattr(surface, name)) for name, k in knobs(surface).items())


def test_the_wall_is_steeper_the_longer_the_lag():
    """Along b the loss falls from one plain to the other, the sooner the longer the lag."""
    b = np.linspace(-1.2, -0.2, 4001)
    line = np.stack([np.full_like(b, 2.6), b], axis=-1)
    steepest = [np.abs(UnrolledUnit(lag=lag).grad(line)[:, 1]).max() for lag in (5, 10, 15)]
    assert steepest[1] > 4 * steepest[0]
    assert steepest[2] > 4 * steepest[1]


def test_clipping_keeps_what_the_wall_throws_out():
    surface, method = UnrolledUnit(), GradientDescent(learning_rate=1.0)
    free = descend(surface, method, surface.start, 200)
    kept = descend(surface, method, surface.start, 200, clip=ClipNorm(0.5))
    assert np.abs(np.diff(free.points, axis=0)).max() > 5
    assert free.last_value > 0.2
    assert np.abs(np.diff(kept.points, axis=0)).max() <= 0.5 + 1e-9
    assert kept.last_value < 1e-6
