"""What a descent leaves behind, and the sentence that says how it ended."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from optcore.descent.repetition import Repetition, repetition

WENT_ON, NO_VALUE, NO_GRADIENT, NO_STEP, ESCAPED = range(5)
ESCAPE = 1e12
FLAT = 1e-8
# Bytes of the arrays that hold a run's rows, about.
OVERHEAD = 8192


@dataclass(frozen=True)
class Run:
    """The path of a descent: row t is the state after t steps.

    `points (rows, ..., n)`, `values (rows, ...)`, `grads (rows, ..., n)`: the objective's own
    numbers. `seen (rows, ..., n)` is the gradient the optimizer saw, which differs where something
    disturbs it or the method looks ahead. `memory` holds the optimizer's state by name, each
    `(rows, ...)`.
    `rates (rows - 1,)` are the learning rates used, None for methods whose steps use none.
    `gradient_evaluations (rows,)` counts the calls made per start: it stands still once a method
    that branches only repeats itself, as its rows are then copied. `ended (...)` is the last row of
    each start; rows after it are nan. `end (...)` says why: one of the codes above.
    `limit (...)` is the largest rate that is stable on the start's curvature, by the rule
    named `limit_rule`; nan where that is unknown.
    """

    points: np.ndarray
    values: np.ndarray
    grads: np.ndarray
    seen: np.ndarray
    memory: dict[str, np.ndarray]
    rates: np.ndarray | None
    gradient_evaluations: np.ndarray
    ended: np.ndarray
    end: np.ndarray
    limit: np.ndarray
    limit_rule: str

    @property
    def diverged(self) -> np.ndarray:
        """Whether each start left every bound or met a number that is not finite."""
        return self.end != WENT_ON

    @property
    def last(self) -> np.ndarray:
        """The last point of each start (..., n)."""
        return _at(self.points, self.ended)

    @property
    def last_value(self) -> np.ndarray:
        return _at(self.values, self.ended)

    @property
    def nbytes(self) -> int:
        """What the run takes up, about: its rows, and the arrays that hold them."""
        rows = (self.points, self.values, self.grads, self.seen, self.gradient_evaluations)
        return OVERHEAD + sum(array.nbytes for array in (*rows, *self.memory.values()))

    @cached_property
    def gradient_norms(self) -> np.ndarray:
        """Euclidean norms (rows, ...) of the objective's gradients."""
        with np.errstate(over="ignore", invalid="ignore"):
            return np.sqrt((self.grads * self.grads).sum(axis=-1))

    @cached_property
    def status(self):
        """One sentence per start: a string for a single start, an array of strings for a batch."""
        if self.ended.ndim == 0:
            return self._sentence(())
        sentences = np.empty(self.ended.shape, dtype=object)
        for index in np.ndindex(self.ended.shape):
            sentences[index] = self._sentence(index)
        return sentences

    def repeats(self, index=()) -> Repetition | None:
        """What the end of one start's path repeats: a point that stays, a cycle, or nothing."""
        rows = int(self.ended[index]) + 1
        memory = {name: self._rows(values, index, rows) for name, values in self.memory.items()}
        return repetition(self.points[(slice(0, rows), *index)], memory)

    def _rows(self, values, index, rows) -> np.ndarray:
        """The rows of one start; what all starts share, a counter of steps, is theirs too."""
        shared = values.ndim <= len(index)
        return values[:rows] if shared else values[(slice(0, rows), *index)]

    def _sentence(self, index) -> str:
        row, code = int(self.ended[index]), int(self.end[index])
        value, norm = self.values[row][index], self.gradient_norms[row][index]
        if code == WENT_ON and norm <= FLAT:
            return f"At rest after {row} steps: loss {value:.3g}, gradient norm {norm:.2g}."
        if code == WENT_ON and value > self.values[0][index] and (why := self._excess(index)):
            return f"Climbing after {row} steps: loss {value:.3g}; {why}."
        if code == WENT_ON:
            how, why = self._motion(index)
            return f"{how}: loss {value:.3g}, gradient norm {norm:.2g}{why}."
        why = {
            NO_VALUE: f"the loss is {value}",
            NO_GRADIENT: "the gradient is not finite",
            NO_STEP: "the step is not finite",
            ESCAPED: f"a coordinate passed {ESCAPE:g}",
        }[code]
        return f"Diverged at step {row}: {self._excess(index) or why}."

    def _motion(self, index) -> tuple[str, str]:
        """Whether a run that went on moves, stays where it is or goes round, and why it stays."""
        row = int(self.ended[index])
        found = self.repeats(index)
        if found is None:
            return f"Still moving after {row} steps", ""
        since = f"since step {found.since} of {row}"
        if found.stays and found.period == 1 and found.since == row - 1 and not found.memory:
            return f"Paused for its last step of {row}", ""
        if found.stays:
            return f"Stuck {since}", f"; {self._why_stuck(found, index)}"
        if found.period == 2:
            return f"Bouncing between two points {since}", ""
        return f"Going round {found.period} points {since}", ""

    def _why_stuck(self, found: Repetition, index) -> str:
        row = int(self.ended[index])
        searched = self.memory.get("rate")
        if searched is not None and not searched[row][index].any():
            return "no lower point is found along its direction"
        if found.memory or self.rates is not None:
            return "its steps are too short to change a float"
        return "no better point is found"

    def _excess(self, index) -> str:
        if self.rates is None or not len(self.rates):
            return ""
        rate, limit = float(np.ravel(self.rates[0])[-1]), float(self.limit[index])
        if np.ndim(self.rates[0]):
            rate = float(np.broadcast_to(self.rates[0][..., 0], self.ended.shape)[index])
        if not rate > limit:
            return ""
        return (
            f"the rate {rate:.3g} exceeds {self.limit_rule} = {limit:.3g}, the most that the "
            "steepest axis at the start allows"
        )


def _at(rows: np.ndarray, ended: np.ndarray) -> np.ndarray:
    index = ended[None]
    index = index.reshape(index.shape + (1,) * (rows.ndim - index.ndim))
    return np.take_along_axis(rows, np.minimum(index, len(rows) - 1), axis=0)[0]
