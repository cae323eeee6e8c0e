"""A ReLU network unit by unit: which are on, what that stops, which are dead and why."""

from dataclasses import dataclass

import numpy as np

from optcore.flow.layer_flow import LayerFlow


@dataclass(frozen=True, eq=False)
class ReluLayer:
    """One hidden layer of a ReLU network on a batch. Arrays are (m, n), samples by units.

    `on` says which units are on (z > 0). `arriving` is dL/da, what comes back to a unit, and
    `delta` what it hands on; L is a mean over the m samples. `given` is z without the bias,
    `biases` (n,) the bias, `inputs` (m, n_in) what the layer read.
    """

    layer: int
    on: np.ndarray
    arriving: np.ndarray
    delta: np.ndarray
    given: np.ndarray
    biases: np.ndarray
    inputs: np.ndarray

    @property
    def share(self) -> np.ndarray:
        """The share of units that are on, per sample (m,)."""
        return self.on.mean(axis=1)

    @property
    def silenced(self) -> np.ndarray:
        """Where the forward pass is suppressed: a negative z becomes 0."""
        return ~self.on & (self.given + self.biases < 0)

    @property
    def stopped(self) -> np.ndarray:
        """Where the backward pass is suppressed: a gradient arrives and none goes on."""
        return (self.arriving != 0) & (self.delta == 0)

    def rows_without_gradient(self, sample: int) -> np.ndarray:
        """The rows of W (n,) that this sample's loss gives no gradient: those of units that are
        off, or to which none comes back; all of them where the layer reads nothing but 0."""
        return (self.delta[sample] == 0) | ~self.inputs[sample].any()

    @property
    def dead(self) -> np.ndarray:
        """The units (n,) that are off for every sample: their rows get no gradient from any."""
        return np.logical_not(np.logical_or.reduce(self.on, axis=0))

    def why_dead(self, unit: int) -> str:
        """Why a unit is off on the whole batch, from its own numbers; empty if it is not."""
        if not self.dead[unit]:
            return ""
        name = f"Unit {unit} of layer {self.layer}"
        most, bias = float(self.given[:, unit].max()), float(self.biases[unit])
        if not self.inputs.any():
            return (
                f"{name} is off for every sample: all that it reads is 0, and its bias {bias:.3g}."
            )
        if most <= 0:
            return (
                f"{name} is off for every sample: its weights make at most {most:.3g} of what it "
                f"reads, and its bias of {bias:.3g} does not lift that above 0."
            )
        return (
            f"{name} is off for every sample: its weights make up to {most:.3g} of what it reads, "
            f"but its bias is {bias:.3g}."
        )


@dataclass(frozen=True, eq=False)
class ReluUnits:
    """The hidden layers of a ReLU network on a batch, input side first."""

    layers: tuple[ReluLayer, ...]

    @property
    def shares(self) -> np.ndarray:
        """The mean share of units that are on, per layer: about one half, at any depth."""
        return np.array([layer.share.mean() for layer in self.layers])

    @property
    def paths(self) -> np.ndarray:
        """The share of paths from the input through layer 1, 2, ... that are on all the way, a
        mean over samples (layers,): it halves from layer to layer, as 2^-N.

        A path chooses one unit of each layer, so its share is the product of the layers'.
        """
        return np.cumprod([layer.share for layer in self.layers], axis=0).mean(axis=1)

    @property
    def dead(self) -> np.ndarray:
        """The share of dead units per layer."""
        return np.array([layer.dead.mean() for layer in self.layers])


def relu_units(flow: LayerFlow) -> ReluUnits:
    """The hidden layers of a network whose activation is 0 for z <= 0.

    Raises ValueError for another activation.
    """
    fit, forward = flow.fit, flow.trace.forward
    hidden = fit.network.hidden
    if hidden.value(-np.ones(())).any():
        raise ValueError(f"{hidden.name} is never quite off: take ReLU to see units one by one")
    arriving, found = None, []
    for layer in reversed(range(fit.network.depth)):
        if layer < fit.network.depth - 1:
            found.append(_layer(flow, layer, fit.backprop.dropout_backward(
                fit, forward, layer, arriving)))  # fmt: skip
        if layer:
            arriving = fit.backprop.pass_down(
                fit, forward, layer, flow.trace.deltas[layer], arriving
            )
    return ReluUnits(tuple(reversed(found)))


def _layer(flow: LayerFlow, layer: int, arriving) -> ReluLayer:
    forward = flow.trace.forward
    z, biases = forward.normalised[layer], forward.biases[layer]
    if forward.spreads[layer] is not None:
        # Normalisation takes the bias out or scales it: what is left is not a sum with it.
        biases = np.zeros_like(biases)
    return ReluLayer(
        layer=layer + 1,
        on=z > 0,
        arriving=arriving,
        delta=flow.trace.deltas[layer],
        given=z - biases,
        biases=biases,
        inputs=forward.activations[layer],
    )
