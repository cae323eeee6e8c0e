"""Which units a move carries over a kink: against a search one component at a time, and by hand."""

import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest
from checked import fit_of, theta_of

from optcore.checks.kinks import (
    ROUNDED,
    Crossing,
    crossings,
    kept_on_kinks,
    leaves_kink,
    on_kinks,
)
from optcore.networks.activations import HardSigmoid, Identity, ReLU, Tanh
from optcore.networks.network import Network


def nearest_by_search(fit, theta, index, h):
    """(gap, layer, unit, sample) of the first nearest crossing, from 0, or None."""
    found, here = None, fit.forward(theta).normalised
    move = h * (np.arange(theta.size) == index)
    moved = [fit.forward(theta + side * move).normalised for side in (-1, 1)]
    for layer, z in enumerate(here):
        last = layer == len(here) - 1
        for kink in (fit.network.output if last else fit.network.hidden).kinks:
            for (sample, unit), value in np.ndenumerate(z):
                sides = {bool(there[layer][sample, unit] > kink) for there in moved}
                crossed = sides != {bool(value > kink)}
                if crossed and (found is None or abs(value - kink) < found[0]):
                    found = abs(value - kink), layer, unit, sample
    return found


@pytest.mark.parametrize(
    ("hidden", "output", "silent"),
    [(ReLU(), Identity(), 0), (Tanh(), ReLU(), 0), (HardSigmoid(), HardSigmoid(), 0),
     (ReLU(), ReLU(), 2)],
    ids=["hidden", "output", "two kinks each", "many exactly on their kink"],
)  # fmt: skip
def test_the_nearest_crossing_is_that_of_a_search(hidden, output, silent):
    """More components than are traced at once; without biases samples of 0 sit on the kink."""
    fit = fit_of((3, 5, 4, 2), hidden, output=output, m=4)
    theta = theta_of(fit)
    if silent:
        fit.inputs[:silent] = 0
        for _, biases in fit.network.layers(theta):
            biases[:] = 0
    indices = np.random.default_rng(0).permutation(theta.size)[:34]
    h = np.random.default_rng(1).uniform(0.1, 6.0, 34)
    found = crossings(fit, theta, indices, h)
    assert len(found) > 5
    for index, step in zip(indices, h, strict=True):
        wanted = nearest_by_search(fit, theta, index, step)
        assert (int(index) in found) == (wanted is not None)
        if wanted:
            gap, layer, unit, sample = wanted
            told = found[int(index)]
            assert (told.index, told.layer, told.unit, told.sample) == (
                index, layer + 1, unit, sample
            )  # fmt: skip
            assert told.gap == pytest.approx(gap, rel=1e-9, abs=1e-14)


def test_a_smooth_network_has_no_crossings_and_another_objective_may_tell_its_own():
    fit = fit_of((3, 4, 2), Tanh())
    assert crossings(fit, theta_of(fit), np.arange(3), np.full(3, 1e3)) == {}
    near, far = Crossing(1, 2, 0, 0, 0.1), Crossing(1, 1, 1, 1, 0.2)
    own = SimpleNamespace(kinks_crossed=lambda point, index, h: [near, far] if index == 1 else [])
    assert crossings(own, np.zeros(3), np.arange(3), np.ones(3)) == {1: near}


def test_what_a_crossing_is_called():
    assert "along component 4" in Crossing(4).sentence
    assert Crossing(0, 1, 2, 3, 0.0).sentence.endswith("sits exactly on its kink")
    assert "it is 5.0e-01 from" in Crossing(0, 1, 2, 3, 0.5).sentence
    assert "it is 1.0e+00 from" in Crossing(0, 1, 2, 3, 1.0).sentence


