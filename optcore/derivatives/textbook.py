"""The textbook's way to check one derivative: shrink h tenfold and look at the ratio."""

from dataclasses import dataclass

import numpy as np

from optcore.derivatives.differences import CENTRAL, FORWARD, Difference, check_step, evaluate
from optcore.derivatives.error_model import NotFiniteError, exact_derivative, roundoff_model

FALLS = 30.0


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
    """What the test of one derivative found: `verdict` is "right", "smaller h", "wrong" or
    "inconclusive"; `error` and `smaller_error` are |numeric - analytic| at h and h/10, `ratio`
    the first over the second, `roundoff` the rounding to expect at h/10."""

    analytic: float
    h: float
    numeric: float
    error: float
    smaller_numeric: float
    smaller_error: float
    ratio: float
    roundoff: float
    verdict: str

    @property
    def sentence(self) -> str:
        start = (
            f"|numeric - analytic| = |{self.numeric:.9g} - {self.analytic:.9g}| = {self.error:.2e}"
        )
        if self.verdict == "right":
            return f"{start} is not above h = {self.h:.1e}: the derivative is right."
        fall = (
            f"{start} exceeds h = {self.h:.1e}; at h/10 it is {self.smaller_error:.2e}, "
            f"{self.ratio:.3g} times less"
        )
        meaning = {
            "smaller h": ". A fall of about 100 is truncation: the third derivative is large, "
            "and a smaller h will do.",
            "wrong": ". Truncation would have fallen about 100 times, so the derivative is wrong: "
            f"it should be near {self.smaller_numeric:.6g}.",
            "inconclusive": f", but round-off alone may be {self.roundoff:.1e} there: h is too "
            "small to tell. Take a larger h.",
        }
        return fall + meaning[self.verdict]


def textbook_test(function, analytic, x, h, rule: Difference = CENTRAL) -> TextbookTest:
    """Test the claim that f'(x) is `analytic` (a number or a function of x) with step h.

    Right if |numeric - analytic| <= h. If not, h/10 decides: an error that falls about
    10^order times is truncation ("smaller h"); one that stays is a "wrong" derivative, unless
    round-off explains it ("inconclusive"). Raises StepError for an unusable h, NotFiniteError
    where the function, its derivative or the difference is not finite.
    """
    x = np.float64(x)
    check_step(rule, x, [h, h / 10], np.float64)
    exact_derivative(function, x)
    claim = float(analytic(x) if callable(analytic) else analytic)
    steps = np.array([h, h / 10])
    with np.errstate(all="ignore"):
        numeric = rule.estimate(lambda points: evaluate(function, points), x, steps)
        error = np.abs(numeric - claim)
        roundoff = float(roundoff_model(rule, function, x, steps)[1])
    if not np.all(np.isfinite(numeric)):
        raise NotFiniteError(
            f"With h = {h:g} the rule looks where the function has no finite value, so there is "
            "nothing to compare with. Take a smaller h."
        )
    ratio = float(error[0] / error[1]) if error[1] > 0 else np.inf
    return TextbookTest(
        analytic=claim,
        h=float(h),
        numeric=float(numeric[0]),
        error=float(error[0]),
        smaller_numeric=float(numeric[1]),
        smaller_error=float(error[1]),
        ratio=ratio,
        roundoff=roundoff,
        verdict=textbook_verdict(error, h, ratio, roundoff, rule.order),
    )


def textbook_verdict(error, h, ratio, roundoff, order) -> str:
    if error[0] <= h:
        return "right"
    if error[1] <= 2 * roundoff:
        return "inconclusive"
    return "smaller h" if ratio > FALLS ** (order / 2) else "wrong"
