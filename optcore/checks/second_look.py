"""A second look at what one difference could not settle.

The first look is the rule a person chose, at the h they chose. It may acquit; only a second
look convicts. Where the objective takes complex numbers that is the complex step, which
subtracts nothing; elsewhere it is Ridders' tableau of central differences over nine decades of
h. Both work in float64 where the objective can: a slip in the code is one in every arithmetic,
and float32 has too few digits to show a small one.
"""

import numpy as np

from optcore.checks.kinks import ROUNDED, crossings, on_kinks
from optcore.checks.measurement import VALUE_ROUNDING, Measurement, summed_rounding
from optcore.checks.numeric_grad import shaken, shifted_values, value_noise
from optcore.derivatives.differences import COMPLEX_STEP
from optcore.derivatives.ridders import FIRST, extrapolate, halved_steps, unevenness

# Entries of the tableau that lie further apart than this share of themselves converge on nothing.
UNRESOLVED = 0.01
# The rows of the tableau in which nothing but round-off is left to differ.
FINEST = 6


def look_again(objective, point, analytic, blocks, doubtful) -> Measurement:
    """The components `doubtful` (K,) of a gradient at `point` (n,), measured the best way.

    `analytic` (n,) is the gradient that was checked; where the objective calculates in float64
    it is calculated anew there.
    """
    wide = np.asarray(objective.grad(point.astype(np.float64)))
    where = ""
    if point.dtype != np.float64 and wide.dtype == np.float64:
        point, analytic, where = point.astype(np.float64), wide, " in float64"
    rounding = summed_rounding(analytic, blocks)
    numeric, floor = np.full(analytic.shape, np.nan), rounding.copy()
    look = exact if getattr(objective, "takes_complex", False) else extrapolated
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        way, numeric[doubtful], lost = look(objective, point, analytic, doubtful)
        floor[doubtful] += lost
        floor += VALUE_ROUNDING * shaken(objective.grad, point)
    return Measurement(way + where, analytic, numeric, rounding, floor)


def exact(objective, point, analytic, indices):
    """The complex step; what it may be off by is what the objective says its values lose."""
    h = COMPLEX_STEP.typical_h(point.dtype)
    values = shifted_values(objective, point, indices, np.full(len(indices), 1j * h))
    lost = np.zeros(len(indices))
    if hasattr(objective, "slope_rounding"):
        lost = VALUE_ROUNDING * objective.slope_rounding(point)[indices]
    numeric = np.imag(values) / h
    if on_kinks(objective, point):
        numeric = apart_from_kinks(objective, point, analytic, indices, numeric)
    return "the complex step", numeric, lost


def apart_from_kinks(objective, point, analytic, indices, numeric) -> np.ndarray:
    """The estimates (K,) without those of components that carry a unit off its kink however
    little they move: rounding decides its side, so the gradient's own value stands."""
    own = analytic[indices]
    at = np.flatnonzero(numeric != own)
    least = np.full(len(at), ROUNDED * np.finfo(point.dtype).eps) * np.maximum(
        1, np.abs(point[indices[at]])
    )
    kinked = np.isin(indices, list(crossings(objective, point, indices[at], least)))
    return np.where(kinked, own, numeric)


def extrapolated(objective, point, analytic, indices):
    """Ridders' tableau from h = max(1, |x|) / 10 on.

    Where it converges on nothing the floor is the whole; where the point sits on a kink there is
    no derivative to compare with, and the gradient's own value stands.
    """
    own = analytic[indices]
    h = halved_steps(FIRST * np.maximum(1, np.abs(point[indices]))).astype(point.dtype)
    ahead, behind = (sides(objective, point, indices, side * h) for side in (1, -1))
    differences = (ahead - behind) / (2 * np.float64(h))
    noise = noise_along(objective, point, indices, h, differences)
    uneven = unevenness((ahead + behind - 2 * float(objective.value(point))) / h)
    numeric, lost = extrapolate(differences, noise / h, uneven)
    lost *= VALUE_ROUNDING
    resolved = lost <= np.maximum(UNRESOLVED * np.abs(numeric), noise / h[-1])
    lost = np.where(resolved, lost, np.abs(own) + np.abs(numeric))
    close = np.full(len(indices), np.finfo(point.dtype).eps ** 0.5, point.dtype)
    kinked = np.isin(indices, list(crossings(objective, point, indices, close)))
    way = "extrapolated central differences"
    return way, np.where(kinked, own, numeric), np.where(kinked, 0.0, lost)


def noise_along(objective, point, indices, h, differences) -> np.ndarray:
    """The rounding error of one value (K,): as its float type has it, as nine close values
    scatter, or as the differences (rows, K) at the smallest h do, whichever is most."""
    value = np.asarray(objective.value(point))
    unit = float(np.finfo(value.dtype).eps) * abs(float(value))
    apart = np.diff(differences[-FINEST:], axis=0) * h[-FINEST:-1]
    scattered = np.sqrt(np.mean(apart**2, axis=0))
    return np.maximum(unit, np.maximum(value_noise(objective, point, h[-1], indices), scattered))


def sides(objective, point, indices, moves) -> np.ndarray:
    """Values (rows, K) in float64 with component indices[k] moved by moves[:, k]."""
    values = shifted_values(objective, point, np.tile(indices, len(moves)), moves.ravel())
    return values.reshape(moves.shape).astype(np.float64)
