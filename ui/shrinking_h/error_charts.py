"""The error of a derivative against h, and the estimate itself: h shrinks to the right."""

import numpy as np

from optcore.derivatives.microscope import DECADES, lattice
from ui.figures import axis, ink, layout, note, power, track
from ui.prose import fitted, number
from ui.shrinking_h.charts import EVERY, RULE_LOOKS, slope_scale

DEEPEST, HIGHEST = -24, 4
RIGHT_EDGE = -DECADES - 0.4
SHADE, DEEP_SHADE = "rgba(128, 140, 160, 0.16)", "rgba(128, 140, 160, 0.22)"
COARSE = 8  # theory lines need no more than two points a decade
GRAIN = 1 / 12  # lattice lines are drawn where they are at least this share of f' apart


def errors(curves, leading, *, shown: slice = EVERY) -> dict:
    """The V of every rule on log-log axes with its theory, best h and, once settled, slopes.

    An error of exactly 0 stands on its own row at the bottom. The grey region is where
    round-off rules for the `leading` curve, the darker one where h is lost in the spacing at x.
    A hand that still moves is shown numbers for the one step in `shown`, and no slopes.
    """
    low, high = span(curves)
    data = shades(leading, [10.0 ** (low - 1), 10.0 ** (high + 1)]) if leading else []
    for curve in curves:
        data += [*_theory(curve), _measured(curve, low, shown)]
    data += [mark for curve in curves for mark in _best(curve, low)]
    ticks = np.arange(low, high + 1, 2 if high - low <= 20 else 4)
    up = axis(
        "|estimate − f′(x)|", [low - 1.0, float(high)], type="log",
        tickvals=[10.0 ** (low - 0.5), *(10.0**tick for tick in ticks)],
        ticktext=["0", *map(power, ticks)],
    )  # fmt: skip
    notes = [*_slopes(curves), *_regions(leading)] if shown == EVERY else []
    frame = _layout(
        "errors", "Error against h · dashes: truncation · dots: round-off", up,
        "h, shrinking · ★ best h · ▼ best h by theory", annotations=notes,
    )  # fmt: skip
    return {"data": data, "layout": frame}


def span(curves) -> tuple[int, int]:
    """Even decades that hold every error which is neither 0 nor infinite."""
    values = np.concatenate([curve.error for curve in curves]) if curves else np.array([])
    values = values[np.isfinite(values) & (values > 0)]
    ends = np.log10([values.min(), values.max()]) if len(values) else np.array([-16.0, 0.0])
    low, high = np.clip(ends, DEEPEST, HIGHEST)
    return int(2 * np.floor(low / 2)), int(max(2 * np.ceil(high / 2), 0))


def zeros_below(error, low: int) -> np.ndarray:
    """Errors with 0 put on the row that stands for it, half a decade below the least tick."""
    return np.where(error == 0, 10.0 ** (low - 0.5), error)


def _measured(curve, low, shown) -> dict:
    trace = _trace(curve, "curve", curve.h, zeros_below(curve.error, low), width=2.4)
    reads = [number(error, 2).ljust(8) for error in curve.error[shown]]
    trace["meta"] |= {"readout": "error", "reads": reads}
    trace["meta"] |= {"ahead": 0.55, "log": True, "across": DECADES}
    return trace


def _theory(curve) -> list[dict]:
    lines = []
    for values, dash, width, what in (
        (curve.truncation, "dash", 1.2, "truncation"),
        (curve.roundoff, "dot", 1.4, "round-off"),
        (curve.total, "solid", 0.9, "sum"),
    ):
        kept = np.where(values > 0, values, np.nan)[::COARSE]
        line = _trace(curve, "still", curve.h[::COARSE], kept, width=width)
        line["line"]["dash"] = dash
        line["name"] = f"{curve.rule.name}: {what} theory"
        line["opacity"] = 0.75
        lines.append(line)
    return lines


def _best(curve, low) -> list[dict]:
    """A star at the measured best h, a triangle where theory puts it."""
    marks = []
    if np.isfinite(curve.predicted_h):
        height = np.interp(-np.log10(curve.predicted_h), -np.log10(curve.h), curve.total)
        if height > 0:
            marks.append(_mark(curve, curve.predicted_h, height, "triangle-down", "predicted"))
    error = zeros_below(np.array([curve.measured_error]), low)[0]
    marks.append(_mark(curve, curve.measured_h, error, "star", "measured"))
    return marks


def _mark(curve, h, height, symbol, how) -> dict:
    mark = _trace(curve, "still", np.array([h]), np.array([height]), width=0)
    mark |= {"mode": "markers", "name": f"{curve.rule.name}: best h, {how}"}
    mark["marker"] = {"symbol": symbol, "size": 15, "color": RULE_LOOKS[curve.rule.name]["colour"]}
    return mark


def shades(leading, ends) -> list[dict]:
    """The region where round-off rules, and the one where h is lost, between two heights."""
    regions = []
    if leading.rule.weights and np.isfinite(leading.predicted_h):
        regions.append(_region("round-off rules", leading.predicted_h, ends, SHADE))
    if leading.lost.any():
        regions.append(_region("h is lost", np.max(leading.h[leading.lost]), ends, DEEP_SHADE))
    return regions


