"""What the Race page needs beside the core: its settings as knobs, and rates that suit."""

from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass, make_dataclass, replace
from functools import lru_cache
from math import floor, isfinite, log10
from threading import Lock

import streamlit as st

from optcore.descent.disturbance import CLIPPINGS, GradientNoise
from optcore.descent.loop import MOST_STEPS, descend
from optcore.descent.schedules import SCHEDULES, Constant
from optcore.descent.sweep import best_rate
from optcore.formula.surface import formula_surface
from optcore.formula.tree import FormulaError
from optcore.knobs import knob
from optcore.optimizers import OPTIMIZERS
from optcore.optimizers.misprints import MISPRINTS
from optcore.surfaces import SURFACES
from ui import controls
from ui.ground import ground
from ui.palette import OPTIMIZER_LOOKS
from ui.prose import escaped
from ui.state import Link

FIRST_FOUR = ("Gradient descent", "Momentum", "RMSProp", "Adam")
OWN_FORMULA = "sin(x) * cos(y) + (x^2 + y^2) / 10"


@dataclass(frozen=True)
class Length:
    """How long a race lasts, and how near counts as arrived."""

    steps: int = knob(300, 10, 5000, scale="log", symbol="", whole=True)
    tolerance: float = knob(1e-3, 1e-12, 10.0, scale="log", symbol="")


@dataclass(frozen=True)
class Reach:
    """How far a formula of one's own is drawn: from -reach to reach on both axes."""

    reach: float = knob(3.0, 0.1, 100.0, scale="log", symbol="")


@dataclass(frozen=True)
class _OwnFunction:
    """Stands for the formula field in the list of surfaces."""

    name: str = "Your own function"
    lesson: str = ""


@dataclass(frozen=True)
class _Unclipped:
    name: str = "Off"


@dataclass(frozen=True)
class Conditions:
    """What a race is run under besides surface, optimizers and start."""

    schedule: object
    clip: object | None
    noise: GradientNoise

    @property
    def given(self) -> dict:
        """As `descend` takes them."""
        return {"schedule": self.schedule, "clip": self.clip, "noise": self.noise}

    def note(self, optimizers) -> str:
        """What is on that changes the gradients or the rates of a race; empty when nothing is."""
        parts = []
        if self.schedule.name != "Constant":
            parts.append(f"the rates follow the schedule “{self.schedule.name}”")
            free = [optimizer.name for optimizer in optimizers if not optimizer.follows_schedule]
            if free:
                parts[0] += f" (which does not touch {', '.join(free)})"
        if self.clip:
            parts.append(f"gradients are clipped {self.clip.name.lower()} at {self.clip.limit:g}")
        if self.noise.scale:
            parts.append(f"Gaussian noise of {self.noise.scale:g} is added to every gradient")
        return f"Note: {'; '.join(parts)}." if parts else ""


def choose_surface(link: Link):
    """A surface from the list, or the entry that stands for the person's own formula."""
    return controls.choose(
        link, "surface", "Loss surface", (*SURFACES, _OwnFunction()), on_change=link.forget,
        args=(".learning_rate", "start.x", "start.y", "at", *VIEWS),
    )  # fmt: skip


def formed(link: Link, picked):
    """The surface picked; for a formula its field, and the last good one while it is faulty."""
    if not isinstance(picked, _OwnFunction):
        st.caption(f"{picked.lesson} $\\quad f = {picked.latex}$")
        return picked
    written = controls.text(
        link, "f", "f(x, y) =", OWN_FORMULA,
        help="Numbers, x, y, pi, e, + - * / ^ and sin cos tan exp log sqrt abs tanh sinh cosh "
        "sigmoid relu softplus min max.",
    )  # fmt: skip
    return _own_surface(link, written)


