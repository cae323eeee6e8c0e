"""What may come between the gradient and the optimizer: noise and clipping. Both are off
unless asked for."""

from dataclasses import dataclass

import numpy as np

from optcore.knobs import knob


@dataclass(frozen=True)
class ClipNorm:
    """Shortens a gradient longer than `limit` to that length (Pascanu et al. 2013, algorithm 1)."""

    name = "By norm"
    latex = r"g \leftarrow g \min\!\left(1, \frac{c}{\lVert g \rVert}\right)"

    limit: float = knob(1.0, 1e-3, 1e3, scale="log", symbol="c")

    def apply(self, grad: np.ndarray) -> np.ndarray:
        # In units of the largest coordinate, for squares overflow where a gradient explodes.
        unit = np.maximum(np.max(np.abs(grad), axis=-1, keepdims=True), self.limit)
        norm = unit * np.sqrt(np.sum((grad / unit) ** 2, axis=-1, keepdims=True))
        return grad * (self.limit / np.maximum(norm, self.limit))


@dataclass(frozen=True)
class ClipValue:
    """Limits every coordinate of a gradient to [-limit, limit] (Mikolov 2012)."""

    name = "By value"
    latex = r"g_i \leftarrow \max(-c, \min(c, g_i))"

    limit: float = knob(1.0, 1e-3, 1e3, scale="log", symbol="c")

    def apply(self, grad: np.ndarray) -> np.ndarray:
        return np.maximum(-self.limit, np.minimum(self.limit, grad))


CLIPPINGS = (ClipNorm(), ClipValue())


@dataclass(frozen=True)
class GradientNoise:
    """Gaussian noise of standard deviation `scale`, the same numbers for all who share a seed."""

    scale: float = knob(0.0, 0.0, 100.0, scale="log", symbol=r"\sigma")
    seed: int = knob(0, 0, 9999, symbol=r"\mathrm{seed}", whole=True)

    def draw(self, rows: int, size: int) -> np.ndarray:
        """Noise (rows, size) to add to the gradient of each row."""
        return self.scale * np.random.default_rng(self.seed).standard_normal((rows, size))
