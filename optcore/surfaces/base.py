"""The type every loss surface is."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

Pair = tuple[float, float]
Window = tuple[Pair, Pair]


@dataclass(frozen=True)
class Surface:
    """An objective of two variables, with what a page needs to show it.

    `window` is ((x_low, x_high), (y_low, y_high)); `start` a point that shows what the
    surface teaches; `minima` all its known global minima in or near the window, possibly
    none (a few points of it where they form a curve); `axes` what the two variables are
    called; `smooth` is False where the gradient jumps. Subclasses whose shape has parameters
    declare them as knobs.

    `value` and `grad` are elementwise NumPy on the two coordinates and nothing else, so that
    one definition can also be recorded and replayed fast (`elementwise` promises this).
    Where a formula overflows or leaves its domain the result is inf or nan; callers who go
    there use `np.errstate`.
    """

    name: ClassVar[str]
    lesson: ClassVar[str]
    source: ClassVar[str] = ""
    axes: ClassVar[tuple[str, str]] = ("x", "y")
    elementwise: ClassVar[bool] = True

    # Attributes of most subclasses, worked out from their knobs by some.

    @property
    def latex(self) -> str:
        raise NotImplementedError

    @property
    def window(self) -> Window:
        raise NotImplementedError

    @property
    def start(self) -> Pair:
        raise NotImplementedError

    @property
    def minima(self) -> tuple[Pair, ...]:
        return ()

    @property
    def smooth(self) -> bool:
        return True

    def value(self, point: np.ndarray) -> np.ndarray:
        raise NotImplementedError

    def grad(self, point: np.ndarray) -> np.ndarray:
        raise NotImplementedError

    def hessian(self, point: np.ndarray) -> np.ndarray:
        raise NotImplementedError

    def derivatives(self, point: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Gradient and Hessian together, which a surface may work out in one pass."""
        return self.grad(point), self.hessian(point)

    def distance_to_minimum(self, point: np.ndarray) -> np.ndarray:
        """Distance from points (..., 2) to the nearest global minimum; nan when there is none."""
        x, y = coordinates(np.asarray(point, dtype=float))
        if not self.minima:
            return np.full(np.shape(x), np.nan)
        distances = [np.hypot(x - at_x, y - at_y) for at_x, at_y in self.minima]
        return np.min(np.stack(distances), axis=0)


def coordinates(point) -> tuple[np.ndarray, np.ndarray]:
    """The x and y of points (..., 2). Raises ValueError for points of another length."""
    if point.shape[-1] != 2:
        raise ValueError(f"a point here has 2 coordinates, but {point.shape[-1]} were given")
    return point[..., 0], point[..., 1]


def vector(x, y) -> np.ndarray:
    """Two fields as one array of vectors (..., 2)."""
    # Coordinates first in memory: each coordinate of a large batch is then contiguous.
    return np.moveaxis(np.stack(np.broadcast_arrays(x, y), axis=0), 0, -1)


def symmetric(xx, xy, yy) -> np.ndarray:
    """Three second derivatives as an array of Hessians (..., 2, 2)."""
    xx, xy, yy = np.broadcast_arrays(xx, xy, yy)
    return np.stack([np.stack([xx, xy], axis=-1), np.stack([xy, yy], axis=-1)], axis=-2)
