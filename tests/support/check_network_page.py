"""Visits to the Check a network page as the server sees them."""

from streamlit.testing.v1 import AppTest
from visits import visit

from ui.lessons import lessons

STATES = {lesson.title: lesson.state for lesson in lessons("check_network")}
CONVICTED = ("wrong", "suspicious")


def opened(**parameters) -> AppTest:
    return visit(parameters, "check_network")


def shown(app: AppTest):
    """The result that the page draws."""
    return app.session_state["state.check_network"]["result"]


def scenario(name: str, **changes):
    link = STATES[name]
    return shown(opened(**{**link, **changes}))


def said(app: AppTest) -> str:
    return " ".join(each.value for each in (*app.error, *app.warning, *app.success, *app.info))


def menu(app: AppTest, label: str):
    return next(each for each in app.selectbox if each.label == label)


def button(app: AppTest, label: str):
    return next(each for each in app.button if each.label.startswith(label))
