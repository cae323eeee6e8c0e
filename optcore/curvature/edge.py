"""Full-batch gradient descent of small networks whose sharpness can be followed.

It rises to 2 / rate and hovers there: Cohen et al. (2021), Gradient descent on neural networks
typically occurs at the edge of stability.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np

from optcore.curvature.track import CurvatureTrack, end_eigenvalues, track_at
from optcore.descent.loop import course, descend
from optcore.networks.activations import Identity, Sigmoid, Tanh
from optcore.networks.datasets import Circles, Sine
from optcore.networks.initializers import XavierNormal
from optcore.networks.losses import SigmoidCrossEntropy, SquaredError
from optcore.networks.network import FitLoss, Network
from optcore.objective import Objective
from optcore.optimizers import GradientDescent

# Samples of a regression and of two classes, and hidden units.
POINTS, RING, UNITS = 20, 100, 20
BLUR = 0.05
# Rows whose curvature is worked out together.
PART = 20
# Of two linear layers: the spread of each input, and the weights (4, 1) of what they are to learn.
SPREADS = (2.0, 1.0, 0.5, 0.25)
WANTED = ((1.0,), (-0.5,), (0.5,), (1.0,))


@dataclass(frozen=True)
class EdgeCase:
    """A network and data small enough to follow its sharpness, with a rate that meets the edge."""

    name: ClassVar[str]
    lesson: ClassVar[str]
    learning_rate: ClassVar[float]
    steps: ClassVar[int]

    seed: int = 0

    @cached_property
    def fit(self) -> FitLoss:
        raise NotImplementedError

    @property
    def start(self) -> np.ndarray:
        return self.fit.network.initial(XavierNormal(), self.seed)


@dataclass(frozen=True)
class TanhOnSine(EdgeCase):
    """20 tanh units and one output, 61 parameters, fit 20 noisy samples of a sine."""

    name = "Tanh network"
    lesson = "The sharpness climbs to 2 / rate, is thrown back by a burst of loss, climbs again."
    learning_rate = 0.4
    steps = 2400

    @cached_property
    def fit(self):
        data = Sine(samples=POINTS, noise=BLUR).make(self.seed)
        network = Network((1, UNITS, 1), Tanh(), Identity())
        return FitLoss(network, SquaredError(), data.inputs, data.targets)


@dataclass(frozen=True)
class TwoLinearLayers(EdgeCase):
    """Four inputs of unequal spread, four hidden units without a bend, one output; no biases.

    The targets are a linear function of the inputs, so the loss can reach 0. The weights start
    at a fifth of their usual size.
    """

    name = "Two linear layers"
    lesson = "No bend anywhere, and yet the product of two layers sharpens until the rate stops it."
    learning_rate = 0.3
    steps = 400

    seed: int = 2

    @cached_property
    def fit(self):
        rng = np.random.default_rng([self.seed, 4])
        inputs = rng.standard_normal((POINTS, len(SPREADS))) * SPREADS
        targets = inputs @ np.array(WANTED)
        network = Network((4, 4, 1), Identity(), Identity(), bias=False)
        return FitLoss(network, SquaredError(), inputs, targets)

    @property
    def start(self):
        return 0.2 * super().start


@dataclass(frozen=True)
class TanhOnCircles(EdgeCase):
    """8 tanh units and a sigmoid output, 33 parameters, tell 100 points of a ring from a disc."""

    name = "Tanh network on circles"
    lesson = "Here the gradient grows from step to step, and the loss falls all the while."
    learning_rate = 0.3
    steps = 300

    @cached_property
    def fit(self):
        data = Circles(samples=RING).make(self.seed)
        network = Network((2, 8, 1), Tanh(), Sigmoid())
        return FitLoss(network, SigmoidCrossEntropy(), data.inputs, data.targets)


EDGE_CASES: tuple[EdgeCase, ...] = (TanhOnSine(), TwoLinearLayers(), TanhOnCircles())


def edge_run(
    objective: Objective, start, learning_rate: float, steps: int, most: int = 120
) -> Iterator[CurvatureTrack]:
    """Gradient descent with its curvature at about `most` of the steps, a part at a time.

    Yields the track so far: show it, or stop iterating to cancel. A run that diverges ends
    early.
    """
    every = max(1, round(steps / most))
    track, rows = None, []
    for row in course(objective, GradientDescent(learning_rate), start, steps):
        if row.t % every == 0 or row.last:
            rows.append(row)
        if len(rows) == PART or row.last:
            part = _tracked(objective, rows, learning_rate)
            track = part if track is None else track.joined(part)
            rows = []
            yield track


@dataclass(frozen=True)
class ChosenMinima:
    """Where descents from one start end: `points (k, n)`, `values (k,)`, `sharpness (k,)`.

    `limit (k,)` is 2 / rate. Descents that diverged have nan.
    """

    rates: np.ndarray
    points: np.ndarray
    values: np.ndarray
    sharpness: np.ndarray

    @property
    def limit(self) -> np.ndarray:
        return 2 / self.rates


def chosen_minima(objective: Objective, start, rates, steps: int) -> ChosenMinima:
    """Gradient descent from one start (n,) at each of `rates (k,)`, in one batch.

    Where minima form a curve the rate decides on which part of it a descent can rest.
    """
    rates = np.asarray(rates, float)
    run = descend(objective, GradientDescent(rates[:, None]), start, steps, record=False)
    points = np.where(run.diverged[:, None], np.nan, run.last)
    values = np.where(run.diverged, np.nan, run.last_value)
    return ChosenMinima(rates, points, values, end_eigenvalues(objective, points).largest)


def _tracked(objective, rows, learning_rate) -> CurvatureTrack:
    at, points, values, grads = (
        np.array([getattr(row, name) for row in rows]) for name in ("t", "point", "value", "grad")
    )
    return track_at(objective, at, points, values, grads, np.full(len(rows), learning_rate))
