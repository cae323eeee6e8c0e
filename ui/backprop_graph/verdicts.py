"""What was said of an answer: of a number that was filled in, of a line that was named."""

import streamlit as st

from ui.prose import escaped
from ui.state import PageState


def give(state: PageState, right: bool, sentence: str) -> None:
    """Keeps a verdict for as long as the question is one on the same graph."""
    state.memory["verdict"] = (_about(state), right, sentence)


def forget(state: PageState) -> None:
    state.memory.pop("verdict", None)


def tell(state: PageState, icon: str) -> None:
    """Shows the last one, if it is of what is on the page; `icon` is that of a wrong answer."""
    about, right, sentence = state.memory.get("verdict", (None, False, ""))
    if about != _about(state):
        return
    if right:
        st.success(escaped(sentence), icon=":material/check:")
    else:
        st.warning(escaped(sentence), icon=icon)


def _about(state: PageState) -> tuple:
    return state["view"], state["f"], state["case"]
