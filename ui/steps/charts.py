"""The stream, the steps that follow from it, and what can be told of them: plain Plotly dicts.

Every curve stands on the clock's steps 0 to T; nothing is played at 0.
"""

import numpy as np

from optcore.streams import LongestStep, Response
from optcore.streams.kinds import DrawnStream
from ui.palette import OPTIMIZER_LOOKS
from ui.steps.case import Drift, Playing

INK = "ink"
# The second coordinate keeps the look of its optimizer, thinner.
WIDTHS, COORDINATES = (2.4, 1.2), ("first", "second")
LEAST_SPAN = 1e-300


def played(playing: Playing, responses: dict[str, Response], *, law: bool, log: bool) -> dict:
    """The gradients as lollipops over the steps that follow, in learning rates, on one time axis.

    Broad and pale under a curve is what the law foretells. `log` shows lengths, on a log axis.
    """
    title = "step length, in rates" if log else "step down, in rates"
    above, below = [0.69, 1.0], [0.0, 0.59]
    figure = _finished(_steps(playing, responses, law, log), playing, title, log)
    for trace in figure["data"]:
        trace["yaxis"] = "y2"
    figure["data"] = [*_stems(playing), *figure["data"], *map(_holding, ("y", "y2"))]
    layout = figure["layout"]
    most = 1.1 * top(playing)
    layout |= {
        "yaxis": {"range": [-most, most], "domain": above, "zeroline": True},
        "yaxis2": layout["yaxis"] | {"domain": below, "zeroline": True},
        "annotations": [_heading("gradient", above[1]), _heading(title, below[1])],
    }
    layout["xaxis"] |= {"anchor": "y2"}
    del layout["title"], layout["shapes"]
    return figure


def top(playing: Playing) -> float:
    """The largest gradient there is, or may be drawn: the axis goes as far up as down from it."""
    first, largest = playing.streams[0], float(np.abs(playing.gradients).max())
    if isinstance(first, DrawnStream):
        return max(first.size, largest)
    return float(f"{largest:.3g}") or 1.0


def _stems(playing: Playing) -> list[dict]:
    """One coordinate beside the other where there are two; a hand draws the first."""
    names = [f"{which} gradient" for which in COORDINATES] if playing.two else ["gradient"]
    return [
        {
            "type": "scatter",
            "name": name,
            "y": from_step_one(gradients),
            "marker": {"color": INK, "size": 7, "symbol": ("circle", "circle-open")[i]},
            "meta": {"play": "stems", "shift": 0.3 * i},
        }
        for i, (name, gradients) in enumerate(zip(names, playing.gradients.T, strict=True))
    ]


def _holding(axis: str) -> dict:
    """Nothing, on an axis: Plotly draws none on which it has nothing to draw itself."""
    return {"type": "scatter", "name": "", "x": [0.0], "y": [None], "yaxis": axis,
            "hoverinfo": "skip"}  # fmt: skip


def _steps(playing: Playing, responses: dict[str, Response], law: bool, log: bool) -> list[dict]:
    """A curve for each optimizer and coordinate, with the laws under all of them."""
    below, above = [], []
    for optimizer in playing.optimizers:
        response = responses[optimizer.name]
        foretold = playing.law(optimizer) if law else None
        for i in range(len(playing.streams)):
            if foretold is not None:
                rates = foretold[:, i] / response.learning_rate
                below.append(_law_track(optimizer.name, from_step_one(_down(rates, log))))
            rates = from_step_one(_down(response.in_rates[:, i], log))
            above.append(_track(optimizer.name, i, rates, "step"))
    return [*below, *above]


def _down(rates: np.ndarray, log: bool) -> np.ndarray:
    return size(rates) if log else -rates


def effective_rates(playing: Playing, responses: dict[str, Response]) -> dict:
    """|step|/|gradient| in learning rates, coordinate by coordinate; a gap where there is none."""
    data = []
    for name, response in responses.items():
        for i in range(len(playing.streams)):
            rates = size(response.effective_rates[:, i] / response.learning_rate)
            data.append(_track(name, i, from_step_one(rates), "|Δθ|/|g|"))
    return _finished(data, playing, "effective rate, in rates", log=True)


def ways(playing: Playing, responses: dict[str, Response], *, log: bool) -> dict:
    """The length of the way so far, in learning rates."""
    data = []
    for name, response in responses.items():
        for i in range(len(playing.streams)):
            way = response.travelled[:, i] / response.learning_rate
            data.append(_track(name, i, size(way) if log else way, "way"))
    return _finished(data, playing, "way, in rates", log)


def places(playing: Playing, responses: dict[str, Response]) -> dict:
    """Where each is, in learning rates from where it began."""
    data = []
    for name, response in responses.items():
        for i in range(len(playing.streams)):
            place = _known(response.points[:, i] / response.learning_rate)
            data.append(_track(name, i, place, "place"))
    return _finished(data, playing, "place θ, in rates", log=False)


