"""Work in pieces: so that what it needs at once stays small, and so that it can be watched."""

from collections.abc import Callable, Generator, Iterator
from typing import TypeVar

Told = TypeVar("Told")
Result = TypeVar("Result")


def pieces(rows: int, numbers: int, most: int) -> Iterator[slice]:
    """The rows, so many at a time that their `numbers` each are no more than `most` in all.

    At least one row at a time.
    """
    size = max(1, most // numbers)
    for start in range(0, rows, size):
        yield slice(start, start + size)


def told_as(
    steps: Generator[float, None, Result], tell: Callable[[float], Told]
) -> Generator[Told, None, Result]:
    """The same work; what it yields, the share that is done, is told as `tell(share)`."""
    while True:
        try:
            share = next(steps)
        except StopIteration as end:
            return end.value
        yield tell(share)


def finish(
    steps: Generator[float, None, Result], hear: Callable[[float], object] | None = None
) -> Result:
    """What work that yields the share done returns in the end; each share is heard on the way."""
    while True:
        try:
            share = next(steps)
        except StopIteration as end:
            return end.value
        if hear is not None:
            hear(share)
