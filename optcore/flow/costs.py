"""What a comparison of networks costs before it is begun: seconds and bytes."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from optcore.flow.plan import FlowPlan

# Measured on two cores of a small server: a product of a number with a weight, there and twice
# back, is cheap, functions of numbers are not.
SECONDS_PER_PRODUCT, SECONDS_PER_NUMBER, SECONDS_PER_WEIGHT = 2.4e-10, 1.5e-8, 2.5e-8
# Of a layer's decompositions, and of its largest singular value alone: to begin, and by the cube
# of the width.
SECONDS_TO_BEGIN, SECONDS_DECOMPOSED, SECONDS_OF_NORM = 2e-4, 1.2e-9, 6e-10
# Arrays of float64 that a pass keeps: of the activations' size (one more for a normalisation, one
# for a skip), and of the weights'.
ARRAYS_PER_NUMBER, ARRAYS_PER_WEIGHT = 4.7, 2.0
# A smaller offer keeps so many samples and units.
FEWEST, NARROWEST = 16, 4


def seconds(plan: FlowPlan) -> float:
    """About how long one forward and one backward pass take."""
    numbers, weights = _sizes(plan)
    each = plan.setting.width * SECONDS_PER_PRODUCT + SECONDS_PER_NUMBER
    return numbers * each + weights * SECONDS_PER_WEIGHT


def memory(plan: FlowPlan) -> int:
    """About how many bytes a pass takes: signals, slopes and deltas, weights and gradients."""
    numbers, weights = _sizes(plan)
    arrays = ARRAYS_PER_NUMBER + (plan.norm is not None) + plan.residual
    return int(8 * (arrays * numbers + ARRAYS_PER_WEIGHT * weights))


def _sizes(plan: FlowPlan) -> tuple[int, int]:
    setting = plan.setting
    return setting.batch * setting.width * setting.depth, setting.width**2 * setting.depth


def total_seconds(plans: Sequence[FlowPlan]) -> float:
    return sum(seconds(plan) for plan in plans)


def resized(plans: Sequence[FlowPlan], **numbers) -> tuple[FlowPlan, ...]:
    return tuple(replace(plan, setting=replace(plan.setting, **numbers)) for plan in plans)


def smaller(plans: Sequence[FlowPlan], limit: float, most: float = math.inf) -> dict[str, int]:
    """The largest batch that keeps within so many seconds, and so many bytes for each network; if
    even 16 samples do not, a width too."""
    setting = plans[0].setting
    batch, width = setting.batch, setting.width

    def beyond() -> bool:
        sized = resized(plans, batch=batch, width=width)
        return total_seconds(sized) > limit or max(map(memory, sized)) > most

    while beyond() and batch > FEWEST:
        batch = max(FEWEST, 2 ** math.ceil(math.log2(batch) - 1))
    while beyond() and width > NARROWEST:
        width = max(NARROWEST, width // 2)
    offer = {"batch": batch, "width": width}
    return {name: value for name, value in offer.items() if value != getattr(setting, name)}


def spectrum_seconds(width: int) -> float:
    """About how long two decompositions and a product of one layer take."""
    return SECONDS_TO_BEGIN + SECONDS_DECOMPOSED * width**3


def spectrum_layers(plans: Sequence[FlowPlan], limit: float) -> tuple[int, ...]:
    """As many layers, evenly spread, as can be decomposed within so many seconds."""
    setting = plans[0].setting
    affordable = int(limit / (len(plans) * spectrum_seconds(setting.width)))
    count = max(2, min(setting.depth, affordable))
    return tuple(sorted({round(at) for at in np.linspace(0, setting.depth - 1, count)}))


def norm_seconds(width: int) -> float:
    """About how long the largest singular value of one layer's weights takes."""
    return SECONDS_TO_BEGIN + SECONDS_OF_NORM * width**3
