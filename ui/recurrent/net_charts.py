"""A net in training: loss and exam, gradient by lag, its origin in time, signal to noise."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from optcore.recurrent import CELLS, MemoryRecord
from optcore.recurrent.cells import LSTM
from ui.figures import level, log_range_below_top, note, positive, track
from ui.palette import looks
from ui.recurrent.figures import layout

# The place of a name decides its look, which it keeps for ever.
CELL_PLACES = ("LSTM", "Tanh", "ReLU", "GRU", "Leaky", "Linear")
LOOKS = looks([cell.name for cell in CELLS], CELL_PLACES)
DEEPEST = 14


def look_at(record: MemoryRecord, step: int) -> int:
    """Which look was the last one by a training step."""
    return max(0, int(np.searchsorted(record.looks, step, side="right")) - 1)


def losses(records: Sequence[MemoryRecord], steps: np.ndarray) -> dict[str, Any]:
    """The loss of each batch thin, the exam broad, and the line of a net without memory.

    All up to the clock's look: what a training comes to is not told before it is played.
    """
    data, curves, last = [], [], 1
    for record in records:
        taken = np.arange(len(record.losses))
        last = max(last, len(taken) - 1)
        for name, x, y in (("batch", taken, record.losses), ("exam", record.looks, record.exams)):
            data.append(_grown(record, name, x, y, steps))
            curves.append(y)
    bounds = log_range_below_top(curves or [np.ones(1)], 5)
    figure = layout("Loss: thin each batch, broad the exam", "training step", [0, last], bounds,
                    log=True)  # fmt: skip
    if records:
        blind = records[0].plan.task.blind
        figure["shapes"] = [level(blind, "dash")]
        figure["annotations"] = [note("without memory", 1.0, np.log10(blind), xref="paper",
                                      xanchor="right", yanchor="bottom")]  # fmt: skip
    return {"data": data, "layout": figure}


def _grown(record, name: str, x: np.ndarray, y: np.ndarray, steps: np.ndarray) -> dict[str, Any]:
    """A curve up to each of the clock's looks."""
    rows = np.where(x <= steps[:, None], positive(y), np.nan)
    trace = _frames(record, x.astype(float), rows)
    exam = name == "exam"
    trace |= {"name": f"{record.plan.cell.name}, {name}", "opacity": 1.0 if exam else 0.45,
              "mode": "lines+markers" if exam else "lines"}  # fmt: skip
    trace["line"] |= {"width": 2.8 if exam else 1.0}
    return trace


def by_lag(
    records: Sequence[MemoryRecord], steps: np.ndarray, bands: Mapping[str, np.ndarray]
) -> dict[str, Any]:
    """|dh_T/d(state)| by lag at the clock's look, over the band of several starts."""
    data, curves = [], []
    for record in records:
        rows = record.by_lag[[look_at(record, step) for step in steps]]
        lags = np.arange(rows.shape[1], dtype=float)
        data.append(_band(record, lags, bands[record.plan.cell.name]))
        data.append(_frames(record, lags, rows))
        curves += [rows, bands[record.plan.cell.name]]
        if isinstance(record.plan.cell, LSTM):
            data.append(_forgetting(record, lags))
    longest = max([record.plan.length for record in records], default=1)
    figure = layout("Gradient by lag; shaded: several starts", "lag", [0, longest],
                    log_range_below_top(curves or [np.ones(1)], DEEPEST), log=True)  # fmt: skip
    figure["shapes"] = [level(1.0)]
    return {"data": data, "layout": figure}


def shares(record: MemoryRecord, steps: np.ndarray) -> dict[str, Any]:
    """Which time steps the gradient of a cell's W_hidden comes from, over training."""
    shown = np.nan_to_num(100 * record.shares.T)
    # Up to the clock's look; the rest has no colour yet.
    rows = np.where(record.looks <= steps[:, None, None], shown, np.nan)
    heat = {
        "type": "heatmap", "x": record.looks.astype(float),
        "y": np.arange(1.0, record.plan.length + 1), "z": rows[-1],
        "zmin": 0.0, "zmax": float(shown.max(initial=1.0)),
        "colorscale": "ground", "reversescale": True,
        "hovertemplate": "step %{x}, time %{y}: %{z:.3g} %<extra></extra>",
        "colorbar": {"title": {"text": "%"}, "thickness": 10},
        "meta": {"play": "frame", "frames": {"z": rows}},
    }  # fmt: skip
    title = f"Where {record.plan.cell.name}'s gradient of W comes from"
    figure = layout(title, "training step", [record.looks[0], max(record.looks[-1], 1)],
                    [0.5, record.plan.length + 0.5], y="time step")  # fmt: skip
    return {"data": [heat], "layout": figure}


def signal(records: Sequence[MemoryRecord], steps: np.ndarray) -> dict[str, Any]:
    """How far the part of each lag in the gradient rises above its own noise, at the clock's look.

    A factor on the gradient moves none of it: below 1 there is nothing to scale up.
    """
    data, curves = [], []
    for record in records:
        rows = record.signal[[look_at(record, step) for step in steps]][:, ::-1]
        lags = np.arange(rows.shape[1], dtype=float)
        data.append(_frames(record, lags, rows))
        curves.append(rows)
    longest = max([record.plan.length for record in records], default=1)
    figure = layout("Signal to noise of each lag's part", "lag", [0, longest],
                    log_range_below_top(curves or [np.ones(1)], 4), log=True)  # fmt: skip
    figure["shapes"] = [level(1.0)]
    return {"data": data, "layout": figure}


# ------------------------------------------------------------------ pieces


def _frames(record, lags: np.ndarray, rows: np.ndarray) -> dict[str, Any]:
    drawn = _track(record, "frame", width=2.6, size=10)
    drawn["meta"] |= {"x": lags[None], "y": positive(rows)}
    return drawn


def _track(record, play: str, **more: Any) -> dict[str, Any]:
    name = record.plan.cell.name
    drawn = track(name, LOOKS[name], play, **more)
    drawn["meta"] |= {"log": True, "across": 10}
    return drawn


def _band(record, lags: np.ndarray, band: np.ndarray) -> dict[str, Any]:
    """The lowest and the highest over several starts, as one filled shape."""
    known = np.maximum(np.where(np.isfinite(band), band, np.nan), 1e-300)
    low, high = np.nanmin(known, axis=0), np.nanmax(known, axis=0)
    colour = LOOKS[record.plan.cell.name]["colour"]
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return {
        "type": "scatter", "mode": "none", "name": f"{record.plan.cell.name}, several starts",
        "x": np.concatenate([lags, lags[::-1]]), "y": np.concatenate([low, high[::-1]]),
        "fill": "toself", "fillcolor": f"rgba({red},{green},{blue},0.16)",
        "line": {"color": colour, "width": 0},
        "meta": {"play": "still", "group": record.plan.cell.name, "log": True, "across": 10,
                 "silent": True},
    }  # fmt: skip


def _forgetting(record, lags: np.ndarray) -> dict[str, Any]:
    """f^lag of the forget gate as its bias alone would set it."""
    gate = 1 / (1 + np.exp(-record.plan.cell.forget_bias))
    drawn = _track(record, "still", width=1.4, x=lags, y=positive(gate**lags))
    drawn["line"]["dash"] = "dot"
    return drawn | {"name": f"{record.plan.cell.name}, f to the power of the lag"}
