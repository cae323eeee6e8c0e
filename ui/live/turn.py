"""Turns: threads that fight over Python's one lock answer half as many, so work goes in two lanes.

Short work, what answers a hand, goes one piece at a time. Work that turns out long gives way at
its next pause and goes on in a lane of its own, where it hands over to the next after a slice.
"""

from collections import deque
from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Event, Lock
from time import monotonic, thread_time

# Seconds. A live rerun takes far less than PATIENCE: nobody waits for work that never pauses.
PATIENCE, LONG_PATIENCE = 0.1, 2.0
# Seconds of a processor after which work is long, and after which long work hands over.
SHORT, SLICE = 0.03, 0.1


class GivenUpError(Exception):
    """Nobody waits any more for the work that is under way."""


class _Queue:
    """A lock that is handed over in the order in which it was asked for."""

    def __init__(self):
        self.guard = Lock()
        self.waiting: deque[Event] = deque()
        self.held = False
        self.moved = monotonic()

    def enter(self) -> bool:
        """Waits for its turn; False once the one under way has held it for LONG_PATIENCE."""
        with self.guard:
            if not self.held:
                self.held, self.moved = True, monotonic()
                return True
            ticket = Event()
            self.waiting.append(ticket)
        while not ticket.wait(PATIENCE):
            with self.guard:
                if not ticket.is_set() and monotonic() - self.moved > LONG_PATIENCE:
                    self.waiting.remove(ticket)
                    return False
        return True

    def leave(self) -> None:
        with self.guard:
            self.moved = monotonic()
            if self.waiting:
                self.waiting.popleft().set()
            else:
                self.held = False


_short, _long = Lock(), _Queue()


class _Turn:
    def __init__(self, wanted: Callable[[], bool]):
        self.wanted = wanted
        self.long = False
        self.leave: Callable[[], None] | None = None
        self.began = thread_time()

    def begin(self) -> None:
        entered = _long.enter() if self.long else _short.acquire(timeout=PATIENCE)
        self.leave = (_long.leave if self.long else _short.release) if entered else None
        self.began = thread_time()

    def end(self) -> None:
        if self.leave:
            self.leave()
        self.leave = None

    def pause(self) -> None:
        if thread_time() - self.began > (SLICE if self.long else SHORT):
            self.end()
            self.long = True
            self.begin()
        if not self.wanted():
            raise GivenUpError


_mine: ContextVar[_Turn | None] = ContextVar("turn", default=None)


@contextmanager
def turn(wanted: Callable[[], bool] = lambda: True) -> Generator[None]:
    """Waits for the short work under way, though for PATIENCE seconds at most.

    `wanted` says whether somebody still waits for what is done in this turn.
    """
    mine = _Turn(wanted)
    token = _mine.set(mine)
    mine.begin()
    try:
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
