"""All that decides a run, in one record."""

from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import TypeVar

import numpy as np

from optcore.descent.batches import BatchGradients
from optcore.descent.disturbance import Disturbance
from optcore.descent.schedules import Constant, Schedule
from optcore.objective import Objective
from optcore.optimizers.base import Optimizer

MOST_STEPS = 5000
Fields = TypeVar("Fields", bound=Optimizer | Disturbance)


@dataclass(frozen=True, eq=False)
class Setting:
    """What goes down, from where, by which rule, and what comes between.

    `start (..., n)` has room for every run; hyperparameters and fields of disturbances that are
    arrays broadcast against it. `rates (steps, ...)` is the rate of every step, None for a method
    whose steps use none. `disturbances` act in their order, and are those that are on.
    """

    objective: Objective
    optimizer: Optimizer
    start: np.ndarray
    steps: int
    rates: np.ndarray | None = None
    disturbances: tuple[Disturbance, ...] = ()

    @property
    def rows(self) -> int:
        return self.steps + 1

    @property
    def lag(self) -> int:
        """How many steps old the gradient is that is seen."""
        return sum(part.lag for part in self.disturbances)

    @cached_property
    def drawn(self) -> tuple:
        """What each disturbance draws for the whole run, before it."""
        given = (self.objective, self.start, self.rows)
        return tuple(part.draw(*given) for part in self.disturbances)

    @property
    def batches(self) -> BatchGradients | None:
        """The gradients on batches, where they take the place of the objective's own."""
        return next((drawn for drawn in self.drawn if isinstance(drawn, BatchGradients)), None)

    def seen(self, t: int, place: np.ndarray, grad, moved) -> np.ndarray:
        """The gradient seen at step t, taken at a place from which the point has moved since."""
        for part, drawn in zip(self.disturbances, self.drawn, strict=True):
            numbers = drawn(t, place) if callable(drawn) else None if drawn is None else drawn[t]
            grad = part.apply(grad, numbers, moved)
        return grad

    def rule(self, t: int) -> Optimizer:
        """The optimizer at the rate of step t."""
        return (
            self.optimizer
            if self.rates is None
            else replace(self.optimizer, learning_rate=self.rates[t])
        )


def setting(
    objective: Objective,
    optimizer: Optimizer,
    start,
    steps: int,
    schedule: Schedule | None = None,
    disturbances: tuple[Disturbance | None, ...] = (),
) -> Setting:
    """The record of a run as it is asked for. Raises ValueError as `descend` does."""
    if not 0 <= steps <= MOST_STEPS or steps != int(steps):
        raise ValueError(f"steps is {steps}, but a run takes a whole number from 0 to {MOST_STEPS}")
    point = np.asarray(start, dtype=float)
    if point.ndim == 0 or point.shape[-1] == 0 or not np.isfinite(point).all():
        raise ValueError(f"the start is {start}, but a run starts from finite coordinates")
    optimizer = _ready(optimizer)
    parts = tuple(_ready(part) for part in disturbances if part is not None and part.on)
    shapes = [np.shape(number) for each in (optimizer, *parts) for number in _arrays(each).values()]
    point = np.broadcast_to(point, np.broadcast_shapes(point.shape, *shapes))
    rates = rates_of(optimizer, schedule or Constant(), int(steps))
    return Setting(objective, optimizer, point, int(steps), rates, parts)


def _arrays(owner) -> dict[str, np.ndarray]:
    """The fields that are arrays, as one value for each run (..., 1)."""
    found = {field.name: np.asarray(getattr(owner, field.name)) for field in fields(owner)}
    return {
        name: value if value.shape[-1] == 1 else value[..., None]
        for name, value in found.items()
        if value.ndim
    }


def _ready(owner: Fields) -> Fields:
    arrays = _arrays(owner)
    return replace(owner, **arrays) if arrays else owner


def rates_of(optimizer: Optimizer, schedule: Schedule, steps: int) -> np.ndarray | None:
    """The learning rate at each step, `(steps, ...)`, as a schedule has it; None for a method
    that follows none."""
    if not optimizer.follows_schedule:
        return None
    base = np.asarray(optimizer.learning_rate, float)
    at = np.arange(steps).reshape(steps, *(1,) * base.ndim)
    return np.broadcast_to(schedule.rate(base, at, steps), (steps, *base.shape))
