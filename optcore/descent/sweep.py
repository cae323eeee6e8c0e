"""Many runs in one call, to find the rate that suits a method, a surface and a start."""

from dataclasses import dataclass, replace

import numpy as np

from optcore.descent.loop import descend
from optcore.knobs import knobs

PER_DECADE = 12
# Shares of a loss, or of 1 where it is less, by which rounding may lift it, and within which two
# ends are one.
LIFTED, EQUAL = 1e-9, 1e-12


@dataclass(frozen=True)
class RateSweep:
    """Final losses against learning rates `(k,)`; nan where a run diverged.

    `best` is the rate that ends lowest, `calm` the one that does so without ever rising above
    the loss it started from, or `best` where all rise; both None where all diverge.
    """

    rates: np.ndarray
    final: np.ndarray
    best: float | None = None
    calm: float | None = None


def best_rate(objective, optimizer, start, steps: int, **conditions) -> RateSweep | None:
    """Rates tried 12 to a decade over the knob's range, in one call; the best goes by the end.

    A tie goes to the run whose loss was lower on average along the way. None for a method
    without a rate. `conditions` go to `descend` (schedule, clip, noise).
    """
    if "learning_rate" not in knobs(optimizer):
        return None
    spec = knobs(optimizer)["learning_rate"]
    count = round(PER_DECADE * np.log10(spec.high / spec.least)) + 1
    # Three digits, as the best is shown: the rate taken must be one that was tried.
    rates = np.array([float(f"{r:.3g}") for r in np.geomspace(spec.least, spec.high, count)])
    run = descend(objective, replace(optimizer, learning_rate=rates), start, steps, **conditions)
    alive = ~run.diverged
    final = np.where(alive, run.last_value, np.nan)
    if not alive.any():
        return RateSweep(rates, final)
    start_value = run.values[0]
    steady = (run.values <= start_value + LIFTED * (1 + np.abs(start_value))).all(axis=0) & alive
    best = float(rates[_lowest(run, alive)])
    calm = float(rates[_lowest(run, steady)]) if steady.any() else best
    return RateSweep(rates, final, best, calm)


def _lowest(run, allowed: np.ndarray) -> int:
    """Which of the allowed runs ended lowest."""
    end = np.where(allowed, run.last_value, np.inf)
    near = end <= end.min() + EQUAL * (1 + abs(end.min()))
    with np.errstate(invalid="ignore", over="ignore"):
        return int(np.argmin(np.where(near, run.values.mean(axis=0), np.inf)))
