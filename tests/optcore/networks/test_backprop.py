"""One line of backpropagation overridden: what it spoils, and what it leaves right."""

import dataclasses

import numpy as np
import pytest

from optcore.networks.activations import Identity, MisprintedTanh
from optcore.networks.backprop import Backprop
from optcore.networks.backprop_lines import BackpropLine, lines_of
from optcore.networks.losses import SquaredError
from optcore.networks.network import FitLoss, Network


class WrongSlope(Backprop):
    def hidden_derivative(self, fit, forward, layer):
        return 1 - forward.units[layer] ** 2


class SumForBias(Backprop):
    def bias_grad(self, fit, forward, layer, delta):
        return super().bias_grad(fit, forward, layer, delta) * forward.samples


class NoPenalty(Backprop):
    def penalty_grad(self, fit, forward, layer):
        return 0.0


class DroppedScale(Backprop):
    def dropout_backward(self, fit, forward, layer, upstream):
        return upstream * forward.masks[layer]


class Untransposed(Backprop):
    def carry_back(self, fit, forward, layer, delta):
        weights = forward.weights[layer]
        square = weights.shape[-1] == weights.shape[-2]
        return delta @ (weights.T if square else weights)


@pytest.mark.parametrize(
    ("slip", "wrong"),
    [
        (WrongSlope, {"W1", "b1", "W2", "b2"}),
        (SumForBias, {"b1", "b2", "b3"}),
        (NoPenalty, {"W1", "W2", "W3"}),
        (DroppedScale, {"W1", "b1", "W2", "b2"}),
        (Untransposed, {"W1", "b1"}),
    ],
)
def test_one_overridden_line_spoils_the_blocks_it_must(slip, wrong):
    rng = np.random.default_rng(0)
    network = Network((3, 4, 4, 3), MisprintedTanh(), Identity())
    theta = rng.standard_normal(network.parameters)
    fit = FitLoss(network, SquaredError(), rng.standard_normal((6, 3)), rng.standard_normal((6, 3)),
                  dropout=0.3, dropout_seed=0, weight_decay=0.1)  # fmt: skip
    right = fit.grad(theta)
    spoiled = dataclasses.replace(fit, backprop=slip()).grad(theta)
    differing = {
        name
        for name, block in fit.blocks.items()
        if np.linalg.norm(spoiled[block] - right[block]) > 1e-3 * np.linalg.norm(right[block])
    }
    assert differing == wrong


NETWORK = Network((3, 4, 4, 2), MisprintedTanh(), Identity())


@pytest.mark.parametrize(
    ("line", "blocks"),
    [
        (BackpropLine("output delta", 3), "W1 b1 W2 b2 W3 b3"),
        (BackpropLine("delta", 2), "W1 b1 W2 b2"),
        (BackpropLine("delta", 1), "W1 b1"),
        (BackpropLine("weight grad", 2), "W2"),
        (BackpropLine("bias grad", 3), "b3"),
        (BackpropLine("penalty"), "W1 W2 W3"),
    ],
    ids=lambda each: getattr(each, "name", ""),
)
def test_a_line_spoils_what_it_feeds(line, blocks):
    assert " ".join(line.blocks(NETWORK)) == blocks


def test_lines_run_from_the_output_down():
    names = [line.name for line in lines_of(NETWORK)]
    assert names == ["delta 3 (output)", "dW3", "db3", "delta 2", "dW2", "db2", "delta 1", "dW1",
                     "db1", "L2 term"]  # fmt: skip
    bare = lines_of(dataclasses.replace(NETWORK, bias=False), weight_decay=False)
    assert [line.name for line in bare][-2:] == ["delta 1", "dW1"]


def test_a_line_reads_the_layers_beside_its_own():
    assert r"(W^{3})^\top \delta^{3} \odot" in BackpropLine("delta", 2).latex
    assert BackpropLine("weight grad", 2).latex == r"dW^{2} = \delta^{2} (a^{1})^\top"
