"""Where the gradient of a surface vanishes: minima, saddles, maxima, and what is flat."""

import math
from dataclasses import dataclass, replace

import numpy as np

from optcore.curvature.kinks import circle, jumps, kinks
from optcore.curvature.model import ZERO, negative_count
from optcore.curvature.seeds import Scan, roots, turns
from optcore.surfaces.base import Surface

CELLS, MOST_CELLS = 96, 384
# Cells that a critical point should have to itself.
ROOM = 36
# Two polished points closer than this share of the window are one.
SAME = 1e-7
# One that lies so near a curve of found ones, as a share of the window, is on it; one so near a
# found point is that point.
NEAR, THERE = 0.03, 1e-5
# Two points of a curve that bend alike but for this share of the most are as flat.
LEVEL = 1e-6
# Two lattices, so that a border that parts two equal points in one joins them in the other.
SHIFTS = (0.217, 0.717)
# How large the ellipse is on which values are compared, in cells, and by what share of a value and
# of the largest rise rounding may lift one.
AROUND, ROUNDED, LIFTED = 0.5, 1e-14, 1e-9
KINK = (np.inf, np.inf)
KINDS = ("minimum", "saddle", "maximum", "flat")


@dataclass(frozen=True)
class CriticalPoint:
    """A point (x, y) where the gradient is 0; `index` counts its negative eigenvalues.

    `kind` is "minimum", "saddle", "maximum" or "flat": by the eigenvalues, ascending, and where
    one of them is 0 by looking at the values round about. `isolated` is False for one point
    named in place of a whole curve or area of them. Eigenvalues of inf are those of a minimum
    in a kink, where the slope jumps.
    """

    point: tuple[float, float]
    value: float
    eigenvalues: tuple[float, float]
    index: int
    kind: str = ""
    isolated: bool = True

    def __post_init__(self):
        kind = self.kind or ("minimum", "saddle", "maximum")[self.index]
        object.__setattr__(self, "kind", kind)

    @property
    def degenerate(self) -> bool:
        """Whether an eigenvalue is 0, so that the Hessian alone does not tell the kind."""
        least, most = sorted(map(abs, self.eigenvalues))
        return math.isfinite(most) and least <= ZERO * most


def critical_points(surface: Surface) -> tuple[CriticalPoint, ...]:
    """All critical points of a surface within its window that a fine grid tells apart.

    Lowest first. Newton's method starts in every cell of a grid in which both components of the
    gradient may vanish. The grid is made finer while the points lie close for it, and until
    minima plus maxima minus saddles is what the turns of the gradient along the window's
    border say (Poincare and Hopf). Listed minima are taken as exact, those in a kink among them.
    """
    cells = CELLS
    with np.errstate(all="ignore"):
        turned = turns(surface) if surface.smooth else None
        while True:
            scan = Scan.of(surface, cells)
            found = _found(surface, scan)
            agreed = _agrees(found, turned)
            finer = _finer(cells, len(found), agreed)
            if finer == cells:
                break
            cells = finer
        if not (surface.smooth and agreed):
            found = _with_kinks(surface, found, scan)
        found = _with_listed(surface, found, scan)
    return tuple(sorted(found, key=lambda each: (each.value, each.point)))


def _finer(cells: int, count: int, agreed: bool) -> int:
    """How many cells a side that many points ask for, as far as a grid may be refined."""
    if not agreed:
        cells *= 2
    while cells**2 < count * ROOM:
        cells *= 2
    return min(cells, MOST_CELLS)


def _agrees(found, turned) -> bool:
    """Whether minima plus maxima minus saddles are as many as the border says, if it can say."""
    if turned is None or any(each.degenerate for each in found):
        return True
    return sum(-1 if each.kind == "saddle" else 1 for each in found) == turned


def _found(surface, scan: Scan) -> list[CriticalPoint]:
    points = roots(surface, scan)
    if not len(points):
        return []
    sizes = np.abs(np.linalg.eigvalsh(surface.hessian(points)))
    flat = sizes.min(axis=1) <= ZERO * np.maximum(sizes.max(axis=1), scan.curvature)
    found = _described(surface, _distinct(points[~flat], scan), scan)
    for cluster, isolated in scan.components(points[flat]):
        point = _spokesman(surface, cluster, isolated, scan)
        found += _described(surface, point[None], scan, isolated)
    return found


def _distinct(points, scan: Scan) -> np.ndarray:
    """One of each group of points that are the same but for rounding."""
    for shift in SHIFTS:
        keys = np.floor(points / (SAME * scan.span) + shift)
        _, first = np.unique(keys, axis=0, return_index=True)
        points = points[np.sort(first)]
    return points


def _spokesman(surface, cluster, isolated, scan: Scan):
    """The point that stands for a cluster: the truest zero; of a curve a listed or flat point."""
    if isolated:
        return cluster[np.argmin(np.linalg.norm(surface.grad(cluster), axis=1))]
    middle = cluster.mean(axis=0)
    listed = [point for point in map(np.array, surface.minima)
              if min(scan.apart(point, each) for each in cluster) < NEAR]  # fmt: skip
    if listed:
        cluster = np.array(listed)
    bends = np.abs(surface.hessian(cluster)).max(axis=(1, 2))
    flattest = cluster[bends <= bends.min() + LEVEL * bends.max()]
    return flattest[np.argmin(np.linalg.norm(flattest - middle, axis=1))]


def _described(surface, points, scan: Scan, isolated=True) -> list[CriticalPoint]:
    eigenvalues = np.linalg.eigvalsh(surface.hessian(points))
    sizes = np.abs(eigenvalues)
    largest = sizes.max(axis=1, keepdims=True)
    eigenvalues[(sizes <= ZERO * largest) | (largest <= ZERO * scan.curvature)] = 0.0
    values, indices = surface.value(points), negative_count(eigenvalues)
    return [
        CriticalPoint(_pair(point), float(value), _pair(pair), int(index),
                      "" if all(pair) else _kind_by_looking(surface, point, scan), isolated)
        for point, value, pair, index in zip(points, values, eigenvalues, indices, strict=True)
    ]  # fmt: skip


def _pair(numbers) -> tuple[float, float]:
    first, second = numbers
    return float(first), float(second)


def _kind_by_looking(surface, point, scan: Scan) -> str:
    """The kind by the values on a small ellipse round the point."""
    here = surface.value(point)
    rise = surface.value(circle(point, AROUND * scan.cell)) - here
    floor = ROUNDED * abs(here) + LIFTED * np.nanmax(np.abs(rise))
    higher, lower = bool((rise > floor).any()), bool((rise < -floor).any())
    if higher and lower:
        return "saddle"
    return "minimum" if higher else "maximum" if lower else "flat"


def _with_listed(surface, found, scan: Scan) -> list[CriticalPoint]:
    """The found points, with those that the surface lists exactly in their place."""
    for listed in surface.minima:
        value = float(surface.value(np.array(listed)))
        near = [each for each in found if scan.apart(each.point, listed) < THERE]
        if near:
            found[found.index(near[0])] = replace(near[0], point=listed, value=value)
    return found


def _with_kinks(surface, found, scan: Scan) -> list[CriticalPoint]:
    """The found points and the minima in a kink, those that a gradient of 0 hides among them."""
    found = [replace(each, eigenvalues=KINK)
             if each.kind == "minimum" and jumps(surface, np.array(each.point), scan) else each
             for each in found]  # fmt: skip
    for point in kinks(surface, scan):
        if all(scan.apart(each.point, point) > THERE for each in found):
            found.append(CriticalPoint(_pair(point), float(surface.value(point)), KINK, 0))
    return found
