"""Descending: the loop, the run it leaves, schedules, disturbances, sweeps, and its speed."""

from optcore.descent.batches import Batches
from optcore.descent.delay import Delay, delay_limit, delay_roots
from optcore.descent.disturbance import CLIPPINGS, ClipNorm, ClipValue, GradientNoise
from optcore.descent.loop import descend
from optcore.descent.run import Run
from optcore.descent.schedules import SCHEDULES, RobbinsMonro, Schedule
from optcore.descent.setting import MOST_STEPS
from optcore.descent.sweep import best_rate

_ENTRIES = {type(entry).__name__: type(entry) for entry in SCHEDULES}
globals().update(_ENTRIES)

__all__ = [
    "CLIPPINGS", "MOST_STEPS", "SCHEDULES", "Batches", "ClipNorm", "ClipValue", "Delay",
    "GradientNoise", "RobbinsMonro", "Run", "Schedule", "best_rate", "delay_limit",
    "delay_roots", "descend", *_ENTRIES,
]  # fmt: skip
