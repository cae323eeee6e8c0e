"""Starts Optscope: `python app.py`, or `streamlit run app.py`.

`python app.py` serves through uvicorn's own sockets, which disable Nagle's algorithm
(under `streamlit run` a change within 40 ms of the last one waits for a delayed ACK), and
without per-message compression, which halves the number of live changes a server can answer.
"""

import errno
import os
import socket
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from ui import lesson_map
from ui.live import early, sockets
from ui.server.core import read_core
from ui.server.faults import log_faults_only, said
from ui.server.files import Files
from ui.server.guard import Guard
from ui.server.memory import give_back
from ui.server.places import places, raise_limit
from ui.server.presses import keep_presses

# Messages are small: a change with all that the browser holds is some 20 KB.
LARGEST_MESSAGE = 1_000_000

give_back()
read_core()
keep_presses()
log_faults_only()
app = st.App(
    Path(__file__).parent / "pages" / "index.py",
    routes=[*sockets.routes(), *early.routes(), *lesson_map.routes()],
    on_script_error=said,
    middleware=[Middleware(Guard, places=places(raise_limit())), Middleware(Files)],
)


def address() -> tuple[str, int]:
    """HOST and PORT from the environment, where nobody listens yet.

    Raises SystemExit with a sentence for what is no address, and for one that is taken.
    """
    host, port = os.environ.get("HOST", "127.0.0.1"), os.environ.get("PORT", "8501")
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise SystemExit(f"PORT is {port!r}, but a port is a whole number from 1 to 65535.")
    if fault := _fault(host, int(port)):
        raise SystemExit(f"Optscope cannot be at {host}:{port}: {fault}.")
    return host, int(port)


def _fault(host: str, port: int) -> str | None:
    """Why nothing can be served at an address and what to do, None where it can."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as fault:
        if fault.errno == errno.EADDRINUSE:
            return f"another program listens there. Choose another port: PORT={port + 1} make run"
        # Names that cannot be resolved have numbers of their own.
        known = fault.errno is not None and fault.errno > 0
        why = os.strerror(fault.errno).lower() if known else "there is no such host"
        return f"{why}. HOST and PORT choose another address"
    return None


if __name__ == "__main__":
    import uvicorn

    host, port = address()
    print(f"Optscope is at http://{host}:{port}  (Ctrl+C stops it)", flush=True)
    uvicorn.run(
        app,
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        server_header=False,
        ws_per_message_deflate=False,
        ws_max_size=LARGEST_MESSAGE,
    )
