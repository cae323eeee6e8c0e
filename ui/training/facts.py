"""What a lesson may say of two trainings: numbers and words by name, all from their records."""

from collections.abc import Sequence

import numpy as np

from optcore.training.plan import constant_loss
from ui.training.charts import Side
from ui.training.words import died, share

SIDES = ("left", "right")


def facts(sides: Sequence[Side]) -> dict[str, float | str | None]:
    """Facts of each side: `left.loss`, `right.accuracy`, `left.share` and so on."""
    found: dict[str, float | str | None] = {}
    for place, side in zip(SIDES, sides, strict=False):
        found |= {f"{place}.{name}": fact for name, fact in _side(side).items()}
    losses = {side.name: side.record.losses[-1] for side in sides}
    finite = {name: loss for name, loss in losses.items() if np.isfinite(loss)}
    found["lower"] = min(finite, key=lambda name: finite[name]) if finite else None
    if len(sides) == len(SIDES):
        left, right = (side.record for side in sides)
        found["first_loss_ratio"] = _ratio(right.losses[0], left.losses[0])
        found["first_gradient_ratio"] = _ratio(right.before[0], left.before[0])
    return found


def _side(side: Side) -> dict[str, float | str | None]:
    record = side.record
    blind = constant_loss(record.plan.data)
    accuracy = float(record.accuracies[-1])
    dead = died(side)
    return {
        "name": side.name,
        "steps": record.plan.steps,
        "first_loss": float(record.losses[0]),
        "loss": float(record.losses[-1]) if np.isfinite(record.losses[-1]) else None,
        "blind": float(blind),
        "of_blind": float(record.losses[-1] / blind),
        "accuracy": None if np.isnan(accuracy) else accuracy,
        "learns": "yes" if record.losses[-1] < 0.9 * blind else "no",
        "share": _finite(share(side, 0)),
        "spread": _finite(record.spread[-1]),
        "explodes": "yes" if record.exploded else "no",
        "explodes_at": record.last if record.exploded else None,
        "dies": "no" if dead is None else "yes",
        "dies_at": dead,
        "clipped": record.clipped,
        "gradient": _finite(record.before[0]),
        "fall": _ratio(record.losses[0], record.losses[-1]),
    }


def _ratio(one: float, other: float) -> float | None:
    with np.errstate(all="ignore"):
        return _finite(np.float64(one) / np.float64(other))


def _finite(number: float) -> float | None:
    return float(number) if np.isfinite(number) else None
