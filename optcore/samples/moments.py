"""Mean and second moment of a descent on a quadratic whose gradient is noisy: linear from step to
step, so that they are known exactly."""

from dataclasses import dataclass

import numpy as np


def motion(
    rates, hessian: np.ndarray, momentum: float = 0.0, nesterov: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """What a step at each of the rates (...) does to the distance x and the velocity v from a
    minimum, (..., m, m), and what noise in the gradient adds to them, (..., m, n).

    v' = momentum v + H x + e; x' = x - rate (direct (H x + e) + ahead v'), with torch's convention
    for both kinds of momentum. m is 2 n, or n without momentum, where no velocity is remembered.
    """
    n = len(hessian)
    rates, unit = np.asarray(rates, float)[..., None, None], np.eye(n)
    ahead, direct = (momentum, 1.0) if nesterov else (1.0, 0.0)
    push = -rates * (ahead + direct) * unit
    point = unit + push @ hessian
    if momentum == 0:
        return point, push
    swept = -rates * momentum * ahead * unit
    velocity = np.broadcast_to(np.hstack([hessian, momentum * unit]), (*rates.shape[:-2], n, 2 * n))
    step = np.concatenate([np.concatenate([point, swept], axis=-1), velocity], axis=-2)
    return step, np.concatenate([push, np.broadcast_to(unit, push.shape)], axis=-2)


@dataclass(frozen=True)
class BatchNoise:
    """What the gradient of one sample adds to that of all, e = (h - H) x + r, at a distance x.

    `hessian` H (n, n) is the mean of the samples' h; `residuals` (n, n) is E r r^T, `spread`
    (n n, n n) takes x x^T to E (h - H) x x^T (h - H), and `crossed` (n n, n) takes x to
    E h x r^T + r x^T h. That of a batch's mean is all of it over its size.
    """

    hessian: np.ndarray
    residuals: np.ndarray
    spread: np.ndarray
    crossed: np.ndarray

    @classmethod
    def of(cls, bowls: np.ndarray, pulls: np.ndarray) -> "BatchNoise":
        """That of samples with Hessians (N, n, n) and gradients (N, n) at the minimum of all."""
        count, n = pulls.shape
        whole = bowls.mean(axis=0)
        products = np.einsum("sij,skl->ikjl", bowls, bowls).reshape(n * n, n * n) / count
        crossed = np.einsum("sik,sj->ijk", bowls, pulls) / count
        crossed = (crossed + crossed.transpose(1, 0, 2)).reshape(n * n, n)
        return cls(whole, pulls.T @ pulls / count, products - np.kron(whole, whole), crossed)

    def maps(self, rates, sizes, momentum: float = 0.0, nesterov: bool = False) -> np.ndarray:
        """What a step at such a rate (k,) on such a batch (k,) makes of the mean (m,), the second
        moment (m m,) and the 1 behind them: matrices (k, m + m m + 1, m + m m + 1)."""
        step, push = motion(rates, self.hessian, momentum, nesterov)
        count, m, n = push.shape
        second, pushed = (
            np.einsum("tij,tkl->tikjl", each, each).reshape(count, m * m, -1)
            for each in (step, push)
        )
        pushed = pushed / np.asarray(sizes, float)[:, None, None]
        of_points = np.add.outer(m * np.arange(n), np.arange(n)).ravel()
        second[:, :, of_points] += pushed @ self.spread
        found = np.zeros((count, m + m * m + 1, m + m * m + 1))
        found[:, :m, :m] = step
        found[:, m:-1, :n] = pushed @ self.crossed
        found[:, m:-1, m:-1] = second
        found[:, m:-1, -1] = pushed @ self.residuals.ravel()
        found[:, -1, -1] = 1
        return found

    def moments(
        self, away, rates, sizes, momentum: float = 0.0, nesterov: bool = False
    ) -> np.ndarray:
        """The second moment (steps + 1, n, n) of the distance, which is `away (n,)` at first, by
        such rates and batches (steps,). Without bound where a step makes it grow."""
        each = np.stack(np.broadcast_arrays(np.asarray(rates, float), sizes), axis=1)
        begins = np.flatnonzero([True, *(each[1:] != each[:-1]).any(axis=1)][: len(each)])
        maps = self.maps(*each[begins].T, momentum, nesterov)
        n = len(self.hessian)
        m = n if momentum == 0 else 2 * n
        first = np.concatenate([away, np.zeros(m - n)])
        parts = [np.array([[*first, *np.outer(first, first).ravel(), 1]])]
        with np.errstate(over="ignore", invalid="ignore"):
            for step, count in zip(maps, np.diff([*begins, len(each)]), strict=True):
                parts.append(_repeated(step, parts[-1][-1], count))
        found = np.concatenate(parts)
        return found[:, m:-1].reshape(len(found), m, m)[:, :n, :n]

    def stationary(
        self, rate: float, size: int, momentum: float = 0.0, nesterov: bool = False
    ) -> np.ndarray:
        """The covariance (n, n) of the point that such steps keep up; inf where none settles."""
        (whole,) = self.maps([rate], [size], momentum, nesterov)
        n = len(self.hessian)
        m = n if momentum == 0 else 2 * n
        kept, noise = whole[m:-1, m:-1], whole[m:-1, -1]
        if np.abs(np.linalg.eigvals(kept)).max() >= 1:
            return np.full((n, n), np.inf)
        return np.linalg.solve(np.eye(m * m) - kept, noise).reshape(m, m)[:n, :n]


def _repeated(step: np.ndarray, start: np.ndarray, count: int) -> np.ndarray:
    """What so many steps make of a start (k,), row by row (count, k), twice as many at a time."""
    rows = np.empty((count + 1, len(start)))
    rows[0] = start
    for known in 2 ** np.arange(int(count).bit_length()):
        more = min(known, len(rows) - known)
        np.matmul(rows[:more], step.T, out=rows[known : known + more])
        step = step @ step
    return rows[1:]
