"""The map of lessons as HTML: a heading for each subject, and under it a card for each lesson."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from html import escape
from itertools import groupby

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
from ui.thumbnail import Picture, as_svg

PLACE = "pictures/"
KEPT = "public, max-age=86400"
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
    told = (each for each in sentences if each.endswith("?") and not names_in(each))
    return next(told, asking.title).replace("*", "")


def cards(taught: dict[str, Taught]) -> str:
    """The map of all lessons, each page's told as its entry says."""
    groups = groupby(in_order(), key=lambda each: each.subject)
    return '<div class="os-map">' + "".join(_group(*each, taught) for each in groups) + "</div>"


def _group(subject: str, told: Iterable[Lesson], taught: dict[str, Taught]) -> str:
    items = "".join(f"<li>{_card(each, _page(each.page, taught))}</li>" for each in told)
    return f"<details><summary><h2>{escape(subject)}</h2></summary><ol>{items}</ol></details>"


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
    where = escape(f"./{PLACE}{lesson.page}/{lesson.name}.svg?{version()}")
    return f'<img alt="" width="160" height="100" loading="lazy" src="{where}">'


# ------------------------------------------------------------------ pictures


def drawn(lesson: Lesson, page: Taught) -> str:
    """The picture of a lesson where it ends, as SVG, worked out once for all visitors."""

    def draw() -> str:
        state = Address((*page.table, *FRAME), empty())
        state.load({}, lesson=OpenLesson(lesson, len(lesson.steps) - 1))
        assert page.picture is not None
        return as_svg(*page.picture(state))

    return CACHE.find((as_svg, lesson.page, lesson.name), draw)


def routes(taught: Callable[[], dict[str, Taught]]) -> list[Route]:
    """The route to hand to the server; `taught` is asked for once somebody looks at the map.

    A browser asks for the pictures that it is about to show, and they are drawn one by one.
    """

    def picture(page: str, name: str) -> str | None:
        shown = taught().get(page)
        found = [each for each in lessons(page) if each.name == name] if shown else []
        return drawn(found[0], shown) if found and shown and shown.picture else None

    async def serve(request: Request) -> Response:
        text = await to_thread.run_sync(
            picture, request.path_params["page"], request.path_params["name"], limiter=_drawing
        )
        if text is None:
            return Response("There is no such picture.", 404)
        return Response(text, headers={"Cache-Control": KEPT}, media_type="image/svg+xml")

    return [Route(f"/{PLACE}{{page}}/{{name}}.svg", serve)]
