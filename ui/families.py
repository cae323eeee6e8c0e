"""Optimizers by family, a line each, to be ticked: what is QHM?"""

import sys
from collections.abc import Iterable, Iterator
from itertools import groupby

import streamlit as st

from optcore.optimizers import Optimizer
from ui.controls import changed, possible
from ui.parameters import slug
from ui.state import PageState


def families(optimizers: Iterable[Optimizer]) -> Iterator[tuple[str, list[Optimizer]]]:
    """Neighbours that one file defines, after the first line that it says of itself."""
    for module, family in groupby(optimizers, key=lambda each: type(each).__module__):
        doc = sys.modules[module].__doc__ or ""
        yield doc.partition("\n")[0].removesuffix("."), list(family)


def choose_by_family(state: PageState, name: str) -> None:
    """Ticks for the optimizers of a choice of several, whose own widget comes before them."""
    names = {each: f"{name}.{slug(each.name)}" for each in possible(state, name)}
    if state.memory.setdefault(_ticked(name), state[name]) != state[name]:
        # Chosen elsewhere: what the browser still says of a tick is said of the old ones.
        state.renew(names.values())
        state.memory[_ticked(name)] = state[name]
    for heading, family in families(names):
        st.caption(heading)
        for each in family:
            key, before = state.key_of(names[each]), each in state[name]
            st.session_state[key] = before
            st.checkbox(f"**{each.name}** {each.idea}", key=key, on_change=_take_tick,
                        args=(state, name, each, key, before))  # fmt: skip


def _ticked(name: str) -> str:
    """Where the choice is kept that the ticks show."""
    return f"ticked.{name}"


def _take_tick(state: PageState, name: str, optimizer: Optimizer, key: str, before: bool) -> None:
    """Adds an optimizer or takes it away; Streamlit may tell of a tick that is as it was."""
    own, after = (optimizer.name,), st.session_state.get(key, before)
    picked = changed(state, name, own if before else (), own if after else ())
    if picked != state[name]:
        state.put({name: picked})
        state.memory[_ticked(name)] = picked
