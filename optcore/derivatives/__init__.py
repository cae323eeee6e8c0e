"""Derivatives by differences and by Taylor arithmetic, and what theory says of their errors."""

from optcore.derivatives.differences import (
    BACKWARD,
    CENTRAL,
    COMPLEX_STEP,
    DIFFERENCES,
    FIVE_POINT,
    FORWARD,
    RICHARDSON,
    SEVEN_POINT,
    Difference,
)
from optcore.derivatives.error_curve import error_curve
from optcore.derivatives.textbook import step_table, textbook_test

__all__ = [
    "BACKWARD", "CENTRAL", "COMPLEX_STEP", "DIFFERENCES", "FIVE_POINT", "FORWARD", "RICHARDSON",
    "SEVEN_POINT", "Difference", "error_curve", "step_table", "textbook_test",
]  # fmt: skip
