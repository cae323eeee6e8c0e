"""Is this gradient right? Analytic against numeric, block by block, for any objective."""

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np

from optcore.checks.block_check import SEVERITY, BlockCheck, check_block
from optcore.checks.first_look import FirstLook, first_look
from optcore.checks.measurement import Measurement, judge, relative
from optcore.checks.second_look import look_again
from optcore.derivatives.differences import CENTRAL, Difference, check_step
from optcore.derivatives.error_model import NotFiniteError
from optcore.pieces import finish

LIMIT = 20_000
# Blocks that a sentence names, beyond the first.
NAMED = 8


class TooLargeError(ValueError):
    """A point with more components than can be checked while someone waits."""


@dataclass(frozen=True, eq=False)
class GradCheck:
    """What a gradient check found. Component arrays are (n,), as the point is.

    `analytic` is the objective's gradient, `numeric` the rule's estimate with steps `h`,
    `coarse` the same with 2h, `floor` the error a right component may have (absolute).
    `settled` and `settled_floor` are those that the verdicts rest on: the second look's where
    one was taken. `relative_error` is over all components at once and `flat_verdict` its band:
    the number most people look at. `verdict` is the gravest of the blocks'. `reason` says why
    nothing can be concluded, if so.
    """

    point: np.ndarray
    rule: Difference
    h: np.ndarray
    value: float
    analytic: np.ndarray
    numeric: np.ndarray
    coarse: np.ndarray
    floor: np.ndarray
    settled: np.ndarray
    settled_floor: np.ndarray
    blocks: tuple[BlockCheck, ...]
    relative_error: float
    flat_verdict: str
    verdict: str
    reason: str = ""

    @property
    def absolute_error(self) -> np.ndarray:
        """|analytic - settled|."""
        return np.abs(self.analytic - self.settled)

    @property
    def worst(self) -> int:
        """The component with the largest |a - n|."""
        return max(self.blocks, key=lambda block: block.worst_error).worst

    def block(self, name: str) -> BlockCheck:
        """The block of that name; KeyError if there is none."""
        return {block.name: block for block in self.blocks}[name]

    def names(self, *verdicts: str) -> list[str]:
        """The blocks with one of these verdicts, in order."""
        return [block.name for block in self.blocks if block.verdict in verdicts]

    def sentences(self) -> tuple[str, ...]:
        """The overall number, then the worst block of each verdict that needs words."""
        flat = (
            f"Relative error {self.relative_error:.1e} over {self.point.size:,} components: "
            f"{self.flat_verdict} by that number alone, {self.verdict} block by block."
        )
        if self.reason:
            return self.reason, flat
        texts = (self._tell(verdict) for verdict in reversed(SEVERITY))
        return flat, *filter(None, texts)

    def _tell(self, verdict):
        """The worst block of a verdict; of the right ones those that took a second look."""
        blocks = [block for block in self.blocks if block.verdict == verdict]
        if verdict == "right":
            blocks = [block for block in blocks if block.second is not None]
        if not blocks:
            return ""
        worst = max(blocks, key=lambda block: block.first.error)
        others = [block.name for block in blocks if block is not worst]
        if len(others) > NAMED:
            return f"{worst.sentence} Likewise {len(others)} other blocks."
        return worst.sentence + (f" Likewise {', '.join(others)}." if others else "")


def check_grad(
    objective, point, rule: Difference = CENTRAL, h=None, *, limit=LIMIT, again=True, progress=None
) -> GradCheck:
    """Check `objective.grad` against `rule` at a point (n,), in float64 or float32.

    `h` is a step or one per component; by default the rule's typical h times max(1, |x_i|).
    Blocks are `objective.blocks` (name -> slice) if it has any, else one block "all". What the
    rule leaves in doubt is looked at `again`, or else stays "inconclusive" below its floor.
    `progress(share)` is called as the work goes on. Raises StepError, NotFiniteError, and
    TooLargeError above `limit` components.
    """
    steps = check_grad_steps(objective, point, rule, h, limit=limit, again=again)
    return finish(steps, progress)


