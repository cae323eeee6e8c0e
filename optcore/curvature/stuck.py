"""Why a run does not get lower: still steep, at a critical point, flat, or diverging.

The gradient norm over the run is looked at first: if it did not become small, neither a
minimum nor a saddle is the reason (Goodfellow, Bengio and Courville 2016, section 8.2.2).
"""

from dataclasses import dataclass

import numpy as np

from optcore.curvature.model import ZERO, negative_count
from optcore.curvature.products import hessian_of
from optcore.curvature.track import end_eigenvalues
from optcore.descent.run import Run
from optcore.objective import Objective

VERDICTS = ("still steep", "critical point", "flat", "diverging")
# A gradient below this share of the run's largest has become small.
SMALL = 1e-3
# So has a curvature, as a share of the start's.
STRAIGHT = 1e-3
# A dense Hessian up to here; beyond it the end eigenvalues alone.
DENSE = 300


@dataclass(frozen=True)
class StuckRun:
    """The verdict on a run's end, one of VERDICTS, with the numbers behind it.

    `gradient_norm` at the end, `largest_norm` along the run; `value` and `fall`, how much the
    loss fell over the last quarter as a share of the whole fall; `smallest` and `largest`
    eigenvalue of the Hessian there, `index` how many are negative (None where only the ends
    are known and the smallest is negative), `limit` 2 / rate or nan.
    """

    verdict: str
    gradient_norm: float
    largest_norm: float
    value: float
    fall: float
    smallest: float
    largest: float
    index: int | None
    limit: float

    @property
    def hopping(self) -> bool:
        """Whether the sharpness forbids the rate: the run hops across a valley, not along it."""
        return self.largest > self.limit

    @property
    def kind(self) -> str:
        """What the critical point is: "minimum", "saddle", "maximum" by the signs, or ""."""
        if self.verdict != "critical point":
            return ""
        floor = ZERO * max(abs(self.smallest), abs(self.largest))
        if self.smallest < -floor:
            return "saddle" if self.largest > floor else "maximum"
        return "minimum"


def why_stuck(objective: Objective, run: Run) -> StuckRun:
    """The verdict on a single run. Raises ValueError for a batch of runs."""
    if run.points.ndim != 2:
        raise ValueError(f"one run is looked at, but the points are {run.points.shape}")
    last = int(run.ended)
    if run.diverged and last > 0 and not np.isfinite(run.values[last]):
        last -= 1
    values, norms = run.values[: last + 1], run.gradient_norms[: last + 1]
    smallest, largest, index = _curvatures(objective, run.points[last])
    first = end_eigenvalues(objective, run.points[0])
    scale = max(abs(float(first.smallest)), abs(float(first.largest)))
    rate = np.nan if run.rates is None or not len(run.rates) else float(np.ravel(run.rates[-1])[0])
    # Of norms that are no numbers at all it is none, too.
    steepest = np.fmax.reduce(norms)
    small = norms[-1] <= SMALL * steepest
    straight = max(abs(smallest), abs(largest)) <= STRAIGHT * scale
    if run.diverged or values[-1] > values[0]:
        verdict = "diverging"
    elif not small:
        verdict = "still steep"
    else:
        verdict = "flat" if straight else "critical point"
    return StuckRun(
        verdict, float(norms[-1]), float(steepest), float(values[-1]), _fall(values),
        smallest, largest, index, 2 / rate,
    )  # fmt: skip


def _curvatures(objective, point) -> tuple[float, float, int | None]:
    """The end eigenvalues at a point (n,) and, where it can be told, the index."""
    with np.errstate(all="ignore"):
        if len(point) <= DENSE:
            hessian = hessian_of(objective, point)
            if not np.isfinite(hessian).all():
                return np.nan, np.nan, None
            values = np.linalg.eigvalsh(hessian)
            return float(values[0]), float(values[-1]), int(negative_count(values))
        ends = end_eigenvalues(objective, point)
    smallest, largest = float(ends.smallest), float(ends.largest)
    return smallest, largest, 0 if smallest >= -ZERO * abs(largest) else None


def _fall(values) -> float:
    """The share of the whole fall that the last quarter of the run brought."""
    with np.errstate(invalid="ignore"):
        whole = values[0] - values[-1]
    return float((values[3 * len(values) // 4] - values[-1]) / whole) if whole > 0 else 0.0
