"""Calls to a websocket endpoint without a server: what came of them, and what was sent back."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

import orjson
from starlette.websockets import WebSocket

PATIENCE = 60


def finish(work: Coroutine):
    """What comes of it, in a loop of its own: tests that drive a browser leave one running."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, asyncio.wait_for(work, PATIENCE)).result()


class Caller:
    """One connection: `say` and `leave` from this end, what the other end sent in `heard`."""

    def __init__(self, token: str, **headers: str):
        self.scope = {
            "type": "websocket",
            "path": f"/live/{token}",
            "path_params": {"token": token},
            "query_string": b"",
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        }
        self.going: asyncio.Queue = asyncio.Queue()
        self.going.put_nowait({"type": "websocket.connect"})
        self.heard: asyncio.Queue = asyncio.Queue()

    def say(self, change) -> None:
        text = change if isinstance(change, str) else orjson.dumps(change).decode()
        self.going.put_nowait({"type": "websocket.receive", "text": text})

    def leave(self) -> None:
        self.going.put_nowait({"type": "websocket.disconnect", "code": 1001})

    async def next(self) -> dict:
        return await asyncio.wait_for(self.heard.get(), 10)


@asynccontextmanager
async def called(endpoint, token: str, **headers: str):
    """A caller of the endpoint, which has ended without an exception when the caller leaves."""
    caller = Caller(token, **headers)
    running = asyncio.create_task(
        endpoint(WebSocket(caller.scope, caller.going.get, caller.heard.put))
    )
    yield caller
    caller.leave()
    await asyncio.wait_for(running, 10)


async def asked(app, path: str, method: str = "GET", **headers: str) -> tuple[int, dict, bytes]:
    """A request to an ASGI application: the answer's status, headers and body."""
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    heard: list[dict] = []

    async def receive() -> dict:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict) -> None:
        heard.append(message)

    await app(scope, receive, send)
    head = {name.decode(): value.decode() for name, value in heard[0]["headers"]}
    return heard[0]["status"], head, b"".join(part.get("body", b"") for part in heard[1:])
