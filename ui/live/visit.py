"""A visit: what goes with a visitor as soon as they leave, not when Streamlit forgets the session.

Streamlit keeps two minutes what a visitor who lost the connection had, three open files and a
megabyte each. Who comes back later than GRACE is taken up from the address (presence.py).
"""

import asyncio
from dataclasses import dataclass, field
from weakref import WeakSet

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ui.live.turn import Account
from ui.server.memory import tidy_soon

GRACE = 20.0


@dataclass(eq=False)
class Visit:
    """A session's id, what was done for it of late, and what `end`s when the visitor leaves."""

    session: str
    account: Account = field(default_factory=Account)
    ends: WeakSet = field(default_factory=WeakSet)

    def leave(self) -> None:
        """The connection has ended, on the thread of the server's event loop."""
        for each in list(self.ends):
            each.end()
        if runtime.exists():
            asyncio.get_running_loop().call_later(GRACE, self.forget)

    def forget(self) -> None:
        if not runtime.get_instance().is_active_session(self.session):
            runtime.get_instance().close_session(self.session)
            tidy_soon()


@st.cache_resource(scope="session", on_release=Visit.leave, show_spinner=False)
def visit() -> Visit:
    """The present visit; a connection that comes back begins another."""
    running = get_script_run_ctx()
    assert running is not None, "a visit is asked for by a page that runs"
    return Visit(running.session_id)
