"""Trains what the Training page asks for: kept when done, told on the way, stopped at will."""

import threading
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import streamlit as st

from optcore.training.plan import TrainingPlan
from optcore.training.record import Trainer, TrainingRecord, train
from ui import cache
from ui.state import PageState
from ui.work import ask, asked, carry_out, stop, stopped

# Seconds: beyond the first a training is not done without being asked for, the second is what
# is done instead; within the third it follows a moving hand.
LONG, SHORT, LIVE = 40.0, 8.0, 0.7
CHUNK = 5
# Bytes that a training takes at most, as measured.
MEMORY = 12_000_000


@dataclass
class Underway:
    """A training that is not finished: it waits in the session and can be taken up again."""

    trainer: Trainer
    steps: Iterator[int] = field(init=False)

    def __post_init__(self):
        self.steps = iter(self.trainer)

    def go(self) -> int | None:
        """Some more steps; the number taken by now, None when there is nothing left to do."""
        step = None
        for _ in range(CHUNK):
            step = next(self.steps, None)
            if step is None:
                return None
        return step


def finish(state: PageState, plans: Sequence[TrainingPlan]) -> list[TrainingRecord]:
    """The records of the plans: kept ones, or trained now, or as far as they were stopped."""
    # A new run of the page begins while the one it replaces may still be training: they take turns.
    with state.memory.setdefault("turn", threading.Lock()):
        return _finish(state, plans)


def _finish(state: PageState, plans: Sequence[TrainingPlan]) -> list[TrainingRecord]:
    done = {plan: kept(plan) for plan in plans}
    waiting = state.memory.setdefault("underway", {})
    for plan in [plan for plan in waiting if done.get(plan) or plan not in done]:
        del waiting[plan]
    missing = tuple(plan for plan, record in done.items() if record is None)
    if missing and not stopped(state, "training", missing):
        for plan in missing:
            waiting.setdefault(plan, Underway(Trainer(plan)))
        with cache.CACHE.room(MEMORY):
            done |= carry_out(_train(waiting), partial(_halt, state, waiting))
    for plan, underway in waiting.items():
        done[plan] = underway.trainer.record()
    if waiting:
        st.button("Train on", on_click=ask, args=(state, "training", missing),
                  icon=":material/resume:")  # fmt: skip
    return [record for record in map(done.get, plans) if record is not None]


def _train(waiting: dict[TrainingPlan, Underway]) -> Generator[tuple[float, str], None, dict]:
    """Trains side by side, each a few steps at a time."""
    done = {}
    while waiting:
        taken = {}
        for plan in list(waiting):
            if (step := waiting[plan].go()) is None:
                done[plan] = waiting.pop(plan).trainer.record()
                keep(done[plan])
            else:
                taken[plan] = step
        if waiting:
            slowest = min(waiting, key=lambda plan: taken[plan] / plan.steps)
            step = taken[slowest]
            yield step / slowest.steps, f"Training: step {step} of {slowest.steps}"
    return done


def _halt(state: PageState, waiting: dict) -> None:
    stop(state, "training", tuple(waiting))


def kept(plan: TrainingPlan) -> TrainingRecord | None:
    return cache.CACHE.get(("training", plan))


def keep(record: TrainingRecord) -> None:
    cache.CACHE.put(("training", record.plan), record)


def affordable(state: PageState, plans: Sequence[TrainingPlan]) -> list[TrainingPlan]:
    """The plans, or smaller ones with a sentence that says so, when they would take long."""
    seconds = sum(plan.seconds for plan in plans)
    if seconds <= LONG or asked(state, "long training", tuple(plans)):
        return list(plans)
    least = plans[0].within(SHORT / 2), plans[1].within(SHORT / 2)
    offer = min(least, key=lambda plan: (plan.steps, plan.width, plan.depth))
    size = {"steps": offer.steps, "width": offer.width, "depth": offer.depth}
    wanted = plans[0]
    st.warning(
        f"{wanted.depth} layers of {wanted.width} units for {wanted.steps} steps on "
        f"{len(wanted.data.inputs)} samples would take about {_time(seconds)}. Shown instead: "
        f"{offer.depth} layers of {offer.width} units for {offer.steps} steps.",
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


def _time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


def preview(plans: Sequence[TrainingPlan], step: int) -> list[TrainingRecord] | None:
    """The records with the answers at one step only, fast enough for a moving hand; or None."""
    if sum(plan.seconds for plan in plans) > LIVE:
        return None
    return [kept(plan) or train(plan, [step]) for plan in plans]
