"""Trains what the Training page asks for: kept when done, told on the way, stopped at will."""

import csv
import io
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import streamlit as st

from optcore.training.plan import TrainingPlan
from optcore.training.record import Trainer, TrainingRecord, train
from ui.state import PageState

KEPT = 40
# Seconds: beyond the first a training is not done without being asked for, the second is what
# is done instead; within the third it follows a moving hand; after the fourth it tells how far.
LONG, SHORT, LIVE, QUIET = 40.0, 8.0, 0.7, 0.35
TELL = 0.1
CHUNK = 5


class Shelf:
    """The last records, for all sessions: equal plans give equal records."""

    def __init__(self):
        self.records: OrderedDict[TrainingPlan, TrainingRecord] = OrderedDict()
        self.lock = threading.Lock()

    def get(self, plan: TrainingPlan) -> TrainingRecord | None:
        with self.lock:
            if plan in self.records:
                self.records.move_to_end(plan)
            return self.records.get(plan)

    def put(self, record: TrainingRecord) -> None:
        with self.lock:
            self.records[record.plan] = record
            while len(self.records) > KEPT:
                self.records.popitem(last=False)


SHELF = Shelf()


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
    """The records of the plans: from the shelf, or trained now, or as far as they were stopped."""
    # A new run of the page begins while the one it replaces may still be training: they take turns.
    with state.memory.setdefault("turn", threading.Lock()):
        return _finish(state, plans)


def _finish(state: PageState, plans: Sequence[TrainingPlan]) -> list[TrainingRecord]:
    done = {plan: SHELF.get(plan) for plan in plans}
    waiting = state.memory.setdefault("underway", {})
    for plan in [plan for plan in waiting if done.get(plan) or plan not in done]:
        del waiting[plan]
    missing = [plan for plan, record in done.items() if record is None]
    if not missing:
        state.memory["halted"] = False
    elif not (state.memory.get("halted") and set(missing) == set(waiting)):
        state.memory["halted"] = False
        for plan in missing:
            waiting.setdefault(plan, Underway(Trainer(plan)))
        _work(state, waiting, done)
    for plan, underway in waiting.items():
        done[plan] = underway.trainer.record()
    if waiting:
        st.button("Train on", on_click=_halt, args=(state, False), icon=":material/resume:")
    return [done[plan] for plan in plans]


def _work(state: PageState, waiting: dict, done: dict) -> None:
    """Trains side by side; from a third of a second on with a bar and a button that stops it."""
    slot, bar, begun = st.empty(), None, time.monotonic()
    told = begun
    while waiting:
        taken = {}
        for plan in list(waiting):
            taken[plan] = waiting[plan].go()
            if taken[plan] is None:
                done[plan] = waiting.pop(plan).trainer.record()
                SHELF.put(done[plan])
        now = time.monotonic()
        if waiting and now - begun >= QUIET and now - told >= TELL:
            told = now
            if bar is None:
                with slot.container(horizontal=True, vertical_alignment="center"):
                    bar = st.progress(0.0)
                    st.button("Stop", on_click=_halt, args=(state, True), icon=":material/stop:")
            slowest = min(waiting, key=lambda plan: taken[plan] / plan.steps)
            _say(bar, slowest, taken[slowest])
    slot.empty()


def _say(bar, plan: TrainingPlan, step: int) -> None:
    bar.progress(step / plan.steps, f"Training: step {step} of {plan.steps}")


def _halt(state: PageState, halted: bool) -> None:
    state.memory["halted"] = halted


def affordable(state: PageState, plans: Sequence[TrainingPlan]) -> list[TrainingPlan]:
    """The plans, or smaller ones with a sentence that says so, when they would take long."""
    seconds = sum(plan.seconds for plan in plans)
    if seconds <= LONG or state.memory.get("patient") == tuple(plans):
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
        st.button("Train it all", on_click=state.memory.update, args=({"patient": tuple(plans)},))
    return [replace(plan, **size) for plan in plans]


def _time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


def preview(plans: Sequence[TrainingPlan], step: int) -> list[TrainingRecord] | None:
    """The records with the answers at one step only, fast enough for a moving hand; or None."""
    if sum(plan.seconds for plan in plans) > LIVE:
        return None
    return [SHELF.get(plan) or train(plan, [step]) for plan in plans]


def table(record: TrainingRecord) -> str:
    """The record as CSV: a row per step, layers counted from 1 at the input."""
    layers = range(1, record.plan.depth + 2)
    kinds = ("weight_grad_norms", "delta_norms", "weight_norms", "update_norms")
    heads = [f"{kind.removesuffix('s')}_{layer}" for kind in kinds for layer in layers]
    text = io.StringIO()
    sheet = csv.writer(text, lineterminator="\n")
    sheet.writerow(["step", "loss", "accuracy", "gradient_norm_before_clipping",
                    "gradient_norm_after_clipping", *heads])  # fmt: skip
    columns = (record.losses, record.accuracies, record.before, record.after)
    numbers = np.column_stack([*columns, *(getattr(record, kind) for kind in kinds)])
    for step, row in enumerate(numbers.tolist()):
        sheet.writerow([step, *row])
    return text.getvalue()
