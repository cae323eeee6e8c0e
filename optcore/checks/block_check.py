"""The verdict on one block of a gradient.

The relative error is ||a - n|| / (||a|| + ||n||). The bands 1e-7 and 1e-4 are those of the
Stanford CS231n notes, read here as

    below 1e-7       right
    1e-7 to 1e-4     suspicious
    above 1e-4       wrong

An error that does not exceed its floor, what round-off and truncation can make of a right
gradient, is "inconclusive". All of this holds of the measurement that decides: the rule and h
that were asked for where these say "right", and else a second look (`second_look`). So a block
is never convicted by an h that is too large, too small or across a kink, at whatever size of
error; where a kink was the reason, the verdict is "kink": apart from it the block is right.
"""

from dataclasses import dataclass

import numpy as np

from optcore.checks.first_look import FirstLook
from optcore.checks.kinks import Crossing
from optcore.checks.measurement import VALUE_ROUNDING, Measurement, Reading

SEVERITY = ("right", "inconclusive", "kink", "suspicious", "wrong")
# The verdicts that convict.
WRONG = ("wrong", "suspicious")


@dataclass(frozen=True)
class Doubt:
    """What was in the way of the first look: "round-off", "cancellation", "truncation", "kink",
    "random", or "float32" for a gradient that is right in float64 and has lost its digits in the
    point's own type.

    `noise` is how well the values are known, in units of eps |f|; `kinks` are the crossings met,
    nearest first.
    """

    cause: str = ""
    noise: float = 1.0
    kinks: tuple[Crossing, ...] = ()

    def sentence(self, name: str, first: Reading) -> str:
        """What the rule that was asked for gave, without a full stop."""
        text = f"{name}: relative error {first.error:.1e} by {first.way}"
        return text + {
            "round-off": f", but round-off alone can make {first.floor:.1e}: the gradient "
            "here is too small for this h to tell",
            "cancellation": f", but digits cancel inside the loss: its values are known to "
            f"{self.noise:,.0f} times their rounding, which can make {first.floor:.1e}",
            "truncation": ", but it falls as h shrinks: that is truncation, this h is too large",
            "kink": f", but {self.kinks[0].sentence}" if self.kinks else "",
        }.get(self.cause, "")


@dataclass(frozen=True)
class BlockCheck:
    """The verdict on one block: right, inconclusive, kink, suspicious or wrong.

    `first` is the reading of the rule that was asked for, `second` that of the second look, or
    None where none was taken; `doubt` says why it was. `worst` is the component (an index of
    the whole point) with the largest |a - n|, `worst_error` that difference.
    """

    name: str
    part: slice
    first: Reading
    second: Reading | None
    verdict: str
    worst: int
    worst_error: float
    doubt: Doubt = Doubt()

    @property
    def decisive(self) -> Reading:
        """The reading that the verdict rests on."""
        return self.second or self.first

    @property
    def relative_error(self) -> float:
        """That of the decisive reading, over ||a|| + ||n||."""
        return self.decisive.error

    @property
    def floor(self) -> float:
        """That of the decisive reading, on the same axis; a convicted block lies above it."""
        return self.decisive.floor

    @property
    def cause(self) -> str:
        return self.doubt.cause

    @property
    def kinks(self) -> tuple[Crossing, ...]:
        return self.doubt.kinks

    @property
    def sentence(self) -> str:
        if self.second is None or self.verdict in WRONG:
            return self._plain
        return self.doubt.sentence(self.name, self.first) + self._settled(self.second)

    @property
    def _plain(self) -> str:
        text = f"{self.name}: relative error {self.relative_error:.1e}"
        if self.cause == "random":
            return f"{text}: no two evaluations agree."
        by = f" by {self.second.way}" if self.second else ""
        return f"{text}{by}, floor {self.floor:.1e}: {self.verdict}."

    def _settled(self, second: Reading) -> str:
        """What the second look made of it."""
        text = f". By {second.way} it is {second.error:.1e}"
        if self.cause == "float32":
            return f"{text}: right, but in float32 the gradient has lost its digits."
        if second.vanishes:
            return f". By {second.way} the gradient here is 0 to rounding: right."
        if self.verdict == "kink":
            return f"{text}: apart from the kink the block is right."
        if self.verdict == "inconclusive":
            return f"{text}, floor {second.floor:.1e}: inconclusive too."
        return f"{text}: right."


def check_block(
    first: FirstLook, second: Measurement | None, name: str, part: slice, *, random=False
) -> BlockCheck:
    """Judge one block. A `random` objective leaves every block inconclusive."""
    reading, again, measured = first.measured.read(part), None, first.measured
    verdict, doubt = reading.verdict, Doubt()
    if random:
        verdict, doubt = "inconclusive", Doubt("random")
    elif second is not None and verdict != "right":
        again, measured = second.read(part, last=True), second
        verdict, doubt = settle(first, second, part, reading, again)
    difference = np.abs(first.measured.analytic - measured.numeric)[part]
    worst = int(np.argmax(difference))
    return BlockCheck(
        name=name,
        part=part,
        first=reading,
        second=again,
        verdict=verdict,
        worst=part.start + worst,
        worst_error=float(difference[worst]),
        doubt=doubt,
    )


def settle(first: FirstLook, second: Measurement, part, reading, again) -> tuple[str, Doubt]:
    """The verdict once a second look was taken, and what was in the way of the first."""
    if again.verdict in WRONG:
        return again.verdict, Doubt()
    if again.verdict == "right" and lost_digits(first, second, part):
        return "inconclusive", Doubt("float32")
    noise = first.noise(part)
    if reading.verdict != "inconclusive" and (kinks := first.kinks(part)):
        verdict = "kink" if again.verdict == "right" else again.verdict
        return verdict, Doubt("kink", noise, kinks)
    cause = first.cause(part, noise) if again.verdict == "right" else first.rounding_cause(noise)
    return again.verdict, Doubt(cause, noise)


def lost_digits(first: FirstLook, second: Measurement, part) -> bool:
    """Whether a float32 gradient is further from the float64 one than its rounding."""
    if first.point.dtype == second.analytic.dtype:
        return False
    analytic = first.measured.analytic.astype(np.float64)
    own = first.measured.rounding + VALUE_ROUNDING * first.shaken
    narrow = Measurement("", analytic, second.analytic, own, own)
    return narrow.read(part).verdict in WRONG
