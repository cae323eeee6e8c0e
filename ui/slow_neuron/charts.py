"""The slow output neuron: output, gradient and factors over the steps, and both planes."""

from collections.abc import Sequence

import numpy as np

from optcore.knobs import knobs
from optcore.training.neuron import NEURONS, Neuron, NeuronRun, NeuronStart
from ui.palette import HUES
from ui.training.charts import over

LOOKS = {
    neuron.name: {"colour": HUES[hue], "dash": dash, "symbol": symbol}
    for neuron, (hue, dash, symbol) in zip(
        NEURONS, ((1, "solid", "square"), (0, "dash", "circle"), (2, "dashdot", "diamond")),
        strict=True,
    )
}  # fmt: skip
WINDOW = tuple((knobs(NeuronStart)[name].low, knobs(NeuronStart)[name].high) for name in "wb")
REACH = 10.0
POINTS = 201
CELLS = 49
DEEPEST = 1e-12


def outputs(runs: Sequence[NeuronRun], steps: int) -> dict:
    """The output of each neuron against steps, and the target."""
    data = [_track(run, "curve", y=run.outputs, readout="a") for run in runs]
    top = max([1.0, *(float(np.nanmax(run.outputs)) for run in runs)])
    target = runs[0].neuron.y if runs else 0.0
    layout = _layout("Output", "step", over(steps), "a", [-0.04 * top, 1.04 * top])
    layout["shapes"] = [_level(target)]
    return {"data": data, "layout": layout}


def gradients(runs: Sequence[NeuronRun], steps: int) -> dict:
    """Sizes of dL/dz against steps; thin, the error and the slope it is the product of."""
    data, shown = [], []
    for run in runs:
        size = _size(run.deltas)
        data.append(_track(run, "curve", y=size, readout="dL/dz"))
        data[-1]["meta"] |= {"log": True, "across": 10, "reads": [_read(y) for y in run.deltas]}
        # A ReLU comes to rest: its fall through all decades would flatten what the others do.
        shown.append(size if run.neuron.activation.name == "Sigmoid" else size[:1])
        if run.neuron.keeps_slope and run.neuron.activation.name == "Sigmoid":
            for name, factor, dash in (("error", run.errors, "dash"), ("slope", run.slopes, "dot")):
                thin = _track(run, "curve", y=_size(factor))
                thin["name"] = f"{run.neuron.name}: {name}"
                thin["line"] |= {"width": 1.6, "dash": dash}
                data.append(thin)
                shown.append(_size(factor))
    bounds = _decades(shown)
    title = "Gradient; thin: error (dashed) × slope (dotted)"
    layout = _layout(title, "step", over(steps), "|dL/dz|", bounds)
    every = max(1, -(-int(bounds[1] - bounds[0]) // 7))
    layout["yaxis"] |= {"type": "log", "exponentformat": "power", "dtick": every}
    return {"data": data, "layout": layout}


def plane(runs: Sequence[NeuronRun]) -> dict:
    """dL/dz against z, and where each neuron stands on its curve."""
    # A point just above 0 keeps the jump of a ReLU upright.
    z = np.sort(np.append(np.linspace(-REACH, REACH, POINTS), 1e-9))
    data = []
    for run in runs:
        data.append(_track(run, "still", x=z, y=run.neuron.delta(z)))
        spot = _track(run, "frame")
        spot["mode"] = "markers"
        spot["marker"]["size"] = 15
        spot["meta"] |= {"x": run.z[:, None], "y": run.deltas[:, None]}
        data.append(spot)
    target = runs[0].neuron.y if runs else 0.0
    low = -1.05 if target > 0 else -0.05
    layout = _layout("Gradient against z", "z = w x + b", [-REACH, REACH], "dL/dz", [low, 1.05])
    layout["yaxis"]["zeroline"] = True
    return {"data": data, "layout": layout}


def weights(runs: Sequence[NeuronRun], start: NeuronStart) -> dict:
    """The plane of w and b: the sigmoid's output as ground, and the paths of the neurons."""
    w, b = (np.linspace(low, high, CELLS) for low, high in WINDOW)
    sigmoid = NEURONS[0]
    a = sigmoid.output(w[None, :] * start.x + b[:, None])
    ground = {
        "type": "contour",
        "x": w,
        "y": b,
        "z": a,
        "zmin": 0,
        "zmax": 1,
        "colorscale": "ground",
        "autocontour": False,
        "contours": {"start": 0.1, "end": 0.9, "size": 0.2},
        "line": {"width": 0.6, "color": "rgba(120,130,145,0.55)"},
        "hovertemplate": "w %{x:.2f}, b %{y:.2f}<br>σ(z) %{z:.4f}<extra></extra>",
        "colorbar": {"title": {"text": "σ(z)", "side": "top"}, "thickness": 10, "len": 0.95},
        "meta": {"still": True},
    }
    tracks = []
    for run in runs:
        rows = run.run.points[: len(run.z)]
        tracks.append(_track(run, "path", x=rows[:, 0], y=rows[:, 1]))
        tracks[-1]["meta"]["across"] = WINDOW[0][1] - WINDOW[0][0]
    layout = _layout("Start: drag the ring", "w", list(WINDOW[0]), "b", list(WINDOW[1]))
    return {"data": [ground, *tracks], "layout": layout}


def _size(values: np.ndarray) -> np.ndarray:
    size = np.abs(values)
    return np.where(size > 0, size, np.nan)


def _read(value: float) -> str:
    return "exactly 0" if value == 0 else f"{value:.3g}"


def _decades(curves: Sequence[np.ndarray]) -> list[float]:
    values = np.concatenate(curves) if curves else np.ones(1)
    values = values[np.isfinite(values) & (values >= DEEPEST)]
    if not len(values):
        return [-4.0, 0.0]
    low, high = np.floor(np.log10(values.min())), np.ceil(np.log10(values.max()))
    return [float(low), float(max(high, low + 1, 0))]


def _level(y: float) -> dict:
    line = {"color": "ink", "width": 1, "dash": "dot"}
    return {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": y, "y1": y, "line": line}


def _track(run: NeuronRun, play: str, *, readout: str = "", **places: np.ndarray) -> dict:
    look = LOOKS[run.neuron.name]
    meta = {"play": play, "group": run.neuron.name}
    return {
        "type": "scatter",
        "mode": "lines",
        "name": run.neuron.name,
        **places,
        "line": {"color": look["colour"], "width": 2.6, "dash": look["dash"]},
        "marker": {"color": look["colour"], "symbol": look["symbol"], "size": 12},
        "meta": meta | ({"readout": readout} if readout else {}),
    }


def _layout(title: str, x: str, across, y: str, up) -> dict:
    return {
        "uirevision": f"{x}{y}",
        "title": {"text": title, "font": {"size": 14}, "x": 0.02, "xanchor": "left", "y": 0.985,
                  "yanchor": "top"},
        "margin": {"l": 52, "r": 14, "t": 28, "b": 38},
        "font": {"size": 12},
        "showlegend": False,
        "dragmode": "zoom",
        "xaxis": {"title": {"text": x, "standoff": 4}, "range": list(across), "zeroline": False},
        "yaxis": {"title": {"text": y, "standoff": 4}, "range": list(up), "zeroline": False},
    }  # fmt: skip


def formula(neuron: Neuron) -> str:
    """dL/dz as a formula in plain text."""
    if neuron.activation.name == "ReLU":
        return "(a − y) [z > 0]"
    return "(a − y) a (1 − a)" if neuron.keeps_slope else "a − y"
