"""Every lesson on its page: opened at every step, told with the page's own numbers, and left."""

import re
from urllib.parse import urlencode

import pytest
from streamlit.testing.v1 import AppTest
from visits import PAGES, picture, report, said, stages, visit

from ui.lesson_file import Answer, Lesson, LessonError, Step, as_text, own, parse
from ui.lessons import FOLDER, lessons, names_in
from ui.prose import quoted

pytestmark = pytest.mark.usefixtures("short_bands", "in_one_go")
INDEX = (PAGES / "index.py").read_text(encoding="utf-8")
LISTED = re.findall(r'st\.Page\(\s*"([^"]+)\.py"', INDEX)
TAUGHT = [page for page in LISTED if lessons(page)]
EVERY = [lesson for page in TAUGHT for lesson in lessons(page)]
named = pytest.mark.parametrize("lesson", EVERY, ids=lambda each: f"{each.page}/{each.name}")


def opened(page: str, **link: str) -> AppTest:
    return visit(link, page)


def told(app: AppTest, page: str) -> dict | None:
    """The lesson as the first of the page's stages is told it."""
    return shown(app, page)["lesson"]


def shown(app: AppTest, page: str) -> dict:
    """What the first of the page's stages shows."""
    key = next(each.key for each in stages(app) if each.key.startswith(f"{page}."))
    return picture(app, key)


@named
def test_it_is_told_by_the_run_on_screen_and_old_links_lead_to_its_end(lesson):
    """One step after the other, since what one works out serves the next."""
    for at in range(len(lesson.steps)):
        app = opened(lesson.page, lesson=f"{lesson.name}.{at + 1}")
        check_told(lesson, at, app)
        check_link(lesson, at, dict(app.query_params))
    check_scenario(lesson)


def check_told(lesson: Lesson, at: int, app: AppTest) -> None:
    """A step's words are whole, in the state they are said of, and one answer is right."""
    step, message = lesson.steps[at], told(app, lesson.page)
    assert not said(app), step.title
    assert not message["left"], step.title
    assert (message["step"], message["steps"]) == (at, len(lesson.steps))
    panels = {each["frame"]["name"] for each in shown(app, lesson.page)["panels"]}
    assert {*message["veil"]} <= panels, step.title
    replies = [answer["reply"] for answer in message["answers"]]
    labels = [answer["label"] for answer in message["answers"]]
    texts = (message["words"], message["then"], *replies, *labels)
    assert not [text for text in texts if "–" in text or "{" in text], step.title
    right = [answer["label"] for answer in message["answers"] if answer["right"]]
    assert len(right) == bool(step.answers), f"{step.title}: {right} is right"


def check_link(lesson: Lesson, at: int, link: dict[str, str]) -> None:
    """Besides the name there may be values that another version could begin elsewhere with."""
    address = f"https://optscope.example/{lesson.page}?{urlencode(link, safe=',')}"
    assert len(address) < 200
    assert link.pop("lesson") == (f"{lesson.name}.{at + 1}" if at else lesson.name)
    assert not link.keys() & lesson.state_at(at).keys()


def check_scenario(lesson: Lesson) -> None:
    """An old link that names a scenario opens the lesson at its end, in the scenario's state."""
    assert lesson.state_at(len(lesson.steps) - 1) == lesson.state
    app = opened(lesson.page, scenario=lesson.name)
    assert not said(app)
    assert told(app, lesson.page)["step"] == len(lesson.steps) - 1


@named
def test_what_comes_next_exists(lesson):
    page, _, name = lesson.next.partition("/")
    assert not page or name in {each.name for each in lessons(page)}


@named
def test_facts_are_named_only_where_they_are_shown(lesson):
    """No number is typed into a sentence that a fact could give: at least one step asks for one."""
    texts = [text for step in lesson.steps
             for text in (step.words, step.then, *(a.reply for a in step.answers))]  # fmt: skip
    assert any(names_in(text) for text in texts)


