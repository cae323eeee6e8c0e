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
    """The learning rate that ends lowest without ever rising above the loss it started from.

    Rates lie 12 to a decade over the knob's range. Where every rate rises the lowest end counts
    alone; a tie goes to the run whose loss was lower on average along the way. None for a
    method without a rate. `conditions` go to `descend` (schedule, clip, noise).
    """
    if "learning_rate" not in knobs(optimizer):
        return None
    spec = knobs(optimizer)["learning_rate"]
    count = round(PER_DECADE * np.log10(spec.high / spec.least)) + 1
    # Three digits, as the best is shown: the rate taken must be one that was tried.
    rates = np.array([float(f"{r:.3g}") for r in np.geomspace(spec.least, spec.high, count)])
    run = descend(objective, replace(optimizer, learning_rate=rates), start, steps, **conditions)
    final = np.where(run.diverged, np.nan, run.last_value)
    if np.isnan(final).all():
        return RateSweep(rates, final, None)
    start_value = run.values[0]
    steady = (run.values <= start_value + 1e-9 * (1 + np.abs(start_value))).all(axis=0)
    allowed = steady & ~np.isnan(final)
    judged = np.where(allowed, final, np.inf) if allowed.any() else np.nan_to_num(final, nan=np.inf)
    near = judged <= judged.min() + 1e-12 * (1 + abs(judged.min()))
    with np.errstate(invalid="ignore", over="ignore"):
        along = np.where(near, run.values.mean(axis=0), np.inf)
    return RateSweep(rates, final, float(rates[np.argmin(along)]))
