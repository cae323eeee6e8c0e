"""Geometric pulses: the pieces of which the streams with a law are made."""

from dataclasses import dataclass

import numpy as np

ONCE = np.inf
# Ratios that differ by less are equal: the difference of their powers would be rounding alone.
EQUAL = 1e-12


@dataclass(frozen=True)
class Pulses:
    """`amplitude * ratio**i` at the steps `start + i * period`, i = 0, 1, ..., and 0 between."""

    amplitude: float
    start: int = 1
    period: float = 1
    ratio: float = 1.0

    def at(self, times: np.ndarray) -> np.ndarray:
        """The value at whole times."""
        count, since = self._counted(times)
        with np.errstate(invalid="ignore"):
            last = self.amplitude * self.ratio ** np.maximum(count - 1, 0)
        return np.where((count > 0) & (since == 0), last, 0.0)

    def leaky_sum(self, decay, times: np.ndarray) -> np.ndarray:
        """The sum over j <= k of `decay**(k - j)` times the value at j, for each time k.

        Of the pulses so far each is A = decay**period as old as the next, so with N of them the
        sum is decay**since * (ratio**N - A**N) / (ratio - A). Times may be as large as 1e15.
        `decay` broadcasts against the times. A decay of 1 gives the plain sum.
        """
        count, since = self._counted(times)
        aged, ratio = np.asarray(decay, float) ** self.period, self.ratio
        apart = ratio - aged
        with np.errstate(all="ignore"):
            equal, unequal = count * ratio ** (count - 1), (ratio**count - aged**count) / apart
            total = np.where(np.abs(apart) < EQUAL, equal, unequal)
            return np.where(count > 0, self.amplitude * decay**since * total, 0.0)

    def _counted(self, times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """How many pulses there were by each time, and how many steps ago the last one was."""
        since_start = np.asarray(times, float) - self.start
        if np.isinf(self.period):
            return np.where(since_start >= 0, 1.0, 0.0), since_start
        return np.floor(since_start / self.period) + 1, since_start % self.period
