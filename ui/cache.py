"""Results kept for all visitors, within one budget of bytes for the whole process.

`OPTSCOPE_MEMORY` says in megabytes what the process should stay below: what is kept and what
running work has asked for together take PART of it at most.
"""

import os
import sys
from collections import OrderedDict
from collections.abc import Callable, Generator, Hashable
from contextlib import contextmanager
from dataclasses import dataclass
from functools import update_wrapper
from threading import Condition
from time import monotonic
from typing import Any

import numpy as np

from ui.server.memory import trim

MEGABYTE = 1_000_000
# The rest is for Python itself, about 100 MB, for a megabyte a visitor, and for what a guess of
# some work's size leaves out.
PART = 0.6
# What one entry or one piece of work may take of the budget.
SHARE = 0.7
# Bytes of work after which what it leaves behind is worth returning to the system.
LARGE = 50 * MEGABYTE
# Seconds that work waits for others' to end before it is turned away.
PATIENCE = 20.0
# An entry's own names, key and place in the order.
OVERHEAD = 500


class CrowdedError(RuntimeError):
    """Work was turned away; the message says why and what to do."""


@dataclass
class _Entry:
    result: Any
    size: int


class Cache:
    """Results by key; those unasked for longest go first once all pass the budget in bytes.

    What asks for a result that someone else is working out waits for that one.
    """

    def __init__(self, budget: int):
        self.budget = budget
        self.size = self.reserved = 0
        self._entries: OrderedDict[Hashable, _Entry] = OrderedDict()
        self._coming: set[Hashable] = set()
        self._changed = Condition()

    def get(self, key: Hashable) -> Any:
        """The result of that key; None where it is not kept."""
        with self._changed:
            return self._found(key)

    def _found(self, key):
        entry = self._entries.get(key)
        if entry is None:
            return None
        self._entries.move_to_end(key)
        return entry.result

    def put(self, key: Hashable, result: Any, size: int | None = None) -> None:
        """Keeps a result of that size, unless it alone is too large a part of the budget."""
        size = (weight(result) if size is None else size) + OVERHEAD
        with self._changed:
            self._drop(key)
            if size <= self.most:
                self._entries[key] = _Entry(result, size)
                self.size += size
                self._shrink()

    def find(self, key: Hashable, make: Callable[[], Any], size: int | None = None) -> Any:
        """The result of that key, made now if it is not kept.

        `size` is for results that grow when they are looked at; others are weighed.
        """
        with self._changed:
            while (result := self._found(key)) is None and key in self._coming:
                self._changed.wait(PATIENCE)
            if result is not None:
                return result
            self._coming.add(key)
        try:
            result = make()
            self.put(key, result, size)
        finally:
            with self._changed:
                self._coming.discard(key)
                self._changed.notify_all()
        return result

    @contextmanager
    def room(self, size: int) -> Generator[None]:
        """Holds so many bytes free while work runs; waits for others' work to end.

        Raises CrowdedError for work that would never fit, and after PATIENCE seconds.
        """
        until = monotonic() + PATIENCE
        with self._changed:
            self._require(size)
            while self.reserved + size > self.budget:
                if not self._changed.wait(until - monotonic()):
                    raise CrowdedError(
                        "Others are working on something large, and there is no memory left "
                        "for more. Try again in a moment, or take something smaller."
                    )
            self.reserved += size
            self._shrink()
        try:
            yield
        finally:
            with self._changed:
                self.reserved -= size
                self._changed.notify_all()
            if size >= LARGE:
                trim()

    def fits(self, size: int) -> bool:
        """Whether work of that size may be begun at all."""
        return size <= self.most

    @property
    def most(self) -> float:
        """The bytes that one entry or one piece of work may take."""
        return SHARE * self.budget

    def _require(self, size: int) -> None:
        if not self.fits(size):
            raise CrowdedError(
                f"This would take about {size / MEGABYTE:,.0f} MB, and one calculation may take "
                f"{self.most / MEGABYTE:,.0f} MB. Take something smaller."
            )

    def _shrink(self) -> None:
        while self._entries and self.size + self.reserved > self.budget:
            self._drop(next(iter(self._entries)))

    def _drop(self, key) -> None:
        if key in self._entries:
            self.size -= self._entries.pop(key).size

    def clear(self) -> None:
        with self._changed:
            self._entries.clear()
            self.size = 0


def weight(thing: Any) -> int:
    """About how many bytes a result keeps: what it says itself, as a run does, or the arrays it
    holds, whole where it holds a part."""
    return _weight(thing, set())


def _weight(thing, seen: set[int]) -> int:
    if isinstance(thing, np.ndarray):
        while isinstance(thing.base, np.ndarray):
            thing = thing.base
    if id(thing) in seen or isinstance(thing, type) or callable(thing):
        return 0
    seen.add(id(thing))
    if isinstance(own := getattr(thing, "nbytes", None), int):
        return own
    size = sys.getsizeof(thing)
    if isinstance(thing, dict):
        parts = [*thing, *thing.values()]
    elif isinstance(thing, list | tuple | set | frozenset):
        parts = thing
    else:
        parts = vars(thing).values() if hasattr(thing, "__dict__") else ()
    return size + sum(_weight(part, seen) for part in parts)


def _budget() -> int:
    return int(float(os.environ.get("OPTSCOPE_MEMORY", "1000")) * PART * MEGABYTE)


CACHE = Cache(_budget())


class cached:  # noqa: N801 - a decorator
    """A function of hashable arguments whose results CACHE keeps, as long as there is room."""

    def __init__(self, function: Callable):
        self.function = function
        update_wrapper(self, function)

    def __call__(self, *given):
        return CACHE.find((self.function, *given), lambda: self.function(*given))

    def known(self, *given):
        """What is kept for such arguments, or None."""
        return CACHE.get((self.function, *given))
