"""Turns: threads that fight over Python's one lock answer half as many, so work goes in two lanes.

Short work, what answers a hand, goes one piece at a time. Work that turns out long gives way at
its next pause and goes on in a lane of its own, where it hands over to the next after a slice.
In both lanes it is the turn of the visitor for whom least was done of late.
"""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from math import exp
from threading import Event, Lock
from time import monotonic, thread_time

# Seconds after which work that never pauses holds nobody up any more.
PATIENCE, LONG_PATIENCE = 0.1, 2.0
# Seconds of a processor after which work is long, and after which long work hands over.
SHORT, SLICE = 0.03, 0.1
# Seconds after which what was done for a visitor counts a third.
MEMORY = 2.0


class GivenUpError(Exception):
    """Nobody waits any more for the work that is under way."""


class Account:
    """What was done for one visitor of late, in seconds of a processor."""

    def __init__(self):
        self.sum = 0.0
        self.at = monotonic()

    @property
    def burden(self) -> float:
        return self.sum * exp((self.at - monotonic()) / MEMORY)

    def add(self, seconds: float) -> None:
        self.sum, self.at = self.burden + seconds, monotonic()


class Lane:
    """A lock that goes to the smallest burden among those who wait, the first among equals.

    Who has held it for `patience` seconds loses it to the next.
    """

    def __init__(self, patience: float):
        self.patience = patience
        self.guard = Lock()
        self.waiting: dict[Event, Account] = {}
        self.owner: Event | None = None
        self.moved = 0.0

    def enter(self, account: Account) -> Event:
        """Waits for its turn; gives what to leave with."""
        ticket = Event()
        with self.guard:
            self.waiting[ticket] = account
            if self.owner is None:
                self._hand_over()
        while not ticket.wait(max(0.01, self.moved + self.patience - monotonic())):
            with self.guard:
                if self.waiting and monotonic() - self.moved > self.patience:
                    self._hand_over()
        return ticket

    def leave(self, ticket: Event) -> None:
        with self.guard:
            if self.owner is ticket:
                self._hand_over()

    def _hand_over(self) -> None:
        self.moved = monotonic()
        self.owner = min(self.waiting, key=lambda each: self.waiting[each].burden, default=None)
        if self.owner:
            del self.waiting[self.owner]
            self.owner.set()


_short, _long = Lane(PATIENCE), Lane(LONG_PATIENCE)


class Turn:
    """Some work for a visitor, in its lane; `wanted` says whether somebody still waits for it."""

    def __init__(self, wanted: Callable[[], bool], account: Account):
        self.wanted = wanted
        self.account = account
        self.lane = _short
        self.begin()

    def begin(self) -> None:
        self.ticket = self.lane.enter(self.account)
        self.since = thread_time()

    def end(self) -> None:
        self.account.add(thread_time() - self.since)
        self.lane.leave(self.ticket)

    def pause(self) -> None:
        if thread_time() - self.since > (SLICE if self.lane is _long else SHORT):
            self.end()
            self.lane = _long
            self.begin()
        if not self.wanted():
            raise GivenUpError


_mine: ContextVar[Turn | None] = ContextVar("turn", default=None)


@contextmanager
def turn(
    wanted: Callable[[], bool] = lambda: True, account: Account | None = None
) -> Generator[None]:
    """Waits for the turn of a visitor with that account, and holds the lane meanwhile.

    A turn within another is part of it. Raises GivenUpError when the work is not `wanted` any more
    once its turn has come.
    """
    if _mine.get():
        yield
        return
    mine = Turn(wanted, account or Account())
    token = _mine.set(mine)
    try:
        mine.pause()
        yield
    finally:
        mine.end()
        _mine.reset(token)


def give_way() -> None:
    """A pause between two pieces of work that may be long; outside of a turn it does nothing.

    Raises GivenUpError when nobody waits for the work any more.
    """
    if mine := _mine.get():
        mine.pause()
