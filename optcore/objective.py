"""What can be descended: anything with a value and a gradient."""

from typing import Protocol, runtime_checkable

import numpy as np


class Objective(Protocol):
    """A function of a point whose coordinates lie in the last axis.

    `point (..., n)` -> `value (...)`, `grad (..., n)` and, for methods that use
    curvature, `hessian (..., n, n)`. Leading axes are a batch: one definition serves one
    point, a path, a grid and ten thousand starts. Formulas that are analytic accept
    complex points too, which is what the complex-step test relies on.
    """

    def value(self, point: np.ndarray, /) -> np.ndarray: ...

    def grad(self, point: np.ndarray, /) -> np.ndarray: ...


@runtime_checkable
class Curved(Objective, Protocol):
    """An objective that knows its own Hessian."""

    def hessian(self, point: np.ndarray, /) -> np.ndarray: ...


class Look:
    """What an optimizer may look at before it takes a step.

    `point (..., n)`, `value (...)` and `grad (..., n)` are there already: the gradient taken where
    the optimizer asks for it, as the disturbances that are on have left it. `hessian` is
    evaluated on demand, and line searches may ask `objective` itself, on batches that of the step.
    """

    __slots__ = ("_hessian", "grad", "objective", "point", "value")

    def __init__(self, objective, point, value, grad):
        self.objective = objective
        self.point = point
        self.value = value
        self.grad = grad
        self._hessian = None

    @property
    def hessian(self) -> np.ndarray:
        if self._hessian is None:
            self._hessian = self.objective.hessian(self.point)
        return self._hessian


class Counted:
    """An objective that counts how often its gradient was asked for, in `grad_calls`."""

    def __init__(self, objective):
        self.objective = objective
        self.grad_calls = 0
        self.value = objective.value

    def grad(self, point):
        self.grad_calls += 1
        return self.objective.grad(point)

    def __getattr__(self, name):
        return getattr(self.objective, name)
