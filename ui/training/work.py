"""Trains what the Training page asks for: kept when done, told on the way, stopped at will."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from optcore.training.plan import TrainingPlan
from optcore.training.record import Trainer, TrainingRecord, train
from ui import prose, work
from ui.state import PageState
from ui.work import ask, asked

# Seconds within which a training follows a moving hand.
LIVE = 0.7
# After so many the page shows what there is, and trains on.
GLIMPSE = 0.3
KIND = "training"
# Bytes that a training takes at most, as measured.
MEMORY = 12_000_000


def finish(state: PageState, plans: Sequence[TrainingPlan]) -> list[TrainingRecord]:
    """The records of the plans: kept ones, or trained now as far as a glimpse goes, or as far as
    they were stopped."""
    return work.finish(state, KIND, plans, lambda plan: Trainer(plan), MEMORY, GLIMPSE)


def kept(plan: TrainingPlan) -> TrainingRecord | None:
    return work.kept(KIND, plan)


def affordable(state: PageState, plans: Sequence[TrainingPlan]) -> list[TrainingPlan]:
    """The plans, or smaller ones with a sentence that says so, when they would take long."""
    seconds = sum(plan.seconds for plan in plans)
    if seconds <= work.UNASKED or asked(state, "long training", tuple(plans)):
        return list(plans)
    least = [plan.within(work.UNASKED / len(plans)) for plan in plans]
    offer = min(least, key=lambda plan: (plan.steps, plan.width, plan.depth))
    size = {"steps": offer.steps, "width": offer.width, "depth": offer.depth}
    wanted = plans[0]
    st.warning(
        f"{wanted.depth} layers of {wanted.width} units for {wanted.steps} steps on "
        f"{len(wanted.data.inputs)} samples would take about {prose.seconds(seconds)}. Shown "
        f"instead: {offer.depth} layers of {offer.width} units for {offer.steps} steps.",
        icon=":material/hourglass:",
    )
    values = {
        "shape.depth": offer.depth,
        "shape.width": offer.width,
        "length.steps": offer.steps,
    }
    with st.container(horizontal=True):
        st.button("Set the sliders to what is shown", on_click=state.put, args=(values,))
        st.button("Train it all", on_click=ask, args=(state, "long training", tuple(plans)))
    return [replace(plan, **size) for plan in plans]


def preview(plans: Sequence[TrainingPlan], step: int) -> list[TrainingRecord] | None:
    """The records with the answers at one step only, fast enough for a moving hand; or None."""
    if sum(plan.seconds for plan in plans) > LIVE:
        return None
    return [kept(plan) or train(plan, [step]) for plan in plans]
