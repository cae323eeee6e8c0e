"""Live reruns take turns, and nobody waits long for anybody."""

import time
from threading import Barrier, Event, Thread

import pytest

from ui.live import turn as turns
from ui.live.turn import (
    MEMORY,
    PATIENCE,
    SHORT,
    Account,
    GivenUpError,
    Lane,
    give_way,
    turn,
)


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


def test_short_reruns_never_overlap(monkeypatch):
    # On a busy machine four of them may take longer than anybody waits.
    monkeypatch.setattr(turns, "PATIENCE", 60)
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


def busy(seconds: float) -> None:
    """Work on a processor, in pieces of a millisecond with a pause between them."""
    ends = time.thread_time() + seconds
    while time.thread_time() < ends:
        piece = time.thread_time() + 0.001
        while time.thread_time() < piece:
            pass
        give_way()


def test_long_work_gives_way_to_short():
    told, gave_way = [], Event()

    def long():
        with turn():
            busy(2 * SHORT)
            gave_way.set()
            while "short" not in told:
                give_way()
            told.append("long")

    def short():
        gave_way.wait()
        began = time.monotonic()
        with turn():
            told.append("short")
        assert time.monotonic() - began < PATIENCE / 2

    side_by_side(long, short)
    assert told == ["short", "long"]


def test_long_works_go_one_at_a_time(monkeypatch):
    monkeypatch.setattr(turns._long, "patience", 60)
    monkeypatch.setattr(turns, "SLICE", 0.02)
    at_it, most = set(), []

    def work(name):
        with turn():
            busy(2 * SHORT)
            for _ in range(3):
                at_it.add(name)
                most.append(len(at_it))
                ends = time.thread_time() + 1.2 * turns.SLICE
                while time.thread_time() < ends:
                    pass
                at_it.discard(name)
                give_way()

    side_by_side(*[lambda name=name: work(name) for name in "abc"])
    assert max(most) == 1


def test_a_lane_goes_to_the_smallest_burden_and_the_first_among_equals():
    lane, order, accounts = Lane(60), [], {name: Account() for name in "abcd"}
    accounts["a"].add(0.5)
    accounts["c"].add(0.1)

    def wait(name):
        ticket = lane.enter(accounts[name])
        order.append(name)
        lane.leave(ticket)

    first = lane.enter(Account())
    threads = []
    for count, name in enumerate("abcd", 1):
        threads.append(Thread(target=wait, args=(name,)))
        threads[-1].start()
        while len(lane.waiting) < count:
            time.sleep(0.001)
    lane.leave(first)
    for thread in threads:
        thread.join()
    assert order == list("bdca")


def test_what_was_done_for_a_visitor_is_forgotten(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(turns, "monotonic", lambda: now[0])
    account = Account()
    account.add(1.0)
    now[0] = MEMORY
    assert 0.36 < account.burden < 0.37
    account.add(1.0)
    assert 1.36 < account.burden < 1.37


def test_work_is_written_to_its_account():
    account = Account()
    with turn(account=account):
        busy(0.02)
    assert 0.015 < account.burden < 0.1


def test_a_lane_that_was_lost_is_not_given_away_again():
    lane = Lane(0.05)
    lost = lane.enter(Account())
    held = lane.enter(Account())
    lane.leave(lost)
    assert lane.owner is held


def test_a_turn_within_another_is_part_of_it():
    began = time.monotonic()
    with turn(), turn():
        pass
    assert time.monotonic() - began < PATIENCE


def test_work_that_never_pauses_does_not_stop_the_long_lane(monkeypatch):
    monkeypatch.setattr(turns._long, "patience", 0.2)
    done, holds = Event(), Event()

    def stuck():
        with turn():
            busy(2 * SHORT)
            holds.set()
            assert done.wait(20)

    def next_one():
        holds.wait()
        with turn():
            busy(2 * SHORT)
        done.set()

    side_by_side(stuck, next_one)


def test_work_that_nobody_waits_for_is_given_up():
    with pytest.raises(GivenUpError), turn(lambda: False):
        give_way()
    give_way()
