"""The field in which a person types a loss surface, and what a surface is there to teach."""

import streamlit as st

from optcore.formula.surface import formula_surface
from ui import controls
from ui.glossary import letters
from ui.state import PageState
from ui.surfaces import OwnFunction


def formed(state: PageState, picked, complaints):
    """The surface picked; for a formula its field, and the last good one while it is faulty.

    `complaints` is where the sentence about a faulty formula goes.
    """
    if not isinstance(picked, OwnFunction):
        return picked
    reach = state["window.reach"]
    window = ((-reach, reach), (-reach, reach))
    return controls.formula(
        state, "f", "f(x, y) =", lambda text: formula_surface(text, window), complaints,
        label_visibility="collapsed", width=260,
    )  # fmt: skip


def about(surface) -> None:
    """What the ground is: its formula, and what it is there to teach."""
    if surface.lesson:
        st.caption(
            f"**{surface.name}.** {surface.lesson} $\\quad f = {surface.latex}$",
            help=letters(surface.latex, type(surface)),
        )
