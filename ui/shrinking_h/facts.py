"""What a lesson may say of a derivative watched as h shrinks: numbers by name, from its curves."""

from collections.abc import Sequence

import numpy as np

from optcore.derivatives.error_curve import ErrorCurve
from optcore.derivatives.microscope import look_at_ends, nearest_step
from ui.parameters import slug
from ui.shrinking_h.charts import SECANTS

DECADES = range(17)
# A claim that agrees to so many digits with the exact derivative is right.
SAME = 1e-9


def facts(curves: Sequence[ErrorCurve], claim: float | None) -> dict[str, float | str | None]:
    """Facts by name; a rule's begin with its name as links write it.

    `central.error_8` is its error at h = 1e-8, and `place_8` the clock's position there;
    `central.apart_8` counts the floats between the ends of its secant, of which one more turns it
    by `central.turn_8`.
    """
    if not curves:
        return {}
    first = curves[0]
    spacing = float(np.spacing(np.abs(first.dtype.type(first.x))))
    found: dict[str, float | str | None] = {
        "x": first.x,
        "derivative": first.derivative,
        "spacing": spacing,
        "claim": claim,
    }
    places = {decade: nearest_step(first.h, 10.0**-decade) for decade in DECADES}
    for decade, place in places.items():
        found |= {f"place_{decade}": place, f"units_{decade}": float(first.h[place]) / spacing}
    for curve in curves:
        own = _rule(curve, places, claim)
        found |= {f"{slug(curve.rule.name)}.{name}": fact for name, fact in own.items()}
    best = {curve.rule.name: curve.measured_h for curve in curves}
    found["largest_best_h"] = max(best, key=lambda name: best[name])
    if claim is not None:
        away = abs(claim - first.derivative)
        found["claim_is"] = "right" if away <= SAME * abs(first.derivative) else "wrong"
    return found


def _rule(curve: ErrorCurve, places: dict[int, int], claim: float | None) -> dict:
    own: dict[str, float | str | None] = {
        "best_h": curve.measured_h,
        "best_error": curve.measured_error,
        "best_digits": _digits(curve.measured_error, curve.derivative),
        "slope": _known(curve.truncation_slope),
        "kink": _known(curve.kink_h),
    }
    for decade, place in places.items():
        estimate, error = curve.estimate[place], curve.error[place]
        own |= {
            f"estimate_{decade}": _known(estimate),
            f"error_{decade}": _known(error),
            f"signed_{decade}": _known(estimate - curve.derivative),
            f"digits_{decade}": _digits(error, curve.derivative),
            f"from_claim_{decade}": None if claim is None else _known(abs(estimate - claim)),
        }
    return own | _ends(curve, places)


def _ends(curve: ErrorCurve, places: dict[int, int]) -> dict:
    """Of a secant, how far apart its ends are."""
    if curve.rule.name not in SECANTS:
        return {}
    h = curve.h[list(places.values())]
    seen = look_at_ends(curve.function, curve.x, h, SECANTS[curve.rule.name], curve.dtype)
    return {
        f"{name}_{decade}": _known(fact)
        for name, facts in (("apart", seen.apart), ("turn", seen.turn))
        for decade, fact in zip(places, facts, strict=True)
    }


def _digits(error: float, derivative: float) -> float | None:
    """About how many decimal digits of the derivative are right."""
    if not (np.isfinite(error) and derivative):
        return None
    return float(-np.log10(max(error / abs(derivative), 1e-17)))


def _known(number: float) -> float | None:
    return float(number) if np.isfinite(number) else None
