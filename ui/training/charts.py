"""Two trainings side by side: the gradient per layer over the steps, their loss, clipping.

All panels share a clock whose positions are the steps at which answers were taken down.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from optcore.training.plan import constant_loss
from optcore.training.record import TrainingRecord
from ui.figures import (
    axis,
    colour_bar,
    layout,
    level,
    log_axis,
    log_range,
    needle,
    note,
    over,
    positive,
    power,
    track,
)
from ui.prose import number

COLUMNS = 400
DEEPEST = 24
TITLES = {
    "Weights": "‖∂L/∂W‖",
    "Deltas": "‖δ‖",
    "Update ratio": "‖ΔW‖ / ‖W‖",
}


@dataclass(frozen=True)
class Side:
    """One of the trainings, with its name and the look of its curves."""

    name: str
    look: dict[str, str]
    record: TrainingRecord


def clock_steps(sides: Sequence[Side]) -> np.ndarray:
    """The training steps at which the clock can stand: snapshots, and the ends of short ones."""
    ends = [side.record.last for side in sides]
    steps = np.unique(np.concatenate([sides[0].record.plan.snapshots, ends]))
    return steps[steps <= max(ends)]


def rows(side: Side, steps: np.ndarray) -> np.ndarray:
    """The snapshot each clock position shows: the last one taken by then."""
    at = np.searchsorted(side.record.snapshots, steps, side="right") - 1
    return np.maximum(at, 0)


# ------------------------------------------------------------------ layer × step


def quantity(record: TrainingRecord, which: str) -> tuple[np.ndarray, np.ndarray]:
    """Steps (k,) and the quantity (k, layers) that the heat map shows."""
    if which == "Update ratio":
        return np.arange(1, record.last + 1), record.update_ratios
    values = record.weight_grad_norms if which == "Weights" else record.delta_norms
    return np.arange(record.last + 1), values


def span(sides: Sequence[Side], which: str) -> tuple[int, int]:
    """The decades that the colours of all heat maps share."""
    values = np.concatenate([np.ravel(quantity(side.record, which)[1]) for side in sides])
    values = values[np.isfinite(values) & (values > 0)]
    if not len(values):
        return -1, 0
    high = int(np.ceil(np.log10(values.max())))
    high = min(high, int(np.ceil(np.log10(np.quantile(values, 0.98)))) + 2)
    low = max(int(np.floor(np.log10(values.min()))), high - DEEPEST)
    return low, max(high, low + 1)


def heat(side: Side, steps: np.ndarray, which: str, decades: tuple[int, int]) -> dict:
    """The gradient of each layer over the steps, colours by decade, layer 1 reading the input."""
    record = side.record
    at, values = quantity(record, which)
    kept = np.unique(np.round(np.linspace(0, len(at) - 1, COLUMNS)).astype(int)) if len(at) else []
    at, values = at[kept], values[kept]
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(np.isfinite(values) & (values > 0), np.log10(values), np.nan)
    z = np.where(np.isinf(values), decades[1], z).T
    layers = np.arange(1, record.plan.depth + 2)
    low, high = decades
    every = max(1, -(-(high - low) // 6))
    ticks = list(range(low, high + 1, every))
    field = {
        "type": "heatmap",
        "x": at,
        "y": layers,
        "z": z.astype(np.float32),
        "zmin": low,
        "zmax": high,
        "colorscale": "Viridis",
        "hoverongaps": False,
        "hovertemplate": "step %{x}, layer %{y}<br>10^%{z:.2f}<extra></extra>",
        "colorbar": colour_bar(ticks, [power(tick) for tick in ticks]),
        "meta": {"still": True},
    }
    bounds = [0.5, layers[-1] + 0.5]
    total = max(1, int(steps[-1]))
    frame = layout(
        f"{side.name}{which}{total}", f"{side.name}: {TITLES[which]}", (40, 6, 26, 32),
        xaxis=axis("step", [0, total]),
        yaxis=axis("layer", bounds, tickmode="array", **_layer_ticks(len(layers))),
        annotations=_remarks(record, values, at, total),
    )  # fmt: skip
    return {"data": [field, needle(steps, bounds, "#ffffff")], "layout": frame}


def _layer_ticks(count: int) -> dict:
    every = max(1, -(-count // 9))
    at = [*range(1, count - every // 2, every), count]
    return {"tickvals": at, "ticktext": [*map(str, at[:-1]), f"{count} (out)"]}


def _remarks(record, values, at, total) -> list[dict]:
    """Where colours cannot say it: nothing after an explosion, gradients that are exactly 0."""
    remarks = []
    if record.exploded:
        left = record.last < total / 2
        remarks.append(_remark(record.last, "← inf: training is over" if left else "inf →", left))
    elif len(values) and (values[-1] == 0).all():
        dead = np.argmax((values == 0).all(-1))
        remarks.append(_remark((at[dead] + at[-1]) / 2, "exactly 0", None))
    return remarks


def _remark(x, text: str, left: bool | None) -> dict:
    anchor = "center" if left is None else "left" if left else "right"
    return note(text, x, 0.5, size=15, yref="paper", xanchor=anchor)


# ------------------------------------------------------------------ curves over the steps


def losses(sides: Sequence[Side], steps: np.ndarray) -> dict:
    """Loss on all samples, log scale, and the loss of an answer that ignores the input."""
    curves = [(side, side.record.losses, "loss") for side in sides]
    blind = constant_loss(sides[0].record.plan.data)
    figure = _over_steps(curves, steps, "loss", readout="loss", also=[blind])
    figure["layout"]["shapes"] = [level(blind)]
    figure["layout"]["annotations"] = [
        note("one answer for all", 0.99, np.log10(blind), size=11, xref="paper", xanchor="right",
             yanchor="bottom")
    ]  # fmt: skip
    return figure


def whole_gradient(sides: Sequence[Side], steps: np.ndarray) -> dict:
    """The norm of the whole gradient, before clipping and, dotted, after."""
    clip = sides[0].record.plan.clip
    curves = [(side, side.record.before, "before") for side in sides]
    if not clip:
        return _over_steps(curves, steps, "whole gradient ‖g‖", readout="‖g‖")
    curves += [(side, side.record.after, "after") for side in sides]
    return _over_steps(curves, steps, "‖g‖, dotted: clipped", readout="‖g‖")


def _over_steps(curves, steps, title, *, readout, also=()) -> dict:
    # Without the last leap of an explosion.
    reach = log_range([*(y for _, y, _ in curves), also], highest=1e40)
    clipped = any(kind == "after" for _, _, kind in curves)
    data = [needle(steps, [10.0 ** reach[0], 10.0 ** reach[1]])]
    for side, y, kind in curves:
        data.append(_line(side, y, kind))
        if kind == "after":
            continue
        data[-1]["opacity"] = 0.45 if clipped else 1.0
        data.append(_head(side, steps, y, readout))
    total = max(1, int(steps[-1]))
    frame = layout(f"{title}{total}{reach}", margin=(56, 14, 10, 32),
                   xaxis=axis("step", over(total)), yaxis=log_axis(title, reach))  # fmt: skip
    return {"data": data, "layout": frame}


def _line(side: Side, y: np.ndarray, kind: str) -> dict:
    places: dict[str, Any] = {"x": np.arange(len(y)), "y": positive(y)}
    line = track(side.name, side.look, "still", width=2.2, **places)
    if kind == "after":
        line["name"] += ", clipped"
        line["line"]["dash"] = "dot"
    return line


def _head(side: Side, steps: np.ndarray, y: np.ndarray, readout: str) -> dict:
    """The point of a curve at each clock position; in the legend, its number.

    After the end of a training the legend says of which step the loss is; gradients are over.
    """
    rows = np.minimum(steps, len(y) - 1)
    late = f"{number(y[-1])} at step {len(y) - 1}" if readout == "loss" else "–"
    return {
        "type": "scatter",
        "mode": "markers",
        "name": side.name,
        "y": y[rows],
        "marker": {"color": side.look["colour"], "symbol": side.look["symbol"], "size": 12},
        "meta": {
            "play": "frame",
            "group": side.name,
            "x": rows[:, None].astype(float),
            "y": positive(y[rows])[:, None],
            "readout": readout,
            "reads": [number(y[step]) if step < len(y) else late for step in steps],
        },
    }
