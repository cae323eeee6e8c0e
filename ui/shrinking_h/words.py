"""A derivative and its error in words, tables and CSV, all made from the numbers shown."""

import numpy as np

from optcore.derivatives.differences import CENTRAL
from optcore.derivatives.microscope import lattice
from ui.prose import cell, csv_text, fitted, number, scrolling, table

MUCH = 3.0  # how many times one error must exceed the other to rule
VISIBLE = 1e-12  # a lattice finer than this share of f' hides in the digits that are written
FINEST = 1e-280  # spacings at a value of 0 are no lattice that anyone could see
COUNTABLE = 1e5


def leading(curves):
    """The curve that the words and the shading are about: the central rule's, if it is there."""
    subtracting = [curve for curve in curves if curve.rule.weights]
    central = [curve for curve in curves if curve.rule is CENTRAL]
    return (central or subtracting or list(curves) or [None])[0]


def sentences(curves, shown: slice = slice(None)) -> list[str]:
    """What every shown step does to the leading rule, and how far off the others are."""
    lead = leading(curves)
    if lead is None:
        return ["No rule is chosen: choose one or more above to see its error."]
    lead_lattice = _lattice(lead)
    return [
        f"{_told(lead, at, lead_lattice[at])}\n{_others(curves, lead, at)}".rstrip()
        for at in range(len(lead.h))[shown]
    ]


def _lattice(curve):
    dtype = curve.dtype.type
    return lattice(curve.function, dtype(curve.x), curve.h.astype(dtype))


def _told(curve, at: int, grain: float) -> str:
    h, estimate, error = curve.h[at], curve.estimate[at], curve.error[at]
    start = f"h = {number(h)}: the {curve.rule.name.lower()} rule"
    if not np.isfinite(estimate):
        return f"{start} looks where the function has no finite value: make h smaller."
    how_far = f"off by {number(error, 2)}" if error else "exact to the last digit"
    start += f" gives {number(estimate, 12)} for f′ = {number(curve.derivative, 12)}, {how_far}."
    return f"{start} {_why(curve, at, grain)}"


def _why(curve, at: int, grain: float) -> str:
    h, truncation, roundoff = curve.h[at], curve.truncation[at], curve.roundoff[at]
    if curve.x in getattr(curve.function, "kinks", ()):
        return "x is a kink: there is no derivative, and no h makes one."
    if h > curve.kink_h:
        return (
            f"It reaches across the kink, {number(curve.kink_h, 2)} away, and mixes the slopes of "
            "both sides: a smaller h is needed."
        )
    if not curve.rule.weights:
        return _why_complex(truncation, roundoff)
    if curve.lost[at]:
        spacing = np.spacing(np.abs(curve.dtype.type(curve.x)))
        return (
            f"Floats are {number(spacing, 2)} apart at x, so x + h or x − h is x again: "
            "the number means nothing. Make h larger."
        )
    if not curve.derivative and not np.any(curve.error):
        return "Both ends have the same value whatever h is, so there is nothing to round."
    if truncation > MUCH * roundoff:
        return f"Truncation rules (theory {number(truncation, 2)}): a smaller h leaves less of it."
    if roundoff > MUCH * truncation:
        return _why_roundoff(curve, truncation, roundoff, grain)
    return (
        f"Truncation ({number(truncation, 2)}) and round-off ({number(roundoff, 2)}) are in "
        "balance: this is about the best h."
    )


def _why_roundoff(curve, truncation, roundoff, grain) -> str:
    snaps = curve.rule is CENTRAL and grain > VISIBLE * abs(curve.derivative)
    tail = f", and the estimate can only be a multiple of {number(grain, 2)}" if snaps else ""
    none = "There is no truncation error at all: " if truncation == 0 else ""
    rules = "round-off rules" if none else "Round-off rules"
    limit = f", up to the kink {number(curve.kink_h, 2)} away," if np.isfinite(curve.kink_h) else ""
    return (
        f"{none}{rules} (up to {number(roundoff, 2)}){tail}. A larger h{limit} leaves less of it."
    )


def _why_complex(truncation, roundoff) -> str:
    if truncation > MUCH * roundoff:
        return f"Truncation rules (theory {number(truncation, 2)}): a smaller h leaves less of it."
    return "It subtracts nothing, so no digit is lost however small h becomes."


def _others(curves, lead, at: int) -> str:
    parts = [
        f"{curve.rule.name} is off by {number(curve.error[at], 2)}"
        if curve.error[at]
        else f"{curve.rule.name} is exact"
        for curve in curves
        if curve is not lead and np.isfinite(curve.error[at])
    ]
    return "; ".join(parts) + "." if parts else ""


def rules_table(curves) -> str:
    """A row per rule: slopes and best h, measured beside theory, and the error there."""
    head = "Rule|Slope as h shrinks|Theory|Round-off slope|Theory|Best h|Theory|Error there"
    rows = [
        [
            curve.rule.name,
            fitted(curve.truncation_slope),
            cell(curve.predicted_slope),
            fitted(curve.roundoff_slope),
            "−1" if curve.rule.weights else "none",
            number(curve.measured_h),
            number(curve.predicted_h) if np.isfinite(curve.predicted_h) else "none",
            number(curve.measured_error, 2),
        ]
        for curve in curves
    ]
    return table(head.split("|"), rows)


def steps_table(found, grain) -> str:
    """A row per tenfold smaller h: forward and central, errors, and ratios to the row above.

    `grain` is the spacing of floats over 2h for every row; the last column counts the central
    estimate in it, where the count is short enough to read.
    """
    head = "h|Forward|Error|Ratio|Central|Error|Ratio|Float spacing / 2h|Central in spacings"
    columns = (found.forward, found.forward_error, found.forward_ratio,
               found.central, found.central_error, found.central_ratio)  # fmt: skip
    least = [np.nanargmin(error) for error in (found.forward_error, found.central_error)]
    rows = []
    for at, h in enumerate(found.h):
        forward, off, ratio, central, central_off, central_ratio = (c[at] for c in columns)
        rows.append([
            number(h),
            number(forward, 12), _error(off, at == least[0]), _ratio(ratio),
            number(central, 12), _error(central_off, at == least[1]), _ratio(central_ratio),
            number(grain[at], 2) if grain[at] > FINEST else "–", _count(central, grain[at]),
        ])  # fmt: skip
    return scrolling(table(head.split("|"), rows))


def _error(error: float, best: bool) -> str:
    return ("★ " if best else "") + number(error, 2)


def _ratio(ratio: float) -> str:
    return number(ratio) if np.isfinite(ratio) else "–"


def _count(estimate: float, grain: float) -> str:
    many = estimate / grain if grain > FINEST else np.inf
    return number(many, 10) if abs(many) < COUNTABLE else "–"


def curve_csv(curves) -> str:
    """A line per rule and h, with every number at full precision."""
    heads = ["function", "x", "float", "rule", "h", "estimate", "derivative", "error",
             "truncation_theory", "roundoff_theory", "h_lost"]  # fmt: skip
    rows = []
    for curve in curves:
        named = [curve.function.name, curve.x, curve.dtype.name, curve.rule.name]
        for at, h in enumerate(curve.h):
            theory = (curve.truncation[at], curve.roundoff[at], int(curve.lost[at]))
            rows.append([*named, h, curve.estimate[at], curve.derivative, curve.error[at], *theory])
    return csv_text(heads, rows)
