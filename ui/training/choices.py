"""What the Training page needs beside the core: its choices and sliders, and where they lead."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import streamlit as st

from optcore.descent.disturbance import ClipNorm, ClipValue
from optcore.knobs import knobs
from optcore.networks.activations import Activation
from optcore.networks.datasets import Generator
from optcore.networks.initializers import Initializer
from optcore.optimizers import OPTIMIZERS
from optcore.optimizers.base import Optimizer
from optcore.training.plan import TrainingPlan, untrainable
from ui import controls
from ui.address import Address
from ui.live.stage import Panel
from ui.palette import ACTIVATION_LOOKS, HUES
from ui.parameters import slug
from ui.prose import number
from ui.state import PageState
from ui.training import charts
from ui.training.answer_charts import answers
from ui.training.parameters import SIDES, Architecture, Length, Shape, Unclipped
from ui.training.words import table
from ui.training.work import preview


@dataclass(frozen=True)
class Half:
    """What one of the two networks is made of."""

    hidden: Activation
    initializer: Initializer
    architecture: Architecture


@dataclass(frozen=True)
class Choices:
    """What the native controls say."""

    dataset: Generator
    optimizer: Optimizer
    clip: ClipNorm | ClipValue | Unclipped
    heat: str
    halves: tuple[Half, Half]
    batch: int | None
    bias: bool


def choose(state: PageState) -> Choices:
    """The choices that are not sliders, most telling first, for the line over the stage."""
    controls.choose(state, "data", "Data", width=160)
    for side in SIDES:
        controls.choose(state, side, side.title(), width=155)
    controls.choose(state, "optimizer", "Optimizer", width=190, label_visibility="collapsed")
    with st.popover("More", icon=":material/tune:"), st.container(width=420):
        controls.choose(state, "clip", "Clip gradients")
        controls.choose(state, "heat", "Heat map")
        for side, place in zip(SIDES, st.columns(2), strict=True):
            with place:
                st.markdown(f"**{side.title()}: {state[side].name}**")
                controls.choose(state, f"{side}.start", "Initial weights")
                controls.choose(state, f"{side}.form", "Architecture")
        controls.choose(state, "batch", "Each gradient from")
        controls.switch(state, "bias", "Biases")
        st.caption(_missing())
    return chosen(state)


def chosen(state: Address) -> Choices:
    """The choices as they stand."""
    left, right = (Half(state[side], state[f"{side}.start"], state[f"{side}.form"])
                   for side in SIDES)  # fmt: skip
    return Choices(
        state["data"],
        state["optimizer"],
        state["clip"],
        state["heat"],
        (left, right),
        state["batch"].batch,
        state["bias"],
    )


def _missing() -> str:
    """Which optimizers are not offered, and why."""
    reasons: dict[str, list[str]] = {}
    for optimizer in OPTIMIZERS:
        if untrainable(optimizer):
            reasons.setdefault(untrainable(optimizer), []).append(optimizer.name)
    text = "; ".join(f"{' and '.join(names)} ({reason})" for reason, names in reasons.items())
    return f"Not offered, for a network is too large for them: {text}."


# ------------------------------------------------------------------ sliders, and what they make


def dials(choices: Choices) -> tuple[list, list]:
    """The sliders of both networks, and those of the data and of each."""
    optimizer = choices.optimizer
    beside = [controls.Dials(optimizer.name, slug(optimizer.name), optimizer)]
    if not isinstance(choices.clip, Unclipped):
        beside.append(controls.Dials(f"Clipping {choices.clip.name.lower()}", "clip", choices.clip))
    beside.append(controls.Dials("Both networks", "shape", Shape()))
    beside.append(controls.Dials("Training", "length", Length()))
    below = [controls.Dials(choices.dataset.name, f"data.{slug(choices.dataset.name)}",
                            choices.dataset)]  # fmt: skip
    for side, half in zip(SIDES, choices.halves, strict=True):
        for part in (half.initializer, half.hidden):
            below.append(controls.Dials(f"{side.title()}: {part.name}",
                                        f"{side}.{slug(part.name)}", part))  # fmt: skip
    return beside, below


def set_up(state: Address, choices: Choices) -> tuple[list[TrainingPlan], list]:
    """The two plans as the sliders stand, and the boards that hold these."""
    given, others = dials(choices)
    near, beside = controls.tune(state, given)
    far, below = controls.tune(state, others)
    optimizer, *clips, shape, length = near
    dataset, *halves = far
    plans = [
        TrainingPlan(
            dataset,
            hidden,
            initializer,
            optimizer,
            shape.depth,
            shape.width,
            half.architecture.residual,
            half.architecture.norm,
            choices.bias,
            length.steps,
            clips[0] if clips else None,
            choices.batch,
            length.seed,
        )
        for half, initializer, hidden in zip(choices.halves, halves[::2], halves[1::2], strict=True)
    ]
    return plans, [beside, below]


def names(plans: Sequence[TrainingPlan]) -> list[str]:
    """What tells the two networks apart, as short as it can be said."""
    ways = [[[plan.hidden.name] for plan in plans], [_form(plan) for plan in plans],
            [[plan.initializer.name] for plan in plans]]  # fmt: skip
    for part in ("initializer", "hidden"):
        first, second = (getattr(plan, part) for plan in plans)
        if first.name == second.name and first != second:
            ways.append([_values(first), _values(second)])
    telling = [ways[0], *(way for way in ways[1:] if way[0] != way[1])]
    titles = [", ".join(part for way in telling for part in way[at]) for at in (0, 1)]
    return titles if titles[0] != titles[1] else [f"{titles[0]} (left)", f"{titles[1]} (right)"]


def _form(plan: TrainingPlan) -> list[str]:
    words = ["residual"] * plan.residual + [f"{plan.norm} norm"] * bool(plan.norm)
    return words or ["plain"]


def _values(subject) -> list[str]:
    return [f"{name} {number(getattr(subject, name))}" for name in knobs(subject)]


def sides(records: Sequence) -> list[charts.Side]:
    """The records with names and looks; equal activations get a second hue and dash."""
    plans = [record.plan for record in records]
    looks = [dict(ACTIVATION_LOOKS[plan.hidden.name]) for plan in plans]
    if looks[0]["colour"] == looks[1]["colour"]:
        at = (HUES.index(looks[1]["colour"]) + 1) % len(HUES)
        looks[1] |= {"colour": HUES[at], "dash": "dash", "symbol": "square"}
    return [charts.Side(*each) for each in zip(names(plans), looks, records, strict=True)]


def panels(shown: Sequence[charts.Side], steps: np.ndarray, heat: str, only: int | None) -> list:
    """Answers, loss; gradients per layer, the whole gradient."""
    decades = charts.span(shown, heat)
    words, time = {"x": "step", "y": ""}, steps.tolist()
    return [
        *(Panel(answers(side, steps, only), name=side.name, aspect=1.0) for side in shown),
        Panel(charts.losses(shown, steps), name="loss", labels=words | {"y": "loss"}, time=time),
        *(
            Panel(charts.heat(side, steps, heat, decades), name=f"{side.name}: layers", time=time)
            for side in shown
        ),
        Panel(
            charts.whole_gradient(shown, steps), name="‖g‖", labels=words | {"y": "‖g‖"}, time=time
        ),
    ]


def follow(state: PageState, plans: Sequence[TrainingPlan]) -> Sequence | None:
    """While a hand moves: records with the answers of the clock's step alone, or None."""
    at, ways = state["at"], plans[0].snapshots
    step = ways[-1] if at is None else ways[np.abs(ways - at).argmin()]
    return preview(plans, int(step))


def downloads(records: Sequence) -> None:
    """The numbers of both trainings as CSV, made when they are asked for."""
    named = names([record.plan for record in records])
    with st.container(horizontal=True):
        for name, record in zip(named, records, strict=True):
            st.download_button(
                f"{name}: CSV", partial(table, record), f"training-{slug(name)}.csv", "text/csv",
                on_click="ignore", icon=":material/download:",
            )  # fmt: skip
