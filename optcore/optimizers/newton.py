"""Methods that divide the gradient by the Hessian. They have no rate."""

from dataclasses import dataclass

import numpy as np

from optcore.optimizers.base import Optimizer


@dataclass(frozen=True)
class Newton(Optimizer):
    """Where the Hessian is singular the step is nan, which ends that run and no other."""

    name = "Newton"
    idea = "leaps to where the quadratic with this slope and curvature is flat, be it a saddle."
    source = "Nocedal and Wright (2006), Numerical optimization, section 3.3"
    variant = "pure: the full step, towards whatever critical point the quadratic has"
    uses = ("grad", "hessian")
    elementwise = False
    rule = ("step = -inverse(hessian) @ grad",)

    def update(self, look, state):
        hessian, whole = finite_or_identity(look.hessian)
        hessian, regular = or_identity(hessian, whole & (np.linalg.slogdet(hessian)[0] != 0))
        step = -np.linalg.solve(hessian, look.grad[..., None])[..., 0]
        return np.where(regular[..., None], step, np.nan), state


@dataclass(frozen=True)
class SaddleFreeNewton(Optimizer):
    """Where the Hessian is singular the step is not finite, unless the gradient is 0 there."""

    name = "Saddle-free Newton"
    idea = "Newton with the curvatures' sizes, so that it leaves saddles downhill."
    source = "Dauphin et al. (2014), Identifying and attacking the saddle point problem"
    variant = "exact eigenvalues, no damping, the full step"
    uses = ("grad", "hessian")
    elementwise = False
    rule = (
        "axes = eigenvectors(hessian)",
        "curvatures = eigenvalues(hessian)",
        "step = -axes @ inverse(abs(curvatures)) @ transpose(axes) @ grad",
    )
    symbols = {"axes": "Q", "curvatures": r"\Lambda"}

    def update(self, look, state):
        hessian, whole = finite_or_identity(look.hessian)
        curvatures, axes = np.linalg.eigh(hessian)
        slopes = (look.grad[..., None, :] @ axes)[..., 0, :]
        with np.errstate(divide="ignore", invalid="ignore"):
            lengths = np.where(slopes == 0, 0.0, slopes / np.abs(curvatures))
            step = -(axes @ lengths[..., None])[..., 0]
        return np.where(whole[..., None], step, np.nan), state


def finite_or_identity(hessian):
    """The Hessians (..., n, n) with the identity for those not finite, and which were."""
    return or_identity(hessian, np.isfinite(hessian).all(axis=(-1, -2)))


def or_identity(hessian, good):
    """The good ones (...) of the Hessians (..., n, n), the identity for the others; and `good`."""
    return np.where(good[..., None, None], hessian, np.eye(*hessian.shape[-2:])), good


OPTIMIZERS = (Newton(), SaddleFreeNewton())
