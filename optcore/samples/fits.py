"""Objectives made of samples, of two parameters: a weight w and a bias b."""

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import ClassVar, Self

import numpy as np

from optcore.descent.disturbance import drawn_each
from optcore.samples.populations import Population
from optcore.surfaces.base import Surface


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
        x, _ = self._data
        return x.shape[-1] * self.copies

    @cached_property
    def _data(self) -> tuple[np.ndarray, np.ndarray]:
        return np.asarray(self.x, float), np.asarray(self.y, float)

    def at(self, indices) -> tuple[np.ndarray, np.ndarray]:
        """x and y of the samples with these indices; of several data sets, each with its own."""
        x, y = self._data
        points = np.asarray(indices) % x.shape[-1]
        if x.ndim == 1 or points.ndim == 1:
            return x[..., points], y[..., points]
        lead = np.broadcast_shapes(x.shape[:-1], points.shape[:-1])
        points = np.broadcast_to(points, (*lead, points.shape[-1]))
        x, y = (np.broadcast_to(part, (*lead, part.shape[-1])) for part in (x, y))
        return np.take_along_axis(x, points, axis=-1), np.take_along_axis(y, points, axis=-1)

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
