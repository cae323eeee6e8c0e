"""A function near x with its tangent and secants, at its own scale and magnified 1/h times."""

import numpy as np

from optcore.derivatives.differences import (
    BACKWARD,
    CENTRAL,
    COMPLEX_STEP,
    FIVE_POINT,
    FORWARD,
    RICHARDSON,
    SEVEN_POINT,
    evaluate,
)
from optcore.derivatives.microscope import REACH, height_at_x, look_closely
from ui.figures import axis, layout
from ui.palette import HUES
from ui.prose import number
from ui.shrinking_h.lens import corner_of, lens

# The star and the triangle that points down mark the best h, so no rule has them.
MARKS = ("circle", "square", "triangle-up", "diamond", "pentagon", "cross", "hexagon")
RULE_LOOKS = {
    rule.name: {"colour": hue, "dash": "solid", "symbol": symbol}
    for rule, hue, symbol in zip(
        (FORWARD, BACKWARD, CENTRAL, FIVE_POINT, SEVEN_POINT, RICHARDSON, COMPLEX_STEP),
        HUES,
        MARKS,
        strict=False,
    )
}
RULE_LOOKS[BACKWARD.name]["dash"] = "dash"
SECANTS = {FORWARD.name: (0, 1), BACKWARD.name: (-1, 0), CENTRAL.name: (-1, 1)}
CURVE, TANGENT = "f", "Tangent"
EVERY = slice(None)
MARGIN = (56, 8, 28, 36)
POINTS = 400
SINGLE = 1e38
NICE = np.array([1.0, 1.5, 2.0, 3.0, 5.0, 7.0, 10.0])


def near(function, x, curves, *, h, shown: slice = EVERY, lead=None) -> dict:
    """The function, its tangent at x and, for the `shown` steps, a line per rule, and a lens over
    both ends of one secant: that of the `lead`, where it has one.

    Forward, backward and central lines are the secants through the points they use; any
    other rule is the line through (x, f(x)) with the slope it estimates.
    """
    low, high = function.window
    t, y, span = graph(function, low, high)
    data = [_line(CURVE, t, y, width=2.6)]
    data[0]["meta"]["still"] = fits_single(y)
    if curves:
        tangent = _tangent(curves[0], np.array([low, high]), x, _height(function, x))
        tangent["meta"] |= {"readout": "f′ =", "reads": [_digits(curves[0].derivative)]}
        data.append(tangent)
    for curve in curves:
        data += _secant(curve, (low, high), np.asarray(h)[shown], shown)
    looked = [curve for curve in (lead, *curves) if curve and curve.rule.name in SECANTS]
    for curve in looked[:1]:
        name = curve.rule.name
        corner = corner_of(y, span)
        data += lens(curve, SECANTS[name], RULE_LOOKS[name], h, shown, corner)
    frame = layout(f"near/{function.name}/{low}", "f with its tangent and secants", MARGIN,
                   xaxis=axis("x", [low, high]), yaxis=axis("", span))  # fmt: skip
    return {"data": data, "layout": frame}


def graph(function, low: float, high: float):
    """The function at `POINTS` places of a window, and a range that no pole stretches."""
    t = np.linspace(low, high, POINTS)
    with np.errstate(all="ignore"):
        y = np.asarray(evaluate(function, t), dtype=np.float64)
    finite = y[np.isfinite(y)]
    if not len(finite):
        return t, y, [-1.0, 1.0]
    bottom, top = np.min(finite), np.max(finite)
    inner = np.percentile(finite, [5, 95])
    if top - bottom > 6 * (inner[1] - inner[0]) > 0:
        bottom, top = inner
    pad = 0.08 * (top - bottom) or 1.0
    return t, np.where(np.isfinite(y), y, np.nan), [float(bottom - pad), float(top + pad)]


def slope_scale(function, derivative) -> float:
    """A round number about the size of f'(x); of the function's mean slope where f' is small."""
    low, high = function.window
    _, _, (bottom, top) = graph(function, low, high)
    size = max(abs(derivative), 0.1 * (top - bottom) / (high - low))
    power = 10 ** np.floor(np.log10(size))
    return float(power * NICE[np.searchsorted(NICE, size / power * (1 - 1e-9))])


