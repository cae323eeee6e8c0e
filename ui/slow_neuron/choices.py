"""What the slow-neuron page needs beside the core: its sliders, its runs, what it is told."""

import csv
import io
from collections.abc import Sequence
from functools import lru_cache

import streamlit as st

from optcore.knobs import knobs
from optcore.training.neuron import NEURONS, Neuron, NeuronRun, NeuronStart, run_neuron
from ui import controls
from ui.live.stage import Handle, Panel
from ui.slow_neuron import charts as chart
from ui.state import Link

DIALS = [controls.Dials("The neuron", "neuron", NeuronStart())]
MOST = int(knobs(NeuronStart)["steps"].high)


def choose(link: Link) -> list[Neuron]:
    return controls.pick_some(link, "show", "Neurons", NEURONS, NEURONS[:2])


def set_up(link: Link) -> tuple[NeuronStart, list]:
    (start,), board = controls.read(link, DIALS)
    return start, [board]


@lru_cache(maxsize=64)
def run(neuron: Neuron, start: NeuronStart) -> NeuronRun:
    return run_neuron(neuron, start)


def panels(runs: Sequence[NeuronRun], start: NeuronStart) -> list[Panel]:
    steps = {"x": "step"}
    return [
        Panel(chart.outputs(runs, start.steps), "290px", cursor=True, labels=steps | {"y": "a"}),
        Panel(chart.plane(runs), "290px", labels={"x": "z", "y": "dL/dz"}),
        Panel(chart.gradients(runs, start.steps), "290px", cursor=True,
              labels=steps | {"y": "size"}),
        Panel(chart.weights(runs, start), "290px", click="start", labels={"x": "w", "y": "b"}),
    ]  # fmt: skip


def handle(start: NeuronStart) -> Handle:
    return Handle("start", (start.w, start.b), "Start: drag it, or use the arrow keys", panel=3)


def place(link: Link, start: NeuronStart) -> int | None:
    """The clock's step in the link, None for the end."""
    at = link.get("at", controls.number(0, MOST, True), None)
    if at is None or at >= start.steps:
        return start.steps
    link.show("at", str(at))
    return at


def hear(link: Link, start: NeuronStart, change: dict) -> None:
    """Takes over sliders, the clock, and the start as far as the sliders reach."""
    values, at = {}, change.get("at")
    spot = (change.get("handles") or {}).get("start")
    if spot:
        for name, value, (low, high) in zip("wb", spot, chart.WINDOW, strict=True):
            values[f"neuron.{name}"] = round(min(max(float(value), low), high), 3)
    if isinstance(at, int) and 0 <= at <= MOST:
        values["at"] = None if at >= start.steps else at
    controls.hear(link, DIALS, change, values)


def download(runs: Sequence[NeuronRun]) -> None:
    """The numbers of all steps as CSV."""
    if runs:
        st.download_button(
            "CSV", table(runs), "slow-neuron.csv", "text/csv", on_click="ignore",
            icon=":material/download:",
        )  # fmt: skip


def table(runs: Sequence[NeuronRun]) -> str:
    """A row per neuron and step."""
    text = io.StringIO()
    sheet = csv.writer(text, lineterminator="\n")
    sheet.writerow(["neuron", "step", "w", "b", "z", "output", "error", "slope", "dL_dz", "loss"])
    for each in runs:
        columns = (each.z, each.outputs, each.errors, each.slopes, each.deltas, each.run.values)
        for step, (point, *numbers) in enumerate(zip(each.run.points, *columns, strict=False)):
            sheet.writerow([each.neuron.name, step, *point.tolist(), *map(float, numbers)])
    return text.getvalue()
