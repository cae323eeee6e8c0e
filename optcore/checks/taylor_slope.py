"""The Taylor test: one number that tells a right gradient from a wrong one, all at once.

Along a random direction v the linear model f(x) + t g.v misses f(x + t v) by an error of
order t^2 if g is the gradient, and of order t if it is not. Source: Farrell, Ham, Funke and
Rognes (2013), Automated derivation of the adjoint of high-level transient finite element
programs.
"""

from dataclasses import dataclass

import numpy as np

from optcore.checks.grad_check import why_random
from optcore.checks.kinks import kept_on_kinks
from optcore.derivatives.error_curve import log_slope

PER_DECADE, DECADES = 8, 12
# Up to here t is small.
SMALL = 1e-3
CLEAN = 100.0
FIT_DECADES = 1.5
# Slopes up to here are noise, about 1 and about 2.
NOISY, ONE, TWO = 0.7, 1.3, 1.7
# An error this far above the rounding at the first clean t did not grow out of it.
JUMP = 10.0
# The smallest clean t, the share of the error there that may be even in t, and the slope from
# which on that share is curvature and not a kink.
FIRST, UNEVEN, BENT = 5, 0.1, 1.5


@dataclass(frozen=True, eq=False)
class TaylorTest:
    """The error of the linear model (m,) against t (m,), and the slope on log-log axes.

    `noise` (m,) is the rounding to expect; `fitted` marks the points used, the lowest 1.5
    decades well above it. `direction` (n,) has the length of the point, or 1 if that is
    shorter, so t is relative to the point. `left_out` are the components that it does not move,
    since they would carry a unit off the kink it sits on. `verdict` is right, wrong or
    inconclusive.
    """

    t: np.ndarray
    error: np.ndarray
    noise: np.ndarray
    fitted: np.ndarray
    direction: np.ndarray
    slope: float
    verdict: str
    reason: str = ""
    left_out: int = 0

    @property
    def sentence(self) -> str:
        if not self.left_out or self.reason:
            return self.reason or self._told
        many = "1 parameter" if self.left_out == 1 else f"{self.left_out} parameters"
        return f"{self._told} Left out: {many} of units that sit exactly on their kink."

    @property
    def _told(self) -> str:
        if np.isnan(self.slope):
            return {
                "right": "The linear model is exact to round-off near the point: the function is "
                "straight there, and the gradient is right.",
                "inconclusive": "Too little of the error stands above round-off to fit a slope.",
            }[self.verdict]
        phrases = {
            "right": "2 means that only curvature is left: the gradient is right",
            "wrong": "1 means that a linear part is left over: the gradient is wrong",
            "inconclusive": self._doubt,
        }
        return f"The error of the linear model has slope {self.slope:.2f}; {phrases[self.verdict]}."

    @property
    def _doubt(self) -> str:
        if self.slope < NOISY:
            return "so flat is noise in the values, which tells nothing of the gradient"
        if self.slope < ONE:
            return "but it sets in with a jump or the function bends even there: a kink, perhaps"
        return "neither 1 nor 2: a kink or a very small error in the gradient"


def taylor_slope(objective, point, seed: int = 0) -> TaylorTest:
    """Test `objective.grad` at a point (n,) along a random direction drawn from `seed`.

    t runs from 1 down to 1e-12. Raises NotFiniteError where the objective has no value.
    """
    point = np.asarray(point)
    point = point if np.issubdtype(point.dtype, np.floating) else point.astype(np.float64)
    reason = why_random(objective, point)
    direction = random_direction(objective, point, seed)
    t = np.logspace(0, -DECADES, DECADES * PER_DECADE + 1).astype(point.dtype)
    with np.errstate(over="ignore", invalid="ignore"):
        values = objective.value(point + t[:, None] * direction)
        value, slope = objective.value(point), objective.grad(point) @ direction
        error = np.abs(values - value - t * slope).astype(np.float64)
        noise = np.finfo(values.dtype).eps * np.maximum(np.abs(values), np.abs(value))
        if hasattr(objective, "value_rounding"):
            noise = np.maximum(noise, objective.value_rounding(point))
    fitted = lowest_clean(t, error, noise)
    slope = log_slope(t[fitted].astype(np.float64), error[fitted])
    verdict = "inconclusive" if reason else taylor_verdict(t, slope, error, noise)
    if verdict == "wrong" and not (
        grows_steadily(t, error, noise, np.abs(values - value), fitted)
        and turns_with_t(objective, point, direction, t[fitted], noise[fitted])
    ):
        verdict = "inconclusive"
    return TaylorTest(
        t=t.astype(np.float64),
        error=error,
        noise=noise.astype(np.float64),
        fitted=fitted,
        direction=direction,
        slope=slope,
        verdict=verdict,
        reason=reason,
        left_out=int(np.count_nonzero(direction == 0)),
    )


def random_direction(objective, point, seed) -> np.ndarray:
    """A normal direction (n,) as long as the point, or 1, that stays on the kinks there are."""
    direction = np.random.default_rng(seed).standard_normal(point.size)
    direction *= max(1.0, np.linalg.norm(point)) / np.linalg.norm(direction)
    return kept_on_kinks(objective, point, direction.astype(point.dtype))


def lowest_clean(t, error, noise) -> np.ndarray:
    """The smallest t, over 1.5 decades, from which on the error stays above the rounding."""
    with np.errstate(invalid="ignore"):
        clean = error > CLEAN * noise
    above = np.logical_and.accumulate(clean | ~np.isfinite(error)) & np.isfinite(error)
    if not above.any():
        return above
    return above & (t <= np.min(t[above]) * 10**FIT_DECADES)


def grows_steadily(t, error, noise, change, fitted) -> bool:
    """Whether a slope of 1 can be the gradient's fault.

    It is not if the error is noise below some t and far above it at the next, as where a kink
    is crossed, nor if f(x + t v) - f(x) itself is not straight in t, so that no t is small.
    """
    if not fitted.any():
        return True
    first = int(np.flatnonzero(fitted)[-1])
    if first < len(t) - 1 and error[first] > JUMP * CLEAN * noise[first]:
        return False
    seen = fitted & (change > CLEAN * noise)
    return bool(np.count_nonzero(seen) < 3 or log_slope(t[seen], change[seen]) > NOISY)


def turns_with_t(objective, point, direction, t, noise) -> bool:
    """Whether the error of the linear model changes sign with t, as c t does.

    At a kink the two sides have slopes of their own, and what is left is not odd in t: its even
    part falls with t, like its odd one, where that of a smooth function falls with t^2.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        sides = objective.value(point + np.concatenate([t, -t])[:, None] * direction)
        ahead, behind = np.split(sides - objective.value(point), 2)
        linear = t * (objective.grad(point) @ direction)
    uneven = np.abs(ahead + behind).astype(np.float64)
    error = np.maximum(np.abs(ahead - linear), np.abs(behind + linear))
    nearest = slice(-FIRST, None)
    if not np.median(uneven[nearest]) < UNEVEN * np.median(error[nearest]):
        return False
    clear = uneven > CLEAN * noise
    return bool(np.count_nonzero(clear) < 3 or not log_slope(t[clear], uneven[clear]) < BENT)


def taylor_verdict(t, slope, error, noise) -> str:
    """From the slope; without one, right if the error stays in the rounding up to t = 0.001."""
    if np.isnan(slope):
        small = t <= SMALL
        return "right" if np.all(error[small] <= CLEAN * noise[small]) else "inconclusive"
    if slope > TWO:
        return "right"
    return "wrong" if NOISY <= slope < ONE else "inconclusive"
