"""Faults that are sentences for a visitor, said on the page instead of a traceback."""

import streamlit as st

from ui.cache import CrowdedError


def said(fault: Exception) -> bool:
    """Says a fault of that kind; False leaves it to Streamlit, which shows that there was one."""
    if not isinstance(fault, CrowdedError):
        return False
    st.warning(str(fault), icon=":material/hourglass_top:")
    st.button("Try again", key="fault.again")
    return True
