"""Lessons: what the files in lessons/ say, and how a step is told with the numbers on screen.

A lesson is data. `lessons/<page>/<name>.md` begins with fields, one a line, and then has a section
for each step:

    title: Zig-zag in a ravine
    subject: The learning rate
    order: 20
    state: surface=ravine&surface.condition=50&race=gradient-descent
    next: race/one-rate-too-large

    ## Does it get there?
    set: gradient-descent.learning_rate=0.0388
    at: 0
    ask: gradient-descent.arrives
    The steep side limits the rate to {limit}. Does gradient descent reach the star?
    - yes: It does, at step {gradient-descent.arrival}.
    - no: It comes to {gradient-descent.distance} of it.
    then: Across it flips its sign at every step.

`set` adds to the state, `at` is the moment at which the clock stands when the step opens, `until`
the one to which it plays. `ask` names the fact that decides which answer is right: the answer's
own text, or what stands in brackets behind it (`- ten times [8..12]: ...`). A name in braces is
a fact too: a number or a word that the page makes from the run on screen (`{rate:.2f}` says how
to write it).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from ui.parameters import Origin
from ui.prose import quoted

FOLDER = Path(__file__).parent.parent / "lessons"
MOST_STEPS, MOST_WORDS = 6, 40
NOT_SURE = "not sure"
# The page that opens has no name of its own in an address.
OPENS = "race"

_FIELD = re.compile(r"(title|subject|order|state|next|set|at|until|ask|then): *(.*)")
_ANSWER = re.compile(r"- *(?P<label>[^:\[]+?) *(?:\[(?P<value>[^\]]*)\])? *: *(?P<reply>.*)")
_FACT = re.compile(r"\{([^{}:]+)(?::([^{}]*))?\}")
_RANGE = re.compile(r"(.*)\.\.(.*)")

Facts = Mapping[str, float | str | None]


class LessonError(ValueError):
    """A lesson's text that cannot be read; the message says where and why."""


@dataclass(frozen=True)
class Answer:
    """One answer to a question: `value` is what the asked fact must be for it to be right."""

    label: str
    value: str
    reply: str

    def fits(self, fact: float | str | None) -> bool:
        """Whether a fact makes this the right answer: the same word, or a number in the range."""
        if fact is None or isinstance(fact, str):
            return fact is not None and self.value.casefold() == fact.casefold()
        ends = _RANGE.fullmatch(self.value)
        try:
            low, high = map(float, ends.groups() if ends else (self.value, self.value))
        except ValueError:
            return False
        return low <= fact <= high


@dataclass(frozen=True)
class Step:
    """What is said at one moment of a lesson, and perhaps asked."""

    title: str
    words: str
    set: dict[str, str] = field(default_factory=dict)
    at: str = ""
    until: str = ""
    ask: str = ""
    answers: tuple[Answer, ...] = ()
    then: str = ""

    def right(self, facts: Facts) -> Answer | None:
        """The answer that the facts make right; None when none or several are."""
        fitting = [answer for answer in self.answers if answer.fits(facts.get(self.ask))]
        return fitting[0] if len(fitting) == 1 else None


@dataclass(frozen=True)
class Lesson:
    """Three minutes on one idea: a state of a page, and what is told of it step by step."""

    page: str
    name: str
    title: str
    subject: str
    order: float
    state: dict[str, str]
    steps: tuple[Step, ...]
    next: str = ""

    def state_at(self, step: int) -> dict[str, str]:
        """The URL parameters that hold at a step: the lesson's own and what the steps added."""
        state = dict(self.state)
        for each in self.steps[: step + 1]:
            state |= each.set
        return state


# ------------------------------------------------------------------ reading


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


