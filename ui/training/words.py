"""Two trainings in words and in a table, both made from their numbers."""

import math
from collections.abc import Sequence

import numpy as np

from optcore.training.plan import constant_loss
from optcore.training.record import TrainingRecord
from ui import prose
from ui.prose import csv_text, number, percent
from ui.training.charts import Side

FLAT = 0.01
LEARNED = 0.5
# More are right than by answering one class of two always.
BEYOND_CHANCE = 0.6


def share(side: Side, row: int) -> float:
    """What layer 1 receives of the gradient that the output layer receives."""
    norms = side.record.weight_grad_norms[row]
    with np.errstate(all="ignore"):
        return float(norms[0] / norms[-1])


def died(side: Side) -> int | None:
    """The step from which on layer 1 had a gradient of exactly 0; None if it ends with one."""
    first = side.record.weight_grad_norms[:, 0]
    if first[-1] != 0:
        return None
    alive = np.flatnonzero(first != 0)
    return int(alive[-1]) + 1 if len(alive) else 0


def verdict(side: Side) -> str:
    """How one training went and why."""
    record = side.record
    blind = constant_loss(record.plan.data)
    loss = record.losses[-1]
    if record.exploded:
        last = record.losses[:-1]
        before = f" One step earlier the loss was {number(last[-1])}." if len(last) else ""
        return f"{side.name}: {record.ending}{before}"
    parts = [f"{side.name}: {record.ending} " if record.ending else f"{side.name}: "]
    parts.append(f"{'Loss' if record.ending else 'loss'} {number(loss)}")
    if not math.isnan(record.accuracies[-1]):
        parts.append(f", {percent(record.accuracies[-1])} of the samples right")
    dead = died(side)
    if dead is not None and dead > 0:
        parts.append(f". From step {dead} on layer 1 has a gradient of exactly 0: it is dead")
    elif record.spread[-1] < FLAT * max(record.spread[0], 1.0):
        gap = number(record.spread[-1])
        parts.append(f". It answers the same everywhere: two samples differ by {gap} at most")
        if record.accuracies[-1] > BEYOND_CHANCE:
            parts.append(", which just puts them on the two sides of one half")
        if loss > 0.9 * blind:
            parts.append(f", and an answer that ignores its input costs {number(blind)}")
    elif loss > LEARNED * blind:
        parts.append(f", against {number(blind)} for an answer that ignores the input")
    parts.append(f". {_beginning(side)}")
    if record.plan.clip:
        parts.append(f" {_clipped(record)}")
    return "".join(parts)


def _beginning(side: Side) -> str:
    first = share(side, 0)
    if math.isfinite(first):
        return (
            f"At the start ‖∂L/∂W‖, the gradient of the weights, was {number(first)} times as "
            "large in layer 1 as in its output layer."
        )
    return "At the start the gradient of its output weights is exactly 0."


def _clipped(record) -> str:
    steps = max(record.last, 1)
    cut = int(np.count_nonzero(record.after[:steps] < record.before[:steps]))
    if not cut:
        return "Clipping never had anything to cut."
    most = int(np.nanargmax(record.before[:steps] / np.maximum(record.after[:steps], 1e-300)))
    return (
        f"Clipping shortened {cut} of {steps} gradients, most of all at step {most}, from "
        f"{number(record.before[most])} to {number(record.after[most])}."
    )


def step_by_step(sides: Sequence[Side], steps: np.ndarray) -> list[str]:
    """For every clock position what it shows, and how the trainings went."""
    ends = "\n".join(verdict(side) for side in sides)
    return [f"{_now(sides, int(step))}\n{ends}" for step in steps]


def meanwhile(sides: Sequence[Side], step: int, *, followed: bool) -> str:
    """What the clock's step shows while a hand moves a slider."""
    if followed:
        return _now(sides, step)
    return "This takes too long to follow the hand: let go, and both train again."


def _now(sides: Sequence[Side], step: int) -> str:
    return f"Step {step}: {'; '.join(_at(side, step) for side in sides)}."


def _at(side: Side, step: int) -> str:
    record = side.record
    if record.exploded and step >= record.last:
        return f"{side.name} exploded at step {record.last}"
    row = min(step, record.last)
    text = f"{side.name} has loss {number(record.losses[row])}"
    norms = record.weight_grad_norms[row]
    return f"{text}, ‖∂L/∂W‖ {number(norms[0])} in layer 1, {number(norms[-1])} at the output"


def results(sides: Sequence[Side]) -> str:
    """The trainings as an HTML table."""
    heads = ("Network", "loss, first", "loss, last", "right", "‖∂L/∂W₁‖, first",
             "‖∂L/∂W‖ at output, first", "largest ‖g‖", "gradients clipped", "weights")  # fmt: skip
    return prose.table(heads, map(_row, sides), named=True)


def _row(side: Side) -> list[str]:
    record = side.record
    norms = record.weight_grad_norms[0]
    right = record.accuracies[-1]
    with np.errstate(invalid="ignore"):
        largest = np.nan if np.isnan(record.before).all() else np.nanmax(record.before)
    ended = f" at step {record.last}" if record.exploded else ""
    return [
        side.name,
        number(record.losses[0]),
        f"{number(record.losses[-1])}{ended}",
        "" if record.exploded or math.isnan(right) else percent(right, 3),
        number(norms[0]),
        number(norms[-1]),
        number(largest),
        f"{record.clipped}" if record.plan.clip else "off",
        f"{record.plan.fit.network.parameters:,}",
    ]


# ------------------------------------------------------------------ the download


def table(record: TrainingRecord) -> str:
    """The record as CSV: a row per step, layers counted from 1 at the input."""
    layers = range(1, record.plan.depth + 2)
    kinds = ("weight_grad_norms", "delta_norms", "weight_norms", "update_norms")
    heads = ["step", "loss", "accuracy", "gradient_norm_before_clipping",
             "gradient_norm_after_clipping",
             *(f"{kind[:-1]}_{layer}" for kind in kinds for layer in layers)]  # fmt: skip
    columns = (record.losses, record.accuracies, record.before, record.after)
    numbers = np.column_stack([*columns, *(getattr(record, kind) for kind in kinds)])
    return csv_text(heads, ([step, *row] for step, row in enumerate(numbers.tolist())))
