"""Mini-batches: the gradient of a few samples in place of that of all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np

from optcore.descent.disturbance import Disturbance, drawn_each
from optcore.descent.schedules import Schedule
from optcore.knobs import knob

ORDERS = ("shuffled", "ordered", "replaced", "online")
# In these every sample comes once in a pass, and no batch crosses the end of one.
PASSING = ("shuffled", "ordered")


@dataclass(frozen=True)
class Batches(Disturbance):
    """The gradient of each step is that of the next `size` samples of a deck.

    `order` says how the deck lies: "shuffled" anew before each pass; "ordered", as the data lie;
    "replaced", each card drawn from all; "online", never the same sample twice, each fresh from
    the distribution that the data came from. The last batch of a pass is what is left of it
    (torch's DataLoader with drop_last=False). All who share a seed see the same samples, and a
    larger batch sees those of the smaller ones it replaces.

    With a `growth` the batch grows as that schedule would have shrunk the rate, up to all samples
    (Smith et al. 2018, Don't decay the learning rate, increase the batch size).

    Raises ValueError for an order that is none of these and a size below 1.
    """

    size: int = knob(1, 1, 1000, scale="log", symbol="B", whole=True)
    order: str = "shuffled"
    seed: int = knob(0, 0, 9999, symbol=r"\mathrm{seed}", whole=True)
    growth: Schedule | None = field(default=None, kw_only=True)

    def __post_init__(self):
        if self.order not in ORDERS:
            raise ValueError(f"the order is {self.order!r}, but it is one of {', '.join(ORDERS)}")
        if np.ndim(self.size) or self.size < 1 or self.size != int(self.size):
            raise ValueError(f"the size is {self.size}, but a batch has a whole number from 1")

    def sizes(self, samples: int, steps: int) -> np.ndarray:
        """How many samples each step sees (steps,)."""
        wanted = np.full(steps, float(self.size))
        if self.growth is not None:
            with np.errstate(divide="ignore"):
                wanted /= self.growth.rate(1.0, np.arange(steps), steps)
        wanted = np.minimum(np.round(wanted), max(samples, self.size)).astype(int)
        if self.order not in PASSING:
            return wanted
        if self.growth is None:
            size = min(self.size, samples)
            a_pass = -(-samples // size)
            last = np.arange(steps) % a_pass == a_pass - 1
            return np.where(last, samples - size * (a_pass - 1), size)
        left = samples
        for t, size in enumerate(wanted):
            wanted[t] = min(size, left)
            left = left - wanted[t] or samples
        return wanted

    def draw(self, objective, point, rows):
        try:
            return _prepared(self, objective, rows)
        except TypeError:  # an objective, or a field, that is an array has no hash
            return BatchGradients(self.deal(objective, rows))

    def deal(self, objective, steps: int) -> "Deck":
        """The samples of every step, of an objective that is made of samples.

        Raises ValueError for one that is not and, online, for one without fresh samples.
        """
        name = getattr(objective, "name", type(objective).__name__)
        if not hasattr(objective, "batch_grad"):
            raise ValueError(
                f"{name} is not made of samples: take an objective that has batch_grad, or add "
                "noise to its gradient"
            )
        if self.order == "online" and not hasattr(objective, "fresh"):
            raise ValueError(
                f"{name} has no fresh samples to give: take the order “replaced”, or an objective "
                "that knows where its samples come from"
            )
        sizes = self.sizes(objective.samples, steps)
        bounds = np.concatenate([[0], np.cumsum(sizes)])
        total = int(bounds[-1])
        if self.order == "online":
            return Deck(objective.fresh(total, self.seed), np.arange(total), bounds)
        if self.order in PASSING and (sizes == objective.samples).all():
            return Deck(objective, np.arange(objective.samples), bounds, whole=True)
        return Deck(objective, self._cards(objective.samples, total), bounds)

    def _cards(self, samples: int, total: int) -> np.ndarray:
        """Indices of samples (..., total), one deck for each seed."""
        passes = -(-total // samples)
        if self.order == "ordered":
            return np.tile(np.arange(samples), passes)[:total]

        def one_deck(rng):
            if self.order == "replaced":
                return rng.integers(samples, size=total)
            return np.concatenate([rng.permutation(samples) for _ in range(passes)])[:total]

        return np.moveaxis(drawn_each(self.seed, one_deck), 0, -1)

    def apply(self, grad, drawn=None, moved=0.0):
        return drawn


@dataclass(frozen=True, eq=False)
class Deck:
    """Which samples of `objective` each step sees: `deck[t]` are their indices (..., size).

    They lie in `cards (..., total)` between two `bounds (steps + 1,)`; in a `whole` deck every step
    sees all cards.
    """

    objective: Any
    cards: np.ndarray
    bounds: np.ndarray
    whole: bool = False

    def __getitem__(self, t: int) -> np.ndarray:
        return self.cards if self.whole else self.cards[..., self.bounds[t] : self.bounds[t + 1]]


class BatchGradients:
    """The gradient on the batch of a step, at a point or at floats.

    An objective may offer `batch_gradients(deck)`, which sees the whole deck beforehand and gives
    a function of the step and the coordinates that is quicker than `batch_grad`.
    """

    def __init__(self, deck: Deck):
        self.deck = deck
        prepare = getattr(deck.objective, "batch_gradients", None)
        self.quick = prepare(deck) if prepare else None

    def __call__(self, t: int, point: np.ndarray) -> np.ndarray:
        if self.quick is None:
            return self.deck.objective.batch_grad(point, self.deck[t])
        return np.stack(self.quick(t, *np.moveaxis(point, -1, 0)), axis=-1)

    @property
    def at_floats(self) -> Callable[..., Sequence[float]]:
        """A function of the step and the coordinates, plain floats."""
        return self.quick or (lambda t, *point: self(t, np.array(point)).tolist())

    def objective(self, t: int) -> "OnBatch":
        """What a method that asks for more than one gradient may ask at a step."""
        return OnBatch(self.deck.objective, self.deck[t])


@lru_cache(maxsize=4)
def _prepared(batches: Batches, objective, rows: int) -> BatchGradients:
    """A hand that moves a rate asks for the same batches again and again."""
    return BatchGradients(batches.deal(objective, rows))


class OnBatch:
    """An objective on some of its samples: value, gradient and, where it has one, Hessian."""

    def __init__(self, objective, indices: np.ndarray):
        self.sampled, self.indices = objective, indices

    def value(self, point):
        return self.sampled.batch_value(point, self.indices)

    def grad(self, point):
        return self.sampled.batch_grad(point, self.indices)

    def hessian(self, point):
        return self.sampled.batch_hessian(point, self.indices)
