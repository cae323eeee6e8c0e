"""The pages that exist, by subject, in the order of the navigation."""

from pathlib import Path

import streamlit as st

from ui.lessons import OPENS
from ui.live.presence import presence

ICON = Path(__file__).parent.parent / "ui" / "icon.svg"

st.set_page_config(page_title="Optscope", page_icon=ICON, layout="wide")
st.logo(ICON, size="small")

sections = {
    "Learn": [
        st.Page("lessons.py", title="Lessons", icon=":material/school:"),
    ],
    "Descend": [
        st.Page("race.py", title="Race", icon=":material/sports_score:", default=True),
        st.Page("curvature.py", title="Curvature", icon=":material/landscape:"),
        st.Page("noise.py", title="Noise", icon=":material/blur_on:"),
        st.Page("steps.py", title="Steps", icon=":material/piano:"),
    ],
    "Gradients": [
        st.Page("layers.py", title="Gradient flow", icon=":material/layers:"),
        st.Page("training.py", title="Training", icon=":material/model_training:"),
        st.Page("slow_neuron.py", title="Slow neuron", icon=":material/hourglass_bottom:"),
        st.Page("recurrent.py", title="Recurrent", icon=":material/all_inclusive:"),
    ],
    "Check": [
        st.Page("shrinking_h.py", title="Shrinking h", icon=":material/compress:"),
        st.Page("check_network.py", title="Check a network", icon=":material/fact_check:"),
        st.Page("backprop_graph.py", title="Backprop graph", icon=":material/account_tree:"),
    ],
}
page = st.navigation(sections, position="top")
# The map of lessons calls pages as the navigation does.
st.session_state["titles"] = {
    each.url_path or OPENS: each.title for pages in sections.values() for each in pages
}
# The name of the page stands on the button that opens the navigation where that is folded away.
named = f'<style>:root {{ --os-page: "{page.title}" }}</style>'
with st.container(key="title"):
    st.html(f'{named}<h1 class="os-title">{page.title}</h1>')
page.run()

presence()
