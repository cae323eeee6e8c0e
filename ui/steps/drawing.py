"""A stream drawn by hand as a short text: a letter for each gradient, in 63 levels."""

from collections.abc import Sequence

LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-"
ZERO = len(LETTERS) // 2
MOST = 400


def written(values: Sequence[float]) -> str:
    """Values from -1 to 1 as letters; zeros at the end are left out."""
    letters = [LETTERS[level(value)] for value in values]
    return "".join(letters).rstrip(LETTERS[ZERO])


def level(value: float) -> int:
    """The nearest of the 63 levels; what is no number from -1 to 1 is brought there."""
    inside = min(max(float(value), -1.0), 1.0) if value == value else 0.0
    return round(ZERO + ZERO * inside)


def read(text: str) -> tuple[float, ...]:
    """The values of a written text; ValueError where it is none."""
    if len(text) > MOST:
        raise ValueError(f"A drawing has at most {MOST} gradients, this one {len(text)}.")
    try:
        return tuple((LETTERS.index(letter) - ZERO) / ZERO for letter in text)
    except ValueError:
        raise ValueError("A drawing is written in letters, digits and -, one for each.") from None
