"""The Layers page: its choices, its sliders, and which view of the networks stands on the stage."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from optcore.flow import band
from optcore.flow.bounds import funnels
from optcore.flow.fixes import FIXES, Comparison, compare
from optcore.flow.plan import FlowPlan, FlowSetting
from optcore.knobs import knobs
from optcore.networks.architectures import Architecture
from optcore.networks.initializers import Initializer
from optcore.networks.losses import Loss
from ui import controls, frame
from ui.address import Address
from ui.layers import charts, signal_charts, unit_charts, words, work
from ui.layers.facts import facts
from ui.layers.results import bands, profile, signals, units
from ui.lessons import telling
from ui.live.stage import Clock, Panel, stage
from ui.palette import ACTIVATION_LOOKS, BAD, legend
from ui.parameters import slug
from ui.state import PageState

# What the menu calls the numbers per layer, and what a band calls them.
QUANTITIES = dict(zip(charts.GRADIENTS, band.QUANTITIES, strict=True))
WIDE = "minmax(0, 2fr) minmax(0, 1fr)"


@dataclass(frozen=True)
class Choices:
    """What is chosen by name; numbers are dials."""

    activations: tuple
    initializer: Initializer
    loss: Loss
    architecture: Architecture
    bias: bool
    fixes: tuple
    view: str
    quantity: str
    lines: tuple[str, ...]


def choose(state: PageState) -> Choices:
    """The choices that are not sliders, for the line over the stage."""
    with st.popover("Activations", icon=":material/show_chart:"):
        controls.choose_some(
            state, "activations", "Activations to compare", placeholder="Choose two or more",
            width=420,
        )  # fmt: skip
    aside = {"label_visibility": "collapsed"}
    controls.choose(state, "init", "Initialiser", width=160, **aside)
    with st.popover("More", icon=":material/tune:"), st.container(width=420):
        controls.choose(state, "architecture", "Architecture")
        controls.choose(state, "loss", "Loss")
        controls.switch(state, "bias", "Biases")
        controls.pick_some(state, "lines", "Drawn with the gradients")
    with st.popover("Fixes", icon=":material/healing:"):
        controls.pick_some(
            state, "fix", "Fixes, a click each (dotted: before)", width=420,
            help="  \n".join(f"**{fix.name}**: {fix.lesson}" for fix in FIXES),
        )  # fmt: skip
    view = controls.choose(state, "view", "View", width=125, **aside)
    controls.choose(state, f"{view.lower()}.show", "Shown", width=150, **aside)
    return chosen(state)


def chosen(state: Address) -> Choices:
    """The choices as they stand."""
    view = state["view"]
    return Choices(
        state["activations"],
        state["init"],
        state["loss"],
        state["architecture"],
        state["bias"],
        state["fix"],
        view,
        state[f"{view.lower()}.show"],
        state["lines"],
    )


def wants_band(choices: Choices) -> bool:
    return choices.view == "Gradients" and "30 seeds" in choices.lines


def dials(choices: Choices) -> list[controls.Dials]:
    """The sliders: network and batch, the initialiser's, and those of the activations."""
    return [
        controls.Dials("Network and batch", "net", FlowSetting()),
        controls.Dials(choices.initializer.name, "init", choices.initializer),
        *(
            controls.Dials(phi.name, slug(phi.name), phi, look["colour"])
            for phi in choices.activations
            if knobs(phi) and (look := ACTIVATION_LOOKS[phi.name])
        ),
    ]


def networks(choices: Choices, tuned: Sequence) -> Comparison:
    """The networks at the values the sliders stand at."""
    setting, initializer, *activations = tuned
    by_name = {phi.name: phi for phi in (*choices.activations, *activations)}
    plans = [
        FlowPlan(
            by_name[phi.name],
            initializer,
            choices.loss,
            setting,
            residual=choices.architecture.residual,
            norm=choices.architecture.norm,
            bias=choices.bias,
        )
        for phi in choices.activations
    ]
    return compare(plans, choices.fixes)


def show(state: PageState, choices: Choices) -> Comparison:
    """The chosen view of the networks with its sliders; returns the networks shown."""
    given = dials(choices)
    tuned, board = controls.tune(state, given)
    asked = networks(choices, tuned)
    if not asked.shown:
        st.info("Nothing to compare: choose an activation, better two.", icon=":material/add:")
        return asked
    draw = {"Gradients": _gradients, "Signals": _signals, "Units": _units, "Jacobian": _jacobian}
    with frame.status("offer"):
        how, note = work.within_reach(state, asked)
        state.memory["networks"] = how
        picture = draw[choices.view](state, choices, how)
    depth = how.shown[0].setting.depth
    back = choices.view in ("Gradients", "Jacobian")
    steps = depth - 1 if back else depth - 2
    stage(
        key="layers.stage",
        clock=Clock(steps, state.clock(range(steps + 1)), labels=_labels(how, back), name="Layer",
                    seconds=min(10, 2 + depth / 4)),
        legend=_legend(how, choices, _banded(state, choices, how, picture)),
        boards=[board],
        on_change=state.take,
        lesson=telling(state, lambda: facts(how.shown, how.before)),
        live=not state.settled,
        **(picture | {"words": note + picture["words"]}),
    )  # fmt: skip
    return how


def _layers(how: Comparison, back: bool) -> list[int]:
    """The layer that each position of the clock stands for."""
    depth = how.shown[0].setting.depth
    return list(range(depth, 0, -1)) if back else list(range(1, max(depth, 2)))


