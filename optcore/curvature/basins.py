"""Which start goes to which kind of critical point: a map of the window, a start to a cell."""

from dataclasses import dataclass

import numpy as np

from optcore.curvature.critical import KINDS
from optcore.curvature.plane import newton_parts, newton_steps, plane_eigen, saddle_free_steps
from optcore.optimizers import GradientDescent, Newton, SaddleFreeNewton
from optcore.optimizers.base import Optimizer
from optcore.surfaces.base import Surface

MINIMUM, SADDLE, MAXIMUM, FLAT = range(len(KINDS))
UNDER_WAY = len(KINDS)
# A step below this share of the window is a start's last; a critical point within that is reached.
STILL, REACHED = 1e-8, 1e-3
# An eigenvalue below this share of the other counts as 0 where a way was cut short at STILL.
LEVEL = 1e-6
FAR = 1e6
# From the middle of the window, as a share of it: a whole window beyond its border.
OUTSIDE = 1.5


@dataclass(frozen=True)
class BasinMap:
    """Starts at `x (columns,)`, `y (rows,)`, cell centres, and where they led.

    `kind (rows, columns)` is 0 minimum, 1 saddle, 2 maximum, 3 flat, 4 none reached; `steps` how
    many it took, or all; `ends (rows, columns, 2)` the last points.
    """

    x: np.ndarray
    y: np.ndarray
    kind: np.ndarray
    steps: np.ndarray
    ends: np.ndarray

    def share(self, kind: int) -> float:
        """The share of the starts that end at a kind."""
        return float(np.mean(self.kind == kind))


def basin_map(
    surface: Surface, optimizer: Optimizer, cells: tuple[int, int] = (96, 72), steps: int = 40
) -> BasinMap:
    """Newton's method, the saddle-free one, or gradient descent from each of columns x rows cells.

    Full steps, so basins of Newton's method are as torn as they are. Raises ValueError for
    another method.
    """
    rule = _rule(surface, optimizer)
    low, high = np.array(surface.window, float).T
    x, y = (low[i] + (high - low)[i] * (np.arange(n) + 0.5) / n for i, n in enumerate(cells))
    ends = np.array([part.ravel() for part in np.meshgrid(x, y)]).T
    with np.errstate(all="ignore"):
        ends, took = _walk(rule, ends, steps, high - low)
        kind = _kinds(surface, ends, low, high - low)
    shape = (len(y), len(x))
    return BasinMap(x, y, kind.reshape(shape), took.reshape(shape), ends.reshape(*shape, 2))


def _rule(surface, optimizer):
    """The step from points, in closed form; no Hessian where it needs none."""
    match optimizer:
        case Newton():
            return lambda points: newton_steps(*surface.derivatives(points))
        case SaddleFreeNewton():
            return lambda points: saddle_free_steps(*surface.derivatives(points))
        case GradientDescent():
            return lambda points: -optimizer.learning_rate * surface.grad(points)
    raise ValueError(
        f"there is no map for {optimizer.name}: take Newton, SaddleFreeNewton or GradientDescent"
    )


def _walk(rule, starts, steps, span):
    """The last points of all starts and how many steps each took; who has arrived rests."""
    ends, took = starts.copy(), np.full(len(starts), steps)
    going, points = np.arange(len(starts)), starts
    for turn in range(steps):
        change = rule(points)
        points = points + change
        length = np.abs(change / span).max(axis=1)
        # A step that is no number ends the way, too.
        rests = ~((length > STILL) & (length < FAR))
        if rests.any():
            ends[going[rests]], took[going[rests]] = points[rests], turn + 1
            going, points = going[~rests], points[~rests]
            if not len(going):
                break
    ends[going] = points
    return ends, took


def _kinds(surface, points, low, span) -> np.ndarray:
    """The kind of the critical point next to each, or UNDER_WAY where none is next to it."""
    grads, hessians = surface.derivatives(points)
    parts = newton_parts(grads, hessians)
    lowest, highest = plane_eigen(hessians)[0].T
    size = np.abs(hessians).max(axis=(1, 2))
    level = LEVEL * size
    near = np.abs(parts.sum(axis=1) / span).max(axis=1) < REACHED
    # Where one direction counts as flat, the gradient itself must be as small as that near.
    near &= np.abs(grads).max(axis=1) <= REACHED * size * span.max()
    # Far outside, a flat direction is a tail that runs on, not a curve of critical points.
    outside = np.abs((points - low) / span - 0.5).max(axis=1) > OUTSIDE
    near &= ~(outside & (np.minimum(np.abs(lowest), np.abs(highest)) < level))
    kind = np.where(lowest >= -level, MINIMUM, np.where(highest > level, SADDLE, MAXIMUM))
    kind = np.where(size == 0, FLAT, kind)
    return np.where(near, kind, UNDER_WAY).astype(np.int8)
