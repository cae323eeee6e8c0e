"""Work that takes longer than a look: told on its way, stopped at will, begun when asked for."""

import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from time import monotonic, sleep
from typing import Any

import streamlit as st

from ui.address import Address
from ui.cache import CACHE
from ui.live import early
from ui.live.turn import give_way, turn
from ui.live.visit import visit
from ui.state import PageState

# Seconds before a bar appears, and between two things it tells.
QUIET, TELL = 0.35, 0.1
# Seconds of work that an address alone may begin; for more a person is asked.
UNASKED = 2.0
# Seconds until a picture has surely left: Streamlit throws away what waits to be sent when a run
# begins.
SENT = 0.05


def carry_out(
    steps: Generator[tuple[float, str], None, Any],
    stop: Callable[[], None] | None = None,
    label: str = "Stop",
    goes_on: Callable[[], bool] = lambda: False,
) -> Any:
    """Runs work to its end and returns what it makes.

    It yields the share that is done and a text that says so. Work that is not done at once gets
    a bar, and a button where `stop` is a callback that keeps the next run from beginning it anew.
    They stay where `goes_on` says in the end that there is more. It takes turns with the long
    work of other visitors.
    """
    with turn(account=visit().account):
        return _carry_out(steps, stop, label, goes_on)


def _carry_out(steps, stop, label, goes_on) -> Any:
    place, bar = st.empty(), None
    begun = reported = monotonic()
    try:
        while True:
            share, text = next(steps)
            give_way()
            now = monotonic()
            if now - begun < QUIET or now - reported < TELL:
                continue
            reported = now
            if bar is None:
                bar = _bar(place, stop, label)
            bar.progress(min(share, 1.0), text)
    except StopIteration as end:
        if not goes_on():
            place.empty()
        return end.value
    except Exception:
        place.empty()
        raise


def _bar(place, stop: Callable[[], None] | None, label: str):
    with place.container(horizontal=True, vertical_alignment="center"):
        bar = st.progress(0.0)
        if stop is not None:
            st.button(label, on_click=stop, icon=":material/stop:")
    return bar


# ------------------------------------------------------------------ trainings, step by step

CHUNK = 5


@dataclass
class Underway:
    """A training that is not finished: it waits in the session and can be taken up again.

    Its trainer yields the number of steps taken, after each, and makes a `record` at any time.
    """

    trainer: Any
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


def finish(
    state: PageState,
    name: str,
    plans: Sequence[Any],
    begin: Callable[[Any], Any],
    memory: int,
    glimpse: float | None = None,
) -> list[Any]:
    """The records of plans of that kind: kept ones, or trained now, or as far as they were stopped.

    `begin` makes the trainer of a plan, which has a number of `steps`; `memory` is what all of
    them may take, in bytes. With `glimpse` it trains for so many seconds only, so that the page
    can show what there is; `go_on`, called last, has the page run again for the next ones.
    """
    # A run that was stopped may still be training when the next begins: they take turns.
    with state.memory.setdefault("turn", threading.Lock()):
        return _finish(state, name, plans, begin, memory, glimpse)


def go_on(state: PageState) -> None:
    """Runs the page once more where a training goes on."""
    if state.memory.pop("growing", False):
        sleep(SENT)
        st.rerun()


def _finish(state, name, plans, begin, memory, glimpse) -> list[Any]:
    done = {plan: kept(name, plan) for plan in plans}
    waiting = state.memory.setdefault("underway", {})
    for plan in [plan for plan in waiting if done.get(plan) or plan not in done]:
        del waiting[plan]
    missing = tuple(plan for plan, record in done.items() if record is None)
    if missing and not stopped(state, name, missing):
        for plan in missing:
            waiting.setdefault(plan, Underway(begin(plan)))
        halt = partial(_halt, state, name, waiting)
        with CACHE.room(memory):
            steps = _together(name, waiting, glimpse)
            done |= carry_out(steps, halt, goes_on=lambda: bool(waiting))
        if waiting:
            state.memory["growing"] = True
            early.grows()
    for plan, underway in waiting.items():
        done[plan] = underway.trainer.record()
    if waiting and not state.memory.get("growing"):
        st.button("Train on", on_click=ask, args=(state, name, missing),
                  icon=":material/resume:")  # fmt: skip
    return [record for record in map(done.get, plans) if record is not None]


def _together(
    name: str, waiting: dict, glimpse: float | None
) -> Generator[tuple[float, str], None, dict]:
    """Trains side by side, each a few steps at a time, to the end or for so many seconds."""
    done, begun = {}, monotonic()
    while waiting and (glimpse is None or monotonic() - begun < glimpse):
        taken = {}
        for plan in list(waiting):
            if (step := waiting[plan].go()) is None:
                done[plan] = waiting.pop(plan).trainer.record()
                keep(name, plan, done[plan])
            else:
                taken[plan] = step
        if waiting:
            slowest = min(waiting, key=lambda plan: taken[plan] / plan.steps)
            step = taken[slowest]
            yield step / slowest.steps, f"Training: step {step} of {slowest.steps}"
    return done


def _halt(state: PageState, name: str, waiting: dict) -> None:
    stop(state, name, tuple(waiting))


def kept(name: str, plan: Any) -> Any:
    """The record of a plan that was trained before; None where there is none."""
    return CACHE.get((name, plan))


def keep(name: str, plan: Any, record: Any) -> None:
    CACHE.put((name, plan), record)


# ------------------------------------------------------------------ what a person has said


def ask(state: PageState, name: str, what: Any) -> None:
    """A callback: the person wants this work done, however long it takes."""
    state.memory.setdefault("work", {})[name] = ("asked", what)


def stop(state: PageState, name: str, what: Any) -> None:
    """A callback: the person wants this work no longer."""
    state.memory.setdefault("work", {})[name] = ("stopped", what)


def asked(state: Address, name: str, what: Any) -> bool:
    return state.memory.get("work", {}).get(name) == ("asked", what)


def stopped(state: PageState, name: str, what: Any) -> bool:
    return state.memory.get("work", {}).get(name) == ("stopped", what)


def offer(state: PageState, name: str, what: Any, said: str, label: str) -> None:
    """Says what is shown instead of work that takes long, and offers to do all of it."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.warning(said, icon=":material/hourglass:")
        st.button(label, on_click=ask, args=(state, name, what))
