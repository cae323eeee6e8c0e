"""Training a network while watching: every step written down, answers kept on the way.

A `Trainer` carries out a plan one step at a time: it can be asked how far it is, left, and
taken up again.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from optcore.descent.loop import course
from optcore.descent.run import NO_GRADIENT, NO_STEP, NO_VALUE, WENT_ON
from optcore.flow.layer_flow import LayerFlow, norm
from optcore.networks.datasets import Dataset
from optcore.training.plan import TrainingPlan


@dataclass(frozen=True)
class TrainingRecord:
    """What a training left behind; row t is the state after t steps, layers run from the input.

    `losses`, `accuracies` (nan for a regression) and `spread`, the largest difference between
    two answers to the samples, are (rows,) over all samples. `delta_norms`,
    `weight_grad_norms`, `weight_norms` and `update_norms` are (rows, layers), of all samples
    and before clipping; `update_norms` is the length of the step that led to a row, nan in
    row 0. `before` and `after` (rows,) are the norms of the whole gradient before and after
    clipping, of the batch that the optimizer saw. `snapshots` (k,) are the steps at which
    `answers` (k, places, outputs) were asked at `places`. `end` is a code of optcore.run, and
    `overflow` the first layer, from 1, whose activations were no longer finite then, or None.
    """

    plan: TrainingPlan
    losses: np.ndarray
    accuracies: np.ndarray
    spread: np.ndarray
    delta_norms: np.ndarray
    weight_grad_norms: np.ndarray
    weight_norms: np.ndarray
    update_norms: np.ndarray
    before: np.ndarray
    after: np.ndarray
    snapshots: np.ndarray
    places: np.ndarray
    answers: np.ndarray
    end: int
    overflow: int | None

    @property
    def last(self) -> int:
        """The last step that was taken down."""
        return len(self.losses) - 1

    @property
    def exploded(self) -> bool:
        return self.end != WENT_ON

    @property
    def clipped(self) -> int:
        """The number of steps whose gradient was clipped."""
        with np.errstate(invalid="ignore"):
            return int(np.count_nonzero(self.after < self.before))

    @property
    def update_ratios(self) -> np.ndarray:
        """Length of the step over the length of the weights it was added to, per row and layer."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return self.update_norms[1:] / self.weight_norms[:-1]

    @property
    def ending(self) -> str:
        """How the training ended, as a sentence; empty when all steps were taken."""
        if self.end == WENT_ON:
            short = self.last < self.plan.steps
            return f"Stopped after step {self.last} of {self.plan.steps}." if short else ""
        what = {
            NO_VALUE: f"the loss is {self.losses[-1]}",
            NO_GRADIENT: "the gradient is no longer finite",
            NO_STEP: "a weight is no longer finite",
        }[self.end]
        where = (
            f"the activations of layer {self.overflow} overflow to inf, " if self.overflow else ""
        )
        return f"Exploded at step {self.last} of {self.plan.steps}: {where}{what}."


