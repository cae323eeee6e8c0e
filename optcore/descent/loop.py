"""The loop, once, for every objective and every optimizer."""

from collections.abc import Iterator
from dataclasses import fields, replace
from typing import NamedTuple

import numpy as np

from optcore.descent.columns import columns
from optcore.descent.disturbance import ClipNorm, ClipValue, GradientNoise
from optcore.descent.replay import replay
from optcore.descent.run import ESCAPE, ESCAPED, NO_GRADIENT, NO_STEP, NO_VALUE, WENT_ON, Run
from optcore.descent.schedules import Constant, Schedule
from optcore.objective import Counted, Look, Objective
from optcore.optimizers.base import Optimizer

MOST_STEPS = 5000


def descend(
    objective: Objective,
    optimizer: Optimizer,
    start,
    steps: int,
    *,
    schedule: Schedule | None = None,
    clip: ClipNorm | ClipValue | None = None,
    noise: GradientNoise | None = None,
    record: bool = True,
) -> Run:
    """Runs from a point (n,), a batch of points (..., n), or a batch of hyperparameters.

    A hyperparameter that is an array is one value per run, shape (...), or, when its last
    axis has length 1, broadcasts against the points as it is. A run ends when a number is not
    finite or a coordinate passes 1e12; its neighbours go on and points are never clamped.
    The objective must answer the same whenever it is asked at the same point. Without `record`
    only the last row is kept, which is all that a sweep needs.

    Raises ValueError when `steps` is not a whole number from 0 to 5000, or when the start has
    no coordinates or one that is not finite.
    """
    point, optimizer = _prepared(start, optimizer, steps)
    noise = noise.draw(steps + 1, point.shape[-1]) if noise and noise.scale else None
    rates = _rates(optimizer, schedule, steps)
    book = None
    if record and point.ndim == 1 and optimizer.elementwise:
        book = _replayed(objective, optimizer, clip, point, rates, noise, steps + 1)
    with np.errstate(all="ignore"):
        book = book or _walk(objective, optimizer, clip, point, rates, noise, steps + 1, record)
        limit, rule = _limit(objective, optimizer, point)
    return Run(**book, rates=rates, limit=limit, limit_rule=rule)


class Row(NamedTuple):
    """The state after t steps, before the next one: see `Run` for the names."""

    t: int
    point: np.ndarray
    value: np.ndarray
    grad: np.ndarray
    seen: np.ndarray
    state: dict
    ended: np.ndarray
    end: np.ndarray
    last: bool


def course(
    objective: Objective,
    optimizer: Optimizer,
    start,
    steps: int,
    *,
    clip: ClipNorm | ClipValue | None = None,
    escape: float = ESCAPE,
) -> Iterator[Row]:
    """The rows of the run that `descend` gives, as they come: to show progress, keep a part, stop.

    A run ends when a coordinate passes `escape`; inf lets it go on until a number is no longer
    finite. Raises ValueError as `descend` does.
    """
    point, optimizer = _prepared(start, optimizer, steps)
    rates = _rates(optimizer, None, steps)
    rows = _rows(Stepper(objective, optimizer, clip, point, rates, None), steps + 1, escape)
    while True:
        with np.errstate(all="ignore"):
            row = next(rows, None)
        if row is None:
            return
        yield row


def _prepared(start, optimizer: Optimizer, steps: int) -> tuple[np.ndarray, Optimizer]:
    if not 0 <= steps <= MOST_STEPS or steps != int(steps):
        raise ValueError(f"steps is {steps}, but a run takes a whole number from 0 to {MOST_STEPS}")
    return _together(start, optimizer)


