"""Calls for connections: one caller each, none from elsewhere, and no work for who has left."""

import asyncio
import logging
import threading
import time

import pytest
from calls import called, finish

from ui.cache import CrowdedError
from ui.live import sockets
from ui.live.connection import Connection
from ui.live.turn import give_way
from ui.live.visit import Visit

ACCEPTED = {"type": "websocket.accept", "subprotocol": None, "headers": []}


def made(body) -> Connection:
    """A connection whose stage answers with what `body` makes of the change."""
    connection = Connection()

    def show():
        connection.answered = body(connection.last)

    connection.on_change = lambda change: None
    connection.body = show
    return connection


def echo(told: dict) -> bytes:
    return str(told["sequence"]).encode()


def run(work) -> None:
    finish(work)


async def refused(token: str, **headers: str) -> bool:
    async with called(sockets.serve, token, **headers) as caller:
        first = await caller.next()
    return first["type"] == "websocket.close"


async def close_code(caller) -> int:
    while (message := await caller.next())["type"] != "websocket.close":
        pass
    return message["code"]


def test_changes_are_answered_one_after_the_other():
    async def work():
        connection = made(echo)
        async with called(sockets.serve, connection.token) as caller:
            assert await caller.next() == ACCEPTED
            for sequence in range(3):
                caller.say({"sequence": sequence})
                assert (await caller.next())["bytes"] == str(sequence).encode()

    run(work())


def test_unknown_tokens_are_refused_before_they_are_taken():
    async def work():
        connection = made(echo)
        assert await refused("nobody's")
        assert not await refused(connection.token)

    run(work())


def test_a_line_has_one_caller_and_who_comes_beside_them_is_refused():
    async def work():
        connection = made(echo)
        async with called(sockets.serve, connection.token) as caller:
            assert await caller.next() == ACCEPTED
            for sequence in range(3):
                assert await refused(connection.token)
                caller.say({"sequence": sequence})
                assert (await caller.next())["bytes"] == str(sequence).encode()
        assert not await refused(connection.token)

    run(work())


def test_a_caller_who_says_nothing_may_be_replaced(monkeypatch):
    monkeypatch.setattr(sockets, "SILENT", 0.0)

    async def work():
        connection = made(echo)
        async with (
            called(sockets.serve, connection.token) as first,
            called(sockets.serve, connection.token) as second,
        ):
            assert await close_code(first) == sockets.REPLACED
            assert await second.next() == ACCEPTED
            second.say({"sequence": 5})
            assert (await second.next())["bytes"] == b"5"

    run(work())


def test_two_answers_of_one_line_are_never_swapped():
    connection = made(lambda told: time.sleep(0.002) or echo(told))
    wrong = []

    def ask(first: int):
        for sequence in range(first, first + 30):
            if connection.answer({"sequence": sequence}) != str(sequence).encode():
                wrong.append(sequence)

    threads = [threading.Thread(target=ask, args=(100 * at,)) for at in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


@pytest.mark.parametrize("text", ["{", "[1]", "null", '{"at": true}', '{"has": 5}'])
def test_what_is_no_change_ends_the_call(text):
    async def work():
        connection = made(echo)
        async with called(sockets.serve, connection.token) as caller:
            await caller.next()
            caller.say(text)
            assert await close_code(caller) == 1000

    run(work())


def test_a_stage_that_answers_nothing_ends_the_call_of_who_asks(caplog):
    async def work():
        connection = Connection()
        async with called(sockets.serve, connection.token) as caller:
            await caller.next()
            caller.say({"sequence": 1})
            assert await close_code(caller) == 1000

    run(work())
    assert not caplog.records


def test_work_is_given_up_when_its_asker_leaves_and_nothing_is_logged(caplog):
    begun, ended = threading.Event(), []

    def long(told):
        begun.set()
        try:
            for _ in range(5000):
                time.sleep(0.002)
                give_way()
        finally:
            ended.append(time.monotonic())

    async def work():
        connection = made(long)
        async with called(sockets.serve, connection.token) as caller:
            caller.say({"sequence": 1})
            await asyncio.to_thread(begun.wait)
            caller.leave()
            left = time.monotonic()
        assert ended[0] - left < 1

    with caplog.at_level(logging.INFO):
        run(work())
    assert not caplog.records


def test_an_answer_to_who_has_just_left_logs_nothing(caplog):
    async def work():
        connection = made(lambda told: time.sleep(0.05) or echo(told))
        async with called(sockets.serve, connection.token) as caller:
            caller.say({"sequence": 1})

    with caplog.at_level(logging.INFO):
        run(work())
    assert not caplog.records


def test_a_change_that_fails_is_logged_and_ends_the_call(caplog):
    async def work():
        connection = made(lambda told: 1 / 0)
        async with called(sockets.serve, connection.token) as caller:
            caller.say({"sequence": 1})
            assert await close_code(caller) == 1000

    run(work())
    assert "ZeroDivisionError" in caplog.text


def test_a_line_ends_with_its_session():
    async def work():
        connection = made(echo)
        async with called(sockets.serve, connection.token) as caller:
            await caller.next()
            visit = Visit("one")
            visit.ends.add(connection)
            visit.leave()
            assert await close_code(caller) == sockets.GONE
        assert await refused(connection.token)

    run(work())


def test_a_session_that_ends_while_a_change_is_answered_is_no_fault():
    begun = threading.Event()

    def slow(told):
        begun.set()
        time.sleep(0.1)
        return echo(told)

    async def work():
        connection = made(slow)
        async with called(sockets.serve, connection.token) as caller:
            caller.say({"sequence": 1})
            await asyncio.to_thread(begun.wait)
            connection.hang_up()
            assert await close_code(caller) == sockets.GONE

    run(work())


def test_work_that_is_turned_away_is_no_fault_of_ours(caplog):
    def crowded(told):
        raise CrowdedError("Take something smaller.")

    async def work():
        connection = made(crowded)
        async with called(sockets.serve, connection.token) as caller:
            caller.say({"sequence": 1})
            assert await close_code(caller) == 1000

    run(work())
    assert not caplog.records
