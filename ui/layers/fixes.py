"""One-click remedies, and what a comparison costs before it is begun."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from optcore.networks.activations import LeakyReLU, ReLU
from optcore.networks.initializers import HeNormal, HeUniform, Orthogonal, UniformDraw
from ui.layers.case import Case, Setting

SQUASHING = ("Sigmoid", "Tanh", "Hard sigmoid", "Misprinted tanh")


@dataclass(frozen=True)
class Fix:
    """A change to a case that is known to help; `lesson` says when and why."""

    name: str
    lesson: str
    change: Callable[[Case], Case]

    def __hash__(self):
        return hash(self.name)


def _relu(case: Case) -> Case:
    return replace(case, activation=ReLU()) if case.name in SQUASHING else case


def _he(case: Case) -> Case:
    kind = HeUniform if isinstance(case.initializer, UniformDraw) else HeNormal
    return replace(case, initializer=kind())


def _orthogonal(case: Case) -> Case:
    """Gain 1, but for rectifiers sqrt(2 / (1 + slope^2)): torch.nn.init.calculate_gain."""
    phi = case.activation
    slope = 0.0 if isinstance(phi, ReLU) else phi.slope if isinstance(phi, LeakyReLU) else 1.0
    return replace(case, initializer=Orthogonal(gain=math.sqrt(2 / (1 + slope**2))))


FIXES: tuple[Fix, ...] = (
    Fix("ReLU for sigmoid", "Replaces every squashing activation: sigmoid, tanh and kin.", _relu),
    Fix("He for Xavier", "Weights of variance 2/n and gain 1, which a ReLU needs.", _he),
    Fix(
        "Residual",
        "a[l] = a[l−1] + φ(z[l]): the gradient has a way round every layer.",
        lambda case: replace(case, residual=True),
    ),
    Fix(
        "Layer norm",
        "Every sample's pre-activations are brought to mean 0 and variance 1.",
        lambda case: replace(case, norm="layer"),
    ),
    Fix(
        "Batch norm",
        "Every unit's pre-activations are brought to mean 0 and variance 1 over the batch.",
        lambda case: replace(case, norm="batch"),
    ),
    Fix(
        "Orthogonal",
        "Random rotations of gain 1 (√2 for ReLU): no direction is stretched or shrunk.",
        _orthogonal,
    ),
)


@dataclass(frozen=True)
class Comparison:
    """The cases to show, and those they replace when fixes are on (else none)."""

    shown: tuple[Case, ...]
    before: tuple[Case, ...] = ()
    fixes: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[Case, ...]:
        return tuple(dict.fromkeys((*self.shown, *self.before)))


def compare(cases: Sequence[Case], fixes: Sequence[Fix]) -> Comparison:
    """The cases as they are, or after all fixes beside what they were."""
    if not fixes:
        return Comparison(tuple(cases))
    after = [repaired(case, fixes) for case in cases]
    return Comparison(tuple(dict.fromkeys(after)), tuple(cases), tuple(f.name for f in fixes))


def repaired(case: Case, fixes: Sequence[Fix]) -> Case:
    for fix in fixes:
        case = fix.change(case)
    return case


# ------------------------------------------------------------------ what it costs

# Measured on two cores of a small server: multiply-adds are cheap, functions of numbers are not.
SECONDS_PER_FLOP, SECONDS_PER_NUMBER, SECONDS_PER_WEIGHT = 4e-11, 1.5e-8, 2.5e-8
LONGEST = 1.5
LIVELY = 0.25
# Numbers in the activations of one network: beyond this memory, not time, is the limit.
MOST_NUMBERS = 17_000_000


def seconds(case: Case) -> float:
    """About how long one forward and one backward pass take."""
    setting = case.setting
    numbers = setting.batch * setting.width * setting.depth
    weights = setting.width**2 * setting.depth
    return (
        6 * numbers * setting.width * SECONDS_PER_FLOP
        + numbers * SECONDS_PER_NUMBER
        + weights * SECONDS_PER_WEIGHT
    )


def total_seconds(cases: Sequence[Case]) -> float:
    return sum(seconds(case) for case in cases)


def fits_memory(setting: Setting) -> bool:
    return setting.batch * setting.width * setting.depth <= MOST_NUMBERS


def resized(cases: Sequence[Case], **numbers) -> tuple[Case, ...]:
    return tuple(replace(case, setting=replace(case.setting, **numbers)) for case in cases)


def smaller(cases: Sequence[Case], limit: float = LONGEST) -> dict[str, int]:
    """The largest batch that keeps within the limit; if even 16 samples do not, a width too."""
    setting = cases[0].setting
    batch, width = setting.batch, setting.width
    while total_seconds(resized(cases, batch=batch, width=width)) > limit and batch > 16:
        batch = max(16, 2 ** math.ceil(math.log2(batch) - 1))
    while total_seconds(resized(cases, batch=batch, width=width)) > limit and width > 4:
        width //= 2
    offer = {"batch": batch, "width": width}
    return {name: value for name, value in offer.items() if value != getattr(setting, name)}