@pytest.mark.parametrize("page", TAUGHT)
def test_a_lesson_of_ones_own_is_told_on_every_page(page):
    model = lessons(page)[0]
    typed = Step("One", "<b>Look</b> at **this**.", at="0", ask='"yes"',
                 answers=(Answer("no", "no", ""), Answer("yes", "yes", "")))  # fmt: skip
    lesson = own(as_text(Lesson(page, "", "Mine", "", 0.0, model.state, (typed,))), page)
    app = opened(page, lesson=lesson.name)
    message = told(app, page)
    assert not said(app)
    assert (message["title"], message["left"], message["next"]) == ("Mine", False, None)
    assert message["words"] == "&lt;b&gt;Look&lt;/b&gt; at **this**."
    assert [answer["label"] for answer in message["answers"] if answer["right"]] == ["yes"]
    assert app.query_params["lesson"] == lesson.name
    assert not app.query_params.keys() & model.state.keys()


NEWTON = "newton-falls-into-the-saddle"


def test_steps_are_turned_by_the_stage():
    app = visit({"lesson": NEWTON})
    assert set(_racers(app)) == {"Newton"}
    app = report(app, lesson=1)
    assert app.query_params["lesson"] == f"{NEWTON}.2"
    assert set(_racers(app)) == {"Newton", "Saddle-free Newton"}
    app = report(app, lesson=99)
    assert told(app, "race")["step"] == 3
    app = report(app, lesson="one-rate-too-large")
    assert dict(app.query_params) == {"lesson": "one-rate-too-large"}
    for nonsense in (True, "none", 0.5, [1], {"a": 1}):
        assert dict(report(app, lesson=nonsense).query_params) == dict(app.query_params)


def test_who_presents_a_lesson_goes_on_presenting_and_what_is_hidden_stays_so():
    app = visit({"lesson": NEWTON, "hide": "surface"})
    app = report(app, lesson=1)
    assert dict(app.query_params) == {"lesson": f"{NEWTON}.2", "hide": "surface"}
    assert not told(app, "race")["left"]
    app = report(report(app, show="stage"), lesson=2)
    assert app.query_params["show"] == "stage"
    app = report(app, lesson="one-rate-too-large")
    assert dict(app.query_params) == {
        "lesson": "one-rate-too-large", "show": "stage", "hide": "surface",
    }  # fmt: skip
    assert "show" not in report(app, show="").query_params


def test_a_lesson_opened_again_begins_again():
    app = visit({"lesson": NEWTON})
    first = told(app, "race")
    again = told(report(app, lesson=NEWTON), "race")
    assert first["opening"] != again["opening"]


def test_leaving_a_lesson_keeps_its_state():
    app = report(visit({"lesson": "one-rate-too-large"}), lesson=None)
    assert told(app, "race") is None
    assert app.query_params["surface"] == "ravine"
    assert "lesson" not in app.query_params


def test_a_changed_state_says_so_and_the_words_follow_it():
    app = visit({"lesson": "one-rate-too-large"})
    assert "0.0404" in told(app, "race")["words"]
    app = report(app, values={"gradient-descent.learning_rate": 0.02})
    assert told(app, "race")["left"]
    assert "0.02" in told(app, "race")["words"]
    assert told(visit(dict(app.query_params)), "race")["left"]
    app = report(app, values={"gradient-descent.learning_rate": 0.0404})
    assert not told(app, "race")["left"]


def test_what_stands_beside_a_lesson_in_a_link_changes_it():
    app = visit({"scenario": "the-cliff-throws-you-out", "at": "23"})
    assert app.selectbox[0].value == "Cliff"
    assert app.query_params["at"] == "23"
    assert not told(app, "race")["left"]


def test_scrubbing_leaves_nothing():
    app = report(visit({"lesson": NEWTON}), at=3)
    assert app.query_params["at"] == "3"
    assert not told(app, "race")["left"]


def test_a_lesson_that_is_none_is_told_and_the_rest_of_the_link_is_used():
    app = visit({"lesson": "<b>none</b>", "surface": "bowl"})
    assert quoted("<b>none</b>") in said(app)
    assert app.selectbox[0].value == "Bowl"
    assert told(app, "race") is None


def test_every_file_in_the_folder_is_a_lesson():
    for path in FOLDER.glob("*/*.md"):
        if path.stem != "about":
            try:
                lesson = parse(path.read_text(encoding="utf-8"), path.parent.name, path.stem)
                assert lesson.title
                assert lesson.steps
            except LessonError as fault:
                pytest.fail(str(fault))


def _racers(app: AppTest) -> list[str]:
    return [group["name"] for group in picture(app)["frame"]["legend"]]
