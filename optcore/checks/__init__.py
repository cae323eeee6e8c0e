"""Is this gradient right? Numeric against analytic, verdicts, and the bugs behind wrong ones."""

from optcore.checks.bugs import PLANTED_BUGS, plant
from optcore.checks.diagnosis import diagnose
from optcore.checks.grad_check import GradCheck, check_grad
from optcore.checks.numeric_grad import numeric_grad
from optcore.checks.taylor_slope import taylor_slope

__all__ = [
    "PLANTED_BUGS", "GradCheck", "check_grad", "diagnose", "numeric_grad", "plant", "taylor_slope",
]  # fmt: skip
