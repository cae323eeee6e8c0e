"""What the address of the Noise page may say."""

from dataclasses import dataclass

from optcore.descent.batches import ORDERS
from optcore.descent.delay import Delay
from optcore.descent.schedules import Constant, InverseSquareRoot, InverseTime, LinearDecay
from optcore.knobs import knob
from optcore.optimizers import GradientDescent, Momentum, NesterovMomentum
from optcore.samples import SURROGATES, NoisyLabels, NoisyLine
from optcore.surfaces import Ravine
from ui.lessons import lesson_row
from ui.parameters import (
    Place,
    Scrubbed,
    choice,
    chosen,
    number,
    sliders,
    sliders_of_each,
    step,
    switch,
)
from ui.zoom import zoom

ONE, RUN, ORDER, LATE, AIM, STOP = VIEWS = (
    "One gradient", "The run", "Order", "Late gradients", "What is minimized", "When to stop",
)  # fmt: skip
BIAS, THREE, MANY, CLASSES = TASKS = (
    "Three points, b alone", "Three points, w and b", "A line through many", "Two classes",
)  # fmt: skip
DRAWS = ("replaced", "shuffled")
SAMPLES, STEPS, TIME = UNITS = ("samples", "steps", "time")
METHODS = (GradientDescent(0.1), Momentum(0.02), NesterovMomentum(0.02))
RATES = (Constant(), LinearDecay(), InverseTime(0.05), InverseSquareRoot(0.1))
SORTED, DRAWN = LYING = ("sorted by x", "as drawn")


@dataclass(frozen=True)
class Weights:
    """Where the gradient is taken, and the rate of the steps that are drawn."""

    w: float = knob(-0.5, -3.0, 5.0, symbol="w")
    b: float = knob(-0.5, -4.0, 4.0, symbol="b")
    rate: float = knob(0.35, 0.01, 1.0, scale="log", symbol=r"\eta")


@dataclass(frozen=True)
class Three:
    """Three points that a hand may move."""

    x1: float = knob(-1.5, -3.0, 3.0, symbol="")
    y1: float = knob(-1.0, -4.0, 4.0, symbol="")
    x2: float = knob(0.5, -3.0, 3.0, symbol="")
    y2: float = knob(2.0, -4.0, 4.0, symbol="")
    x3: float = knob(2.0, -3.0, 3.0, symbol="")
    y3: float = knob(1.5, -4.0, 4.0, symbol="")


@dataclass(frozen=True)
class Data:
    """How many points there are, how often each lies in the data, and which draw of them."""

    points: int = knob(100, 3, 1000, scale="log", symbol="N", whole=True)
    copies: int = knob(1, 1, 1000, scale="log", symbol="", whole=True)
    seed: int = knob(0, 0, 999, symbol=r"\mathrm{seed}", whole=True)


@dataclass(frozen=True)
class Course:
    """What each racer may spend, in the unit that is equal for all; what a step costs in time
    besides its samples; and from which share of the run on points are averaged."""

    budget: int = knob(1000, 50, 5000, scale="log", symbol="", whole=True)
    batch: int = knob(16, 1, 1000, scale="log", symbol="B", whole=True)
    overhead: float = knob(20.0, 0.0, 1000.0, scale="log", symbol="c")
    average_from: float = knob(0.2, 0.0, 0.95, symbol="")
    points: int = knob(100, 3, 1000, scale="log", symbol="N", whole=True)
    seed: int = knob(0, 0, 999, symbol=r"\mathrm{seed}", whole=True)


@dataclass(frozen=True)
class Deck:
    """A deck of samples, and how often it is gone through."""

    points: int = knob(40, 4, 400, scale="log", symbol="N", whole=True)
    batch: int = knob(1, 1, 100, scale="log", symbol="B", whole=True)
    passes: int = knob(8, 1, 30, scale="log", symbol="", whole=True)
    learning_rate: float = knob(0.05, 1e-3, 1.0, scale="log", symbol=r"\eta")
    seed: int = knob(0, 0, 999, symbol=r"\mathrm{seed}", whole=True)


