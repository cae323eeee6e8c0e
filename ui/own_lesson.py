"""Make your own: the page as it stands becomes a step of a lesson, told like every other.

The lesson that is being made is the one that is open, so the address holds all of it.
"""

from dataclasses import replace
from html import escape
from urllib.parse import parse_qsl, urlsplit

import streamlit as st

from ui.address import Address
from ui.framing import FRAME
from ui.lesson_file import Answer, Lesson, LessonError, Step, as_text, own, page_in
from ui.lessons import FOLDER, NOT_SURE, OPENS, OpenLesson, address, lesson_row
from ui.live.open_file import open_file
from ui.parameters import Origin
from ui.state import PageState

UNTITLED = "A lesson of my own"
# What a person types, with the characters that there is room for.
FIELDS = {"title": 80, "words": 600, "right": 60, "others": 300, "then": 300, "next": 6000}
_FAULT, _FILE, _ELSEWHERE = "own.fault", "own.file", "own.elsewhere"


# ------------------------------------------------------------------ steps


def with_step(lesson: Lesson | None, state: Address, page: str, title: str, step: Step) -> Lesson:
    """The lesson with the page as it stands for one more step; LessonError for what is no step."""
    rows = state.rows.values()
    without = {
        row.name for row in rows if isinstance(row, Origin) or row in FRAME or not row.shared
    }
    if lesson is None:
        said = state.differences({}, without)
        made = Lesson(page, "", title or UNTITLED, "", 0.0, said, (step,))
    else:
        said = state.differences(lesson.state_at(len(lesson.steps)), without)
        made = replace(lesson, steps=(*lesson.steps, replace(step, set=said)))
    return own(as_text(made), page)


def step_of(typed: dict[str, str], number: int, at: int | None) -> Step:
    """What a person typed as a step; LessonError, with a sentence, for what is none.

    `at` is the clock's position, at which a question is asked; None is the end, so it is asked at
    the start.
    """
    words, right, then = (" ".join(typed[name].split()) for name in ("words", "right", "then"))
    others = [" ".join(line.split()) for line in typed["others"].splitlines() if line.strip()]
    if not words:
        raise LessonError("Type what you say or ask at this step.")
    if not (right or others):
        return Step(f"Step {number}", words, then=then)
    if not (right and others):
        raise LessonError("A question needs the right answer and at least one other.")
    labels = sorted([right, *others], key=str.casefold)
    if len({each.casefold() for each in (*labels, NOT_SURE)}) <= len(labels):
        raise LessonError(f"Answers have to differ, and “{NOT_SURE}” is always among them.")
    if any(sign in label for label in labels for sign in ":[]"):
        raise LessonError("An answer has no colon and no square bracket in it: leave them out.")
    answers = tuple(Answer(label, label, "") for label in labels)
    return Step(
        f"Step {number}", words, at=str(at or 0), ask=f'"{right}"', answers=answers, then=then
    )


def named_in(link: str) -> str:
    """The lesson that a link opens, as page/name; empty for no link, LessonError for another."""
    if not link.strip():
        return ""
    parts = urlsplit(link.strip())
    page = parts.path.rsplit("/", 1)[-1] or OPENS
    name = dict(parse_qsl(parts.query)).get("lesson", "").partition(".")[0]
    try:
        lesson_row(_known(page)).parse(name)
    except ValueError:
        raise LessonError("The link to go on with opens no lesson: copy one of a lesson.") from None
    return f"{page}/{name}"


def _known(page: str) -> str:
    """The name of a page, if it has lessons."""
    if not page.isidentifier() or not (FOLDER / page / "about.md").is_file():
        raise LessonError("The file names no page that has lessons (“page: race”).")
    return page


def from_file(text: str, page: str = "") -> Lesson:
    """The lesson in a file, for the page that it names or else for `page`; LessonError for none."""
    return own(text, _known(page_in(text) or page))


# ------------------------------------------------------------------ on the page


def maker(state: PageState) -> None:
    """Where a step is written, and the lesson so far is taken away."""
    lesson = _mine(state)
    with st.expander("Make your own", icon=":material/edit:"):
        st.caption("The page as it stands becomes a step of your lesson. The link holds all of it.")
        if lesson is None:
            _field("title", "Title")
        _field("words", "What you say or ask", area=True)
        _field("right", "If you ask: the right answer")
        _field("others", "Other answers, one a line", area=True)
        _field("then", "What you say afterwards")
        _field("next", "The link of the lesson to go on with, on any page")
        st.button("Add as a step", key="own.add", type="primary", on_click=_add, args=(state,))
        if lesson is not None:
            st.button("Take the last step out", key="own.less", on_click=_less, args=(state,))
            st.download_button("Save as a file", as_text(lesson), "lesson.md", "text/markdown",
                               key="own.save", on_click="ignore")  # fmt: skip
        opener(state)


def opener(state: PageState) -> None:
    """Where a file is opened: on the page itself, or as a link to the page that it belongs to."""
    open_file("Open a lesson's file", ".md,.txt", _FILE, lambda text: _read(state, text))
    if fault := st.session_state.pop(_FAULT, ""):
        st.warning(fault)
    if elsewhere := st.session_state.pop(_ELSEWHERE, None):
        title, link = elsewhere
        st.html(f'<a href="{escape(link)}" target="_self">Open “{escape(title)}”</a>')


def _field(name: str, label: str, area: bool = False) -> None:
    shown = st.text_area if area else st.text_input
    shown(label, key=f"own.{name}", max_chars=FIELDS[name])


def _mine(state: PageState) -> Lesson | None:
    opened = state["lesson"]
    return opened.lesson if opened and opened.lesson.own else None


def _add(state: PageState) -> None:
    typed = {name: st.session_state.get(f"own.{name}", "") for name in FIELDS}
    lesson = _mine(state)
    times = state.positions.get("at")
    at = None if times is None else state.clock(times)
    try:
        step = step_of(typed, len(lesson.steps) + 1 if lesson else 1, at)
        made = with_step(lesson, state, state.page, " ".join(typed["title"].split()), step)
        if onward := named_in(typed["next"]):
            made = own(as_text(replace(made, next=onward)), state.page)
    except LessonError as fault:
        st.session_state[_FAULT] = str(fault)
        return
    for name in FIELDS:
        st.session_state[f"own.{name}"] = ""
    state.open(OpenLesson(made, len(made.steps) - 1))


def _less(state: PageState) -> None:
    lesson = _mine(state)
    if lesson is None:
        return
    steps = lesson.steps[:-1]
    left = own(as_text(replace(lesson, steps=steps)), state.page) if steps else None
    state.open(left and OpenLesson(left, len(steps) - 1))


def _read(state: PageState, text: str) -> None:
    try:
        lesson = from_file(text, state.page)
    except LessonError as fault:
        st.session_state[_FAULT] = str(fault)
        return
    if lesson.page == state.page:
        state.open(OpenLesson(lesson))
    else:
        st.session_state[_ELSEWHERE] = lesson.title, address(lesson.page, lesson.name)
