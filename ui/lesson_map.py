"""The map of lessons as HTML: a heading for each subject, and under it a card for each lesson."""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from html import escape
from importlib import import_module
from itertools import groupby
from pathlib import Path

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ui.address import Address, empty
from ui.cache import CACHE
from ui.framing import FRAME
from ui.lesson_file import Lesson
from ui.lessons import FOLDER, OpenLesson, address, lessons, names_in
from ui.live.assets import version
from ui.thumbnail import as_svg

PLACE = "pictures/"
KEPT = "public, max-age=86400"
# The symbol on the card of a lesson whose page has no picture that is cheap to work out.
NO_PICTURE = "school"
# What a term takes up one after the other; each stands on those before it. Others come last.
TERM = (
    "Steps and rates", "Momentum", "Adaptive rates", "Noise", "What is minimized",
    "Streams of gradients", "Landscapes",
    "Curvature", "Saddles", "Many dimensions", "Edge of stability", "Diagnosis",
    "Numeric derivatives", "Backpropagation", "Checking gradients", "One neuron",
    "Gradients through depth", "Training deep networks", "The same matrix again", "One unit",
    "A memory that learns",
)  # fmt: skip
_drawing = CapacityLimiter(1)


@cache
def in_order() -> tuple[Lesson, ...]:
    """Every lesson: subjects as a term takes them, and within one by the lessons' own order."""
    every = [each for path in sorted(FOLDER.iterdir()) for each in lessons(path.name)]
    first: dict[str, float] = {}
    for each in every:
        first[each.subject] = min(each.order, first.get(each.subject, each.order))

    def place(each: Lesson) -> tuple:
        week = TERM.index(each.subject) if each.subject in TERM else len(TERM)
        return week, first[each.subject], each.subject, each.order, each.name

    return tuple(sorted(every, key=place))


def question(lesson: Lesson) -> str:
    """The first thing that a lesson asks, as far as it can be said without a run on screen."""
    asking = next((step for step in lesson.steps if step.ask), lesson.steps[0])
    sentences = re.split(r"(?<=[.?!]) +", asking.words)
    questions = (each for each in sentences if each.endswith("?") and not names_in(each))
    return next(questions, asking.title).replace("*", "")


def cards(titles: Mapping[str, str]) -> str:
    """The map of all lessons; a page without a title in `titles` goes by the name of its file."""
    groups = groupby(in_order(), key=lambda each: each.subject)
    return '<div class="os-map">' + "".join(_group(*each, titles) for each in groups) + "</div>"


def _group(subject: str, group: Iterable[Lesson], titles: Mapping[str, str]) -> str:
    items = "".join(f"<li>{_card(each, _title(each.page, titles))}</li>" for each in group)
    return f"<details><summary><h2>{escape(subject)}</h2></summary><ol>{items}</ol></details>"


def _title(page: str, titles: Mapping[str, str]) -> str:
    return titles.get(page) or page.replace("_", " ").capitalize()


def _card(lesson: Lesson, page: str) -> str:
    steps = f"{len(lesson.steps)} step" + "s" * (len(lesson.steps) > 1)
    opens = escape(address(lesson.page, lesson.name))
    return (
        f'<a href="{opens}" target="_self">{_picture(lesson)}'
        f"<b>{escape(lesson.title)}</b><small>{escape(page)} · {steps}</small>"
        f"<span>{escape(question(lesson))}</span></a>"
    )


def _picture(lesson: Lesson) -> str:
    if not _has_picture(lesson.page):
        return f'<i aria-hidden="true">{NO_PICTURE}</i>'
    where = escape(f"./{PLACE}{lesson.page}/{lesson.name}.svg?{version()}")
    return f'<img alt="" width="160" height="100" loading="lazy" src="{where}">'


# ------------------------------------------------------------------ pictures


def _has_picture(page: str) -> bool:
    return (Path(__file__).parent / page / "picture.py").exists()


def drawn(lesson: Lesson) -> str:
    """The picture of a lesson where it ends, as SVG, worked out once for all visitors.

    A page shows itself through `picture(state)` in its folder's `picture.py`, which is read once
    somebody looks at the map: so nothing here knows the pages, and every replica has them.
    """

    def draw() -> str:
        folder = f"ui.{lesson.page}"
        state = Address((*import_module(f"{folder}.parameters").PARAMETERS, *FRAME), empty())
        state.load({}, lesson=OpenLesson(lesson, len(lesson.steps) - 1))
        return as_svg(*import_module(f"{folder}.picture").picture(state))

    return CACHE.find((as_svg, lesson.page, lesson.name), draw)


async def serve(request: Request) -> Response:
    """A browser asks for the pictures that it is about to show, and they are drawn one by one."""
    asked = request.path_params["page"], request.path_params["name"]
    found = [each for each in in_order() if (each.page, each.name) == asked]
    if not found or not _has_picture(found[0].page):
        return Response("There is no such picture.", 404)
    text = await to_thread.run_sync(drawn, found[0], limiter=_drawing)
    return Response(text, headers={"Cache-Control": KEPT}, media_type="image/svg+xml")


def routes() -> list[Route]:
    """The route to hand to the server."""
    return [Route(f"/{PLACE}{{page}}/{{name}}.svg", serve)]
