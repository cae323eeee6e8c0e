"""Training a recurrent net on a task drawn on the fly, and examining its memory on the way."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from optcore.descent.disturbance import ClipNorm, ClipValue
from optcore.descent.loop import course
from optcore.descent.run import WENT_ON
from optcore.networks.initializers import Initializer, Orthogonal
from optcore.optimizers import Adam
from optcore.optimizers.base import Optimizer
from optcore.recurrent.cells import Cell
from optcore.recurrent.net import RecurrentNet, SequenceLoss
from optcore.recurrent.tasks import Task
from optcore.recurrent.through_time import Trace, lag_norms

ADAM = Adam(learning_rate=0.01)
# Sequences of an exam, and those whose Jacobians are worked out.
EXAM, LOOKED_AT = 256, 2
# Seconds of a time step, of each of its gates, and of a weight of these for each sequence, as
# measured on one core, looks included.
STEP, GATE, WEIGHT = 5e-5, 4e-5, 6e-9
# Numbers that are held of a unit at a time, and of each of its gates, as measured.
HELD, HELD_BY_GATE = 2, 4
# Bytes of what is held while an exam is held: of one that is larger, some sequences at a time.
AT_ONCE = 64_000_000
# The share of a norm that rounding alone may take.
ROUNDED = 1e-12


@dataclass(frozen=True)
class MemoryPlan:
    """All that decides a training: never the same sequence twice, `batch` new ones a step."""

    cell: Cell
    task: Task
    width: int = 24
    length: int = 50
    batch: int = 16
    start: Initializer = field(default_factory=Orthogonal)
    optimizer: Optimizer = ADAM
    clip: ClipNorm | ClipValue | None = None
    steps: int = 300
    seed: int = 0

    @cached_property
    def net(self) -> RecurrentNet:
        return RecurrentNet(self.cell, self.task.n_in, self.width, self.task.n_out)

    @cached_property
    def theta(self) -> np.ndarray:
        """Where the training starts."""
        return self.net.initial(self.start, self.seed)

    def loss(self, draw: int, samples: int | None = None) -> SequenceLoss:
        """The loss of the sequences of one draw; the exam is draw 0."""
        drawn = self.task.batch([self.seed, draw], samples or self.batch, self.length)
        return SequenceLoss(self.net, self.task.loss, *drawn)

    @cached_property
    def exam(self) -> SequenceLoss:
        return self.loss(0, EXAM)

    @property
    def seconds(self) -> float:
        """About what it takes on one core."""
        return self.steps * self.length * self._time_step(self.batch)

    @property
    def exam_in_steps(self) -> float:
        """As many steps take as long as an exam, which goes forward only: a third of the way."""
        return self._time_step(EXAM) / (3 * self._time_step(self.batch))

    def _time_step(self, sequences: int) -> float:
        """Seconds of a time step of so many sequences, forward and back."""
        gates = len(self.cell.gates)
        weights = gates * self.width * (self.width + self.task.n_in)
        return STEP + GATE * gates + WEIGHT * weights * sequences

    @property
    def memory(self) -> int:
        """About how many bytes it takes: what every gate of every unit was at every time of the
        sequences of a step, or of those of the exam that are looked at together."""
        return max(self.batch, min(EXAM, self.examined)) * self._held

    @property
    def examined(self) -> int:
        """The number of sequences of the exam that are looked at together."""
        return max(1, AT_ONCE // self._held)

    @property
    def _held(self) -> int:
        """Bytes that are held of a sequence."""
        return 8 * self.length * self.width * (HELD + HELD_BY_GATE * len(self.cell.gates))

    def within(self, steps: int) -> "MemoryPlan":
        """The same with at most so many steps."""
        return replace(self, steps=min(self.steps, steps))


@dataclass(frozen=True, eq=False)
class MemoryRecord:
    """What a training left behind; row t is the state after t steps.

    `losses`, `before` and `after` (rows,) are the loss of the batch of that row and the norm of
    its gradient before and after clipping. `looks` (k,) are the steps at which the exam was held:
    `exams` (k,) its loss, `right` (k,) its share of right answers (nan where there are none),
    `shares` (k, T) the part of each time step in the gradient of W_hidden, `by_lag` (k, T + 1)
    the typical |dh_T/d(state)| by lag, and `signal` (k, T) the signal to noise of each step's
    part. `end` is a code of optcore.descent.run.
    """

    plan: MemoryPlan
    losses: np.ndarray
    before: np.ndarray
    after: np.ndarray
    looks: np.ndarray
    exams: np.ndarray
    right: np.ndarray
    shares: np.ndarray
    by_lag: np.ndarray
    signal: np.ndarray
    end: int

    @property
    def exploded(self) -> bool:
        return self.end != WENT_ON

    @property
    def clipped(self) -> int:
        """The number of steps whose gradient was clipped."""
        return int(np.count_nonzero(self.after < self.before * (1 - ROUNDED)))

    @property
    def passed(self) -> int | None:
        """The first look at which the exam's loss is below half of a blind net's; None if never."""
        below = np.flatnonzero(self.exams < self.plan.task.blind / 2)
        return int(self.looks[below[0]]) if below.size else None


class MemoryTrainer:
    """Carries out a plan; iterate to go on step by step, `record` is what there is so far."""

    def __init__(self, plan: MemoryPlan, every: int = 10):
        """`every` so many steps the exam is held, and at the first and the last. Raises ValueError
        for an optimizer that asks for more than gradients, since no batch comes twice."""
        if not plan.optimizer.follows_gradients:
            raise ValueError(
                f"{plan.optimizer.name} looks at the same loss more than once, and here every "
                "step has sequences of its own; choose a method that needs only gradients."
            )
        self.plan, self.every = plan, every
        self._rows: dict[str, list] = {"losses": [], "before": [], "after": []}
        self._looks: dict[str, list] = {
            name: [] for name in ("looks", "exams", "right", "shares", "by_lag", "signal")
        }
        self._end = WENT_ON

    def __iter__(self) -> Iterator[int]:
        """Yields the number of steps taken, after each."""
        plan = self.plan
        objective = _Fresh(plan)
        rows = course(objective, plan.optimizer, plan.theta, plan.steps, clip=plan.clip,
                      escape=np.inf)  # fmt: skip
        for row in rows:
            self._rows["losses"].append(float(row.value))
            self._rows["before"].append(float(np.linalg.norm(row.grad)))
            self._rows["after"].append(float(np.linalg.norm(row.seen)))
            self._end = int(row.end)
            if row.t % self.every == 0 or row.last:
                self._examine(row.t, row.point, objective.trace)
            yield row.t

    def record(self) -> MemoryRecord:
        """The record of the steps taken so far; ValueError before the first row."""
        if not self._rows["losses"]:
            raise ValueError("nothing is recorded yet: iterate the trainer first")
        arrays = {name: np.array(rows) for name, rows in {**self._rows, **self._looks}.items()}
        return MemoryRecord(self.plan, **arrays, end=self._end)

    def _examine(self, t: int, theta: np.ndarray, trace: Trace) -> None:
        plan = self.plan
        with np.errstate(all="ignore"):
            answers, loss = plan.exam.examine(theta, plan.examined)
            looks = {
                "looks": t,
                "exams": float(loss),
                "right": plan.task.right(answers, plan.exam.targets),
                "shares": trace.shares,
                "by_lag": lag_norms(trace.passed.of(slice(LOOKED_AT))).mean(axis=1),
                "signal": trace.signal_to_noise,
            }
        for name, look in looks.items():
            self._looks[name].append(look)


class _Fresh:
    """The loss of the sequences of the moment: others for every theta it is asked at."""

    def __init__(self, plan: MemoryPlan):
        self.plan, self.draws = plan, 0
        self._at: np.ndarray | None = None

    def _look(self, theta: np.ndarray) -> Trace:
        if self._at is None or not np.array_equal(theta, self._at, equal_nan=True):
            self.draws += 1
            self._at, self.loss = theta, self.plan.loss(self.draws)
            self.trace = self.loss.trace(theta)
        return self.trace

    def value(self, theta: np.ndarray) -> np.ndarray:
        trace = self._look(theta)
        return self.loss.measure(trace.passed.outputs)

    def grad(self, theta: np.ndarray) -> np.ndarray:
        return self.plan.net.pack(self._look(theta).grads)


def train_memory(plan: MemoryPlan, every: int = 10) -> MemoryRecord:
    """The whole training at once."""
    trainer = MemoryTrainer(plan, every)
    for _ in trainer:
        pass
    return trainer.record()
