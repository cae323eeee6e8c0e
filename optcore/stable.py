"""Elementwise functions that neither overflow nor lose their tails.

Real z, float32 or float64, or complex z near the real axis, by the side Re z lies on.
"""

import numpy as np


def is_positive(z):
    """Whether Re z > 0: the branch of a piecewise formula, complex step included."""
    return np.asarray(z).real > 0


def indicator(z):
    """1.0 where Re z > 0 and 0.0 elsewhere, in the real precision of z."""
    z = np.asarray(z)
    return is_positive(z).astype(z.real.dtype)


def decay(z):
    """exp(-|z|) for real z, continued analytically on either side of zero; never overflows."""
    if np.iscomplexobj(z):
        return np.exp(np.where(is_positive(z), -z, z))
    return np.exp(-np.abs(z))


def logistic(z):
    """1 / (1 + exp(-z)), accurate relative to itself even where it is tiny."""
    if np.iscomplexobj(z):
        small = decay(z)
        return np.where(is_positive(z), 1, small) / (1 + small)
    # exp overflows to inf for z < -709, and 1 / inf is the right answer.
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-z))


def positive_part(z):
    """max(0, z), by the side Re z lies on."""
    return np.where(is_positive(z), z, 0) if np.iscomplexobj(z) else np.maximum(z, 0)


def negative_part(z):
    """min(0, z), by the side Re z lies on."""
    return np.where(is_positive(z), 0, z) if np.iscomplexobj(z) else np.minimum(z, 0)


def softplus(z):
    """log(1 + exp(z)) without overflow and without losing its lower tail."""
    return positive_part(z) + np.log1p(decay(z))


def squared_sech(z):
    """1 - tanh(z)^2, without the cancellation that makes it 0 from |z| = 19 on."""
    small = decay(2 * z)
    return 4 * small / (1 + small) ** 2
