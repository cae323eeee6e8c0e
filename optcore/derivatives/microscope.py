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
        ends = [np.abs(evaluate(function, x + side * h)) for side in (-1, 1)]
        return np.spacing(np.minimum(*ends)).astype(float) / (2 * np.asarray(h, float))


def height_at_x(rule: Difference, function, x, h) -> np.ndarray:
    """Where the rule's secant passes x: the mean of both ends for the central rule, else f(x)."""
    with np.errstate(all="ignore"):
        if rule is CENTRAL:
            ends = [np.asarray(evaluate(function, x + side * h), float) for side in (-1, 1)]
            return (ends[0] + ends[1]) / 2
        return np.full(np.shape(h), np.float64(evaluate(function, x)))
