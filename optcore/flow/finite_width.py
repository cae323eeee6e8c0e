"""What finite width does to the gradient of one sample in a ReLU network: drift, spread, death.

With normal weights a layer of n units multiplies ||delta||^2 by q (2/n) times the sum of b g^2
over its units, b a fair coin (the unit is on), g normal, q what the mean field says. So it is
(2/n) chi^2 with k degrees of freedom, k binomial: exactly, for any n and any q. Where k = 0 in
any layer all units of it are off, and no hidden layer has a gradient. Hanin (2018), Which neural
net architectures give rise to exploding and vanishing gradients?; Hanin and Nica (2020),
Products of many large random matrices and gradients in deep neural networks, which has the
leading order in 1/n.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

# Points of the densities, and how many standard deviations of the sum they reach to.
POINTS, REACH = 1 << 13, 14.0
# So much further, in logarithms, a density is worked out than its deviations reach.
MARGIN = 1.0
NEGLIGIBLE = 1e-18


@dataclass(frozen=True)
class ReluWidth:
    """One sample in layers of `width` ReLU units with normal weights and biases 0."""

    width: int

    @property
    def dies(self) -> float:
        """The chance that all units of one layer are off: no gradient at all."""
        return 2.0**-self.width

    def none_left(self, hidden: int) -> float:
        """The share of seeds of a network with so many hidden layers that have no gradient."""
        return -math.expm1(hidden * math.log1p(-self.dies))

    @property
    def drift(self) -> float:
        """The mean that a layer adds to ln ||delta||^2 beyond the mean field's, if none dies.

        E psi(k/2) + ln(4/n); -5/(2n) to leading order.
        """
        k, weights = degrees(self.width)
        return float(weights @ digamma_half(k)) + math.log(4 / self.width)

    @property
    def variance(self) -> float:
        """The variance that a layer adds: E psi'(k/2) + Var psi(k/2); 5/n to leading order."""
        k, weights = degrees(self.width)
        means = digamma_half(k)
        return float(weights @ (trigamma_half(k) + (means - weights @ means) ** 2))

    def leading_order(self) -> tuple[float, float]:
        """Drift and variance to first order in 1/n."""
        return -5 / (2 * self.width), 5 / self.width

    def quantiles(self, hidden: int, shares) -> np.ndarray:
        """The gain of ||delta||^2 relative to the mean field's below which these `shares` (s,) of
        the seeds lie: (s, hidden + 1), after 0, 1, ... all of the hidden layers. 0 for seeds
        that have no gradient in any of them.
        """
        return _quantiles(self, hidden, tuple(map(float, shares))).copy()


def degrees(width: int) -> tuple[np.ndarray, np.ndarray]:
    """k = 1 ... width and its binomial chance, given that it is not 0."""
    k = np.arange(1, width + 1)
    steps = np.log((width - k + 1) / k)
    logs = np.cumsum(steps)
    weights = np.exp(logs - logs.max())
    return k, weights / weights.sum()


def digamma_half(k) -> np.ndarray:
    """psi(k/2) for k = 1, 2, 3, ...: by psi(x + 1) = psi(x) + 1/x from psi(1/2) and psi(1)."""
    return _by_recurrence(k, (-np.euler_gamma - 2 * math.log(2), -np.euler_gamma), lambda x: 1 / x)


def trigamma_half(k) -> np.ndarray:
    """psi'(k/2) for k = 1, 2, 3, ..."""
    return _by_recurrence(k, (math.pi**2 / 2, math.pi**2 / 6), lambda x: -1 / x**2)


def _by_recurrence(k, first, step):
    values = np.empty(len(k))
    for parity in (0, 1):
        own = values[parity::2]
        own[:] = np.cumsum([first[parity], *step(k[parity::2] / 2)])[: len(own)]
    return values


# The densities behind them would be megabytes for each width and depth.
@lru_cache(maxsize=64)
def _quantiles(layers: ReluWidth, hidden: int, shares: tuple[float, ...]) -> np.ndarray:
    dead, asked = layers.none_left(hidden), np.array(shares)
    alive = (asked - dead) / (1 - dead)
    logs = [np.interp(alive, below, at) for at, below in log_gains(layers.width, hidden)]
    gains = np.column_stack([np.ones(len(shares)), *map(np.exp, logs)])
    gains[asked < dead, 1:] = 0
    return gains


def log_gains(width: int, hidden: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """For 1, 2, ... `hidden` layers, all alive, the log gain (p,) of ||delta||^2 and the chance
    (p,) to lie below it: the density of one layer, convolved with itself."""
    one = ReluWidth(width)
    half = REACH * math.sqrt(hidden * one.variance) + MARGIN
    apart, step = np.linspace(-half, half, POINTS, endpoint=False, retstep=True)
    transform = np.fft.rfft(np.fft.ifftshift(log_density(width, apart + one.drift))) * step
    found = []
    for layers in range(1, hidden + 1):
        density = np.maximum(np.fft.fftshift(np.fft.irfft(transform**layers, POINTS)), 0)
        below = np.cumsum(density / density.sum())
        found.append((apart + layers * one.drift + step / 2, below))
    return found


def log_density(width: int, x) -> np.ndarray:
    """The density (p,) of ln((2/n) chi^2_k) at x (p,), k binomial and not 0."""
    k, weights = degrees(width)
    kept = weights > NEGLIGIBLE
    k, weights = k[kept], weights[kept]
    y = np.asarray(x) + math.log(width / 2)
    half = k[:, None] / 2
    constants = np.array([math.lgamma(each / 2) + each / 2 * math.log(2) for each in k])
    with np.errstate(under="ignore", over="ignore"):
        return weights @ np.exp(half * y - np.exp(y) / 2 - constants[:, None])
