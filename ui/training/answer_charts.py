"""What a network in training answers everywhere in the plane, or along the line of its input.

After an explosion the last finite answer stays, with a note that says of which step it is.
"""

import numpy as np

from ui.figures import axis, colour_bar, layout
from ui.palette import HUES
from ui.training.charts import Side, rows

# Blue against orange stays apart for colour-blind eyes; the middle is the grey of "undecided".
SCALE = [[0, "#2c7be5"], [0.25, "#8fb2dd"], [0.5, "#c9ccd3"], [0.75, "#e6a78f"], [1, "#e4572e"]]
# Dark on every theme, as the ground under them is: no hex, which a dark page would lighten until
# a point that is answered right is its ground (ui/live/theme.js).
CLASSES = ("rgb(11, 79, 168)", "rgb(168, 48, 15)", "rgb(11, 107, 82)")
CLASS_SYMBOLS = ("circle", "square", "diamond")


def answers(side: Side, steps: np.ndarray, only: int | None = None) -> dict:
    """What the network answers everywhere, and the samples; `only` that clock position moves."""
    record = side.record
    steps = steps if only is None else steps[[only]]
    taken = _finite_rows(side, steps)
    if record.plan.data.kind == "regression":
        return _curve(side, steps, taken)
    shown = record.answers[taken]
    cells = round(len(record.places) ** 0.5)
    ticks = record.places[:cells, 0]
    if record.plan.data.kind == "binary":
        field = _chances(shown[..., 0].reshape(-1, cells, cells), ticks)
    else:
        sure = np.isfinite(shown).all(-1)
        winner = np.where(sure, shown.argmax(-1), np.nan)
        field = _winners(winner.reshape(-1, cells, cells), ticks)
    reach = [float(ticks[0]), float(ticks[-1])]
    frame = _frame(side.name, axis("x₁", reach), axis("x₂", reach))
    note = _note(side, steps, taken, reach, reach)
    return {"data": [field, *_samples(record.plan.data), *note], "layout": frame}


def _finite_rows(side: Side, steps: np.ndarray) -> np.ndarray:
    """The snapshot each clock position shows: after an explosion the last finite one, if any."""
    taken = rows(side, steps)
    finite = np.flatnonzero(np.isfinite(side.record.answers).all(axis=(1, 2)))
    return np.minimum(taken, finite[-1]) if side.record.exploded and len(finite) else taken


def _frame(name: str, xaxis: dict, yaxis: dict) -> dict:
    return layout(f"{name}{xaxis}{yaxis}", name, (40, 6, 26, 40), xaxis=xaxis, yaxis=yaxis)


def _note(side: Side, steps: np.ndarray, taken: np.ndarray, across, up) -> list[dict]:
    """Written in the panel from the step of an explosion on: when that was, and what is shown."""
    record = side.record
    if not record.exploded:
        return []
    kept = record.answers[taken[-1]]
    shown = f"Shown: the answer at step {record.snapshots[taken[-1]]}"
    if not np.isfinite(kept).all():
        shown = "No finite answer is left"
    elif record.plan.data.kind == "regression" and np.abs(kept).min() > up[1]:
        shown += ", off the scale"
    over = steps[:, None] >= record.last
    # Two lines of text, one above the other at the bottom.
    lines = [up[0] + 0.072 * (up[1] - up[0]), up[0]]
    return [
        {
            "type": "scatter",
            "mode": "text",
            "name": "explosion",
            "text": [f"Exploded at step {record.last}.", f"{shown}."],
            "meta": {
                "play": "frame",
                "silent": True,
                "x": np.where(over, across[0], np.full(2, np.nan)),
                "y": np.where(over, lines, np.nan),
            },
        }
    ]


def _chances(z: np.ndarray, ticks: np.ndarray) -> dict:
    return {
        "type": "contour",
        "x": ticks,
        "y": ticks,
        "z": z[-1].astype(np.float32),
        "zmin": 0,
        "zmax": 1,
        "colorscale": SCALE,
        "autocontour": False,
        "contours": {"coloring": "heatmap", "start": 0.5, "end": 0.5, "size": 1},
        "line": {"width": 2, "color": "#18202b"},
        "hovertemplate": "answer %{z:.4g}<extra></extra>",
        "colorbar": colour_bar([0, 0.5, 1], ["0", "½", "1"]),
        "meta": {"still": True, "play": "frames", "frames": {"z": z.astype(np.float32)}},
    }


def _winners(z: np.ndarray, ticks: np.ndarray) -> dict:
    pale = ("#8fb2dd", "#e6a78f", "#8cccb6")
    steps = [[edge / 3, colour] for at, colour in enumerate(pale) for edge in (at, at + 1)]
    return {
        "type": "heatmap",
        "x": ticks,
        "y": ticks,
        "z": z[-1].astype(np.float32),
        "zmin": -0.5,
        "zmax": 2.5,
        "colorscale": steps,
        "hovertemplate": "answer: class %{z}<extra></extra>",
        "colorbar": colour_bar([0, 1, 2], ["0", "1", "2"]),
        "meta": {"still": True, "play": "frames", "frames": {"z": z.astype(np.float32)}},
    }


def _samples(data) -> list[dict]:
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "name": f"class {label}",
            "x": data.inputs[data.labels == label, 0],
            "y": data.inputs[data.labels == label, 1],
            "hovertemplate": f"sample of class {label}<extra></extra>",
            "showlegend": False,
            "marker": {
                "color": CLASSES[label],
                "symbol": CLASS_SYMBOLS[label],
                "size": 6,
                "line": {"color": "#ffffff", "width": 0.8},
            },
            "meta": {"still": True},
        }
        for label in range(int(data.labels.max()) + 1)
    ]


def _curve(side: Side, steps: np.ndarray, taken: np.ndarray) -> dict:
    """A regression in one input: the samples, and the network's answer as a line."""
    record = side.record
    line = record.places[:, 0]
    y = record.answers[taken, :, 0]
    network = {
        "type": "scatter",
        "mode": "lines",
        "name": side.name,
        "line": {"color": side.look["colour"], "width": 3, "dash": side.look["dash"]},
        "meta": {"play": "frame", "group": side.name, "x": line, "y": y},
    }
    data = record.plan.data
    samples = {
        "type": "scatter",
        "mode": "markers",
        "name": "samples",
        "x": data.inputs[:, 0],
        "y": data.targets[:, 0],
        "hoverinfo": "x+y",
        "showlegend": False,
        "marker": {"color": HUES[-1], "size": 5, "opacity": 0.8},
        "meta": {"still": True},
    }
    high = 1.35 * float(np.abs(data.targets).max())
    reach = [float(line[0]), float(line[-1])]
    frame = _frame(side.name, axis("x", reach), axis("y", [-high, high]))
    note = _note(side, steps, taken, reach, [-high, high])
    return {"data": [samples, network, *note], "layout": frame}
