"""Reruns take turns: threads that fight over Python's one lock answer half as many of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

# Far longer than a live rerun: nobody waits for somebody's long calculation.
PATIENCE = 0.1

_lock = Lock()


@contextmanager
def turn() -> Iterator[None]:
    """Waits for the rerun that is under way, though for PATIENCE seconds at most."""
    mine = _lock.acquire(timeout=PATIENCE)
    try:
        yield
    finally:
        if mine:
            _lock.release()
