"""One budget of bytes for all that is kept and all that runs, whatever visitors ask for."""

import threading
import time
import tracemalloc
from dataclasses import dataclass, field

import numpy as np
import pytest

from ui import cache as caches
from ui.cache import OVERHEAD, Cache, CrowdedError, cached, weight


@dataclass
class Result:
    numbers: np.ndarray
    rest: dict = field(default_factory=dict)


def array(size: int) -> np.ndarray:
    return np.zeros(size, dtype=np.uint8)


def side_by_side(count: int, work) -> None:
    threads = [threading.Thread(target=work, args=(at,)) for at in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive()


def test_what_was_unasked_for_longest_goes_once_all_pass_the_budget():
    cache = Cache(10_000)
    for key in "abc":
        cache.put(key, array(3_000 - OVERHEAD))
    assert cache.get("a") is not None
    cache.put("d", array(3_000 - OVERHEAD))
    assert [key for key in "abcd" if cache.get(key) is not None] == ["a", "c", "d"]
    assert cache.size <= cache.budget


def test_an_entry_put_anew_counts_once_and_a_huge_one_is_not_kept():
    cache = Cache(10_000)
    for size in (100, 3_000, 200):
        cache.put("a", array(size))
    assert cache.size == 200 + OVERHEAD
    cache.put("a", array(9_000))
    assert cache.get("a") is None
    assert cache.size == 0


def test_the_weight_of_a_result_is_what_the_process_holds_for_it():
    tracemalloc.start()
    try:
        result = Result(np.zeros(40_000), {"deltas": [np.ones((100, 50)), np.ones(7)]})
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert weight(result) == pytest.approx(held, rel=0.02)


def test_a_part_of_an_array_weighs_what_it_keeps_alive_and_a_shared_one_counts_once():
    whole = np.zeros(10_000)
    assert weight(whole[:10].reshape(2, 5)) == 80_000
    assert weight([whole, whole[5:], whole.T]) < 80_500


def test_a_budget_holds_under_forty_visitors_who_all_want_something_else():
    cache, most = Cache(1_000_000), []

    def visit(at: int) -> None:
        for turn in range(20):
            with cache.room(100_000):
                cache.find((at, turn), lambda: array(60_000))
                most.append(cache.size + cache.reserved)

    side_by_side(40, visit)
    assert max(most) <= cache.budget
    assert cache.reserved == 0


def test_one_works_out_what_many_ask_for_at_the_same_time():
    cache, made, got = Cache(100_000), [], []
    gate = threading.Barrier(8)

    def make():
        made.append(1)
        time.sleep(0.02)
        return array(10)

    def visit(at: int) -> None:
        gate.wait()
        got.append(cache.find("same", make))

    side_by_side(8, visit)
    assert len(made) == 1
    assert all(each is got[0] for each in got)


def test_a_failure_is_told_to_whom_it_happened_and_the_next_one_tries_again():
    cache = Cache(100_000)
    with pytest.raises(ZeroDivisionError):
        cache.find("key", lambda: 1 / 0)
    assert cache.find("key", lambda: "well") == "well"


def test_work_that_never_fits_is_turned_away_at_once_with_a_sentence():
    cache = Cache(10_000_000)
    told = r"about 8 MB, and one calculation may take 7 MB"
    with pytest.raises(CrowdedError, match=told), cache.room(8_000_000):
        pass
    assert not cache.fits(8_000_000)
    assert cache.fits(6_000_000)


def test_work_waits_for_room_and_is_turned_away_when_none_comes(monkeypatch):
    cache, order = Cache(1_000_000), []
    inside, leave = threading.Event(), threading.Event()

    def first(at: int) -> None:
        if at:
            inside.wait(5)
            with pytest.raises(CrowdedError, match="Try again in a moment"), cache.room(450_000):
                pass
            leave.set()
        else:
            with cache.room(300_000), cache.room(300_000):
                inside.set()
                leave.wait(5)
                order.append("first")

    monkeypatch.setattr(caches, "PATIENCE", 0.05)
    side_by_side(2, first)
    with cache.room(450_000):
        order.append("then")
    assert order == ["first", "then"]


def test_running_work_makes_what_is_kept_go():
    cache = Cache(1_000_000)
    cache.put("a", array(400_000))
    cache.put("b", array(400_000))
    with cache.room(400_000):
        assert cache.get("a") is None
        assert cache.get("b") is not None


def test_a_cached_function_is_asked_once_and_tells_what_it_knows(monkeypatch):
    monkeypatch.setattr(caches, "CACHE", Cache(100_000))
    asked = []

    @cached
    def square(number: int) -> np.ndarray:
        asked.append(number)
        return np.full(3, number**2)

    assert square.known(3) is None
    assert square(3)[0] == square(3)[0] == 9
    assert asked == [3]
    assert square.known(3) is square(3)
