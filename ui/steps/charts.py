"""The stream, the steps that follow from it, and what can be told of them: plain Plotly dicts.

Every curve stands on the clock's steps 0 to T; nothing is played at 0.
"""

import numpy as np

from optcore.streams import LongestStep, Response
from optcore.streams.kinds import DrawnStream
from ui.figures import (
    axis,
    from_step_one,
    holding,
    layout,
    level,
    log_axis,
    log_range_below_top,
    note,
    positive,
    track,
)
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
    figure["data"] = [*_stems(playing), *figure["data"], *map(holding, ("y", "y2"))]
    plot = figure["layout"]
    most = 1.1 * top(playing)
    plot |= {
        "yaxis": axis("", [-most, most], domain=above, zeroline=True),
        "yaxis2": plot["yaxis"] | {"domain": below, "zeroline": True},
        "annotations": [_heading("gradient", above[1]), _heading(title, below[1])],
    }
    plot["xaxis"] |= {"anchor": "y2"}
    del plot["title"], plot["shapes"]
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
    reach = [span(np.concatenate(values)) for values in zip(*both, strict=True)]
    across, up = reach or ([0.0, 1.0], [0.0, 1.0])
    title = "path of both coordinates, in rates"
    plot = layout(title, title, (52, 12, 28, 34), xaxis=axis("first", across, zeroline=True),
                  yaxis=axis("second", up, zeroline=True))  # fmt: skip
    return {"data": data, "layout": plot}


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


# Degrees below which an angle is what rounding leaves of none.
ROUNDED = 1e-10


def angles(playing: Playing, responses: dict[str, Response]) -> dict:
    """Degrees between the step and downhill; above 90 the step climbs."""
    data = [
        _track(
            name,
            0,
            from_step_one(np.where(response.angles < ROUNDED, 0.0, response.angles)),
            "degrees",
        )
        for name, response in responses.items()
    ]
    uphill = {"type": "rect", "xref": "paper", "x0": 0, "x1": 1, "y0": 90, "y1": 183,
              "layer": "below", "fillcolor": "rgba(212,61,42,0.07)",
              "line": {"width": 0}}  # fmt: skip
    plot = _over_steps(
        "angle to downhill, degrees",
        playing.steps,
        axis("", [0.0, 183.0], tickvals=[0, 45, 90, 135, 180]),
        shapes=[level(90.0), uphill],
        annotations=[_at_the_right("climbs", 180.0),
                     _at_the_right("descends", 2.0, "bottom")],
    )  # fmt: skip
    return {"data": data, "layout": plot}


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
            claimed = _track(name, 1, from_step_one(np.full(playing.steps, bound.claimed)), "")
            below.append(claimed | {"name": f"{name}: the paper's bound", "meta": _still(name)})
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
    title = "uphill, in rates per period"
    plot = layout(title, title, (52, 12, 28, 34), xaxis=log_axis("1 − β₂", [-5.0, 0.0]),
                  yaxis=axis("", bounds), shapes=[level(0.0)],
                  annotations=[_at_the_right("the wrong way", bounds[1])],
                  )  # fmt: skip
    return {"data": data, "layout": plot}


# ------------------------------------------------------------------ pieces


def size(values: np.ndarray) -> np.ndarray:
    """Lengths for a log axis, where 0 has no place."""
    return positive(np.abs(values))


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


def _finished(data: list[dict], playing: Playing, title: str, log: bool) -> dict:
    """The figure of curves over the steps, on axes that hold them."""
    curves = [trace["y"] for trace in data]
    bounds = log_range_below_top(curves) if log else span(np.concatenate(curves or [[1.0]]))
    up = log_axis("", bounds) if log else axis("", bounds)
    plot = _over_steps(title, playing.steps, up, shapes=[] if log else [level(0.0)])
    across = 10 if log else bounds[1] - bounds[0]
    for trace in data:
        trace["meta"] |= {"across": across, **({"log": True} if log else {})}
    return {"data": data, "layout": plot}


def _over_steps(title: str, steps: int, up: dict, **more) -> dict:
    """A plot over the clock's steps with its title above, room for half a marker at the end."""
    across = axis("step", [0, steps + 0.5])
    return layout(title, title, (52, 12, 28, 34), xaxis=across, yaxis=up, **more)


def _track(name: str, coordinate: int, y: np.ndarray, readout: str) -> dict:
    size = 12 if coordinate == 0 else 8
    drawn = track(name, OPTIMIZER_LOOKS[name], "curve", width=WIDTHS[coordinate], size=size, y=y)
    drawn["meta"]["readout"] = readout + "₂" * coordinate
    return drawn if coordinate == 0 else drawn | {"name": f"{name}, {COORDINATES[1]}"}


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


def _at_the_right(text: str, y: float, anchor: str = "top") -> dict:
    return note(text, 1.0, y, xref="paper", xanchor="right", yanchor=anchor)


def _heading(text: str, y: float) -> dict:
    """The title of one of two plots, one above the other."""
    return {"text": text, "xref": "paper", "x": 0.0, "xanchor": "left", "yref": "paper", "y": y,
            "yanchor": "bottom", "showarrow": False, "font": {"size": 14}}  # fmt: skip
