"""What the address of the Training page may say."""

from dataclasses import dataclass, replace

from optcore.descent.disturbance import CLIPPINGS
from optcore.knobs import knob, knobs
from optcore.networks.activations import ACTIVATIONS, ReLU, Sigmoid
from optcore.networks.datasets import DATASETS
from optcore.networks.initializers import INITIALIZERS, HeNormal
from optcore.training.plan import TRAINERS
from ui.lessons import lesson_row
from ui.parameters import choice, sliders, sliders_of_each, step, switch
from ui.training.charts import TITLES

SAMPLES = 128
SIDES = ("left", "right")


@dataclass(frozen=True)
class Architecture:
    name: str
    residual: bool = False
    norm: str | None = None


@dataclass(frozen=True)
class Amount:
    """How many samples a gradient is the mean of; None for all."""

    name: str
    batch: int | None


@dataclass(frozen=True)
class Unclipped:
    name: str = "Off"


@dataclass(frozen=True)
class Shape:
    """The hidden layers of both networks."""

    depth: int = knob(8, 1, 32, symbol="L", whole=True)
    width: int = knob(16, 2, 128, scale="log", symbol="n", whole=True)


@dataclass(frozen=True)
class Length:
    """How long both train, and the seed of data, weights and batches."""

    steps: int = knob(300, 10, 2000, scale="log", symbol="", whole=True)
    seed: int = knob(0, 0, 999, symbol="", whole=True)


ARCHITECTURES = (
    Architecture("Plain"),
    Architecture("Residual", residual=True),
    Architecture("Layer norm", norm="layer"),
    Architecture("Batch norm", norm="batch"),
    Architecture("Residual and layer norm", residual=True, norm="layer"),
)
AMOUNTS = (Amount("All samples", None), Amount("32 samples", 32), Amount("8 samples", 8))
DATA = tuple(replace(each, samples=SAMPLES) for each in DATASETS)


def _of_one_side(side: str, first) -> list:
    return [
        choice(side, ACTIVATIONS, first),
        choice(f"{side}.start", INITIALIZERS, HeNormal()),
        choice(f"{side}.form", ARCHITECTURES),
        *sliders_of_each((*INITIALIZERS, *ACTIVATIONS), f"{side}."),
    ]


PARAMETERS = (
    lesson_row("training"),
    choice("data", DATA),
    *_of_one_side("left", Sigmoid()),
    *_of_one_side("right", ReLU()),
    choice("optimizer", TRAINERS),
    choice("clip", (Unclipped(), *CLIPPINGS)),
    choice("heat", tuple(TITLES)),
    choice("batch", AMOUNTS),
    switch("bias", True),
    step(int(knobs(Length)["steps"].high)),
    *sliders_of_each(TRAINERS),
    sliders("clip", *CLIPPINGS),
    sliders("shape", Shape()),
    sliders("length", Length()),
    *sliders_of_each(DATA, "data."),
)
