"""The error of a difference against h: the V of truncation and round-off, measured."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from optcore.derivatives.differences import (
    Difference,
    StepTooSmallError,
    check_step,
    evaluate,
    in_spacing,
)
from optcore.derivatives.error_model import (
    exact_derivative,
    kink_distance,
    predicted_best_h,
    roundoff_model,
    truncation_model,
)

STEPS_PER_DECADE = 8
CLEAN = 10.0  # how many times one error must exceed the other for its branch to be clean
BRANCH_DECADES = 1.5  # the part of the truncation branch that is fitted, from its lower end
SHORTEST_DECADES = 0.5
ROUNDED = 2.0  # eps of the derivative by which two errors may differ and be as good
NEAR = 0.26  # decades each way in which the worst error counts: two steps of eight a decade


@dataclass(frozen=True, eq=False)
class ErrorCurve:
    """The error of one rule at one point for many h, with the theory beside it.

    All arrays are float64 and shaped like `h` (m,). `truncation` is the leading term
    c f^(k)(x) h^(k-1), `roundoff` the rounding of the values and of the points x + h. `lost`
    marks h below the spacing at x. `predicted_h` is the best h by theory (nan on a kink),
    `predicted_slope` is k - 1, or nan without truncation.
    """

    rule: Difference
    function: object
    x: float
    dtype: np.dtype
    derivative: float
    h: np.ndarray
    estimate: np.ndarray
    truncation: np.ndarray
    roundoff: np.ndarray
    lost: np.ndarray
    predicted_h: float
    predicted_slope: float

    @cached_property
    def error(self) -> np.ndarray:
        """|estimate - f'(x)|."""
        return np.abs(self.estimate - self.derivative)

    @property
    def total(self) -> np.ndarray:
        return self.truncation + self.roundoff

    @cached_property
    def snap(self) -> np.ndarray:
        """The grid a central estimate lives on: the spacing of floats at f(x), over 2h."""
        value = self.dtype.type(evaluate(self.function, self.dtype.type(self.x)))
        return np.float64(np.spacing(abs(value))) / (2 * self.h)

    @cached_property
    def kink_h(self) -> float:
        """The h beyond which the rule sees across a kink; infinite without one."""
        return kink_distance(self.rule, self.function, self.x)

    @cached_property
    def measured_h(self) -> float:
        """The best h by measurement."""
        rounding = ROUNDED * np.finfo(self.dtype).eps * abs(self.derivative)
        return measured_best_h(self.h, self.error, rounding)

    @property
    def measured_error(self) -> float:
        """The error at the measured best h."""
        return float(self.error[self.h == self.measured_h][0])

    @cached_property
    def truncation_branch(self) -> np.ndarray:
        """The points the truncation slope is fitted on, as booleans."""
        return truncation_branch(self.h, self.error, self.truncation, self.roundoff)

    @cached_property
    def truncation_slope(self) -> float:
        """The fitted slope where truncation rules, nan where that branch is too short."""
        return log_slope(self.h[self.truncation_branch], self.error[self.truncation_branch])

    @cached_property
    def roundoff_branch(self) -> np.ndarray:
        """The points the round-off slope is fitted on; none for a rule that subtracts nothing."""
        rules = roundoff_branch(self.error, self.truncation, self.roundoff, self.derivative)
        return rules & ~self.lost & bool(self.rule.weights)

    @cached_property
    def roundoff_slope(self) -> float:
        """The fitted slope where round-off rules, nan where that branch is too short."""
        return log_slope(self.h[self.roundoff_branch], self.error[self.roundoff_branch])

    def sentences(self) -> tuple[str, ...]:
        """What the curve shows, in words made from its numbers."""
        texts = (tell_best(self), tell_slopes(self), tell_kink(self), tell_lost(self))
        return tuple(sentence for sentence in texts if sentence)


def error_curve(rule: Difference, function, x, hs=None, dtype=np.float64) -> ErrorCurve:
    """Measure `rule` on `function` at x for every h and set the theory beside it.

    `function` has `value`, `derivative`, `derivative_n` and perhaps `kinks`; `hs` (m,)
    defaults to eight per decade from 1 to 1e-16. x and h are rounded to `dtype`, and the
    error is taken against the exact derivative at the rounded x. Raises NotFiniteError,
    StepError if an h is not positive, StepTooSmallError if every h is lost.
    """
    x = np.dtype(dtype).type(x)
    exact = exact_derivative(function, x)
    h, lost = usable_steps(rule, x, default_steps() if hs is None else np.atleast_1d(hs))
    with np.errstate(all="ignore"):
        roundoff = roundoff_model(rule, function, x, h)
        power, truncation = truncation_model(rule, function, x, h)
        return ErrorCurve(
            rule=rule,
            function=function,
            x=float(x),
            dtype=x.dtype,
            derivative=exact,
            h=np.asarray(h, float),
            estimate=np.asarray(rule.estimate(function, x, h), float),
            truncation=truncation,
            roundoff=roundoff,
            lost=lost,
            predicted_h=predicted_best_h(rule, function, x, h, truncation + roundoff, power),
            predicted_slope=power,
        )


