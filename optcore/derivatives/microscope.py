"""A function seen through a microscope h wide: secants, and the staircase floats make of it."""

from dataclasses import dataclass

import numpy as np

from optcore.derivatives.differences import CENTRAL, Difference, evaluate

PER_DECADE = 16
DECADES = 16
CELLS = 25  # points looked at per h, so that x - h, x and x + h are among them
REACH = 2.4


def step_grid(h: float | None = None) -> np.ndarray:
    """Sixteen h a decade from 1 to 1e-16, each of three digits so that what is written is used.

    An `h` of one's own takes the place of its nearest neighbour.
    """
    grid = np.logspace(0, -DECADES, PER_DECADE * DECADES + 1)
    grid = np.array([float(f"{step:.2e}") for step in grid])
    if h is not None:
        grid[nearest_step(grid, h)] = h
    return grid


def nearest_step(grid, h: float) -> int:
    """The index of the step nearest to h by ratio."""
    return int(np.argmin(np.abs(np.log(grid / h))))


@dataclass(frozen=True, eq=False)
class Microscope:
    """The function as floats compute it within `REACH` h of x.

    `across` (p,) is (t - x)/h for the points t looked at, `rise` (m, p) is (f(t) - f(x))/h for
    each of m steps: the tangent has slope f'(x) in every row. `lattice` (m,) is the spacing of
    floats at f(x - h) or f(x + h), whichever is less, over 2h: a central estimate is a whole
    multiple of it.
    """

    across: np.ndarray
    rise: np.ndarray
    lattice: np.ndarray


def look_closely(function, x, h, dtype=np.float64) -> Microscope:
    """`function` around x at every h (m,), every value computed in `dtype`."""
    x, h = np.dtype(dtype).type(x), np.asarray(h, dtype=dtype)
    last = round(REACH * CELLS)
    across = np.arange(-last, last + 1) / CELLS
    with np.errstate(all="ignore"):
        seen = evaluate(function, x + across.astype(dtype) * h[:, None])
        rise = (seen.astype(float) - float(evaluate(function, x))) / h.astype(float)[:, None]
    return Microscope(across, rise, lattice(function, x, h))


def lattice(function, x, h) -> np.ndarray:
    """What every central estimate is a whole multiple of; x and h carry the float type."""
    with np.errstate(all="ignore"):
        ends = (np.abs(evaluate(function, at)) for at in (x - h, x + h))
        return np.spacing(np.minimum(*ends)).astype(float) / (2 * np.asarray(h, float))


@dataclass(frozen=True, eq=False)
class Ends:
    """Both ends of a secant on the lattice of floats, for each of m steps.

    Everything is in units of the last place (ulp) of f at that end, counted from the value that
    floats give: `exact` (m, 2) is where f itself lies, `tangent` (m, 2) where the tangent at x
    passes. Both are nan where no wider float type is at hand. `apart` (m,) counts how many units
    of the coarser end lie between the ends, and `turn` (m,) is what one unit more makes of the
    slope.
    """

    exact: np.ndarray
    tangent: np.ndarray
    apart: np.ndarray
    turn: np.ndarray


def look_at_ends(function, x, h, sides, dtype=np.float64) -> Ends:
    """The secant through x + side h, two `sides`, for every h (m,); its values are in `dtype`."""
    wide = np.longdouble if np.dtype(dtype) == np.float64 else np.float64
    x, h = np.dtype(dtype).type(x), np.asarray(h, dtype=dtype)
    with np.errstate(all="ignore"):
        places = x + np.array(sides, dtype=dtype) * h[:, None]
        seen = np.asarray(evaluate(function, places))
        unit = np.spacing(np.abs(seen)).astype(wide)
        exact, tangent = (
            (wide_values - seen) / unit
            for wide_values in (evaluate(function, places.astype(wide)),
                                _tangent_at(function, wide(x), places.astype(wide)))
        )  # fmt: skip
        between = np.abs(np.diff(seen.astype(wide)))[:, 0] / unit.max(axis=1)
        turn = unit.max(axis=1) / (h * np.ptp(sides))
        if np.finfo(wide).eps == np.finfo(dtype).eps:
            exact, tangent = np.full_like(exact, np.nan), np.full_like(tangent, np.nan)
        return Ends(*(part.astype(np.float64) for part in (exact, tangent, between, turn)))


def _tangent_at(function, x, places):
    return evaluate(function, x) + function.derivative(x) * (places - x)


def height_at_x(rule: Difference, function, x, h) -> np.ndarray:
    """Where the rule's secant passes x: the mean of both ends for the central rule, else f(x)."""
    with np.errstate(all="ignore"):
        if rule is CENTRAL:
            below, above = (np.asarray(evaluate(function, at), float) for at in (x - h, x + h))
            return (below + above) / 2
        return np.full(np.shape(h), np.float64(evaluate(function, x)))
