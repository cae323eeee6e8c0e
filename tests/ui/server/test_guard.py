"""Who may ask for what: the guard in front of an application that would answer anything."""

import asyncio

import pytest
from calls import Caller, asked, finish
from starlette.responses import PlainTextResponse
from starlette.websockets import WebSocket

from ui.server.guard import Guard


async def anything(scope, receive, send):
    if scope["type"] == "http":
        await PlainTextResponse("passed")(scope, receive, send)
        return
    socket = WebSocket(scope, receive, send)
    await socket.accept()
    await socket.receive()


def answer(path: str, guard: Guard | None = None, **how: str) -> tuple[int, dict, bytes]:
    return finish(asked(guard or Guard(anything, places=9), path, **how))


@pytest.mark.parametrize("path", ["/", "/layers", "/_stcore/health", "/static/js/a.js", "/media/a"])
def test_what_pages_need_is_open(path):
    assert answer(path)[2] == b"passed"


@pytest.mark.parametrize(
    "path",
    ["/_stcore/metrics", "/_stcore/upload_file/a/b", "/_stcore/agent/interact", "/component/a",
     "/_stcore/script-health-check", "/_stcore/anything"],
)  # fmt: skip
def test_what_no_page_needs_is_closed(path):
    assert answer(path)[0] == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_nothing_can_be_sent(method):
    for path in ("/", "/_stcore/upload_file/a/b", "/_stcore/health"):
        assert answer(path, method=method)[0] == 405


def test_metrics_are_open_where_they_are_asked_for(monkeypatch):
    monkeypatch.setenv("OPTSCOPE_METRICS", "1")
    assert answer("/_stcore/metrics")[2] == b"passed"


def test_every_answer_carries_the_headers(monkeypatch):
    monkeypatch.setenv("OPTSCOPE_FRAMES", "'self' https://school.example")
    for path in ("/", "/_stcore/metrics"):
        head = answer(path, host="optscope.example:8501")[1]
        assert head["x-content-type-options"] == "nosniff"
        assert head["referrer-policy"] == "same-origin"
        policy = dict(rule.split(" ", 1) for rule in head["content-security-policy"].split("; "))
        assert policy["default-src"] == "'self'"
        assert policy["img-src"] == "'self' data: blob:"
        assert policy["frame-ancestors"] == "'self' https://school.example"
        assert "wss://optscope.example:8501" in policy["connect-src"]


def test_a_host_cannot_write_the_policy():
    head = answer("/", host="a; script-src *")[1]
    assert "script-src *" not in head["content-security-policy"]


def test_only_the_hosts_allowed_are_served(monkeypatch):
    monkeypatch.setenv("OPTSCOPE_HOSTS", "Optscope.example, *.school.example, [::1]")
    for host in ("optscope.example", "Optscope.example:80", "a.school.example", "[::1]:8501"):
        assert answer("/", host=host)[0] == 200
    for host in ("evil.example", "optscope.example.evil", "school.example", ""):
        assert answer("/", host=host)[0] == 421


async def call(guard: Guard, path: str, **headers: str) -> Caller:
    caller = Caller("x", **headers)
    caller.scope["path"] = path
    caller.running = asyncio.create_task(guard(caller.scope, caller.going.get, caller.heard.put))
    caller.first = (await caller.next())["type"]
    return caller


def test_who_finds_no_place_is_told_and_gets_in_once_somebody_leaves():
    async def work():
        guard = Guard(anything, places=2)
        first, _ = [await call(guard, "/_stcore/stream") for _ in range(2)]
        assert (await call(guard, "/_stcore/stream")).first == "websocket.close"
        assert (await call(guard, "/live/x")).first == "websocket.accept"
        status, head, body = await asked(guard, "/layers", accept="text/html,*/*")
        assert (status, head["retry-after"]) == (503, "15")
        assert b"All 2 places are taken" in body
        assert (await asked(guard, "/static/a.js", accept="*/*"))[0] == 200
        first.leave()
        await first.running
        assert (await asked(guard, "/layers", accept="text/html,*/*"))[0] == 200
        assert (await call(guard, "/_stcore/stream")).first == "websocket.accept"

    finish(work())


@pytest.mark.parametrize("path", ["/_stcore/stream", "/live/x"])
def test_pages_of_other_origins_get_no_connection(path):
    """They are refused here: what lies behind would ask an outside service who this machine is."""

    async def work():
        guard = Guard(anything, places=9)
        for origin in ("http://elsewhere", "http://here", "http://localhost", "null", "http://["):
            caller = await call(guard, path, host="here:1", origin=origin)
            assert caller.first == "websocket.close", origin
            assert not guard.present
        for headers in ({"host": "here:1", "origin": "https://here:1"}, {"host": "here:1"}):
            assert (await call(guard, path, **headers)).first == "websocket.accept"

    finish(work())
