"""What the slow-neuron page needs beside the core: its sliders and its runs."""

from collections.abc import Sequence

import streamlit as st

from optcore.training.neuron import Neuron, NeuronRun, NeuronStart, run_neuron
from ui import controls
from ui.address import Address
from ui.cache import cached
from ui.live.stage import Handle, Panel
from ui.slow_neuron import charts, words
from ui.state import PageState

DIALS = [controls.Dials("The neuron", "neuron", NeuronStart())]


def choose(state: PageState) -> tuple[Neuron, ...]:
    return controls.pick_some(state, "neurons", "Neurons", label_visibility="collapsed")


def set_up(state: Address) -> tuple[NeuronStart, list]:
    (start,), board = controls.tune(state, DIALS)
    return start, [board]


@cached
def run(neuron: Neuron, start: NeuronStart) -> NeuronRun:
    return run_neuron(neuron, start)


def panels(runs: Sequence[NeuronRun], start: NeuronStart) -> list[Panel]:
    steps = {"x": "step"}
    return [
        Panel(charts.outputs(runs, start.steps), name="output", cursor=True,
              labels=steps | {"y": "a"}),
        Panel(charts.plane(runs), name="against z", labels={"x": "z", "y": "dL/dz"}),
        Panel(charts.gradients(runs, start.steps), name="gradient", cursor=True,
              labels=steps | {"y": "size"}),
        Panel(charts.weights(runs, start), name="start", click="start",
              labels={"x": "w", "y": "b"}),
    ]  # fmt: skip


def handle(start: NeuronStart) -> Handle:
    return Handle("start", (start.w, start.b), "Start: drag it, or use the arrow keys", panel=3)


def download(runs: Sequence[NeuronRun]) -> None:
    """The numbers of all steps as CSV."""
    if runs:
        st.download_button(
            "CSV", lambda: words.every_step(runs), "slow-neuron.csv", "text/csv", on_click="ignore",
            icon=":material/download:",
        )  # fmt: skip
