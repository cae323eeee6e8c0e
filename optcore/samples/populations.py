"""Where samples come from: distributions whose truth is known, so that the true risk is, too."""

from dataclasses import dataclass
from functools import cache
from typing import ClassVar

import numpy as np

from optcore.knobs import knob
from optcore.samples.surrogates import MarginLoss
from optcore.special import sigmoid


@dataclass(frozen=True)
class Population:
    """Inputs x from a normal distribution, and targets y by the line `slope` x + `intercept`."""

    name: ClassVar[str]
    latex: ClassVar[str]

    slope: float = knob(1.0, -5.0, 5.0, symbol="w^*")
    intercept: float = knob(0.5, -5.0, 5.0, symbol="b^*")
    center: float = knob(0.0, -3.0, 3.0, symbol=r"\mu_x")
    spread: float = knob(1.0, 0.05, 3.0, symbol=r"\sigma_x")

    def draw(self, count: int, rng: np.random.Generator) -> np.ndarray:
        """Samples (count, 2) of x and y."""
        x = self.center + self.spread * rng.standard_normal(count)
        return np.stack([x, self.target(self.slope * x + self.intercept, rng)], axis=1)

    def target(self, line: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        raise NotImplementedError


@dataclass(frozen=True)
class NoisyLine(Population):
    """The line with Gaussian noise."""

    name = "Noisy line"
    latex = r"y = w^* x + b^* + \sigma\, \epsilon, \quad x, \epsilon \text{ normal}"

    noise: float = knob(0.5, 0.0, 3.0, symbol=r"\sigma")

    def target(self, line, rng):
        return line + self.noise * rng.standard_normal(line.shape)

    def risk(self, w, b):
        """E (w x + b - y)^2, exactly."""
        turned = w - self.slope
        missed = turned * self.center + b - self.intercept
        return self.noise**2 + (turned * self.spread) ** 2 + missed**2


@dataclass(frozen=True)
class NoisyLabels(Population):
    """Labels -1 and 1, the latter with the probability that the logistic function gives."""

    name = "Noisy labels"
    latex = r"P(y = 1) = \sigma(w^* x + b^*), \quad x \text{ normal}"

    slope: float = knob(2.0, -20.0, 20.0, symbol="w^*")
    intercept: float = knob(0.5, -5.0, 5.0, symbol="b^*")

    def target(self, line, rng):
        return np.where(rng.random(line.shape) < sigmoid(line), 1.0, -1.0)

    def risk(self, w, b, loss: MarginLoss):
        """E loss(y (w x + b)), by quadrature on both sides of the border w x + b = 0.

        To about ten digits; fewer for a loss with a kink elsewhere.
        """
        w, b = np.broadcast_arrays(np.asarray(w, float), np.asarray(b, float))
        with np.errstate(divide="ignore", invalid="ignore"):
            border = (-b / w - self.center) / self.spread
        border = np.clip(np.nan_to_num(border), -REACH, REACH)[..., None]
        nodes, weights = _rule()
        total = 0.0
        for low, high in ((-REACH, border), (border, REACH)):
            half = (high - low) / 2
            z = low + half * (1 + nodes)
            x = self.center + self.spread * z
            density = weights * half * np.exp(-z * z / 2) / np.sqrt(2 * np.pi)
            ours = w[..., None] * x + b[..., None]
            right = sigmoid(self.slope * x + self.intercept)
            mean = right * loss.value(ours) + (1 - right) * loss.value(-ours)
            total = total + (density * mean).sum(axis=-1)
        return total


# Inputs further out than this many of their standard deviations weigh less than 1e-18; and the
# places looked at on either side.
REACH, NODES = 9.0, 64


@cache
def _rule() -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights of Gauss and Legendre on (-1, 1)."""
    return np.polynomial.legendre.leggauss(NODES)
