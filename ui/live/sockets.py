"""Takes the sockets of stages, one for each, and tells a page whether its connection is there.

A socket is refused before it is taken for a token that nobody holds or that is in use. Work whose
asker hangs up is given up.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from threading import Event
from time import monotonic

import orjson
from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import (
    WebSocket,
    WebSocketDisconnect,
    WebSocketDisconnected,
    WebSocketState,
)

from ui.cache import CrowdedError
from ui.live import connection
from ui.live.assets import version
from ui.live.change import checked
from ui.live.turn import GivenUpError

# Threads of their own: those that serve files are not kept busy by stages. Most of them only wait
# for their turn (ui/live/turn.py).
THREADS = 256
# Seconds after which a caller who says nothing may be replaced: perhaps the network has lost them.
SILENT = 1.0
# Codes of our own for a closed connection: another took its place, or its session has gone.
REPLACED, GONE = 4000, 4001
_threads = CapacityLimiter(THREADS)


async def serve(websocket: WebSocket) -> None:
    """Answers the changes of one stage, one after the other; what is no change ends it."""
    found = connection.find(websocket.path_params["token"])
    if found is None or _busy(found):
        await websocket.close()
        return
    await websocket.accept()
    hang_up = _taken(found, websocket)
    try:
        # The other end has left, or the session has gone meanwhile.
        with suppress(WebSocketDisconnect, WebSocketDisconnected):
            await _converse(found, websocket)
    finally:
        if found.hang_up is hang_up:
            found.hang_up = None
    if websocket.application_state is WebSocketState.CONNECTED:
        await _close(websocket)


def _busy(found: connection.Connection) -> bool:
    return found.hang_up is not None and monotonic() - found.alive_at < SILENT


def _taken(found: connection.Connection, websocket: WebSocket) -> Callable[[], None]:
    """Joins a connection with this socket and no other; gives what ends it, from any thread."""
    if found.hang_up:
        found.hang_up(REPLACED)
    loop = asyncio.get_running_loop()

    def hang_up(code: int = GONE) -> None:
        with suppress(RuntimeError):  # The server itself is ending.
            loop.call_soon_threadsafe(lambda: loop.create_task(_close(websocket, code)))

    found.hang_up, found.alive_at = hang_up, monotonic()
    return hang_up


async def _close(websocket: WebSocket, code: int = 1000) -> None:
    with suppress(RuntimeError, WebSocketDisconnect):  # It was closed from the other end.
        await websocket.close(code)


async def _converse(found: connection.Connection, websocket: WebSocket) -> None:
    # What comes next is awaited while a change is answered, so that a caller who leaves is noticed.
    coming = asyncio.create_task(_change(websocket))
    try:
        while (change := await coming) is not None and found.body is not None:
            found.alive_at = monotonic()
            coming = asyncio.create_task(_change(websocket))
            answer = await _answer(found, change, coming)
            if answer is None:
                return
            await websocket.send_bytes(answer)
    finally:
        coming.cancel()


async def _answer(found: connection.Connection, change: dict, coming: asyncio.Task) -> bytes | None:
    """The answer to a change; None when the caller leaves before it is there, or when it fails."""
    left = Event()
    work = asyncio.create_task(
        to_thread.run_sync(found.answer, change, lambda: not left.is_set(), limiter=_threads)
    )
    await asyncio.wait({work, coming}, return_when=asyncio.FIRST_COMPLETED)
    if coming.done() and coming.result() is None:
        left.set()
    try:
        return await work
    except (GivenUpError, CrowdedError):
        return None
    except Exception:
        # Asked the same through Streamlit, the page shows what is wrong.
        logging.getLogger(__name__).exception("A change was not answered")
        return None


async def _change(websocket: WebSocket) -> dict | None:
    message = await websocket.receive()
    try:
        return checked(orjson.loads(message.get("text") or ""))
    except orjson.JSONDecodeError:
        return None


async def known(request: Request) -> Response:
    """Whether a connection's session is there, and which release of ours answers."""
    there = connection.find(request.path_params["token"]) is not None
    answer = orjson.dumps({"known": there, "version": version()})
    return Response(answer, media_type="application/json", headers={"Cache-Control": "no-store"})


def routes() -> list[Route | WebSocketRoute]:
    """The routes to hand to the server."""
    return [WebSocketRoute("/live/{token}", serve), Route("/live/{token}", known)]
