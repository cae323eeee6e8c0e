"""Visits to the Shrinking h page as the server sees them."""

from streamlit.testing.v1 import AppTest
from visits import visit

from ui.address import Address, empty
from ui.shrinking_h.parameters import PARAMETERS


def opened(**parameters) -> AppTest:
    return visit(parameters, "shrinking_h")


def said(app: AppTest) -> str:
    return " ".join(each.value for each in (*app.error, *app.warning, *app.success, *app.info))


def address(**texts: str) -> Address:
    """The state of a page that was opened with these parameters."""
    state = Address(PARAMETERS, empty())
    state.arrive(texts)
    return state
