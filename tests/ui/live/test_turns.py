"""Live reruns take turns, and nobody waits long for anybody."""

import time
from threading import Barrier, Thread

import pytest

from ui.live.turn import PATIENCE, turn


def side_by_side(*works):
    """Runs the works in threads that begin together."""
    gate = Barrier(len(works))

    def begun(work):
        gate.wait()
        work()

    threads = [Thread(target=begun, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_short_reruns_never_overlap():
    inside, most = [], []

    def rerun():
        for _ in range(20):
            with turn():
                inside.append(1)
                time.sleep(0.0005)
                most.append(len(inside))
                inside.pop()

    side_by_side(*[rerun] * 4)
    assert len(most) == 80
    assert max(most) == 1


def test_a_long_calculation_holds_nobody_up():
    told = []

    def long():
        with turn():
            while "short" not in told and time.monotonic() < begun + 60 * PATIENCE:
                time.sleep(0.001)
            told.append("long")

    def short():
        time.sleep(PATIENCE / 4)
        with turn():
            told.append("short")

    begun = time.monotonic()
    side_by_side(long, short)
    assert told == ["short", "long"]


def test_a_rerun_that_fails_gives_its_turn_back():
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), turn():
            raise ZeroDivisionError
    began = time.monotonic()
    with turn():
        pass
    assert time.monotonic() - began < PATIENCE
