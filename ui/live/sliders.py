"""Sliders that report while they move, made from knobs; a stage holds them."""

from dataclasses import dataclass, field

from ui.live.wire import Kept


@dataclass(frozen=True)
class Board:
    """Sliders at `values`, which stand in the order of the knobs.

    `frame` has the `groups`: a group has title, colour and knobs; a knob has id, label, symbol,
    meaning, low, high, least (the smallest number above 0 that its log scale shows), scale, whole
    and initial. `ticks` marks what is known of a knob on its track: id -> list of `at`, `label`,
    `kind` ("curvature", "limit", "best", "first") and, if a formula says it, `rule`; without, all
    marks stay as they are.
    """

    frame: Kept
    values: list[float]
    ticks: dict[str, list[dict]] | None = field(default_factory=dict)
