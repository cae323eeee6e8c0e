"""Feeding an optimizer a given stream of gradients: its steps, and what it remembers."""

from dataclasses import dataclass, fields, replace
from functools import cached_property

import numpy as np

from optcore.descent.schedules import Schedule
from optcore.descent.setting import rates_of
from optcore.objective import Look
from optcore.optimizers.base import Optimizer
from optcore.streams.plane import Plane
from optcore.streams.replay import replay

MOST_STEPS = 5000
# Lengths that differ by a smaller share are equal but for rounding.
EQUAL = 1e-9


@dataclass(frozen=True)
class Response:
    """What an optimizer made of `gradients (T, ..., n)`, from the origin.

    `steps (T, ..., n)`; `points (T + 1, ..., n)`, the sums of the steps; `memory`: each array of
    the optimizer's memory (T + 1, ...), before the first step and after each. `learning_rate`
    is the one it was given, a number or (..., 1), `rates` those of each step under a schedule.
    """

    gradients: np.ndarray
    steps: np.ndarray
    points: np.ndarray
    memory: dict[str, np.ndarray]
    learning_rate: float | np.ndarray
    rates: np.ndarray | None = None

    @cached_property
    def in_rates(self) -> np.ndarray:
        """The steps in units of the learning rate."""
        return self.steps / self.learning_rate

    @cached_property
    def effective_rates(self) -> np.ndarray:
        """|step|/|gradient| of each coordinate (T, ..., n); nan where the gradient is 0."""
        gradients = np.abs(self.gradients)
        with np.errstate(over="ignore", invalid="ignore"):
            return np.abs(self.steps) / np.where(gradients > 0, gradients, np.nan)

    @cached_property
    def travelled(self) -> np.ndarray:
        """The length of the way so far, coordinate by coordinate (T + 1, ..., n)."""
        way = np.zeros_like(self.points)
        np.cumsum(np.abs(self.steps), axis=0, out=way[1:])
        return way

    @cached_property
    def angles(self) -> np.ndarray:
        """Degrees (T, ...) between the step and downhill; nan where either has no direction.

        Beyond 90 the step climbs, as seen by the gradient of that moment.
        """
        downhill, step = _unit(-self.gradients), _unit(self.steps)
        cosine = (downhill * step).sum(axis=-1)
        # From the chord: the arc cosine loses half the digits near 0 and 180 degrees.
        chord = np.sqrt(((downhill - np.sign(cosine)[..., None] * step) ** 2).sum(axis=-1))
        small = np.degrees(2 * np.arcsin(chord / 2))
        signs = [cosine > 0, cosine < 0, cosine == 0]
        return np.select(signs, [small, 180 - small, 90.0], np.nan)


def longest_at(lengths: np.ndarray) -> int:
    """Where in (T,) the longest step is: the first of equals, though their last digits differ."""
    return int(np.argmax(lengths >= np.nanmax(lengths) * (1 - EQUAL)))


def respond(optimizer: Optimizer, gradients, *, schedule: Schedule | None = None) -> Response:
    """The steps of an optimizer that is fed `gradients (T, ..., n)`, wherever it goes.

    A hyperparameter that is an array is one value per run, shape (...), or, when its last axis
    has length 1, broadcasts against the coordinates as it is.

    Raises ValueError for an optimizer that needs more than gradients, and for gradients that are
    not finite, not in two axes or more, or not of 1 to 5000 steps.
    """
    if not optimizer.follows_gradients:
        raise ValueError(
            f"{optimizer.name} asks the loss for its {' and '.join(optimizer.uses)}, and a stream "
            "has gradients alone; choose a method that needs no more."
        )
    gradients, rule = _together(_checked(gradients), optimizer)
    rates = None if schedule is None else rates_of(rule, schedule, len(gradients))
    with np.errstate(all="ignore"):
        return Response(gradients, *_played(rule, gradients, rates), rule.learning_rate, rates)


def _played(rule: Optimizer, gradients: np.ndarray, rates) -> tuple[np.ndarray, np.ndarray, dict]:
    """What `_fed` gives, from the fast path where it can be had."""
    quick = replay(rule, gradients, rates)
    if quick is None:
        return _fed(rule, gradients, rates)
    steps, points, after = quick
    before = rule.init(np.zeros(gradients.shape[1:]))
    memory = {name: np.concatenate([before[name][None], part]) for name, part in after.items()}
    return steps, np.concatenate([np.zeros_like(points[:1]), points]), memory


def _fed(rule: Optimizer, gradients: np.ndarray, rates) -> tuple[np.ndarray, np.ndarray, dict]:
    """The steps, the points and the memory, by the optimizer's own `init` and `update`."""
    point = np.zeros(gradients.shape[1:])
    state = rule.init(point)
    steps, points, states = [], [point], [state]
    for t, grad in enumerate(gradients):
        if rates is not None:
            rule = replace(rule, learning_rate=rates[t])
        # Who follows gradients alone does not look at the value: nan would tell.
        step, state = rule.update(Look(Plane(grad), point, np.nan, grad), state)
        point = point + step
        steps.append(step)
        points.append(point)
        states.append(state)
    memory = {name: np.array([state[name] for state in states]) for name in states[0]}
    return np.array(steps), np.array(points), memory


def _checked(gradients) -> np.ndarray:
    gradients = np.asarray(gradients, float)
    if gradients.ndim < 2 or not 0 < len(gradients) <= MOST_STEPS or not gradients.shape[-1]:
        raise ValueError(
            f"the gradients have shape {gradients.shape}, but a stream has shape (steps, "
            f"coordinates), with 1 to {MOST_STEPS} steps"
        )
    if not np.isfinite(gradients).all():
        raise ValueError("a gradient is not finite; a stream has finite numbers only")
    return gradients


def _together(gradients: np.ndarray, optimizer: Optimizer) -> tuple[np.ndarray, Optimizer]:
    """The gradients with room for every hyperparameter, and these ready to broadcast."""
    values = {field.name: np.asarray(getattr(optimizer, field.name)) for field in fields(optimizer)}
    arrays = {
        name: value if value.shape[-1] == 1 else value[..., None]
        for name, value in values.items()
        if value.ndim
    }
    shapes = [value.shape for value in arrays.values()]
    shape = np.broadcast_shapes(gradients.shape[1:], *shapes)
    wide = gradients.reshape(len(gradients), *(1,) * (len(shape) + 1 - gradients.ndim),
                             *gradients.shape[1:])  # fmt: skip
    return np.broadcast_to(wide, (len(gradients), *shape)), replace(optimizer, **arrays)


def _unit(vectors: np.ndarray) -> np.ndarray:
    """The directions of vectors (..., n); nan where a vector is 0 or not finite."""
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        largest = np.abs(vectors).max(axis=-1, keepdims=True)
        scaled = vectors / largest
        return scaled / np.sqrt((scaled**2).sum(axis=-1, keepdims=True))