def paths(playing: Playing, responses: dict[str, Response]) -> dict:
    """The way through the plane of both coordinates, in learning rates."""
    data, both = [], []
    for name, response in responses.items():
        x, y = _known(response.points.T / response.learning_rate)
        trace = _track(name, 0, y, "second")
        data.append({**trace, "x": x, "meta": {"play": "path", "group": name}})
        both.append((x, y))
    layout = _layout("path of both coordinates, in rates", playing.steps, [0.0, 1.0])
    for axis, values in zip(("xaxis", "yaxis"), zip(*both, strict=True), strict=False):
        layout[axis] |= {"range": span(np.concatenate(values)), "zeroline": True}
    layout["xaxis"]["title"] = {"text": "first"}
    layout["yaxis"]["title"] = {"text": "second"}
    return {"data": data, "layout": layout}


def memories(playing: Playing, responses: dict[str, Response], *, log: bool) -> dict[str, dict]:
    """A figure for each memory by its name, whoever has it; what is bias corrected, dotted.

    A counter tells nothing and is left out. `log` shows sizes, on a log axis.
    """
    found: dict[str, list] = {}
    for name, response in responses.items():
        for memory, rows in response.memory.items():
            if memory == "count":
                continue
            base = memory.removesuffix("_hat")
            columns = rows.reshape(len(rows), -1).T
            for i, column in enumerate(columns):
                shown = size(column) if log else _known(column)
                trace = _track(name, i, shown, memory.replace("_", " "))
                if base != memory:
                    trace["line"] |= {"dash": "dot"}
                    # Before the first step nothing was divided.
                    trace["y"] = from_step_one(shown[1:])
                found.setdefault(base, []).append(trace)
    return {
        name: _finished(data, playing, name.replace("_", " "), log) for name, data in found.items()
    }


def angles(playing: Playing, responses: dict[str, Response]) -> dict:
    """Degrees between the step and downhill; above 90 the step climbs."""
    data = [
        _track(name, 0, from_step_one(response.angles), "degrees")
        for name, response in responses.items()
    ]
    layout = _layout("angle to downhill, degrees", playing.steps, [0.0, 183.0])
    layout["yaxis"] |= {"tickvals": [0, 45, 90, 135, 180]}
    layout["shapes"] = [
        _level(90.0),
        {"type": "rect", "xref": "paper", "x0": 0, "x1": 1, "y0": 90, "y1": 183, "layer": "below",
         "fillcolor": "rgba(212,61,42,0.07)", "line": {"width": 0}},
    ]  # fmt: skip
    layout["annotations"] = [_note("climbs", 1.0, 180.0), _note("descends", 1.0, 2.0, "bottom")]
    return {"data": data, "layout": layout}


def longest(
    playing: Playing, responses: dict[str, Response], bounds: dict[str, LongestStep], *, law: bool
) -> dict:
    """The longest step so far of each, in rates; a thin level is the bound that the paper states.

    With `law`, broad and pale, the longest that any stream allows by each step.
    """
    below, above = [], []
    for name, response in responses.items():
        lengths = np.abs(response.in_rates).max(axis=-1)
        record = np.maximum.accumulate(np.where(np.isfinite(lengths), lengths, 0.0))
        if name in bounds:
            bound = bounds[name]
            if law:
                below.append(_law_track(name, from_step_one(bound.by_step)))
            level = _track(name, 1, from_step_one(np.full(playing.steps, bound.claimed)), "")
            below.append(level | {"name": f"{name}: the paper's bound", "meta": _still(name)})
        above.append(_track(name, 0, from_step_one(record), "longest"))
    return _finished([*below, *above], playing, "longest step so far, in rates", log=False)


def drifts(found: dict[str, Drift]) -> dict:
    """The way per period against 1 - beta2, where each stands, and where its way turns."""
    data = []
    for name, each in found.items():
        look = OPTIMIZER_LOOKS[name]
        places = [("lines", each.rest, each.way, look["symbol"]),
                  ("markers", [each.rest_now], [each.now], look["symbol"])]  # fmt: skip
        if each.turning is not None:
            places.append(("markers", [1 - each.turning], [0.0], "cross"))
        for mode, x, y, symbol in places:
            trace = _track(name, 0, np.asarray(y), "rates per period")
            trace |= {"x": np.asarray(x), "mode": mode, "meta": _still(name)}
            trace["marker"] |= {"symbol": symbol}
            data.append(trace)
    bounds = span(np.concatenate([each.way for each in found.values()] or [[0.0]]))
    layout = _layout("uphill, in rates per period", 1, bounds)
    layout["xaxis"] = {"type": "log", "range": [-5.0, 0.0], "title": {"text": "1 − β₂"},
                       "dtick": 1, "exponentformat": "power"}  # fmt: skip
    layout["shapes"] = [_level(0.0)]
    layout["annotations"] = [_note("the wrong way", 1.0, bounds[1])]
    return {"data": data, "layout": layout}


