"""Whether the end of a path only repeats itself: a point that no longer moves, or a cycle."""

from dataclasses import dataclass

import numpy as np

# Periods that are looked for, and how near a cycle must come to where it was, for its size.
LONGEST, SAME = 64, 1e-12
# Points this many floats apart are one point.
FLOATS = 4


@dataclass(frozen=True)
class Repetition:
    """From row `since` on the path comes back after `period` rows; 1 is a point that stays.

    `size` is how far apart the points of the cycle lie, `memory` whether the optimizer's memory
    comes back too, so that the rest of the run, undisturbed, is known.
    """

    since: int
    period: int
    size: float
    memory: bool

    @property
    def stays(self) -> bool:
        """Whether it is one point, but for the last bits."""
        return self.size == 0


def repetition(points: np.ndarray, memory: dict[str, np.ndarray]) -> Repetition | None:
    """What the end of a path (rows, n) repeats, or None; `memory` (rows, ...) by name.

    A point that stays is the same to the last bit, or moves between neighbouring floats; a cycle
    has gone round twice and come back to 1e-12 of its size.
    """
    last = len(points) - 1
    for period in range(1, min(LONGEST, last // 2 + 1, last) + 1):
        back = max(0, last + 1 - 2 * period)
        size = cycle_size(points[last + 1 - period :])
        if not np.all(comes_back(points[back:], period, size)):
            continue
        again = comes_back(points, period, size)
        since = int(np.flatnonzero(~again)[-1]) + 1 if not again.all() else 0
        whole = all(np.array_equal(rows[last], rows[last - period]) for rows in memory.values())
        return Repetition(since, period, size, whole)
    return None


def cycle_size(points) -> float:
    """The extent of some points (period, n) along their widest coordinate; 0 within rounding."""
    extent = np.ptp(points, axis=0)
    rounding = FLOATS * np.spacing(np.abs(points).max(axis=0))
    return float(np.max(np.where(extent > rounding, extent, 0.0)))


def comes_back(points, period, size) -> np.ndarray:
    """Whether each row is the one `period` rows later, (rows - period,)."""
    apart = np.abs(points[period:] - points[:-period])
    if period == 1:
        return (apart == 0).all(axis=1)
    rounding = FLOATS * np.spacing(np.abs(points[period:]))
    return (apart <= np.maximum(SAME * size, rounding)).all(axis=1)
