"""The pages that exist, in the order of the navigation."""

from pathlib import Path

import streamlit as st

ICON = Path(__file__).parent.parent / "ui" / "icon.svg"

st.set_page_config(page_title="Optscope", page_icon=ICON, layout="wide")
st.html(Path(__file__).parent.parent / "ui" / "app.css")

st.navigation(
    [
        st.Page("race.py", title="Race", icon=":material/sports_score:", default=True),
        st.Page("shrinking_h.py", title="Shrinking h", icon=":material/compress:"),
    ],
    position="top",
).run()
