"""Remedies for a gradient that does not arrive, and networks before and after them."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from optcore.flow.plan import FlowPlan
from optcore.networks.activations import LeakyReLU, ReLU
from optcore.networks.initializers import HeNormal, HeUniform, Orthogonal, UniformDraw

SQUASHING = ("Sigmoid", "Tanh", "Hard sigmoid", "Misprinted tanh")


@dataclass(frozen=True)
class Fix:
    """A change to a plan that is known to help; `lesson` says when and why."""

    name: str
    lesson: str
    change: Callable[[FlowPlan], FlowPlan]

    def __hash__(self):
        return hash(self.name)


def _relu(plan: FlowPlan) -> FlowPlan:
    return replace(plan, activation=ReLU()) if plan.name in SQUASHING else plan


def _he(plan: FlowPlan) -> FlowPlan:
    kind = HeUniform if isinstance(plan.initializer, UniformDraw) else HeNormal
    return replace(plan, initializer=kind())


def _orthogonal(plan: FlowPlan) -> FlowPlan:
    """Gain 1, but for rectifiers sqrt(2 / (1 + slope^2)): torch.nn.init.calculate_gain."""
    phi = plan.activation
    slope = 0.0 if isinstance(phi, ReLU) else phi.slope if isinstance(phi, LeakyReLU) else 1.0
    return replace(plan, initializer=Orthogonal(gain=math.sqrt(2 / (1 + slope**2))))


FIXES: tuple[Fix, ...] = (
    Fix("ReLU for sigmoid", "Replaces every squashing activation: sigmoid, tanh and kin.", _relu),
    Fix("He for Xavier", "Weights of variance 2/n and gain 1, which a ReLU needs.", _he),
    Fix(
        "Residual",
        "a[l] = a[l−1] + φ(z[l]): the gradient has a way round every layer.",
        lambda plan: replace(plan, residual=True),
    ),
    Fix(
        "Layer norm",
        "Every sample's pre-activations are brought to mean 0 and variance 1.",
        lambda plan: replace(plan, norm="layer"),
    ),
    Fix(
        "Batch norm",
        "Every unit's pre-activations are brought to mean 0 and variance 1 over the batch.",
        lambda plan: replace(plan, norm="batch"),
    ),
    Fix(
        "Orthogonal",
        "Random rotations of gain 1 (√2 for ReLU): no direction is stretched or shrunk.",
        _orthogonal,
    ),
)


@dataclass(frozen=True)
class Comparison:
    """The networks to show, and those they replace when fixes are on (else none)."""

    shown: tuple[FlowPlan, ...]
    before: tuple[FlowPlan, ...] = ()
    fixes: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[FlowPlan, ...]:
        return tuple(dict.fromkeys((*self.shown, *self.before)))


def compare(plans: Sequence[FlowPlan], fixes: Sequence[Fix]) -> Comparison:
    """The plans as they are, or after all fixes beside what they were."""
    if not fixes:
        return Comparison(tuple(plans))
    after = [repaired(plan, fixes) for plan in plans]
    return Comparison(tuple(dict.fromkeys(after)), tuple(plans), tuple(f.name for f in fixes))


def repaired(plan: FlowPlan, fixes: Sequence[Fix]) -> FlowPlan:
    for fix in fixes:
        plan = fix.change(plan)
    return plan
