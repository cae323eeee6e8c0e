"""The pages that exist, in the order of the navigation."""

import streamlit as st

st.set_page_config(page_title="Optscope", page_icon=":material/landscape:", layout="wide")

st.navigation(
    [
        st.Page("race.py", title="Race", icon=":material/sports_score:", default=True),
    ],
    position="top",
).run()