def _own_surface(link: Link, written: str):
    reach = link.get("window.reach", controls.number(0.1, 100.0), 3.0)
    window = ((-reach, reach), (-reach, reach))
    faults = []
    for formula in (written, link.memory.get("formula", OWN_FORMULA), OWN_FORMULA):
        try:
            surface = formula_surface(formula, window)
        except FormulaError as fault:
            faults.append(str(fault))
            continue
        link.memory["formula"] = formula
        if faults:
            told = f"{faults[0]} Shown meanwhile: f(x, y) = {formula}"
            st.error(escaped(told), icon=":material/function:")
        return surface
    raise AssertionError("the formula we offer has values everywhere")


def choose_conditions(link: Link):
    """Schedule and clipping by name; their numbers are dials."""
    schedule = controls.choose(link, "schedule", "Learning-rate schedule", SCHEDULES)
    clip = controls.choose(link, "clip", "Gradient clipping", (_Unclipped(), *CLIPPINGS))
    return Conditions(schedule, None if isinstance(clip, _Unclipped) else clip, GradientNoise())


def choose_optimizers(link: Link):
    default = [optimizer for optimizer in OPTIMIZERS if optimizer.name in FIRST_FOUR]
    return controls.choose_some(
        link,
        "race",
        "Optimizers",
        (*OPTIMIZERS, *MISPRINTS),
        default,
        placeholder="Choose who races",
    )


@lru_cache(maxsize=64)
def start_dial(window, start):
    """A start point as two knobs over a window."""
    fields = [
        (axis, float, knob(float(at), float(low), float(high), symbol=""))
        for axis, at, (low, high) in zip("xy", start, window, strict=True)
    ]
    return make_dataclass("Start", fields, frozen=True)()


@lru_cache(maxsize=512)
def suited(surface, optimizer, start, steps: int):
    """The optimizer at the rate that a sweep from that start found best."""
    sweep = best_rate(surface, optimizer, start, min(steps, 500))
    return (
        optimizer
        if sweep is None or sweep.calm is None
        else replace(optimizer, learning_rate=sweep.calm)
    )


def heading(link: Link, scenarios) -> None:
    """What the page is, and its scenarios."""
    st.markdown("#### Race: drag the start, press play, see who gets down")
    controls.scenarios(link, scenarios)


@dataclass(frozen=True)
class Setup:
    """All that decides a race."""

    surface: object
    optimizers: tuple
    start: tuple[float, float]
    steps: int
    tolerance: float
    conditions: Conditions


def dials(surface, optimizers, conditions: Conditions) -> tuple[list, dict]:
    """The sliders of the optimizers, at first at the rates that suit the surface, and by name
    all others: the length, the start, the surface's shape, what disturbs."""
    racers = [
        controls.Dials(
            optimizer.name,
            controls.slug(optimizer.name),
            suited(surface, optimizer, surface.start, Length().steps),
            OPTIMIZER_LOOKS[optimizer.name]["colour"],
        )
        for optimizer in optimizers
    ]
    others = {
        "race": controls.Dials("Race", "race", Length()),
        "start": controls.Dials("Start", "start", start_dial(surface.window, surface.start)),
        "surface": controls.Dials(surface.name, "surface", surface),
        "noise": controls.Dials("Gradient noise", "noise", conditions.noise),
    }
    if surface.name == _OwnFunction.name:
        others["window"] = controls.Dials("Window", "window", Reach())
    if conditions.schedule.name != "Constant":
        title = f"Schedule: {conditions.schedule.name}"
        others["schedule"] = controls.Dials(title, "schedule", conditions.schedule)
    if conditions.clip:
        others["clip"] = controls.Dials("Clipping", "clip", conditions.clip)
    return racers, others


def set_up(link: Link, racers: list, others: dict) -> tuple[Setup, list]:
    """The race the sliders stand at, and the sliders themselves."""
    optimizers, beside = controls.read(link, racers)
    rest, below = controls.read(link, list(others.values()), below=True)
    tuned = dict(zip(others, rest, strict=True))
    schedule = tuned.get("schedule", Constant())
    setup = Setup(
        tuned["surface"],
        tuple(optimizers),
        (tuned["start"].x, tuned["start"].y),
        tuned["race"].steps,
        tuned["race"].tolerance,
        Conditions(schedule, tuned.get("clip"), tuned["noise"]),
    )
    return setup, [beside, below]


