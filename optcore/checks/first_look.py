"""The first look: one rule at the h that was asked for, and what stands in its way."""

from collections.abc import Generator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from optcore.checks.kinks import Crossing, crossings
from optcore.checks.measurement import VALUE_ROUNDING, Measurement, norm, summed_rounding
from optcore.checks.numeric_grad import NumericGrad, numeric_grad_steps, shaken, value_noise
from optcore.derivatives.differences import Difference
from optcore.objective import Objective

# The worst components whose own noise is measured, and those looked at for kinks.
FEW, MANY = 4, 64
# Values that scatter by more than this many eps |f| have lost digits inside the objective.
CANCELLED = 8.0


@dataclass(frozen=True, eq=False)
class FirstLook:
    """`measured` is the gradient by `rule`, `numeric` the differences it was made from.

    `roundoff` and `truncation` (n,) are the two parts of its floor that h decides.
    """

    objective: Objective
    point: np.ndarray
    rule: Difference
    numeric: NumericGrad
    measured: Measurement
    roundoff: np.ndarray
    truncation: np.ndarray

    def kinks(self, part: slice) -> tuple[Crossing, ...]:
        """The crossings within what D_2h reaches of a block's worst components, nearest first.

        The complex step leaves the real line and crosses only what it starts from.
        """
        reach = 2 * max(abs(offset) for offset in self.rule.offsets)
        worst = self._worst(part, MANY)
        found = crossings(self.objective, self.point, worst, reach * self.numeric.h[worst])
        return tuple(sorted(found.values(), key=lambda crossing: crossing.gap))

    def noise(self, part: slice) -> float:
        """The rounding error of one value as measured, in units of eps |f|."""
        worst, unit = self._worst(part, FEW), self._unit
        heard = value_noise(self.objective, self.point, self.numeric.h[worst], worst)
        known = heard[np.isfinite(heard)]
        return max(self.numeric.noise, *known, unit) / unit if unit else 1.0

    def cause(self, part: slice, noise: float) -> str:
        """Why a block that is right did not look right: its values or its h."""
        roundoff = norm(self.roundoff[part] + self.measured.rounding[part])
        heard = VALUE_ROUNDING * self.rule.roundoff * noise * self._unit / self.numeric.h[part]
        difference = norm(self.measured.difference[part])
        if difference > max(roundoff, norm(heard)) or norm(self.truncation[part]) > roundoff:
            return "truncation"
        return self.rounding_cause(noise)

    def rounding_cause(self, noise: float) -> str:
        """Whether the values are rounded only, or have lost more digits than that."""
        return "cancellation" if noise > CANCELLED else "round-off"

    @cached_property
    def shaken(self) -> np.ndarray:
        """What the last digits of the point make of the gradient, (n,)."""
        return shaken(self.objective.grad, self.point)

    @property
    def _unit(self) -> float:
        return float(np.finfo(self.point.dtype).eps) * abs(self.numeric.value)

    def _worst(self, part: slice, many: int) -> np.ndarray:
        difference = np.nan_to_num(self.measured.difference[part], nan=np.inf)
        return part.start + np.argsort(-difference)[:many]


def first_look(
    objective, point, rule: Difference, h, analytic, blocks
) -> Generator[float, None, FirstLook]:
    """Difference every component of `point` (n,) at steps h (n,); yields the share done."""
    numeric = yield from numeric_grad_steps(objective, point, rule, h, np.arange(point.size))
    rounding = summed_rounding(analytic, blocks)
    # C eps |f| / h, with the rule's amplification.
    roundoff = VALUE_ROUNDING * rule.roundoff * numeric.noise / h
    # Richardson's estimate of the error of D_h.
    truncation = np.abs(numeric.fine - numeric.coarse) / (2**rule.order - 1)
    way = f"the {rule.name.lower()} rule"
    measured = Measurement(way, analytic, numeric.fine, rounding, rounding + roundoff + truncation)
    return FirstLook(objective, point, rule, numeric, measured, roundoff, truncation)
