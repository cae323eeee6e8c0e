"""What may come between the gradient and the optimizer: batches, noise, delay, clipping, in this
order. All are off unless asked for."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from optcore.knobs import knob


@dataclass(frozen=True)
class Disturbance:
    """Turns a gradient into the one that is seen; all who share a seed share the numbers drawn.

    A field may be an array, one number for each run, as an optimizer's may. Adding a disturbance
    is one class, a keyword of `descend`, and its place in the order in which they act.
    """

    @property
    def on(self) -> bool:
        """Whether it changes anything."""
        return True

    @property
    def lag(self) -> int:
        """How many steps ago the gradient was taken that is seen now."""
        return 0

    def draw(self, objective, point, rows: int) -> np.ndarray | Callable | None:
        """What `apply` needs beside the gradient: (rows, ..., n), a function that gives a row by
        its number and the place where the gradient is taken, or nothing."""
        return None

    def apply(self, grad, drawn=None, moved=0.0):
        """The gradient (..., n) that leaves, elementwise; `moved` is how far the point has gone
        since it was taken."""
        raise NotImplementedError


@dataclass(frozen=True)
class GradientNoise(Disturbance):
    """Gaussian noise of standard deviation `scale`, the same numbers for all who share a seed."""

    scale: float = knob(0.0, 0.0, 100.0, scale="log", symbol=r"\sigma")
    seed: int = knob(0, 0, 9999, symbol=r"\mathrm{seed}", whole=True)

    @property
    def on(self):
        return bool(np.any(self.scale))

    def draw(self, objective, point, rows):
        return self.scale * drawn_each(
            self.seed, lambda rng: rng.standard_normal((rows, point.shape[-1]))
        )

    def apply(self, grad, drawn=None, moved=0.0):
        return grad + drawn


@dataclass(frozen=True)
class ClipNorm(Disturbance):
    """Shortens a gradient longer than `limit` to that length (Pascanu et al. 2013, algorithm 1)."""

    name = "By norm"
    latex = r"g \leftarrow g \min\!\left(1, \frac{c}{\lVert g \rVert}\right)"

    limit: float = knob(1.0, 1e-3, 1e3, scale="log", symbol="c")

    def apply(self, grad, drawn=None, moved=0.0):
        # In units of the largest coordinate, for squares overflow where a gradient explodes.
        unit = np.maximum(np.max(np.abs(grad), axis=-1, keepdims=True), self.limit)
        norm = unit * np.sqrt(np.sum((grad / unit) ** 2, axis=-1, keepdims=True))
        return grad * (self.limit / np.maximum(norm, self.limit))


@dataclass(frozen=True)
class ClipValue(Disturbance):
    """Limits every coordinate of a gradient to [-limit, limit] (Mikolov 2012)."""

    name = "By value"
    latex = r"g_i \leftarrow \max(-c, \min(c, g_i))"

    limit: float = knob(1.0, 1e-3, 1e3, scale="log", symbol="c")

    def apply(self, grad, drawn=None, moved=0.0):
        return np.maximum(-self.limit, np.minimum(self.limit, grad))


CLIPPINGS = (ClipNorm(), ClipValue())


def drawn_each(seed, draw: Callable[[np.random.Generator], np.ndarray]) -> np.ndarray:
    """What `draw` makes (rows, n) of a seed, or of each seed (...) or (..., 1): (rows, ..., n)."""
    if not np.ndim(seed):
        return draw(np.random.default_rng(int(seed)))
    seeds = np.asarray(seed)
    seeds = seeds[..., 0] if seeds.shape[-1] == 1 else seeds
    each = np.stack([draw(np.random.default_rng(int(s))) for s in seeds.flat], axis=1)
    return each.reshape(len(each), *seeds.shape, *each.shape[2:])
