"""Descending: the loop, the run it leaves, schedules, disturbances, sweeps, and its speed."""

from optcore.descent.disturbance import CLIPPINGS, ClipNorm, ClipValue, GradientNoise
from optcore.descent.loop import MOST_STEPS, descend
from optcore.descent.run import Run
from optcore.descent.schedules import SCHEDULES, Schedule
from optcore.descent.sweep import best_rate

_ENTRIES = {type(entry).__name__: type(entry) for entry in SCHEDULES}
globals().update(_ENTRIES)

__all__ = [
    "CLIPPINGS", "MOST_STEPS", "SCHEDULES", "ClipNorm", "ClipValue", "GradientNoise", "Run",
    "Schedule", "best_rate", "descend", *_ENTRIES,
]  # fmt: skip
