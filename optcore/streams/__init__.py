"""Given streams of gradients, what an optimizer makes of them, and the laws that say it before."""

from optcore.streams.drift import drift, turning_beta2
from optcore.streams.kinds import STREAMS, Stream, play
from optcore.streams.laws import Law, closed_form, law_of
from optcore.streams.longest import LongestStep, longest_step
from optcore.streams.response import Response, respond

_ENTRIES = {type(entry).__name__: type(entry) for entry in STREAMS}
globals().update(_ENTRIES)

__all__ = [
    "STREAMS", "Law", "LongestStep", "Response", "Stream", "closed_form", "drift", "law_of",
    "longest_step", "play", "respond", "turning_beta2", *_ENTRIES,
]  # fmt: skip
