"""The view on late gradients: a path, the limit of its rate, and the roots that decide."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from optcore.descent import Delay, Run, delay_limit, delay_roots, descend
from optcore.optimizers import GradientDescent
from optcore.surfaces import Ravine
from ui import controls
from ui.address import Address
from ui.cache import cached
from ui.ground import Ground
from ui.live.stage import Clock, Handle, Panel
from ui.noise import facts, take_away, words
from ui.noise import late_charts as chart
from ui.noise.figures import legend
from ui.noise.parameters import BOWL, DELAY, Late
from ui.scene import Scene
from ui.state import PageState
from ui.surfaces import ground_of

ON_TIME, LATE, COMPENSATED = RACERS = ("on time", "late", "compensated")


@dataclass(frozen=True)
class Case:
    """Descent on a quadratic whose steep axis has the curvature `bowl.condition`."""

    late: Late
    delay: Delay
    bowl: Ravine

    @property
    def learning_rate(self) -> float:
        return self.late.rate / self.bowl.condition

    @cached_property
    def runs(self) -> dict[str, Run]:
        """The same descent with fresh gradients, late ones, and late ones compensated."""
        delays = (Delay(0), replace(self.delay, compensation=0.0), self.delay)
        return {name: _descended(self.bowl, self.learning_rate, self.late.steps, delay)
                for name, delay in zip(RACERS, delays, strict=True)}  # fmt: skip

    @property
    def limit(self) -> float:
        """The largest rate for this delay, in units of 1 / curvature."""
        return float(delay_limit(self.delay.lag))

    @cached_property
    def roots(self) -> np.ndarray:
        """The factors of a step along the steep axis, the longest first."""
        return delay_roots(self.delay.lag, self.late.rate)

    @cached_property
    def mistaken(self) -> np.ndarray:
        """At each step of the late run, how far the gradient used lies from the one of now, as a
        share of it; by how much would the true Hessian miss that, in the same unit."""
        run, lag = self.runs[LATE], self.delay.lag
        points = run.points[: int(run.ended) + 1]
        then = points[np.maximum(np.arange(len(points)) - lag, 0)]
        now, old = self.bowl.grad(points), self.bowl.grad(then)
        turned = old + np.einsum("ij,tj->ti", self.bowl.hessian(points[0]), points - then)
        size = np.maximum(np.linalg.norm(now, axis=1), 1e-300)
        return np.stack([np.linalg.norm(part - now, axis=1) / size for part in (old, turned)])

    @property
    def ground(self) -> Ground:
        return ground_of(self.bowl)


@cached
def _descended(bowl, learning_rate: float, steps: int, delay: Delay) -> Run:
    return descend(bowl, GradientDescent(learning_rate), bowl.start, steps, delay=delay)


def set_up(state: Address) -> tuple[Case, Any]:
    """The case as the sliders stand, and the board that holds these."""
    dials = [
        controls.Dials("Workers who do not wait", "delay", DELAY),
        controls.Dials("Descent", "late", Late()),
        controls.Dials("Quadratic", "bowl", BOWL),
    ]
    (delay, late, bowl), board = controls.tune(state, dials)
    return Case(late, delay, bowl), board


def scene(state: PageState) -> Scene:
    case, board = set_up(state)
    steps = case.late.steps
    place = (float(case.delay.lag), case.late.rate)
    return Scene(
        [
            Panel(chart.paths(case), name="paths", view=state.view(), labels={"x": "x", "y": "y"}),
            Panel(chart.losses(case), cursor=True, click="clock", name="loss",
                  labels={"x": "step", "y": "loss"}),
            Panel(chart.limits(case), name="limit of the rate", click="late",
                  labels={"x": "delay", "y": "rate"}),
            Panel(chart.roots(case), name="roots", aspect=1.2,
                  labels={"x": "real", "y": "imaginary"}),
        ],
        [board],
        words=lambda: words.late(case),
        table=lambda: words.table_of_delays(case),
        facts=lambda: facts.late(case),
        columns_of=lambda: take_away.late(case),
        program=lambda: take_away.late_program(case),
        clock=Clock(steps, state.clock(range(steps + 1)), opens=4),
        handles=[Handle("late", place, "Delay and rate: drag them", panel=2)],
        legend=legend(RACERS),
    )  # fmt: skip
