"""The forward pass of a network, with everything the backward pass will ask for.

A hidden layer turns a = activations[l] into activations[l + 1] in this order: z = W a + b,
normalisation (if any) of z, the activation function, dropout, and the identity skip (if
any). The output layer has neither normalisation, dropout nor skip.

Arrays are (..., m, n): leading axes are a batch of parameter vectors, m samples, n units.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from optcore.networks.network import Network

# torch.nn.LayerNorm and BatchNorm1d.
NORM_EPSILON = 1e-5
NORM_AXIS = {"layer": -1, "batch": -2}


def normalise(z, norm):
    """(z - mean) / spread and the spread, over units ("layer") or over samples ("batch").

    The spread is sqrt(variance + 1e-5) with the biased variance, and there are no learnable
    scale and shift: Ba, Kiros and Hinton (2016); Ioffe and Szegedy (2015), training mode.
    """
    axis = NORM_AXIS[norm]
    centred = z - z.mean(axis, keepdims=True)
    # Squared without abs, so that the variance of complex z is the analytic one.
    spread = np.sqrt((centred * centred).mean(axis, keepdims=True) + NORM_EPSILON)
    return centred / spread, spread


def normalise_backward(gradient, normalised, spread, norm):
    """dL/dz from dL/d(normalised): the mean and the spread depend on every z too."""
    axis = NORM_AXIS[norm]
    along = (gradient * normalised).mean(axis, keepdims=True)
    return (gradient - gradient.mean(axis, keepdims=True) - normalised * along) / spread


@dataclass
class ForwardPass:
    """What one forward pass leaves behind. Lists have an entry per layer, the first is 0.

    `activations` starts with the inputs, so activations[l] is what layer l read. `units` is
    the activation function's value before dropout and skip, `normalised` what it was given
    (the pre-activation itself where there is no normalisation), `spreads` the divisor of the
    normalisation or None, `masks` the 0/1 dropout mask of a hidden layer or None.
    """

    network: "Network"
    weights: list
    biases: list
    masks: list
    keep: float
    activations: list
    pre_activations: list = field(default_factory=list)
    normalised: list = field(default_factory=list)
    spreads: list = field(default_factory=list)
    units: list = field(default_factory=list)

    @property
    def samples(self) -> int:
        return len(self.activations[0])

    def is_output(self, layer) -> bool:
        return layer == len(self.weights) - 1

    def run(self) -> "ForwardPass":
        for layer in range(len(self.pre_activations), len(self.weights)):
            self.advance(self.pre_activation(layer))
        return self

    def pre_activation(self, layer):
        """W a + b of the layer for every sample."""
        z = self.activations[layer] @ np.swapaxes(self.weights[layer], -1, -2)
        z += self.biases[layer][..., None, :]
        return z

    def advance(self, z):
        """Carry pre-activations z through the rest of the next layer."""
        layer, network = len(self.pre_activations), self.network
        hidden = not self.is_output(layer)
        normalised, spread = z, None
        if hidden and network.norm:
            normalised, spread = normalise(z, network.norm)
        unit = (network.hidden if hidden else network.output).value(normalised)
        activation = unit
        if self.masks[layer] is not None:
            activation = unit * self.masks[layer] / self.keep
        if network.skips(layer):
            activation = activation + self.activations[layer]
        for record, entry in (
            (self.pre_activations, z),
            (self.normalised, normalised),
            (self.spreads, spread),
            (self.units, unit),
            (self.activations, activation),
        ):
            record.append(entry)
