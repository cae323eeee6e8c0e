"""Times and what is said about them."""

import math
import time
from collections.abc import Callable, Sequence
from statistics import median


def percentile(times: Sequence[float], share: float) -> float:
    """The smallest of `times` that at least `share` of them do not exceed; nan of none."""
    ordered = sorted(times)
    if not ordered:
        return float("nan")
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def timed(work: Callable, *arguments) -> float:
    """Seconds that one call takes."""
    began = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - began


def typical(work: Callable, seconds: float = 1.0, least: int = 3) -> float:
    """The median seconds of a call, over `least` calls or as many as fit in `seconds`.

    One call before them is not counted: it fills caches.
    """
    work()
    return side_by_side([work], seconds, least)[0]


def side_by_side(works: Sequence[Callable], seconds: float = 1.0, least: int = 3) -> list[float]:
    """The median seconds of each of several, taken in turn, so that all meet the same machine."""
    times: list[list[float]] = [[] for _ in works]
    end = time.perf_counter() + seconds * len(works)
    while time.perf_counter() < end or len(times[0]) < least:
        for work, kept in zip(works, times, strict=True):
            kept.append(timed(work))
    return [median(kept) for kept in times]
