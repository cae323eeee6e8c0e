"""A press that is followed at once by another is not lost."""

from streamlit.runtime.state.safe_session_state import SafeSessionState


def keep_presses() -> None:
    """Has the callbacks of a run called to their end, whatever the browser has said since.

    Streamlit (1.67) looks for a newer request before it calls them and at every use of the session
    state within them. A run that is given up there takes with it the press it had come for, which
    the newer request does not hold any more. It looks again as soon as they have returned.
    """
    SafeSessionState.on_script_will_rerun = _undisturbed


def _undisturbed(self: SafeSessionState, *states, **how) -> None:
    with self._lock:
        look = self._yield_callback
        object.__setattr__(self, "_yield_callback", lambda: None)
        try:
            self._state.on_script_will_rerun(*states, **how)
        finally:
            object.__setattr__(self, "_yield_callback", look)
