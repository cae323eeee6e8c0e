"""Many runs in one call, to find the rate that suits a method, a surface and a start."""

from dataclasses import dataclass, replace

import numpy as np

from optcore.descent import descend
from optcore.knobs import knobs

PER_DECADE = 12


@dataclass(frozen=True)
class RateSweep:
    """Final losses against learning rates `(k,)`; nan where a run diverged. `best` is a rate."""

    rates: np.ndarray
    final: np.ndarray
    best: float | None


def best_rate(objective, optimizer, start, steps: int, **conditions) -> RateSweep | None:
    """The learning rate in the knob's range that ends lowest; None for a method without one.

    Rates lie 12 to a decade. Where several end equally low the one whose loss was lowest on
    average along the way is the best, so a tie goes to the faster run. `conditions` go to
    `descend` (schedule, clip, noise).
    """
    if "learning_rate" not in knobs(optimizer):
        return None
    spec = knobs(optimizer)["learning_rate"]
    count = round(PER_DECADE * np.log10(spec.high / spec.least)) + 1
    rates = np.geomspace(spec.least, spec.high, count)
    run = descend(objective, replace(optimizer, learning_rate=rates), start, steps, **conditions)
    final = np.where(run.diverged, np.nan, run.last_value)
    if np.isnan(final).all():
        return RateSweep(rates, final, None)
    lowest = np.nanmin(final)
    near = final <= lowest + 1e-12 * (1 + abs(lowest))
    with np.errstate(invalid="ignore", over="ignore"):
        along = np.where(near, run.values.mean(axis=0), np.inf)
    return RateSweep(rates, final, float(f"{rates[np.argmin(along)]:.3g}"))
