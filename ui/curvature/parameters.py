"""What the address of the page Curvature may say."""

from dataclasses import dataclass

from optcore.knobs import knob
from optcore.surfaces import SURFACES, Rosenbrock
from ui.curvature.case import MAPS
from ui.curvature.networks import SUBJECTS
from ui.lessons import lesson_row
from ui.parameters import Parameter, Place, choice, chosen, number, sliders, step, switch
from ui.surfaces import FORMULA, OwnFunction, Reach, point_dial
from ui.zoom import zoom

STEP, RUN, SADDLES, CHANCE, EDGE, STUCK = VIEWS = (
    "Step", "Run", "Saddles", "Chance", "Edge", "Minimum?",
)  # fmt: skip
ON_A_SURFACE = (STEP, RUN, SADDLES, STUCK)


@dataclass(frozen=True)
class OnTheSurface:
    """Stands for the surface among what a run can be of."""

    name: str = "The surface"


FIRST = Rosenbrock()
RUNS_OF = (OnTheSurface(), *SUBJECTS[1:])


@dataclass(frozen=True)
class Rate:
    learning_rate: float = knob(0.01, 1e-6, 10.0, scale="log", symbol=r"\eta")


@dataclass(frozen=True)
class Length:
    steps: int = knob(100, 5, 2400, scale="log", symbol="", whole=True)


@dataclass(frozen=True)
class Beside:
    """How far from the saddle gradient descent starts, along the way out."""

    distance: float = knob(1e-6, 1e-12, 1e-1, scale="log", symbol=r"\delta")


@dataclass(frozen=True)
class Spectrum:
    """The number of eigenvalues, and by how many radii the semicircle is shifted."""

    n: int = knob(10, 1, 30, symbol="n", whole=True)
    shift: float = knob(0.0, -1.2, 1.2, symbol="s")


@dataclass(frozen=True)
class EdgeDial:
    """The rate, the factor between the layers of the start, and the length."""

    learning_rate: float = knob(0.2, 1e-3, 2.0, scale="log", symbol=r"\eta")
    factor: float = knob(1.0, 1.0, 10.0, scale="log", symbol="k")
    steps: int = knob(400, 50, 2400, scale="log", symbol="", whole=True)


PARAMETERS = (
    lesson_row("curvature"),
    choice("view", VIEWS, resets=("at", "zoom")),
    choice("surface", (*SURFACES, OwnFunction()), FIRST,
           resets=(".learning_rate", "point.x", "point.y", "saddle", "at", "zoom")),
    Parameter(name="f", default=FORMULA, when=chosen("surface", OwnFunction())),
    choice("map", MAPS),
    choice("network", SUBJECTS, resets=("edge.learning_rate", "edge.factor", "edge.steps", "at")),
    choice("subject", RUNS_OF, resets=("step.learning_rate", "run.steps", "at")),
    switch("predict"),
    step(2400),
    zoom(seen=lambda state: state["view"] in ON_A_SURFACE),
    Parameter(name="saddle", parse=number(0, 9999, whole=True), write=str, default=0),
    sliders("step", Rate()),
    sliders("point", point_dial(FIRST.window, FIRST.start)),
    Place("point", ("point.x", "point.y")),
    sliders("run", Length()),
    sliders("beside", Beside()),
    sliders("surface", *SURFACES),
    sliders("window", Reach()),
    sliders("spectrum", Spectrum()),
    sliders("edge", EdgeDial()),
)  # fmt: skip
