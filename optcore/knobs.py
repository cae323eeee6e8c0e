"""Knobs: dataclass fields that know their range, scale and symbol.

A surface's parameters and an optimizer's hyperparameters are plain dataclass fields.
Declaring one with `knob` attaches what a slider, a label and a URL need to know, so
none of these is ever written by hand.
"""

import dataclasses
import math
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Knob:
    """The default, range, scale and LaTeX symbol of one field; `sets` says what it is, where the
    words of a page do not."""

    default: float
    low: float
    high: float
    scale: Literal["linear", "log"]
    symbol: str
    whole: bool = False
    sets: str = ""

    @property
    def least(self) -> float:
        """The smallest number above 0 on a log scale that begins at 0 ("off")."""
        if self.low > 0:
            return self.low
        return min(self.high * 1e-6, self.default * 1e-3 if self.default > 0 else self.high)

    def admits(self, value: float) -> bool:
        """Whether a finite value lies in the range (both ends belong to it)."""
        return math.isfinite(value) and self.low <= value <= self.high


def knob(default, low, high, *, scale="linear", symbol, whole=False, sets=""):
    """A dataclass field that carries a `Knob`. A log knob may have low = 0: 0 is then "off"."""
    spec = Knob(default, low, high, scale, symbol, whole, sets)
    return dataclasses.field(default=default, metadata={"knob": spec})


def knobs(owner) -> dict[str, Knob]:
    """Field name -> Knob, in the order of definition, of a dataclass or an instance of it."""
    fields = dataclasses.fields(owner)
    return {f.name: f.metadata["knob"] for f in fields if "knob" in f.metadata}
