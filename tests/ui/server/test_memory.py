"""Memory that visitors' threads have freed goes back to the system."""

import asyncio
import gc
import subprocess
import sys
import weakref
from functools import cache
from pathlib import Path

import pytest
from calls import finish

from ui.server import memory

# Twelve threads, two at a time, hold 160 MB each for a moment; then nothing is held any more.
HELD = """
import sys
from concurrent.futures import ThreadPoolExecutor
import numpy as np
from ui.server.memory import give_back

if "give" in sys.argv and not give_back():
    print("unknown")
    raise SystemExit

def work(seed):
    rng = np.random.default_rng(seed)
    held = []
    for _ in range(80):
        held.append(np.ones(int(rng.integers(20_000, 500_000))))
        if rng.random() < 0.3:
            held.pop(0)

for _ in range(6):
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(work, range(2)))
print(int(open("/proc/self/statm").read().split()[1]) * 4096 // 10**6)
"""


@cache
def kept(*how: str) -> str:
    """MB of a process that has held much and let it go."""
    done = subprocess.run(
        [sys.executable, "-c", HELD, *how], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


# Of many small arrays every second one is let go: between them lies what trimming returns.
LEFT = """
import numpy as np
from ui.server.memory import trim

held = [np.ones(10_000) for _ in range(3_000)]
del held[::2]
before = int(open("/proc/self/statm").read().split()[1])
trim()
print((before - int(open("/proc/self/statm").read().split()[1])) * 4096 // 10**6)
"""


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is not told here")
def test_what_lies_between_things_still_held_goes_back_too():
    done = subprocess.run([sys.executable, "-c", LEFT], capture_output=True, text=True, check=True)
    if kept("give") == "unknown":
        pytest.skip("this system's allocator is not glibc's")
    assert int(done.stdout) > 80


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is not told here")
def test_large_arrays_go_back_to_the_system():
    told = kept("give")
    if told == "unknown":
        pytest.skip("this system's allocator is not glibc's")
    assert int(told) < 100


class Circle:
    """Something that holds itself, as a session that was closed does."""

    def __init__(self):
        self.itself = self


def test_what_those_who_left_held_in_circles_is_returned_once_for_all_of_them(monkeypatch):
    monkeypatch.setattr(memory, "TIDY", 0.05)
    monkeypatch.setattr(memory, "_tidying", None)
    trims = []
    monkeypatch.setattr(memory, "trim", lambda: trims.append(len(trims)))

    async def work():
        for many in (1, 2):
            left = weakref.ref(Circle())
            for _ in range(3):
                memory.tidy_soon()
            assert left() is not None
            await asyncio.sleep(0.2)
            assert left() is None
            assert len(trims) == many

    gc.disable()
    try:
        finish(work())
    finally:
        gc.enable()