def default_steps(low: int = -16, high: int = 0) -> np.ndarray:
    """h from 10^high down to 10^low, eight per decade."""
    return np.logspace(high, low, STEPS_PER_DECADE * (high - low) + 1)


def usable_steps(rule, x, h):
    """h in the float type of x, and which of it is lost in the spacing at x."""
    lost = np.zeros(h.shape, dtype=bool)
    try:
        check_step(rule, x, h, x.dtype)
    except StepTooSmallError:
        h = h.astype(x.dtype)
        lost = in_spacing(x, h)
        if lost.all():
            raise
    return h.astype(x.dtype), lost


def measured_best_h(h, error, rounding) -> float:
    """The largest h around which the worst error, a quarter decade each way, is least.

    One h can be exact by luck; its neighbourhood cannot. `rounding` is the error below which
    two h are as good as each other.
    """
    error = np.where(np.isfinite(error), error, np.inf)
    near = np.abs(np.log10(h)[:, None] - np.log10(h)) < NEAR
    worst = np.max(np.where(near, error, 0), axis=1)
    return float(np.max(h[worst <= np.min(worst) + rounding]))


def truncation_branch(h, error, truncation, roundoff) -> np.ndarray:
    """The lowest stretch of h on which truncation rules and its leading term is most of it."""
    with np.errstate(invalid="ignore"):
        clean = (truncation > CLEAN * roundoff) & (error > CLEAN * roundoff)
        clean &= (error < 2 * truncation) & (truncation < 2 * error)
    if not clean.any():
        return clean
    return clean & (h <= np.min(h[clean]) * 10**BRANCH_DECADES)


def roundoff_branch(error, truncation, roundoff, exact) -> np.ndarray:
    """Where round-off rules and the estimate still has a digit: below, the error is |f'|."""
    with np.errstate(invalid="ignore"):
        return (roundoff > CLEAN * truncation) & (CLEAN * roundoff < abs(exact)) & (error > 0)


def log_slope(h, error) -> float:
    """The median slope over pairs of points on log-log axes (Theil and Sen), or nan.

    The median keeps one lucky cancellation from tilting the line. Only pairs at least a
    third of the whole range apart count, since close ones measure noise.
    """
    x, y = np.log10(h), np.log10(error)
    if len(h) < 3 or np.ptp(x) < SHORTEST_DECADES:
        return np.nan
    run = x[:, None] - x
    far = run > np.ptp(x) / 3
    return float(np.median((y[:, None] - y)[far] / run[far]))


def tell_best(curve: ErrorCurve) -> str:
    name = getattr(curve.function, "name", "the function")
    start = f"{curve.rule.name} rule on {name} at x = {curve.x:.6g} in {curve.dtype}: "
    if np.isnan(curve.predicted_h):
        return start + f"there is no derivative here, and {curve.estimate[0]:.3g} is not one."
    if not curve.rule.weights:
        return (
            start + f"nothing is subtracted, so every h below about {curve.predicted_h:.1e} gives "
            f"all digits (error {np.min(curve.error):.1e})."
        )
    if np.isnan(curve.predicted_slope) and not np.isfinite(curve.kink_h):
        return start + (
            "it has no truncation error at all, so the larger h is, the better; "
            f"only round-off is left, {curve.measured_error:.1e} at h = {curve.measured_h:.1e}."
        )
    return start + (
        f"best at h = {curve.measured_h:.1e} with error {curve.measured_error:.1e}; "
        f"theory says {curve.predicted_h:.1e}."
    )


def tell_slopes(curve: ErrorCurve) -> str:
    parts = []
    if np.isfinite(curve.truncation_slope):
        parts.append(
            f"Above it the error falls with slope {curve.truncation_slope:.2f} as h shrinks "
            f"(theory {curve.predicted_slope:.0f})"
        )
    if np.isfinite(curve.roundoff_slope):
        joint = "below it round-off" if parts else "Below it round-off"
        parts.append(f"{joint} has slope {curve.roundoff_slope:.2f} (theory -1)")
    return "; ".join(parts) + "." if parts else ""


def tell_kink(curve: ErrorCurve) -> str:
    if curve.kink_h == 0:
        return "x sits on a kink: the slopes on its two sides differ, and no h makes them agree."
    crossing = curve.h > curve.kink_h
    if not crossing.any():
        return ""
    worst = np.max(curve.error[crossing])
    return (
        f"With h above {curve.kink_h:.2g} the rule reaches across a kink and mixes the slopes of "
        f"its two sides: an error of up to {worst:.2g} in a right derivative."
    )


def tell_lost(curve: ErrorCurve) -> str:
    if not curve.lost.any():
        return ""
    spacing = np.spacing(np.abs(curve.dtype.type(curve.x)))
    return (
        f"From h = {np.max(curve.h[curve.lost]):.1e} down, h is lost in the spacing of floats at x "
        f"({spacing:.1e}): x + h is x again and the estimate means nothing."
    )
