"""What follows a race on its page: rates by one click, the sweep, the inspector, downloads."""

from functools import partial
from time import thread_time

import streamlit as st

from optcore.descent import best_rate
from optcore.knobs import knobs
from optcore.optimizers import GradientDescent
from ui import controls, work
from ui.cache import CrowdedError, cached
from ui.ground import floor_of
from ui.live.stage import Panel, stage
from ui.live.turn import give_way, turn
from ui.live.visit import visit
from ui.palette import OPTIMIZER_LOOKS, legend
from ui.parameters import slug
from ui.prose import number, seconds, spelled
from ui.race import charts
from ui.race.choices import Race
from ui.race.inspector import numbers, worked
from ui.race.known_rates import sweep
from ui.race.numpy_program import with_numpy
from ui.race.programs import trajectory, with_torch, without_torch
from ui.rules import key, rule
from ui.state import PageState
from ui.work import ask, asked

# Seconds for each step of a sweep over the rates of one method, at least, and the steps of a short
# one that tells how much more it is where a gradient is dear.
SWEPT, TRIAL = 5e-5, 100


def rate_buttons(state: PageState, race: Race) -> None:
    """One click each: the same learning rate for all, or the best for each."""
    rated = [o for o in race.optimizers if "learning_rate" in knobs(o)]
    if not rated:
        return
    most = min(knobs(optimizer)["learning_rate"].high for optimizer in rated)
    names = [f"{slug(optimizer.name)}.learning_rate" for optimizer in rated]

    def first() -> float:
        return min(state[names[0]], most)

    st.button(
        "Same rate for all",
        help=f"Gives everyone the rate of {rated[0].name}, {number(first())}.",
        on_click=lambda: state.put(dict.fromkeys(names, first())),
    )
    st.button(
        "Best rate for each",
        help="Tries about 85 rates on this surface, from this start, for this number of steps, "
        "and takes the one that ends lowest. The details show the sweep.",
        on_click=lambda: _take_best(state, race, rated),
    )


def _take_best(state: PageState, race: Race, rated) -> None:
    try:
        sweeps = _swept(race, rated)
    except CrowdedError as fault:
        st.toast(str(fault))
        return
    best = {
        f"{slug(name)}.learning_rate": found.best
        for name, found in sweeps.items()
        if found.best is not None
    }
    state.put({**best, "sweep": True, "details": True})


def _swept(race: Race, rated) -> dict:
    """The sweep of each, by name, in turn with others' long work."""
    found = {}
    with turn(account=visit().account):
        for optimizer in rated:
            found[optimizer.name] = sweep(race, optimizer)
            give_way()
    return found


@cached
def _pace(race: Race) -> float:
    """Seconds for each step of a sweep, as a short one takes them."""
    begun = thread_time()
    best_rate(race.surface, GradientDescent(), race.start, TRIAL, **race.conditions.given)
    return max(SWEPT, (thread_time() - begun) / TRIAL)


def sweeps(state: PageState, race: Race) -> None:
    """The learning rates tried, and where each optimizer stands; what takes long is offered."""
    rated = [o for o in race.optimizers if "learning_rate" in knobs(o)]
    if not rated:
        st.info("Nobody in this race has a learning rate to try.", icon=":material/tune:")
        return
    takes = race.steps * len(rated) * _pace(race)
    if takes > work.UNASKED and not asked(state, "sweep", race):
        label = f"Try the rates of {len(rated)} optimizers (about {seconds(takes)})"
        st.button(label, on_click=ask, args=(state, "sweep", race), icon=":material/hourglass:")
        return
    try:
        tried = _swept(race, rated)
    except CrowdedError as fault:
        st.warning(str(fault), icon=":material/groups:")
        return
    found = {o.name: (tried[o.name], o.learning_rate) for o in rated}
    figure = charts.sweep(found, floor_of(race.surface))
    names = [optimizer.name for optimizer in rated]
    stage(
        [Panel(figure, labels={"x": "learning rate", "y": "final loss"})],
        key="race.sweep",
        height="23rem",
        legend=[legend(name, OPTIMIZER_LOOKS[name]) for name in names],
        words=f"Each curve is the loss after {race.steps} steps for about 85 learning "
        "rates; the marker is the rate in the race. A curve ends where runs diverge; an end "
        "below the axis lies on its lower edge.",
    )


def inspector(state: PageState, race: Race, runs: dict) -> None:
    """The scrubber's step of one optimizer, in numbers."""
    if not runs:
        return
    st.markdown("### Step inspector")
    name = controls.choose(state, "inspect", "Optimizer to inspect").name
    picked = next(optimizer for optimizer in race.optimizers if optimizer.name == name)
    run, at = runs[name], state["at"]
    step = min(race.steps if at is None else at, int(run.ended) - 1)
    if step < 0:
        st.info(f"{picked.name} took no step: {spelled(run.status)}")
        return
    st.caption(
        f"From step {step} to {step + 1}. Pause or move the scrubber to choose another step."
    )
    st.latex(rule(picked), help=key(picked))
    st.latex(worked(picked, race.surface, run, step))
    st.caption(f"{picked.source}. Variant: {picked.variant}.")
    st.markdown(numbers(picked, race.surface, run, step))


def downloads(race: Race, runs: dict) -> None:
    """The trajectory as CSV, and programs that reproduce it: each made when it is asked for."""
    if not runs:
        return
    with st.popover("Download", icon=":material/download:"):
        for optimizer in race.optimizers:
            name = slug(optimizer.name)
            given = (race.surface, optimizer, race.start, race.steps, race.conditions.given)
            with st.container(horizontal=True):
                st.markdown(f"**{optimizer.name}**")
                run = runs[optimizer.name]
                st.download_button("CSV", partial(trajectory, optimizer, run), f"{name}.csv",
                                   "text/csv",
                                   key=f"csv/{name}", on_click="ignore")  # fmt: skip
                st.download_button("NumPy", partial(with_numpy, *given), f"{name}_numpy.py",
                                   key=f"np/{name}", on_click="ignore")  # fmt: skip
                missing = without_torch(race.surface, optimizer)
                st.download_button("PyTorch", partial(with_torch, *given), f"{name}_torch.py",
                                   key=f"torch/{name}", on_click="ignore",
                                   disabled=bool(missing), help=missing or None,
                                   )  # fmt: skip
