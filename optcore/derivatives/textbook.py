"""The textbook's way to check one derivative: shrink h tenfold and look at the ratio."""

from dataclasses import dataclass

import numpy as np

from optcore.derivatives.differences import (
    CENTRAL,
    FORWARD,
    Difference,
    StepError,
    check_step,
    evaluate,
)
from optcore.derivatives.error_model import NotFiniteError, exact_derivative, roundoff_model

FALLS = 30.0
# No truncation falls by more when h shrinks tenfold.
JUMPED = 1e7
# A claim this close to the exact value, relative to it, is that value as far as it was typed.
AGREES = 1e-9
# Decades of h below the one asked for in which a conviction is looked for.
LOOKS = 16
TRIED = "1, 2 and 5 times powers of ten"


@dataclass(frozen=True, eq=False)
class StepTable:
    """A row per h: forward and central estimates, their errors and ratios to the row above.

    Arrays (m,). A ratio is the error of the row above over the row's own: about 10 for the
    forward rule and 100 for the central one while truncation rules; nan in the first row and
    where an error is 0.
    """

    h: np.ndarray
    forward: np.ndarray
    forward_error: np.ndarray
    forward_ratio: np.ndarray
    central: np.ndarray
    central_error: np.ndarray
    central_ratio: np.ndarray


def step_table(function, x, hs=None, dtype=np.float64) -> StepTable:
    """The table for h = 1, 0.1, ... 1e-16 (or `hs`) at x in `dtype`. Raises NotFiniteError."""
    h = np.logspace(0, -16, 17) if hs is None else np.asarray(hs, dtype=np.float64)
    x = np.dtype(dtype).type(x)
    exact = exact_derivative(function, x)
    columns = []
    for rule in (FORWARD, CENTRAL):
        with np.errstate(all="ignore"):
            estimate = np.float64(rule.estimate(function, x, h))
        error = np.abs(estimate - exact)
        columns += [estimate, error, ratio_to_previous(error)]
    return StepTable(h, *columns)


def ratio_to_previous(error) -> np.ndarray:
    ratio = np.full(error.shape, np.nan)
    np.divide(error[:-1], error[1:], out=ratio[1:], where=(error[1:] > 0) & (error[:-1] > 0))
    return ratio


@dataclass(frozen=True)
class TextbookTest:
    """What the test of one derivative found, beside what it cannot know.

    `verdict` is "passes", "smaller h", "wrong" or "inconclusive"; `error` and `smaller_error`
    are |numeric - analytic| at h and h/10, `ratio` the first over the second, `roundoff` the
    rounding to expect at h/10. A claim that passes is not refuted, and no more: it may be off by
    up to about h. `exact` is the derivative itself, and `notices` the largest h of 1, 2 or 5
    times a power of ten below this one at which the test convicts the claim; nan where none does.
    """

    analytic: float
    h: float
    numeric: float
    error: float
    smaller_numeric: float
    smaller_error: float
    ratio: float
    roundoff: float
    verdict: str
    exact: float
    notices: float

    @property
    def off(self) -> float:
        """|analytic - exact|."""
        return abs(self.analytic - self.exact)

    @property
    def agrees(self) -> bool:
        """Whether the claim is the exact value to rounding."""
        return self.off <= AGREES * abs(self.exact)

    @property
    def sentence(self) -> str:
        return f"{self._found} {self._truth}"

    @property
    def _found(self) -> str:
        start = (
            f"|numeric - analytic| = |{self.numeric:.9g} - {self.analytic:.9g}| = {self.error:.2e}"
        )
        if self.verdict == "passes":
            return f"{start} is not above h = {self.h:.1e}, so the test cannot refute the claim."
        fall = f"{start} exceeds h = {self.h:.1e}; at h/10 it is {self.smaller_error:.2e}"
        if self.ratio < np.inf:
            fall += f", {_less(self.ratio)}"
        return (
            fall
            + {
                "smaller h": f". {self._why_it_fell}, and a smaller h will do.",
                "wrong": ". Truncation would have fallen about 100 times, so the claim fails: "
                f"the derivative should be near {self.smaller_numeric:.6g}.",
                "inconclusive": f", but round-off alone may be {self.roundoff:.1e} there: h is too "
                "small to tell. Take a larger h.",
            }[self.verdict]
        )

    @property
    def _why_it_fell(self) -> str:
        if self.ratio < JUMPED:
            return "A fall of about 100 is truncation: the third derivative is large"
        return "So far falls what came from a kink, or a bend as sharp, within h"

    @property
    def _truth(self) -> str:
        """How far the claim is from the exact value, which the test does not know."""
        if self.agrees:
            fooled = ", so here the test is wrong" if self.verdict == "wrong" else ""
            return f"It is the exact value, {self.exact:.9g}{fooled}."
        size = abs(self.exact)
        share = f" ({100 * self.off / size:.3g} %)" if size else ""
        text = f"The claim is off the exact value {self.exact:.9g} by {self.off:.2g}{share}"
        if self.verdict == "wrong":
            return f"{text}."
        if np.isnan(self.notices):
            return (
                f"{text}, and at none of the smaller h tried, {TRIED}, would the test notice: "
                "round-off hides it first."
            )
        return (
            f"{text}; of the smaller h tried, {TRIED}, the largest at which the test would notice "
            f"is {self.notices:.0e}."
        )


