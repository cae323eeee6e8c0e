"""Work that takes longer than a look: told on its way, stopped at will, begun when asked for."""

from collections.abc import Callable, Generator
from time import monotonic
from typing import Any

import streamlit as st

from ui.live.turn import give_way, turn
from ui.live.visit import visit
from ui.state import PageState

# Seconds before a bar appears, and between two things it tells.
QUIET, TELL = 0.35, 0.1


def carry_out(
    steps: Generator[tuple[float, str], None, Any],
    stop: Callable[[], None] | None = None,
    label: str = "Stop",
) -> Any:
    """Runs work to its end and returns what it makes.

    It yields the share that is done and a text that says so. Work that is not done at once gets
    a bar, and a button where `stop` is a callback that keeps the next run from beginning it anew.
    It takes turns with the long work of other visitors.
    """
    with turn(account=visit().account):
        return _carry_out(steps, stop, label)


def _carry_out(steps, stop, label) -> Any:
    place, bar = st.empty(), None
    begun = told = monotonic()
    try:
        while True:
            share, text = next(steps)
            give_way()
            now = monotonic()
            if now - begun < QUIET or now - told < TELL:
                continue
            told = now
            if bar is None:
                bar = _bar(place, stop, label)
            bar.progress(min(share, 1.0), text)
    except StopIteration as end:
        place.empty()
        return end.value
    except Exception:
        place.empty()
        raise


def _bar(place, stop: Callable[[], None] | None, label: str):
    with place.container(horizontal=True, vertical_alignment="center"):
        bar = st.progress(0.0)
        if stop is not None:
            st.button(label, on_click=stop, icon=":material/stop:")
    return bar


# ------------------------------------------------------------------ what a person has said


def ask(state: PageState, name: str, what: Any) -> None:
    """A callback: the person wants this work done, however long it takes."""
    state.memory.setdefault("work", {})[name] = ("asked", what)


def stop(state: PageState, name: str, what: Any) -> None:
    """A callback: the person wants this work no longer."""
    state.memory.setdefault("work", {})[name] = ("stopped", what)


def asked(state: PageState, name: str, what: Any) -> bool:
    return state.memory.get("work", {}).get(name) == ("asked", what)


def stopped(state: PageState, name: str, what: Any) -> bool:
    return state.memory.get("work", {}).get(name) == ("stopped", what)
