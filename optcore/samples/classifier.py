"""A border between two classes of samples, by any loss of the margin."""

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from optcore.descent.batches import Deck
from optcore.descent.replay import on_floats
from optcore.pieces import pieces
from optcore.samples.fits import SampleFit
from optcore.samples.populations import NoisyLabels
from optcore.samples.surrogates import LogisticLoss, MarginLoss, ZeroOneLoss
from optcore.surfaces.base import coordinates, symmetric, vector

# Numbers of an array that is still small enough to be given the memory of the one before it.
CHUNK = 16_000
# Samples of a single run for which NumPy's calls cost more than Python's own sums.
FEW = 8
# Newton's method to a minimum: its steps, the curvature without which there is none, the gradient
# that is 0, and what is left of a step that climbs.
STEPS, FLAT, ZERO, BACK = 60, 1e-12, 1e-9, 0.5


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
        for _ in range(STEPS):
            hessian, grad = self.hessian(point), self.grad(point)
            if not np.linalg.det(hessian) > FLAT:
                return ()
            step = np.linalg.solve(hessian, grad)
            # Half a step wherever the whole one climbs: the loss is convex.
            while self.value(point - step) > self.value(point):
                step = step * BACK
            point = point - step
        return (tuple(map(float, point)),) if np.abs(self.grad(point)).max() < ZERO else ()

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
        for part in pieces(len(flat), x.size, CHUNK):
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
        """The signed samples of each batch, of a single run laid out beforehand."""
        if deck.cards.ndim > 1 and np.ndim(self.x) == 1:
            return self._as_they_come(deck)
        (x, y), sizes = self.at(deck.cards), np.diff(deck.bounds)
        sides = np.stack([y * x, y])
        if deck.whole:
            batches, shares = [sides] * len(sizes), [sides / deck.cards.size] * len(sizes)
        else:
            ends = deck.bounds[1:-1]
            batches = np.split(sides, ends, axis=-1)
            shares = np.split(sides / np.repeat(sizes, sizes), ends, axis=-1)
        one_by_one = self._one_by_one(batches) if sizes.max() <= FEW and sides.ndim == 2 else None
        rows = [(*batch, share) for batch, share in zip(batches, shares, strict=True)]

        def grad(t, w, b):
            by_w, by_b, share = rows[t]
            if isinstance(w, np.ndarray):
                pull = self.loss.slope(w[..., None] * by_w + b[..., None] * by_b)
                return tuple(np.vecdot(each, pull) for each in share)
            if one_by_one and type(w) is float:
                return one_by_one(t, w, b)
            return np.vecdot(share, self.loss.slope(w * by_w + b * by_b)).tolist()

        return grad

    def _as_they_come(self, deck: Deck):
        """The same for many runs on the same data, whose batches together fill no cache."""
        x, y = self._data
        signed = y * x

        def grad(t, w, b):
            points = deck[t] % len(y)
            by_w, by_b, size = signed[points], y[points], points.shape[-1]
            pull = self.loss.slope(w[..., None] * by_w + b[..., None] * by_b)
            return np.vecdot(by_w / size, pull), np.vecdot(by_b / size, pull)

        return grad

    def _one_by_one(self, batches: list[np.ndarray]):
        """The same for plain floats, sample by sample."""
        slope = on_floats(self.loss.slope)
        rows = [list(zip(*batch.tolist(), strict=True)) for batch in batches]

        def grad(t, w, b):
            size = len(rows[t])
            total_w = total_b = 0.0
            for by_w, by_b in rows[t]:
                pull = slope(w * by_w + b * by_b)
                total_w += pull * by_w
                total_b += pull * by_b
            return total_w / size, total_b / size

        return grad

    def risk(self, point):
        return self.population.risk(*coordinates(point), self.loss)
