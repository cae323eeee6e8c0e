"""How far a gradient carries: the state's own Jacobians by lag, and one unit's in closed form."""

from collections.abc import Iterator

import numpy as np

from optcore.networks.activations import Activation
from optcore.networks.initializers import Initializer
from optcore.recurrent.through_time import Passed


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


def jacobians(passed: Passed) -> Iterator[np.ndarray]:
    """dh_T/d(state_t) for t = T down to 0, each (m, H, S H): the whole state, S arrays of it."""
    state = passed.states[-1]
    m, width = state[0].shape[-2:]
    # A direction of h_T in front of everything: one backward pass serves all of them.
    by_h = np.broadcast_to(np.eye(width)[:, None, :], (width, m, width))
    grads = (by_h, *(np.zeros_like(by_h) for _ in state[1:]))
    yield _by_sequence(grads)
    for saved in reversed(passed.saved):
        *_, grads = passed.cell.backward(saved, grads, passed.parts["W_hidden"])
        yield _by_sequence(grads)


def _by_sequence(grads) -> np.ndarray:
    return np.moveaxis(np.concatenate(grads, axis=-1), 0, 1)


def lag_norms(passed: Passed) -> np.ndarray:
    """The typical |dh_T/d(state_t)| by lag T - t = 0 to T, for each sequence (T + 1, m).

    The root mean square of what it does to a direction of h_T: 1 at lag 0, and for ever under an
    orthogonal matrix without squashing. The largest is the spectral norm of `jacobians`.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        return np.array([np.sqrt((j**2).sum((-1, -2)) / j.shape[-2]) for j in jacobians(passed)])


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
