"""Classifiers and their descent, worked out once for all who look at them."""

from optcore.descent import Batches, Run, descend
from optcore.optimizers import GradientDescent
from optcore.samples import LinearClassifier, MarginLoss, NoisyLabels
from ui.cache import cached


@cached
def drawn(points: int, seed: int, population: NoisyLabels, loss: MarginLoss) -> LinearClassifier:
    return LinearClassifier.drawn(points, seed, population=population, loss=loss)


@cached
def descended(fit: LinearClassifier, rate: float, start: tuple[float, float], steps: int) -> Run:
    """With the gradient of all samples."""
    every = Batches(fit.samples, "ordered")
    return descend(fit, GradientDescent(rate), start, steps, batches=every)
