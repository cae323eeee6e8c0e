"""The logistic function, its slope and its integral, for real and complex points.

Each is written in e^-|z|, which lies in (0, 1]: nothing overflows, and the far tails keep
their digits (at z = -40 the sigmoid is 4e-18, not 0). No large terms cancel, so that a derivative
taken of the recorded operations keeps them too.
"""

import numpy as np


def _size(z):
    # Complex numbers compare by their real part first, so this stays analytic on either side.
    return np.where(z < 0, -z, z)


def sigmoid(z):
    """1 / (1 + e^-z)."""
    size = _size(z)
    return np.exp(np.where(z < 0, z, 0.0)) / (1 + np.exp(-size))


def sigmoid_slope(z):
    """The derivative of the sigmoid, sigmoid(z) sigmoid(-z): at most 1/4."""
    tail = np.exp(-_size(z))
    return tail / (1 + tail) ** 2


def softplus(z):
    """log(1 + e^z), whose derivative is the sigmoid."""
    size = _size(z)
    tail = np.exp(-size)
    total = 1 + tail
    # log1p by hand, with the rounding of 1 + tail put back: NumPy's drops it for complex tails.
    return np.where(z < 0, 0.0, z) + np.log(total) + (tail - (total - 1)) / total
