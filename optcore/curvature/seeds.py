"""A gradient on a grid, the cells in which it may vanish, and Newton's method from each."""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from optcore.curvature.plane import newton_parts
from optcore.surfaces.base import Surface

STEPS = 40
# The turns, once steps are plain, at which they are stretched.
STRETCHED = range(12, STEPS, 3)
# A seed that is so many cells away from where it began will find no zero that others do not.
ASTRAY = 16
# A step below this share of a cell is the last one but two.
ARRIVED = 1e-8
ROUNDING = 4 * np.finfo(float).eps
# How often a zero is polished.
POLISHES = 2
BINS = 32
# Points looked at on each side of the window; nodes from one to the next Hessian.
BORDER, COARSE = 2000, 8
# Shares of the window: how far outside rounding may put a point, and how large a group of points
# is still one.
OUTSIDE, ONE = 1e-9, 1e-3
# A turn (radians) from one point of the border to the next that may as well go the other way.
TOO_FAR = 2.5
# How straight a sequence of steps is, and by what factor they shrink, that is taken to its end.
STRAIGHT, LEAST, MOST = 0.05, 0.3, 0.95
# How far from a zero, in cells, a gradient of such a size may stand on such a slope.
REALLY = 1e-8
# Cells that a step may go: a seed finds the zero of its own cell or none.
FARTHEST = 1.0


@dataclass(frozen=True)
class Scan:
    """`grads (rows, columns, 2)` at the nodes of a grid over the window from `low`, by `cell`."""

    low: np.ndarray
    span: np.ndarray
    nodes: np.ndarray
    grads: np.ndarray
    curvature: float

    @classmethod
    def of(cls, surface: Surface, cells: int) -> "Scan":
        low, high = np.array(surface.window, float).T
        x, y = np.linspace(low, high, cells + 1).T
        nodes = np.stack(np.meshgrid(x, y))
        # Coordinates first in memory, as the surfaces like it.
        nodes = np.moveaxis(nodes, 0, -1)
        grads = surface.grad(nodes)
        coarse = np.abs(surface.hessian(nodes[::COARSE, ::COARSE])).max(axis=(2, 3))
        coarse = coarse[np.isfinite(coarse) & (coarse > 0)]
        return cls(low, high - low, nodes, grads, float(np.median(coarse)) if len(coarse) else 0.0)

    @property
    def cell(self) -> np.ndarray:
        return self.span / (len(self.nodes) - 1)

    @cached_property
    def steepness(self) -> np.ndarray:
        """|g| (rows, columns), inf where it is no number."""
        return np.nan_to_num(_length(self.grads), nan=np.inf)

    @property
    def steepest(self) -> float:
        """The largest finite |g|."""
        return float(np.max(self.steepness, where=np.isfinite(self.steepness), initial=0.0))

    def inside(self, points) -> np.ndarray:
        share = (points - self.low) / self.span
        return ((share >= -OUTSIDE) & (share <= 1 + OUTSIDE)).all(axis=1)

    def apart(self, one, other) -> float:
        """The distance of two points as a share of the window."""
        return float(np.hypot(*((np.array(one) - other) / self.span)))

    def seeds(self) -> np.ndarray:
        """Points (k, 2) from which to look for a zero of the gradient."""
        corners = [self.grads[i:j, k:m] for i, j in ((0, -1), (1, None))
                   for k, m in ((0, -1), (1, None))]  # fmt: skip
        least, most = np.minimum.reduce(corners), np.maximum.reduce(corners)
        # A whole cell of zeros is flat: one corner of it stands for it.
        crossed = ((least <= 0) & (most >= 0)).all(axis=2) & (most > least).any(axis=2)
        centres = self.nodes[:-1, :-1][crossed] + 0.5 * self.cell
        return np.concatenate([centres, self.nodes[self._hollows()]])

    def _hollows(self) -> np.ndarray:
        """Nodes at which |g| is no larger than at the eight round them: zeros only touched."""
        lowest = np.minimum.reduce(round_about(self.steepness, np.inf))
        return (self.steepness <= lowest) & np.isfinite(self.steepness)

    def components(self, points):
        """The groups (points, isolated) into which points fall that touch each other in bins."""
        if not len(points):
            return
        bins = np.clip(((points - self.low) / self.span * BINS).astype(int), 0, BINS - 1)
        label = np.zeros((BINS, BINS), int)
        taken = np.zeros_like(label, bool)
        taken[bins[:, 1], bins[:, 0]] = True
        label[taken] = np.arange(1, np.count_nonzero(taken) + 1)
        while True:
            spread = np.maximum.reduce(round_about(label, 0)) * taken
            if (spread == label).all():
                break
            label = spread
        of_point = label[bins[:, 1], bins[:, 0]]
        for name in np.unique(of_point):
            group = points[of_point == name]
            yield group, bool((np.ptp(group, axis=0) < ONE * self.span).all())


