"""Exact laws of noisy descent: of a batch's mean, of the ball around a minimum, of averages.

A quadratic of some curvature whose gradient carries independent noise of some variance is all
that they need; numbers may be arrays that broadcast.
"""

import numpy as np

from optcore.descent.batches import ORDERS, Batches
from optcore.samples.moments import motion


def batch_variance(values, size: int, order: str = "shuffled", *, copies: int = 1) -> np.ndarray:
    """The variance of the mean of a full batch of `size` of the values (..., N), each of which lies
    `copies` times in the data.

    sigma^2 / B with replacement, and of samples drawn online, whose distribution the values then
    stand for; times (N - B) / (N - 1) without ("shuffled"). In order nothing is drawn: there it is
    the spread of the batches of a pass around the mean of all. Source: Cochran (1977), Sampling
    techniques, theorem 2.2.

    Raises ValueError for an order that is none, a size below 1 and, without replacement, one
    beyond N.
    """
    values = np.asarray(values, float)
    samples, whole = values.shape[-1] * copies, values.var(axis=-1)
    if order not in ORDERS:
        raise ValueError(f"the order is {order!r}, but it is one of {', '.join(ORDERS)}")
    if not size >= 1:
        raise ValueError(f"a batch of {size} has no mean: take 1 sample at least")
    if order in ("replaced", "online"):
        return whole / size
    if size > samples:
        raise ValueError(f"a batch of {size} cannot be drawn from {samples} samples: take fewer")
    if order == "ordered":
        values = np.concatenate([values] * copies, axis=-1)
        sizes = Batches(size, order).sizes(samples, -(-samples // size))
        starts = np.cumsum(sizes) - sizes
        means = np.add.reduceat(values, starts, axis=-1) / sizes
        away = (means - values.mean(axis=-1, keepdims=True)) ** 2
        return (away * sizes).sum(axis=-1) / samples
    return whole / size * (samples - size) / max(samples - 1, 1)


def batch_covariance(vectors, size: int, order: str = "shuffled", *, copies: int = 1) -> np.ndarray:
    """The covariance (n, n) of the mean of a batch of the vectors (N, n), by the same law.

    Of two coordinates it is a quarter of the variance of their sum less that of their difference.
    """
    first, second = np.asarray(vectors, float).T[:, None], np.asarray(vectors, float).T[None, :]
    added, parted = (
        batch_variance(both, size, order, copies=copies)
        for both in (first + second, first - second)
    )
    return (added - parted) / 4


def stationary_variance(
    learning_rate, curvature, noise_variance, momentum=0.0, nesterov: bool = False
) -> np.ndarray:
    """The variance of the point around the minimum that noise keeps up; inf where none settles.

    The point is an autoregression of order 2 with a moving average, whose variance is
    ((b0^2 + b1^2) (1 - a2) + 2 b0 b1 a1) / ((1 + a2) ((1 - a2)^2 - a1^2)). Momentum is torch's:
    the rate multiplies the velocity. Without it the variance is rate * noise / (curvature (2 -
    rate * curvature)). Source: Mandt, Hoffman and Blei (2017), Stochastic gradient descent as
    approximate Bayesian inference, for small rates; Box and Jenkins (1970), section 3.4, exactly.
    """
    a1, a2, b0, b1 = _autoregression(learning_rate, curvature, momentum, nesterov)
    gain = (b0 * b0 + b1 * b1) * (1 - a2) + 2 * b0 * b1 * a1
    settles = (np.abs(a2) < 1) & (np.abs(a1) < 1 - a2)
    damping = (1 + a2) * ((1 - a2) ** 2 - a1**2)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.square(learning_rate) * noise_variance * gain / damping
    return np.where(settles, variance, np.inf)[()]


def _autoregression(learning_rate, curvature, momentum, nesterov) -> tuple:
    """x_t = a1 x_(t-1) + a2 x_(t-2) - rate (b0 noise_t + b1 noise_(t-1)), as (a1, a2, b0, b1)."""
    kept = 1 - np.asarray(learning_rate, float) * curvature
    if nesterov:
        return (1 + momentum) * kept, -momentum * kept, 1 + momentum, -momentum
    return momentum + kept, -momentum, 1.0, 0.0


def stationary_covariance(
    learning_rate: float, hessian, noise_covariance, momentum: float = 0.0, nesterov: bool = False
) -> np.ndarray:
    """The covariance (n, n) of the point around the minimum of a quadratic of that Hessian.

    Noise and curvature need not share their axes: the covariance of point and velocity solves
    S = A S A^T + rate^2 B C B^T, a linear system. inf where the point does not settle.
    """
    hessian, noise = np.asarray(hessian, float), np.asarray(noise_covariance, float)
    step, push = motion(learning_rate, hessian, momentum, nesterov)
    n, m = len(hessian), len(step)
    if np.abs(np.linalg.eigvals(step)).max() >= 1:
        return np.full((n, n), np.inf)
    driven = push @ noise @ push.T
    system = np.eye(m * m) - np.kron(step, step)
    return np.linalg.solve(system, driven.ravel()).reshape(m, m)[:n, :n]


def averaged_variance(
    learning_rate, curvature, noise_variance, steps, momentum=0.0, nesterov: bool = False
) -> np.ndarray:
    """The variance of the mean of `steps` points of a descent that has settled.

    The points remember each other: their covariances at a distance of k steps are A^k p, with A
    the matrix of the autoregression, and the sum of (1 - k / T) A^k is a geometric one. For many
    steps it is noise / (curvature^2 T), whatever the rate and the momentum, which nothing can
    better; inf beyond the stable rate, nan where `steps` is. Raises ValueError for steps below 1.
    Source: Polyak and Juditsky (1992), Acceleration of stochastic approximation by averaging.
    """
    if np.less(steps, 1).any():
        raise ValueError(f"there is no mean of {np.min(steps):g} points: take 1 at least")
    single = stationary_variance(learning_rate, curvature, noise_variance, momentum, nesterov)
    a1, a2, b0, b1 = _autoregression(learning_rate, curvature, momentum, nesterov)
    steps, total = np.asarray(steps, float), np.asarray(learning_rate, float) * curvature

    def summed(x, y):
        """(1 - A)^-1 of a vector."""
        return (x + y) / total, (a2 * x + (1 - a1) * y) / total

    with np.errstate(all="ignore"):
        driven = b0 * b1 * np.square(learning_rate) * noise_variance
        x, y = summed(single, (a1 * a2 * single + driven) / (1 - a2))
        late_x, late_y = _moved_on(a1, a2, x, y, steps)
        edge_x, edge_y = summed(x - late_x, y - late_y)
        together = a1 * x + y - (a1 * edge_x + edge_y) / steps
        mean = (single + 2 * together) / steps
    return np.where(np.isfinite(single), mean, np.inf)[()]


def _moved_on(a1, a2, x, y, steps) -> tuple[np.ndarray, np.ndarray]:
    """The vector (x, y) times the matrix ((a1, 1), (a2, 0)) so many times, by its squares."""
    left = np.nan_to_num(steps).astype(int)
    a, b, c, d = a1, 1.0, a2, 0.0
    while (left > 0).any():
        odd = left % 2 == 1
        x, y = np.where(odd, a * x + b * y, x), np.where(odd, c * x + d * y, y)
        a, b, c, d = a * a + b * c, b * (a + d), c * (a + d), d * d + b * c
        left = left // 2
    return x, y


def excess_error(
    rates, curvature, noise_variance, distance, momentum=0.0, nesterov: bool = False
) -> np.ndarray:
    """The expected loss above the minimum (steps + 1, ...) of a descent with these rates.

    Of distance x and velocity v from the minimum, E x^2, E x v and E v^2 go linearly from step to
    step: exact for every schedule, on a quadratic, and along each axis of a bowl. Momentum is
    torch's. `stationary_variance` is where a constant rate ends; a rate that falls like 1/k ends
    like 1/k if it is large enough, one like 1/sqrt(k) like 1/sqrt(k). Source: Bottou, Curtis and
    Nocedal (2018), Optimization methods for large-scale machine learning, theorem 4.7; with
    momentum Flammarion and Bach (2015), From averaging to acceleration, there is only a step-size.
    """
    rates = np.asarray(rates, float)
    given = (np.shape(number) for number in (curvature, noise_variance, distance, momentum))
    shape = np.broadcast_shapes(rates.shape[1:], *given)
    xx = np.broadcast_to(np.square(np.asarray(distance, float)), shape)
    xv = vv = np.zeros(shape)
    ahead, direct = (momentum, 1.0) if nesterov else (1.0, 0.0)
    squares = [xx]
    for rate in rates:
        push, swept = -rate * (direct + ahead), -rate * ahead * momentum
        kept = 1 + push * curvature
        xx, xv, vv = (
            kept**2 * xx + 2 * kept * swept * xv + swept**2 * vv + push**2 * noise_variance,
            kept * curvature * xx + (kept * momentum + swept * curvature) * xv
            + swept * momentum * vv + push * noise_variance,
            curvature**2 * xx + 2 * curvature * momentum * xv + momentum**2 * vv + noise_variance,
        )  # fmt: skip
        squares.append(xx)
    return 0.5 * curvature * np.array(squares)


def risk_gap(samples, parameters, noise_variance) -> np.ndarray:
    """By how much the expected squared error of a least-squares fit on fresh samples exceeds that
    on its own N: the bias of a training loss after the first pass; none before a sample repeats.

    For normal inputs and p parameters, one of them a constant: noise * ((1 + 1/N) (N - 2) /
    (N - p - 1) - (N - p) / N), about 2 p noise / N; inf for N <= p + 1. Source: Stein (1960),
    Multiple regression; for many samples Mallows (1973), Some comments on C_p.
    """
    n = np.asarray(samples, float)
    rest = n - parameters - 1
    with np.errstate(divide="ignore", invalid="ignore"):
        fresh = np.where(rest > 0, (1 + 1 / n) * (n - 2) / rest, np.inf)
    return noise_variance * (fresh - (n - parameters) / n)
