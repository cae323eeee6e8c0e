"""What a view of the page puts on the stage."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ui.lessons import Facts
from ui.live.sliders import Board
from ui.live.stage import Clock, Handle, Panel


@dataclass(frozen=True)
class Scene:
    """Panels and what goes with them. `words`, `table` and `facts` are asked for once a hand
    rests, `sheet` (a CSV) and `program` where a person wants to take them along."""

    panels: list[Panel]
    boards: list[Board]
    words: Callable[[], str | Sequence[str]]
    table: Callable[[], str]
    facts: Callable[[], Facts]
    sheet: Callable[[], str]
    program: Callable[[], str]
    clock: Clock | None = None
    handles: Sequence[Handle] = field(default_factory=list)
    legend: Sequence[dict] = field(default_factory=list)
    columns: str = "minmax(0, 1fr)"
