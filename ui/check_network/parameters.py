"""What the address of the page "Check a network" may say."""

from dataclasses import dataclass, make_dataclass
from functools import lru_cache

from optcore.checks.bugs import PLANTED_BUGS
from optcore.checks.levels import LEVELS
from optcore.checks.own_gradient import NAMES
from optcore.checks.plan import RANDOM, CheckPlan, CheckPoint, LossTerms, NetworkShape, StepSize
from optcore.derivatives.differences import CENTRAL, DIFFERENCES
from optcore.knobs import knob
from optcore.networks.activations import ACTIVATIONS, Tanh
from optcore.networks.architectures import ARCHITECTURES
from optcore.networks.datasets import DATASETS, Moons
from optcore.networks.initializers import INITIALIZERS, XavierNormal
from optcore.networks.losses import LOSSES, SigmoidCrossEntropy
from ui.lessons import lesson_row
from ui.parameters import (
    Parameter,
    Place,
    choice,
    choices,
    chosen,
    number,
    sliders,
    slug,
    switch,
    written,
)
from ui.prose import quoted

PLANT, DETECT, OWN = MODES = ("Plant bugs", "Detective", "Check my own")
FIRST_BUG = next(bug for bug in PLANTED_BUGS if bug.name == "tanh' = 1 - a")
CASES = 9999
# Answers that a case can have: two bugs, a line and a slip each, two tries each.
MOST_ANSWERS = 8
DEEPEST = 20
# Label and first text of the three formulas.
FORMULAS = {
    "f": ("f(x, y) =", "sin(x*y) + x^2"),
    "dx": (f"{NAMES[0]} =", "y*cos(x*y) + 2*x"),
    "dy": (f"{NAMES[1]} =", "cos(x*y)"),
}


@dataclass(frozen=True)
class Window:
    """The window is from -reach to reach on both axes."""

    reach: float = knob(3.0, 0.1, 100.0, scale="log", symbol="")


@lru_cache(maxsize=64)
def layer_dial(last: int):
    """The layer of a bug as a knob, 1 to `last`."""
    field = ("layer", int, knob(min(2, last), 1, last, symbol="", whole=True))
    return make_dataclass("BugLayer", [field], frozen=True)()


def begins(state, plan: CheckPlan) -> CheckPlan:
    """The check at which a person begins, with all the rest as in `plan`."""
    return state["level"].covered(plan) if state["mode"] == DETECT else plan


def _names(text: str) -> tuple[str, ...]:
    return tuple(filter(None, map(slug, text.split(",")[:MOST_ANSWERS])))


def _reached(text: str) -> tuple[int, int]:
    one = number(0, 1e6, whole=True)
    points, most = map(int, map(one, text.split(",") if text.count(",") == 1 else (text, "")))
    if points > most:
        raise ValueError(f"{quoted(text)} are more points than there were, so none counts.")
    return points, most


_NETWORK = chosen("mode", PLANT, DETECT)
_OWN = chosen("mode", OWN)


def _coordinate(name: str, first: float) -> Parameter:
    return Parameter(
        name=name, parse=number(-100.0, 100.0), write=written, default=first, when=_OWN
    )


def _window(state) -> list[tuple[float, float]]:
    reach = state["window.reach"]
    return [(-reach, reach)] * 2


PARAMETERS = (
    lesson_row("check_network"),
    choice("mode", MODES),
    choice("activation", ACTIVATIONS, Tanh(), when=_NETWORK),
    choice("data", (*DATASETS, RANDOM), next(d for d in DATASETS if isinstance(d, Moons)),
           when=_NETWORK),
    choice("rule", DIFFERENCES, CENTRAL, when=_NETWORK),
    choice("float", ("float64", "float32"), default_of=lambda s: begins(s, CheckPlan()).dtype,
           when=_NETWORK),
    choice("loss", LOSSES, SigmoidCrossEntropy(), when=_NETWORK),
    choice("initializer", INITIALIZERS, XavierNormal(), when=_NETWORK),
    choice("architecture", ARCHITECTURES, when=_NETWORK),
    switch("frozen", True, when=_NETWORK),
    choices("bugs", PLANTED_BUGS, [FIRST_BUG], when=chosen("mode", PLANT)),
    choice("level", LEVELS, when=chosen("mode", DETECT),
           resets=("float", "at.weight_scale", "loss.weight_decay", "check.h")),
    Parameter(name="case", parse=number(0, CASES, whole=True), default=1, pinned=True,
              when=chosen("mode", DETECT)),
    # What one visitor did in the detective's cases.
    Parameter(name="said", parse=_names, write=",".join, default=(), when=chosen("mode", DETECT),
              shared=False),
    Parameter(name="score", parse=_reached, write="{0[0]},{0[1]}".format, default=(0, 0),
              when=chosen("mode", DETECT), shared=False),
    *(sliders(f"bug.{slug(bug.name)}", layer_dial(DEEPEST)) for bug in PLANTED_BUGS),
    sliders("net", NetworkShape()),
    sliders("at", CheckPoint()),
    sliders("loss", LossTerms()),
    sliders("check", StepSize()),
    *(Parameter(name=name, default=first, when=_OWN) for name, (_, first) in FORMULAS.items()),
    _coordinate("p.x", -1.5),
    _coordinate("p.y", 1.0),
    Place("point", ("p.x", "p.y"), bounds=_window),
    sliders("window", Window()),
)  # fmt: skip
