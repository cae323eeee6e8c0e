"""The map of lessons as HTML: a heading for each subject, and under it a card for each lesson."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from html import escape
from itertools import groupby

from ui.address import Address, empty
from ui.cache import CACHE
from ui.lesson_file import Lesson
from ui.lessons import FOLDER, OpenLesson, address, lessons, names_in
from ui.thumbnail import Picture, as_source


@dataclass(frozen=True)
class Taught:
    """A page on which lessons are told: its title, its icon, and what its lessons look like.

    `picture` draws the page with the parameters `table`. A page that has none that is cheap to
    work out shows its icon instead.
    """

    title: str
    icon: str
    table: tuple = ()
    picture: Picture | None = None


@cache
def in_order() -> tuple[Lesson, ...]:
    """Every lesson: subjects by their first lesson, and within one by the lessons' own order."""
    every = [each for path in sorted(FOLDER.iterdir()) for each in lessons(path.name)]
    first: dict[str, float] = {}
    for each in every:
        first[each.subject] = min(each.order, first.get(each.subject, each.order))
    return tuple(
        sorted(every, key=lambda each: (first[each.subject], each.subject, each.order, each.name))
    )


def question(lesson: Lesson) -> str:
    """The first thing that a lesson asks, as far as it can be said without a run on screen."""
    asking = next((step for step in lesson.steps if step.ask), lesson.steps[0])
    sentences = re.split(r"(?<=[.?!]) +", asking.words)
    told = (each for each in sentences if each.endswith("?") and not names_in(each))
    return next(told, asking.title).replace("*", "")


def cards(taught: dict[str, Taught]) -> str:
    """The map of all lessons, each page's told as its entry says."""
    groups = groupby(in_order(), key=lambda each: each.subject)
    return '<div class="os-map">' + "".join(_group(*each, taught) for each in groups) + "</div>"


def _group(subject: str, told: Iterable[Lesson], taught: dict[str, Taught]) -> str:
    items = "".join(f"<li>{_card(each, _page(each.page, taught))}</li>" for each in told)
    return f"<section><h2>{escape(subject)}</h2><ol>{items}</ol></section>"


def _page(name: str, taught: dict[str, Taught]) -> Taught:
    """What is said of a page; one of which nothing is said goes by the name of its file."""
    return taught.get(name) or Taught(name.replace("_", " ").capitalize(), "school")


def _card(lesson: Lesson, page: Taught) -> str:
    steps = f"{len(lesson.steps)} step" + "s" * (len(lesson.steps) > 1)
    opens = escape(address(lesson.page, lesson.name))
    return (
        f'<a href="{opens}" target="_self">{_picture(lesson, page)}'
        f"<b>{escape(lesson.title)}</b><small>{escape(page.title)} · {steps}</small>"
        f"<span>{escape(question(lesson))}</span></a>"
    )


def _picture(lesson: Lesson, page: Taught) -> str:
    if page.picture is None:
        return f'<i aria-hidden="true">{escape(page.icon)}</i>'
    return f'<img alt="" width="160" height="100" src="{_source(lesson, page)}">'


def _source(lesson: Lesson, page: Taught) -> str:
    """The picture of a lesson where it ends, worked out once for all visitors."""

    def draw() -> str:
        state = Address(page.table, empty())
        state.load({}, lesson=OpenLesson(lesson, len(lesson.steps) - 1))
        assert page.picture is not None
        return as_source(*page.picture(state))

    return CACHE.find((as_source, lesson.page, lesson.name), draw)
