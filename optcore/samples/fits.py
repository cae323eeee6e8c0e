"""Objectives made of samples: a line through points, and a border between two classes.

Both have two parameters, a weight w and a bias b, so that a batch's loss is a bowl beside the
whole one's.
"""

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import ClassVar, Self

import numpy as np

from optcore.descent.batches import Deck
from optcore.descent.disturbance import drawn_each
from optcore.samples.populations import NoisyLabels, NoisyLine, Population
from optcore.samples.surrogates import LogisticLoss, MarginLoss, ZeroOneLoss
from optcore.surfaces.base import Surface, coordinates, symmetric, vector

# Numbers of an array that is still small enough to be given the memory of the one before it.
CHUNK = 16000


@dataclass(frozen=True)
class SampleFit(Surface):
    """The mean loss over samples (x, y), each of which lies `copies` times in the data.

    Sample i is point i modulo the number of points. `population` is where they came from, if they
    did; it gives fresh ones and the true risk. Tuples make two equal fits equal; arrays may have
    leading axes, one data set for each run.
    """

    axes: ClassVar[tuple[str, str]] = ("w", "b")
    elementwise: ClassVar[bool] = False

    x: tuple[float, ...]
    y: tuple[float, ...]
    copies: int = 1
    population: Population = field(kw_only=True)

    @classmethod
    def drawn(cls, count: int, seed: int = 0, *, copies: int = 1, population=None, **given) -> Self:
        """A fit to `count` points drawn from a population, by default the usual one."""
        population = population or cls.usual()
        x, y = population.draw(count, np.random.default_rng(seed)).T.tolist()
        return cls(tuple(x), tuple(y), copies, population=population, **given)

    @staticmethod
    def usual() -> Population:
        raise NotImplementedError

    @property
    def samples(self) -> int:
        return self._data[0].shape[-1] * self.copies

    @cached_property
    def _data(self) -> tuple[np.ndarray, np.ndarray]:
        return np.asarray(self.x, float), np.asarray(self.y, float)

    def at(self, indices) -> tuple[np.ndarray, np.ndarray]:
        """x and y of the samples with these indices."""
        points = np.asarray(indices) % self._data[0].shape[-1] if self.copies > 1 else indices
        return self._data[0][..., points], self._data[1][..., points]

    def fresh(self, count: int, seed) -> Self:
        """The same fit to samples never seen, from the same population; one set for each seed."""
        pairs = drawn_each(seed, lambda rng: self.population.draw(count, rng))
        x, y = np.moveaxis(pairs[..., 0], 0, -1), np.moveaxis(pairs[..., 1], 0, -1)
        return replace(self, x=x, y=y, copies=1)

    def moved(self, at: int, x: float, y: float) -> Self:
        """The fit with one of its points moved."""
        places = list(zip(self.x, self.y, strict=True))
        places[at] = (float(x), float(y))
        return replace(self, **dict(zip(("x", "y"), zip(*places, strict=True), strict=True)))

    @property
    def window(self):
        center = (self.population.slope, self.population.intercept)
        return tuple((at - 3.0, at + 3.0) for at in center)

    @property
    def start(self):
        return self.population.slope - 2.5, self.population.intercept + 2.0

    def batch_value(self, point, indices):
        """The mean loss (...) on the samples with indices (..., size) at points (..., 2)."""
        return self._mean(point, *self.at(indices))[0]

    def batch_grad(self, point, indices):
        return self._mean(point, *self.at(indices))[1]

    def batch_hessian(self, point, indices):
        raise NotImplementedError

    def _mean(self, point, x, y) -> tuple[np.ndarray, np.ndarray]:
        """The mean loss and its gradient over samples (..., size)."""
        raise NotImplementedError

    def risk(self, point):
        """The mean loss (...) over the whole population: what is wanted, and not what is seen."""
        raise NotImplementedError


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
        slope = np.where(spread > 0, shared / np.where(spread > 0, spread, 1.0), 0.0)
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

    def batch_gradients(self, deck: Deck):
        """Four means of each batch are all that its gradient needs."""
        x, y = self.at(deck.cards)
        bounds = np.array([0, deck.cards.size]) if deck.whole else deck.bounds
        sums = [np.add.reduceat(part, bounds[:-1], axis=-1) for part in (x * x, x, x * y, y)]
        # A step first, then the four; plain floats for a single run.
        rows = np.moveaxis(np.stack(sums) / np.diff(bounds), -1, 0)
        rows = rows.tolist() if rows.ndim == 2 else rows
        if deck.whole:
            rows = [rows[0]] * len(deck.bounds)

        def grad(t, w, b):
            square, mean_x, product, mean_y = rows[t]
            return 2 * (w * square + b * mean_x - product), 2 * (w * mean_x + b - mean_y)

        return grad

    def risk(self, point):
        return self.population.risk(*coordinates(point))


