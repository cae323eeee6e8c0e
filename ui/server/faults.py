"""Faults that are sentences for a visitor, said on the page instead of a traceback."""

import logging

import streamlit as st

from ui.cache import CrowdedError


def log_faults_only() -> None:
    """Keeps what is said to a visitor out of the log: Streamlit (1.67) writes it there, with a
    traceback, before it asks `said`, and who is turned away again and again would fill a disk."""
    logging.getLogger("streamlit.error_util").addFilter(_is_fault)


def _is_fault(record: logging.LogRecord) -> bool:
    return not (record.exc_info and isinstance(record.exc_info[1], CrowdedError))


def said(fault: Exception) -> bool:
    """Says a fault of that kind; False leaves it to Streamlit, which shows that there was one."""
    if not isinstance(fault, CrowdedError):
        return False
    st.warning(str(fault), icon=":material/hourglass_top:")
    st.button("Try again", key="fault.again")
    return True
