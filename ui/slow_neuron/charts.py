"""The slow output neuron: output, gradient and factors over the steps, and both planes."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from optcore.knobs import knobs
from optcore.training.neuron import NEURONS, Neuron, NeuronRun, NeuronStart
from ui.figures import axis, colour_bar, layout, level, log_axis, log_range, over, positive, track
from ui.palette import HUES
from ui.prose import number

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
    up = axis("a", [-0.04 * top, 1.04 * top])
    frame = _layout("Output", axis("step", over(steps)), up, shapes=[level(target)])
    return {"data": data, "layout": frame}


def gradients(runs: Sequence[NeuronRun], steps: int) -> dict:
    """Sizes of dL/dz against steps; thin, the error and the slope it is the product of."""
    data, shown = [], []
    for run in runs:
        size = positive(np.abs(run.deltas))
        data.append(_track(run, "curve", y=size, readout="dL/dz"))
        data[-1]["meta"] |= {"log": True, "across": 10, "reads": [number(y) for y in run.deltas]}
        # A ReLU comes to rest: its fall through all decades would flatten what the others do.
        shown.append(size if run.neuron.activation.name == "Sigmoid" else size[:1])
        if run.neuron.keeps_slope and run.neuron.activation.name == "Sigmoid":
            for name, factor, dash in (("error", run.errors, "dash"), ("slope", run.slopes, "dot")):
                thin = _track(run, "curve", y=positive(np.abs(factor)))
                thin["name"] = f"{run.neuron.name}: {name}"
                thin["line"] |= {"width": 1.6, "dash": dash}
                data.append(thin)
                shown.append(positive(np.abs(factor)))
    up = log_axis("|dL/dz|", log_range([*shown, [1.0]], deepest=DEEPEST))
    title = "Gradient; thin: error (dashed) × slope (dotted)"
    return {"data": data, "layout": _layout(title, axis("step", over(steps)), up)}


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
    up = axis("dL/dz", [low, 1.05], zeroline=True)
    frame = _layout("Gradient against z", axis("z = w x + b", [-REACH, REACH]), up)
    return {"data": data, "layout": frame}


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
        "colorbar": colour_bar([0, 0.5, 1], ["0", "½", "1"], "σ(z)"),
        "meta": {"still": True},
    }
    tracks = []
    for run in runs:
        rows = run.run.points[: len(run.z)]
        tracks.append(_track(run, "path", x=rows[:, 0], y=rows[:, 1]))
        tracks[-1]["meta"]["across"] = WINDOW[0][1] - WINDOW[0][0]
    frame = _layout("Start: drag the ring", axis("w", WINDOW[0]), axis("b", WINDOW[1]))
    return {"data": [ground, *tracks], "layout": frame}


def _track(run: NeuronRun, play: str, *, readout: str = "", **places: Any) -> dict:
    name = run.neuron.name
    made = track(name, LOOKS[name], play, width=2.6, **places)
    made["meta"] |= {"readout": readout} if readout else {}
    return made


def _layout(title: str, xaxis: dict, yaxis: dict, **more) -> dict:
    revision = f"{xaxis['title']['text']}{yaxis['title']['text']}"
    return layout(revision, title, (52, 14, 28, 38), xaxis=xaxis, yaxis=yaxis, **more)


def formula(neuron: Neuron) -> str:
    """dL/dz as a formula in plain text."""
    if neuron.activation.name == "ReLU":
        return "(a − y) [z > 0]"
    return "(a − y) a (1 − a)" if neuron.keeps_slope else "a − y"
