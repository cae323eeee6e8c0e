"""A stage's own connection, which answers a moving hand without a Streamlit rerun.

A change that goes through Streamlit is a message to the session, a rerun on a thread of its own,
elements, a message back and a React update: two thirds of what it costs. While a hand moves none
of that is needed: the body of the page's live fragment says what to show, and it goes straight
back. Once the hand has let go, and wherever this connection is missing, Streamlit is asked.
`ui/live/sockets.py` holds the connections.
"""

from collections.abc import Callable
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import count
from secrets import token_urlsafe
from threading import Lock
from weakref import WeakValueDictionary

import streamlit as st

from ui.live.change import checked
from ui.live.turn import Account, turn
from ui.live.visit import visit


class Connection:
    """What answers one stage of one visitor; the session holds it, and its token is the key to it.

    `last` is what the browser said last, `on_change` takes a change over, `body` shows the stage
    anew; of a stage without a body the connection only tells that the session is there.
    Messages are numbered, whichever way they go, so that the browser knows the newest.
    """

    def __init__(self):
        self.token = token_urlsafe(16)
        self.last: dict = {}
        self.editions = count(1)
        self.on_change: Callable[[dict], None] = lambda change: None
        self.body: Callable[[], object] | None = None
        self.answered = b""
        self.one_at_a_time = Lock()
        self.account = Account()
        self.ended = False
        self.hang_up: Callable[..., None] | None = None
        self.alive_at = 0.0
        _connections[self.token] = self

    def take(self, change: dict) -> None:
        """Takes over what the browser says, unless it is no change."""
        if checked(change) is not None:
            self.last = change
            self.on_change(change)

    def answer(self, change: dict, wanted: Callable[[], bool] = lambda: True) -> bytes:
        """Takes a change over and shows the stage anew, as bytes for the browser.

        Raises GivenUpError once the answer is not `wanted` any more.
        """
        body = self.body
        assert body is not None, "only a connection that answers is asked"
        with (
            self.one_at_a_time,
            turn(wanted, self.account),
            _set(_answering, self),
            showing(body),
        ):
            self.take(change)
            body()
            return self.answered

    def end(self) -> None:
        """Its session has gone: nobody reaches it any more, and who is connected is cut off."""
        self.ended = True
        _connections.pop(self.token, None)
        if self.hang_up:
            self.hang_up()


_connections: WeakValueDictionary[str, Connection] = WeakValueDictionary()
_answering: ContextVar[Connection | None] = ContextVar("answering", default=None)
_body: ContextVar[Callable[[], object] | None] = ContextVar("body", default=None)


def find(token: str) -> Connection | None:
    """The connection with that token, while its session is there."""
    return _connections.get(token)


def connection_of(key: str) -> Connection:
    """That of this visitor's stage; what the browser held goes once the stage has left."""
    connection = st.session_state.get(f"{key}.connection")
    if connection is None or connection.ended:
        connection = st.session_state[f"{key}.connection"] = Connection()
        visit().ends.add(connection)
        connection.account = visit().account
    if not (st.session_state.get(key) or {}).get("live"):
        connection.last = {}
    return connection


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


def answering() -> Connection | None:
    """The connection whose change is being answered; None in a run of Streamlit's."""
    return _answering.get()
