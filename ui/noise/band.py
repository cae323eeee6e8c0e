"""Many runs of a case that differ in their seed alone, and the band that they lie in."""

from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from optcore.descent import descend
from ui import work
from ui.address import Address
from ui.cache import CACHE
from ui.prose import seconds
from ui.state import PageState

KIND = "band"
SEEDS = 200
# The steps of all runs that one call takes, and the samples that they see.
STEPS_AT_ONCE, SAMPLES_AT_ONCE = 200_000, 10_000_000
# Bytes that a sample and a step of a run take meanwhile, and seconds, as measured.
SAMPLE_BYTES, STEP_BYTES = 16, 150
SAMPLE_SECONDS, STEP_SECONDS = 3e-8, 6e-7


@dataclass(frozen=True)
class Band:
    """So many runs of a case."""

    case: Any
    seeds: int = SEEDS

    @property
    def seconds(self) -> float:
        """About how long all of them take."""
        each = (self._samples(racer) * SAMPLE_SECONDS + racer.steps * STEP_SECONDS
                for racer in self.racers)  # fmt: skip
        return self.seeds * sum(each)

    @property
    def racers(self) -> list:
        """Those of which no two runs are alike."""
        return self.case.racers[1:]

    def _samples(self, racer) -> int:
        return int(self.case.sizes(racer).sum())

    def at_once(self, racer) -> int:
        """How many runs of a racer are made in one call."""
        fit = min(STEPS_AT_ONCE // max(racer.steps, 1),
                  SAMPLES_AT_ONCE // max(self._samples(racer), 1))  # fmt: skip
        return min(max(fit, 1), self.seeds)

    @property
    def memory(self) -> int:
        """About how many bytes the largest call takes."""
        return max(self.at_once(racer) * (self._samples(racer) * SAMPLE_BYTES
                                          + racer.steps * STEP_BYTES)
                   for racer in self.racers)  # fmt: skip

    def runs(self) -> Generator[tuple[float, str], None, None]:
        """Makes them, in one call as long as that is short; `known` has them afterwards."""
        found = {}
        for turn, racer in enumerate(self.racers):
            size, excess = self.at_once(racer), []
            for first in range(0, self.seeds, size):
                share = (turn + first / self.seeds) / len(self.racers)
                yield share, f"{racer.name}: run {first + 1} of {self.seeds}"
                excess.append(self._excess(racer, range(first, min(first + size, self.seeds))))
            every = np.concatenate(excess, axis=1)
            with np.errstate(all="ignore"):
                low, high = np.quantile(every, [0.1, 0.9], axis=1)
                found[racer.name] = np.stack([low, high, every.mean(axis=1)])
        work.keep(KIND, self, found)

    def _excess(self, racer, seeds: range) -> np.ndarray:
        """The excess error (positions, seeds) of runs of a racer."""
        case = self.case
        # With an axis for the coordinates: a single seed alone would be taken for that axis.
        batches = case.batches(racer, np.array(seeds)[:, None])
        run = descend(case.fit, case.method, case.fit.start, racer.steps,
                      schedule=case.rates, batches=batches)  # fmt: skip
        return case.excess(run.points[case.rows[racer.name]])

    @property
    def known(self) -> dict[str, np.ndarray] | None:
        """Of the runs' excess error (10 %, 90 % and the mean; positions) by racer, once made."""
        return work.kept(KIND, self)


def affordable(state: Address, case) -> Band:
    """All runs, or as many of them as may be made without being asked for."""
    whole = Band(case)
    if whole.seconds <= work.UNASKED or work.asked(state, KIND, whole):
        return whole
    return replace(whole, seeds=max(2, int(SEEDS * work.UNASKED / whole.seconds)))


def finish(state: PageState, case) -> None:
    """Makes the runs, unless they are made or were stopped; offers those that take long."""
    whole, shown = Band(case), affordable(state, case)
    if shown != whole:
        said = (f"All {whole.seeds} runs take about {seconds(whole.seconds)}. Shown is the band of "
                f"the first {shown.seeds}.")  # fmt: skip
        work.offer(state, KIND, whole, said, f"Make all {whole.seeds} runs")
    if shown.known is None and not work.stopped(state, KIND, shown):
        with CACHE.room(shown.memory):
            work.carry_out(shown.runs(), lambda: work.stop(state, KIND, shown))
        # The stage is there before the runs are, and is shown again with them.
        state.memory["growing"] = True
