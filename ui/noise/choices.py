"""The line of controls of the Noise page, and the scene of the view in force."""

import streamlit as st

from ui import controls
from ui.noise import aim, gradient, late, order, run, stop
from ui.noise.parameters import AIM, LATE, ONE, ORDER, RUN, STOP
from ui.scene import Scene
from ui.state import PageState

SCENES = {
    ONE: gradient.scene,
    RUN: run.scene,
    ORDER: order.scene,
    LATE: late.scene,
    AIM: aim.scene,
    STOP: stop.scene,
}


def choose(state: PageState) -> None:
    """The view, and what it alone lets choose."""
    view = controls.choose(state, "view", "View", label_visibility="collapsed", width=190)
    if view == ONE:
        controls.choose(state, "task", "Task", label_visibility="collapsed", width=200)
        controls.choose_word(state, "draw", "Drawn", label_visibility="collapsed")
    if view == RUN:
        with st.popover("Rate and batch", icon=":material/tune:"):
            controls.choose(state, "method", "Method")
            controls.choose(state, "schedule", "Schedule")
            controls.switch(state, "grow", "Let the batch grow instead",
                            help="The schedule then acts on the size of the batch.")  # fmt: skip
            controls.switch(state, "average", "Average the points",
                            help="Polyak and Ruppert's mean of the run.")  # fmt: skip
            controls.switch(state, "band", "Band of 200 runs")
        controls.choose_word(state, "equal", "Equal", label_visibility="collapsed")
    if view == ORDER:
        controls.choose_word(state, "lie", "The data lie", label_visibility="collapsed")
        controls.choose(state, "dealt", "Losses of", label_visibility="collapsed", width=140)
    if view in (AIM, STOP):
        controls.choose(state, "loss", "Loss", label_visibility="collapsed", width=150)


def finish(state: PageState) -> None:
    """What takes longer than a look, if it is wanted."""
    if state["view"] == RUN:
        run.finish(state)


def scene(state: PageState) -> Scene:
    """What the view in force shows."""
    return SCENES[state["view"]](state)