@dataclass(frozen=True)
class LinearClassifier(SampleFit):
    """The mean loss of the margins y (w x + b) on samples with labels y of -1 and 1.

    With its logistic loss it is logistic regression, with the hinge loss a support-vector machine
    of one input. `minima` is empty where no minimum is known: of a loss that has no curvature, and
    of a sample that can be parted, on which the loss falls for ever.
    """

    name = "Linear classifier"
    lesson = "The border between two classes: samples near it pull, those far on their side do not."
    latex = r"\frac1N \sum_{i=1}^{N} \ell\left(y_i\, (w x_i + b)\right)"
    source = "Cox (1958), The regression analysis of binary sequences"

    population: NoisyLabels = field(default=NoisyLabels(), kw_only=True)
    loss: MarginLoss = field(default=LogisticLoss(), kw_only=True)

    @staticmethod
    def usual():
        return NoisyLabels()

    @property
    def smooth(self):
        return self.loss.name not in ("0-1", "Hinge")

    @cached_property
    def minima(self):
        point = np.zeros(2)
        if not self.smooth:
            return ()
        for _ in range(60):
            hessian, grad = self.hessian(point), self.grad(point)
            if not np.linalg.det(hessian) > 1e-12:
                return ()
            step = np.linalg.solve(hessian, grad)
            # Half a step wherever the whole one climbs: the loss is convex.
            while self.value(point - step) > self.value(point) and np.abs(step).max() > 1e-14:
                step = step / 2
            point = point - step
        return (tuple(map(float, point)),) if np.abs(self.grad(point)).max() < 1e-9 else ()

    def errors(self, point):
        """The share (...) of samples on the wrong side: the mean 0-1 loss."""
        return replace(self, loss=ZeroOneLoss()).value(point)

    def value(self, point):
        return self.value_and_grad(point)[0]

    def grad(self, point):
        return self.value_and_grad(point)[1]

    def value_and_grad(self, point):
        """Both at once, as margins are what costs; a few points at a time, to stay in the cache."""
        point = np.asarray(point)
        x, y = self._data
        if x.ndim > 1 or point.ndim < 2:
            return self._mean(point, x, y)
        flat = point.reshape(-1, 2)
        value, grad = np.empty(len(flat), point.dtype), np.empty((len(flat), 2), point.dtype)
        rows = max(1, CHUNK // x.size)
        for at in range(0, len(flat), rows):
            part = slice(at, at + rows)
            value[part], grad[part] = self._mean(flat[part], x, y)
        return value.reshape(point.shape[:-1]), grad.reshape(point.shape)

    def hessian(self, point):
        return self._hessian(point, *self._data)

    def batch_hessian(self, point, indices):
        return self._hessian(point, *self.at(indices))

    def _hessian(self, point, x, y):
        w, b = (part[..., None] for part in coordinates(point))
        bend = self.loss.bend(y * (w * x + b))
        return symmetric((bend * x * x).mean(-1), (bend * x).mean(-1), bend.mean(-1))

    def _mean(self, point, x, y):
        w, b = (part[..., None] for part in coordinates(point))
        signed, size = y * x, x.shape[-1]
        value, slope = self.loss.value_and_slope(w * signed + b * y)
        by_w, by_b = np.vecdot(signed, slope), np.vecdot(y, slope)
        return value.mean(-1), vector(by_w / size, by_b / size)

    def batch_gradients(self, deck: Deck):
        """The signed samples of each batch, laid out beforehand."""
        x, y = self.at(deck.cards)
        sides = np.stack([y * x, y])
        if deck.whole:
            rows = [sides] * (len(deck.bounds) - 1)
        else:
            ends = zip(deck.bounds[:-1].tolist(), deck.bounds[1:].tolist(), strict=True)
            rows = [sides[..., low:high] for low, high in ends]

        def grad(t, w, b):
            by_w, by_b = both = rows[t]
            if np.ndim(w):
                pull = self.loss.slope(w[..., None] * by_w + b[..., None] * by_b)
                return tuple(np.vecdot(by, pull) / pull.shape[-1] for by in both)
            pull = self.loss.slope(w * by_w + b * by_b)
            return (np.vecdot(both, pull) / pull.size).tolist()

        return grad

    def risk(self, point):
        return self.population.risk(*coordinates(point), self.loss)
