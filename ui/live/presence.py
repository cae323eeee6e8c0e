"""Presence: a page whose server was away says so, and is taken up again once it is back.

A new server, or another replica, knows nothing of the visit: Streamlit's connection comes back by
itself, and then changes of a fragment are answered by nobody. The browser (presence.js) notices,
and has the whole page run from its address.
"""

from secrets import token_urlsafe

import streamlit as st

from ui.live.assets import stub
from ui.live.visit import visit

_presence = st.components.v2.component(
    "optscope_presence", js=stub("presence.js"), isolate_styles=False
)


def presence() -> None:
    """Lets the browser ask for a run of the whole page; every run is told by a name of its own.

    It stands outside of every fragment: what it asks for is a run of the page, not of a part.
    """
    visit()
    _presence(data=token_urlsafe(6), key="presence", on_asked_change=lambda: None)
