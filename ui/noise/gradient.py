"""The view on one gradient: that of all samples, and those of batches around it."""

from dataclasses import dataclass
from functools import cached_property
from math import erfc, sqrt
from typing import Any

import numpy as np

from optcore.samples import LinearClassifier, LinearRegression, batch_covariance, batch_variance
from optcore.samples.fits import SampleFit
from ui import controls
from ui.address import Address
from ui.cache import cached
from ui.ground import Ground
from ui.live.stage import Clock, Handle, Panel
from ui.noise import facts, take_away, words
from ui.noise import gradient_charts as chart
from ui.noise.figures import legend
from ui.noise.parameters import BIAS, CLASSES, LABELS, THREE, Data, Three, Weights
from ui.scene import Scene
from ui.state import PageState
from ui.surfaces import ground_of

# Batches that are drawn, and sizes at which they are looked at.
BATCHES, LOOKS, LARGEST = 200, 25, 1000
ROUNDING = 1e-13


@dataclass(frozen=True)
class Case:
    """A fit, the point where its gradient is taken, and how batches are drawn."""

    task: str
    fit: SampleFit
    at: Weights
    draw: str
    seed: int = 0

    @property
    def point(self) -> np.ndarray:
        return np.array([self.at.w, self.at.b])

    @property
    def free(self) -> list[int]:
        """The parameters that a gradient is taken by."""
        return [1] if self.task == BIAS else [0, 1]

    @cached_property
    def sizes(self) -> np.ndarray:
        """Sizes of batches from 1 to all samples or the largest that is drawn."""
        most = min(self.fit.samples, LARGEST)
        return np.unique(np.geomspace(1, most, LOOKS).round().astype(int))

    @cached_property
    def cards(self) -> np.ndarray:
        """The samples of each batch (batches, most): a larger one holds those of a smaller one."""
        return _dealt(self.fit.samples, int(self.sizes[-1]), self.draw, self.seed)

    @cached_property
    def each(self) -> np.ndarray:
        """The gradient of each point's own loss (N, 2)."""
        return self.fit.batch_grad(self.point, np.arange(len(self.fit.x))[:, None])

    @cached_property
    def true(self) -> np.ndarray:
        return self.fit.grad(self.point)

    @cached_property
    def means(self) -> np.ndarray:
        """The gradients of the batches (sizes, batches, 2)."""
        drawn, begins = self.cards % len(self.each), [0, *self.sizes[:-1]]
        added = [np.add.reduceat(pull[drawn], begins, axis=1) for pull in self.each.T]
        return np.cumsum(added, axis=2).T / self.sizes[:, None, None]

    @cached_property
    def spread(self) -> np.ndarray:
        """How far batches are from the true gradient (sizes,): root of the mean square."""
        away = (self.means - self.true)[..., self.free]
        spread = np.sqrt((away**2).sum(axis=-1).mean(axis=-1))
        # All samples in another order differ from their mean in the last bits alone.
        return np.where(spread > ROUNDING * np.abs(self.each).max(), spread, 0.0)

    def expected(self, sizes, draw: str) -> np.ndarray:
        """The same by the law."""
        values, copies = self.each[:, self.free].T, self.fit.copies
        variances = [batch_variance(values, int(size), draw, copies=copies) for size in sizes]
        return np.sqrt(np.sum(variances, axis=-1))

    @cached_property
    def covariances(self) -> np.ndarray:
        """Of the batches' gradients by the law (sizes, 2, 2)."""
        single = batch_covariance(self.each, 1, "replaced")
        values, copies = self.each[:, 0], self.fit.copies
        whole = values.var()
        shares = [batch_variance(values, int(size), self.draw, copies=copies) / whole
                  if whole > 0 else 1 / size for size in self.sizes]  # fmt: skip
        return np.array(shares)[:, None, None] * single

    @cached_property
    def uphill(self) -> np.ndarray:
        """The share of batches (sizes,) along whose gradient a step leads up."""
        along = self.means[..., self.free] @ self.true[self.free]
        return (along < 0).mean(axis=-1)

    @cached_property
    def uphill_law(self) -> np.ndarray:
        """The same were the gradients of batches normal, as those of large ones nearly are."""
        along = self.each[:, self.free] @ self.true[self.free]
        length = float(self.true[self.free] @ self.true[self.free])
        copies = self.fit.copies
        variances = [batch_variance(along, int(size), self.draw, copies=copies)
                     for size in self.sizes]  # fmt: skip
        return np.array([_tail(length, float(variance)) for variance in variances])

    @property
    def ground(self) -> Ground:
        return ground_of(self.fit, 33, 1)


