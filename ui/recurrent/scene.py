"""What a view of the page puts on the stage."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from ui.live.stage import Clock, Handle, Panel
from ui.prose import csv_text

Facts = Mapping[str, float | str | None]


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


def as_csv(columns: Mapping[str, Iterable[Any]]) -> str:
    """Columns as CSV, their names first; shorter ones end in empty cells."""
    return csv_text([*columns], zip_longest(*columns.values(), fillvalue=""))
