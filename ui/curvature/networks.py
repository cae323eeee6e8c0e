"""What the views of networks show: runs with their sharpness, rescaled starts, twins."""

from dataclasses import dataclass

import numpy as np

from optcore.curvature.edge import EDGE_CASES, ChosenMinima, EdgeCase, chosen_minima
from optcore.curvature.products import hessian_of
from optcore.curvature.stuck import StuckRun, why_stuck
from optcore.curvature.symmetry import HOMOGENEOUS, Twin, rescaled, twin_count, twin_of
from optcore.curvature.track import CurvatureTrack, curvature_along, sharpness
from optcore.descent.loop import descend
from optcore.descent.run import Run
from optcore.optimizers import GradientDescent
from optcore.surfaces import TwoLayerLinear
from ui.cache import cached

# Rows of a track, and fewer while a hand moves.
ROWS, FEWER = 120, 40
FACTORS = np.geomspace(1, 10, 25)
TWINS = 4


@dataclass(frozen=True)
class Subject:
    """What the edge of stability is shown on: an objective, its start, and how it begins.

    `plane` says that it is a surface, on which the path can be drawn; `rescale` gives the start
    with one layer times a factor and the next divided by it, or is None.
    """

    name: str
    lesson: str
    learning_rate: float
    steps: int
    factor: float = 1.0
    case: EdgeCase | None = None

    @property
    def plane(self) -> bool:
        return self.case is None

    @property
    def objective(self):
        return TwoLayerLinear() if self.case is None else self.case.fit

    @property
    def rescales(self) -> bool:
        """Whether a factor between the layers leaves the function as it is."""
        return self.case is None or isinstance(self.case.fit.network.hidden, HOMOGENEOUS)

    def start(self, factor: float) -> np.ndarray:
        """The start, rescaled where that leaves the function as it is."""
        if self.case is None:
            return np.array([0.7 * factor, 0.7 / factor])
        if not self.rescales:
            return self.case.start
        return rescaled(self.case.fit.network, self.case.start, 0, factor)


TWO_WEIGHTS = Subject(
    "Two weights",
    "Every point of the curve is a minimum: the rate decides on which it can rest.",
    0.2,
    200,
    factor=3.0,
)
SUBJECTS = (
    TWO_WEIGHTS,
    *(Subject(each.name, each.lesson, each.learning_rate, each.steps, case=each)
      for each in EDGE_CASES),
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class NetworkCase:
    """Gradient descent from a rescaled start, followed.

    `same` is the sharpness of the start at each of FACTORS, None where no factor leaves the
    function as it is.
    """

    objective: object
    rate: float
    run: Run
    tracked: CurvatureTrack
    same: np.ndarray | None


@cached
def network_case(subject, rate: float, factor: float, steps: int, moving: bool) -> NetworkCase:
    """The case of a Subject; with fewer rows while a hand moves."""
    objective, start = subject.objective, subject.start(factor)
    run = descend(objective, GradientDescent(rate), start, steps)
    tracked = curvature_along(objective, run, most=FEWER if moving else ROWS)
    same = None
    if subject.rescales:
        same = sharpness(objective, np.array([subject.start(each) for each in FACTORS]))
    return NetworkCase(objective, rate, run, tracked, same)


@cached
def chosen(subject: Subject, factor: float, steps: int) -> ChosenMinima:
    """The minima that 25 rates round the subject's own choose from the same start."""
    rates = np.geomspace(subject.learning_rate / 8, subject.learning_rate * 2, 25)
    return chosen_minima(subject.objective, subject.start(factor), rates, steps)


@cached
def ending(subject: Subject, rate: float, steps: int) -> tuple[StuckRun, np.ndarray]:
    """Why the run of a subject is where it is, and every eigenvalue there."""
    run = network_case(subject, rate, 1.0, steps, False).run
    return why_stuck(subject.objective, run), end_eigenvalues(subject.objective, run)


def end_eigenvalues(objective, run: Run) -> np.ndarray:
    """All eigenvalues (n,) of the Hessian at the end of a run; none where it is not finite."""
    with np.errstate(all="ignore"):
        hessian = hessian_of(objective, run.points[int(run.ended)])
    return np.linalg.eigvalsh(hessian) if np.isfinite(hessian).all() else np.zeros(0)


def twins(subject: Subject) -> tuple[list[Twin], int]:
    """Some of the symmetric twins of a network's start, and how many there are."""
    case = subject.case
    if case is None:
        return [], 0
    found = [twin_of(case.fit, case.start, seed) for seed in range(1, TWINS + 1)]
    return found, twin_count(case.fit.network)
