"""How far the gradient of a plain network can go: the slope bound, and one sample's funnel."""

import math

import numpy as np

from optcore.flow.finite_width import ReluWidth
from optcore.flow.plan import FlowPlan
from optcore.flow.theory import slope_bound
from optcore.networks.initializers import Constant, NormalDraw

# The shares of seeds that the funnel's lines divide.
SHARES = (0.1, 0.5, 0.9)
# A share of dead seeds that is worth a word.
DEAD = 5e-4


def has_bound(plan: FlowPlan) -> bool:
    """Whether the slope bound says anything: plain layers whose slope never reaches 1."""
    return (
        plan.plain and plan.activation.steepest < 1 and not isinstance(plan.initializer, Constant)
    )


def bound(plan: FlowPlan, output_norm: float, spectral_norms: np.ndarray) -> np.ndarray:
    """What ||delta|| cannot exceed in any layer, given the output layer's, with the largest
    singular value of every weight matrix (layers,)."""
    return output_norm * slope_bound(plan.activation, plan.setting.depth, spectral_norms)


def spectral_norm(weights: np.ndarray) -> float:
    """The largest singular value of a matrix."""
    small = min(weights, weights.T, key=len)
    return math.sqrt(max(0.0, float(np.linalg.eigvalsh(small @ small.T)[-1])))


def funnels(plan: FlowPlan) -> bool:
    """Whether one sample's gradient strays far from the mean: `funnel` says where it lies.

    Known for plain ReLU layers with independent normal weights and biases 0.
    """
    known = plan.plain and plan.name == "ReLU" and isinstance(plan.initializer, NormalDraw)
    return known and ReluWidth(plan.setting.width).variance * (plan.setting.depth - 1) > 1


def funnel(plan: FlowPlan, expected: np.ndarray) -> tuple[np.ndarray, ...]:
    """(low, typical, high): below them lie 10, 50 and 90 % of seeds with ||delta|| of one sample.

    `expected` is the root of the mean-field mean square. 0 where so many seeds have no gradient
    in any hidden layer. Over a batch the norm strays less, unless its samples have become alike.
    """
    gains = ReluWidth(plan.setting.width).quantiles(plan.setting.depth - 1, SHARES)
    return tuple(expected * np.sqrt(gain[::-1]) for gain in gains)


def funnel_sentence(plan: FlowPlan) -> str:
    """What width does to one sample's gradient, exactly and to leading order."""
    one, hidden = ReluWidth(plan.setting.width), plan.setting.depth - 1
    drift, variance = one.leading_order()
    text = (
        f"One sample at width {one.width}: each layer adds {one.drift:.3g} to ln ‖δ‖² on average, "
        f"with variance {one.variance:.3g}; the leading order in 1/n, {drift:.3g} and "
        f"{variance:.3g}, is {100 * (one.drift / drift - 1):.3g} and "
        f"{100 * (one.variance / variance - 1):.3g} % off."
    )
    dead = one.none_left(hidden)
    if dead < DEAD:
        return text
    return (
        f"{text} {100 * dead:.3g} % of the seeds have a layer without an active unit, and no "
        "gradient."
    )
