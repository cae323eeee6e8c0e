"""What makes an activation function: range, slopes, kinks, monotony, saturation, and its cost."""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from optcore.networks.activations import ACTIVATIONS, Activation

# Where an activation is looked at: finely near 0, and so far out that it has its limits.
NEAR = np.linspace(-30.0, 30.0, 24001)
FAR, FARTHER = 1e100, 1e300
# Where a limit that is reached is reached; and beyond every kink.
REACHED, OUTSIDE = 6.0, 20.0
# Halvings of a bracket, and the digits of a place that are told.
BISECTIONS, DIGITS = 80, 9


@dataclass(frozen=True)
class Side:
    """One end of an activation, z -> -inf or +inf: `slope` is what its slope tends to.

    `saturates` is "no", "in the limit" where the slope only tends to 0, or "exactly" where it is
    0 from some z on, which is `at`; nan otherwise.
    """

    slope: float
    saturates: str
    at: float = math.nan


@dataclass(frozen=True)
class ActivationFacts:
    """The facts of one activation with its parameters, found from its value and slope alone.

    `low` and `high` bound its values, `attains` says of each whether it is reached; inf where
    there is none. `slopes` are the least and the largest slope, limits included. `dip` is the
    (z, value) of the least value of one that is not monotone, else None.
    """

    activation: Activation
    low: float
    high: float
    attains: tuple[bool, bool]
    slopes: tuple[float, float]
    kinks: tuple[float, ...]
    left: Side
    right: Side
    dip: tuple[float, float] | None

    @property
    def monotone(self) -> bool:
        """Whether it never falls. The dip of GELU, SiLU and Mish is where they do."""
        return self.dip is None

    def sentences(self) -> tuple[str, ...]:
        """Range, slope, differentiability, monotony and saturation, a sentence each."""
        return (
            f"Values {self._interval()}.",
            f"Slope from {self.slopes[0]:.3g} to {self.slopes[1]:.3g}.",
            _differentiable(self.kinks),
            _monotone(self.dip),
            _saturation(self.left, self.right),
        )

    def _interval(self) -> str:
        low = "(−∞" if math.isinf(self.low) else f"{'(['[self.attains[0]]}{self.low:.3g}"
        high = "∞)" if math.isinf(self.high) else f"{self.high:.3g}{')]'[self.attains[1]]}"
        return f"{low}, {high}"


def _differentiable(kinks) -> str:
    if not kinks:
        return "Differentiable everywhere."
    where = " and ".join(f"{kink:g}" for kink in kinks)
    return f"Not differentiable at z = {where}."


def _monotone(dip) -> str:
    if dip is None:
        return "Monotone: it never falls."
    return f"Not monotone: it falls to {dip[1]:.3g} at z = {dip[0]:.3g}."


def _saturation(left: Side, right: Side) -> str:
    sides = [
        f"on the {name} " + ("in the limit" if side.saturates == "in the limit" else
                             f"exactly, beyond z = {side.at:.3g}")
        for name, side in (("left", left), ("right", right)) if side.saturates != "no"
    ]  # fmt: skip
    return f"Saturates {' and '.join(sides)}." if sides else "Does not saturate."


def activation_facts(activation: Activation) -> ActivationFacts:
    """The facts of an activation."""
    value, slope = _alone(activation.value), _alone(activation.derivative)
    slopes = activation.derivative(NEAR)
    steep = float(NEAR[np.argmax(np.abs(slopes))])
    dip = _dip(value, slope, NEAR[slopes < 0], steep)
    low, low_attained = _bound(value, min) if dip is None else (dip[1], True)
    high, high_attained = _bound(value, max)
    left, right = _side(slope, -FAR, -OUTSIDE, steep), _side(slope, FAR, OUTSIDE, steep)
    ends = (left.slope, right.slope)
    return ActivationFacts(
        activation=activation,
        low=low,
        high=high,
        attains=(low_attained, high_attained),
        slopes=(float(min(slopes.min(), *ends)), float(max(slopes.max(), *ends))),
        kinks=tuple(activation.kinks),
        left=left,
        right=right,
        dip=dip,
    )


def _alone(function) -> Callable[[float], float]:
    return lambda z: function(np.array(z)).item()


def _dip(value, slope, falling, steep) -> tuple[float, float] | None:
    """Where the slope turns from falling to rising; None if it never falls."""
    if not len(falling):
        return None
    z = _border(slope, falling.max(), steep)
    return z, value(z)


def _border(slope, begin, end) -> float:
    """Where the slope loses the sign it has at the begin, on the way to the end."""
    sign = np.sign(slope(begin))
    for _ in range(BISECTIONS):
        middle = (begin + end) / 2
        begin, end = (middle, end) if np.sign(slope(middle)) == sign else (begin, middle)
    return round(float(begin), DIGITS) + 0.0


def _bound(value, pick) -> tuple[float, bool]:
    """The lower (`min`) or upper limit of the values, and whether a finite z attains it."""
    far, limit = (pick(value(-z), value(z)) for z in (FAR, FARTHER))
    if limit != far:
        return math.copysign(math.inf, limit), False
    # Far out floats are rounded to the limit; what is reached stays reached near 0.
    return limit, limit in (value(-REACHED), value(REACHED))


def _side(slope, far, outside, steep) -> Side:
    limit = slope(far)
    if limit != 0:
        return Side(limit, "no")
    if slope(outside) != 0:
        return Side(0.0, "in the limit")
    return Side(0.0, "exactly", _border(slope, outside, steep))


@dataclass(frozen=True)
class Cost:
    """Nanoseconds per element: `forward` of the value, `backward` of slope times what came back."""

    name: str
    forward: float
    backward: float


# Elements of a block that stays in a core's cache, and how often each is timed.
ELEMENTS, ROUNDS, REPEATS = 1 << 14, 9, 8


def activation_costs(
    activations: Sequence[Activation] = ACTIVATIONS, dtype=np.float64
) -> tuple[list[Cost], dict[str, float]]:
    """What each activation costs on this machine, and what plain operations do, in ns.

    All are timed in turn within one run on the same normal numbers, and the least of several
    rounds counts, so that what else the machine does disturbs them little and alike.
    """
    draw = np.random.default_rng(0)
    z, upstream = draw.standard_normal((2, ELEMENTS)).astype(dtype)
    works: dict[tuple[str, str], Callable] = {
        ("multiplication", ""): lambda: np.multiply(z, upstream),
        ("division", ""): lambda: np.divide(z, upstream),
        ("exp", ""): lambda: np.exp(z),
    }
    for each in activations:
        a = each.value(z)
        works[each.name, "forward"] = lambda each=each: each.value(z)
        works[each.name, "backward"] = lambda each=each, a=a: upstream * each.derivative(z, a)
    least = dict.fromkeys(works, math.inf)
    for _ in range(ROUNDS):
        for key, work in works.items():
            least[key] = min(least[key], timed(work))
    costs = [
        Cost(each.name, least[each.name, "forward"], least[each.name, "backward"])
        for each in activations
    ]
    return costs, {name: spent for (name, way), spent in least.items() if not way}


def timed(work) -> float:
    """Nanoseconds per element of one of several calls."""
    began = time.perf_counter()
    for _ in range(REPEATS):
        work()
    return (time.perf_counter() - began) * 1e9 / (REPEATS * ELEMENTS)
