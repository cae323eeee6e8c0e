"""A line through samples, by least squares."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from optcore.descent.batches import Deck
from optcore.samples.fits import SampleFit
from optcore.samples.populations import NoisyLine
from optcore.surfaces.base import coordinates, symmetric, vector


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
        zero = np.zeros_like(point[..., 0])
        return symmetric(zero + 2 * (mean_x**2 + spread), zero + 2 * mean_x, zero + 2.0)

    def batch_hessian(self, point, indices):
        x, _ = self.at(indices)
        zero = np.zeros_like(point[..., 0])
        return symmetric(zero + 2 * (x * x).mean(-1), zero + 2 * x.mean(-1), zero + 2.0)

    def _mean(self, point, x, y):
        w, b = (part[..., None] for part in coordinates(point))
        error = w * x + b - y
        return (error**2).mean(-1), vector(2 * (error * x).mean(-1), 2 * error.mean(-1))

    def stationary_covariance(self, learning_rate: float, size: int) -> np.ndarray:
        """The covariance (2, 2) of the point that descent by batches of `size`, each sample drawn
        from all, keeps up around the minimum; inf where it does not settle.

        Exact: a batch has a bowl of its own, so its noise grows away from the minimum, which the
        law for noise that is the same everywhere (`laws.stationary_covariance`) leaves out. With
        H_B the Hessian of a batch and C the covariance of its gradient at the minimum it solves
        S = E (1 - rate H_B) S (1 - rate H_B) + rate^2 C.
        """
        whole, residuals, spread, _ = self._around
        kept = np.eye(2) - learning_rate * whole
        kept = np.kron(kept, kept) + learning_rate**2 * spread / size
        if np.abs(np.linalg.eigvals(kept)).max() >= 1:
            return np.full((2, 2), np.inf)
        noise = learning_rate**2 * residuals / size
        return np.linalg.solve(np.eye(4) - kept, noise.ravel()).reshape(2, 2)

    @cached_property
    def _around(self) -> tuple[np.ndarray, ...]:
        """At the minimum: the Hessian (2, 2), the covariance of a sample's gradient (2, 2), that
        of its Hessian's products (4, 4), and E (h e r^T + r e^T h) by e (4, 2), for a sample's
        Hessian h and gradient r."""
        x, y = self._data
        inputs = np.column_stack([x, np.ones_like(x)])
        bowls = 2 * inputs[:, :, None] * inputs[:, None, :]
        pulls = 2 * (inputs @ np.array(self.minima[0]) - y)[:, None] * inputs
        whole = bowls.mean(axis=0)
        products = np.einsum("sij,skl->ikjl", bowls, bowls).reshape(4, 4) / len(x)
        crossed = np.einsum("sik,sj->ijk", bowls, pulls) / len(x)
        crossed = (crossed + crossed.transpose(1, 0, 2)).reshape(4, 2)
        return whole, pulls.T @ pulls / len(x), products - np.kron(whole, whole), crossed

    def expected_excess(self, start, rates, sizes) -> np.ndarray:
        """The expected loss above the minimum (steps + 1,) of descent by such rates (steps,) on
        batches of such sizes (steps,), each sample drawn from all; inf is the full batch.

        Exact, by the recursion of the mean and the second moment of the distance; `stationary_
        covariance` is where it ends for one rate.
        """
        whole, residuals, spread, crossed = self._around
        rates = np.asarray(rates, float)
        shaken = (rates**2 / sizes)[:, None, None]
        steps = np.zeros((len(rates), 7, 7))
        kept = np.eye(2) - rates[:, None, None] * whole
        steps[:, :2, :2] = kept
        steps[:, 2:6, 2:6] = np.einsum("tij,tkl->tikjl", kept, kept).reshape(-1, 4, 4)
        steps[:, 2:6, 2:6] += shaken * spread
        steps[:, 2:6, :2] = shaken * crossed
        steps[:, 2:6, 6:] = shaken * residuals.reshape(4, 1)
        steps[:, 6, 6] = 1
        away = np.asarray(start, float) - self.minima[0]
        moments = np.empty((len(rates) + 1, 7))
        moments[0] = [*away, *np.outer(away, away).ravel(), 1]
        with np.errstate(over="ignore", invalid="ignore"):
            for t, step in enumerate(steps):
                np.matmul(step, moments[t], out=moments[t + 1])
            return 0.5 * moments[:, 2:6] @ whole.ravel()

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
            gathered = own[cards % len(own)]
            sums = np.add.reduceat(gathered, bounds[:-1], axis=0)
            rows[(..., *run)] = sums / np.diff(bounds)[:, None]
        rows = rows if lead else rows.tolist()
        if deck.whole:
            rows = [rows[0]] * len(deck.bounds)

        def grad(t, w, b):
            square, mean_x, product, mean_y = rows[t]
            return 2 * (w * square + b * mean_x - product), 2 * (w * mean_x + b - mean_y)

        return grad

    def risk(self, point):
        return self.population.risk(*coordinates(point))
