"""Scenarios: a link each, and what it shows in words that the numbers bear out."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Scenario:
    """A state of a page worth seeing: `name` says what it teaches, `link` its URL parameters."""

    name: str
    link: dict[str, str]
    words: str
