"""What the Race page needs beside the core: its settings as knobs, and rates that suit."""

from dataclasses import dataclass, replace
from functools import lru_cache

import streamlit as st

from optcore.descent.batches import Batches
from optcore.descent.delay import Delay
from optcore.descent.disturbance import ClipNorm, ClipValue, GradientNoise
from optcore.descent.loop import descend
from optcore.descent.schedules import Constant, Schedule
from optcore.descent.sweep import best_rate
from optcore.knobs import knobs
from optcore.surfaces.base import Surface
from ui import controls, work
from ui.address import Address
from ui.cache import CACHE, cached
from ui.families import choose_by_family
from ui.live.turn import give_way
from ui.palette import OPTIMIZER_LOOKS
from ui.parameters import slug
from ui.prose import number, seconds
from ui.race.parameters import CONTOURS, FITS, WHOLE, Length, Unclipped
from ui.state import PageState
from ui.surfaces import OwnFunction, Reach, point_dial

ON_TIME = Delay()
SAMPLES = (
    "Each step sees the next samples of a deck: shuffled before each pass, ordered as they lie, "
    f"drawn with putting back, or ever new ones. For {' and '.join(each.name for each in FITS)}."
)


# Bytes that a step of a sweep takes at most while it goes on, as measured, and the steps up to
# which it asks for no room.
SWEEP_MEMORY, SHORT_SWEEP = 11_000, 2500


@dataclass(frozen=True)
class Conditions:
    """What a race is run under besides surface, optimizers and start."""

    schedule: Schedule
    clip: ClipNorm | ClipValue | None
    noise: GradientNoise
    samples: str = WHOLE
    batches: Batches | None = None
    delay: Delay = ON_TIME

    @property
    def given(self) -> dict:
        """As `descend` takes them."""
        late = self.delay if self.delay.on else None
        return {"schedule": self.schedule, "clip": self.clip, "noise": self.noise,
                "batches": self.batches, "delay": late}  # fmt: skip

    def note(self, optimizers) -> str:
        """What is on that changes the gradients or the rates of a race; empty when nothing is."""
        parts = []
        if self.schedule.name != "Constant":
            parts.append(f"the rates follow the schedule “{self.schedule.name}”")
            free = [optimizer.name for optimizer in optimizers if not optimizer.follows_schedule]
            if free:
                parts[0] += f" (which does not touch {', '.join(free)})"
        if self.clip:
            parts.append(
                f"gradients are clipped {self.clip.name.lower()} at {number(self.clip.limit)}"
            )
        if self.noise.scale:
            parts.append(f"Gaussian noise of {number(self.noise.scale)} is added to every gradient")
        parts += [*self._of_samples(), *self._late()]
        return f"Note: {'; '.join(parts)}." if parts else ""

    def _of_samples(self) -> list[str]:
        if self.samples == WHOLE:
            return []
        if self.batches is None:
            fits = " or ".join(each.name for each in FITS)
            return [f"this surface is not made of samples, so there are no batches: take {fits}"]
        return [f"gradients are those of batches of {self.batches.size}, {self.samples}"]

    def _late(self) -> list[str]:
        if not self.delay.on:
            return []
        late = f"every gradient is {self.delay.steps} steps old"
        if not self.delay.compensation:
            return [late]
        return [f"{late} and compensated with {number(self.delay.compensation)}"]


UNDISTURBED = tuple(Conditions(Constant(), None, GradientNoise()).given.items())


def choose_surface(state: PageState):
    """A surface from the list, or the entry that stands for the person's own formula."""
    return controls.choose(
        state, "surface", "Loss surface", label_visibility="collapsed", width=190
    )


def choose_conditions(state: PageState):
    """Schedule and clipping by name; their numbers are dials."""
    schedule = controls.choose(state, "schedule", "Learning-rate schedule")
    clip = controls.choose(state, "clip", "Gradient clipping")
    samples = controls.choose(state, "samples", "Samples of each gradient", help=SAMPLES)
    clip = None if isinstance(clip, Unclipped) else clip
    return Conditions(schedule, clip, GradientNoise(), samples)


def choose_optimizers(state: PageState):
    """Who races, behind a button; and a place there for what suits them."""
    popover = st.popover("Optimizers", icon=":material/groups:", key="row.race", on_change="rerun")
    with popover, st.container(width=440):
        chosen = controls.choose_some(
            state, "race", "Optimizers", placeholder="Choose who races", width=420
        )
        rates = st.container(horizontal=True)
        if popover.open:
            with st.container(height=260, gap="xsmall"):
                choose_by_family(state, "race")
    return chosen, rates


def choose_view(state: PageState) -> None:
    """How the ground is seen, and what stands on it and beside it."""
    with st.popover("View", icon=":material/visibility:"), st.container(width=340):
        controls.choose_word(state, "view", "The ground")
        if state["view"] == CONTOURS:
            controls.switch(
                state, "arrows", "Arrows at each head",
                help="Downhill, what the method carries on (a velocity, a mean of gradients), "
                "and the step it takes.",
            )  # fmt: skip
        controls.pick_some(
            state, "beside", "Beside it",
            help="Over the steps: loss, gradient norm, every array a method remembers, the length "
            "of each step, the rate each coordinate is really given, and the place across and "
            "along the valley.",
        )  # fmt: skip


