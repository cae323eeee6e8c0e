"""Sliders that report while they move, made from knobs; a stage holds them."""

from dataclasses import dataclass

from ui.live.wire import Kept


@dataclass(frozen=True)
class Board:
    """Sliders at `values`, which stand in the order of the knobs.

    `frame` has the `groups`, and whether they stand `below` the panels instead of beside them.
    A group has title, colour and knobs; a knob has id, label, symbol, low, high, least (the
    smallest number above 0 that its log scale shows), scale, whole and initial.
    """

    frame: Kept
    values: list[float]
