"""Many runs of a case that differ in their seed alone, and the band that they lie in."""

from collections.abc import Generator

import numpy as np

from optcore.descent import descend
from ui import work
from ui.state import PageState

# How many runs, and the steps of all of them that one call takes.
SEEDS, AT_ONCE = 200, 200_000
KIND = "band"


def known(case) -> dict[str, np.ndarray] | None:
    """Of the runs' excess error (10 %, 90 % and the mean; positions) by racer, once made."""
    return work.kept(KIND, case)


def finish(state: PageState, case) -> None:
    """Makes the runs, unless they are made or were stopped."""
    if known(case) is None and not work.stopped(state, KIND, case):
        work.carry_out(runs(case), lambda: work.stop(state, KIND, case))
        # The stage is there before the runs are, and is shown again with them.
        state.memory["growing"] = True


def runs(case) -> Generator[tuple[float, str], None, None]:
    """Runs that differ in their seed alone, in one call as long as that is short."""
    found = {}
    for turn, racer in enumerate(case.racers[1:]):
        size, excess = max(10, AT_ONCE // max(racer.steps, 1)), []
        for first in range(0, SEEDS, size):
            yield (turn + first / SEEDS) / 2, f"{racer.name}: run {first + 1} of {SEEDS}"
            batches = case.batches(racer, np.arange(first, min(first + size, SEEDS)))
            run = descend(case.fit, case.method, case.fit.start, racer.steps,
                          schedule=case.rates, batches=batches)  # fmt: skip
            excess.append(case.excess(run.points[case.rows[racer.name]]))
        every = np.concatenate(excess, axis=1)
        with np.errstate(all="ignore"):
            low, high = np.quantile(every, [0.1, 0.9], axis=1)
            found[racer.name] = np.stack([low, high, every.mean(axis=1)])
    work.keep(KIND, case, found)
