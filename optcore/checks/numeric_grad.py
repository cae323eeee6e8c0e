"""The gradient of any objective by differences: every component at h and at 2h, in batches."""

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np

from optcore.derivatives.differences import Difference
from optcore.pieces import finish, pieces

# Components whose perturbed points are evaluated together: one step of progress.
BATCH = 512
# Numbers in the perturbed points held at once: 8 MB of float64.
CHUNK = 1 << 20
# Points that are shaken, and how many eps of themselves they are moved.
SHAKES, SHAKEN = 8, 32
# Components whose median is not moved by one that happens to sit at a kink.
ENOUGH = 16
# The sum of the squares of 1, -4, 6, -4, 1, by which a fourth difference gathers errors.
GATHERED = 70


@dataclass(frozen=True, eq=False)
class NumericGrad:
    """D_h and D_2h of the components `indices` (K,), both at steps `h` (K,), and the value.

    `noise` is the rounding error of one value: eps |f|, or more if the values themselves
    scatter more (see `scatter`) or the objective says so (`value_rounding(point)`).
    `scatter` (K,) is that of each component alone, nan where the rule cannot tell.
    """

    indices: np.ndarray
    h: np.ndarray
    fine: np.ndarray
    coarse: np.ndarray
    value: float
    noise: float
    scatter: np.ndarray


def numeric_grad_steps(
    objective, point, rule: Difference, h, indices
) -> Generator[float, None, NumericGrad]:
    """Difference the components `indices` of `point` (n,); yields the share that is done.

    `h` (K,) is the step of each. Closing the generator cancels.
    """
    value = np.asarray(objective.value(point))
    eps = float(np.finfo(value.real.dtype).eps)
    fine, coarse, scatters = [], [], []
    for start in range(0, len(indices), BATCH):
        part = slice(start, start + BATCH)
        values = stencil_values(objective, point, rule, indices[part], h[part], value)
        fine.append(rule.combine(lambda offset, at=values: at[offset], h[part]))
        coarse.append(rule.combine(lambda offset, at=values: at[2 * offset], 2 * h[part]))
        scatters.append(scatter(values, value, h[part]))
        yield min(1.0, (start + BATCH) / len(indices))
    fine, coarse = (np.concatenate(parts).astype(value.dtype) for parts in (fine, coarse))
    scattered = np.concatenate(scatters)
    typical = typical_scatter(scattered, 5 * h * np.abs(coarse - fine))
    noise = max(eps * abs(float(value)), typical)
    if hasattr(objective, "value_rounding"):
        noise = max(noise, objective.value_rounding(point))
    return NumericGrad(indices, h, fine, coarse, float(value), noise, scattered)


def numeric_grad(objective, point, rule: Difference, h, indices) -> NumericGrad:
    """The same without stopping on the way."""
    return finish(numeric_grad_steps(objective, point, rule, h, indices))


def stencil_values(objective, point, rule, indices, h, value) -> dict:
    """Offset -> values (K,) with component indices[k] moved by offset h[k], for D_h and D_2h."""
    offsets = sorted({step * offset for offset in rule.offsets for step in (1, 2)}, key=abs)
    moving = [offset for offset in offsets if offset != 0]
    moves = np.concatenate([offset * h for offset in moving])
    moved = shifted_values(objective, point, np.tile(indices, len(moving)), moves)
    if np.iscomplexobj(moves) and not np.iscomplexobj(moved):
        raise TypeError(
            "The complex step needs an objective that calculates with complex numbers, and this "
            "one returned real ones. Choose another rule."
        )
    at = dict(zip(moving, moved.reshape(len(moving), len(h)), strict=True))
    return at | {offset: np.broadcast_to(value, h.shape) for offset in offsets if offset == 0}


def shifted_values(objective, point, indices, moves) -> np.ndarray:
    """The objective with point[indices[k]] moved by moves[k], for every k (K,).

    An objective that can do better than evaluate whole points offers `values_shifted`.
    """
    if hasattr(objective, "values_shifted"):
        return objective.values_shifted(point, indices, moves)
    dtype = np.result_type(point, np.complex64) if np.iscomplexobj(moves) else point.dtype
    parts = []
    for part in pieces(len(indices), point.size, CHUNK):
        points = np.tile(point.astype(dtype), (len(indices[part]), 1))
        points[np.arange(len(points)), indices[part]] += moves[part]
        parts.append(objective.value(points))
    return np.concatenate(parts)


def scatter(values, value, h) -> np.ndarray:
    """The rounding error of one value as the values themselves show it, (K,), or nan.

    The fourth difference of values at -2h ... 2h is of order h^4 for a smooth function, while
    independent errors of size s leave about sqrt(70) s (Hamming 1962; Moré and Wild 2011).
    """
    if not {-2.0, -1.0, 1.0, 2.0} <= set(values):
        return np.full(len(h), np.nan)
    near, wide = values[1.0] + values[-1.0], values[2.0] + values[-2.0]
    return np.abs(wide - 4 * near + 6 * value) / np.sqrt(GATHERED)


def typical_scatter(scattered, smooth) -> float:
    """The median of those far above 5h |D_2h - D_h|, as errors are and truncation is not: a
    large h must not pass for noise. 0 if they are few or cannot be told."""
    if len(scattered) < ENOUGH:
        return 0.0
    counted = np.where(np.sqrt(GATHERED) * scattered > smooth, scattered, 0)
    return float(np.median(counted))


def value_noise(objective, point, h, indices) -> np.ndarray:
    """The rounding error of one value along each component, (K,), from nine values within 2h.

    The root mean square of their five fourth differences, as in `scatter`.
    """
    moves = np.concatenate([step * h / 2 for step in range(-4, 5)])
    values = shifted_values(objective, point, np.tile(indices, 9), moves).reshape(9, len(h))
    fourth = np.diff(values.astype(np.float64), 4, axis=0)
    return np.sqrt(np.mean(fourth**2, axis=0) / GATHERED)


def shaken(function, point) -> np.ndarray:
    """What rounding the point anew makes of `function(point)`: the root mean square over points
    that differ from this one in the last digits.

    Far enough to round every sum another way: where all cancels, a few ulps often do not.
    """
    far = SHAKEN * np.finfo(point.dtype).eps
    moves = np.random.default_rng(0).choice([1 - far, 1 + far], (SHAKES, point.size))
    moved = [function(point * move) for move in moves]
    return np.sqrt(np.mean(np.abs(moved - function(point)) ** 2, axis=0))
