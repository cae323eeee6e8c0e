"""Hessians of any objective, and their products with vectors without ever forming one."""

from collections.abc import Callable

import numpy as np

from optcore.curvature.r_operator import IMAGINARY, ROperator
from optcore.objective import Curved, Objective

CENTRAL = np.finfo(float).eps ** (1 / 3)


def hessian_products(objective: Objective, point) -> Callable[[np.ndarray], np.ndarray]:
    """The map v (..., n) -> H v (..., n) at points (..., n), exact wherever the objective allows.

    By the objective's own Hessian; by the R-operator for a plain network; by following the
    gradient into the imaginary direction, Im g(x + i h v) / h, exact to rounding wherever it takes
    complex points, as every network's does (Squire and Trapp 1998); else by central
    differences of the gradient, to about ten digits.
    """
    point = np.asarray(point, float)
    if isinstance(objective, Curved):
        hessian = objective.hessian(point)
        return lambda v: np.matvec(hessian, v)
    if ROperator.suits(objective):
        return ROperator(objective, point)
    return lambda v: _by_gradients(objective, point, np.asarray(v, float))


def hessian_product(objective: Objective, point, direction) -> np.ndarray:
    """H v (..., n) at points (..., n) along directions (..., n): one call of `hessian_products`."""
    return hessian_products(objective, point)(direction)


def hessian_of(objective: Objective, point) -> np.ndarray:
    """The Hessian (..., n, n): the objective's own, or one product for every column.

    The second way is meant for a few hundred parameters.
    """
    point = np.asarray(point, float)
    if isinstance(objective, Curved):
        return objective.hessian(point)
    columns = hessian_products(objective, point[..., None, :])(np.eye(point.shape[-1]))
    return 0.5 * (columns + columns.mT)


def _by_gradients(objective, point, direction) -> np.ndarray:
    size = np.linalg.norm(direction, axis=-1, keepdims=True)
    unit = np.divide(direction, size, out=np.zeros(np.shape(direction)), where=size > 0)
    try:
        stepped = objective.grad(point + 1j * IMAGINARY * unit)
    except TypeError:
        stepped = None
    if stepped is not None and np.iscomplexobj(stepped):
        return size * (stepped.imag / IMAGINARY)
    h = CENTRAL * np.maximum(1.0, np.abs(point).max(axis=-1, keepdims=True))
    return size * (objective.grad(point + h * unit) - objective.grad(point - h * unit)) / (2 * h)
