"""What this process takes of the machine's memory, and gives back."""

import asyncio
import ctypes
import gc
from contextlib import suppress

# glibc's names for what it can be told (malloc.h).
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8
LARGE = 1_000_000
# Seconds in which all who leave are tidied up after at once: everyone waits meanwhile, for a tenth.
TIDY = 30.0
_tidying: asyncio.TimerHandle | None = None


def give_back() -> bool:
    """Has large arrays returned to the system when they are freed; whether that could be said.

    glibc keeps what a thread has freed, for that thread, in up to eight arenas per processor, and
    the more of it the larger the arrays were: visitors who compute on threads of their own leave
    a multiple of what they ever held at once.
    """
    try:
        mallopt = ctypes.CDLL("libc.so.6").mallopt
    except (OSError, AttributeError):
        return False
    accepted = [mallopt(M_ARENA_MAX, 2), mallopt(M_MMAP_THRESHOLD, LARGE),
            mallopt(M_TRIM_THRESHOLD, LARGE)]  # fmt: skip
    return all(accepted)


def trim() -> None:
    """Returns what was freed between things that are still held, which glibc keeps otherwise."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)


def tidy() -> None:
    """Returns what those who have left held in circles, which Python finds only now and then."""
    gc.collect()
    trim()


def tidy_soon() -> None:
    """Has that done within TIDY seconds, on the server's event loop."""
    global _tidying
    loop = asyncio.get_running_loop()
    if _tidying is None or _tidying.when() <= loop.time():
        _tidying = loop.call_later(TIDY, tidy)
