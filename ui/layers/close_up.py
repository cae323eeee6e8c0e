"""In the details of the page Layers: what makes each activation, and a ReLU layer unit by unit."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from optcore.flow.plan import FlowPlan
from optcore.flow.relu_units import ReluUnits, relu_units
from optcore.networks.activation_facts import Cost, activation_costs, activation_facts
from optcore.networks.activations import Activation, ReLU
from ui import controls, prose
from ui.cache import cached
from ui.layers.results import flow_of
from ui.palette import ACTIVATION_LOOKS, BAD, DOUBT, GOOD
from ui.prose import escaped, number, percent, spelled
from ui.state import PageState
from ui.thumbnail import INK, Stroke, as_svg

ABREAST = 2
WINDOW = ((-4.0, 4.0), (-1.6, 3.2))
# Units of a layer that are drawn, and dead ones that are explained.
DRAWN, EXPLAINED = 128, 3
CELL = 6
# What a unit is for one sample, worst last.
STATES = {
    "on": GOOD,
    "off, and no gradient came": "#b9bfca",
    "off, and a gradient stops here": DOUBT,
    "dead: off for every sample": BAD,
}


@cached
def costs(activations: tuple[Activation, ...]) -> tuple[list[Cost], dict[str, float]]:
    """What they cost on this machine, measured once."""
    return activation_costs(activations)


# ------------------------------------------------------------------ what makes an activation


def activations(plans: Sequence[FlowPlan]) -> None:
    """A card for each activation: value and slope, what holds of it, and what it costs."""
    chosen = tuple(dict.fromkeys(plan.activation for plan in plans))
    spent, plain = costs(chosen)
    st.markdown("### What makes an activation")
    for first in range(0, len(chosen), ABREAST):
        row = chosen[first : first + ABREAST]
        for column, each in zip(st.columns(ABREAST), row, strict=False):
            with column, st.container(border=True):
                _card(each, next(cost for cost in spent if cost.name == each.name), plain["exp"])
    times = ", ".join(f"{name} {number(ns, 2)}" for name, ns in plain.items())
    st.caption(f"Nanoseconds for an element, measured on this machine in one run: {times}. The "
               "line in colour is the value, the grey one the slope.")  # fmt: skip


def _card(activation: Activation, cost: Cost, exp: float) -> None:
    st.markdown(f"**{escaped(activation.name)}**")
    z = np.linspace(*WINDOW[0], 120)
    lines = [
        Stroke(INK, np.column_stack([z, activation.derivative(z)])),
        Stroke(ACTIVATION_LOOKS[activation.name]["colour"],
               np.column_stack([z, activation.value(z)])),
    ]  # fmt: skip
    st.image(as_svg(lines, WINDOW), width="stretch")
    facts = activation_facts(activation).sentences()
    st.markdown("\n".join(f"- {escaped(spelled(each))}" for each in (*facts, price(cost, exp))))


def price(cost: Cost, exp: float) -> str:
    """Nanoseconds of an element both ways, and how many exp that is."""
    whole = cost.forward + cost.backward
    return (
        f"Costs {number(cost.forward, 2)} ns forward and {number(cost.backward, 2)} ns backward: "
        f"together {number(whole / exp, 2)} times an exp."
    )


# ------------------------------------------------------------------ a ReLU layer, unit by unit


@dataclass(frozen=True, eq=False)
class CloseUp:
    """A ReLU network for one sample: a row of the table for each layer, the state of every unit
    (layers, units) as a place in STATES, why some are dead, and what becomes of the paths."""

    rows: list[list[str]]
    states: np.ndarray
    deaths: tuple[str, ...]
    sentence: str


HEADS = ["Layer", "On for this sample", "On, all samples", "Paths on so far", "0.5^layer",
         "Stopped forward", "Stopped backward", "Rows of W without gradient", "Dead"]  # fmt: skip
MEANINGS = {
    "Paths on so far": "the share of paths, one unit in each layer, that are on all the way",
    "Stopped forward": "units whose negative z becomes 0 for this sample",
    "Stopped backward": "units that a gradient comes back to, of this sample, and none leaves",
    "Rows of W without gradient": "rows that this sample's loss gives no gradient at all",
    "Dead": "units that are off for every sample of the batch",
}


@cached
def close_up(plan: FlowPlan, sample: int) -> CloseUp:
    with flow_of(plan) as flow:
        found = relu_units(flow)
    rows = [_row(found, at, sample) for at in range(len(found.layers))]
    states = np.array([_states(layer, sample) for layer in found.layers])
    deaths = [
        layer.why_dead(int(unit)) for layer in found.layers for unit in np.flatnonzero(layer.dead)
    ]
    shown, more = deaths[:EXPLAINED], len(deaths) - EXPLAINED
    if more > 0:
        shown.append(f"And {more:,} more.")
    return CloseUp(rows, states, tuple(shown), paths_sentence(found))


def paths_sentence(found: ReluUnits) -> str:
    """The share of units that are on in each layer, against that of the paths through all."""
    least, most, layers = found.shares.min(), found.shares.max(), len(found.layers)
    return (
        f"On average {percent(least)} to {percent(most)} of a layer's units are on. A path needs "
        f"one that is on in every layer: after {layers} layers {number(found.paths[-1], 2)} of all "
        f"paths are left, and 0.5^{layers} is {number(2.0**-layers, 2)}."
    )


def _row(found: ReluUnits, at: int, sample: int) -> list[str]:
    layer = found.layers[at]
    width = layer.on.shape[1]
    return [
        str(layer.layer),
        f"{int(layer.on[sample].sum())} of {width}",
        percent(found.shares[at]),
        number(found.paths[at], 2),
        number(2.0 ** -(at + 1), 2),
        str(int(layer.silenced[sample].sum())),
        str(int(layer.stopped[sample].sum())),
        str(int(layer.rows_without_gradient(sample).sum())),
        str(int(layer.dead.sum())),
    ]


def _states(layer, sample: int) -> np.ndarray:
    on, stopped = layer.on[sample], layer.stopped[sample]
    return np.where(on, 0, np.where(layer.dead, 3, np.where(stopped, 2, 1)))


def one_by_one(state: PageState, plans: Sequence[FlowPlan]) -> None:
    """For one sample, which units of the ReLU network are on, and what that stops both ways."""
    plan = next((each for each in plans if isinstance(each.activation, ReLU)), None)
    if plan is None or plan.setting.depth < 2:
        return
    st.markdown("### A ReLU layer, unit by unit")
    controls.typed(state, "sample", "Sample", width=110)
    sample = min(state["sample"], plan.setting.batch - 1)
    found = close_up(plan, sample)
    st.image(picture(found.states), width="stretch")
    colours = ", ".join(f"{_swatch(colour)} {name}" for name, colour in STATES.items())
    st.html(f"<small>Sample {sample}, a row for each layer, the input side on top: {colours}."
            "</small>")  # fmt: skip
    st.html(prose.scrolling(prose.table(HEADS, found.rows, meanings=MEANINGS)))
    st.markdown("\n".join(f"- {escaped(spelled(each))}" for each in found.deaths))
    st.caption(spelled(found.sentence))


def _swatch(colour: str) -> str:
    return f'<span style="color:{colour}">■</span>'


def picture(states: np.ndarray) -> str:
    """Every unit as a square in the colour of its state, as SVG; wide layers in part."""
    shown = states[:, :DRAWN]
    layers, units = shown.shape
    paths = []
    for place, colour in enumerate(STATES.values()):
        squares = "".join(
            f"M{unit * CELL},{layer * CELL}h{CELL - 1}v{CELL - 1}h{1 - CELL}z"
            for layer, unit in np.argwhere(shown == place)
        )
        paths.append(f'<path fill="{colour}" d="{squares}"/>')
    size = f"0 0 {units * CELL} {layers * CELL}"
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{size}">{"".join(paths)}</svg>'