def _labels(how: Comparison, back: bool) -> list[str]:
    names = [f"layer {layer}" for layer in _layers(how, back)]
    return [f"{names[0]} (output)", *names[1:]] if back else names


def _banded(state: PageState, choices: Choices, how: Comparison, picture: dict) -> bool:
    """Whether a band is drawn, or is about to be: a legend that grows later moves what is below."""
    coming = wants_band(choices) and work.band_comes(state, how)
    return coming or any("fill" in trace for trace in picture["panels"][0].figure["data"])


def _legend(how: Comparison, choices: Choices, banded: bool) -> list[dict]:
    entries = [legend(plan.name, ACTIVATION_LOOKS[plan.name]) for plan in how.shown]
    plain = {"colour": "ink", "symbol": "none", "group": ""}
    if how.before:
        entries.append(plain | {"group": "before", "name": "before the fix", "dash": "dot"})
    if choices.view != "Gradients":
        return entries
    if banded:
        entries.append(
            {"group": "", "name": "10–90 % of 30 seeds", "dash": "none", "symbol": "square",
             "colour": "#9aa5b1"}
        )  # fmt: skip
    if choices.quantity != next(iter(charts.GRADIENTS)):
        return entries
    if "Theory" in choices.lines:
        entries.append(plain | {"name": "mean-field theory", "dash": "dash"})
        if any(funnels(plan) for plan in how.shown):
            entries.append(
                plain | {"name": "one sample of this width: 10, 50, 90 %", "dash": "dashdot"}
            )
    if "Bound" in choices.lines and any(map(work.shows_bound, how.shown)):
        bound = {"name": "bound: steepest slope × ‖W‖", "dash": "longdash", "colour": BAD}
        entries.append(plain | bound)
    return entries


# ------------------------------------------------------------------ the views


def _gradients(state: PageState, choices: Choices, how: Comparison) -> dict:
    shown, before = [profile(plan) for plan in how.shown], [profile(plan) for plan in how.before]
    lines = choices.lines
    extras = charts.Extras(
        theory="Theory" in lines,
        bounds=work.bounds(shown, state.settled) if "Bound" in lines else None,
        bands=bands(how, QUANTITIES[choices.quantity]) if "30 seeds" in lines else None,
        formats="Number formats" in lines,
    )
    figure = charts.gradients(shown, before, choices.quantity, extras)
    return {
        "panels": [
            Panel(
                figure,
                name=choices.quantity,
                span=2,
                labels={"x": "layer", "y": choices.quantity},
                time=_layers(how, back=True),
            ),
            Panel(charts.slopes(shown), name="slope", labels={"x": "z", "y": "φ′"}),
            Panel(charts.edge(shown, before), name="χ", labels={"x": "σ_w", "y": "χ"}),
        ],
        "columns": "minmax(0, 5fr) minmax(0, 2fr)",
        "words": words.regimes(shown, before, how),
        "table": words.table(shown, before) if state.settled else None,
    }


def _signals(state: PageState, choices: Choices, how: Comparison) -> dict:
    shown, before = [profile(plan) for plan in how.shown], [profile(plan) for plan in how.before]
    kind = signal_charts.SIGNALS[choices.quantity]
    labels = {"x": "layer", "y": "root mean square"}
    figure = signal_charts.sizes(shown, before, choices.quantity)
    panels = [
        Panel(figure, name="sizes", span=len(shown), labels=labels, time=_layers(how, back=False))
    ]
    for plan in how.shown:
        found = signals(plan)[kind]
        panels.append(Panel(signal_charts.sheet(plan, found, kind), name=f"{plan.name}: units"))
        panels.append(Panel(signal_charts.histogram(plan, found, kind), name=plan.name))
    return {
        "panels": panels,
        "columns": "minmax(0, 4fr) minmax(0, 3fr) minmax(0, 3fr)",
        "words": words.signal_words(shown),
    }


def _units(state: PageState, choices: Choices, how: Comparison) -> dict:
    found = {plan: units(plan) for plan in how.shown}
    return {
        "panels": [
            Panel(unit_charts.shares(found, choices.quantity), name="shares", span=2,
                  labels={"x": "layer", "y": choices.quantity}, time=_layers(how, back=False)),
            Panel(unit_charts.busyness(found), name="use", labels={"x": "units", "y": "samples"}),
            Panel(unit_charts.likeness(found), name="likeness",
                  labels={"x": "layer", "y": "cosine"}),
        ],
        "columns": WIDE,
        "words": words.unit_words(found),
    }  # fmt: skip


def _jacobian(state: PageState, choices: Choices, how: Comparison) -> dict:
    found = work.spectra(state, how)
    shown = {plan: found[plan] for plan in how.shown}
    before = {plan: found[plan] for plan in how.before if plan not in shown}
    depth = how.shown[0].setting.depth
    return {
        "panels": [
            Panel(unit_charts.stretch(shown, before, choices.quantity, depth), name="stretch",
                  labels={"x": "layer", "y": "singular value"}, time=_layers(how, back=True)),
            Panel(unit_charts.spectrum(shown, choices.quantity, depth), name="spectrum",
                  labels={"x": "share", "y": "singular value"}),
        ],
        "columns": WIDE,
        "words": words.spectrum_words(shown, choices.quantity),
    }  # fmt: skip
