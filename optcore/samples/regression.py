"""A line through samples, by least squares."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from optcore.descent.batches import Deck
from optcore.pieces import pieces
from optcore.samples.fits import SampleFit
from optcore.samples.moments import BatchNoise
from optcore.samples.populations import NoisyLine
from optcore.surfaces.base import coordinates, symmetric, vector

# Samples whose features are gathered at once.
GATHERED = 100_000


@dataclass(frozen=True)
class LinearRegression(SampleFit):
    """The mean squared error of the line w x + b on samples (x, y)."""

    name = "Linear regression"
    lesson = (
        "Every sample is a trough of its own; their mean is a bowl, and a batch's mean wobbles."
    )
    latex = r"\frac1N \sum_{i=1}^{N} (w x_i + b - y_i)^2"
    source = "Legendre (1805), Nouvelles méthodes pour la détermination des orbites des comètes"

    population: NoisyLine = field(default=NoisyLine(), kw_only=True)

    @staticmethod
    def usual():
        return NoisyLine()

    @cached_property
    def _line(self) -> tuple:
        """Means of x and y, variance of x, slope of the best line and its mean squared error."""
        x, y = self._data
        mean_x, mean_y = x.mean(axis=-1), y.mean(axis=-1)
        away, up = x - mean_x[..., None], y - mean_y[..., None]
        spread, shared = (away * away).mean(axis=-1), (away * up).mean(axis=-1)
        slope = np.divide(shared, spread, out=np.zeros_like(shared), where=spread > 0)
        rest = ((up - slope[..., None] * away) ** 2).mean(axis=-1)
        return mean_x, mean_y, spread, slope, rest

    @property
    def minima(self):
        """The least-squares line; the flat one where all inputs coincide and any slope fits."""
        mean_x, mean_y, _, slope, _ = self._line
        return ((float(slope), float(mean_y - slope * mean_x)),)

    def value(self, point):
        return self.value_and_grad(point)[0]

    def grad(self, point):
        return self.value_and_grad(point)[1]

    def value_and_grad(self, point):
        """Both at once, from five means over the samples, whatever their number."""
        w, b = coordinates(point)
        mean_x, mean_y, spread, slope, rest = self._line
        missed, turned = w * mean_x + b - mean_y, w - slope
        value = rest + missed**2 + spread * turned**2
        return value, vector(2 * (missed * mean_x + spread * turned), 2 * missed)

    def hessian(self, point):
        mean_x, _, spread, _, _ = self._line
        zero, _ = coordinates(np.zeros_like(point))
        return symmetric(zero + 2 * (mean_x**2 + spread), zero + 2 * mean_x, zero + 2.0)

    def batch_hessian(self, point, indices):
        x, _ = self.at(indices)
        zero, _ = coordinates(np.zeros_like(point))
        return symmetric(zero + 2 * (x * x).mean(-1), zero + 2 * x.mean(-1), zero + 2.0)

    def _mean(self, point, x, y):
        w, b = (part[..., None] for part in coordinates(point))
        error = w * x + b - y
        return (error**2).mean(-1), vector(2 * (error * x).mean(-1), 2 * error.mean(-1))

    @cached_property
    def batch_noise(self) -> BatchNoise:
        """What batches, each sample drawn from all, add to the gradient around the minimum."""
        x, y = self._data
        inputs = np.column_stack([x, np.ones_like(x)])
        pulls = 2 * (inputs @ np.array(self.minima[0]) - y)[:, None] * inputs
        return BatchNoise.of(2 * inputs[:, :, None] * inputs[:, None, :], pulls)

    def stationary_covariance(
        self, learning_rate: float, size: int, momentum: float = 0.0, nesterov: bool = False
    ) -> np.ndarray:
        """The covariance (2, 2) of the point that descent by batches of `size`, each sample drawn
        from all, keeps up around the minimum; inf where it does not settle.

        Exact: a batch has a bowl of its own, so its noise grows away from the minimum, which the
        law for noise that is the same everywhere (`laws.stationary_covariance`) leaves out.
        """
        return self.batch_noise.stationary(learning_rate, size, momentum, nesterov)

    def expected_excess(
        self, start, rates, sizes, momentum: float = 0.0, nesterov: bool = False
    ) -> np.ndarray:
        """The expected loss above the minimum (steps + 1,) of descent by such rates (steps,) on
        batches of such sizes (steps,), each sample drawn from all; inf is the full batch.

        Exact, by the recursion of the second moment of the distance; `stationary_covariance` is
        where it ends for one rate.
        """
        away = np.asarray(start, float) - self.minima[0]
        moments = self.batch_noise.moments(away, rates, sizes, momentum, nesterov)
        with np.errstate(over="ignore", invalid="ignore"):
            return 0.5 * np.einsum("tij,ij->t", moments, self.batch_noise.hessian)

    def batch_gradients(self, deck: Deck):
        """Four means of each batch are all that its gradient needs."""
        x, y = self._data
        features = np.stack([x * x, x, x * y, y], axis=-1)
        bounds = np.array([0, deck.cards.size]) if deck.whole else deck.bounds
        lead = np.broadcast_shapes(x.shape[:-1], deck.cards.shape[:-1])
        rows = np.empty((len(bounds) - 1, 4, *lead))
        # One run after another: what is gathered for all at once would not fit near a processor.
        for run in np.ndindex(lead):
            own = features[run] if x.ndim > 1 else features
            cards = deck.cards[run] if deck.cards.ndim > 1 else deck.cards
            rows[(..., *run)] = batch_means(own, cards, bounds)
        rows = rows if lead else rows.tolist()
        if deck.whole:
            rows = [rows[0]] * len(deck.bounds)

        def grad(t, w, b):
            square, mean_x, product, mean_y = rows[t]
            return 2 * (w * square + b * mean_x - product), 2 * (w * mean_x + b - mean_y)

        return grad

    def risk(self, point):
        return self.population.risk(*coordinates(point))


def batch_means(features, cards, bounds) -> np.ndarray:
    """The mean features (steps, k) of each batch of rows of `features` (N, k).

    A few batches at a time: those of a long run of large ones, gathered at once, would take
    hundreds of megabytes.
    """
    sizes = np.diff(bounds)
    means = np.empty((len(sizes), features.shape[1]))
    for part in pieces(len(sizes), int(sizes.max(initial=1)), GATHERED):
        edges = bounds[part.start : part.stop + 1]
        gathered = features[cards[edges[0] : edges[-1]] % len(features)]
        means[part] = np.add.reduceat(gathered, edges[:-1] - edges[0], axis=0)
    return means / sizes[:, None]
