"""The map of lessons: all of them by subject, in an order in which a term could be taught."""

import streamlit as st

from ui.lesson_map import cards
from ui.own_lesson import opener
from ui.state import PageState

state = PageState("lessons", ())
state.notices()
with st.container(key="own"):
    own = st.popover("Your own lesson", icon=":material/edit:", on_change="rerun")
if own.open:
    with own:
        st.caption("On any page: Lessons, Make your own. What the page shows becomes a step.")
        opener(state)
st.html(cards(st.session_state.get("titles", {})))
state.publish()
