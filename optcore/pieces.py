"""Rows of work in pieces, so that what they need at once stays small."""

from collections.abc import Iterator


def pieces(rows: int, numbers: int, most: int) -> Iterator[slice]:
    """The rows, so many at a time that their `numbers` each are no more than `most` in all.

    At least one row at a time.
    """
    size = max(1, most // numbers)
    for start in range(0, rows, size):
        yield slice(start, start + size)