def _together(start, optimizer: Optimizer) -> tuple[np.ndarray, Optimizer]:
    """The start as a batch that has room for every hyperparameter, and these ready to broadcast."""
    point = np.asarray(start, dtype=float)
    if point.ndim == 0 or point.shape[-1] == 0 or not np.isfinite(point).all():
        raise ValueError(f"the start is {start}, but a run starts from finite coordinates")
    arrays = {}
    for field in fields(optimizer):
        value = np.asarray(getattr(optimizer, field.name))
        if value.ndim:
            arrays[field.name] = value if value.shape[-1] == 1 else value[..., None]
    shape = np.broadcast_shapes(point.shape, *(value.shape for value in arrays.values()))
    return np.broadcast_to(point, shape), replace(optimizer, **arrays)


def _rates(optimizer: Optimizer, schedule: Schedule | None, steps: int):
    """The rate of every step (steps, ...), or None for a method whose steps use none."""
    if not optimizer.follows_schedule:
        return None
    base = optimizer.learning_rate
    schedule = schedule or Constant()
    at = np.arange(steps).reshape((-1,) + (1,) * np.ndim(base))
    return np.broadcast_to(
        schedule.rate(np.asarray(base, float), at, steps), at.shape[:1] + np.shape(base)
    )


def _limit(objective, optimizer: Optimizer, point: np.ndarray):
    """The largest stable rate at the start, nan where the method or the objective has none."""
    unknown = np.full(point.shape[:-1], np.nan), ""
    if not optimizer.stability or not hasattr(objective, "hessian"):
        return unknown
    hessian = objective.hessian(point)
    if not np.isfinite(hessian).all():
        return unknown
    steepest = np.linalg.eigvalsh(hessian)[..., -1]
    limit = optimizer.stable_rate(np.where(steepest > 0, steepest, np.nan)[..., None])[..., 0]
    return limit, optimizer.stability


class Stepper:
    """One look and one step of every run, plainly: the definition.

    After `look`, `value`, `grad` and `seen` belong to `point` and `state`; `move` steps on.
    """

    def __init__(self, objective, optimizer, clip, point, rates, noise):
        self.objective, self.optimizer, self.clip = Counted(objective), optimizer, clip
        self.rates, self.noise = rates, noise
        self.point, self.state = point, optimizer.init(point)

    @property
    def grad_calls(self) -> int:
        return self.objective.grad_calls

    def look(self, t: int) -> None:
        self.value, self.grad = self.objective.value(self.point), self.objective.grad(self.point)
        seen = self.grad if self.noise is None else self.grad + self.noise[t]
        self.seen = self.clip.apply(seen) if self.clip else seen

    def move(self, t: int, going: np.ndarray) -> None:
        rates, rule = self.rates, self.optimizer
        rule = rule if rates is None else replace(rule, learning_rate=rates[t])
        look = Look(self.objective, self.point, self.value, self.seen)
        step, self.state = rule.update(look, self.state)
        self.point = np.where(going[..., None], self.point + step, np.nan)


def _walk(objective, optimizer, clip, point, rates, noise, rows, record) -> dict:
    """A run written down row by row, or its last row alone.

    A method that branches often comes to rest, or to a cycle, to the last bit, and would go on
    searching: there the rows are copied. Nothing but point and memory may decide the next row.
    """
    given = (objective, optimizer, clip, point, rates, noise)
    stepper = columns(*given) or Stepper(*given)
    book = _Book(rows if record else 1)
    alone = record and point.ndim == 1 and not optimizer.elementwise
    watched, met = alone and noise is None and rates is None, {}
    for row in _rows(stepper, rows, ESCAPE):
        if record or row.last:
            book.write(row.t if record else 0, row, stepper.grad_calls)
        if watched and (first := met.setdefault(_bits(row), row.t)) < row.t:
            book.repeat(first, row.t)
            break
    return book.pages(row.ended, row.end)


def _bits(row: Row) -> bytes:
    """Point and memory, to the last bit and the sign of a zero."""
    return b"".join(np.asarray(part).tobytes() for part in (row.point, *row.state.values()))


