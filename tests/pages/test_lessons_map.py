"""The map of lessons: every lesson once, in order, each card a picture, a question and a link."""

import re
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlsplit
from xml.etree import ElementTree

import numpy as np
import pytest
from calls import asked, finish
from random_links import INDEX, staged
from starlette.routing import Router
from visits import said, settled, visit

from ui.lesson_file import parse
from ui.lesson_map import PLACE, TERM, cards, in_order, question, routes
from ui.lessons import OPENS, address, lessons
from ui.thumbnail import HEIGHT, WIDTH, Stroke, as_svg

PICTURED = [page for page in staged() if (INDEX.parents[1] / "ui" / page / "picture.py").exists()]
STRANGE = """title: <script>alert(1)</script>
subject: "><img src=x onerror=alert(1)>

## <b>Which?</b>
ask: way
Is it <i>this</i>?
- yes: It is.
"""


class Tags(HTMLParser):
    """The tags of a page, each with what its attributes say."""

    def __init__(self, text: str):
        super().__init__()
        self.text = text
        self.tags: list[tuple[str, dict]] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def named(self, name: str) -> list[dict]:
        return [found for tag, found in self.tags if tag == name]


@pytest.fixture(scope="module")
def shown() -> Tags:
    app = visit().switch_page("lessons.py")
    app.query_params.clear()
    settled(app.run())
    assert not said(app)
    return Tags("".join(each.proto.body for each in app.get("html") if "os-map" in each.proto.body))


def test_every_lesson_is_on_the_map_once_and_its_link_opens_it(shown):
    opened = []
    for link in shown.named("a"):
        target = urlsplit(link["href"])
        (name, value), = parse_qsl(target.query)  # fmt: skip
        assert name == "lesson"
        opened.append((OPENS if target.path == "./" else target.path, value))
    every = [(page, each.name) for page in staged() for each in lessons(page)]
    assert sorted(opened) == sorted(every)


def test_the_address_of_a_card_opens_its_lesson():
    lesson = lessons("slow_neuron")[0]
    target = urlsplit(address(lesson.page, lesson.name))
    app = visit(dict(parse_qsl(target.query)), target.path)
    assert not said(app)
    assert app.query_params["lesson"] == lesson.name


def test_the_page_that_opens_is_the_one_whose_address_has_no_name():
    (opens,) = re.findall(r'st\.Page\("(\w+)\.py"[^)]*default=True', INDEX.read_text("utf-8"))
    assert opens == OPENS


def test_subjects_stand_together_and_lessons_in_the_order_they_are_taught():
    told = in_order()
    subjects = list(dict.fromkeys(each.subject for each in told))
    assert subjects[: len(TERM)] == list(TERM)
    groups = [[each.order for each in told if each.subject == name] for name in subjects]
    assert [each.subject for each in told] == [
        name for name, group in zip(subjects, groups, strict=True) for _ in group
    ]
    assert all(group == sorted(group) for group in groups)


def test_a_page_has_the_title_of_the_navigation(shown):
    titles = re.findall(r'st\.Page\("(\w+)\.py", title="([^"]+)"', INDEX.read_text("utf-8"))
    for page, title in titles:
        told = f"<small>{title} · "
        assert shown.text.count(told) == len(lessons(page) if page in staged() else [])


def test_a_page_without_a_title_has_the_name_of_its_file():
    assert "Slow neuron ·" in cards({})


def test_what_a_card_asks_needs_no_run():
    for lesson in in_order():
        assert question(lesson).strip()
        assert "{" not in question(lesson)


def test_a_server_that_never_showed_the_map_has_its_pictures():
    """Another replica answers for the map that a browser has from the first."""
    path = f"/{PLACE}race/one-rate-too-large.svg"
    assert finish(asked(Router(routes()), path))[0] == 200


@pytest.mark.parametrize("page", PICTURED)
def test_every_picture_has_lines_within_reach(shown, page):
    sources = [each["src"] for each in shown.named("img") if f"/{page}/" in each["src"]]
    assert len(sources) == len(lessons(page))
    for source in sources:
        status, headers, body = finish(asked(Router(routes()), urlsplit(source).path[1:]))
        assert (status, headers["content-type"]) == (200, "image/svg+xml")
        lines = drawn(body.decode())
        assert any(inside(line).sum() > 1 for line in lines), source


def test_there_are_pictures_of_lessons_only(shown):
    for path in ("race/none", "none/zig-zag-in-a-ravine", "../race/about", "race/about"):
        assert finish(asked(Router(routes()), f"/{PLACE}{path}.svg"))[0] == 404


def test_a_picture_is_the_run_thinned():
    points = np.column_stack([np.linspace(0, 1, 500), np.linspace(0, 2, 500)])
    (line,) = drawn(as_svg([Stroke("#3b93fa", points)], ((0.0, 1.0), (0.0, 2.0))))
    assert len(line) <= 60
    assert line[0] == pytest.approx([6, HEIGHT - 6])
    assert line[-1] == pytest.approx([WIDTH - 6, 6])
    np.testing.assert_allclose(
        (line[:, 0] - 6) / (WIDTH - 12), (HEIGHT - 6 - line[:, 1]) / (HEIGHT - 12), atol=2e-3
    )


def test_what_is_not_finite_or_without_extent_is_still_a_picture():
    for points in ([[0, np.nan]], [[1, 1], [1, 1]], [[0, 0], [1e300, 1], [np.inf, 2]]):
        for line in drawn(as_svg([Stroke("#3b93fa", np.array(points, dtype=float))])):
            assert np.isfinite(line).all()


def test_what_a_lesson_says_cannot_become_markup(monkeypatch):
    strange = parse(STRANGE, "race", "a&b<c>")
    monkeypatch.setattr("ui.lesson_map.in_order", lambda: (strange,))
    found = Tags(cards({"race": "<u>Race</u>"}))
    tags = {tag for tag, _ in found.tags}
    assert tags <= {"div", "details", "summary", "h2", "ol", "li", "a", "b", "small", "span", "img"}
    (image,) = found.named("img")
    assert set(image) == {"alt", "width", "height", "loading", "src"}
    (link,) = found.named("a")
    assert dict(parse_qsl(urlsplit(link["href"]).query)) == {"lesson": "a&b<c>"}
    assert image["src"].startswith(f"./{PLACE}race/a&b<c>.svg")


def test_a_page_without_a_picture_has_a_symbol(monkeypatch):
    monkeypatch.setattr("ui.lesson_map.in_order", lambda: (parse(STRANGE, "none", "one"),))
    found = Tags(cards({}))
    assert not found.named("img")
    assert found.named("i") == [{"aria-hidden": "true"}]


def drawn(source: str) -> list[np.ndarray]:
    """The lines of a picture, (n, 2) each, in its own units."""
    root = ElementTree.fromstring(source)
    lines = [each.get("points") for each in root.iter("{http://www.w3.org/2000/svg}polyline")]
    return [np.array([spot.split(",") for spot in line.split()], dtype=float) for line in lines]


def inside(line: np.ndarray) -> np.ndarray:
    return ((line >= 0) & (line <= [WIDTH, HEIGHT])).all(axis=1)