class Trainer:
    """Carries out a plan; iterate to go on step by step, `record` is what there is so far."""

    def __init__(self, plan: TrainingPlan, snapshots=None):
        """`snapshots`: the steps to take down answers at; by default the plan's."""
        self.plan = plan
        self._wanted = frozenset(np.ravel(plan.snapshots if snapshots is None else snapshots))
        self._rows: dict[str, list] = {}
        self._snapshots: list[int] = []
        self._answers: list[np.ndarray] = []
        self._weights: list[np.ndarray] = []
        self._end, self._overflow = WENT_ON, None

    def __iter__(self) -> Iterator[int]:
        """Yields the number of steps taken, after each."""
        plan, objective = self.plan, Watched(self.plan)
        rows = course(
            objective, plan.optimizer, plan.start, plan.steps, clip=plan.clip, escape=np.inf
        )
        for row in rows:
            self._write(row, objective.look(row.point))
            yield row.t

    def record(self) -> TrainingRecord:
        """The record of the steps taken so far; ValueError before the first row."""
        if not self._rows:
            raise ValueError("nothing is recorded yet: iterate the trainer first")
        arrays = {name: np.array(column) for name, column in self._rows.items()}
        return TrainingRecord(
            self.plan,
            **arrays,
            snapshots=np.array(self._snapshots),
            places=self.plan.places,
            answers=np.array(self._answers),
            end=self._end,
            overflow=self._overflow,
        )

    def _write(self, row, trace) -> None:
        fit, forward = self.plan.fit, trace.forward
        with np.errstate(all="ignore"):
            answers = fit.loss.predict(
                forward.pre_activations[-1], forward.activations[-1], fit.network.output
            )
            entries = {
                "losses": float(row.value),
                "accuracies": _accuracy(self.plan.data, answers),
                "spread": float(np.max(np.ptp(answers, axis=0))),
                "update_norms": self._updates(forward.weights),
                "before": norm(row.grad),
                "after": norm(row.seen),
            }
            flow = LayerFlow(fit, row.point, trace)
            for name in ("delta_norms", "weight_grad_norms", "weight_norms"):
                entries[name] = getattr(flow, name)
            for name, entry in entries.items():
                self._rows.setdefault(name, []).append(entry)
            self._end = int(row.end)
            if self._end != WENT_ON:
                self._overflow = _first_not_finite(forward.activations[1:])
            if row.t in self._wanted or self._end != WENT_ON:
                self._snapshots.append(row.t)
                self._answers.append(fit.predict(row.point, self.plan.places))

    def _updates(self, weights) -> np.ndarray:
        before, self._weights = self._weights, weights
        if not before:
            return np.full(len(weights), np.nan)
        return np.array([norm(new - old) for new, old in zip(weights, before, strict=True)])


def train(plan: TrainingPlan, snapshots=None) -> TrainingRecord:
    """The whole training at once."""
    trainer = Trainer(plan, snapshots)
    for _ in trainer:
        pass
    return trainer.record()


def _first_not_finite(activations) -> int | None:
    layers = (at for at, a in enumerate(activations, start=1) if not np.isfinite(a).all())
    return next(layers, None)


def _accuracy(data: Dataset, answers: np.ndarray) -> float:
    """The share of samples whose class is the answer; what is not a number answers nothing."""
    if data.kind == "regression":
        return float("nan")
    given = answers[:, 0] > 0.5 if data.kind == "binary" else answers.argmax(1)
    return float(((given == data.labels) & np.isfinite(answers).all(1)).mean())


@dataclass
class Watched:
    """The loss of a plan, which keeps its last pass so that nothing is computed twice.

    Its gradient is that of the next batch when the plan trains in batches.
    """

    plan: TrainingPlan
    _at: np.ndarray = field(default_factory=lambda: np.array(np.nan))
    _trace: object = None
    _rng: np.random.Generator = field(init=False)
    _queue: np.ndarray = field(default_factory=lambda: np.empty(0, int))

    def __post_init__(self):
        self._rng = np.random.default_rng([self.plan.seed, 1])

    def look(self, theta):
        if not np.array_equal(theta, self._at):
            self._at, self._trace = theta, self.plan.fit.trace(theta)
        return self._trace

    def value(self, theta):
        return self.plan.fit.measure(self.look(theta).forward)

    def grad(self, theta):
        fit, size = self.plan.fit, self.plan.batch
        if size is None or size >= len(fit.inputs) or "value" in self.plan.optimizer.uses:
            return fit.flatten(self.look(theta))
        return fit.batch_grad(theta, self._next(size))

    def _next(self, size: int) -> np.ndarray:
        """The next samples of a shuffled deck, which is shuffled anew when it runs out."""
        if len(self._queue) < size:
            self._queue = self._rng.permutation(len(self.plan.fit.inputs))
        chosen, self._queue = self._queue[:size], self._queue[size:]
        return chosen
