"""What theory says about the error of a difference: truncation, round-off and the best h."""

import numpy as np

from optcore.derivatives.differences import Difference, evaluate

HIGHEST_DERIVATIVE = 9
VANISHES = 1e-12


class NotFiniteError(ValueError):
    """A function without a finite value or derivative at x."""


def exact_derivative(function, x) -> float:
    """The derivative at x in float64; NotFiniteError, in a sentence, if there is none."""
    x = np.float64(x)
    with np.errstate(all="ignore"):
        value, derivative = np.float64(evaluate(function, x)), np.float64(function.derivative(x))
    for what, number in (("value", value), ("derivative", derivative)):
        if not np.isfinite(number):
            raise NotFiniteError(
                f"The {what} of {getattr(function, 'name', 'the function')} at x = {x:.6g} is "
                f"{number:g}, so there is no derivative to compare with. Move x."
            )
    return float(derivative)


def kink_distance(rule: Difference, function, x) -> float:
    """The smallest h with which the rule looks across a kink; 0 on one, infinite without."""
    kinks = np.array(getattr(function, "kinks", ()))
    reach = [(kinks - float(x)) / offset for offset in rule.weights if offset]
    ahead = np.concatenate(reach)[np.concatenate(reach) >= 0] if reach else np.array([])
    return float(np.min(ahead, initial=np.inf))


def truncation_model(rule: Difference, function, x, h) -> tuple[float, np.ndarray]:
    """The power p and the size over h of the first error term c f^(p+1)(x) h^p not 0 at x.

    Power nan and size 0 if there is none up to the ninth derivative; size nan where h
    reaches over a kink, since Taylor's theorem ends there.
    """
    x, h = np.float64(x), np.asarray(h, float)
    beyond = np.where(h > kink_distance(rule, function, x), np.nan, 0.0)
    if len(getattr(function, "kinks", ())):
        return np.nan, beyond
    scale = abs(float(evaluate(function, x))) + abs(float(function.derivative(x)))
    for n in range(rule.error_derivative, HIGHEST_DERIVATIVE + 1):
        coefficient = abs(float(rule.error_coefficient(n)))
        size = abs(float(function.derivative_n(x, n))) if coefficient else 0.0
        if size > VANISHES * scale:
            return float(n - 1), coefficient * size * h ** (n - 1)
    return np.nan, beyond


def roundoff_model(rule: Difference, function, x, h) -> np.ndarray:
    """eps/2 of every value and half a spacing of every point x + offset h, over h.

    The last term is the rounding of the estimate itself, which is all the complex step has.
    x and h carry the float type of the calculation.
    """
    slope = abs(np.float64(function.derivative(np.float64(x))))
    unit = np.finfo(x.dtype).eps / 2
    total = np.full(h.shape, unit * slope)
    for offset, weight in rule.weights.items():
        points = x + offset * h
        values = np.abs(np.float64(evaluate(function, points)))
        moved = np.float64(np.spacing(np.abs(points))) / 2 if offset else 0.0
        total = total + float(abs(weight)) * (unit * values + moved * slope) / np.float64(h)
    return total


def predicted_best_h(rule: Difference, function, x, h, curve, power) -> float:
    """The rule's closed form; where its leading term vanishes, the largest h that is nearly best.

    Nearly best is twice the least of `curve`, the sum of both models over h. nan on a kink,
    where no h is good.
    """
    kink = kink_distance(rule, function, x)
    if kink == 0:
        return np.nan
    if power == rule.order:
        x, unit = np.float64(x), np.finfo(x.dtype).eps / 2
        value, slope = abs(evaluate(function, x)), abs(function.derivative(x))
        leading = function.derivative_n(x, rule.error_derivative)
        best = float(rule.best_h(unit * (value + abs(x) * slope), leading, unit * slope))
        if best > 0:
            return best
    curve = np.where(np.isfinite(curve), curve, np.inf)
    return float(min(np.max(h[curve <= 2 * np.min(curve)]), kink))
