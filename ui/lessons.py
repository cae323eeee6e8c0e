"""Shows the prose of lessons/<name>.md."""

from pathlib import Path

import streamlit as st

FOLDER = Path(__file__).parent.parent / "lessons"


def lesson(name: str, title: str = "What to notice") -> None:
    """A lesson, folded away until it is wanted."""
    with st.expander(title, icon=":material/school:"):
        st.markdown((FOLDER / f"{name}.md").read_text(encoding="utf-8"))
