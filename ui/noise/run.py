"""The view on a run: all samples, a batch and single ones at equal samples, steps or time."""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from optcore.descent import Batches, Run, descend
from optcore.descent.schedules import Schedule
from optcore.descent.setting import MOST_STEPS
from optcore.optimizers import NesterovMomentum
from optcore.optimizers.base import Optimizer
from optcore.samples import (
    LinearRegression,
    averaged,
    averaged_variance,
    batch_variance,
)
from ui import controls
from ui.address import Address
from ui.cache import cached
from ui.ground import Ground
from ui.live.stage import Clock, Panel
from ui.live.turn import give_way
from ui.noise import band, facts, take_away, words
from ui.noise import run_charts as chart
from ui.noise.figures import legend
from ui.noise.parameters import SAMPLES, STEPS, TIME, Course
from ui.parameters import slug
from ui.prose import number
from ui.scene import Scene
from ui.state import PageState
from ui.surfaces import ground_of

WHOLE, BATCH, SINGLE = RACERS = ("Full batch", "Mini-batch", "One sample")
LONGEST = 300


@dataclass(frozen=True)
class Racer:
    """One way to spend the budget: batches of a size, None for all samples, for so many steps."""

    name: str
    size: int | None
    steps: int


@dataclass(frozen=True)
class Case:
    fit: LinearRegression
    course: Course
    method: Optimizer
    schedule: Schedule
    equal: str
    grow: bool
    average: bool

    def cost(self, size) -> Any:
        """What a step on so many samples costs, in the unit that is equal for all."""
        samples = np.asarray(size, float)
        return {SAMPLES: samples, STEPS: samples * 0 + 1}.get(
            self.equal, samples + self.course.overhead
        )

    @property
    def unit(self) -> str:
        """What is equal for all, as one counts it."""
        return "units of time" if self.equal == TIME else self.equal

    @cached_property
    def racers(self) -> list[Racer]:
        sizes = {WHOLE: None, BATCH: min(self.course.batch, self.fit.samples), SINGLE: 1}
        return [
            Racer(name, size, min(int(self.course.budget / self.cost(size or self.fit.samples)),
                                  MOST_STEPS))
            for name, size in sizes.items()
        ]  # fmt: skip

    def batches(self, racer: Racer, seed=None) -> Batches:
        """Each sample drawn from all, as the laws have it; a batch may grow instead."""
        if racer.size is None:
            return Batches(self.fit.samples, "ordered")
        growth = self.schedule if self.grow else None
        seed = self.course.seed if seed is None else seed
        return Batches(racer.size, "replaced", seed, growth=growth)

    @property
    def rates(self) -> Schedule | None:
        """The schedule of the rate; where the batch grows instead, the rate stays."""
        return None if self.grow else self.schedule

    def sizes(self, racer: Racer) -> np.ndarray:
        """Samples that each step sees (steps,)."""
        return self.batches(racer).sizes(self.fit.samples, racer.steps)

    @cached_property
    def runs(self) -> dict[str, Run]:
        found = {}
        for racer in self.racers:
            found[racer.name] = _descended(
                self.fit, self.method, racer.steps, self.rates, self.batches(racer)
            )
            give_way()
        return found

    @cached_property
    def costs(self) -> np.ndarray:
        """What has been spent at each position of the clock, most of them early on: there most
        happens, and a logarithmic axis shows it."""
        return _positions(self.course.budget)

    @property
    def spent(self) -> np.ndarray:
        """The same for a logarithmic axis, on which nothing has no place."""
        return np.where(self.costs > 0, self.costs, np.nan)

    @property
    def time(self) -> list[float]:
        """What has been spent, a little before the first of it where it is nothing."""
        return [0.8 * float(self.costs[1]), *self.costs[1:].tolist()]

    @cached_property
    def rows(self) -> dict[str, np.ndarray]:
        """The row that each racer's run has come to at each position of the clock."""
        return {racer.name: np.searchsorted(np.cumsum(self.cost(self.sizes(racer))),
                                            self.costs + 1e-9, side="right")
                for racer in self.racers}  # fmt: skip

    @cached_property
    def paths(self) -> dict[str, np.ndarray]:
        """Points (positions, 2) at each position of the clock."""
        return {name: self.runs[name].points[rows] for name, rows in self.rows.items()}

    def excess(self, points) -> np.ndarray:
        """The loss above that of the minimum."""
        with np.errstate(over="ignore", invalid="ignore"):
            return self.fit.value(points) - self.floor

    @cached_property
    def floor(self) -> float:
        return float(self.fit.value(np.array(self.fit.minima[0])))

    @cached_property
    def means(self) -> dict[str, np.ndarray]:
        """The mean of each racer's points so far, from the chosen share of its run on."""
        found = {}
        for racer in self.racers:
            since = int(self.course.average_from * racer.steps)
            points = averaged(self.runs[racer.name].points, since)
            found[racer.name] = points[self.rows[racer.name]]
        return found

    @cached_property
    def expected(self) -> dict[str, np.ndarray]:
        """The expected excess error at each position, exactly."""
        found = {}
        for racer in self.racers:
            if racer.size is None:  # where nothing is left to chance
                found[racer.name] = self.excess(self.paths[racer.name])
                continue
            sizes = self.sizes(racer)
            law = self.fit.expected_excess(self.fit.start, self.rates_of(racer), sizes,
                                           **self.velocity)  # fmt: skip
            found[racer.name] = law[self.rows[racer.name]]
        return found

    def rates_of(self, racer: Racer) -> np.ndarray:
        """The rate of each step (steps,)."""
        steps = np.arange(racer.steps)
        if self.rates is None:
            return np.full(racer.steps, self.method.learning_rate)
        return self.rates.rate(self.method.learning_rate, steps, max(racer.steps, 1))

    @property
    def velocity(self) -> dict[str, Any]:
        """What the laws are told of a method that has one."""
        return {"momentum": getattr(self.method, "momentum", 0.0),
                "nesterov": isinstance(self.method, NesterovMomentum)}  # fmt: skip

    def ball(self, size: int, share: float = 1.0) -> np.ndarray:
        """The covariance (2, 2) that batches of a size keep up around the minimum, exactly, at a
        constant share of the rate."""
        rate = share * self.method.learning_rate
        return self.fit.stationary_covariance(rate, size, **self.velocity)

    def last_ball(self, racer: Racer) -> np.ndarray:
        """The same at the rate and the batch of a racer's last step."""
        if not racer.steps:
            return self.ball(racer.size or self.fit.samples)
        share = float(self.rates_of(racer)[-1]) / self.method.learning_rate
        return self.ball(int(self.sizes(racer)[-1]), share)

    @cached_property
    def averaged_law(self) -> dict[str, np.ndarray]:
        """The expected excess of the mean points (positions,) of a descent at a constant rate that
        has settled, by the law for noise that is the same everywhere; along each axis of the bowl
        there is one of its own."""
        if self.schedule.name != "Constant":
            return {}
        minimum, found = np.array(self.fit.minima[0]), {}
        rate = self.method.learning_rate
        curvatures, axes = np.linalg.eigh(self.fit.hessian(minimum))
        each = self.fit.batch_grad(minimum, np.arange(self.fit.samples)[:, None]) @ axes
        for racer in self.racers[1:]:
            count = self.rows[racer.name] - int(self.course.average_from * racer.steps) + 1.0
            count = np.where(count > 0, count, np.nan)[:, None]
            noise = batch_variance(each.T, racer.size or 1, "replaced")
            variance = averaged_variance(rate, curvatures, noise, count, **self.velocity)
            found[racer.name] = 0.5 * variance @ curvatures
        return found

    @property
    def limit(self) -> float:
        """The largest rate at which the whole gradient leads down."""
        steepest = np.linalg.eigvalsh(self.fit.hessian(np.zeros(2)))[-1]
        return float(self.method.stable_rate(steepest))

    @property
    def ground(self) -> Ground:
        return ground_of(self.fit, 61, 1)


