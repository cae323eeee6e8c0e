"""One performance: which streams are played to which optimizers, and what they make of them."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from optcore.descent.schedules import Schedule
from optcore.optimizers.base import Optimizer
from optcore.streams import (
    LongestStep,
    Response,
    Stream,
    closed_form,
    drift,
    longest_step,
    play,
    respond,
    turning_beta2,
)
from optcore.streams.kinds import NoiseStream
from ui.cache import CACHE, cached

# What a response holds once it has been looked at, in arrays of the size of its gradients.
LOOKED_AT = 16


@dataclass(frozen=True)
class Playing:
    """All that decides what is heard: `streams` has one entry for each coordinate."""

    streams: tuple[Stream, ...]
    scales: tuple[float, ...]
    optimizers: tuple[Optimizer, ...]
    steps: int
    schedule: Schedule

    @cached_property
    def gradients(self) -> np.ndarray:
        """(steps, coordinates)."""
        return _played(self.streams, self.steps, self.scales)

    @property
    def two(self) -> bool:
        """Whether there is a second coordinate."""
        return len(self.streams) > 1

    @property
    def scheduled(self) -> bool:
        return self.schedule.name != "Constant"

    def responses(self) -> dict[str, Response]:
        """What each optimizer makes of it, by name."""
        return {
            each.name: _response(each, self.streams, self.steps, self.scales, self.schedule)
            for each in self.optimizers
        }

    def law(self, optimizer: Optimizer) -> np.ndarray | None:
        """The foretold steps (steps, coordinates); None where a schedule changes them."""
        if self.scheduled and optimizer.follows_schedule:
            return None
        return self.foretold(optimizer)

    def foretold(self, optimizer: Optimizer) -> np.ndarray | None:
        """The same without the schedule; None unless every coordinate has a law."""
        return _foretold(optimizer, self.streams, self.steps, self.scales)

    def longest(self) -> dict[str, LongestStep]:
        """The longest step that so many gradients allow, for those for whom it is known."""
        bounds = {each.name: longest_step(each, self.steps) for each in self.optimizers}
        return {name: bound for name, bound in bounds.items() if bound is not None}

    def drifts(self) -> dict[str, "Drift"]:
        """Where each would go if the first stream went on for ever, for those with a law."""
        found = {each.name: _drift(each, self.streams[0]) for each in self.optimizers}
        return {name: each for name, each in found.items() if each is not None}


@dataclass(frozen=True, eq=False)
class Drift:
    """The way per period in rates, `now` and over 1 - beta2 (`rest`, `way`), and where it turns."""

    now: float
    rest_now: float
    rest: np.ndarray
    way: np.ndarray
    turning: float | None


def second_of(first: Stream) -> Stream:
    """The same stream for another coordinate: with noise of its own where there is any."""
    return replace(first, seed=first.seed + 1) if isinstance(first, NoiseStream) else first


@cached
def _played(streams, steps, scales) -> np.ndarray:
    gradients = play(streams, steps, scales)
    gradients.flags.writeable = False
    return gradients


def _response(optimizer, streams, steps, scales, schedule) -> Response:
    def make() -> Response:
        return respond(optimizer, _played(streams, steps, scales), schedule=schedule)

    key = (respond, optimizer, streams, steps, scales, schedule)
    return CACHE.find(key, make, LOOKED_AT * 8 * steps * len(streams))


@cached
def _foretold(optimizer, streams, steps, scales) -> np.ndarray | None:
    times = np.arange(1, steps + 1)
    parts = []
    for stream, scale in zip(streams, scales, strict=True):
        part = closed_form(optimizer, stream, times, (scale,))
        if part is None:
            return None
        parts.append(part)
    return np.concatenate(parts, axis=-1)


@cached
def _drift(optimizer: Optimizer, stream: Stream) -> Drift | None:
    """None without a law, without a period, or without a mean of squares to be too short."""
    if "mean_square" not in optimizer.symbols:
        return None
    name = "beta2" if hasattr(optimizer, "beta2") else "decay"
    rest = np.geomspace(1e-5, 1.0, 241)
    now = drift(optimizer, stream)
    along = drift(replace(optimizer, **{name: 1 - rest[:, None]}), stream)
    if now is None or along is None:
        return None
    rate, here = optimizer.learning_rate, 1 - getattr(optimizer, name)
    turning = turning_beta2(optimizer, stream)
    return Drift(float(now[0]) / rate, here, rest, along[:, 0] / rate, turning)
