"""Optimizers. Adding one is one class and its name in the tuple that ends its file."""

from typing import Any

from optcore.optimizers import (
    adam,
    adam_corrected,
    adaptive,
    first_order,
    line_search,
    nelder_mead,
    newton,
    sign_based,
)
from optcore.optimizers.base import Optimizer

FAMILIES = (
    first_order, adaptive, adam, adam_corrected, sign_based, line_search, newton, nelder_mead,
)  # fmt: skip
OPTIMIZERS: tuple[Optimizer, ...] = tuple(
    optimizer for family in FAMILIES for optimizer in family.OPTIMIZERS
)
_classes = {type(optimizer).__name__: type(optimizer) for optimizer in OPTIMIZERS}
__all__ = ["OPTIMIZERS", "Optimizer", *_classes]


def __getattr__(name: str) -> Any:
    """The class of an optimizer by its name, from whichever file defines it."""
    if name not in _classes:
        raise AttributeError(f"no optimizer is called {name}")
    return _classes[name]
