"""The line of controls of the Recurrent page, and the scene of the view in force."""

from collections.abc import Sequence

import streamlit as st

from optcore.recurrent import MemoryRecord
from ui import controls
from ui.recurrent import cliff, net, powers, unit
from ui.recurrent.parameters import CLIFF, NET, POWERS, UNIT
from ui.scene import Scene
from ui.state import PageState


def choose(state: PageState) -> None:
    """The view, and what it alone lets choose."""
    view = controls.choose(state, "view", "View", label_visibility="collapsed", width=190)
    if view == UNIT:
        controls.choose(state, "squash", "Squashing", label_visibility="collapsed", width=130)
    if view == NET:
        with st.popover("Cells", icon=":material/memory:"):
            controls.choose_some(state, "cells", "Cells", placeholder="Choose cells", width=360)
        controls.choose(state, "task", "Task", label_visibility="collapsed", width=170)
        with st.popover("Start and clipping", icon=":material/tune:"):
            controls.choose(state, "start", "Recurrent weights at the start")
            controls.choose(state, "clip", "Clip gradients")


def scene(state: PageState, records: Sequence[MemoryRecord]) -> Scene:
    """What the view in force shows."""
    if state["view"] == NET:
        return net.scene(state, records)
    return {POWERS: powers, UNIT: unit, CLIFF: cliff}[state["view"]].scene(state)
