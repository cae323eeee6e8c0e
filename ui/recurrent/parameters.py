"""What the address of the Recurrent page may say."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from optcore.descent.disturbance import ClipNorm
from optcore.knobs import knob
from optcore.networks.activations import ACTIVATIONS
from optcore.networks.initializers import LeCunNormal, Orthogonal, Uniform
from optcore.recurrent import CELLS, TASKS, IdentityStart, UnrolledUnit, with_eigenvalue
from ui.lessons import lesson_row
from ui.parameters import Place, choice, choices, placed, sliders, sliders_of_each, step
from ui.zoom import zoom

POWERS, UNIT, NET, CLIFF = VIEWS = ("Powers of a matrix", "One unit", "A real net", "The cliff")
SQUASHES = tuple(each for name in ("Tanh", "Sigmoid", "ReLU", "Identity")
                 for each in ACTIVATIONS if each.name == name)  # fmt: skip
STARTS = (Orthogonal(), IdentityStart(), LeCunNormal(), Uniform())
REACH = 2.0
# An eigenvalue that is this near to the real axis lies on it.
SNAP = 0.06


@dataclass(frozen=True)
class Unclipped:
    name: str = "No clipping"


@dataclass(frozen=True)
class Matrix:
    """The four weights of a net of two units, without squashing."""

    w11: float = knob(0.9, -REACH, REACH, symbol="")
    w12: float = knob(1.0, -REACH, REACH, symbol="")
    w21: float = knob(0.0, -REACH, REACH, symbol="")
    w22: float = knob(0.9, -REACH, REACH, symbol="")

    @property
    def array(self) -> np.ndarray:
        return np.array([[self.w11, self.w12], [self.w21, self.w22]])


@dataclass(frozen=True)
class Course:
    """How long the matrix acts, and the slope of the second unit: 1 is linear, 0 saturated."""

    steps: int = knob(60, 5, 200, scale="log", symbol="T", whole=True)
    slope: float = knob(1.0, 0.0, 1.0, symbol="")


@dataclass(frozen=True)
class Unit:
    """One unit that feeds itself, h <- phi(w h)."""

    w: float = knob(1.5, 0.1, 4.0, symbol="w")
    start: float = knob(0.3, -2.0, 2.0, symbol="h_0")
    steps: int = knob(60, 5, 400, scale="log", symbol="T", whole=True)


@dataclass(frozen=True)
class Chain:
    """Layers of random weights of variance gain^2/width: one matrix for all, or each its own."""

    width: int = knob(16, 1, 64, scale="log", symbol="n", whole=True)
    gain: float = knob(1.0, 0.5, 2.0, symbol="g")
    seed: int = knob(0, 0, 999, symbol=r"\mathrm{seed}", whole=True)


@dataclass(frozen=True)
class Net:
    """The size of the net, its sequences and its training."""

    width: int = knob(16, 2, 64, scale="log", symbol="n", whole=True)
    length: int = knob(20, 12, 200, scale="log", symbol="T", whole=True)
    batch: int = knob(16, 2, 64, scale="log", symbol="m", whole=True)
    learning_rate: float = knob(0.01, 1e-4, 1.0, scale="log", symbol=r"\eta")
    steps: int = knob(200, 10, 2000, scale="log", symbol="", whole=True)
    seed: int = knob(0, 0, 999, symbol=r"\mathrm{seed}", whole=True)


@dataclass(frozen=True)
class Descent:
    """Gradient descent on the cliff, as it is and clipped by norm."""

    learning_rate: float = knob(1.0, 1e-3, 10.0, scale="log", symbol=r"\eta")
    limit: float = knob(0.5, 1e-3, 100.0, scale="log", symbol="c")
    steps: int = knob(200, 10, 2000, scale="log", symbol="", whole=True)


@dataclass(frozen=True)
class From:
    """Where both begin."""

    w: float = knob(UnrolledUnit().start[0], 0.5, 4.0, symbol="w")
    b: float = knob(UnrolledUnit().start[1], -2.5, 0.5, symbol="b")


@dataclass(frozen=True)
class Eigenvalue(Place):
    """A handle that moves an eigenvalue: the matrix follows."""

    def moved(self, report: Mapping, state) -> dict[str, float]:
        handles = report.get("handles")
        place = handles.get(self.handle) if isinstance(handles, Mapping) else None
        if not isinstance(place, list | tuple) or len(place) != 2:
            return {}
        if not all(isinstance(part, int | float) and abs(part) < 1e6 for part in place):
            return {}
        across, up = (min(max(float(part), -REACH), REACH) for part in place)
        value = complex(across, up if abs(up) > SNAP else 0.0)
        entries = np.array([state[name] for name in self.sets], float)
        moved = with_eigenvalue(entries.reshape(2, 2), value).ravel()
        return {
            name: placed(float(entry), -REACH, REACH)
            for name, entry in zip(self.sets, moved, strict=True)
        }


PARAMETERS = (
    lesson_row("recurrent"),
    choice("view", VIEWS, resets=("at",)),
    choice("squash", SQUASHES),
    choices("cells", CELLS, [cell for cell in CELLS if cell.name in ("Tanh", "GRU")]),
    choice("task", TASKS),
    choice("start", STARTS),
    choice("clip", (Unclipped(), ClipNorm())),
    step(2000),
    zoom(panel=0, seen=lambda state: state["view"] == CLIFF),
    sliders("w", Matrix()),
    Place("first", ("w.w11", "w.w21")),
    Place("second", ("w.w12", "w.w22")),
    Eigenvalue("eigenvalue", ("w.w11", "w.w12", "w.w21", "w.w22")),
    sliders("course", Course()),
    sliders("unit", Unit()),
    sliders("chain", Chain()),
    *sliders_of_each(CELLS),
    sliders("task", *TASKS),
    sliders("start", *STARTS),
    sliders("clip", ClipNorm()),
    sliders("net", Net()),
    sliders("cliff", UnrolledUnit()),
    sliders("descent", Descent()),
    sliders("from", From()),
    Place("from", ("from.w", "from.b")),
)
