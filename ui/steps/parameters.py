"""What the address of the Steps page may say."""

from collections.abc import Mapping
from dataclasses import dataclass

from optcore.descent.schedules import SCHEDULES
from optcore.knobs import knob, knobs
from optcore.optimizers import OPTIMIZERS
from optcore.optimizers.misprints import MISPRINTS
from optcore.streams import STREAMS
from optcore.streams.kinds import DrawnStream
from ui.lessons import lesson_row
from ui.parameters import (
    Parameter,
    choice,
    choices,
    chosen,
    sliders,
    sliders_of_each,
    step,
    switch,
)
from ui.steps.drawing import MOST, read, written

PLAYERS = tuple(each for each in (*OPTIMIZERS, *MISPRINTS) if each.follows_gradients)
SILENT = tuple(each for each in OPTIMIZERS if not each.follows_gradients)
FIRST_FOUR = ("Momentum", "AdaGrad", "RMSProp", "Adam")
RATE, MEMORY, ANGLE, LONGEST, DRIFT = VIEWS = (
    "Rate and way", "Memory", "Angle and path", "Longest step", "Drift and place",
)  # fmt: skip
LINEAR, LOG = AXES = ("Linear", "Log")


@dataclass(frozen=True)
class Alone:
    """No second coordinate."""

    name: str = "One coordinate"


@dataclass(frozen=True)
class Same:
    """The second coordinate hears the first one's stream, at its own scale."""

    name: str = "The same"


ALONE, SAME = Alone(), Same()
DRAWN = next(stream for stream in STREAMS if isinstance(stream, DrawnStream))
SECONDS = (ALONE, SAME, *(stream for stream in STREAMS if not isinstance(stream, DrawnStream)))


@dataclass(frozen=True)
class Length:
    """How many gradients are played."""

    steps: int = knob(100, 5, MOST, scale="log", symbol="T", whole=True)


@dataclass(frozen=True)
class Scale:
    """How large the gradients of the second coordinate are, beside its stream."""

    second: float = knob(0.1, 1e-3, 1e3, scale="log", symbol="")


@dataclass(frozen=True, kw_only=True)
class Drawing(Parameter):
    """Gradients drawn by hand, in units of their largest, -1 to 1.

    A hand that draws on another stream makes it a drawn one, at the size it was drawn in.
    """

    def moved(self, report: Mapping, state) -> dict:
        drawn = report.get("drawn")
        if not isinstance(drawn, Mapping):
            return {}
        values = drawn.get("values")
        if not isinstance(values, list) or not 0 < len(values) <= MOST:
            return {}
        if not all(_number(value) and abs(value) <= 1 for value in values):
            return {}
        size, top = knobs(DrawnStream)["size"], drawn.get("top")
        if not (_number(top) and size.admits(top)):
            return {}
        # As the address will say it, so that a link shows the very same.
        kept = read(written(values))
        return {self.name: kept, "stream": DRAWN, "stream.size": float(f"{top:.3g}")}


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value


PARAMETERS = (
    lesson_row("steps"),
    choice("stream", STREAMS, resets=("at",)),
    choice("second", SECONDS, resets=("at",)),
    choices("play", PLAYERS, [each for each in PLAYERS if each.name in FIRST_FOUR]),
    choice("view", VIEWS),
    choice("axis", AXES),
    switch("law", True),
    choice("schedule", SCHEDULES),
    choice("inspect", PLAYERS, among=lambda state: state["play"]),
    Drawing(name="drawn", parse=read, write=written, default=(),
            when=chosen("stream", DRAWN)),
    step(MOST),
    *sliders_of_each(PLAYERS),
    sliders("length", Length()),
    sliders("stream", *STREAMS),
    sliders("second", *STREAMS),
    sliders("scale", Scale()),
    sliders("schedule", *SCHEDULES),
)  # fmt: skip
