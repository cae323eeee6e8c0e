"""The valley a race runs in: its axes are those of the Hessian at the minimum, or at the start."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np


@dataclass(frozen=True, eq=False)
class Valley:
    """Curvatures (2,), the smaller first, and their unit directions (2, 2) in its columns, at
    `center` (2,): the known minimum nearest to the start (`known`), else the start itself.

    `exact` says that the loss has these axes everywhere: it is quadratic.
    """

    center: np.ndarray
    curvatures: np.ndarray
    directions: np.ndarray
    known: bool
    exact: bool

    @property
    def round(self) -> bool:
        """Whether it is equally steep every way, so that no direction is across."""
        low, high = self.curvatures
        return bool(high - low <= 1e-9 * abs(high))

    def best_momentum(self, rate: float) -> float | None:
        """The momentum that arrives first at a rate on a quadratic: the least with which every
        direction swings, (1 - sqrt(rate curvature))^2 (Polyak 1964); None where one falls away,
        or where the rate is too large for any."""
        if self.curvatures[0] <= 0:
            return None
        best = float(((1 - np.sqrt(rate * self.curvatures)) ** 2).max())
        return best if best < 1 else None

    def along(self, points: np.ndarray) -> np.ndarray:
        """How far points (..., 2) are from the center in the flattest direction."""
        return (points - self.center) @ self.directions[:, 0]

    def across(self, points: np.ndarray) -> np.ndarray:
        return (points - self.center) @ self.directions[:, 1]


@lru_cache(maxsize=256)
def valley(surface, start: tuple[float, float]) -> Valley:
    """The valley below a start. Where the Hessian is not finite its axes are x and y, without
    curvature."""
    known = np.reshape(np.array(surface.minima, dtype=float), (-1, 2))
    center = np.array(start, dtype=float)
    if len(known):
        center = known[np.argmin(np.linalg.norm(known - center, axis=-1))]
    hessian = _hessian(surface, center)
    if not np.isfinite(hessian).all():
        return Valley(center, np.zeros(2), np.eye(2), bool(len(known)), False)
    curvatures, directions = np.linalg.eigh(hessian)
    # Which way an eigenvector points is the library's whim.
    main = np.take_along_axis(directions, np.abs(directions).argmax(axis=0)[None], axis=0)
    corners = np.stack(np.meshgrid(*surface.window), axis=-1).reshape(-1, 2)
    others = _hessian(surface, np.concatenate([corners, [start]]))
    exact = np.allclose(others, hessian, rtol=1e-9, atol=1e-12 * np.abs(hessian).max())
    return Valley(center, curvatures, directions * np.sign(main), bool(len(known)), exact)


def _hessian(surface, points: np.ndarray) -> np.ndarray:
    with np.errstate(all="ignore"):
        return np.asarray(surface.hessian(points), dtype=float)
