"""How far a gradient carries through one unit, in closed form; and a start that keeps it."""

import numpy as np

from optcore.networks.activations import Activation
from optcore.networks.initializers import Initializer


class IdentityStart(Initializer):
    """The identity times the gain: every unit keeps its own value at first."""

    name = "Identity"
    lesson = "Each unit begins as a memory of itself; nothing is mixed."
    latex = r"W = g I"
    source = "Le, Jaitly and Hinton (2015), A simple way to initialize recurrent networks"

    def draw(self, rng, n_out, n_in):
        return np.eye(n_out, n_in)

    def unit_variance(self, n_out, n_in):
        return min(n_out, n_in) / (n_out * n_in)


def unit_lags(activation: Activation, weights, start, steps: int) -> tuple[np.ndarray, np.ndarray]:
    """h_t and |dh_t/dh_0| of one unit, h <- phi(w h), for t = 0 to `steps`: (steps + 1, ...) each.

    `weights` and `start` broadcast. With tanh the gradient vanishes exponentially for every
    |w| but 1: below, as w^t; above, since the unit saturates. At 1 it goes as t^(-3/2).
    """
    h = np.broadcast_to(np.asarray(start, float), np.broadcast_shapes(np.shape(weights),
                                                                      np.shape(start)))  # fmt: skip
    values, slopes = [h], [np.ones_like(h)]
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(steps):
            z = weights * h
            h = activation.value(z)
            values.append(h)
            slopes.append(slopes[-1] * np.abs(weights * activation.derivative(z, h)))
    return np.array(values), np.array(slopes)