def parse(text: str, page: str, name: str) -> Lesson:
    """A lesson from its text; LessonError, with a sentence, for one that cannot be read."""
    head, *sections = re.split(r"^## +", text.strip(), flags=re.MULTILINE)
    fields, rest = _fields(head.splitlines())
    if rest:
        raise LessonError(f"{name}: “{rest[0][:40]}” stands before the first step.")
    if "title" not in fields or not sections:
        raise LessonError(f"{name}: a lesson needs a title and at least one step (“## ...”).")
    try:
        order = float(fields.get("order", 0))
    except ValueError:
        raise LessonError(f"{name}: order is a number, not “{fields['order'][:20]}”.") from None
    return Lesson(
        page,
        name,
        fields["title"],
        fields.get("subject", ""),
        order,
        dict(parse_qsl(fields.get("state", ""), keep_blank_values=True)),
        tuple(_step(section, name) for section in sections),
        fields.get("next", ""),
    )


def _step(section: str, name: str) -> Step:
    title, *lines = section.splitlines()
    fields, rest = _fields(lines)
    offered = [line for line in rest if line.startswith("- ")]
    answers = [found for line in offered if (found := _ANSWER.fullmatch(line))]
    if len(answers) < len(offered):
        raise LessonError(f"{name}, “{title}”: an answer is written “- answer: reply”.")
    if bool(answers) != ("ask" in fields):
        raise LessonError(f"{name}, “{title}”: a question has both an “ask” and answers.")
    return Step(
        title=title.strip(),
        words=" ".join(line for line in rest if not line.startswith("- ")),
        set=dict(parse_qsl(fields.get("set", ""), keep_blank_values=True)),
        at=fields.get("at", "0" if answers else ""),
        until=fields.get("until", ""),
        ask=fields.get("ask", ""),
        answers=tuple(
            Answer(each["label"], each["value"] or each["label"], each["reply"]) for each in answers
        ),
        then=fields.get("then", ""),
    )


def _fields(lines: list[str]) -> tuple[dict[str, str], list[str]]:
    """The lines `name: value` by name, and the other lines that are not empty."""
    matches = [(line.strip(), _FIELD.fullmatch(line.strip())) for line in lines if line.strip()]
    fields = {match[1]: match[2] for _, match in matches if match}
    return fields, [line for line, match in matches if not match]


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

    Older links name a scenario, a state without steps: it is where a lesson ends.
    """
    by_name = {lesson.name: lesson for lesson in lessons(page)}

    def parse(text: str) -> OpenLesson:
        name, _, step = text.partition(".")
        if name not in by_name or not (step in ("", "end") or step.isdecimal()):
            raise ValueError(f"{quoted(name)} is not among the lessons, so none is open.")
        last = len(by_name[name].steps)
        return OpenLesson(by_name[name]).at(int(step or 1) - 1 if step != "end" else last)

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
    try:
        shown = format(fact, how or ".4g")
    except ValueError:
        shown = format(fact, ".4g")
    return re.sub(r"e([+-])0*(\d)", r"e\1\2", shown).replace("e+", "e").replace("-", "−")


def as_html(text: str) -> str:
    """A text that may say **strong** and *stressed*, and nothing else, as HTML."""
    safe = escape(text, quote=True)
    safe = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", safe)
    return re.sub(r"(?<!\w)\*(.+?)\*(?!\w)", r"<i>\1</i>", safe)


def telling(state, facts: Callable[[], Facts]) -> dict[str, Any] | None:
    """The lesson that is open on a page, for its stage; None where none is, and no facts needed."""
    opened = state["lesson"]
    if opened is None:
        return None
    left = state.departs(opened.link)
    return as_shown(opened, facts()) | {"left": left, "opening": state.memory.get("openings", 0)}


def as_shown(opened: OpenLesson, facts: Facts) -> dict[str, Any]:
    """A step of a lesson as the stage shows it."""
    lesson, step = opened.lesson, opened.lesson.steps[opened.step]
    right = step.right(facts)

    def html(text: str) -> str:
        return as_html(filled(text, facts))

    return {
        "name": lesson.name,
        "title": lesson.title,
        "step": opened.step,
        "steps": len(lesson.steps),
        "heading": step.title,
        "words": html(step.words),
        "at": _moment(step.at, facts),
        "until": _moment(step.until, facts),
        "answers": [
            {"label": each.label, "reply": html(each.reply), "right": each is right}
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
    return int(text) if text.isdecimal() else text or None
