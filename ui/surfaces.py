"""What pages that show a loss surface share: a formula of one's own, a point on it, its ground."""

from dataclasses import dataclass, make_dataclass
from functools import lru_cache

from optcore.knobs import knob
from ui.cache import cached
from ui.ground import CELLS, FINER, Ground, ground

FORMULA = "sin(x) * cos(y) + (x^2 + y^2) / 10"


@dataclass(frozen=True)
class OwnFunction:
    """Stands for the formula field in the list of surfaces."""

    name: str = "Your own function"
    lesson: str = ""


@dataclass(frozen=True)
class Reach:
    """How far a formula of one's own is drawn: from -reach to reach on both axes."""

    reach: float = knob(3.0, 0.1, 100.0, scale="log", symbol="")


@lru_cache(maxsize=64)
def point_dial(window, point):
    """A point as two knobs over a window."""
    fields = [
        (axis, float, knob(float(at), float(low), float(high), symbol=""))
        for axis, at, (low, high) in zip("xy", point, window, strict=True)
    ]
    return make_dataclass("Point", fields, frozen=True)()


@cached
def ground_of(surface, cells: int = CELLS, finer: int = FINER) -> Ground:
    """The surface's grid, worked out once for all who look at it."""
    return ground(surface, cells, finer)


def shape(surface) -> float:
    """Width to height at which the ground is drawn, between upright and twice as wide as high."""
    (x_low, x_high), (y_low, y_high) = surface.window
    return min(max((x_high - x_low) / (y_high - y_low), 0.8), 1.6)
