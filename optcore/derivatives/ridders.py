"""Ridders' tableau: central differences at ever smaller h, extrapolated to h = 0.

The error of a central difference has only even powers of h, so two of them give one without
the lowest power, two of those one without the next, and so on (Neville). The entry whose
neighbours agree best is taken, and how far they are apart is its error. Source: Ridders (1982),
Accurate computation of F'(x) and F'(x)F''(x).
"""

import numpy as np

# Halvings of h: from 0.1 the last is 7e-10, below which nothing is left but round-off.
HALVINGS = 27
# Columns of the tableau beside the differences.
ORDERS = range(1, 8)
FIRST = 0.1
# Round-off is hardly ever more than this many times what is expected.
SURE = 4.0


def halved_steps(h) -> np.ndarray:
    """h, h/2, h/4, ... (HALVINGS + 1, K) of the largest steps h (K,)."""
    return np.asarray(h) * 0.5 ** np.arange(HALVINGS + 1)[:, None]


def unevenness(bends) -> np.ndarray:
    """How far two sides' slopes differ as those of no smooth function do, (rows, K).

    `bends` (rows, K) are D+ - D- at halved h: h f'' and odd powers for a smooth function, of
    which three are cancelled here, while a kink inside h leaves a constant, which is kept.
    """
    left = bends
    for power in (1, 3, 5):
        left = (left[:-1] - 2**power * left[1:]) / (2**power - 1)
    return np.concatenate([np.full((3, bends.shape[1]), np.inf), np.abs(left)])


def extrapolate(differences, rounding, uneven) -> tuple[np.ndarray, np.ndarray]:
    """The best entry of the tableau and its error, (K,) each; the error is inf without one.

    `differences` (rows, K) are central differences, each row with half the h of the one above,
    `rounding` (rows, K) what round-off may do to each, `uneven` (rows, K) their `unevenness`. An
    entry's error is how far it lies from the two it was made of, plus the other two at the
    smallest h in it. Entries that the
    differences at smaller h contradict do not count: far from the point a function may look
    smooth and yet have another slope.
    """
    best, least = differences[-1], np.full(differences.shape[1], np.inf)
    lowest, highest = bounds_below(differences, rounding)
    column = differences
    for order in ORDERS:
        below, above = column[1:], column[:-1]
        column = below + (below - above) / (4**order - 1)
        apart = np.maximum(np.abs(column - below), np.abs(column - above))
        error = apart + 2 * rounding[order:] + uneven[order:]
        slack = error + np.abs(differences[order:] - column)
        agrees = (column + slack >= lowest[order:]) & (column - slack <= highest[order:])
        error = np.where(agrees & np.isfinite(error), error, np.inf)
        at = np.argmin(error, axis=0)[None]
        found, entry = (np.take_along_axis(each, at, 0)[0] for each in (error, column))
        better = found < least
        best, least = np.where(better, entry, best), np.where(better, found, least)
    return best, least


def bounds_below(differences, rounding) -> tuple[np.ndarray, np.ndarray]:
    """What the differences at smaller h leave of the slope: from and to, (rows, K) each."""
    low = np.nan_to_num(differences - SURE * rounding, nan=-np.inf)[::-1]
    high = np.nan_to_num(differences + SURE * rounding, nan=np.inf)[::-1]
    lowest = np.maximum.accumulate(low, axis=0)[::-1]
    highest = np.minimum.accumulate(high, axis=0)[::-1]
    return lowest, highest
