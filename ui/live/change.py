"""What a browser may say of a stage; all else is no change, whichever way it comes."""

from collections.abc import Callable
from math import isfinite
from typing import Any

MANY = 1000
LONG = 200


def checked(said: Any) -> dict | None:
    """What was said, if it is a change: every part that is known has its type; else None."""
    if not isinstance(said, dict):
        return None
    return said if all(fits(said[name]) for name, fits in PARTS.items() if name in said) else None


def _whole(value: Any) -> bool:
    return type(value) is int and 0 <= value < 2**53


def _number(value: Any) -> bool:
    return type(value) in (int, float) and isfinite(value)


def _text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= LONG


def _place(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(map(_number, value))


def _each(fits: Callable[[Any], bool]) -> Callable[[Any], bool]:
    """A test for names with a part each."""
    return lambda parts: (
        isinstance(parts, dict)
        and len(parts) <= MANY
        and all(_text(name) and fits(part) for name, part in parts.items())
    )


PARTS: dict[str, Callable[[Any], bool]] = {
    "sequence": _whole,
    "at": lambda value: value == "end" or _whole(value),
    "settled": lambda value: value is None or isinstance(value, bool),
    "has": lambda names: isinstance(names, list) and len(names) <= MANY and all(map(_text, names)),
    "values": _each(_number),
    "handles": _each(_place),
    "views": _each(_text),
}
