"""What this process takes of the machine's memory, and gives back."""

import ctypes
from contextlib import suppress

# glibc's names for what it can be told (malloc.h).
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8
LARGE = 1_000_000


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
