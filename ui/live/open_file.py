"""A file that a person opens is read in the browser: the server takes none (ui/server/guard.py)."""

from collections.abc import Callable

import streamlit as st

from ui.live.assets import stub

_open_file = st.components.v2.component(
    "optscope_open_file",
    html='<label class="os-open"><span></span><input type="file"></label>',
    js=stub("open_file.js"),
    isolate_styles=False,
)


def open_file(label: str, kinds: str, key: str, take: Callable[[str], None]) -> None:
    """A field for a file of these kinds (`.md,.txt`); `take` is given its text, before a rerun."""

    def opened() -> None:
        text = st.session_state[key]["opened"]
        if isinstance(text, str):
            take(text)

    _open_file(data={"label": label, "kinds": kinds}, key=key, on_opened_change=opened)
