"""The choices of the page Shrinking h."""

import streamlit as st

from ui import controls
from ui.shrinking_h.parameters import FLOATS, OwnFormula, reader
from ui.state import PageState


def choose_function(state: PageState, below):
    """A function from the menu, or the person's own, written in the container `below`.

    A new choice starts at its own x.
    """
    picked = controls.choose(state, "function", "Function", label_visibility="collapsed", width=210)
    if not isinstance(picked, OwnFormula):
        return picked
    with below:
        return own_function(state)


def own_function(state: PageState):
    """The function that a person types; a bad formula keeps the last good one."""
    left, right = st.columns([6, 1])
    with right:
        controls.typed(state, "reach", "Shown: ±")
    with left:
        return controls.formula(state, "formula", "f(x) =", reader(state), st.container())


def introduce(function) -> None:
    """The function as mathematics, and what it is there to show."""
    st.caption(f"$f(x) = {function.latex}$. {function.lesson}")


def choose_rules(state: PageState):
    with st.popover("Rules", icon=":material/function:"):
        return controls.choose_some(
            state, "rules", "Rules", placeholder="Choose one or more", width=420
        )


def choose_float(state: PageState):
    return FLOATS[controls.choose_word(state, "float", "Numbers", label_visibility="collapsed")]


def type_x(state: PageState) -> None:
    controls.typed(state, "x", "x", width=110)


def type_h(state: PageState) -> None:
    controls.typed(state, "h", "h", width=130)