def textbook_test(
    function, analytic, x, h, rule: Difference = CENTRAL, dtype=np.float64
) -> TextbookTest:
    """Test the claim that f'(x) is `analytic` (a number or a function of x) with step h.

    It passes if |numeric - analytic| <= h, all calculated in `dtype`. If not, h/10 decides: an
    error that falls about 10^order times is truncation ("smaller h"); one that stays is a
    "wrong" derivative, unless round-off explains it ("inconclusive"). Raises StepError for an
    unusable h, NotFiniteError where the function, its derivative or the difference is not finite.
    """
    x = np.dtype(dtype).type(x)
    exact = exact_derivative(function, x)
    claim = float(analytic(np.float64(x)) if callable(analytic) else analytic)
    numeric, error, roundoff = compare(function, claim, x, h, rule)
    if not np.all(np.isfinite(numeric)):
        raise NotFiniteError(
            f"With h = {h:g} the rule looks where the function has no finite value, so there is "
            "nothing to compare with. Take a smaller h."
        )
    return TextbookTest(
        analytic=claim,
        h=float(h),
        numeric=float(numeric[0]),
        error=float(error[0]),
        smaller_numeric=float(numeric[1]),
        smaller_error=float(error[1]),
        ratio=fall(error),
        roundoff=roundoff,
        verdict=textbook_verdict(error, h, roundoff, rule.order),
        exact=exact,
        notices=noticed(function, claim, x, h, rule),
    )


def compare(function, claim, x, h, rule):
    """The estimates at h and h/10, how far each is from the claim, and the last one's rounding."""
    steps = np.array([h, h / 10], dtype=x.dtype)
    check_step(rule, x, steps, x.dtype)
    with np.errstate(all="ignore"):
        numeric = np.float64(rule.estimate(lambda points: evaluate(function, points), x, steps))
        return numeric, np.abs(numeric - claim), float(roundoff_model(rule, function, x, steps)[1])


def fall(error) -> float:
    return float(error[0] / error[1]) if error[1] > 0 else np.inf


def textbook_verdict(error, h, roundoff, order) -> str:
    if error[0] <= h:
        return "passes"
    if error[1] <= h / 10:
        # Where the rounding of h/10 is larger than the whole error, that it passes is luck.
        return "inconclusive" if roundoff >= error[0] else "smaller h"
    if error[1] <= 2 * roundoff:
        return "inconclusive"
    return "smaller h" if fall(error) > FALLS ** (order / 2) else "wrong"


def noticed(function, claim, x, h, rule) -> float:
    """The largest round h below `h` at which the test convicts the claim, or nan."""
    powers = np.floor(np.log10(h)) - np.arange(LOOKS)
    with np.errstate(over="ignore"):
        smaller = [digit * 10.0**power for power in powers for digit in (5, 2, 1)]
    for step in smaller:
        if step >= h:
            continue
        try:
            _, error, roundoff = compare(function, claim, x, step, rule)
        except StepError:
            break
        if textbook_verdict(error, step, roundoff, rule.order) == "wrong":
            return float(f"{step:.0e}")
    return np.nan


def _less(ratio: float) -> str:
    """What a difference has become, in words."""
    if f"{ratio:.3g}" == "1":
        return "as much as before"
    return f"{ratio:.3g} times less" if ratio > 1 else f"{1 / ratio:.3g} times as much"
