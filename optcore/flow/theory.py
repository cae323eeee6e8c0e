"""The theory's line for a network of the sizes and weights at hand, layer by layer."""

import math
from dataclasses import dataclass

import numpy as np

from optcore.flow.gaussian import mean
from optcore.flow.mean_field import mean_square, mean_square_slope
from optcore.networks.activations import Activation
from optcore.networks.forward import NORM_EPSILON
from optcore.networks.initializers import Constant
from optcore.networks.network import Network


@dataclass(frozen=True)
class FlowTheory:
    """Expected mean-field values per weight layer, input side first.

    `variances` is q, the mean square of the pre-activations; `factors` is what layer l does
    to the mean square of delta on its way down from layer l + 1 (one entry fewer).
    """

    variances: np.ndarray
    factors: np.ndarray

    @property
    def chi(self) -> float:
        """What a hidden layer does to the mean square of delta, the geometric mean over layers
        that read another hidden layer's units; nan where there are none. Under skips it changes
        from layer to layer."""
        hidden = self.factors[1:-1]
        with np.errstate(divide="ignore"):
            return float(np.exp(np.mean(np.log(hidden)))) if len(hidden) else math.nan

    def delta_norms(self, output_norm: float) -> np.ndarray:
        """The expected root mean square ||delta|| per layer, given the output layer's."""
        with np.errstate(over="ignore"):
            down = np.cumprod(np.append(1.0, self.factors[::-1]))
        return output_norm * np.sqrt(down[::-1])


def flow_theory(network: Network, initializer, input_mean_square: float) -> FlowTheory | None:
    """What infinitely wide layers of this kind would do; None where the theory has no answer.

    `input_mean_square` is the mean of the squared inputs. Layer normalisation and skips are
    in it, by the usual independence of forward and backward weights (Schoenholz et al. 2017;
    Yang and Schoenholz 2017 for skips). Batch normalisation ties samples together and
    constant weights tie units together: None for both.
    """
    if network.norm == "batch" or isinstance(initializer, Constant):
        return None
    variances, slopes = _forward(network, initializer, input_mean_square)
    return FlowTheory(np.array(variances), np.array(_backward(network, initializer, slopes)))


def _weight_variance(network, initializer, layer):
    """n_in times the variance of a weight: the sigma_w^2 of the layer."""
    n_in, n_out = network.sizes[layer], network.sizes[layer + 1]
    return n_in * initializer.variance(n_out, n_in)


def _forward(network, initializer, input_mean_square):
    phi, square, average = network.hidden, float(input_mean_square), 0.0
    variances, slopes = [], []
    for layer in range(network.depth):
        q = _weight_variance(network, initializer, layer) * square
        if network.bias:
            q += initializer.bias_variance(network.sizes[layer + 1], network.sizes[layer])
        variances.append(q)
        if not q < math.inf:
            slopes.append(math.nan)
            continue
        spread = q + NORM_EPSILON if network.norm else 1.0
        unit_variance = q / spread
        slopes.append(mean_square_slope(phi, unit_variance) / spread)
        unit_square, unit_mean = mean_square(phi, unit_variance), _mean(phi, unit_variance)
        if network.skips(layer):
            square += unit_square + 2 * average * unit_mean
            average += unit_mean
        else:
            square, average = unit_square, unit_mean
    return variances, slopes


def _mean(phi, q):
    return mean(phi.value, math.sqrt(q), phi.kinks)


def _backward(network, initializer, slopes):
    """Factors on E||delta||^2 from the layer above, through W^T, the skips and phi'."""
    factors, by_activation = [], None
    for layer in reversed(range(network.depth - 1)):
        through = _weight_variance(network, initializer, layer + 1)
        # E||dL/da||^2 in units of E||delta||^2 of the layer above.
        carried = through
        if network.skips(layer + 1):
            carried += by_activation
        factors.append(carried * slopes[layer])
        by_activation = 1 / slopes[layer] if slopes[layer] else math.inf
    return factors[::-1]


def slope_bound(activation: Activation, depth: int, weight_norms=None) -> np.ndarray:
    """An upper bound on ||delta|| of each layer over that of the output layer, (depth,).

    Each hidden layer multiplies by at most the steepest slope (1/4 for the sigmoid) times the
    spectral norm of the weights above it; without `weight_norms` (depth,) these count as 1.
    A bound, not a rate: real gradients lie below it. Plain layers only, without skips or norms.
    """
    norms = np.ones(depth) if weight_norms is None else np.asarray(weight_norms, dtype=float)
    factors = activation.steepest * norms[1:]
    return np.append(np.cumprod(factors[::-1])[::-1], 1.0)
