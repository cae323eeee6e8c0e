"""Optimizers by family, a line each, to be ticked: what is QHM?"""

import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

import streamlit as st

from optcore.optimizers import Optimizer
from ui.parameters import Choice, slug
from ui.state import PageState


def families(optimizers: Iterable[Optimizer]) -> Iterator[tuple[str, list[Optimizer]]]:
    """Neighbours that one file defines, after the first line that it says of itself."""
    for module, family in groupby(optimizers, key=lambda each: type(each).__module__):
        doc = sys.modules[module].__doc__ or ""
        yield doc.partition("\n")[0].removesuffix("."), list(family)


def choose_by_family(state: PageState, name: str) -> None:
    """Ticks for the optimizers of a choice of several, whose own widget comes before them."""
    names = {each: f"{name}.{slug(each.name)}" for each in _possible(state, name)}
    if state.memory.setdefault("ticked", state[name]) != state[name]:
        # Chosen elsewhere: what the browser still says of a tick is said of the old ones.
        state.renew(names.values())
        state.memory["ticked"] = state[name]
    for heading, family in families(names):
        st.caption(heading)
        for each in family:
            key, ticked = state.key_of(names[each]), each in state[name]
            st.session_state[key] = ticked
            st.checkbox(f"**{each.name}** {each.idea}", key=key, on_change=_take_tick,
                        args=(state, name, each, key, ticked))  # fmt: skip


def _possible(state: PageState, name: str) -> Sequence[Optimizer]:
    row = state.row(name)
    assert isinstance(row, Choice), f"{name} is no choice"
    return row.possible(state)


def _take_tick(state: PageState, name: str, optimizer: Optimizer, key: str, before: bool) -> None:
    """A tick that is not as it was shown `before` adds an optimizer or takes it away. Streamlit may
    tell of one that is, and of one that was there before this one."""
    ticked = st.session_state.get(key, before)
    if ticked == before:
        return
    state.put({
        name: tuple(each for each in _possible(state, name)
                    if (ticked if each == optimizer else each in state[name]))
    })  # fmt: skip
    state.memory["ticked"] = state[name]
