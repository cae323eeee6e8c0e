"""What a page shows, to take away: pictures, films, one page that plays without a server, paper.

The browser makes all of it of the stage that is there (take_away.js); no server is asked.
"""

import streamlit as st

from ui.live.assets import stub

_take_away = st.components.v2.component(
    "optscope_take_away",
    html='<div class="os-take"></div>',
    js=stub("take_away.js"),
    isolate_styles=False,
)


def take_away() -> None:
    """A menu of the files that can be made of the page's stage."""
    _take_away(key="take_away", height="content")
