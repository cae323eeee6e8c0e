"""What a planned check of a network found."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from optcore.checks.arena import Said, arena
from optcore.checks.diagnosis import Diagnosis, diagnose
from optcore.checks.grad_check import GradCheck, check_grad_steps
from optcore.checks.plan import LIMIT, CheckPlan
from optcore.checks.taylor_slope import TaylorTest, taylor_slope
from optcore.networks.network import FitLoss
from optcore.pieces import finish, told_as


@dataclass(frozen=True, eq=False)
class CheckRecord:
    """A plan with the checks made of it: one at the start, and one after training if it trained.

    `taylor` and `diagnoses` belong to the last check.
    """

    plan: CheckPlan
    fit: FitLoss
    checks: tuple[tuple[str, GradCheck], ...]
    taylor: TaylorTest
    diagnoses: tuple[Diagnosis, ...]

    @property
    def check(self) -> GradCheck:
        """The check that the page speaks of: the last one."""
        return self.checks[-1][1]

    @cached_property
    def arena(self) -> tuple[Said, ...]:
        """What others' rules say of the same gradient at the same point."""
        return arena(self.fit, self.check.point, self.check)

    @property
    def first(self) -> GradCheck | None:
        """The check at the start, where there is another one after training."""
        return self.checks[0][1] if len(self.checks) > 1 else None


def examine(
    plan: CheckPlan, train: Callable[[CheckPlan], np.ndarray] = CheckPlan.after_training
) -> Generator[float, None, CheckRecord]:
    """Carries a check out; yields the share that is done. Closing the generator cancels.

    `train` finds theta after training, for who keeps what has been trained before. Raises
    TooLargeError, NotFiniteError, StepError and what the data say against the loss.
    """
    plan.require_size()
    fit, checks = plan.fit(), []
    points = [("at the start", plan.start())]
    if plan.trained:
        points.append((f"after {plan.place.training_steps} steps", train(plan.taught)))
    for done, (name, theta) in enumerate(points):
        theta = theta.astype(plan.dtype)
        steps = check_grad_steps(fit, theta, plan.rule, plan.step.h, limit=LIMIT, again=plan.again)
        told = told_as(steps, lambda share, before=done: (before + share) / len(points))
        checks.append((name, (yield from told)))
    taylor = taylor_slope(fit, theta)
    found = diagnose(checks[-1][1], fit)
    return CheckRecord(plan, fit, tuple(checks), taylor, tuple(found))


def examined(plan: CheckPlan, train=CheckPlan.after_training) -> CheckRecord:
    """The same without stopping on the way."""
    return finish(examine(plan, train))
