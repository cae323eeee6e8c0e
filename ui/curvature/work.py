"""Draws random matrices where it is asked to: told on the way, stopped at will."""

from collections.abc import Generator

import streamlit as st

from optcore.curvature.shares import SpectrumSample, sampled_spectra
from ui import frame, work
from ui.address import Address
from ui.state import PageState

SAMPLES = 100_000
NAME = "matrices"


def samples(state: Address) -> dict[int, SpectrumSample]:
    """What has been drawn in this session, by the number of eigenvalues."""
    return state.memory.setdefault("samples", {})


def offer(state: PageState, place) -> None:
    """A button that draws matrices of the order on the slider; in `place` what it has come to."""
    n = int(state["spectrum.n"])
    st.button(f"Draw {SAMPLES:,} matrices", icon=":material/casino:",
              on_click=work.ask, args=(state, NAME, n))  # fmt: skip
    if work.asked(state, NAME, n):
        with place, frame.status("matrices"):
            work.carry_out(_draw(state, n), lambda: work.stop(state, NAME, n))
        work.stop(state, NAME, n)


def _draw(state: PageState, n: int) -> Generator[tuple[float, str], None, None]:
    """A person who stops or leaves keeps what was drawn by then."""
    for part in sampled_spectra(n, SAMPLES):
        samples(state)[n] = part
        yield part.done / part.total, f"n = {n}: {part.done:,} of {part.total:,}"
