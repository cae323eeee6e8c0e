"""The file of a lesson: read, written, and packed into the name of a lesson of one's own.

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
the one to which it plays. `veil` names panels, with commas between, that are hidden while the
question is open, as what they show of the present would answer it. `ask` names the fact that
decides which answer is right: the answer's own text, or what stands in brackets behind it
(`- ten times [8..12]: ...`). A name in braces is a fact too: a number or a word that the page makes
from the run on screen (`{rate:.2f}` says how to write it). A fact that the writer knows stands in
quotes (`ask: "yes"`), and a line that begins with a backslash is words, whatever follows.
"""

import re
import zlib
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, urlencode

from ui.prose import quoted

# A name that begins so is the text of a lesson of one's own.
MARK = "~"
# Characters and steps that such a text may have.
LONGEST, MOST_OWN_STEPS = 20_000, 20
# Characters of its name: servers on the way refuse addresses of more than some 8,000.
LONGEST_NAME = 6_000

_FIELD = re.compile(r"(title|page|subject|order|state|next|set|at|until|veil|ask|then): *(.*)")
_ANSWER = re.compile(r"- *(?P<label>[^:\[]+?) *(?:\[(?P<value>[^\]]*)\])? *: *(?P<reply>.*)")
_RANGE = re.compile(r"(.*)\.\.(.*)")
_NEXT = re.compile(r"(?:[a-z_]+/[\w~-]+)?", re.ASCII)
_QUOTED = re.compile(r'"(.+)"')

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
    veil: tuple[str, ...] = ()
    ask: str = ""
    answers: tuple[Answer, ...] = ()
    then: str = ""

    def right(self, facts: Facts) -> Answer | None:
        """The answer that the facts make right; None when none or several are."""
        given = _QUOTED.fullmatch(self.ask)
        fact = given[1] if given else facts.get(self.ask)
        fitting = [answer for answer in self.answers if answer.fits(fact)]
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

    @property
    def own(self) -> bool:
        """Whether anybody may have written it: its name is its text."""
        return self.name.startswith(MARK)

    def state_at(self, step: int) -> dict[str, str]:
        """The URL parameters that hold at a step: the lesson's own and what the steps added."""
        state = dict(self.state)
        for each in self.steps[: step + 1]:
            state |= each.set
        return state


# ------------------------------------------------------------------ reading


def parse(text: str, page: str, name: str) -> Lesson:
    """A lesson from its text; LessonError, with a sentence, for one that cannot be read."""
    head, *sections = re.split(r"^## +", text.strip(), flags=re.MULTILINE)
    fields, rest = _fields(head.splitlines())
    if rest:
        raise LessonError(f"{name}: {quoted(rest[0])} stands before the first step.")
    if "title" not in fields or not sections:
        raise LessonError(f"{name}: a lesson needs a title and at least one step (“## ...”).")
    if fields.get("page", page) != page:
        raise LessonError(f"{name}: it belongs to the page {quoted(fields['page'])}.")
    try:
        order = float(fields.get("order", 0))
    except ValueError:
        raise LessonError(f"{name}: order is a number, not {quoted(fields['order'])}.") from None
    if not _NEXT.fullmatch(fields.get("next", "")):
        raise LessonError(f"{name}: the next lesson is named as page/lesson.")
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
    said = [line.removeprefix("\\") for line in rest if not line.startswith("- ")]
    offered = [line for line in rest if line.startswith("- ")]
    answers = [found for line in offered if (found := _ANSWER.fullmatch(line))]
    if len(answers) < len(offered):
        raise LessonError(f"{name}, {quoted(title)}: an answer is written “- answer: reply”.")
    if bool(answers) != ("ask" in fields):
        raise LessonError(f"{name}, {quoted(title)}: a question has both an “ask” and answers.")
    return Step(
        title=title.strip(),
        words=" ".join(said),
        set=dict(parse_qsl(fields.get("set", ""), keep_blank_values=True)),
        at=fields.get("at", "0" if answers else ""),
        until=fields.get("until", ""),
        veil=tuple(filter(None, map(str.strip, fields.get("veil", "").split(",")))),
        ask=fields.get("ask", ""),
        answers=tuple(
            Answer(each["label"], each["value"] or each["label"], each["reply"]) for each in answers
        ),
        then=fields.get("then", ""),
    )


