"""Sliders that report while they move, made from knobs."""

from collections.abc import Callable, Sequence

import orjson
import streamlit as st

from ui.live.assets import stub

_sliders = st.components.v2.component(
    "optscope_sliders",
    html='<div class="os-sliders"></div>\n',
    js=stub("sliders.js"),
    isolate_styles=False,
)


def sliders(groups: Sequence[dict], *, key: str, on_change: Callable[[dict], None]) -> None:
    """Show groups of sliders; `on_change` hears `values` (id -> number) and `settled`.

    A group has title, colour and knobs; a knob has id, label, symbol, low, high, least (the
    smallest number above 0 that its log scale shows), scale, whole, value and initial.
    """
    told = (st.session_state.get(key) or {}).get("live") or {}
    _sliders(
        data=orjson.dumps({"sequence": told.get("sequence", 0), "groups": groups}),
        key=key,
        on_live_change=lambda: on_change(st.session_state[key]["live"]),
        height="content",
    )
