"""The exact product of a network's Hessian with a vector, one pass forward and one back.

Pearlmutter (1994), Fast exact multiplication by the Hessian: R{q} is the derivative of a
quantity q of the forward or the backward pass as theta moves along the vector.
"""

from typing import TypeGuard

import numpy as np

from optcore.networks.backprop import Backprop
from optcore.networks.network import FitLoss

IMAGINARY = 1e-20


class ROperator:
    """v -> H v at parameters (..., P) of a FitLoss without normalisation and dropout.

    What does not depend on v is computed once; vectors are (..., P), and may have more leading
    axes than theta. The second derivative of an activation function is the complex step of
    its first one, so no activation needs to define it.
    """

    def __init__(self, fit: FitLoss, theta: np.ndarray):
        self.fit, trace = fit, fit.trace(theta)
        self.weights, self.read = trace.forward.weights, trace.activations[:-1]
        self.deltas, self.last = trace.deltas, trace.pre_activations[-1]
        hidden, inner = fit.network.hidden, trace.pre_activations[:-1]
        self.slopes = [hidden.derivative(z) for z in inner]
        self.bends = [_along(hidden.derivative, z, 1.0) for z in inner]
        self.upstream = self._upstream()

    @staticmethod
    def suits(objective) -> TypeGuard[FitLoss]:
        """Whether an objective is such a FitLoss, with the right backward pass."""
        return (
            isinstance(objective, FitLoss)
            and objective.network.norm is None
            and objective.dropout == 0
            and type(objective.backprop) is Backprop
        )

    def __call__(self, vector) -> np.ndarray:
        pairs = self.fit.network.layers(np.asarray(vector, float))
        moved_z, moved_read = self._forward(pairs)
        return self._backward(pairs, moved_z, moved_read)

    def _upstream(self) -> list:
        """dL/da of every hidden layer."""
        network = self.fit.network
        upstream = [None] * network.depth
        for layer in reversed(range(1, network.depth)):
            through = self.deltas[layer] @ self.weights[layer]
            skipped = network.skips(layer)
            upstream[layer - 1] = through + upstream[layer] if skipped else through
        return upstream

    def _forward(self, pairs):
        """R{z} of every layer and R{a} of what every layer reads, None for the inputs."""
        network, moved_z, moved_read = self.fit.network, [], [None]
        for layer, (weights, biases) in enumerate(pairs):
            moved = self.read[layer] @ weights.mT + biases[..., None, :]
            if layer:
                moved = moved + moved_read[layer] @ self.weights[layer].mT
            moved_z.append(moved)
            if layer < network.depth - 1:
                unit = self.slopes[layer] * moved
                moved_read.append(unit + moved_read[layer] if network.skips(layer) else unit)
        return moved_z, moved_read

    def _backward(self, pairs, moved_z, moved_read) -> np.ndarray:
        fit, network = self.fit, self.fit.network
        delta, above = _along(self._output_delta, self.last, moved_z[-1]), None
        parts = []
        for layer in reversed(range(network.depth)):
            if layer < network.depth - 1:
                bent = self.upstream[layer] * self.bends[layer] * moved_z[layer]
                delta = above * self.slopes[layer] + bent
            weights = delta.mT @ self.read[layer] + fit.weight_decay * pairs[layer][0]
            if layer:
                weights = weights + self.deltas[layer].mT @ moved_read[layer]
                below = delta @ self.weights[layer] + self.deltas[layer] @ pairs[layer][0]
                above = below + above if network.skips(layer) else below
            if network.bias:
                parts.append(delta.sum(axis=-2))
            parts.append(weights.reshape(*weights.shape[:-2], -1))
        return np.concatenate(parts[::-1], axis=-1)

    def _output_delta(self, z):
        output = self.fit.network.output
        return self.fit.loss.delta(z, output.value(z), self.fit.targets, output) / z.shape[-2]


def _along(function, z, direction) -> np.ndarray:
    """The derivative of a function of each unit, or each sample, of z along a direction."""
    return np.imag(function(z + 1j * IMAGINARY * direction)) / IMAGINARY
