"""Laws that are finite sums over the steps so far, where there is no closed form: a count of signs,
or a linear recurrence, solved.

They are known where all times from the first one are asked for. `heard` is what the coordinates
heard of a stream (`Heard`, optcore/streams/laws.py).
"""

import numpy as np

from optcore.streams.kinds import ConstantStream

# A factor so small forgets all, to the last bit, and has a logarithm.
NOTHING = 1e-30


def rprop(o, heard) -> np.ndarray | None:
    """A turn counts once: what comes after it has nothing to agree with. None under chance, and
    where a size meets both its limits."""
    first = np.clip(o.learning_rate, o.min_size, o.max_size)
    signs = np.sign(heard.grad)
    if isinstance(heard.stream, ConstantStream):
        return -np.minimum(o.max_size, first * o.increase ** (heard.k - 1)) * signs
    if heard.stream.random or not heard.from_first:
        return None
    product = _before(signs, 0.0) * signs
    turned = _in_a_row(product < 0) % 2 == 1
    agreed = (product > 0) & ~_before(turned, False)
    grown = np.cumsum(agreed, axis=0) * np.log(o.increase)
    size = _between(np.log(first) + grown + np.cumsum(turned, axis=0) * np.log(o.decrease),
                    np.log(o.min_size), np.log(o.max_size))  # fmt: skip
    return None if size is None else -np.exp(size) * np.where(turned, 0.0, signs)


def delta_bar_delta(o, heard) -> np.ndarray | None:
    """A sum where gradient and mean agree, a factor where they do not: a linear recurrence."""
    if isinstance(heard.stream, ConstantStream):
        return -(o.learning_rate + o.increase * (heard.k - 1)) * heard.grad
    if heard.stream.random or not heard.from_first:
        return None
    agreement = _before(heard.mean(o.decay), 0.0) * heard.grad
    factors = np.where(agreement < 0, 1 - o.decrease, 1.0)
    added = np.where(agreement > 0, o.increase, 0.0)
    return -_recurrence(o.learning_rate, factors, added) * heard.grad


def adadelta(o, heard) -> np.ndarray | None:
    """The mean square of its own steps, with epsilon, is a linear recurrence as well."""
    if not heard.from_first:
        return None
    size = heard.mean(o.decay, 2) + o.epsilon
    factors = o.decay + (1 - o.decay) * heard.leaky(0.0, 2) / size
    past = _recurrence(o.epsilon, factors, (1 - o.decay) * o.epsilon)
    return -o.learning_rate * np.sqrt(_before(past, o.epsilon) / size) * heard.grad


def rmsprop_nesterov(o, heard) -> np.ndarray | None:
    """The velocity adds up quotients."""
    if not heard.from_first:
        return None
    pull = -o.learning_rate * heard.grad / (np.sqrt(heard.mean(o.decay, 2)) + o.epsilon)
    return _signed_recurrence(np.broadcast_to(o.momentum, pull.shape), pull)


def pulled(heard, steps: np.ndarray, decay) -> np.ndarray | None:
    """The steps of one whose decay takes a share of the point besides: of all steps before.

    None where it takes more than all of it, for the signs of the point then alternate.
    """
    decay = np.broadcast_to(decay, steps.shape)
    if not heard.from_first or (decay > 1).any():
        return None
    return steps - decay * _before(_signed_recurrence(1 - decay, steps), 0.0)


def _recurrence(start, factors: np.ndarray, added: np.ndarray) -> np.ndarray:
    """x_k = a_k x_(k-1) + b_k from `start`, none of them negative, as it is solved:
    A_k (x_0 + sum of b_j/A_j) with the products A; in logarithms, since these leave all bounds."""
    products = np.cumsum(np.log(np.maximum(factors, NOTHING)), axis=0)
    parts = np.log(added) - products
    parts[0] = np.logaddexp(parts[0], np.log(start))
    return np.exp(products + np.logaddexp.accumulate(parts, axis=0))


def _signed_recurrence(factors: np.ndarray, added: np.ndarray) -> np.ndarray:
    """The same from 0, with additions of both signs."""
    up, down = (_recurrence(0.0, factors, np.maximum(part, 0.0)) for part in (added, -added))
    return up - down


def _between(free: np.ndarray, low, high) -> np.ndarray | None:
    """A walk that is held at one limit, as the free walk less how far that got beyond it."""
    below = free - np.maximum.accumulate(np.maximum(free - high, 0.0), axis=0)
    above = free + np.maximum.accumulate(np.maximum(low - free, 0.0), axis=0)
    held_below = (below >= low).all(axis=0)
    if not (held_below | (above <= high).all(axis=0)).all():
        return None
    return np.where(held_below, below, above)


def _in_a_row(happened: np.ndarray) -> np.ndarray:
    """How many times in a row by each time."""
    count = np.arange(1, len(happened) + 1).reshape(len(happened), *(1,) * (happened.ndim - 1))
    return count - np.maximum.accumulate(np.where(happened, 0, count), axis=0)


def _before(values: np.ndarray, first) -> np.ndarray:
    """What stood there one step earlier."""
    return np.concatenate([np.full_like(values[:1], first), values[:-1]])
