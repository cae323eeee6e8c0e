"""What a trace says about the flow of signals and gradients through the layers.

Lists run from the input side, an entry per weight layer, the output layer last.
"""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from optcore.networks.backprop import Trace
from optcore.networks.network import FitLoss

# The first number and all below round to zero, the second and all above to infinity: each lies
# in the middle between two floats, and the even one of them takes it.
FLOAT_RANGES = {
    "float16": (2.0**-25, 2.0**16 - 2.0**4),
    "float32": (2.0**-150, 2.0**128 - 2.0**103),
}
# Half a unit in the last place of 1: an update this much smaller than a weight changes nothing.
FLOAT32_HALF_STEP = 2.0**-24
# A sum of squares below this has lost some of them.
UNDERFLOWN = 1e-280


def norm(array) -> float:
    """The root of the sum of squares, even where the squares under- or overflow."""
    flat = np.ravel(array)
    with np.errstate(over="ignore", invalid="ignore"):
        square = np.dot(flat, flat)
        if UNDERFLOWN < square < np.inf or not flat.size:
            return math.sqrt(square)
        largest = np.abs(flat).max()
        if largest == 0 or not np.isfinite(largest):
            return float(largest)
        return float(largest * np.linalg.norm(flat / largest))


@dataclass(frozen=True)
class LayerFlow:
    """Statistics of one forward and backward pass, each an array with an entry per layer.

    `fit`, `theta` and `trace` are where they come from; each is computed when first asked for.
    """

    fit: FitLoss
    theta: np.ndarray
    trace: Trace
    learning_rate: float = 0.01

    def _each(self, function, arrays):
        with np.errstate(over="ignore", invalid="ignore"):
            return np.array([float(function(array)) for array in arrays])

    @cached_property
    def delta_norms(self) -> np.ndarray:
        """The root mean square over samples of ||dl/dz||, l being the loss of one sample.

        That is sqrt(m) times the Frobenius norm of `deltas`: it does not depend on the batch.
        """
        return math.sqrt(len(self.fit.inputs)) * self._each(norm, self.trace.deltas)

    @cached_property
    def weight_grad_norms(self) -> np.ndarray:
        """||dL/dW||, Frobenius."""
        return self._each(norm, self.trace.weight_grads)

    @cached_property
    def weight_norms(self) -> np.ndarray:
        """||W||, Frobenius."""
        return self._each(norm, self.trace.forward.weights)

    @property
    def update_ratios(self) -> np.ndarray:
        """Rate times ||dL/dW|| over ||W||: about 1e-3 is healthy. inf or nan where W is zero."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return self.learning_rate * self.weight_grad_norms / self.weight_norms

    @cached_property
    def slopes(self) -> list:
        """The derivative of each unit's activation function (m, n), per layer."""
        forward, network = self.trace.forward, self.fit.network
        chosen = [network.hidden] * (network.depth - 1) + [network.output]
        with np.errstate(over="ignore", invalid="ignore"):
            return [
                activation.derivative(z, a)
                for activation, z, a in zip(chosen, forward.normalised, forward.units, strict=True)
            ]

    def saturated(self, threshold: float = 0.05) -> np.ndarray:
        """The share of units and samples with a slope under `threshold` times the steepest."""
        network = self.fit.network
        limits = [threshold * network.hidden.steepest] * (network.depth - 1)
        limits.append(threshold * network.output.steepest)
        pairs = zip(self.slopes, limits, strict=True)
        return np.array([float(np.mean(np.abs(slope) < limit)) for slope, limit in pairs])

    @cached_property
    def zeros(self) -> np.ndarray:
        """The share of units and samples whose activation function gives exactly zero."""
        return self._each(lambda a: np.mean(a == 0), self.trace.forward.units)

    @cached_property
    def dead(self) -> np.ndarray:
        """The share of units that give zero with slope zero on the entire batch."""
        pairs = zip(self.trace.forward.units, self.slopes, strict=True)
        return np.array([float(np.mean(~(a.any(0) | slope.any(0)))) for a, slope in pairs])

    @cached_property
    def pre_activation_means(self) -> np.ndarray:
        return self._each(np.mean, self.trace.pre_activations)

    @cached_property
    def pre_activation_variances(self) -> np.ndarray:
        """Over all units and samples of a layer."""
        return self._each(np.var, self.trace.pre_activations)

    @cached_property
    def activation_means(self) -> np.ndarray:
        return self._each(np.mean, self.trace.activations[1:])

    @cached_property
    def activation_variances(self) -> np.ndarray:
        """Over all units and samples of a layer."""
        return self._each(np.var, self.trace.activations[1:])

    def underflow(self, precision: str) -> np.ndarray:
        """The share of the non-zero entries of delta that "float16" or "float32" rounds to 0."""
        least, _ = FLOAT_RANGES[precision]

        def share(delta):
            present = delta != 0
            tiny = present & (np.abs(delta) <= least)
            return tiny.sum() / present.sum() if present.any() else 0.0

        return self._each(share, self.trace.deltas)

    def overflow(self, precision: str) -> np.ndarray:
        """The share of activations that "float16" or "float32" rounds to inf, or nan already."""
        _, largest = FLOAT_RANGES[precision]
        return self._each(lambda a: np.mean(~(np.abs(a) < largest)), self.trace.activations[1:])

    @property
    def decay_rate(self) -> float:
        """`decay_rate` of the hidden layers: what a layer does to ||delta|| on its way down."""
        return decay_rate(self.delta_norms[:-1])


def layer_flow(fit: FitLoss, theta, learning_rate: float = 0.01) -> LayerFlow:
    """The flow at theta (P,): one forward and one backward pass."""
    theta = np.asarray(theta)
    return LayerFlow(fit, theta, fit.trace(theta), learning_rate)


def decay_rate(norms) -> float:
    """The geometric factor per layer towards the input, by least squares on log norms.

    `norms` run from the input side. Layers with a norm that is zero or not finite do not
    count; nan when fewer than two are left.
    """
    norms = np.asarray(norms, dtype=float)
    layers = np.flatnonzero(np.isfinite(norms) & (norms > 0))
    if len(layers) < 2:
        return math.nan
    slope = np.polynomial.Polynomial.fit(layers, np.log(norms[layers]), 1).convert().coef[1:]
    return float(np.exp(-slope.sum()))
