"""Mean-field theory of signals in wide random networks.

Pre-activations of a wide layer are normal with mean 0 and variance q. With weight variance
sigma_w^2 / n_in and bias variance sigma_b^2 the variance goes from layer to layer by
q -> sigma_w^2 E[phi(sqrt(q) z)^2] + sigma_b^2, and the mean square of the gradient is
multiplied by chi = sigma_w^2 E[phi'(sqrt(q) z)^2] going back. chi < 1: ordered, gradients
vanish; chi > 1: chaotic, they explode; chi = 1: critical.

Poole, Lahiri, Raghu, Sohl-Dickstein and Ganguli (2016), Exponential expressivity in deep
neural networks; Schoenholz, Gilmer, Ganguli and Sohl-Dickstein (2017), Deep information
propagation.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from optcore.flow.gaussian import mean, nodes
from optcore.networks.activations import Activation

# Variances taken for nought and for infinite.
VANISHED, BURST = 1e-14, 1e14
# Halvings of a bracket that leave a float; shares that are rounding; a correlation that is not 1.
HALVINGS, ROUNDING, NEARLY_ONE = 54, 1e-12, 1 - 1e-9
# By what the far end of a bracket moves on, or its inverse.
FACTOR = 2.0
# Weight scales of a curve of chi.
SIGMAS = 0.1, 20.0


@dataclass(frozen=True)
class MeanField:
    """Wide layers of one activation; weights of variance sigma_w^2 / n_in, biases of sigma_b^2."""

    activation: Activation
    sigma_w: float
    sigma_b: float = 0.0

    def next_variance(self, q: float) -> float:
        """The q of the next layer."""
        return self.sigma_w**2 * mean_square(self.activation, q) + self.sigma_b**2

    def chi_at(self, q: float) -> float:
        """The factor on the mean square gradient at variance q."""
        return self.sigma_w**2 * mean_square_slope(self.activation, q)

    def fixed_point(self, start: float = 1.0) -> float:
        """q*, where the variance settles coming from `start`; 0 or inf if it does not.

        Where every q is a fixed point (ReLU at sigma_w^2 = 2) it is the start itself.
        """
        drift = self.next_variance(start) - start
        if abs(drift) <= ROUNDING * start:
            return start
        way = np.sign(drift)
        near = far = start
        while self._way(far) == way:
            near, far = far, far * FACTOR**way
            if not VANISHED < far < BURST:
                return max(0.0, way * math.inf)
        return self._settle(near, far, way)

    def _way(self, q) -> float:
        """Up or down from q, as a sign."""
        return np.sign(self.next_variance(q) - q)

    def _settle(self, near, far, way):
        """Bisection: where q -> next_variance(q) goes neither up nor down."""
        for _ in range(HALVINGS):
            middle = (near + far) / 2
            near, far = (middle, far) if self._way(middle) == way else (near, middle)
        return (near + far) / 2

    @property
    def chi(self) -> float:
        """chi at the fixed point; its limit where the variance goes to 0 or grows without end."""
        return self.chi_at(min(max(self.fixed_point(), VANISHED), BURST))

    @property
    def correlation_depth(self) -> float:
        """xi_c in layers: how deep two inputs stay distinguishable (Schoenholz, equation 9)."""
        q = self.fixed_point()
        if not 0 < q < math.inf:
            return math.nan
        c = self.fixed_correlation(q)
        slope = self._pair_mean(self.activation.derivative, q, c) * self.sigma_w**2
        return depth_scale(slope)

    @property
    def gradient_depth(self) -> float:
        """Layers over which the mean square gradient changes by a factor e: 1 / |ln chi|."""
        return abs(depth_scale(self.chi))

    def fixed_correlation(self, q: float) -> float:
        """c*, the correlation two inputs of variance q end up with: 1 in the ordered phase."""
        if self.chi_at(q) <= 1:
            return 1.0
        low, high = 0.0, NEARLY_ONE
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            moved = self._pair_mean(self.activation.value, q, middle) * self.sigma_w**2
            rises = moved + self.sigma_b**2 > middle * q
            low, high = (middle, high) if rises else (low, middle)
        return (low + high) / 2

    def _pair_mean(self, function, q, c):
        """E[f(u1) f(u2)] for normal u1, u2 of variance q and correlation c."""
        z, weights = nodes(math.sqrt(q), self.activation.kinks)
        first = math.sqrt(q) * z
        second = math.sqrt(q) * (c * z[:, None] + math.sqrt(1 - c * c) * z)
        return float((weights * function(first)) @ (function(second) @ weights))


def mean_square(activation: Activation, q: float) -> float:
    """E[phi(sqrt(q) z)^2], z standard normal."""
    return mean(lambda u: activation.value(u) ** 2, math.sqrt(q), activation.kinks)


def mean_square_slope(activation: Activation, q: float) -> float:
    """E[phi'(sqrt(q) z)^2], z standard normal."""
    return mean(lambda u: activation.derivative(u) ** 2, math.sqrt(q), activation.kinks)


def depth_scale(factor: float) -> float:
    """xi with factor = exp(-1 / xi): inf at 1, negative above, nan for no factor."""
    if not factor >= 0 or math.isinf(factor):
        return math.nan
    if factor == 0:
        return 0.0
    return math.inf if abs(factor - 1) < ROUNDING else -1 / math.log(factor)


@dataclass(frozen=True)
class MeanFieldNumbers:
    """q*, chi and the depth scales in layers of a plain wide network."""

    sigma_w: float
    q: float
    chi: float
    gradient_depth: float
    correlation_depth: float


@lru_cache(maxsize=256)
def mean_field_numbers(
    activation: Activation, sigma_w: float, sigma_b: float = 0.0
) -> MeanFieldNumbers:
    """The fixed point that signals of mean square 1 settle at, and chi there."""
    field_ = MeanField(activation, sigma_w, sigma_b)
    chi = field_.chi
    return MeanFieldNumbers(
        sigma_w, field_.fixed_point(), chi, abs(depth_scale(chi)), field_.correlation_depth
    )


@lru_cache(maxsize=64)
def chi_curve(activation: Activation, points: int = 33) -> tuple[np.ndarray, np.ndarray]:
    """(sigma_w, chi) without biases, sigma_w from 0.1 to 20 evenly on a log scale."""
    sigma = np.geomspace(*SIGMAS, points)
    with np.errstate(over="ignore"):
        return sigma, np.array([MeanField(activation, float(each)).chi for each in sigma])
