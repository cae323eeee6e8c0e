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
    that works them out again, where a person wants to take them along and there is one."""

    panels: list[Panel]
    boards: list
    words: Callable[[], str | Sequence[str]]
    table: Callable[[], str]
    facts: Callable[[], Facts]
    columns_of: Callable[[], Mapping[str, Iterable[Any]]] | None
    program: Callable[[], str] | None
    clock: Clock | None = None
    handles: Sequence[Handle] = field(default_factory=list)
    legend: Sequence[dict] = field(default_factory=list)
    columns: str = "minmax(0, 1fr) minmax(0, 1fr)"

    def csv(self) -> str:
        return as_csv(self.columns_of()) if self.columns_of else ""

    def alone(self) -> str:
        """The program with what it takes from optcore written out in it."""
        return written_out(self.program()) if self.program else ""


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


def downloads(scene: Scene, name: str) -> None:
    """The numbers of the view as CSV, and a program that works them out again, as far as it has
    them; `name` is that of the files."""
    with st.container(horizontal=True):
        if scene.columns_of:
            st.download_button("CSV", scene.csv, f"{name}.csv", "text/csv",
                               on_click="ignore", icon=":material/download:")  # fmt: skip
        if scene.program:
            st.download_button("Program", scene.alone, f"{name}.py", on_click="ignore",
                               icon=":material/download:")  # fmt: skip


def as_csv(columns: Mapping[str, Iterable[Any]]) -> str:
    """Columns as CSV, their names first; shorter ones end in empty cells."""
    return csv_text([*columns], zip_longest(*columns.values(), fillvalue=""))
