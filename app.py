"""Starts Optscope: `python app.py`, or `streamlit run app.py`.

`python app.py` serves through uvicorn's own sockets, which disable Nagle's algorithm
(under `streamlit run` a change within 40 ms of the last one waits for a delayed ACK), and
without per-message compression, which halves the number of live changes a server can answer.
"""

from pathlib import Path

from ui.server.address import address

if __name__ == "__main__":
    # Who gives a wrong address is told before all else is read, which takes a second.
    host, port = address()

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


if __name__ == "__main__":
    import uvicorn

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
