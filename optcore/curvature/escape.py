"""How long gradient descent hovers at a saddle before it leaves."""

from dataclasses import dataclass

import numpy as np

from optcore.curvature.model import taylor_model
from optcore.descent.loop import descend
from optcore.descent.setting import MOST_STEPS
from optcore.optimizers import GradientDescent
from optcore.surfaces.base import Surface

DISTANCES = np.geomspace(1e-12, 1e-1, 23)


@dataclass(frozen=True)
class Escape:
    """Steps until a start at `distances (k,)` from a saddle is `radius` away from it.

    The starts lie along `direction (n,)`, in which the loss falls fastest. `predicted (k,)` is the
    straight line of the quadratic model over the logarithm of the distance, exact on a
    quadratic; `measured (k,)` are whole steps, nan where it took more than were allowed.
    """

    distances: np.ndarray
    direction: np.ndarray
    radius: float
    growth: float
    predicted: np.ndarray
    measured: np.ndarray


def escape_steps(curvature: float, learning_rate: float, distance, radius: float = 1.0):
    """ln(radius / distance) / ln(1 - rate curvature): steps (...) on a quadratic, not rounded.

    The distance along an eigenvector of a negative eigenvalue grows by 1 + rate |curvature| a
    step. inf at distance 0. Raises ValueError for a curvature that is not negative.
    """
    if not curvature < 0:
        raise ValueError(f"the curvature is {curvature:.3g}, but a way out needs a negative one")
    with np.errstate(divide="ignore"):
        away = np.log(radius / np.asarray(distance, float))
    return np.maximum(0.0, away / np.log1p(-learning_rate * curvature))


def escape(
    surface: Surface, saddle, learning_rate: float, radius: float, distances=DISTANCES
) -> Escape:
    """Gradient descent from beside a saddle point (n,), measured against the quadratic model.

    Raises ValueError where the Hessian has no negative eigenvalue.
    """
    model = taylor_model(surface, saddle)
    lowest, direction = float(model.eigenvalues[0]), model.eigenvectors[:, 0]
    distances = np.asarray(distances, float)
    predicted = escape_steps(lowest, learning_rate, distances, radius)
    starts = model.point + distances[:, None] * direction
    finite = predicted[np.isfinite(predicted)]
    steps = int(min(MOST_STEPS, 2 * finite.max(initial=0) + 50))
    run = descend(surface, GradientDescent(learning_rate), starts, steps)
    with np.errstate(invalid="ignore"):
        # A run that has diverged is far away, too.
        outside = ~(np.linalg.norm(run.points - model.point, axis=-1) < radius)
    measured = np.where(outside.any(axis=0), outside.argmax(axis=0), np.nan)
    growth = 1 - learning_rate * lowest
    return Escape(distances, direction, radius, growth, predicted, measured)
