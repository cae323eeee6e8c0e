"""Early stopping, and the weight decay it equals on a quadratic.

Descent from 0 with a fixed rate covers, along an axis of some curvature, a share of the way to the
minimum that depends on the curvature alone; so does a decay that pulls back to 0. Shares and
decays are elementwise in arrays that broadcast.
"""

import numpy as np


def stopped_share(curvature, learning_rate, steps) -> np.ndarray:
    """The share of the way from 0 to the minimum after so many steps: 1 - (1 - rate * c)^steps.

    Source: Goodfellow, Bengio and Courville (2016), Deep Learning, equation 7.40.
    """
    return 1 - (1 - np.asarray(learning_rate, float) * curvature) ** steps


def decayed_share(curvature, decay) -> np.ndarray:
    """The share of the way at which the loss + decay/2 * |w|^2 has its minimum: c / (c + decay).

    Source: Goodfellow, Bengio and Courville (2016), Deep Learning, equation 7.13.
    """
    curvature = np.asarray(curvature, float)
    return curvature / (curvature + decay)


def matching_decay(curvature, learning_rate, steps) -> np.ndarray:
    """The decay whose minimum lies exactly where so many steps lead, along that axis.

    c (1 - rate * c)^steps / (1 - (1 - rate * c)^steps), about 1 / (rate * steps) along every axis
    on which neither has got far: there one decay equals the stop along all of them.
    """
    left = (1 - np.asarray(learning_rate, float) * curvature) ** steps
    return curvature * left / (1 - left)


def early_stop(losses, patience: int) -> int:
    """The row of the lowest loss so far at which a run is given up, after `patience` rows (at least
    1) without a lower one; the lowest of all where it never is.

    Source: Goodfellow, Bengio and Courville (2016), Deep Learning, algorithm 7.1. Raises ValueError
    for a patience below 1.
    """
    if patience < 1:
        raise ValueError(f"the patience is {patience} rows, but it lasts for at least 1")
    best, lowest = 0, np.inf
    for row, loss in enumerate(losses):
        if loss < lowest:
            best, lowest = row, loss
        elif row - best >= patience:
            break
    return best
