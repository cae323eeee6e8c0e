"""Losses of a classifier as functions of the margin: the 0-1 loss, and what stands in for it.

The margin of a sample is its label, -1 or 1, times the classifier's output: positive where it is
right. Adding a loss is one class and its name in the tuple.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from optcore.special import indicator, is_positive, positive_part, sigmoid, sigmoid_slope, softplus


@dataclass(frozen=True)
class MarginLoss:
    """A loss of the margin m, elementwise, with its first two derivatives by m.

    `bound` is the factor that makes it lie above the 0-1 loss everywhere, 0 where there is none
    to it. Where the loss has a kink the derivative is the one from the right.
    """

    name: ClassVar[str]
    lesson: ClassVar[str]
    latex: ClassVar[str]
    source: ClassVar[str]
    bound: ClassVar[float] = 1.0

    def value(self, margin: np.ndarray) -> np.ndarray:
        raise NotImplementedError

    def slope(self, margin: np.ndarray) -> np.ndarray:
        raise NotImplementedError

    def bend(self, margin: np.ndarray) -> np.ndarray:
        raise NotImplementedError

    def value_and_slope(self, margin: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return self.value(margin), self.slope(margin)


@dataclass(frozen=True)
class ZeroOneLoss(MarginLoss):
    """1 for a wrong answer, and for none (m = 0); its derivative, where it has one, is 0."""

    name = "0-1"
    lesson = "What is meant, and what no gradient can follow: it is flat wherever it is smooth."
    latex = r"[m \le 0]"
    source = "Goodfellow, Bengio and Courville (2016), Deep Learning, section 8.1.2"

    def value(self, margin):
        return 1 - indicator(margin)

    def slope(self, margin):
        return np.zeros_like(margin)

    def bend(self, margin):
        return np.zeros_like(margin)


@dataclass(frozen=True)
class LogisticLoss(MarginLoss):
    name = "Logistic"
    lesson = "The negative log-likelihood: it goes on falling after every answer is right."
    latex = r"\ln\left(1 + e^{-m}\right)"
    source = "Cox (1958), The regression analysis of binary sequences"
    bound = float(1 / np.log(2))

    def value(self, margin):
        return softplus(-margin)

    def slope(self, margin):
        if np.iscomplexobj(margin):
            return -sigmoid(-margin)
        # The same in three calls, for a descent makes them at every step; overflow ends in 0.
        with np.errstate(over="ignore"):
            return -1 / (1 + np.exp(margin))

    def bend(self, margin):
        return sigmoid_slope(margin)

    def value_and_slope(self, margin):
        """By one exponential, which is what they cost, unless it overflows or is complex."""
        odds = np.negative(margin)
        with np.errstate(over="ignore", invalid="ignore"):
            np.exp(odds, out=odds)
        value = np.log1p(odds)
        if np.iscomplexobj(margin) or not np.isfinite(value.max()):
            return super().value_and_slope(margin)
        odds /= -1 - odds
        return value, odds


@dataclass(frozen=True)
class HingeLoss(MarginLoss):
    name = "Hinge"
    lesson = "Zero from a margin of 1 on: only the samples near the border still pull."
    latex = r"\max(0, 1 - m)"
    source = "Cortes and Vapnik (1995), Support-vector networks"

    def value(self, margin):
        return positive_part(1 - margin)

    def slope(self, margin):
        return np.where(is_positive(1 - margin), -1.0, 0.0)

    def bend(self, margin):
        return np.zeros_like(margin)


@dataclass(frozen=True)
class SquaredLoss(MarginLoss):
    name = "Squared"
    lesson = "Least squares on the labels: it punishes answers that are more than right."
    latex = r"(1 - m)^2"
    source = "Legendre (1805); as a surrogate, Bartlett, Jordan and McAuliffe (2006)"

    def value(self, margin):
        return (1 - margin) ** 2

    def slope(self, margin):
        return 2 * (margin - 1)

    def bend(self, margin):
        return np.full_like(margin, 2.0)


@dataclass(frozen=True)
class ExponentialLoss(MarginLoss):
    """The loss that AdaBoost descends; overflows to inf for margins below -709."""

    name = "Exponential"
    lesson = "One badly wrong sample outweighs all others, be it a mislabelled one."
    latex = r"e^{-m}"
    source = "Freund and Schapire (1997), A decision-theoretic generalization of on-line learning"

    def value(self, margin):
        return np.exp(-margin)

    def slope(self, margin):
        return -np.exp(-margin)

    def bend(self, margin):
        return np.exp(-margin)


SURROGATES: tuple[MarginLoss, ...] = (
    ZeroOneLoss(),
    LogisticLoss(),
    HingeLoss(),
    SquaredLoss(),
    ExponentialLoss(),
)