def _fields(lines: list[str]) -> tuple[dict[str, str], list[str]]:
    """The lines `name: value` by name, and the other lines that are not empty."""
    plain = [" ".join(line.split()) for line in lines if line.strip()]
    matches = [(line, _FIELD.fullmatch(line)) for line in plain]
    fields = {match[1]: match[2] for _, match in matches if match}
    return fields, [line for line, match in matches if not match]


# ------------------------------------------------------------------ writing


def as_text(lesson: Lesson) -> str:
    """The file of a lesson, from which `parse` makes the same."""
    fields = {
        "title": lesson.title,
        "page": lesson.page,
        "subject": lesson.subject,
        "order": f"{lesson.order:g}" if lesson.order else "",
        "state": _query(lesson.state),
        "next": lesson.next,
    }
    steps = ["\n".join(_lines(step)) for step in lesson.steps]
    return "\n\n".join(["\n".join(_filled_in(fields)), *steps]) + "\n"


def _lines(step: Step) -> Iterator[str]:
    yield f"## {step.title}"
    at = "" if step.answers and step.at == "0" else step.at
    veil = ", ".join(step.veil)
    yield from _filled_in({"set": _query(step.set), "at": at, "until": step.until, "veil": veil,
                           "ask": step.ask})  # fmt: skip
    if step.words:
        marked = _FIELD.match(step.words) or step.words.startswith(("- ", "## ", "\\"))
        yield ("\\" if marked else "") + step.words
    for each in step.answers:
        value = "" if each.value == each.label else f" [{each.value}]"
        yield f"- {each.label}{value}: {each.reply}".rstrip()
    yield from _filled_in({"then": step.then})


def _filled_in(fields: Mapping[str, str]) -> Iterator[str]:
    return (f"{name}: {text}" for name, text in fields.items() if text)


def _query(parameters: Mapping[str, str]) -> str:
    return urlencode(parameters, safe=",:/^*()")


# ------------------------------------------------------------------ a lesson of one's own


def own(text: str, page: str) -> Lesson:
    """A lesson that somebody wrote, under a name that holds all of it; LessonError as `parse`."""
    if len(text) > LONGEST:
        raise LessonError(f"A lesson has at most {LONGEST:,} characters, and this has more.")
    lesson = parse(text, page, "Your lesson")
    if len(lesson.steps) > MOST_OWN_STEPS:
        raise LessonError(f"A lesson has at most {MOST_OWN_STEPS} steps, and this has more.")
    small = zlib.compress(as_text(lesson).encode(), 9, wbits=-zlib.MAX_WBITS)
    name = MARK + urlsafe_b64encode(small).decode().rstrip("=")
    if len(name) > LONGEST_NAME:
        raise LessonError(
            f"A lesson's link has room for {LONGEST_NAME:,} characters, and this lesson takes "
            f"{len(name):,}: say less, or leave a step out."
        )
    return replace(lesson, name=name)


def page_in(text: str) -> str:
    """The page that the file of a lesson names; empty where it names none."""
    named = re.search(r"^page: *([a-z_]+) *$", text, flags=re.MULTILINE | re.ASCII)
    return named[1] if named else ""


def unpacked(name: str, page: str) -> Lesson:
    """The lesson that such a name holds; LessonError for a name that was cut or changed."""
    packed = name.removeprefix(MARK)
    reader = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        small = b64decode(packed + "=" * (-len(packed) % 4), altchars=b"-_", validate=True)
        text = reader.decompress(small, LONGEST).decode()
    except (ValueError, zlib.error):
        text = ""
    if not text or not reader.eof:
        raise LessonError("The lesson in this link was cut or changed: ask for the link again.")
    return own(text, page)
