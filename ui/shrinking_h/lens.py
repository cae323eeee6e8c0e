"""A lens over each end of a secant: floats there, f itself and the tangent, in units of the last
place.

A value cannot be known better than to a float, so an end of the secant stands on the lattice. That
the tangent comes into the lens says that truncation is gone; from there on a smaller h only
leaves fewer floats between the ends. The lens then shows fewer of them, too: a fine grid, on which
the end seems to meet f and the tangent, shatters until it stands visibly off both.
"""

import numpy as np

from optcore.derivatives.microscope import look_at_ends
from ui.prose import number

# Units of the last place above and below the value that a lens shows at h = the root of eps, where
# a grid is fine, and at h = eps, where floats are all that is left of the secant.
MOST, LEAST = 12, 1.25
# The power of eps that h is at most where the lenses are shown.
FIRST = 0.375
# Shares of the plot: a lens, the gap between the two, a line of text.
WIDTH, HEIGHT, GAP, LINE = 0.17, 0.38, 0.02, 0.1
COUNTED = 1e6


def lens(curve, sides, look, h, shown, corner) -> list[dict]:
    """What stands in the lenses, in shares of the plot, with a row for each `shown` h: nothing
    while h is large."""
    first = int(np.argmax(h <= np.finfo(curve.dtype).eps ** FIRST))
    seen = look_at_ends(curve.function, curve.x, np.asarray(h)[shown], sides, curve.dtype)
    reach = reach_of(np.asarray(h)[shown], curve.dtype)
    left, bottom = corner
    data = [_words(seen, left, bottom)]
    for at, side in enumerate(sides):
        x = left + at * (WIDTH + GAP)
        data += _glass(reach, x, bottom)
        data.append(_name(side, x, bottom))
        for name, values, dash in (
            ("f there", seen.exact, "solid"),
            ("Tangent there", seen.tangent, "dot"),
        ):
            data.append(_level(name, values[:, at], reach, dash, x, bottom))
        data.append(_end(curve.rule.name, look, x, bottom))
    for trace in data:
        trace["meta"]["from"] = first
    return data


def corner_of(y, span) -> tuple[float, float]:
    """The lower left of the lenses, in whichever corner a graph (p,) leaves most free."""
    share = (np.asarray(y) - span[0]) / (span[1] - span[0])
    across = np.linspace(0, 1, len(share))
    wide = 2 * WIDTH + GAP

    def covered(place) -> int:
        x, y = place
        beside = (across >= x) & (across <= x + wide)
        return int(np.sum(beside & (share >= y - 2 * LINE) & (share <= y + HEIGHT + LINE)))

    places = [(x, y) for x in (1 - wide - GAP, GAP) for y in (2.3 * LINE, 1 - HEIGHT - LINE)]
    return min(places, key=covered)


def reach_of(h, dtype) -> np.ndarray:
    """How many units a lens shows above and below the value, for every h (m,): fewer the smaller h
    is, so that the grid is seen to shatter."""
    eps = np.finfo(dtype).eps
    share = np.clip(2 * np.log(h) / np.log(eps) - 1, 0, 1)
    return MOST * (LEAST / MOST) ** share


def _height(units, reach, bottom) -> np.ndarray:
    """Where a number of units (m, p) lies in a lens; nan beyond its reach (m,)."""
    units, reach = np.asarray(units, float), np.asarray(reach)[:, None]
    with np.errstate(invalid="ignore"):
        return bottom + HEIGHT * (0.5 + np.where(np.abs(units) <= reach, units, np.nan) / 2 / reach)


def _glass(reach, x, bottom) -> list[dict]:
    """The ground of a lens with its edge, and a line for each float."""
    right, top = x + WIDTH, bottom + HEIGHT
    corners = [x, right, right, x, x], [bottom, bottom, top, top, bottom]
    ground = _trace("lens", *corners, line={"color": "ink", "width": 1})
    heights = _height(np.arange(-MOST, MOST + 1), reach, bottom)
    across = np.tile([x, right, np.nan], 2 * MOST + 1)
    lines = _trace("floats", across, np.repeat(heights, 3, axis=1),
                   line={"color": "#8b92b0", "width": 1})  # fmt: skip
    return [ground | {"fill": "toself", "fillcolor": "paper"}, lines]


def _level(name, units, reach, dash, x, bottom) -> dict:
    """A line across the lens where a value (m,) lies that is within its reach."""
    heights = _height(np.repeat(units[:, None], 2, axis=1), reach, bottom)
    return _trace(name, [x, x + WIDTH], heights, line={"color": "ink", "width": 1.8, "dash": dash})


def _end(name, look, x, bottom) -> dict:
    """The value that floats give: it stands on the lattice."""
    trace = _trace("end", [x + WIDTH / 2], [bottom + HEIGHT / 2], mode="markers")
    trace["meta"]["group"] = name
    return trace | {"marker": {"symbol": look["symbol"], "size": 11, "color": look["colour"]}}


def _name(side, x, bottom) -> dict:
    text = f"f(x {'+' if side > 0 else '−'} h)" if side else "f(x)"
    return _text([[text]], [_outer(x, WIDTH)], [bottom + HEIGHT])


def _words(seen, left, bottom) -> dict:
    """How many floats lie between the ends, and what one of them makes of the slope."""
    rows = [[f"{_count(apart)} floats apart", f"one more: slope ± {number(turn, 2)}"]
            for apart, turn in zip(seen.apart, seen.turn, strict=True)]  # fmt: skip
    end = _outer(left, 2 * WIDTH + GAP)
    return _text(rows, [end, end], [bottom - LINE, bottom - 2 * LINE])


def _outer(x: float, width: float) -> float:
    """Where text begins that is written towards the middle of the plot (ui/live/marks.js)."""
    return x + width if x > 0.5 else x


def _count(apart: float) -> str:
    return f"{apart:,.0f}" if apart < COUNTED else number(apart, 2)


def _text(rows, x, y) -> dict:
    trace = _trace("note", x, y, mode="text", line={"color": "ink"})
    trace["meta"]["text"] = rows
    return trace


def _trace(name, x, y, **look) -> dict:
    """A shape in shares of the plot, with a row of y for every step or one for all."""
    meta = {"play": "frame", "paper": True, "silent": True, "still": np.ndim(y) > 1,
            "x": np.asarray(x, np.float32), "y": np.asarray(y, np.float32)}  # fmt: skip
    return {"type": "scatter", "mode": "lines", "name": name, "meta": meta, **look}
