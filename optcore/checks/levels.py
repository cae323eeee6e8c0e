"""Levels of the detective: how many bugs are hidden, and behind what."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from optcore.checks.block_check import WRONG
from optcore.checks.bugs import PlantedBug
from optcore.checks.detective import Case, open_case
from optcore.checks.grad_check import check_grad
from optcore.checks.plan import CheckPlan, CheckPoint, LossTerms, StepSize


@dataclass(frozen=True)
class Level:
    """How many bugs are hidden at once, and the check at which a person begins.

    `cover` holds the fields of that CheckPlan which keep the bugs out of sight.
    """

    name: str
    lesson: str
    bugs: int = 1
    cover: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def covered(self, plan: CheckPlan) -> CheckPlan:
        """The check at which a person begins."""
        return replace(plan, **self.cover)

    def open(self, plan: CheckPlan, seed: int) -> Case:
        """A case in the network of `plan`, whose own check sees the bugs; NoCaseError."""
        hides = partial(self._hides, plan)
        return open_case(plan.right_fit(), plan.start(), seed, self.bugs, hides)

    def _hides(self, plan: CheckPlan, bug: PlantedBug) -> bool:
        """Whether the check at which a person begins convicts no block."""
        if not self.cover:
            return True
        at = self.covered(replace(plan, bugs=(bug,)))
        point = at.start().astype(at.dtype)
        found = check_grad(at.fit(), point, at.rule, at.step.h, again=at.again)
        return not found.names(*WRONG)


LEVELS = (
    Level("One bug", "One line of this backward pass is wrong."),
    Level("Two bugs", "Two lines are wrong, and neither explains all that you see.", bugs=2),
    Level(
        "Tiny weights",
        "One line is wrong, and at these tiny weights the check does not see it.",
        cover={"place": CheckPoint(weight_scale=1e-4)},
    ),
    Level(
        "Behind the L2 term",
        "One line is wrong, and the weight decay is so large that the check does not see it.",
        cover={"terms": LossTerms(weight_decay=1e6), "step": StepSize(1e-4)},
    ),
    Level(
        "Below the floor",
        "One line is wrong. There is no second look here, and the floor of this difference lies "
        "above the bug: choose an h, a rule and a float type that show it.",
        cover={"dtype": "float32", "step": StepSize(1e-5), "again": False},
    ),
)
