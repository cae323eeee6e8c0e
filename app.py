"""Starts Optscope: `python app.py`, or `streamlit run app.py`.

`python app.py` serves through uvicorn's own sockets, which disable Nagle's algorithm
(under `streamlit run` a change within 40 ms of the last one waits for a delayed ACK), and
without per-message compression, which halves the number of live changes a server can answer.
"""

import os
from pathlib import Path

import streamlit as st

from ui.live import assets, switchboard

app = st.App(
    Path(__file__).parent / "pages" / "index.py", routes=[*assets.routes(), *switchboard.routes()]
)


def address() -> tuple[str, int]:
    """HOST and PORT from the environment; raises SystemExit with a sentence for a bad port."""
    port = os.environ.get("PORT", "8501")
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise SystemExit(f"PORT is {port!r}, but a port is a whole number from 1 to 65535.")
    return os.environ.get("HOST", "127.0.0.1"), int(port)


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
        ws_per_message_deflate=False,
    )