def _tail(mean: float, variance: float) -> float:
    """The probability that a normal variable of that mean lies below 0."""
    if variance <= 0:
        return 0.0 if mean > 0 else 0.5
    return 0.5 * erfc(mean / sqrt(2 * variance))


@cached
def _dealt(samples: int, most: int, draw: str, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    if draw == "replaced":
        return rng.integers(samples, size=(BATCHES, most))
    return np.stack([rng.choice(samples, most, replace=False) for _ in range(BATCHES)])


@cached
def _drawn(kind: type[SampleFit], data: Data, population) -> SampleFit:
    return kind.drawn(data.points, data.seed, copies=data.copies, population=population)


def set_up(state: Address) -> tuple[Case, Any]:
    """The case as the sliders stand, and the board that holds these."""
    task = state["task"]
    dials = [controls.Dials("The gradient is taken at", "point", Weights())]
    if task in (BIAS, THREE):
        dials.append(controls.Dials("Three points", "three", Three()))
        (at, points), board = controls.tune(state, dials)
        places = (points.x1, points.x2, points.x3), (points.y1, points.y2, points.y3)
        return Case(task, LinearRegression(*places), at, state["draw"]), board
    kind = LinearClassifier if task == CLASSES else LinearRegression
    home = LABELS if task == CLASSES else kind.usual()
    prefix = "labels" if task == CLASSES else "line"
    dials += [
        controls.Dials("Samples", "data", Data()),
        controls.Dials("Where they come from", prefix, home),
    ]
    (at, data, population), board = controls.tune(state, dials)
    return Case(task, _drawn(kind, data, population), at, state["draw"], data.seed), board


def scene(state: PageState) -> Scene:
    case, board = set_up(state)
    sizes = case.sizes
    at = state.clock(sizes, "batch")
    return Scene(
        [
            Panel(chart.data(case), name="samples", labels={"x": "x", "y": "y"}),
            Panel(chart.spread(case), click="clock", name="spread by batch size",
                  labels={"x": "batch size", "y": "spread"}, time=list(map(float, sizes))),
            Panel(chart.loss(case), name="the loss",
                  click=None if case.task == BIAS else "point",
                  labels={"x": "b" if case.task == BIAS else "w",
                          "y": "loss" if case.task == BIAS else "b"}),
            Panel(chart.gradients(case), name="gradients",
                  labels={"x": "gradient by w", "y": "gradient by b"}),
        ],
        [board],
        words=lambda: words.one(case),
        table=lambda: words.table_of_sizes(case),
        facts=lambda: facts.one(case),
        columns_of=lambda: take_away.one(case),
        program=lambda: take_away.one_program(case),
        clock=Clock(len(sizes) - 1, at, [f"batch of {size}" for size in sizes], unit="size",
                    name="Batch", seconds=6.0),
        handles=_handles(case),
        legend=legend(["batches", "all samples", "uphill"]),
    )  # fmt: skip


def _handles(case: Case) -> list[Handle]:
    """The point where the gradient is taken and, of three, the samples themselves."""
    if case.task == BIAS:
        point = Handle("bias", (case.at.b, float(case.fit.value(case.point))),
                       "b: drag it along the loss", panel=2, along="mean loss")  # fmt: skip
    else:
        point = Handle(
            "point",
            (case.at.w, case.at.b),
            "Where the gradient is taken: drag it, or use the arrow keys",
            panel=2,
        )
    if case.task not in (BIAS, THREE):
        return [point]
    samples = [
        Handle(f"p{number}", place, f"Sample {number}: drag it, or use the arrow keys", panel=0)
        for number, place in enumerate(zip(case.fit.x, case.fit.y, strict=True), start=1)
    ]
    return [point, *samples]
