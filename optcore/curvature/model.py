"""The Taylor model of an objective at a point: what value, gradient and Hessian say of nearby."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from optcore.curvature.products import hessian_of
from optcore.objective import Objective

# An eigenvalue below this share of the largest is taken for zero.
ZERO = 1e-9


@dataclass(frozen=True)
class TaylorModel:
    """`point (..., n)`, `value (...)`, `grad (..., n)`, `hessian (..., n, n)` of an objective.

    `eigenvalues (..., n)` ascend; column k of `eigenvectors (..., n, n)` belongs to
    eigenvalue k and has length 1.
    """

    point: np.ndarray
    value: np.ndarray
    grad: np.ndarray
    hessian: np.ndarray

    def linear(self, step) -> np.ndarray:
        """f + g's (...), the tangent plane at steps (..., n) from the point."""
        return self.value + np.vecdot(self.grad, step)

    def quadratic(self, step) -> np.ndarray:
        """f + g's + s'Hs / 2 (...), which bends as the objective does at the point."""
        return self.linear(step) + 0.5 * self.bend(step)

    def bend(self, step) -> np.ndarray:
        """s'Hs (...): the second derivative along a step, times its squared length."""
        return np.vecdot(step, np.matvec(self.hessian, step))

    @cached_property
    def _eigen(self):
        return spectrum(self.hessian)

    @property
    def eigenvalues(self) -> np.ndarray:
        return self._eigen[0]

    @property
    def eigenvectors(self) -> np.ndarray:
        return self._eigen[1]

    @cached_property
    def squared_slope(self) -> np.ndarray:
        """g'g (...): how fast the loss falls at first along the negative gradient."""
        return np.vecdot(self.grad, self.grad)

    @cached_property
    def gradient_bend(self) -> np.ndarray:
        """g'Hg (...): how fast that fall is lost again."""
        return self.bend(self.grad)

    @property
    def gradient_curvature(self) -> np.ndarray:
        """g'Hg / g'g (...), the curvature along the gradient: between the end eigenvalues."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return self.gradient_bend / self.squared_slope

    @property
    def sharpness(self) -> np.ndarray:
        """The largest eigenvalue (...)."""
        return self.eigenvalues[..., -1]

    @property
    def stable_rate(self) -> np.ndarray:
        """2 / sharpness (...): the largest rate that suits every direction; inf without any."""
        with np.errstate(divide="ignore"):
            return np.where(self.sharpness > 0, 2 / self.sharpness, np.inf)

    @property
    def index(self) -> np.ndarray:
        """How many eigenvalues are negative (...), those next to zero left out."""
        return negative_count(self.eigenvalues)


def taylor_model(objective: Objective, point) -> TaylorModel:
    """The model at points (..., n); numbers that overflow are inf or nan in it.

    An objective without a Hessian of its own gets one by `hessian_of`. Raises ValueError for a
    point that is not finite.
    """
    point = np.asarray(point, float)
    if point.ndim == 0 or not np.isfinite(point).all():
        raise ValueError(f"the point is {point}, but a Taylor model needs finite coordinates")
    with np.errstate(all="ignore"):
        value, grad = objective.value(point), objective.grad(point)
        return TaylorModel(point, np.asarray(value), grad, hessian_of(objective, point))


def spectrum(hessians) -> tuple[np.ndarray, np.ndarray]:
    """Eigenvalues (..., n), ascending, and as columns their unit vectors (..., n, n).

    nan for a Hessian that is not finite; its neighbours in the batch have theirs.
    """
    whole = np.isfinite(hessians).all(axis=(-2, -1))
    values, vectors = np.full(hessians.shape[:-1], np.nan), np.full(hessians.shape, np.nan)
    values[whole], vectors[whole] = np.linalg.eigh(hessians[whole])
    return values, vectors


def negative_count(eigenvalues) -> np.ndarray:
    """How many of the eigenvalues (..., n) are below zero by more than rounding."""
    floor = ZERO * np.abs(eigenvalues).max(axis=-1, keepdims=True)
    return np.count_nonzero(eigenvalues < -floor, axis=-1)
