"""The view on order: one deck of samples dealt in four ways, and what a loss then says."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from optcore.descent import Batches, descend
from optcore.descent.batches import ORDERS
from optcore.descent.setting import MOST_STEPS
from optcore.optimizers import GradientDescent
from optcore.samples import LinearRegression, NoisyLine, losses_before, risk_gap
from ui import controls
from ui.address import Address
from ui.cache import cached
from ui.ground import Ground
from ui.live.stage import Clock, Panel
from ui.live.turn import give_way
from ui.noise import facts, take_away, words
from ui.noise import order_charts as chart
from ui.noise.figures import legend
from ui.noise.parameters import SORTED, Deck
from ui.scene import Scene
from ui.state import PageState
from ui.surfaces import ground_of

LONGEST = 300
# Runs whose distance is averaged, sets of data whose losses are, and steps of all that are made.
SEEDS, SETS, MADE = 40, 120, 40_000
# A hand that moves sees the mean of a few sets where these are quick, else a single one.
FEW = 400


@dataclass(frozen=True)
class Case:
    """A deck of samples as it lies, and the order that it is dealt in where losses are compared."""

    fit: LinearRegression
    deck: Deck
    lie: str
    dealt: str
    rests: bool = True

    @property
    def seeds(self) -> int:
        return max(1, min(SEEDS, MADE // self.steps)) if self.rests else 1

    @property
    def sets(self) -> int:
        if self.rests:
            return max(10, min(SETS, MADE // self.steps))
        return 10 if self.steps <= FEW else 1

    @property
    def a_pass(self) -> int:
        """Steps in which every sample is seen once."""
        return -(-self.deck.points // self.batch)

    @property
    def batch(self) -> int:
        return min(self.deck.batch, self.deck.points)

    @property
    def steps(self) -> int:
        return min(self.a_pass * self.deck.passes, MOST_STEPS)

    @cached_property
    def rows(self) -> np.ndarray:
        """The rows that the clock stands at."""
        return np.unique(np.linspace(0, self.steps, LONGEST + 1).round().astype(int))

    @property
    def passes(self) -> np.ndarray:
        return self.rows / self.a_pass

    @cached_property
    def paths(self) -> dict[str, np.ndarray]:
        """By order: points (rows, seeds, 2) of runs that differ in their seed alone, the chosen
        one first."""
        found = {}
        for order in ORDERS:
            found[order] = _descended(
                self.fit, self.deck.learning_rate, self.steps, self.batch, order,
                self.deck.seed, self.seeds,
            )  # fmt: skip
            give_way()
        return found

    @cached_property
    def distances(self) -> dict[str, np.ndarray]:
        """By order: the root of the mean square of the distance from the minimum (positions,)."""
        found = {}
        for order, points in self.paths.items():
            away = points[self.rows] - self.fit.minima[0]
            found[order] = np.sqrt((away**2).sum(axis=-1).mean(axis=-1))
        return found

    @cached_property
    def losses(self) -> dict[str, np.ndarray]:
        """Means over many sets of data (positions,), dealt in one order: the loss on the
        training data, on each batch before its update, and on the whole population."""
        return _losses(self.fit, self.deck, self.lie, self.dealt, self.steps, self.batch,
                     self.sets, tuple(self.rows))  # fmt: skip

    @property
    def gap(self) -> float:
        """By how much the risk of the best line through a set exceeds its training loss."""
        return float(risk_gap(self.deck.points, 2, self.fit.population.noise**2))

    @property
    def ground(self) -> Ground:
        return ground_of(self.fit, 61, 1)


@cached
def _fit(points: int, seed: int, lie: str, population: NoisyLine) -> LinearRegression:
    drawn = LinearRegression.drawn(points, seed, population=population)
    if lie != SORTED:
        return drawn
    x, y = zip(*sorted(zip(drawn.x, drawn.y, strict=True)), strict=True)
    return replace(drawn, x=x, y=y)


@cached
def _descended(
    fit, rate: float, steps: int, batch: int, order: str, seed: int, many: int
) -> np.ndarray:
    method = GradientDescent(rate)
    if many == 1 or order == "ordered":
        run = descend(fit, method, fit.start, steps, batches=Batches(batch, order, seed))
        return run.points[:, None]
    seeds: Any = seed + np.arange(many)
    starts = np.tile(fit.start, (many, 1))
    return descend(fit, method, starts, steps, batches=Batches(batch, order, seed=seeds)).points


@cached
def _losses(fit, deck, lie, order, steps, batch, sets, rows) -> dict[str, np.ndarray]:
    data, start, seeds = fit, np.array(fit.start), deck.seed
    if sets > 1:
        seeds = deck.seed + np.arange(sets)
        data = _lying(fit.fresh(deck.points, seeds), lie)
        start = np.tile(start, (sets, 1))
    batches = Batches(batch, order, seeds)
    run = descend(data, GradientDescent(deck.learning_rate), start, steps, batches=batches)
    rows = list(rows)

    def mean(values: np.ndarray) -> np.ndarray:
        return values.reshape(len(values), -1).mean(axis=1)

    with np.errstate(all="ignore"):
        risk = mean(data.risk(run.points))
        before = mean(losses_before(data, batches, run.points))
        return {
            "training": mean(data.value(run.points[rows])),
            # Its distance from the risk is what is smoothed: that lags behind no steep slope.
            "before update": (risk + _smoothed(before - risk, -(-deck.points // batch)))[rows],
            "true risk": risk[rows],
        }


def _lying(data: LinearRegression, lie: str) -> LinearRegression:
    """Several sets of data, each sorted if they lie so."""
    if lie != SORTED:
        return data
    places = np.argsort(data.x, axis=-1)
    x, y = (np.take_along_axis(np.asarray(part), places, axis=-1) for part in (data.x, data.y))
    return replace(data, x=x, y=y)


def _smoothed(values: np.ndarray, width: int) -> np.ndarray:
    """The mean of the last few values, of fewer at the beginning."""
    sums = np.concatenate([[0.0], np.cumsum(values)])
    ends = np.arange(1, len(values) + 1)
    firsts = np.maximum(ends - max(width, 1), 0)
    return (sums[ends] - sums[firsts]) / (ends - firsts)


def set_up(state: Address) -> tuple[Case, Any]:
    """The case as the sliders stand, and the board that holds these; fewer runs and sets of data
    while a hand moves."""
    dials = [
        controls.Dials("Deck", "deck", Deck()),
        controls.Dials("Where samples come from", "line", NoisyLine()),
    ]
    (deck, population), board = controls.tune(state, dials)
    fit = _fit(deck.points, deck.seed, state["lie"], population)
    return Case(fit, deck, state["lie"], state["dealt"], rests(state)), board


def rests(state) -> bool:
    """Whether no hand moves; of an address alone none does."""
    return getattr(state, "settled", True)


def scene(state: PageState) -> Scene:
    case, board = set_up(state)
    positions = len(case.rows)
    at = [f"pass {passes:.2f}" for passes in case.passes]
    return Scene(
        [
            Panel(chart.paths(case), span=2, name="paths",
                  view=state.view(), labels={"x": "w", "y": "b"}),
            Panel(chart.distances(case), name="distance", time=case.passes.tolist(),
                  labels={"x": "pass", "y": "distance"}),
            Panel(chart.losses(case), name="losses", time=case.passes.tolist(),
                  labels={"x": "pass", "y": "loss"}),
        ],
        [board],
        words=lambda: words.order(case),
        table=lambda: words.table_of_orders(case),
        facts=lambda: facts.order(case),
        columns_of=lambda: take_away.order(case),
        program=lambda: take_away.order_program(case),
        clock=Clock(positions - 1, state.clock(range(positions)), at, unit="pass", name="Pass",
                    opens=4),
        legend=legend([*ORDERS, "training", "before update", "true risk"]),
        columns="minmax(0, 5fr) minmax(0, 4fr)",
    )  # fmt: skip
