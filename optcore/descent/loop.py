"""The loop, once, for every objective and every optimizer."""

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from optcore.descent.batches import Batches
from optcore.descent.columns import columns
from optcore.descent.delay import Delay, delay_limit
from optcore.descent.disturbance import ClipNorm, ClipValue, GradientNoise
from optcore.descent.replay import replay
from optcore.descent.run import ESCAPE, ESCAPED, NO_GRADIENT, NO_STEP, NO_VALUE, WENT_ON, Run
from optcore.descent.sampled_run import SampledRun
from optcore.descent.schedules import Schedule
from optcore.descent.setting import Setting, setting
from optcore.descent.stepper import Stepper
from optcore.objective import Curved, Objective
from optcore.optimizers.base import Optimizer
from optcore.optimizers.first_order import GradientDescent

# With batches a stepper does not ask the whole objective for these.
UNASKED = ("values", "grads")


def descend(
    objective: Objective,
    optimizer: Optimizer,
    start,
    steps: int,
    *,
    schedule: Schedule | None = None,
    clip: ClipNorm | ClipValue | None = None,
    noise: GradientNoise | None = None,
    batches: Batches | None = None,
    delay: Delay | None = None,
    record: bool = True,
) -> Run:
    """Runs from a point (n,), a batch of points (..., n), or a batch of hyperparameters.

    A hyperparameter that is an array is one value per run, shape (...), or, when its last
    axis has length 1, broadcasts against the points as it is; so is a seed, a limit, a size of
    the noise. A run ends when a number is not finite or a coordinate passes 1e12; its neighbours
    go on and points are never clamped. The objective must answer the same whenever it is asked at
    the same point. Without `record` only the last row is kept, which is all that a sweep needs.

    Raises ValueError when `steps` is not a whole number from 0 to 5000, when the start has no
    coordinates or one that is not finite, and for batches of an objective without samples.
    """
    given = setting(objective, optimizer, start, steps, schedule, (batches, noise, delay, clip))
    with np.errstate(all="ignore"):
        pages = _replayed(given) if record else None
        pages = pages or _walk(given, record)
        limit, rule = _limit(given)
    pages |= {"rates": given.rates, "limit": limit, "limit_rule": rule}
    if given.batches is None:
        return Run(**pages)
    return SampledRun(given.objective, **{k: v for k, v in pages.items() if k not in UNASKED})


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
    given = setting(objective, optimizer, start, steps, disturbances=(clip,))
    rows = _rows(Stepper(given), given.rows, escape)
    while True:
        with np.errstate(all="ignore"):
            row = next(rows, None)
        if row is None:
            return
        yield row


def _limit(given: Setting):
    """The largest stable rate at the start, nan where the method or the objective has none."""
    optimizer, point = given.optimizer, given.start
    unknown = np.full(point.shape[:-1], np.nan), ""
    if not optimizer.stability or not isinstance(given.objective, Curved):
        return unknown
    hessian = given.objective.hessian(point)
    if not np.isfinite(hessian).all():
        return unknown
    steepest = np.linalg.eigvalsh(hessian)[..., -1]
    steepest = np.where(steepest > 0, steepest, np.nan)
    if not given.lag:
        return optimizer.stable_rate(steepest[..., None])[..., 0], optimizer.stability
    if isinstance(optimizer, GradientDescent):
        rule = f"2 sin(pi/{2 * (2 * given.lag + 1)})/lambda_max"
        return delay_limit(given.lag) / steepest, rule
    return unknown


def _walk(given: Setting, record: bool) -> dict:
    """A run written down row by row, or its last row alone.

    A method that branches often comes to rest, or to a cycle, to the last bit, and would go on
    searching: there the rows are copied. Nothing but point and memory may decide the next row.
    """
    stepper = columns(given) or Stepper(given)
    book = _Book(given.rows if record else 1)
    alone = record and given.start.ndim == 1 and not given.optimizer.elementwise
    steady = given.rates is None and not given.lag and not any(d is not None for d in given.drawn)
    watched, met = alone and steady, {}
    for row in _rows(stepper, given.rows, ESCAPE):
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
    farthest = np.abs(point).max()
    sums = farthest, value.sum(), grad.sum()
    return bool(farthest <= escape) and all(map(math.isfinite, sums))


def _replayed(given: Setting) -> dict | None:
    """The same run from the fast path, unfolded into named arrays; None where it cannot be had."""
    replayed = replay(given)
    if replayed is None:
        return None
    table, calls = replayed
    rows, reached, n = given.rows, len(table), given.start.size
    full = np.full((rows, table.shape[1]), np.nan)
    full[:reached] = table
    points, values, grads = full[:, :n], full[:, n], full[:, n + 1 : 2 * n + 1]
    ended, end, last = np.array(rows - 1), np.array(WENT_ON), reached - 1
    _notice(last, points[last], values[last], grads[last], ended, end)
    memory, at = {}, 3 * n + 1
    for name, part in given.optimizer.init(given.start).items():
        size, shape = np.size(part), np.shape(part)
        memory[name] = full[:, at : at + size].reshape((rows, *shape))
        at += size
    return {
        "points": points,
        "values": values,
        "grads": grads,
        "seen": full[:, 2 * n + 1 : 3 * n + 1],
        "gradient_evaluations": np.where(
            np.arange(rows) < reached, calls * (1.0 + np.arange(rows)), np.nan
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