class RunCache:
    """Descents as they were asked for; those unasked for longest go once all pass `room` bytes."""

    def __init__(self, room: int):
        self.room, self.size = room, 0
        self.runs: OrderedDict = OrderedDict()
        self.lock = Lock()

    def run(self, surface, optimizer, start, steps: int, schedule, clip, noise):
        """A descent; when one slider moves the other racers' runs are still here."""
        asked = (surface, optimizer, start, steps, schedule, clip, noise)
        with self.lock:
            if asked in self.runs:
                self.runs.move_to_end(asked)
                return self.runs[asked]
        run = descend(surface, optimizer, start, steps, schedule=schedule, clip=clip, noise=noise)
        with self.lock:
            if asked not in self.runs:
                self.runs[asked] = run
                self.size += run.nbytes
            while self.size > self.room:
                self.size -= self.runs.popitem(last=False)[1].nbytes
        return run


# 20 visitors with 26 racers each take 22 MB at 300 steps and 65 at 1,000; at 5,000 each takes 15.
CACHE = RunCache(96_000_000)


def runs(setup: Setup) -> dict:
    """Every racer's run by name."""
    given = setup.conditions.given
    return {
        optimizer.name: CACHE.run(setup.surface, optimizer, setup.start, setup.steps, **given)
        for optimizer in setup.optimizers
    }


@lru_cache(maxsize=64)
def land(surface):
    """The surface's grid, worked out once for all who look at it."""
    return ground(surface)


def scrubbed(link: Link, setup: Setup) -> int | None:
    """The step at which the scrubber stands; None until it has been moved."""
    at = link.get("at", controls.number(0, setup.steps, True), None)
    if at is not None and at < setup.steps:
        link.show("at", str(at))
    return at


def _zoom(text: str) -> str:
    """A parser for what is shown of the ground, as `low,high,low,high` of x and y."""
    ends = controls.several(4, 1e6)(text)
    x_low, x_high, y_low, y_high = map(float, ends.split(",")) if ends else (0, 1, 0, 1)
    if x_low >= x_high or y_low >= y_high:
        raise ValueError(f"{controls.quoted(text)} ends before it begins, so all is shown.")
    return ends


# The eye and what it looks at, each as x, y, z, where the cube of the plot has edges of 1.
VIEWS = {"zoom": _zoom, "camera": controls.several(6, 100.0)}


def looked_at(link: Link, deep: bool) -> str:
    """What is shown of the ground, or in depth from where; empty for the usual view."""
    seen = {name: link.get(name, parse, "") for name, parse in VIEWS.items()}
    for name, text in seen.items():
        link.show(name, text, "")
    return seen["camera" if deep else "zoom"]


def hear(link: Link, sliders: list, setup: Setup, deep: bool, change: dict) -> None:
    """Takes over what the stage reports: the start, within the window, the step, the view of the
    ground and sliders."""
    values = {}
    if isinstance(seen := (change.get("views") or {}).get("0"), str):
        name = "camera" if deep else "zoom"
        with suppress(ValueError):
            values[name] = VIEWS[name](seen)
    place = (change.get("handles") or {}).get("start") or ()
    for axis, at, (low, high) in zip("xy", place, setup.surface.window, strict=False):
        if isinstance(at, int | float) and isfinite(at):
            # Finer than a pixel, and short enough for a link.
            digits = 4 - floor(log10(high - low))
            values[f"start.{axis}"] = min(max(round(float(at), digits), low), high)
    if isinstance(change.get("at"), int) and 0 <= change["at"] <= MOST_STEPS:
        # At the end means at the end of a longer race, too.
        values["at"] = change["at"] if change["at"] < setup.steps else None
    controls.hear(link, sliders, change, values)
