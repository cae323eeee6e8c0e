"""A derivative and its error in words, tables and CSV, all made from the numbers shown."""

import csv
import io
from html import escape

import numpy as np

from optcore.derivatives.differences import CENTRAL
from optcore.derivatives.microscope import lattice
from ui.prose import minus

MUCH = 3.0  # how many times one error must exceed the other to rule
VISIBLE = 1e-12  # a lattice finer than this share of f' hides in the digits that are written
FINEST = 1e-280  # spacings at a value of 0 are no lattice that anyone could see
COUNTABLE = 1e5


def power(value: float) -> str:
    """A step as a person writes it: 1e-8, 5.62e-5, 0.1."""
    mantissa, exponent = f"{value:.3g}", ""
    if "e" in mantissa or value < 1e-3:
        mantissa, exponent = f"{value:.2e}".split("e")
        mantissa, exponent = f"{float(mantissa):g}", f"e{int(exponent)}"
    return mantissa + exponent


def size(error: float) -> str:
    """An error in two digits: 4.2e-8, and 0 only where it is 0."""
    if not np.isfinite(error):
        return "no value"
    if error == 0:
        return "0"
    mantissa, exponent = f"{error:.1e}".split("e")
    return f"{error:.2g}" if 1e-2 <= abs(error) < 1e3 else f"{mantissa}e{int(exponent)}"


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
        minus(f"{_told(lead, at, lead_lattice[at])} {_others(curves, lead, at)}".rstrip())
        for at in range(len(lead.h))[shown]
    ]


def _lattice(curve):
    dtype = curve.dtype.type
    return lattice(curve.function, dtype(curve.x), curve.h.astype(dtype))


def _told(curve, at: int, grain: float) -> str:
    h, estimate, error = curve.h[at], curve.estimate[at], curve.error[at]
    start = f"h = {power(h)}: the {curve.rule.name.lower()} rule"
    if not np.isfinite(estimate):
        return f"{start} looks where the function has no finite value: make h smaller."
    how_far = f"off by {size(error)}" if error else "exact to the last digit"
    start += f" gives {estimate:.12g} for f′ = {curve.derivative:.12g}, {how_far}."
    return f"{start} {_why(curve, at, grain)}"


def _why(curve, at: int, grain: float) -> str:
    h, truncation, roundoff = curve.h[at], curve.truncation[at], curve.roundoff[at]
    if curve.x in getattr(curve.function, "kinks", ()):
        return "x is a kink: there is no derivative, and no h makes one."
    if h > curve.kink_h:
        return (
            f"It reaches across the kink, {curve.kink_h:.2g} away, and mixes the slopes of both "
            "sides: a smaller h is needed."
        )
    if not curve.rule.weights:
        return _why_complex(truncation, roundoff)
    if curve.lost[at]:
        spacing = np.spacing(np.abs(curve.dtype.type(curve.x)))
        return (
            f"Floats are {size(spacing)} apart at x, so x + h or x − h is x again: "
            "the number means nothing. Make h larger."
        )
    if truncation > MUCH * roundoff:
        return f"Truncation rules (theory {size(truncation)}): a smaller h leaves less of it."
    if roundoff > MUCH * truncation:
        return _why_roundoff(curve, truncation, roundoff, grain)
    return (
        f"Truncation ({size(truncation)}) and round-off ({size(roundoff)}) are in balance: "
        "this is about the best h."
    )


def _why_roundoff(curve, truncation, roundoff, grain) -> str:
    snaps = curve.rule is CENTRAL and grain > VISIBLE * abs(curve.derivative)
    tail = f", and the estimate can only be a multiple of {size(grain)}" if snaps else ""
    none = "There is no truncation error at all: " if truncation == 0 else ""
    rules = "round-off rules" if none else "Round-off rules"
    limit = f", up to the kink {curve.kink_h:.2g} away," if np.isfinite(curve.kink_h) else ""
    return f"{none}{rules} (up to {size(roundoff)}){tail}. A larger h{limit} leaves less of it."


def _why_complex(truncation, roundoff) -> str:
    if truncation > MUCH * roundoff:
        return f"Truncation rules (theory {size(truncation)}): a smaller h leaves less of it."
    return "It subtracts nothing, so no digit is lost however small h becomes."


def _others(curves, lead, at: int) -> str:
    parts = [
        f"{curve.rule.name} is off by {size(curve.error[at])}"
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
            _number(curve.truncation_slope, ".2f"),
            _number(curve.predicted_slope, ".0f"),
            _number(curve.roundoff_slope, ".2f"),
            "-1" if curve.rule.weights else "none",
            power(curve.measured_h),
            power(curve.predicted_h) if np.isfinite(curve.predicted_h) else "none",
            size(curve.measured_error),
        ]
        for curve in curves
    ]
    return _table(head.split("|"), rows) if rows else ""


def _number(value: float, form: str) -> str:
    return format(value, form) if np.isfinite(value) else "–"


def steps_table(table, grain) -> str:
    """A row per tenfold smaller h: forward and central, errors, and ratios to the row above.

    `grain` is the spacing of floats over 2h for every row; the last column counts the central
    estimate in it, where the count is short enough to read.
    """
    head = "h|Forward|Error|Ratio|Central|Error|Ratio|Float spacing / 2h|Central in spacings"
    columns = (table.forward, table.forward_error, table.forward_ratio,
               table.central, table.central_error, table.central_ratio)  # fmt: skip
    least = [np.nanargmin(error) for error in (table.forward_error, table.central_error)]
    rows = []
    for at, h in enumerate(table.h):
        forward, off, ratio, central, central_off, central_ratio = (c[at] for c in columns)
        rows.append([
            power(h),
            f"{forward:.12g}", _error(off, at == least[0]), _ratio(ratio),
            f"{central:.12g}", _error(central_off, at == least[1]), _ratio(central_ratio),
            size(grain[at]) if grain[at] > FINEST else "–", _count(central, grain[at]),
        ])  # fmt: skip
    return f'<div class="os-table">{_table(head.split("|"), rows)}</div>'


def _error(error: float, best: bool) -> str:
    return ("★ " if best else "") + size(error)


def _ratio(ratio: float) -> str:
    if not np.isfinite(ratio):
        return "–"
    return f"{ratio:.2g}" if ratio < 1 else f"{ratio:.1f}" if ratio < 99.95 else f"{ratio:.0f}"


def _count(estimate: float, grain: float) -> str:
    many = estimate / grain if grain > FINEST else np.inf
    return f"{many:.10g}" if abs(many) < COUNTABLE else "–"


def _table(head, rows) -> str:
    cells = "".join(f"<th scope='col'>{escape(text)}</th>" for text in head)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(minus(text))}</td>" for text in row) + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{cells}</tr></thead><tbody>{body}</tbody></table>"


def curve_csv(curves) -> str:
    """A line per rule and h, with every number at full precision."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["function", "x", "float", "rule", "h", "estimate", "derivative", "error",
                     "truncation_theory", "roundoff_theory", "h_lost"])  # fmt: skip
    for curve in curves:
        name, rule, dtype = curve.function.name, curve.rule.name, curve.dtype.name
        columns = (curve.h, curve.estimate, curve.error, curve.truncation, curve.roundoff)
        for at in range(len(curve.h)):
            h, estimate, error, truncation, roundoff = (float(column[at]) for column in columns)
            writer.writerow([name, curve.x, dtype, rule, h, estimate, curve.derivative, error,
                             truncation, roundoff, int(curve.lost[at])])  # fmt: skip
    return out.getvalue()
