"""The launcher, as a process of its own: where it is, what it serves, and who is let in."""

import asyncio
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest
from calls import finish
from served import ROOT, free_port, served
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from bench.session import INTERRUPTED, Visitor, connected
from ui.server.places import FILES_EACH


def refused(**environment: str) -> str:
    """What the launcher says when it cannot start."""
    done = subprocess.run(
        [sys.executable, "app.py"], cwd=ROOT, env={**environment}, capture_output=True,
        text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert not done.stdout
    assert "Traceback" not in done.stderr
    return done.stderr


@pytest.fixture(scope="module")
def server():
    """One whose trainings are shown after a short while, so that a short one grows, too."""
    with served("from ui.training import work; work.GLIMPSE = 0.02") as running:
        yield running


def status(server, path: str, method: str = "GET") -> int:
    request = urllib.request.Request(
        f"{server.address}{path}", method=method, data=b"x" * 10**6 if method == "PUT" else None
    )
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status
    except urllib.error.HTTPError as fault:
        return fault.code
    except (ConnectionError, urllib.error.URLError):  # It was closed while there was more to send.
        return 0


def test_a_port_that_is_taken_is_said_and_how_to_choose_another(server):
    said = refused(PORT=str(server.port))
    assert f"cannot be at 127.0.0.1:{server.port}: another program listens there" in said
    assert f"PORT={server.port + 1} make run" in said


def test_what_is_no_address_is_said():
    assert "a port is a whole number" in refused(PORT="eighty")
    said = refused(HOST="203.0.113.7", PORT=str(free_port()))
    assert "HOST and PORT choose another address" in said


def test_what_pages_need_is_served_and_nothing_else(server):
    for path in ("/", "/layers", "/_stcore/health", "/_stcore/host-config"):
        assert status(server, path) == 200
    for path in ("/_stcore/metrics", "/_stcore/agent/openapi.json", "/_stcore/upload_file/a/b"):
        assert status(server, path) == 404
    assert status(server, "/_stcore/upload_file/a/b", "PUT") in (405, 0)


def test_streamlits_connection_is_where_the_guard_counts_it(server):
    """The path is Streamlit's own; were it another, every visitor would find a place."""

    async def opened(origin: str | None) -> bool:
        address = f"ws://127.0.0.1:{server.port}/_stcore/stream"
        try:
            async with connect(address, subprotocols=["streamlit"], origin=origin):
                return True
        except (InvalidStatus, ConnectionClosed):
            return False

    assert finish(opened(None))
    assert finish(opened(server.address))
    assert not finish(opened("http://elsewhere.example"))


def test_an_unknown_line_is_refused_at_once(server):
    async def opened() -> None:
        async with connect(f"ws://127.0.0.1:{server.port}/live/nobody"):
            pass

    with pytest.raises(InvalidStatus):
        finish(asyncio.wait_for(opened(), 5))


def test_every_picture_of_a_training_that_grows_arrives(server):
    async def pictures(page: str, query: str) -> list[int]:
        """How many of the stage's arrive in each run of the page."""
        socket = await connected(server.port, "_stcore/stream", subprotocols=["streamlit"])
        first = BackMsg()
        first.rerun_script.query_string, first.rerun_script.page_name = query, page
        await socket.send(first.SerializeToString())
        runs = []
        while True:
            answer = ForwardMsg.FromString(await socket.recv())
            kind = answer.WhichOneof("type")
            if kind == "new_session":
                runs.append(0)
            elif kind == "delta":
                runs[-1] += answer.delta.new_element.HasField("bidi_component")
            elif kind == "script_finished" and answer.script_finished != INTERRUPTED:
                await socket.close()
                return runs

    runs = finish(pictures("training", "length.steps=100"))
    assert len(runs) > 1
    assert all(runs)


@pytest.mark.skipif(not os.path.exists("/proc/self/fd"), reason="open files are not listed here")
def test_what_a_visitor_held_is_let_go_soon_after_they_leave():
    def held() -> int:
        return len(os.listdir(f"/proc/{quick.process.pid}/fd"))

    async def come_and_go() -> tuple[int, int]:
        there = [await Visitor.arrive(quick.port, "adam.learning_rate") for _ in range(4)]
        most = held()
        for visitor in there:
            await visitor.leave()
        ends = time.monotonic() + 20
        while held() > before + 2 and time.monotonic() < ends:
            await asyncio.sleep(0.2)
        return most, held()

    with served("from ui.live import visit; visit.GRACE = 0.5") as quick:
        before = held()
        most, after = finish(come_and_go())
    # The question whether the server is ready may have been open before.
    assert most >= before + 4 * FILES_EACH - 2
    assert after <= before + 2
