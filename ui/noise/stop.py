"""The view on when to stop: training, validation and true risk, and what a stop is worth."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from optcore.descent import Run
from optcore.samples import (
    LinearClassifier,
    decayed_share,
    early_stop,
    matching_decay,
    stopped_share,
)
from ui import controls
from ui.address import Address
from ui.live.stage import Clock, Panel
from ui.noise import facts, take_away, words
from ui.noise import stop_charts as chart
from ui.noise.classifiers import descended, drawn
from ui.noise.figures import legend
from ui.noise.parameters import LABELS, Stopping
from ui.noise.stop_charts import CURVATURES
from ui.scene import Scene
from ui.state import PageState

START = (0.0, 0.0)
# From the seed of the data to that of the samples that are held out.
ELSEWHERE = 5000
ROWS = 240


@dataclass(frozen=True)
class Case:
    """Descent from 0 on few samples, watched on others and on the whole population."""

    fit: LinearClassifier
    held_out: LinearClassifier
    stopping: Stopping

    @cached_property
    def run(self) -> Run:
        return descended(self.fit, self.stopping.learning_rate, START, self.stopping.steps)

    @cached_property
    def rows(self) -> np.ndarray:
        """The rows that the clock stands at."""
        last = int(self.run.ended)
        return np.unique(np.linspace(0, last, min(last, ROWS) + 1).round().astype(int))

    @cached_property
    def losses(self) -> dict[str, np.ndarray]:
        """Mean losses (positions,) on the samples, on those held out, and over the population."""
        points = self.run.points[self.rows]
        return {
            "training": self.run.values[self.rows],
            "validation": self.held_out.value(points),
            "true risk": self.fit.risk(points),
        }

    @cached_property
    def stop(self) -> int:
        """The step of the lowest validation loss at which the run is given up."""
        last = int(self.run.ended)
        validation = self.held_out.value(self.run.points[: last + 1])
        return early_stop(validation, self.stopping.patience)

    @property
    def stopped_at(self) -> int:
        """The position of the clock that is nearest to the stop."""
        return int(np.argmin(np.abs(self.rows - self.stop)))

    @cached_property
    def shares(self) -> np.ndarray:
        """The share of the way to the minimum of a quadratic that a stop leaves (positions, k)."""
        return stopped_share(CURVATURES, 1.0, self.rows[:, None])

    @cached_property
    def decayed(self) -> np.ndarray:
        """The same for the decay 1 / (rate * steps) in place of the stop."""
        with np.errstate(divide="ignore"):
            decay = 1 / self.rows[:, None].astype(float)
        return decayed_share(CURVATURES, decay)

    @cached_property
    def matching(self) -> np.ndarray:
        """The decay that equals the stop along each curvature, times rate and steps."""
        steps = self.rows[:, None].astype(float)
        with np.errstate(divide="ignore", invalid="ignore"):
            return matching_decay(CURVATURES, 1.0, steps) * steps


def set_up(state: Address) -> tuple[Case, Any]:
    """The case as the sliders stand, and the board that holds these."""
    dials = [
        controls.Dials("Stopping early", "stop", Stopping()),
        controls.Dials("Where samples come from", "labels", LABELS),
    ]
    (stopping, population), board = controls.tune(state, dials)
    given = (population, state["loss"])
    fit = drawn(stopping.points, stopping.seed, *given)
    held_out = drawn(stopping.held_out, stopping.seed + ELSEWHERE, *given)
    return Case(fit, held_out, stopping), board


def scene(state: PageState) -> Scene:
    case, board = set_up(state)
    positions, time = len(case.rows), list(map(float, case.rows))
    return Scene(
        [
            Panel(chart.losses(case), span=2, name="losses", time=time,
                  labels={"x": "step", "y": "loss"}),
            Panel(chart.gradient(case), name="training gradient", time=time,
                  labels={"x": "step", "y": "gradient norm"}),
            Panel(chart.shares(case), name="stop or decay",
                  labels={"x": "curvature", "y": "share of the way"}),
        ],
        [board],
        words=lambda: words.stop(case),
        table=lambda: words.table_of_stops(case),
        facts=lambda: facts.stop(case),
        columns_of=lambda: take_away.stop(case),
        program=lambda: take_away.stop_program(case),
        clock=Clock(positions - 1, state.clock(range(positions)),
                    [f"step {row}" for row in case.rows], opens=4),
        legend=legend(["training", "validation", "true risk"]),
        columns="minmax(0, 5fr) minmax(0, 4fr)",
    )  # fmt: skip
