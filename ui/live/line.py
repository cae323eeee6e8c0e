"""The line: a stage's own connection, which answers a moving hand without a Streamlit rerun.

A change that goes through Streamlit is a message to the session, a rerun on a thread of its own,
elements, a message back and a React update: two thirds of what it costs. While a hand moves none
of that is needed: the body of the page's live fragment says what to show, and it goes straight
back. Once the hand has let go, and wherever this connection is missing, Streamlit is asked.
"""

import logging
from collections.abc import Callable
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import count
from secrets import token_urlsafe
from weakref import WeakValueDictionary

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketState

from ui.live.turn import turn


class Line:
    """What answers one stage of one visitor; the session holds it, and its token is the key to it.

    `told` is what the browser said last, `hear` takes a change over, `body` shows the stage anew.
    Messages are numbered, whichever way they go, so that the browser knows the newest.
    """

    def __init__(self):
        self.token = token_urlsafe(16)
        self.told: dict = {}
        self.editions = count(1)
        self.hear: Callable[[dict], None] | None = None
        self.body: Callable[[], object] | None = None
        self.answered = b""
        _lines[self.token] = self

    def take(self, change: dict) -> None:
        """Takes over what the browser says, which came through Streamlit."""
        self.told = change
        self.hear(change)

    def answer(self, change: dict) -> bytes:
        """Takes a change over and shows the stage anew, as bytes for the browser."""
        with turn(), _set(_answering, self), showing(self.body):
            self.take(change)
            self.body()
            return self.answered


_lines: WeakValueDictionary[str, Line] = WeakValueDictionary()
_answering: ContextVar[Line | None] = ContextVar("answering", default=None)
_body: ContextVar[Callable[[], object] | None] = ContextVar("body", default=None)


@contextmanager
def _set(variable: ContextVar, value):
    token = variable.set(value)
    try:
        yield
    finally:
        variable.reset(token)


def showing(body: Callable[[], object]):
    """A stage shown meanwhile may have `body` called again, at any time and on any thread."""
    return _set(_body, body)


def body() -> Callable[[], object] | None:
    """What shows the stage once more; None where only a run of Streamlit's may."""
    return _body.get()


def answering() -> Line | None:
    """The line whose change is being answered; None in a run of Streamlit's."""
    return _answering.get()


async def serve(websocket: WebSocket) -> None:
    """Answers the changes of one stage, one after the other; what is no change ends it."""
    await websocket.accept()
    token = websocket.path_params["token"]
    while (change := await _change(websocket)) is not None and (line := _lines.get(token)):
        try:
            answer = await run_in_threadpool(line.answer, change)
        except Exception:
            # Asked the same through Streamlit, the page shows what is wrong.
            logging.getLogger(__name__).exception("A change was not answered")
            break
        # Held no longer than it takes: a line goes with its session.
        del line
        await websocket.send_bytes(answer)
    if websocket.client_state is WebSocketState.CONNECTED:
        await websocket.close()


async def _change(websocket: WebSocket) -> dict | None:
    message = await websocket.receive()
    try:
        change = orjson.loads(message.get("text") or "")
    except orjson.JSONDecodeError:
        return None
    return change if isinstance(change, dict) else None


def routes() -> list[WebSocketRoute]:
    """The route to hand to the server."""
    return [WebSocketRoute("/live/{token}", serve)]