def _rows(stepper, rows: int, escape: float) -> Iterator[Row]:
    """A run: look, tell, step."""
    ended = np.full(stepper.point.shape[:-1], rows - 1)
    end = np.full(stepper.point.shape[:-1], WENT_ON)
    for t in range(rows):
        stepper.look(t)
        seen = stepper.point, stepper.value, stepper.grad
        if not _ordinary(*seen, escape):
            _notice(t, *seen, ended, end, escape)
        going = end == WENT_ON
        last = t == rows - 1 or not going.any()
        yield Row(t, *seen, stepper.seen, stepper.state, ended, end, last)
        if last:
            return
        stepper.move(t, going)


def _ordinary(point, value, grad, escape) -> bool:
    """Whether, by a quick look at sums, surely no run has ended; False may be a false alarm."""
    low, high = point.min(), point.max()
    inside = -escape <= low and high <= escape
    return bool(inside and np.isfinite(high - low + value.sum() + grad.sum()))


def _replayed(objective, optimizer, clip, point, rates, noise, rows) -> dict | None:
    """The same run from the fast path, unfolded into named arrays; None where it cannot be had."""
    rates = None if rates is None else rates.tolist()
    replayed = replay(objective, optimizer, clip, point, rates, noise, rows)
    if replayed is None:
        return None
    table, calls = replayed
    reached, n = len(table), point.size
    full = np.full((rows, table.shape[1]), np.nan)
    full[:reached] = table
    ended, end = np.array(rows - 1), np.array(WENT_ON)
    _notice(reached - 1, table[-1, :n], table[-1, n], table[-1, n + 1 : 2 * n + 1], ended, end)
    memory, at = {}, 3 * n + 1
    for name, part in optimizer.init(point).items():
        size, shape = np.size(part), np.shape(part)
        memory[name] = full[:, at : at + size].reshape((rows, *shape))
        at += size
    return {
        "points": full[:, :n],
        "values": full[:, n],
        "grads": full[:, n + 1 : 2 * n + 1],
        "seen": full[:, 2 * n + 1 : 3 * n + 1],
        "gradient_evaluations": np.where(
            np.arange(rows) < reached, 1.0 + calls * np.arange(rows), np.nan
        ),
        "memory": memory,
        "ended": ended,
        "end": end,
    }


def _notice(t, point, value, grad, ended, end, escape=ESCAPE) -> None:
    """Writes down, once per run, at which row and why it ended."""
    tests = (
        (NO_STEP, ~np.isfinite(point).all(axis=-1)),
        (ESCAPED, (np.abs(point) > escape).any(axis=-1)),
        (NO_VALUE, ~np.isfinite(value)),
        (NO_GRADIENT, ~np.isfinite(grad).all(axis=-1)),
    )
    for code, failed in tests:
        fresh = failed & (end == WENT_ON)
        if fresh.any():
            end[fresh], ended[fresh] = code, t


class _Book:
    """The rows of a run as they are written."""

    def __init__(self, rows: int):
        self.rows = rows
        self.columns: dict[str, np.ndarray] = {}
        self.memory: dict[str, np.ndarray] = {}

    def write(self, at: int, row: Row, calls: int) -> None:
        entries = {"points": row.point, "values": row.value, "grads": row.grad, "seen": row.seen,
                   "gradient_evaluations": calls}  # fmt: skip
        for shelf, numbers in ((self.columns, entries), (self.memory, row.state)):
            for name, number in numbers.items():
                if name not in shelf:
                    shelf[name] = np.full((self.rows, *np.shape(number)), np.nan)
                shelf[name][at] = number

    def repeat(self, first: int, again: int) -> None:
        """Fills the rows after `again`, where row `first` came back, asking for no gradient."""
        later = np.arange(again + 1, self.rows)
        for shelf in (*self.columns.values(), *self.memory.values()):
            shelf[later] = shelf[first + (later - first) % (again - first)]
        calls = self.columns["gradient_evaluations"]
        calls[later] = calls[again]

    def pages(self, ended, end) -> dict:
        return {**self.columns, "memory": self.memory, "ended": ended, "end": end}
