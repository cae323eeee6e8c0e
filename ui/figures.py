"""Parts of figures that all pages draw alike: layouts, log axes, tracks, marks, colour bars."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

Look = Mapping[str, str]

# ------------------------------------------------------------------ axes and layouts


def layout(
    revision: str, title: str = "", margin: Sequence[int] = (56, 10, 14, 36), **axes
) -> dict:
    """A layout whose zoom is kept as long as `revision` stays; margins are left, right, top and
    bottom, and `axes` are made by `axis` and `log_axis`."""
    left, right, top, bottom = margin
    made = {
        "uirevision": revision,
        "margin": {"l": left, "r": right, "t": max(top, 28) if title else top, "b": bottom},
        "showlegend": False,
        "dragmode": "zoom",
        **axes,
    }
    return made | ({"title": heading(title)} if title else {})


def heading(text: str) -> dict:
    """A title above the plot, at its left."""
    return {"text": text, "font": {"size": 13}, "x": 0.01, "xanchor": "left", "y": 0.985,
            "yanchor": "top"}  # fmt: skip


def axis(title: str, reach: Iterable[float] | None = None, **more: Any) -> dict[str, Any]:
    """A plain axis; one without a reach finds its own."""
    made = {"title": {"text": title, "standoff": 4, "font": {"size": 12}}, "zeroline": False}
    return made | ({} if reach is None else {"range": [float(end) for end in reach]}) | more


def log_axis(title: str, reach: Sequence[float], **more) -> dict:
    """A logarithmic axis from 10^reach[0] to 10^reach[1] with about seven labels."""
    return axis(title, reach, type="log", exponentformat="power", dtick=apart(reach), **more)


def apart(reach: Sequence[float]) -> int:
    """How many decades apart the labels of a log axis stand."""
    return max(1, round(abs(reach[1] - reach[0]) / 6))


def log_range(rows: Iterable, deepest: float = 1e-16, highest: float = 1e12) -> list[float]:
    """A log axis' range in whole decades, in coarser ones where there are many, so that it stays
    put while a hand drags."""
    rows = [np.ravel(row) for row in rows]
    values = np.concatenate(rows) if rows else np.ones(1)
    values = values[np.isfinite(values) & (values > 0)]
    if not len(values):
        return [-1.0, 1.0]
    low, high = np.log10(np.clip([values.min(), values.max()], deepest, highest))
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100) if high - low <= 12 * step)
    low, high = math.floor(low / step) * step, math.ceil(high / step) * step
    return [float(low), float(max(high, low + step))]


def log_range_below_top(rows: Iterable, decades: int = 12) -> list[float]:
    """The same for curves that may stand at any height: so many decades below the largest value,
    which itself never lies on the edge."""
    largest = positive(np.concatenate([[np.nan], *(np.ravel(row) for row in rows)]))
    if np.isnan(largest).all():
        return [-1.0, 1.0]
    top = np.ceil(np.log10(np.nanmax(largest)) + 1e-9)
    low = log_range([largest], deepest=10.0 ** (top - decades), highest=1e300)[0]
    return [max(low, top - decades), float(top)]


def positive(values) -> np.ndarray:
    """nan for what a logarithmic axis has no place for."""
    values = np.asarray(values, dtype=float)
    return np.where((values > 0) & np.isfinite(values), values, np.nan)


def from_step_one(rows) -> np.ndarray:
    """Rows (T, ...) of the steps 1 to T on the clock's 0 to T: nothing leads to 0."""
    rows = np.where(np.isfinite(rows), rows, np.nan)
    return np.concatenate([np.full((1, *rows.shape[1:]), np.nan), rows])


def power(exponent: int, sign: str = "") -> str:
    """A power of ten as a label: 10⁻³, and 1 for the power 0."""
    return f"{sign}1" if exponent == 0 else f"{sign}10<sup>{exponent}</sup>".replace("-", "−")


def over(steps: int) -> list[float]:
    """An axis from step 0 to the last, with room for the half of a marker at either end."""
    return [-0.015 * steps, 1.015 * steps]


def colour_bar(ticks: Sequence[float], texts: Sequence[str], title: str = "", **more) -> dict:
    bar = {"tickvals": ticks, "ticktext": texts, "thickness": 10, "len": 1,
           "tickfont": {"size": 11}}  # fmt: skip
    return bar | ({"title": {"text": title, "side": "top"}} if title else {}) | more


# ------------------------------------------------------------------ traces


def track(
    name: str, look: Look, play: str, *, width: float = 2.4, size: int = 12, **places: Any
) -> dict[str, Any]:
    """A line in a look that the stage moves as `play` says (ui/live/overlay.js); `places` are its
    arrays x, y, z."""
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        **places,
        "line": {"color": look["colour"], "width": width, "dash": look["dash"]},
        "marker": {"color": look["colour"], "symbol": look["symbol"], "size": size},
        "meta": {"play": play, "group": name},
    }


def marks(name: str, look: Look, x, y, *, size: int) -> dict:
    """Markers in a look that stay where they are."""
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": x,
        "y": y,
        "marker": {"color": look["colour"], "symbol": look["symbol"], "size": size},
        "meta": {"play": "still", "group": name},
    }


def ink(name: str, x, y, *, width: float = 1.2, dash: str = "solid", opacity: float = 1.0) -> dict:
    """A line in the colour of the text, which no one has to point at."""
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": np.asarray(x, dtype=float),
        "y": np.asarray(y, dtype=float),
        "line": {"color": "ink", "width": width, "dash": dash},
        "opacity": opacity,
        "meta": {"play": "still", "silent": True},
    }


def needle(x: np.ndarray, ends: Iterable[float], colour: str = "ink", name: str = "step") -> dict:
    """A vertical line at the x (k,) of each of the clock's positions."""
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "line": {"color": colour, "width": 1.3},
        "opacity": 0.75,
        "meta": {
            "play": "frame",
            "silent": True,
            "x": np.repeat(np.asarray(x, dtype=float)[:, None], 2, axis=1),
            "y": np.broadcast_to(np.array([*ends], float), (len(x), 2)),
        },
    }


def later(trace: dict[str, Any], steps: int = 1) -> dict[str, Any]:
    """The same, but not before the clock has gone so many steps: it tells what comes of them."""
    unseen = [np.full(np.shape(trace["x"]), np.nan)] * steps
    rows = {axis: np.stack([*unseen, np.asarray(trace[axis], float)]) for axis in "xy"}
    kept = {name: part for name, part in trace.items() if name not in rows}
    return kept | {"meta": {**trace["meta"], "play": "frame", **rows}}


def holding(axis: str) -> dict:
    """Nothing, on an axis: Plotly draws none on which it has nothing to draw itself."""
    return {"type": "scatter", "name": "", "x": [0.0], "y": [None], "yaxis": axis,
            "hoverinfo": "skip"}  # fmt: skip


# ------------------------------------------------------------------ marks of the layout


def level(y: float, dash: str = "dot") -> dict:
    """A line across the plot, dotted unless told otherwise, as a shape."""
    line = {"color": "ink", "width": 1, "dash": dash}
    return {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": y, "y1": y, "line": line}


def note(text: str, x: float, y: float, *, size: int = 12, **more) -> dict:
    """Words on the plot, as an annotation."""
    font = {"size": size, "color": more.pop("colour", "ink")}
    return {"text": text, "x": float(x), "y": float(y), "showarrow": False, "font": font, **more}