def check_grad_steps(
    objective, point, rule: Difference = CENTRAL, h=None, *, limit=LIMIT, again=True
) -> Generator[float, None, GradCheck]:
    """`check_grad` as a generator: yields the share that is done and returns the GradCheck.

    Closing the generator cancels the check.
    """
    point = float_point(point, limit)
    reason = why_random(objective, point)
    h = steps_at(rule, point, h)
    check_step(rule, point, h, point.dtype)
    analytic = np.asarray(objective.grad(point))
    blocks = getattr(objective, "blocks", {"all": slice(0, point.size)})
    with np.errstate(over="ignore", invalid="ignore"):
        first = yield from first_look(objective, point, rule, h, analytic, blocks)
        second = second_look(first, blocks) if again and not reason else None
        return found(first, second, blocks, reason)


def second_look(first: FirstLook, blocks) -> Measurement | None:
    """The components of all blocks that the first look did not find right, measured again."""
    parts = [part for part in blocks.values() if first.measured.read(part).verdict != "right"]
    if not parts:
        return None
    doubtful = np.concatenate([np.arange(part.start, part.stop) for part in parts])
    return look_again(first.objective, first.point, first.measured.analytic, blocks, doubtful)


def found(first: FirstLook, second: Measurement | None, blocks, reason: str) -> GradCheck:
    """Both looks put together."""
    measured, numeric = first.measured, first.numeric
    settled, floor = measured.numeric, measured.floor
    if second is not None:
        known = ~np.isnan(second.numeric)
        settled = np.where(known, second.numeric, settled)
        floor = np.where(known, second.floor + measured.rounding, floor)
    judged = tuple(
        check_block(first, second, name, part, random=bool(reason)) for name, part in blocks.items()
    )
    error = relative(measured.difference, measured.analytic, measured.numeric)
    return GradCheck(
        point=first.point,
        rule=first.rule,
        h=numeric.h,
        value=numeric.value,
        analytic=measured.analytic,
        numeric=numeric.fine,
        coarse=numeric.coarse,
        floor=measured.floor,
        settled=settled,
        settled_floor=floor,
        blocks=judged,
        relative_error=error,
        flat_verdict="inconclusive" if reason else judge(error),
        verdict=max((block.verdict for block in judged), key=SEVERITY.index),
        reason=reason,
    )


def float_point(point, limit) -> np.ndarray:
    """The point as a vector of floats, float32 kept; TooLargeError above the limit."""
    point = np.asarray(point)
    if point.ndim != 1:
        raise ValueError(f"point must be one vector (n,), got shape {point.shape}")
    if point.size > limit:
        raise TooLargeError(
            f"{point.size:,} parameters are too many to check live: the limit is {limit:,}. "
            "Take narrower or fewer layers."
        )
    return point if np.issubdtype(point.dtype, np.floating) else point.astype(np.float64)


def steps_at(rule, point, h) -> np.ndarray:
    """A step for every component, in the float type of the point."""
    if h is None:
        h = rule.typical_h(point.dtype) * np.maximum(1, np.abs(point))
    return np.broadcast_to(np.asarray(h, dtype=point.dtype), point.shape)


def why_random(objective, point) -> str:
    """A sentence if two evaluations at the same point differ, else nothing.

    Raises NotFiniteError where the objective has no value.
    """
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        first, second = float(objective.value(point)), float(objective.value(point))
    if not np.isfinite(first):
        raise NotFiniteError(
            f"The objective is {first:g} at this point, so there is no gradient to check. "
            "Move the point or make the weights smaller."
        )
    if first == second:
        return ""
    return (
        f"The objective is random: two evaluations at the same point gave {first:.6g} and "
        f"{second:.6g}, so a difference measures the noise. Freeze the dropout masks."
    )


def component_name(objective, index: int) -> str:
    """Where a component of the point lies: "W2[3, 1]", "b1[0]", or "[5]" without blocks."""
    for name, part in getattr(objective, "blocks", {}).items():
        if part.start <= index < part.stop:
            inside = index - part.start
            network = getattr(objective, "network", None)
            if network is not None and name.startswith("W"):
                row, column = divmod(inside, network.sizes[int(name[1:]) - 1])
                return f"{name}[{row}, {column}]"
            return f"{name}[{inside}]"
    return f"[{index}]"