# ------------------------------------------------------------------ pieces


def from_step_one(values: np.ndarray) -> np.ndarray:
    """Values of the steps 1 to T on the clock's 0 to T."""
    return np.concatenate([[np.nan], _known(values)])


def size(values: np.ndarray) -> np.ndarray:
    """Lengths for a log axis, where 0 has no place."""
    lengths = np.abs(values)
    return np.where(lengths > LEAST_SPAN, lengths, np.nan)


def _known(values: np.ndarray) -> np.ndarray:
    return np.where(np.isfinite(values), values, np.nan)


def span(values: np.ndarray) -> list[float]:
    """An axis that holds the values, in steps of 1, 2 or 5, so that it stays while a hand moves."""
    known = np.ravel(values)
    known = known[np.isfinite(known)]
    low, high = known.min(initial=0.0), known.max(initial=0.0)
    reach = high - low
    if reach < LEAST_SPAN:
        return [0.0, 1.0]
    grain = _round_up(reach / 8)
    ends = np.floor(1.02 * low / grain) * grain, np.ceil(1.02 * high / grain) * grain
    return [float(f"{end:.6g}") for end in ends]


def _round_up(number: float) -> float:
    decade = 10.0 ** np.floor(np.log10(number))
    return float(decade * next(each for each in (1, 2, 5, 10) if each * decade >= number * 0.999))


def decades(curves: list[np.ndarray]) -> list[float]:
    """A log axis in whole decades, at most twelve below the top."""
    values = np.concatenate([np.ravel(curve) for curve in curves]) if curves else np.ones(1)
    values = values[np.isfinite(values) & (values > 0)]
    if not values.size:
        return [-1.0, 1.0]
    high = np.ceil(np.log10(values.max()) + 1e-9)
    low = max(np.floor(np.log10(values.min())), high - 12)
    return [float(low), float(max(high, low + 1))]


def _finished(data: list[dict], playing: Playing, title: str, log: bool) -> dict:
    """The figure of curves over the steps, on axes that hold them."""
    curves = [trace["y"] for trace in data]
    bounds = decades(curves) if log else span(np.concatenate(curves or [[1.0]]))
    layout = _layout(title, playing.steps, bounds)
    if log:
        every = max(1, round((bounds[1] - bounds[0]) / 5))
        layout["yaxis"] |= {"type": "log", "exponentformat": "power", "dtick": every}
    layout["shapes"] = [] if log else [_level(0.0)]
    across = 10 if log else bounds[1] - bounds[0]
    for trace in data:
        trace["meta"] |= {"across": across, **({"log": True} if log else {})}
    return {"data": data, "layout": layout}


def _track(name: str, coordinate: int, y: np.ndarray, readout: str) -> dict:
    look = OPTIMIZER_LOOKS[name]
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name if coordinate == 0 else f"{name}, {COORDINATES[1]}",
        "y": y,
        "line": {"color": look["colour"], "width": WIDTHS[coordinate], "dash": look["dash"]},
        "marker": {"symbol": look["symbol"], "size": 12 if coordinate == 0 else 8},
        "meta": {"play": "curve", "group": name, "readout": readout + "₂" * coordinate},
    }


def _law_track(name: str, y: np.ndarray) -> dict:
    """Broad, pale and solid under the curve: where both agree the curve has a halo."""
    look = OPTIMIZER_LOOKS[name]
    return {
        "type": "scatter",
        "mode": "lines",
        "name": f"{name}: the law",
        "y": y,
        "opacity": 0.28,
        "line": {"color": look["colour"], "width": 8},
        "meta": _still(name),
    }


def _still(name: str) -> dict:
    return {"play": "still", "group": name}


def _level(y: float) -> dict:
    line = {"color": INK, "width": 1, "dash": "dot"}
    return {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": y, "y1": y, "line": line}


def _note(text: str, x: float, y: float, anchor: str = "top") -> dict:
    return {"text": text, "xref": "paper", "x": x, "y": y, "xanchor": "right", "yanchor": anchor,
            "showarrow": False}  # fmt: skip


def _heading(text: str, y: float) -> dict:
    """The title of one of two plots, one above the other."""
    return {"text": text, "xref": "paper", "x": 0.0, "xanchor": "left", "yref": "paper", "y": y,
            "yanchor": "bottom", "showarrow": False, "font": {"size": 14}}  # fmt: skip


def _layout(title: str, steps: int, bounds: list[float]) -> dict:
    return {
        "uirevision": title,
        "title": {"text": title, "font": {"size": 14}, "x": 0.02, "xanchor": "left", "y": 0.985,
                  "yanchor": "top"},
        "margin": {"l": 52, "r": 12, "t": 28, "b": 34},
        "showlegend": False,
        "dragmode": "zoom",
        "xaxis": {"title": {"text": "step"}, "range": [0, steps + 0.5], "zeroline": False},
        "yaxis": {"range": bounds, "zeroline": False},
    }  # fmt: skip
