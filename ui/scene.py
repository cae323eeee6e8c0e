"""What one view of a page puts on its stage, for pages that have several views."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

import streamlit as st

from ui.lesson_file import Facts
from ui.lessons import telling
from ui.live.stage import Clock, Handle, Panel, stage
from ui.prose import csv_text
from ui.state import PageState
from ui.written_out import written_out


@dataclass(frozen=True)
class Scene:
    """Panels and what goes with them. `words`, `table` and `facts` are asked for once a hand
    rests; `columns_of` gives the numbers by name, a row for each step, and `program` a short one
    that works them out again, where a person wants to take them along."""

    panels: list[Panel]
    boards: list
    words: Callable[[], str | Sequence[str]]
    table: Callable[[], str]
    facts: Callable[[], Facts]
    columns_of: Callable[[], Mapping[str, Iterable[Any]]]
    program: Callable[[], str]
    clock: Clock | None = None
    handles: Sequence[Handle] = field(default_factory=list)
    legend: Sequence[dict] = field(default_factory=list)
    columns: str = "minmax(0, 1fr) minmax(0, 1fr)"

    def alone(self) -> str:
        """The program with what it takes from optcore written out in it."""
        return written_out(self.program())


def show(scene: Scene, state: PageState) -> None:
    """Puts a scene on the stage of its page."""
    stage(
        scene.panels,
        key=f"{state.page}.stage",
        clock=scene.clock,
        handles=scene.handles,
        legend=scene.legend,
        boards=scene.boards,
        words=scene.words() if state.settled else None,
        table=scene.table() if state.settled else None,
        lesson=telling(state, scene.facts),
        columns=scene.columns,
        on_change=state.take,
        live=not state.settled,
    )


def downloads(scene: Scene, page: str) -> None:
    """The numbers of the view as CSV, and a program that works them out again."""
    with st.container(horizontal=True):
        st.download_button("CSV", lambda: as_csv(scene.columns_of()), f"{page}.csv", "text/csv",
                           on_click="ignore", icon=":material/download:")  # fmt: skip
        st.download_button("Program", scene.alone, f"{page}.py", on_click="ignore",
                           icon=":material/download:")  # fmt: skip


def as_csv(columns: Mapping[str, Iterable[Any]]) -> str:
    """Columns as CSV, their names first; shorter ones end in empty cells."""
    return csv_text([*columns], zip_longest(*columns.values(), fillvalue=""))
