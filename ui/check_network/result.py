"""What a check of a network found, and the report it leaves."""

import csv
import io
from collections.abc import Generator
from dataclasses import dataclass

from optcore.checks.diagnosis import Diagnosis, diagnose
from optcore.checks.grad_check import GradCheck, check_grad_steps, component_name
from optcore.checks.taylor_slope import TaylorTest, taylor_slope
from optcore.networks.network import FitLoss
from ui.check_network.case import LIMIT, CheckCase

COLUMNS = ("point", "parameter", "block", "value", "analytic", "numeric", "absolute_error",
           "relative_error", "floor", "h", "block_verdict")  # fmt: skip


@dataclass(frozen=True, eq=False)
class CheckResult:
    """A case with the checks made of it: one at the start, and one after training if it trained.

    `taylor` and `diagnoses` belong to the last check.
    """

    case: CheckCase
    fit: FitLoss
    checks: tuple[tuple[str, GradCheck], ...]
    taylor: TaylorTest
    diagnoses: tuple[Diagnosis, ...]

    @property
    def check(self) -> GradCheck:
        """The check that the page speaks of: the last one."""
        return self.checks[-1][1]

    @property
    def first(self) -> GradCheck | None:
        """The check at the start, where there is another one after training."""
        return self.checks[0][1] if len(self.checks) > 1 else None

    def report(self) -> str:
        """Every parameter of every check as CSV."""
        text = io.StringIO()
        rows = csv.writer(text, lineterminator="\n")
        rows.writerow(COLUMNS)
        for name, check in self.checks:
            for block in check.blocks:
                for at in range(block.part.start, block.part.stop):
                    rows.writerow([name, component_name(self.fit, at), block.name,
                                   *numbers(check, at), block.verdict])  # fmt: skip
        return text.getvalue()


def numbers(check: GradCheck, at: int) -> list[str]:
    """One component in full digits, as COLUMNS orders them."""
    analytic, numeric = float(check.analytic[at]), float(check.numeric[at])
    error, size = abs(analytic - numeric), abs(analytic) + abs(numeric)
    floor, h = float(check.floor[at]), float(check.h[at])
    relative = error / size if size else 0.0
    return [repr(each) for each in (float(check.point[at]), analytic, numeric, error, relative,
                                    floor, h)]  # fmt: skip


def examine(case: CheckCase) -> Generator[float, None, CheckResult]:
    """Checks a case; yields the share that is done. Closing the generator cancels.

    Raises TooLargeError, NotFiniteError, StepError and what the data say against the loss.
    """
    case.require_size()
    fit, points, checks = case.fit(), case.points(), []
    for done, (name, theta) in enumerate(points):
        steps = check_grad_steps(fit, theta, case.rule, case.step.h, limit=LIMIT)
        while True:
            try:
                yield (done + next(steps)) / len(points)
            except StopIteration as end:
                checks.append((name, end.value))
                break
    taylor = taylor_slope(fit, points[-1][1])
    found = diagnose(checks[-1][1], fit)
    return CheckResult(case, fit, tuple(checks), taylor, tuple(found))


def examined(case: CheckCase) -> CheckResult:
    """The same without stopping on the way."""
    steps = examine(case)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value
