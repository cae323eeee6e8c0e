"""The strong Wolfe line search, for a batch of points at once."""

import numpy as np

TRIALS = 20
ROUNDING = 64 * np.finfo(float).eps
# A cubic's minimum this close to an end is not taken, but so much of the way instead.
CLOSE, CAUTIOUS, MIDDLE = 0.05, 0.1, 0.5


def wolfe_rate(look, direction, first, sufficient_decrease, curvature):
    """How far to go along `direction` (..., n): rates (..., 1) that satisfy strong Wolfe.

    `first` (..., 1) is the rate tried first. With phi(a) the value at `point + a direction`
    and c1 < c2 the two constants, an accepted rate has phi(a) <= phi(0) + c1 a phi'(0) up to
    rounding, and |phi'(a)| <= c2 |phi'(0)|. Where 20 trials find none (no minimum along the
    line, or a kink) the rate is the best that decreased enough, or 0. A direction that does
    not descend gets 0.

    phi'(0) is taken from `look.grad`, so noise and clipping are felt as they are elsewhere.

    Source: Nocedal and Wright (2006), Numerical optimization, algorithms 3.5 and 3.6, here
    as one loop: `low` is the best trial so far, `high` the other end, infinite until found.
    """
    slope = dot(look.grad, direction)
    value = look.value[..., None]
    rounding = ROUNDING * np.abs(value)
    low, high = (0 * slope, value, slope), (np.full_like(slope, np.inf),) * 3
    searching = (slope < 0) & np.isfinite(slope) & np.isfinite(value)
    rate = first
    with np.errstate(all="ignore"):
        for _ in range(TRIALS):
            if not searching.any():
                break
            trial = probe(look, direction, rate)
            bound = np.minimum(value + sufficient_decrease * rate * slope, low[1])
            good = (trial[1] <= bound + rounding) & finite(trial)
            flat = np.abs(trial[2]) <= -curvature * slope
            last, low = low, choose(searching & good, trial, low)
            searching = searching & ~(good & flat)
            if not searching.any():
                break
            # The minimum is back between the two low ends if the slope there points back.
            back = trial[2] * (high[0] - last[0]) >= 0
            high = choose(searching & ~good, trial, choose(searching & back, last, high))
            # A decrease below rounding cannot be told from none: no use to look closer.
            visible = np.isinf(high[0]) | (-rate * slope > rounding)
            rate = next_rate(low, high)
            moves = look.point + (rate - low[0]) * direction != look.point
            searching = searching & visible & moves.any(axis=-1, keepdims=True)
    return low[0]


def probe(look, direction, rate):
    """Rate, value and slope (..., 1) at a rate (..., 1) along the direction."""
    point = look.point + rate * direction
    value = look.objective.value(point)[..., None]
    return rate, value, dot(look.objective.grad(point), direction)


def finite(end):
    rate, value, slope = end
    return np.isfinite(rate) & np.isfinite(value) & np.isfinite(slope)


def choose(where, end, other):
    """Rate, value and slope of one end or, elsewhere, of the other."""
    return tuple(np.where(where, one, two) for one, two in zip(end, other, strict=True))


def next_rate(low, high):
    """Twice as far while there is no high end, else the minimum of the cubic between.

    Where the cubic's minimum lies close to the high end the middle is taken, and where it lies
    close to the low end, or the high end is not finite, a tenth of the way: halving would not
    come down from a first trial that is far too long. Source: Nocedal and Wright (2006),
    equation 3.59.
    """
    (a, value_a, slope_a), (b, value_b, slope_b) = low, high
    width = b - a
    bend = slope_a + slope_b - 3 * (value_b - value_a) / width
    root = np.sign(width) * np.sqrt(bend**2 - slope_a * slope_b)
    share = 1 - (slope_b + root - bend) / (slope_b - slope_a + 2 * root)
    finite = np.isfinite(value_b) & np.isfinite(slope_b)
    near = np.where(share < 1 - CLOSE, share, MIDDLE)
    share = np.where((share < CLOSE) | ~finite, CAUTIOUS, near)
    return np.where(np.isinf(b), 2 * a, a + share * width)


def dot(a, b):
    """Inner products (..., 1) of vectors (..., n)."""
    return (a * b).sum(axis=-1, keepdims=True)
