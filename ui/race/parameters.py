"""What the address of the Race page may say."""

from dataclasses import dataclass

from optcore.descent.batches import ORDERS, Batches
from optcore.descent.delay import Delay
from optcore.descent.disturbance import CLIPPINGS, GradientNoise
from optcore.descent.schedules import SCHEDULES
from optcore.descent.setting import MOST_STEPS
from optcore.knobs import knob
from optcore.optimizers import OPTIMIZERS
from optcore.optimizers.misprints import MISPRINTS
from optcore.samples import LinearClassifier, LinearRegression
from optcore.surfaces import SURFACES, Rosenbrock
from ui.lessons import lesson_row
from ui.parameters import (
    Parameter,
    Place,
    choice,
    choices,
    chosen,
    sliders,
    sliders_of_each,
    step,
    switch,
)
from ui.surfaces import FORMULA, OwnFunction, Reach, point_dial
from ui.zoom import camera, zoom

RACERS = (*OPTIMIZERS, *MISPRINTS)
FIRST_FOUR = ("Gradient descent", "Momentum", "RMSProp", "Adam")
CONTOURS, DEEP = VIEWS = ("Contours", "3-D")
# Surfaces that are means over samples, so that there are batches of them.
FITS = (LinearRegression.drawn(100), LinearClassifier.drawn(100))
WHOLE = "all samples"
LOSS, GRADIENT_NORM, MEMORY, STEP_LENGTH, EFFECTIVE_RATE, VALLEY = BESIDE = (
    "Loss", "Gradient norm", "Memory", "Step length", "Effective rate", "Across and along",
)  # fmt: skip


@dataclass(frozen=True)
class Unclipped:
    name: str = "Off"


@dataclass(frozen=True)
class Length:
    """How long a race lasts, and how near counts as arrived."""

    steps: int = knob(300, 10, 5000, scale="log", symbol="", whole=True)
    tolerance: float = knob(1e-3, 1e-12, 10.0, scale="log", symbol="")


PARAMETERS = (
    lesson_row("race"),
    choice("surface", (*SURFACES, *FITS, OwnFunction()), Rosenbrock(),
           resets=(".learning_rate", "start.x", "start.y", "at", "zoom", "camera")),
    Parameter(name="f", default=FORMULA, when=chosen("surface", OwnFunction())),
    choices("race", RACERS, [each for each in RACERS if each.name in FIRST_FOUR]),
    choice("view", VIEWS),
    switch("arrows", when=chosen("view", CONTOURS)),
    choices("beside", BESIDE, (LOSS, GRADIENT_NORM)),
    choice("schedule", SCHEDULES),
    choice("clip", (Unclipped(), *CLIPPINGS)),
    choice("samples", (WHOLE, *ORDERS)),
    switch("sweep", when=chosen("details", True)),
    choice("inspect", RACERS, among=lambda state: state["race"], when=chosen("details", True)),
    step(MOST_STEPS),
    zoom(seen=lambda state: state["view"] == CONTOURS),
    camera(seen=lambda state: state["view"] == DEEP),
    *sliders_of_each(RACERS),
    sliders("race", Length()),
    sliders("start", point_dial(Rosenbrock().window, Rosenbrock().start)),
    Place("start", ("start.x", "start.y")),
    sliders("surface", *SURFACES),
    sliders("noise", GradientNoise()),
    sliders("delay", Delay()),
    sliders("batches", Batches(16)),
    sliders("window", Reach()),
    sliders("schedule", *SCHEDULES),
    sliders("clip", *CLIPPINGS),
)  # fmt: skip
