"""The longest step that Adam can be made to take, and the stream that makes it."""

from dataclasses import dataclass

import numpy as np

from optcore.optimizers.adam import Adam, AMSGrad
from optcore.optimizers.adaptive import RMSProp
from optcore.optimizers.base import Optimizer
from optcore.optimizers.misprints import AdamUncorrected


@dataclass(frozen=True)
class LongestStep:
    """`rates`: the longest step in learning rates; `step` when it comes (from 1); `gradients
    (steps,)`, at most 1, that attain it; `by_step (steps,)` the longest that each step can be.
    `ever` is the supremum over streams of any length, and `claimed` the bound of Kingma and Ba
    (2015), section 2.1, which is that of one gradient after none.
    """

    rates: float
    step: int
    by_step: np.ndarray
    gradients: np.ndarray
    ever: float
    claimed: float


def longest_step(optimizer: Optimizer, steps: int) -> LongestStep | None:
    """The longest step of Adam, AMSGrad, uncorrected Adam or RMSProp within `steps` steps.

    Without epsilon the step is a sum of a_i g_i over the root of a sum of b_i g_i^2, a and b the
    weights of the two running means, the newest last. By Cauchy and Schwarz it is at most the
    root of the sum of a_i^2 / b_i, reached by g_i proportional to a_i / b_i = (beta1/beta2)^age:
    a stream that grows. None for a method that is no such ratio.
    """
    means = _means(optimizer)
    if means is None:
        return None
    beta1, beta2, corrected = means
    times = np.arange(1.0, steps + 1)
    with np.errstate(all="ignore"):
        ratio = np.float64(beta1**2) / beta2 if beta1 > 0 else np.float64(0.0)
        squares = (1 - beta1) ** 2 / (1 - beta2) * np.cumsum(ratio ** (times - 1))
        if corrected:
            squares = squares * (1 - beta2**times) / (1 - beta1**times) ** 2
        at = int(np.argmax(squares))
        ever = (1 - beta1) / np.sqrt((1 - beta2) * np.maximum(1 - ratio, 0.0))
    sparse = (1 - beta1) / np.sqrt(1 - beta2)
    return LongestStep(
        rates=float(np.sqrt(squares[at])),
        step=at + 1,
        by_step=np.sqrt(squares),
        gradients=_attaining(beta1, beta2, at + 1, steps),
        ever=float(max(ever, squares.max() ** 0.5)),
        claimed=float(max(sparse, 1.0) if corrected else sparse),
    )


def _means(optimizer: Optimizer) -> tuple[float, float, bool] | None:
    """The decays of the numerator's and of the denominator's mean, and whether corrected."""
    if type(optimizer) is RMSProp:
        return 0.0, optimizer.decay, False
    if type(optimizer) is Adam or type(optimizer) is AMSGrad:
        return optimizer.beta1, optimizer.beta2, True
    if type(optimizer) is AdamUncorrected:
        return optimizer.beta1, optimizer.beta2, False
    return None


def _attaining(beta1: float, beta2: float, length: int, steps: int) -> np.ndarray:
    """(beta1/beta2)^age for `length` steps, the largest of them 1, and 0 after."""
    ages = np.arange(length - 1.0, -1.0, -1.0)
    gradients = np.zeros(steps)
    if beta1 <= beta2:
        gradients[:length] = (beta1 / beta2 if beta2 > 0 else 0.0) ** ages
    else:
        gradients[:length] = (beta2 / beta1) ** ages[::-1]
    return gradients
