"""How far the gradient of a plain network can go: the slope bound, and one sample's funnel."""

import math

import numpy as np

from optcore.flow.plan import FlowPlan
from optcore.flow.theory import relu_drift, slope_bound
from optcore.networks.initializers import Constant, NormalDraw


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
    small = weights if len(weights) <= weights.shape[1] else weights.T
    return math.sqrt(max(0.0, float(np.linalg.eigvalsh(small @ small.T)[-1])))


def funnels(plan: FlowPlan) -> bool:
    """Whether one sample's gradient strays far from the mean: `funnel` says where it lies.

    Known for plain ReLU layers with independent normal weights.
    """
    known = plan.plain and plan.name == "ReLU" and isinstance(plan.initializer, NormalDraw)
    return known and relu_drift(plan.setting.width)[1] * (plan.setting.depth - 1) > 1


def funnel(plan: FlowPlan, expected: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(low, typical, high): below them lie 10, 50 and 90 % of seeds with ||delta|| of one sample.

    `expected` is the root of the mean-field mean square. Over a batch the norm strays less,
    unless its samples have become alike.
    """
    drift, variance = relu_drift(plan.setting.width)
    passed = np.arange(plan.setting.depth - 1, -1, -1)
    middle, spread = drift * passed / 2, 1.2816 * np.sqrt(variance * passed) / 2
    return tuple(expected * np.exp(middle + shift) for shift in (-spread, 0, spread))
