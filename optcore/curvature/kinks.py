"""Minima in a kink, where the slope jumps and no gradient vanishes: found by values alone."""

import numpy as np

from optcore.curvature.seeds import Scan, round_about
from optcore.surfaces.base import Surface

CIRCLE = np.stack([np.cos(t := np.arange(48) * np.pi / 24 + 0.1), np.sin(t)], axis=-1)
# A square of nodes round the best one so far, which then shrinks to two of its gaps each way.
SQUARE = np.stack(np.meshgrid(*2 * [np.linspace(-1, 1, 17)]), axis=-1).reshape(-1, 2)
SHRINK, ZOOMS = 0.25, 24
# How far beside a point gradients are looked at, and how far from it the curvature that may make
# them so, as shares of the window.
BESIDE, BEYOND = 1e-7, 3e-4
# A gradient beside a kink is no less than this share of the steepest, and so many times what
# curvature makes.
STEEP, TIMES = 1e-6, 100


def circle(middle, radii) -> np.ndarray:
    """Points (48, 2) on the ellipse round a middle (2,) whose half axes are `radii (2,)`."""
    return middle + radii * CIRCLE


def kinks(surface: Surface, scan: Scan) -> list[np.ndarray]:
    """Lowest points (2,) of the window's hollows round which the gradient keeps its size."""
    values = np.nan_to_num(surface.value(scan.nodes), nan=np.inf)
    # As all is lower beyond the border, no node on it is a hollow.
    beside = round_about(values, -np.inf)
    hollow = (values <= np.minimum.reduce(beside)) & (values < np.maximum.reduce(beside))
    lowest = _lowest(surface, scan.nodes[hollow], scan)
    return [point for point in lowest if jumps(surface, point, scan)]


def jumps(surface: Surface, point, scan: Scan) -> bool:
    """Whether a point is lowest, and the gradient beside it larger than curvature can make it."""
    reach = BESIDE * scan.span
    beside = circle(point, reach)
    if not (surface.value(beside) > surface.value(point)).all():
        return False
    steep = np.linalg.norm(surface.grad(beside), axis=1).min()
    bend = np.abs(surface.hessian(circle(point, BEYOND * scan.span))).max(axis=(1, 2)).min()
    return bool(steep > np.maximum(STEEP * scan.steepest, TIMES * bend * reach.max()))


def _lowest(surface, points, scan: Scan) -> np.ndarray:
    """The lowest points (k, 2) of ever smaller squares, which begin round points (k, 2)."""
    size = scan.cell
    for _ in range(ZOOMS):
        squares = points[:, None] + size * SQUARE
        values = np.nan_to_num(surface.value(squares), nan=np.inf)
        points = squares[np.arange(len(points)), values.argmin(axis=1)]
        size = size * SHRINK
    return points
