"""Tasks that need a memory, drawn on the fly. Adding one is one class and its name in TASKS."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from optcore.knobs import knob
from optcore.networks.losses import (
    Loss,
    SigmoidCrossEntropy,
    SoftmaxCrossEntropy,
    SquaredError,
)


@dataclass(frozen=True)
class MeanSquaredError(SquaredError):
    """Without the half, as the adding problem is always quoted."""

    name = "Mean squared error"
    lesson = "The squared distance itself."
    latex = r"\lVert a - y \rVert^2"
    delta_latex = r"2 (a - y)\,\phi'(z)"

    def per_sample(self, z, a, targets, output):
        return 2 * super().per_sample(z, a, targets, output)

    def delta(self, z, a, targets, output):
        return 2 * super().delta(z, a, targets, output)


@dataclass(frozen=True)
class Task:
    """Sequences and what is to be said at their end; its fields are its parameters.

    `draw(rng, samples, length)` gives inputs (length, m, n_in) and targets (K, m, n_out) for the
    last K steps. `blind` is the least loss of a net that ignores its memory: it answers the mean,
    or every class alike. `shortest` is the least length.
    """

    name: ClassVar[str]
    lesson: ClassVar[str]
    source: ClassVar[str]
    loss: ClassVar[Loss]
    n_in: ClassVar[int]
    n_out: ClassVar[int]

    @property
    def blind(self) -> float:
        raise NotImplementedError

    @property
    def shortest(self) -> int:
        return 2

    def batch(self, seed, samples: int, length: int) -> tuple[np.ndarray, np.ndarray]:
        """Inputs and targets for a seed (a number or several); ValueError if too short."""
        if length < self.shortest:
            raise ValueError(f"{self.name} needs at least {self.shortest} steps, got {length}")
        return self.draw(np.random.default_rng(seed), samples, length)

    def draw(self, rng, samples, length):
        raise NotImplementedError

    def right(self, answers: np.ndarray, targets: np.ndarray) -> float:
        """The share of right answers; nan where the task is no choice."""
        return float((answers.argmax(-1) == targets.argmax(-1)).mean())


@dataclass(frozen=True)
class Adding(Task):
    """Numbers from U(0, 1) and a marker at two of them, one in either half: say their sum."""

    name = "Adding problem"
    lesson = "Two marked numbers, far apart: their sum. Always saying 1 costs 1/6."
    source = "Hochreiter and Schmidhuber (1997), experiment 4; marked as in Arjovsky (2016)"
    loss = MeanSquaredError()
    n_in = 2
    n_out = 1

    @property
    def blind(self):
        """The variance of the sum of two U(0, 1)."""
        return 1 / 6

    def draw(self, rng, samples, length):
        half = length // 2
        inputs = np.zeros((length, samples, 2))
        inputs[..., 0] = rng.random((length, samples))
        at = np.stack(
            [rng.integers(half, size=samples), half + rng.integers(length - half, size=samples)]
        )
        everyone = np.arange(samples)
        inputs[at, everyone, 1] = 1.0
        return inputs, inputs[at, everyone, 0].sum(axis=0)[None, :, None]

    def right(self, answers, targets):
        return float("nan")


@dataclass(frozen=True)
class Copy(Task):
    """Symbols, then blanks; the last input of the wait says go; then the symbols in order."""

    name = "Copy"
    lesson = "Hold a few symbols over a long silence, then say them again."
    source = "Arjovsky, Shah and Bengio (2016), Unitary evolution networks; here read at the end"
    loss = SoftmaxCrossEntropy()
    alphabet: ClassVar[int] = 8
    n_in = alphabet + 2
    n_out = alphabet

    symbols: int = knob(3, 1, 10, symbol="S", whole=True)

    @property
    def blind(self):
        return float(np.log(self.alphabet))

    @property
    def shortest(self):
        return 2 * self.symbols + 1

    def draw(self, rng, samples, length):
        said = rng.integers(0, self.alphabet, (self.symbols, samples))
        seen = np.full((length, samples), self.alphabet)
        seen[: self.symbols] = said
        seen[length - self.symbols - 1] = self.alphabet + 1
        return np.eye(self.n_in)[seen], np.eye(self.n_out)[said]


@dataclass(frozen=True)
class TemporalOrder(Task):
    """X or Y in the second tenth and again in the sixth, distractors else: which came, in order?"""

    name = "Temporal order"
    lesson = "Two symbols in a long noise: which were they, and in which order?"
    source = "Hochreiter and Schmidhuber (1997), experiment 6a"
    loss = SoftmaxCrossEntropy()
    n_in = 6
    n_out = 4

    @property
    def blind(self):
        return float(np.log(self.n_out))

    @property
    def shortest(self):
        return 10

    def draw(self, rng, samples, length):
        seen = rng.integers(2, 6, (length, samples))
        symbols = rng.integers(0, 2, (2, samples))
        tenth = length // 10
        for part, start in zip(symbols, (tenth, length // 2), strict=True):
            at = start + rng.integers(tenth, size=samples)
            seen[at, np.arange(samples)] = part
        return np.eye(6)[seen], np.eye(4)[2 * symbols[0] + symbols[1]][None]


@dataclass(frozen=True)
class Parity(Task):
    """Signs: is the number of +1 odd? Every single input turns the answer."""

    name = "Parity"
    lesson = "One bit of memory, and every input flips it: miss one, and all is guesswork."
    source = "Schmidhuber and Hochreiter (1996), Guessing can outperform many algorithms"
    loss = SigmoidCrossEntropy()
    n_in = 1
    n_out = 1

    @property
    def blind(self):
        return float(np.log(2))

    def draw(self, rng, samples, length):
        bits = rng.integers(0, 2, (length, samples))
        return 2.0 * bits[..., None] - 1, (bits.sum(axis=0) % 2)[None, :, None].astype(float)

    def right(self, answers, targets):
        return float(((answers > 0.5) == targets).mean())


TASKS: tuple[Task, ...] = (Adding(), Copy(), TemporalOrder(), Parity())
