"""The view on what is minimized: a surrogate falls, and the 0-1 loss is what is meant."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from optcore.descent import Run
from optcore.samples import SURROGATES, LinearClassifier, MarginLoss
from optcore.samples.surrogates import ZeroOneLoss
from ui import controls
from ui.address import Address
from ui.live.stage import Clock, Panel
from ui.noise import aim_charts as chart
from ui.noise import facts, take_away, words
from ui.noise.classifiers import descended, drawn
from ui.noise.figures import legend
from ui.noise.parameters import LABELS, Training
from ui.scene import Scene
from ui.state import PageState

# Rows at which the risk over the whole population is worked out.
ROWS = 60


@dataclass(frozen=True)
class Case:
    """A border between two classes, trained by the whole gradient of a loss of the margin."""

    fit: LinearClassifier
    training: Training

    @property
    def loss(self) -> MarginLoss:
        return self.fit.loss

    @cached_property
    def run(self) -> Run:
        start = (self.training.w, self.training.b)
        return descended(self.fit, self.training.learning_rate, start, self.training.steps)

    @property
    def reached(self) -> int:
        return int(self.run.ended) + 1

    @cached_property
    def points(self) -> np.ndarray:
        return self.run.points[: self.reached]

    @cached_property
    def margins(self) -> np.ndarray:
        """y (w x + b) of each sample at each step (steps + 1, N)."""
        x, y = np.asarray(self.fit.x), np.asarray(self.fit.y)
        return y * (self.points[:, :1] * x + self.points[:, 1:])

    @cached_property
    def errors(self) -> np.ndarray:
        """The share of samples on the wrong side (steps + 1,): the mean 0-1 loss."""
        return ZeroOneLoss().value(self.margins).mean(axis=-1)

    @cached_property
    def risks(self) -> tuple[np.ndarray, np.ndarray]:
        """Some steps, and the share that would be wrong of the whole population there."""
        rows = np.unique(np.linspace(0, self.reached - 1, ROWS).round().astype(int))
        return rows, replace(self.fit, loss=ZeroOneLoss()).risk(self.points[rows])

    @property
    def without_error(self) -> int | None:
        """The first step from which on no sample is on the wrong side; None if there is none."""
        wrong = np.flatnonzero(self.errors > 0)
        first = int(wrong[-1]) + 1 if wrong.size else 0
        return first if first < self.reached else None


def set_up(state: Address) -> tuple[Case, Any]:
    """The case as the sliders stand, and the board that holds these."""
    dials = [
        controls.Dials(f"Descent on the loss {state['loss'].name}", "train", Training()),
        controls.Dials("Where samples come from", "labels", LABELS),
    ]
    (training, population), board = controls.tune(state, dials)
    fit = drawn(training.points, training.seed, population, state["loss"])
    return Case(fit, training), board


def scene(state: PageState) -> Scene:
    case, board = set_up(state)
    steps = case.training.steps
    return Scene(
        [
            Panel(chart.margins(case), name="losses of the margin",
                  labels={"x": "margin", "y": "loss"}),
            Panel(chart.courses(case), span=2, cursor=True, click="clock", name="over the steps",
                  labels={"x": "step", "y": "loss"}),
            Panel(chart.border(case), name="samples", labels={"x": "x", "y": "label"}),
        ],
        [board],
        words=lambda: words.aim(case),
        table=lambda: words.table_of_aims(case),
        facts=lambda: facts.aim(case),
        columns_of=lambda: take_away.aim(case),
        program=lambda: take_away.aim_program(case),
        clock=Clock(steps, state.clock(range(steps + 1)), opens=4),
        legend=legend([loss.name for loss in SURROGATES]),
    )  # fmt: skip
