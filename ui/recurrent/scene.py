"""What a view of the page puts on the stage."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from ui.live.stage import Clock, Handle, Panel

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


def listed(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table as HTML; the first cell of a row names it. Nothing in it was typed by anyone."""
    head = "".join(f'<th scope="col">{text}</th>' for text in heads)
    body = "".join(
        f'<tr><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in rest)}</tr>'
        for first, *rest in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def as_csv(columns: Mapping[str, Iterable[Any]]) -> str:
    """Columns as CSV, its header first; shorter ones end in empty cells."""
    text = io.StringIO()
    sheet = csv.writer(text, lineterminator="\n")
    sheet.writerow(columns)
    for row in zip_longest(*columns.values(), fillvalue=""):
        sheet.writerow([cell if cell == "" else float(cell) for cell in row])
    return text.getvalue()


def number(value: float) -> str:
    """Three digits, one minus, and no more zeros than needed."""
    if value != value:
        return "–"
    if value in (float("inf"), float("-inf")):
        return "∞" if value > 0 else "−∞"
    return f"{value + 0.0:.3g}".replace("-", "−")
