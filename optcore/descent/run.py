"""What a descent leaves behind, and the sentence that says how it ended."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

WENT_ON, NO_VALUE, NO_GRADIENT, NO_STEP, ESCAPED = range(5)
ESCAPE = 1e12
FLAT = 1e-8


@dataclass(frozen=True)
class Run:
    """The path of a descent: row t is the state after t steps.

    `points (rows, ..., n)`, `values (rows, ...)`, `grads (rows, ..., n)`: the objective's own
    numbers. `seen (rows, ..., n)` is the gradient the optimizer saw, which differs when noise
    or clipping is on. `memory` holds the optimizer's state by name, each `(rows, ...)`.
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
        """What the run takes up, about: its rows, and 8 kB for the arrays that hold them."""
        rows = (self.points, self.values, self.grads, self.seen, self.gradient_evaluations)
        return 8192 + sum(array.nbytes for array in (*rows, *self.memory.values()))

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

    def _sentence(self, index) -> str:
        row, code = int(self.ended[index]), int(self.end[index])
        value, norm = self.values[row][index], self.gradient_norms[row][index]
        if code == WENT_ON and norm <= FLAT:
            return f"At rest after {row} steps: loss {value:.3g}, gradient norm {norm:.2g}."
        if code == WENT_ON and value > self.values[0][index] and (why := self._excess(index)):
            return f"Climbing after {row} steps: loss {value:.3g}; {why}."
        if code == WENT_ON:
            return f"Still moving after {row} steps: loss {value:.3g}, gradient norm {norm:.2g}."
        why = {
            NO_VALUE: f"the loss is {value}",
            NO_GRADIENT: "the gradient is not finite",
            NO_STEP: "the step is not finite",
            ESCAPED: f"a coordinate passed {ESCAPE:g}",
        }[code]
        return f"Diverged at step {row}: {self._excess(index) or why}."

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
