"""Sliders that report while they move, made from knobs."""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from ui.live.assets import stub
from ui.live.wire import Kept, pack

_sliders = st.components.v2.component(
    "optscope_sliders",
    html='<div class="os-sliders"></div>\n',
    js=stub("sliders.js"),
    isolate_styles=False,
)


@dataclass(frozen=True)
class Board:
    """Groups of sliders at `values` (id -> number).

    A group has title, colour and knobs; a knob has id, label, symbol, low, high, least (the
    smallest number above 0 that its log scale shows), scale, whole and initial. On a stage a
    board stands beside the panels or below them.
    """

    groups: Kept
    values: dict[str, float]
    below: bool = False


def sliders(board: Board, *, key: str, on_change: Callable[[dict], None]) -> None:
    """Show a board by itself; `on_change` hears `values` and `settled`."""
    told = (st.session_state.get(key) or {}).get("live") or {}
    has = told.get("has", [])
    message = {"sequence": told.get("sequence", 0), "board": vars(board)}
    _sliders(
        data=pack(message, has),
        key=key,
        on_live_change=lambda: on_change(st.session_state[key]["live"]),
        height="content",
    )