def _region(name, h, ends, colour) -> dict:
    edge = 10.0**RIGHT_EDGE
    return {
        "type": "scatter",
        "mode": "none",
        "name": name,
        "x": np.array([h, edge, edge, h]),
        "y": np.array([ends[0], ends[0], ends[1], ends[1]]),
        "fill": "toself",
        "fillcolor": colour,
        "meta": {"play": "still", "silent": True},
    }


def _regions(leading) -> list[dict]:
    """The names of the shaded regions, at the top of each."""
    if not leading or not leading.rule.weights or not np.isfinite(leading.predicted_h):
        return []
    lost = np.log10(np.max(leading.h[leading.lost])) if leading.lost.any() else RIGHT_EDGE
    best = np.log10(leading.predicted_h)
    notes = []
    if best - lost > 3:
        notes.append(_region_name("round-off rules", (best + lost) / 2))
    if lost - RIGHT_EDGE > 3:
        notes.append(_region_name("x + h = x", (lost + RIGHT_EDGE) / 2))
    return notes


def _region_name(text: str, x: float) -> dict:
    return note(text, x, 0.985, yref="paper", yanchor="top")


def _slopes(curves) -> list[dict]:
    """The fitted slope beside each branch; those that coincide are written once.

    The round-off branches of all rules lie on each other, nearly, so one stands for all.
    """
    notes, taken, lower = [], [], False
    for curve in curves:
        for slope, branch in (
            (curve.truncation_slope, curve.truncation_branch),
            (curve.roundoff_slope, curve.roundoff_branch),
        ):
            if not np.isfinite(slope) or (slope < 0 and lower):
                continue
            x, y = np.median(np.log10(curve.h[branch])), np.median(np.log10(curve.total[branch]))
            if any(abs(x - at) < 1.5 and abs(y - height) < 2 for at, height in taken):
                continue
            taken.append((x, y))
            lower |= slope < 0
            notes.append(_slope(curve, x, y, slope))
    return notes


def _slope(curve, x, y, slope) -> dict:
    """To the left of its branch, since every branch of the V has that side free."""
    return note(
        f"slope {fitted(slope)}", x, y, colour=RULE_LOOKS[curve.rule.name]["colour"],
        xanchor="right", yanchor="top" if slope > 0 else "bottom", xshift=-6,
    )  # fmt: skip


def estimates(curves, leading, *, shown: slice = EVERY) -> dict:
    """Every estimate against h on a plain axis, with the lattice that floats snap it to."""
    title = "Estimate against h: how floats shatter it"
    if not curves:
        up = axis("estimate of f′(x)", [-1.0, 1.0])
        return {"data": [], "layout": _layout("estimates", title, up)}
    first = curves[0]
    scale = slope_scale(first.function, first.derivative)
    ends = around(first.derivative, scale)
    data = shades(leading, ends) if leading else []
    if shown == EVERY:
        data.append(_fan(first, scale, ends))
    data.append(_exact(first))
    for curve in curves:
        trace = _trace(curve, "curve", curve.h, curve.estimate, width=2)
        trace["meta"]["ahead"] = 0.45
        data.append(trace)
    up = axis("estimate of f′(x)", ends)
    return {"data": data, "layout": _layout("estimates", title, up)}


def around(derivative, scale) -> list[float]:
    """A range from nearly 0 to twice the derivative, which is where a breaking estimate jumps."""
    if abs(derivative) < 0.4 * scale:
        return [-1.3 * scale, 1.3 * scale]
    return [-0.3 * scale, 2.3 * scale] if derivative > 0 else [-2.3 * scale, 0.3 * scale]


def _fan(curve, scale, ends) -> dict:
    """Lines of whole multiples of the spacing of floats over 2h, where they can be told apart."""
    dtype = curve.dtype.type
    grain = lattice(curve.function, dtype(curve.x), curve.h.astype(dtype))
    coarse = np.isfinite(grain) & (grain >= GRAIN * scale)
    h, grain = curve.h[coarse], grain[coarse]
    most = int(max(abs(ends[0]), abs(ends[1])) / grain.min()) if len(grain) else 0
    x, y = [], []
    for multiple in range(-most, most + 1):
        line = multiple * grain
        inside = (line >= ends[0]) & (line <= ends[1])
        if inside.sum() > 1:
            x += [*h[inside], np.nan]
            y += [*line[inside], np.nan]
    return {
        "type": "scatter",
        "mode": "lines",
        "name": "multiples of float spacing / 2h",
        "x": np.array(x),
        "y": np.array(y),
        "line": {"color": "ink", "width": 0.8},
        "opacity": 0.4,
        "meta": {"play": "still", "still": True},
    }


def _exact(curve) -> dict:
    ends = np.array([10.0, 10.0**RIGHT_EDGE])
    return ink("f′(x)", ends, np.full(2, curve.derivative), width=1.6, dash="dot")


def _trace(curve, play, x, y, *, width) -> dict:
    return track(curve.rule.name, RULE_LOOKS[curve.rule.name], play, width=width, x=x, y=y)


def _layout(revision: str, title: str, yaxis: dict, beneath: str = "", **more) -> dict:
    across = axis(
        beneath or "h, shrinking: click to go there", [0.3, RIGHT_EDGE],
        type="log", dtick=2, exponentformat="power",
    )  # fmt: skip
    return layout(revision, title, (62, 8, 28, 40), xaxis=across, yaxis=yaxis, **more)