def magnified(function, x, curves, *, h, shown: slice = EVERY) -> dict:
    """What lies within a few h of x, magnified 1/h times both ways, for the `shown` steps."""
    first = curves[0] if curves else None
    reach = REACH * slope_scale(function, first.derivative) if first else 1.0
    steps = {"tickvals": [-2, -1, 0, 1, 2], "ticktext": ["x−2h", "x−h", "x", "x+h", "x+2h"]}
    frame = layout(
        f"magnified/{function.name}", "Magnified 1/h times: what floats make of f", MARGIN,
        xaxis=axis("", [-REACH, REACH], **steps),
        yaxis=axis("(f(t) − f(x)) / h", [-reach, reach]),
    )  # fmt: skip
    if first is None:
        return {"data": [], "layout": frame}
    seen = look_closely(function, x, np.asarray(h)[shown], first.dtype)
    pairs = [_secant_in_h(curve, seen, shown) for curve in curves if curve.rule.name in SECANTS]
    data = [
        _tangent(first, np.array([-REACH, REACH]), 0.0, 0.0),
        *(line for line, _ in pairs),
        _frame(CURVE, seen.across, seen.rise, {"color": "ink", "width": 1.6}),
        *(ends for _, ends in pairs),
    ]
    return {"data": data, "layout": frame}


def _secant_in_h(curve, seen, shown) -> tuple[dict, dict]:
    """The secant of a rule and the points it passes through, in units of h."""
    look, name = RULE_LOOKS[curve.rule.name], curve.rule.name
    ends = np.array(SECANTS[name], dtype=float)
    heights = seen.rise[:, np.searchsorted(seen.across, ends)]
    slope = curve.estimate[shown][:, None]
    u = np.array([-REACH, REACH])
    with np.errstate(invalid="ignore"):
        line = heights[:, :1] + slope * (u - ends[0])
    style = {"color": look["colour"], "width": 2.2, "dash": look["dash"]}
    return _frame(name, u, line, style), _frame(name, ends, heights, None, look)


def _secant(curve, span, h, shown) -> list[dict]:
    """The line of a rule across the window, and the points it passes through."""
    name, look, x = curve.rule.name, RULE_LOOKS[curve.rule.name], curve.dtype.type(curve.x)
    h = np.asarray(h, dtype=curve.dtype)
    ends = np.array(span)
    middle = height_at_x(curve.rule, curve.function, x, h)
    with np.errstate(invalid="ignore"):
        line = middle[:, None] + curve.estimate[shown][:, None] * (ends - curve.x)
    style = {"color": look["colour"], "width": 2, "dash": look["dash"]}
    trace = _frame(name, ends, line, style)
    trace["meta"] |= {"readout": "f′ ≈", "reads": [_digits(each) for each in curve.estimate[shown]]}
    if name not in SECANTS:
        return [trace]
    with np.errstate(all="ignore"):
        points = x + np.array(SECANTS[name], dtype=curve.dtype) * h[:, None]
        values = evaluate(curve.function, points)
    return [trace, _frame(name, np.float64(points), np.float64(values), None, look)]


def _digits(value: float) -> str:
    """Twelve digits, padded so that the legend does not jump while h moves."""
    return number(value, 12).ljust(15)


def _height(function, x) -> float:
    with np.errstate(all="ignore"):
        return float(evaluate(function, np.float64(x)))


def _tangent(curve, ends, x, height) -> dict:
    line = _line(TANGENT, ends, height + curve.derivative * (ends - x), width=1.6)
    line["line"]["dash"] = "dot"
    line["meta"]["group"] = TANGENT
    return line


def _line(name, x, y, *, width) -> dict:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": x,
        "y": y,
        "line": {"color": "ink", "width": width},
        "meta": {"play": "still"},
    }


def _frame(name, x, y, line, look=None) -> dict:
    """A shape with a row of y (and perhaps of x) per step: a line, or markers in a look."""
    single = np.float32 if fits_single(y) else np.float64
    trace = {
        "type": "scatter",
        "mode": "lines" if line else "markers",
        "name": name,
        "meta": {
            "play": "frame",
            "still": len(y) > 1 and single is np.float32,
            "x": np.asarray(x, dtype=single),
            "y": np.asarray(y, dtype=single),
        },
    }
    if name in RULE_LOOKS:
        trace["meta"]["group"] = name
    if line:
        trace["line"] = line
    if look:
        trace["marker"] = {"symbol": look["symbol"], "size": 11, "color": look["colour"]}
    return trace


def fits_single(y) -> bool:
    """Whether single precision, which is all that a plot needs, can hold these numbers."""
    finite = np.abs(y[np.isfinite(y)])
    return not len(finite) or float(finite.max()) < SINGLE