@lru_cache(maxsize=8)
def _positions(budget: int) -> np.ndarray:
    early, all_along = np.geomspace(1, budget, LONGEST // 2), np.linspace(0, budget, LONGEST)
    return np.unique(np.concatenate([early, all_along]).round())


@lru_cache(maxsize=8)
def _spent(budget: int, unit: str) -> list[str]:
    """What the clock says at each of its positions."""
    return [f"{number(spent)} {unit}" for spent in _positions(budget)]


@cached
def _fit(points: int, seed: int) -> LinearRegression:
    return LinearRegression.drawn(points, seed)


@cached
def _descended(fit, method, steps, schedule, batches) -> Run:
    return descend(fit, method, fit.start, steps, schedule=schedule, batches=batches)


def finish(state: PageState) -> None:
    """The many runs, if they are wanted and not made yet."""
    case, _ = set_up(state)
    if state["band"]:
        band.finish(state, case)


def set_up(state: Address) -> tuple[Case, Any]:
    """The case as the sliders stand, and the board that holds these."""
    method, schedule = state["method"], state["schedule"]
    dials = [
        controls.Dials(method.name, slug(method.name), method),
        controls.Dials("Course", "run", Course(), idle=_idle(state)),
    ]
    if schedule.name != "Constant":
        dials.append(controls.Dials(f"Schedule: {schedule.name}", "schedule", schedule))
    (method, course, *rest), board = controls.tune(state, dials)
    fit = _fit(course.points, course.seed)
    schedule = rest[0] if rest else schedule
    return Case(fit, course, method, schedule, state["equal"], state["grow"],
                state["average"]), board  # fmt: skip


def _idle(state: Address) -> tuple[str, ...]:
    """What of a course has no effect: what a step costs unless time counts, where averages begin
    unless there are any."""
    matters = {"overhead": state["equal"] == TIME, "average_from": state["average"]}
    return tuple(name for name, does in matters.items() if not does)


def scene(state: PageState) -> Scene:
    case, board = set_up(state)
    many = band.affordable(state, case).known if state["band"] else None
    return Scene(
        [
            Panel(chart.paths(case), span=2, name="paths", aspect=1.2,
                  view=state.view(), labels={"x": "w", "y": "b"}),
            Panel(chart.excess(case, many), name="excess error", time=case.time,
                  labels={"x": f"{case.equal} spent", "y": "excess error"}),
            Panel(chart.ball(case), name="around the minimum", aspect=1.2,
                  labels={"x": "w", "y": "b"}),
        ],
        [board],
        words=lambda: words.run(case),
        table=lambda: words.table_of_racers(case),
        facts=lambda: facts.run(case),
        columns_of=lambda: take_away.run(case),
        program=lambda: take_away.run_program(case),
        clock=Clock(len(case.costs) - 1, state.clock(range(len(case.costs))),
                    _spent(case.course.budget, case.unit),
                    unit=case.unit, name="Spent", opens=4),
        legend=legend(RACERS),
        columns="minmax(0, 5fr) minmax(0, 4fr)",
    )  # fmt: skip
