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
    """Ticks for the optimizers of a choice of several, whose own widget follows them."""
    for heading, family in families(_possible(state, name)):
        st.caption(heading)
        for each in family:
            key = _key(state, name, each)
            st.session_state[key] = each in state[name]
            st.checkbox(f"**{each.name}** {each.idea}", key=key, on_change=_take_ticks,
                        args=(state, name))  # fmt: skip


def _possible(state: PageState, name: str) -> Sequence[Optimizer]:
    row = state.row(name)
    assert isinstance(row, Choice), f"{name} is no choice"
    return row.possible(state)


def _key(state: PageState, name: str, optimizer: Optimizer) -> str:
    return state.key_of(f"{name}.{slug(optimizer.name)}")


def _take_ticks(state: PageState, name: str) -> None:
    """Who is ticked is chosen: not turned over, for Streamlit may tell of a tick that stood."""
    chosen = state[name]
    state.put({
        name: tuple(each for each in _possible(state, name)
                    if st.session_state.get(_key(state, name, each), each in chosen))
    })  # fmt: skip
