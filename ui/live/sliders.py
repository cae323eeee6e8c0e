"""Sliders that report while they move, made from knobs; a stage holds them."""

from dataclasses import dataclass

from ui.live.wire import Kept


@dataclass(frozen=True)
class Board:
    """Groups of sliders at `values` (id -> number).

    A group has title, colour and knobs; a knob has id, label, symbol, low, high, least (the
    smallest number above 0 that its log scale shows), scale, whole and initial. On a stage a
    board stands beside the panels or below them.
    """

    groups: Kept
    values: dict[str, float]
    below: bool = False
