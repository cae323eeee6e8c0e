"""What makes an activation function: range, slopes, kinks, monotony, saturation, and its cost."""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from optcore.networks.activations import ACTIVATIONS, Activation

# Where an activation is looked at: finely near 0, and far out for its limits.
NEAR = np.linspace(-30.0, 30.0, 24001)
FAR, FARTHER = 1e4, 1e8
# Where a limit that is reached is reached; beyond every kink; and just beside one at 0.
REACHED, OUTSIDE, BESIDE = 6.0, 20.0, 1e-9
# A slope this much smaller than the steepest is taken for its limit 0.
GONE = 1e-6
BISECTIONS = 80


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
    values, slopes = activation.value(NEAR), activation.derivative(NEAR)
    dip = _dip(activation, slopes)
    low, low_attained = _bound(value, -1, values.min(), dip)
    high, high_attained = _bound(value, 1, values.max(), None)
    steepest = float(np.abs(slopes).max())
    left, right = (_side(slope, end, steepest) for end in (-1, 1))
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
    return lambda z: float(np.asarray(function(np.array([float(z)])))[0])


def _dip(activation, slopes) -> tuple[float, float] | None:
    """Where the slope turns from falling to rising, refined; None if it never falls."""
    if not (slopes < -GONE).any():
        return None
    fall = int(np.flatnonzero(slopes < 0)[-1])
    low, high = NEAR[fall], NEAR[fall + 1]
    slope = _alone(activation.derivative)
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        low, high = (middle, high) if slope(middle) < 0 else (low, middle)
    return float(high), _alone(activation.value)(high)


def _bound(value, side, extreme, dip) -> tuple[float, bool]:
    """The bound of the values on one side, and whether a finite z attains it."""
    if dip is not None:
        return dip[1], True
    ends = [(value(end * FAR), value(end * FARTHER)) for end in (-1, 1)]
    if any(side * (farther - far) > 1 for far, farther in ends):
        return side * math.inf, False
    # Far out floats are rounded to the limit; what is reached stays reached near 0.
    limit = max((farther for _, farther in ends), key=lambda end: side * end)
    attained = value(side * REACHED) == limit or value(-side * REACHED) == limit
    return (limit, bool(attained)) if side * (limit - extreme) >= 0 else (float(extreme), True)


def _side(slope, side, steepest) -> Side:
    limit = slope(side * FAR)
    if abs(limit) > GONE * steepest:
        return Side(limit, "no")
    if slope(side * OUTSIDE) != 0:
        return Side(0.0, "in the limit")
    beyond, inside = side * OUTSIDE, 0.0 if slope(0.0) != 0 else -side * BESIDE
    for _ in range(BISECTIONS):
        middle = (beyond + inside) / 2
        beyond, inside = (middle, inside) if slope(middle) == 0 else (beyond, middle)
    return Side(0.0, "exactly", round(beyond, 9) + 0.0)


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
        ("multiplication", ""): lambda: z * upstream,
        ("division", ""): lambda: z / upstream,
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
