"""Lessons: those in lessons/<page>/, in an address, and told with the numbers on screen."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from ui.glossary import explained
from ui.lesson_file import MARK, Facts, Lesson, parse, unpacked
from ui.parameters import Origin
from ui.prose import quoted

FOLDER = Path(__file__).parent.parent / "lessons"
NOT_SURE = "not sure"
# The page that opens has no name of its own in an address.
OPENS = "race"

_FACT = re.compile(r"\{([^{}:]+)(?::([^{}]*))?\}")
_FORMAT = re.compile(r"[+]?\.\d[efg%]")


@cache
def lessons(page: str) -> tuple[Lesson, ...]:
    """The lessons of a page, in the order in which they can be taught."""
    paths = sorted((FOLDER / page).glob("*.md"))
    read = [parse(path.read_text(encoding="utf-8"), page, path.stem)
            for path in paths if path.stem != "about"]  # fmt: skip
    return tuple(sorted(read, key=lambda lesson: (lesson.order, lesson.name)))


@cache
def prose(page: str) -> str:
    """What a page says of itself at length, as Markdown."""
    return (FOLDER / page / "about.md").read_text(encoding="utf-8")


# ------------------------------------------------------------------ in an address


@dataclass(frozen=True)
class OpenLesson:
    """A lesson at one of its steps: `link` is the state it sets."""

    lesson: Lesson
    step: int = 0

    @property
    def name(self) -> str:
        return f"{self.lesson.name}.{self.step + 1}" if self.step else self.lesson.name

    @property
    def link(self) -> dict[str, str]:
        return self.lesson.state_at(self.step)

    def at(self, step: int) -> "OpenLesson":
        """The same lesson at another step; its first or last where there is no such step."""
        return OpenLesson(self.lesson, min(max(step, 0), len(self.lesson.steps) - 1))


def lesson_row(page: str) -> Origin:
    """What an address says of the lesson that is open: `one-rate-too-large.2` is its second step.

    A lesson of one's own has its whole text for a name. Older links name a scenario, a state
    without steps: it is where a lesson ends.
    """
    by_name = {lesson.name: lesson for lesson in lessons(page)}

    def parse(text: str) -> OpenLesson:
        name, _, step = text.partition(".")
        lesson = unpacked(name, page) if name.startswith(MARK) else by_name.get(name)
        if lesson is None or not (step in ("", "end") or step.isdecimal()):
            raise ValueError(f"{quoted(name)} is not among the lessons, so none is open.")
        last = len(lesson.steps)
        return OpenLesson(lesson).at(int(step or 1) - 1 if step != "end" else last)

    return Origin(
        name="lesson",
        options=[OpenLesson(lesson) for lesson in by_name.values()],
        parse=parse,
        write=lambda opened: opened.name,
        formerly={"scenario": "{}.end"},
    )


# ------------------------------------------------------------------ telling


def names_in(text: str) -> list[str]:
    """The facts that a text asks for."""
    return [match[1] for match in _FACT.finditer(text)]


def filled(text: str, facts: Facts) -> str:
    """A text with its facts in place; one that the run does not have is a dash."""
    return _FACT.sub(lambda match: written(facts.get(match[1]), match[2] or ""), text)


def written(fact: float | str | None, how: str = "") -> str:
    """A fact as a sentence shows it: four digits at most, or as the format says."""
    if fact is None:
        return "–"
    if isinstance(fact, str):
        return fact
    shown = format(fact, how if _FORMAT.fullmatch(how) else ".4g")
    return re.sub(r"e([+-])0*(\d)", r"e\1\2", shown).replace("e+", "e").replace("-", "−")


def as_html(text: str) -> str:
    """A text that may say **strong** and *stressed*, and nothing else, as HTML; its symbols
    explain themselves."""
    safe = escape(text, quote=True)
    safe = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", safe)
    return explained(re.sub(r"(?<!\w)\*(.+?)\*(?!\w)", r"<i>\1</i>", safe))


def telling(state, facts: Callable[[], Facts]) -> dict[str, Any] | None:
    """The lesson that is open on a page, for its stage; None, and no facts needed, where none is
    and while a hand moves."""
    opened = state["lesson"]
    if opened is None or not state.settled:
        return None
    return as_shown(opened, facts()) | {
        "left": state.departs(opened.link),
        "opening": state.memory.get("openings", 0),
        # What has been trained so far may answer otherwise than the whole.
        "growing": bool(state.memory.get("growing")),
    }


def as_shown(opened: OpenLesson, facts: Facts) -> dict[str, Any]:
    """A step of a lesson as the stage shows it."""
    lesson, step = opened.lesson, opened.lesson.steps[opened.step]
    right = step.right(facts)
    # What anybody may have typed is shown as it was.
    dressed = escape if lesson.own else as_html

    def html(text: str) -> str:
        return dressed(filled(text, facts))

    return {
        "name": lesson.name,
        "title": lesson.title,
        "step": opened.step,
        "steps": len(lesson.steps),
        "heading": step.title,
        "words": html(step.words),
        "at": _moment(step.at, facts),
        "until": _moment(step.until, facts),
        "veil": step.veil,
        "answers": [
            {
                "label": filled(each.label, facts),
                "reply": html(each.reply),
                "right": each is right,
            }
            for each in step.answers
        ],
        "then": html(step.then),
        "next": _next(lesson),
    }


def _next(lesson: Lesson) -> dict[str, str] | None:
    """The lesson that follows: its name on the same page, else its address."""
    page, _, name = lesson.next.partition("/")
    if not name:
        return None
    if page == lesson.page:
        return {"name": name}
    return {"address": address(page, name)}


def address(page: str, name: str) -> str:
    """Where a lesson opens, as seen from any page."""
    return f"{'./' if page == OPENS else page}?{urlencode({'lesson': name})}"


def _moment(text: str, facts: Facts) -> int | str | None:
    """A step of the clock: a number, a fact's, the "end", or None for where it stands."""
    fact = facts.get(text)
    if isinstance(fact, int | float):
        return int(fact)
    if text.isdecimal() and len(text) < 8:
        return int(text)
    return text if text == "end" else None
