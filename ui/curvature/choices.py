"""The controls of the page, which follow the view; and what stands in its drawer."""

from functools import partial

import streamlit as st

from ui import controls
from ui.address import Address
from ui.curvature import case, work
from ui.curvature.parameters import (
    CHANCE,
    EDGE,
    FIRST,
    ON_A_SURFACE,
    RUN,
    SADDLES,
    STEP,
    STUCK,
    OnTheSurface,
)
from ui.curvature.views import guess
from ui.curvature.words import GUESSES
from ui.state import PageState
from ui.surface_field import formed

TINTS = (
    "Each spot is tinted by what a start there comes to: a minimum leaves it as it is, "
    ":red[red] is a saddle, :violet[violet] a maximum, :gray[grey] nothing yet."
)
PREDICT = "Hides what a step does until somebody has guessed it, and keeps the score."
BARE = {"label_visibility": "collapsed"}


def choose(state: PageState, complaints):
    """The view, and what it is of; the surface, whatever is shown.

    What a view asks for stands in `complaints`, above the line of controls.
    """
    view = controls.choose_word(state, "view", "View", **BARE)
    if view == CHANCE:
        work.offer(state, complaints)
    if view == EDGE:
        controls.choose(state, "network", "Network", width=210, **BARE)
    if view in (RUN, STUCK):
        controls.choose(state, "subject", "Run of", width=150, **BARE)
    if not of_surface(state):
        return FIRST
    picked = controls.choose(state, "surface", "Surface", width=140, **BARE)
    surface = formed(state, picked, complaints)
    with st.popover("Map", key="icon.map", icon=":material/map:"):
        controls.choose(state, "map", "Where starts lead to")
        st.caption(TINTS)
    if view == STEP and controls.switch(state, "predict", "Predict", help=PREDICT):
        _ask(state, surface, complaints)
    if view == SADDLES:
        _next_saddle(state, surface)
    return surface


def of_surface(state: Address) -> bool:
    """Whether the view is one of a surface."""
    if state["view"] in (RUN, STUCK):
        return isinstance(state["subject"], OnTheSurface)
    return state["view"] in ON_A_SURFACE


def _ask(state: PageState, surface, place) -> None:
    """A question with its answers, and the score so far."""
    right, asked = state.memory.get("score", (0, 0))
    with place.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown("**Up or down?**")
        for answer in GUESSES:
            act = partial(guess, state, surface, answer)
            st.button(answer, key=f"guess/{answer}", on_click=act)
        if asked:
            st.markdown(f"{right} of {asked} right")


def _next_saddle(state: PageState, surface) -> None:
    known = len(case.saddles(state.tune("surface", surface)))
    which = state["saddle"]
    if known > 1:
        at = min(which, known - 1)
        st.button(f"Saddle {at + 1} of {known}", icon=":material/skip_next:", help="The next one",
                  on_click=lambda: state.put({"saddle": (at + 1) % known}))  # fmt: skip
