"""Curvature along a run: what the gradient meets, and the sharpness against 2 / rate."""

from dataclasses import dataclass, fields

import numpy as np

from optcore.curvature.lanczos import Ends, lanczos
from optcore.curvature.model import spectrum
from optcore.curvature.products import hessian_product, hessian_products
from optcore.descent.run import Run
from optcore.objective import Curved, Objective


@dataclass(frozen=True)
class CurvatureTrack:
    """Row by row at the steps `at (k,)` of a run, every array (k,).

    `values`, `gradient_norms`; `gradient_curvature` g'Hg / g'g; `sharpness` and `lowest`, the
    largest and the smallest eigenvalue; `limit` 2 / rate, the sharpness above which gradient
    descent of the step's rate is unstable. nan after a run has ended.
    """

    at: np.ndarray
    values: np.ndarray
    gradient_norms: np.ndarray
    gradient_curvature: np.ndarray
    sharpness: np.ndarray
    lowest: np.ndarray
    limit: np.ndarray

    @property
    def first_unstable(self) -> int | None:
        """The first step at which the sharpness is above 2 / rate, or None."""
        above = np.flatnonzero(self.sharpness > self.limit)
        return int(self.at[above[0]]) if len(above) else None

    @property
    def hover(self) -> float:
        """The median of sharpness over limit in the last quarter: near 1 at the edge."""
        late = slice(-max(1, len(self.at) // 4), None)
        return float(np.median(self.sharpness[late] / self.limit[late]))

    @property
    def rises(self) -> int:
        """How many rows have a higher loss than the row before."""
        return int(np.count_nonzero(np.diff(self.values) > 0))

    def joined(self, later: "CurvatureTrack") -> "CurvatureTrack":
        """This track and a later part of the same run."""
        both = (np.concatenate([getattr(each, f.name) for each in (self, later)])
                for f in fields(self))  # fmt: skip
        return CurvatureTrack(*both)


def end_eigenvalues(objective: Objective, point) -> Ends:
    """The end eigenvalues of the Hessian at points (..., n), without forming it if n > 2.

    For a network every product is a gradient; about 30 of them suffice, whatever its size.
    Points of a batch that are not finite get nan.
    """
    point = np.asarray(point, float)
    whole = np.isfinite(point).all(axis=-1, keepdims=True)
    safe = np.where(whole, point, 0.0)
    with np.errstate(all="ignore"):
        if isinstance(objective, Curved):
            return _masked(whole, _from_dense(objective.hessian(safe)))
        return _masked(whole, lanczos(hessian_products(objective, safe), safe))


def sharpness(objective: Objective, point) -> np.ndarray:
    """The largest eigenvalue (...) of the Hessian at points (..., n)."""
    return end_eigenvalues(objective, point).largest


def curvature_along(objective: Objective, run: Run, most: int = 400) -> CurvatureTrack:
    """The track of a single run, at all its rows or at `most` of them, evenly spread.

    Raises ValueError for a batch of runs.
    """
    if run.points.ndim != 2:
        raise ValueError(f"a track follows one run, but the points are {run.points.shape}")
    last = int(run.ended)
    at = np.unique(np.linspace(0, last, most).round().astype(int))
    if run.rates is None or not len(run.rates):
        rates = np.full(len(at), np.nan)
    else:
        rates = np.ravel(run.rates)[np.minimum(at, len(run.rates) - 1)]
    return track_at(objective, at, run.points[at], run.values[at], run.grads[at], rates)


def track_at(objective: Objective, at, points, values, grads, rates) -> CurvatureTrack:
    """The track of rows that are known already: points, grads (k, n), values, rates (k,)."""
    with np.errstate(all="ignore"):
        norms = np.linalg.norm(grads, axis=1)
        bend = np.vecdot(grads, hessian_product(objective, points, grads)) / norms**2
        ends = end_eigenvalues(objective, points)
        return CurvatureTrack(at, values, norms, bend, ends.largest, ends.smallest, 2 / rates)


def _from_dense(hessian) -> Ends:
    values, vectors = spectrum(hessian)
    lowest, highest = values[..., 0], values[..., -1]
    return Ends(lowest, highest, vectors[..., 0], vectors[..., -1], np.zeros_like(lowest), 0)


def _masked(whole, ends: Ends) -> Ends:
    flat = whole[..., 0]
    return Ends(
        np.where(flat, ends.smallest, np.nan), np.where(flat, ends.largest, np.nan),
        np.where(whole, ends.lowest_vector, np.nan), np.where(whole, ends.highest_vector, np.nan),
        np.where(flat, ends.residual, np.nan), ends.products,
    )  # fmt: skip
