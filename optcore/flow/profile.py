"""What one forward and backward pass through a network leaves, layer by layer."""

import math
from dataclasses import dataclass

import numpy as np

from optcore.flow.layer_flow import LayerFlow
from optcore.flow.mean_field import mean_field_numbers
from optcore.flow.plan import FlowPlan
from optcore.flow.regime import Regime, regime
from optcore.flow.theory import FlowTheory, flow_theory


@dataclass(frozen=True, eq=False)
class FlowProfile:
    """What one forward and backward pass left, an entry per layer, the input side first.

    `given_mean` and `given_deviation` are of what the activation function is given, which is
    the pre-activation after any normalisation; sizes are root mean squares, of the raw
    pre-activations and of what a layer hands on. `lost` and `burst` are the shares of gradient
    entries that round to zero, and of activations that round to inf, per number format.
    """

    plan: FlowPlan
    delta: np.ndarray
    weight_grad: np.ndarray
    ratio: np.ndarray
    given_mean: np.ndarray
    given_deviation: np.ndarray
    z_size: np.ndarray
    a_size: np.ndarray
    lost: dict[str, np.ndarray]
    burst: dict[str, np.ndarray]
    regime: Regime
    theory: FlowTheory | None

    @property
    def left(self) -> float:
        """||delta|| of the first layer over that of the output layer."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return float(np.float64(self.delta[0]) / self.delta[-1])

    @property
    def chi(self) -> float:
        """By how much a layer multiplies the squared gradient norm in theory: at the fixed point
        for plain layers, else the architecture's own; nan where the theory has none."""
        if self.plan.plain and self.plan.sigma_w:
            return mean_field_numbers(
                self.plan.activation, self.plan.sigma_w, self.plan.sigma_b
            ).chi
        return math.nan if self.theory is None else self.theory.chi


def profile_of(plan: FlowPlan, flow: LayerFlow) -> FlowProfile:
    """The profile of a plan from its flow."""
    with np.errstate(all="ignore"):
        mean, variance = flow.pre_activation_means, flow.pre_activation_variances
        given = flow.trace.forward.normalised if plan.norm else None
        return FlowProfile(
            plan,
            flow.delta_norms,
            flow.weight_grad_norms,
            flow.update_ratios,
            np.array([z.mean() for z in given]) if given else mean,
            np.array([z.std() for z in given]) if given else np.sqrt(variance),
            np.sqrt(mean**2 + variance),
            np.sqrt(flow.activation_means**2 + flow.activation_variances),
            {kind: flow.underflow(kind) for kind in ("float16", "float32")},
            {kind: flow.overflow(kind) for kind in ("float16", "float32")},
            regime(flow),
            _theory(flow.fit.network, plan.initializer, float(np.mean(flow.fit.inputs**2))),
        )


def _theory(network, initializer, inputs):
    return flow_theory(network, initializer, inputs) if math.isfinite(inputs) else None