@dataclass(frozen=True)
class Late:
    """A rate in units of 1 / curvature of the steep axis, and how long the run is."""

    rate: float = knob(0.4, 0.01, 2.4, scale="log", symbol=r"\eta\lambda")
    steps: int = knob(120, 10, 1000, scale="log", symbol="", whole=True)


@dataclass(frozen=True)
class Training:
    """Descent with the whole gradient on a classifier's loss."""

    points: int = knob(40, 4, 400, scale="log", symbol="N", whole=True)
    learning_rate: float = knob(0.5, 1e-3, 10.0, scale="log", symbol=r"\eta")
    steps: int = knob(300, 10, 3000, scale="log", symbol="", whole=True)
    w: float = knob(-2.0, -10.0, 10.0, symbol="w")
    b: float = knob(1.0, -10.0, 10.0, symbol="b")
    seed: int = knob(0, 0, 999, symbol=r"\mathrm{seed}", whole=True)


@dataclass(frozen=True)
class Stopping:
    """Few samples to train on, some to validate, and how long no better one is waited for."""

    points: int = knob(8, 3, 200, scale="log", symbol="N", whole=True)
    held_out: int = knob(40, 4, 1000, scale="log", symbol="", whole=True)
    patience: int = knob(20, 1, 500, scale="log", symbol="", whole=True)
    learning_rate: float = knob(0.5, 1e-3, 5.0, scale="log", symbol=r"\eta")
    steps: int = knob(400, 10, 3000, scale="log", symbol="", whole=True)
    seed: int = knob(1, 0, 999, symbol=r"\mathrm{seed}", whole=True)


@dataclass(frozen=True)
class Lateness(Place):
    """A handle over delay and rate: gradients are late by whole steps."""

    def moved(self, report, state):
        found = super().moved(report, state)
        return {name: round(value) if name == "delay.steps" else value
                for name, value in found.items()}  # fmt: skip


LABELS = NoisyLabels(spread=1.5)
DELAY = Delay(3, 0.05)
BOWL = Ravine(5.0)

PARAMETERS = (
    lesson_row("noise"),
    choice("view", VIEWS, resets=("at", "zoom")),
    choice("task", TASKS, MANY, resets=("batch", "point.w", "point.b"),
           when=chosen("view", ONE)),
    choice("draw", DRAWS, when=chosen("view", ONE)),
    choice("equal", UNITS, resets=("at",), when=chosen("view", RUN)),
    choice("method", METHODS, when=chosen("view", RUN)),
    choice("schedule", RATES, when=chosen("view", RUN)),
    switch("grow", when=chosen("view", RUN)),
    switch("average", when=chosen("view", RUN)),
    switch("band", when=chosen("view", RUN)),
    choice("lie", LYING, when=chosen("view", ORDER)),
    choice("dealt", ORDERS, when=chosen("view", ORDER), formerly={"told": "{}"}),
    choice("loss", SURROGATES, SURROGATES[1], when=chosen("view", AIM, STOP)),
    Scrubbed(name="batch", parse=number(1, 1000, whole=True),
             write=lambda size: str(int(size))),
    step(5000),
    zoom(seen=lambda state: state["view"] in (RUN, ORDER, LATE)),
    sliders("point", Weights()),
    sliders("three", Three()),
    sliders("data", Data()),
    sliders("line", NoisyLine()),
    sliders("labels", LABELS),
    sliders("run", Course()),
    *sliders_of_each(METHODS),
    sliders("schedule", *RATES),
    sliders("deck", Deck()),
    sliders("late", Late()),
    sliders("delay", DELAY),
    sliders("bowl", BOWL),
    sliders("train", Training()),
    sliders("stop", Stopping()),
    Place("point", ("point.w", "point.b")),
    Place("bias", ("point.b",)),
    Place("p1", ("three.x1", "three.y1")),
    Place("p2", ("three.x2", "three.y2")),
    Place("p3", ("three.x3", "three.y3")),
    Lateness("late", ("delay.steps", "late.rate")),
)  # fmt: skip