@lru_cache(maxsize=512)
def suited(surface, optimizer, start, steps: int):
    """The optimizer at the rate that a sweep from that start found best."""
    if "learning_rate" not in knobs(optimizer):
        return optimizer
    found = swept(
        surface, replace(optimizer, learning_rate=1.0), start, min(steps, 500), UNDISTURBED
    )
    return optimizer if found.calm is None else replace(optimizer, learning_rate=found.calm)


@cached
def swept(surface, optimizer, start, steps: int, given: tuple):
    """Every rate tried under these conditions, as pairs of names and values.

    Raises CrowdedError where a long one finds no room.
    """
    # What is done for every race that rests is short, and must not wait.
    with CACHE.room(SWEEP_MEMORY * steps if steps > SHORT_SWEEP else 0):
        return best_rate(surface, optimizer, start, steps, **dict(given))


@dataclass(frozen=True)
class Race:
    """All that decides a race."""

    surface: Surface
    optimizers: tuple
    start: tuple[float, float]
    steps: int
    tolerance: float
    conditions: Conditions

    @property
    def seconds(self) -> float:
        """About how long it takes: a method that searches looks far where noise misleads it."""
        return sum(self.steps * self._pace(each) for each in self.optimizers)

    def _pace(self, optimizer) -> float:
        """Seconds that a step takes at most, as measured on every surface."""
        given = self.conditions
        if "value" in optimizer.uses:
            return 2e-3 if given.noise.scale or given.batches or given.delay.on else 4e-5
        whole = hasattr(self.surface, "batch_grad") and not given.batches
        return 6e-5 if whole else 1e-5


def affordable(state: Address, race: Race) -> Race:
    """The race, or as many of its steps as may be run without being asked for."""
    if race.seconds <= work.UNASKED or work.asked(state, "race", race):
        return race
    return replace(race, steps=max(1, int(race.steps * work.UNASKED / race.seconds)))


def offer(state: PageState, wanted: Race, shown: Race) -> None:
    """Says that not all steps are run, what they would take, and offers them."""
    if wanted != shown:
        said = (f"All {wanted.steps:,} steps take up to {seconds(wanted.seconds)}. Shown are the "
                f"first {shown.steps:,}.")  # fmt: skip
        work.offer(state, "race", wanted, said, f"Run all {wanted.steps:,} steps")


def dials(surface, optimizers, conditions: Conditions) -> tuple[list, dict]:
    """The sliders of the optimizers, at first at the rates that suit the surface, and by name
    all others: the length, the start, the surface's shape, what disturbs."""
    racers = [
        controls.Dials(
            optimizer.name,
            slug(optimizer.name),
            suited(surface, optimizer, surface.start, Length().steps),
            OPTIMIZER_LOOKS[optimizer.name]["colour"],
        )
        for optimizer in optimizers
    ]
    others = {
        "race": controls.Dials("Race", "race", Length()),
        "start": controls.Dials("Start", "start", point_dial(surface.window, surface.start)),
        "surface": controls.Dials(surface.name, "surface", surface),
        "noise": controls.Dials("Gradient noise", "noise", conditions.noise),
        "delay": controls.Dials("Late gradients", "delay", conditions.delay),
    }
    if conditions.samples != WHOLE and hasattr(surface, "batch_grad"):
        batches = Batches(16, conditions.samples)
        others["batches"] = controls.Dials("Batches", "batches", batches)
    if surface.name == OwnFunction.name:
        others["window"] = controls.Dials("Window", "window", Reach())
    if conditions.schedule.name != "Constant":
        title = f"Schedule: {conditions.schedule.name}"
        others["schedule"] = controls.Dials(title, "schedule", conditions.schedule)
    if conditions.clip:
        others["clip"] = controls.Dials("Clipping", "clip", conditions.clip)
    return racers, others


def set_up(state: Address, racers: list, others: dict, conditions: Conditions) -> tuple[Race, list]:
    """The race the sliders stand at, and the sliders themselves."""
    optimizers, beside = controls.tune(state, racers)
    rest, below = controls.tune(state, list(others.values()))
    tuned = dict(zip(others, rest, strict=True))
    schedule = tuned.get("schedule", Constant())
    race = Race(
        tuned["surface"],
        tuple(optimizers),
        (tuned["start"].x, tuned["start"].y),
        tuned["race"].steps,
        tuned["race"].tolerance,
        Conditions(schedule, tuned.get("clip"), tuned["noise"], conditions.samples,
                   tuned.get("batches"), tuned["delay"]),
    )  # fmt: skip
    return race, [beside, below]


def runs(race: Race) -> dict:
    """Every racer's run by name; when one slider moves the others' are kept."""
    given = race.conditions.given
    found = {}
    for each in race.optimizers:
        found[each.name] = _run(race.surface, each, race.start, race.steps, *given.values())
        give_way()
    return found


@cached
def _run(surface, optimizer, start, steps: int, schedule, clip, noise, batches, delay):
    return descend(surface, optimizer, start, steps, schedule=schedule, clip=clip, noise=noise,
                   batches=batches, delay=delay)  # fmt: skip
