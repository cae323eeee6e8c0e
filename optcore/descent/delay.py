"""Gradients that arrive late, as those of workers who do not wait for each other."""

from dataclasses import dataclass

import numpy as np

from optcore.descent.disturbance import Disturbance
from optcore.knobs import knob


@dataclass(frozen=True)
class Delay(Disturbance):
    """Every gradient is `steps` steps old when it is used, as that of the last of steps + 1 workers
    who take turns; the first ones were all taken at the start.

    With a `compensation` lambda it is g + lambda g * g * (now - then), a first-order guess of the
    gradient at the point of now whose Hessian is that of g g^T, its diagonal (Zheng et al. 2017,
    Asynchronous stochastic gradient descent with delay compensation, equation 10).
    """

    latex = (
        r"g_t \leftarrow g + \lambda\, g \odot g \odot (\theta_t - \theta_{t-\tau}), "
        r"\quad g = \nabla f(\theta_{t-\tau})"
    )

    steps: int = knob(0, 0, 50, symbol=r"\tau", whole=True)
    compensation: float = knob(0.0, 0.0, 10.0, scale="log", symbol=r"\lambda")

    def __post_init__(self):
        if np.ndim(self.steps) or self.steps < 0 or self.steps != int(self.steps):
            raise ValueError(
                f"the delay is {self.steps} steps, but gradients are late by a whole number, from 0"
            )

    @property
    def on(self):
        return bool(self.steps)

    @property
    def lag(self):
        return int(self.steps)

    def apply(self, grad, drawn=None, moved=0.0):
        return grad + self.compensation * grad * grad * moved


def delay_limit(tau) -> np.ndarray:
    """The rate, in units of 1 / curvature, below which gradients tau steps old still lead down.

    2 sin(pi / (2 (2 tau + 1))) for a quadratic: 2, 1, 0.618, ...; about pi / (2 tau) for long
    delays. Raises ValueError for a tau below 0. Source: Levin and May (1976), A note on
    difference-delay equations.
    """
    if np.less(tau, 0).any():
        raise ValueError(f"a delay of {np.min(tau):g} steps looks ahead: take 0 or more")
    return 2 * np.sin(np.pi / (2 * (2 * np.asarray(tau) + 1)))


def delay_roots(tau: int, rate: float) -> np.ndarray:
    """The roots (tau + 1,) of z^(tau + 1) - z^tau + rate, the longest first.

    They are the factors by which x_(t+1) = x_t - rate x_(t-tau) can grow in a step, with the rate
    in units of 1 / curvature: all lie within the unit circle exactly below `delay_limit(tau)`.
    """
    coefficients = np.zeros(tau + 2)
    coefficients[[0, 1]] = 1, -1
    coefficients[-1] += rate
    roots = np.roots(coefficients)
    return roots[np.argsort(-np.abs(roots), kind="stable")]