def round_about(field, beyond) -> list[np.ndarray]:
    """A field (rows, columns) here and at the eight places next to here, `beyond` its border."""
    framed = np.pad(field, 1, constant_values=beyond)
    rows, columns = field.shape
    return [framed[i : i + rows, k : k + columns] for i in range(3) for k in range(3)]


def turns(surface: Surface) -> int | None:
    """How often the gradient turns round, anticlockwise, along the border of the window.

    By Poincare and Hopf the sum over the isolated zeros inside of +1 (minimum, maximum),
    -1 (saddle) and so on. None where the gradient vanishes on the border, is no number, or
    turns too fast to tell.
    """
    (left, right), (low, high) = surface.window
    corners = np.array([(left, low), (right, low), (right, high), (left, high), (left, low)])
    sides = [np.linspace(*ends, BORDER) for ends in pairwise(corners)]
    grads = surface.grad(np.concatenate(sides))
    if not np.isfinite(grads).all() or not grads.any(axis=1).all():
        return None
    turned = np.diff(np.unwrap(np.arctan2(grads[:, 1], grads[:, 0])))
    return round(turned.sum() / (2 * np.pi)) if np.abs(turned).max() < TOO_FAR else None


def roots(surface: Surface, scan: Scan) -> np.ndarray:
    """Zeros (k, 2) of the gradient within the window, as often as seeds lead to them."""
    points, found = scan.seeds(), []
    last, home = np.zeros_like(points), points
    for turn in range(STEPS):
        grads, hessians = surface.derivatives(points)
        parts = newton_parts(grads, hessians)
        if turn in STRETCHED:
            parts = parts * _stretch(parts.sum(axis=1), last)[:, None, None]
        lengths = np.abs(parts / scan.cell).max(axis=2)
        longest = lengths.max(axis=1)
        arrived = (longest < ARRIVED) | (_length(grads) <= _rounding(points, hessians))
        found.append(points[arrived])
        near = np.abs((points - home) / scan.cell).max(axis=1) <= ASTRAY
        going = ~arrived & np.isfinite(longest) & near & scan.inside(points)
        last = (parts / np.maximum(lengths, FARTHEST)[..., None]).sum(axis=1)[going]
        points, home = points[going] + last, home[going]
        if not len(points):
            break
    return _confirmed(surface, scan, np.concatenate(found))


def _rounding(points, hessians) -> np.ndarray:
    """How far from 0 a gradient may be where it vanishes, as coordinates are rounded (k,)."""
    return ROUNDING * np.abs(hessians).max(axis=(1, 2)) * np.abs(points).max(axis=1)


def _stretch(steps, last) -> np.ndarray:
    """What to multiply steps with that shrink by the same factor each time (Aitken).

    Newton's method goes (m - 1) / m of the way on to a zero of order m.
    """
    size, before = (np.einsum("ki,ki->k", part, part) for part in (steps, last))
    ratio = np.einsum("ki,ki->k", steps, last) / before
    straight = np.abs(size / before - ratio**2) < STRAIGHT
    return np.where(straight & (ratio > LEAST) & (ratio < MOST), 1 / (1 - ratio), 1.0)


def _confirmed(surface, scan: Scan, points) -> np.ndarray:
    """The points polished, and of these the ones inside at which the gradient really is 0."""
    for _ in range(POLISHES):
        better = points + newton_parts(*surface.derivatives(points)).sum(axis=1)
        calmer = _length(surface.grad(better)) < _length(surface.grad(points))
        points = np.where(calmer[:, None], better, points)
    grads, hessians = surface.derivatives(points)
    finite = np.isfinite(grads).all(axis=1) & np.isfinite(hessians).all(axis=(1, 2))
    near = REALLY * np.abs(hessians).max(axis=(1, 2)) * scan.cell.max()
    return points[finite & (_length(grads) <= near) & scan.inside(points)]


def _length(vectors) -> np.ndarray:
    return np.hypot(*np.moveaxis(vectors, -1, 0))