def with_pre_activations(hidden, output, *read):
    """An objective whose layers read these z (m, n), whatever the point."""
    sizes = (1, *(z.shape[-1] for z in read))
    return SimpleNamespace(
        network=Network(sizes, hidden, output),
        forward=lambda point: SimpleNamespace(normalised=list(read)),
    )


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("largest", [0.25, 1.25, 8.0])
def test_a_unit_is_on_a_kink_to_so_many_eps_of_the_largest_in_its_layer(dtype, largest):
    near = ROUNDED * np.finfo(dtype).eps * max(1.0, largest)
    first = np.array([[near, 1.01 * near, -largest], [largest, -near, -1.01 * near]])
    last = np.full((2, 4), 0.0)
    hidden = with_pre_activations(ReLU(), Identity(), first.astype(dtype), last)
    assert on_kinks(hidden, None) == [(0, 0), (0, 1)]
    output = with_pre_activations(
        Tanh(), ReLU(), first.astype(dtype), last + np.array([1, 0, 0, 1])
    )
    assert on_kinks(output, None) == [(1, 1), (1, 2)]
    assert on_kinks(with_pre_activations(Tanh(), Identity(), first, last), None) == []


def test_a_kink_is_where_it_is():
    one_sided = SimpleNamespace(kinks=(0.5,))
    z = np.array([[0.5, -0.5, 0.0]])
    assert on_kinks(with_pre_activations(one_sided, Identity(), z, z), None) == [(0, 0)]


def small(first, second, biases):
    """ReLUs from two inputs (1, 1/2) to three, two, and one unit."""
    network = Network((2, 3, 2, 1), ReLU(), Identity())
    fit = dataclasses.replace(
        fit_of((2, 3, 2, 1), ReLU(), m=1), network=network, inputs=np.array([[1.0, 0.5]])
    )
    theta = np.concatenate(
        [np.ravel(first), biases[0], np.ravel(second), biases[1], [1.0, 1.0, 0.0]]
    )
    return fit, theta


def test_what_carries_a_unit_off_its_kink_is_left_out_its_weights_too_where_its_input_is_not_0():
    fit, theta = small([[1, 1], [2, -4], [-1, 1]], [[1, 1, 1], [3, 5, 1]], [[0, 0, 0], [1, -4.5]])
    # Layer 1 reads 1.5, 0 and -0.5; layer 2 reads 2.5 and 0.
    assert on_kinks(fit, theta) == [(0, 1), (1, 1)]
    direction = np.arange(1.0, theta.size + 1)
    kept = kept_on_kinks(fit, theta, direction)
    np.testing.assert_array_equal(direction[kept == 0], [3, 4, 8, 13, 14, 15, 17])
    np.testing.assert_array_equal(kept[kept != 0], direction[kept != 0])


@pytest.mark.parametrize("side", [1.0, -1.0])
def test_the_least_move_is_a_power_of_eps_and_goes_both_ways(side):
    """The bias of 4 - 4 is moved by eps^(3/4), which is more than the spacing of floats at 4."""
    fit, theta = small([[1, 1], [4, 0], [-1, 1]], [[1, 1, 1], [3, 5, 1]], [[0, -4, 0], [1, 1]])
    assert on_kinks(fit, theta) == [(0, 1)]
    along_bias = side * (np.arange(theta.size) == fit.blocks["b1"].start + 1)
    assert leaves_kink(fit, theta, along_bias, [(0, 1)])
    assert not leaves_kink(fit, theta, 1e-9 * along_bias, [(0, 1)])
    assert not leaves_kink(fit, theta, np.roll(along_bias, 1), [(0, 1)])


@pytest.mark.parametrize(("weight", "leaves"), [(1.0, True), (-1.0, False)])
def test_on_the_kink_itself_a_unit_is_off(weight, leaves):
    """Where the unit before wakes up, one that falls from 0 was off and stays off."""
    fit, theta = small([[1, 1], [2, -4], [1, 1]], [[0, weight, 0], [3, 5, 1]], [[0, 0, 0], [0, 1]])
    assert on_kinks(fit, theta) == [(0, 1), (1, 0)]
    along_bias = 1.0 * (np.arange(theta.size) == fit.blocks["b1"].start + 1)
    assert leaves_kink(fit, theta, along_bias, [(1, 0)]) == leaves
