"""A gradient measured one way, and by how much it may miss a right one."""

from dataclasses import dataclass

import numpy as np

BANDS = (1e-7, 1e-4)
# Rounding errors of one value stay below this many eps |f|: the worst single component of 40
# networks (depth 1 to 20, four losses, five activations) was off by 1.6.
VALUE_ROUNDING = 3.0
# The gradient itself is calculated too, with rounding errors of its own.
GRAD_ROUNDING = 64.0


def norm(vector) -> float:
    """The Euclidean norm in float64, safe from underflow; nan if anything is not finite."""
    vector = np.abs(np.asarray(vector, dtype=np.float64))
    largest = float(np.max(vector, initial=np.finfo(np.float64).tiny))
    if not np.isfinite(largest):
        return np.nan
    return largest * float(np.sqrt(np.sum((vector / largest) ** 2)))


def relative(difference, analytic, numeric) -> float:
    """||difference|| / (||analytic|| + ||numeric||), at most 1; 0 where the first vanishes."""
    size, scale = norm(difference), norm(analytic) + norm(numeric)
    if size == 0 or np.isnan(scale):
        return size
    return size / max(size, scale)


def judge(error: float, floor: float = 0.0) -> str:
    """The band of a relative error, "inconclusive" up to its floor; nan is wrong."""
    right, middle = BANDS
    if error < right:
        return "right"
    if error <= floor:
        return "inconclusive"
    return "suspicious" if error < middle else "wrong"


@dataclass(frozen=True)
class Reading:
    """What a measurement says of one block: `error` and `floor`, both over ||a|| + ||n||.

    `vanishes` says that a and n are both no more than the rounding of the terms that cancel in
    them: the gradient is 0 there, and so is what was measured, so the error is 0.
    """

    way: str
    error: float
    floor: float
    vanishes: bool = False

    @property
    def verdict(self) -> str:
        return judge(self.error, self.floor)


@dataclass(frozen=True, eq=False)
class Measurement:
    """`analytic` and `numeric` gradients (n,) in one arithmetic, nan where none was measured.

    `way` says how, in words. `rounding` (n,) is that of the sums the analytic gradient is made
    of, `floor` (n,) all that a right component may be off by; both are absolute.
    """

    way: str
    analytic: np.ndarray
    numeric: np.ndarray
    rounding: np.ndarray
    floor: np.ndarray

    @property
    def difference(self) -> np.ndarray:
        return np.abs(self.analytic - self.numeric)

    def read(self, part: slice, *, last: bool = False) -> Reading:
        """This measurement of one block; only the `last` one may find that it vanishes."""
        analytic, numeric = self.analytic[part], self.numeric[part]
        error, floor = (
            relative(vector[part], analytic, numeric) for vector in (self.difference, self.floor)
        )
        vanishes = last and norm(analytic) + norm(numeric) <= norm(self.rounding[part])
        return Reading(self.way, 0.0 if vanishes else error, floor, bool(vanishes))


def summed_rounding(analytic, blocks) -> np.ndarray:
    """The rounding of a gradient (n,): GRAD_ROUNDING eps times the largest |a| of its block and
    the one before it.

    A gradient that should be 0 (a bias before batch normalisation) is the rounding of the
    terms that cancel in it, and those are about as large as the gradient of its weights.
    """
    scale, before = np.abs(analytic).astype(np.float64), 0.0
    for part in blocks.values():
        own = float(np.max(np.abs(analytic[part]), initial=0.0))
        scale[part], before = max(own, before), own
    return GRAD_ROUNDING * float(np.finfo(analytic.dtype).eps) * scale
