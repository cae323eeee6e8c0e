"""Where an optimizer goes under a stream that repeats for ever, and when that is the wrong way."""

from dataclasses import replace

import numpy as np

from optcore.optimizers.base import Optimizer
from optcore.streams.kinds import Stream
from optcore.streams.laws import closed_form

# So late that every memory has forgotten its start; whole numbers of this size are exact.
LATE = 1e12
# What is tried for 1 - beta2, then so often again between the two where the sign turns.
RESTS = np.geomspace(1e-9, 1.0, 160)
FINER, ZOOMS = 40, 6


def drift(optimizer: Optimizer, stream: Stream) -> np.ndarray | None:
    """The sum of the steps (..., 1) over a period, once all memories have settled.

    None where the stream does not repeat or the optimizer has no law under it. A decay of 1
    would never settle. Hyperparameters may be arrays (..., 1).
    """
    if stream.repeats is None:
        return None
    start = np.ceil(LATE / stream.repeats) * stream.repeats
    # Two periods, for a largest value of the past is known only after a whole one.
    steps = closed_form(optimizer, stream, start + np.arange(1, 2 * stream.repeats + 1))
    return None if steps is None else steps[stream.repeats :].sum(axis=0)


def turning_beta2(optimizer: Optimizer, stream: Stream) -> float | None:
    """The largest `beta2` (`decay` where that is its name) at which the drift turns its sign.

    Above it the optimizer goes where the gradients lead in the mean. None where the drift has
    one sign for all values between 0 and 1 - 1e-9.
    Source of the question: Reddi, Kale and Kumar (2018), theorems 1 to 3.
    """
    name = "beta2" if hasattr(optimizer, "beta2") else "decay"

    def drifts(rest):
        there = drift(replace(optimizer, **{name: 1 - rest[:, None]}), stream)
        return None if there is None else there[:, 0]

    rest = RESTS
    for _ in range(ZOOMS):
        signs = drifts(rest)
        if signs is None or not (turns := np.flatnonzero(np.diff(np.sign(signs)))).size:
            return None
        rest = np.linspace(rest[turns[0]], rest[turns[0] + 1], FINER)
    return float(1 - rest.mean())
