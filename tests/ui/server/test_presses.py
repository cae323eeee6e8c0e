"""A run that is overtaken before its callbacks were called has called them all the same."""

import pytest
from streamlit.runtime.state import SessionState
from streamlit.runtime.state.safe_session_state import SafeSessionState

from ui.server.presses import keep_presses


class OvertakenError(Exception):
    """What a look at a newer request raises."""


class Pressed(SessionState):
    """Calls one callback, which uses the state of its session."""

    def on_script_will_rerun(self, fresh_widget_states, **how) -> None:
        self.session["pressed"] = fresh_widget_states


def overtaken() -> None:
    raise OvertakenError


@pytest.fixture
def as_before(monkeypatch):
    """What stands in Streamlit is put back at the end."""
    name = "on_script_will_rerun"
    monkeypatch.setattr(SafeSessionState, name, getattr(SafeSessionState, name))


def test_a_press_is_not_lost_with_the_run_that_it_began(as_before):
    keep_presses()
    state = Pressed()
    state.session = session = SafeSessionState(state, overtaken)
    session.on_script_will_rerun("here", replay_trigger_states=None)
    with pytest.raises(OvertakenError):
        session["pressed"]
    assert state["pressed"] == "here"


def test_the_app_keeps_every_press(as_before):
    import app

    assert app.app
    assert SafeSessionState.on_script_will_rerun.__module__ == keep_presses.__module__
