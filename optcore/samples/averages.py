"""What is worked out from the points of a run: their averages, and losses before each update."""

import numpy as np

from optcore.descent.batches import Batches


def averaged(points: np.ndarray, start: int = 0) -> np.ndarray:
    """The mean of the points since row `start`, for every row (rows, ..., n); points before it.

    Of any run: Polyak and Ruppert's averaging, which leaves the descent itself alone. Source:
    Polyak and Juditsky (1992), Acceleration of stochastic approximation by averaging.
    """
    points = np.asarray(points, float)
    counts = np.arange(1, len(points) - start + 1)
    means = points.copy()
    # Turned over, as rows are then the last axis.
    means[start:] = (np.cumsum(points[start:], axis=0).T / counts).T
    return means


def losses_before(objective, batches: Batches, points: np.ndarray) -> np.ndarray:
    """The loss (rows, ...) of each row's point on the batch that its step will use.

    While no sample repeats it is an unbiased measure of the true risk, for the point does not know
    the sample yet; from the second pass on it is one of the training loss.
    """
    deck = batches.deal(objective, len(points))
    losses = np.empty(points.shape[:-1])
    sizes = np.array([deck[t].shape[-1] for t in range(len(points))])
    for size in np.unique(sizes):  # all steps of a size at once
        (rows,) = np.nonzero(sizes == size)
        cards = np.stack([deck[t] for t in rows])
        shared = points.ndim - cards.ndim  # axes of runs that see the same samples
        cards = cards.reshape(len(rows), *[1] * shared, *cards.shape[1:])
        losses[rows] = deck.objective.batch_value(points[rows], cards)
    return losses
