"""Lessons as data: every file can be read, and a step is told with the facts it is given."""

import pytest

from ui.lesson_file import Answer, LessonError, as_text, parse
from ui.lessons import FOLDER, OpenLesson, as_html, as_shown, filled, lessons

MOST_STEPS, MOST_WORDS = 6, 40
PAGES = sorted(path.name for path in FOLDER.iterdir() if (path / "about.md").exists())
EVERY = [lesson for page in PAGES for lesson in lessons(page)]
TEXT = """title: Two ways down
order: 3
state: surface=bowl&race=adam,momentum&f=x%5E2%2By%5E2
next: race/other

## Look
set: race.steps=40
at: 12
The rate is {adam.rate:.2f}.

## Which is nearer?
veil: paths, loss
ask: nearest
Who ends nearer after {steps} steps?
- Adam: It is {adam.loss} away.
- Momentum [momentum|heavy ball]: Never.
then: {missing} of them **all**.
"""


def test_a_lesson_is_read_as_it_is_written():
    lesson = parse(TEXT, "race", "two-ways")
    assert (lesson.title, lesson.order, lesson.next) == ("Two ways down", 3.0, "race/other")
    assert lesson.state == {"surface": "bowl", "race": "adam,momentum", "f": "x^2+y^2"}
    look, ask = lesson.steps
    assert (look.at, look.set, look.answers) == ("12", {"race.steps": "40"}, ())
    assert [answer.label for answer in ask.answers] == ["Adam", "Momentum"]
    assert (ask.at, ask.then) == ("0", "{missing} of them **all**.")
    assert (look.veil, ask.veil) == ((), ("paths", "loss"))
    assert parse(as_text(lesson), "race", "two-ways") == lesson
    assert lesson.state_at(0) == lesson.state_at(1) == lesson.state | {"race.steps": "40"}


def test_a_step_is_told_with_its_facts_and_the_answer_they_make_right():
    lesson = parse(TEXT, "race", "two-ways")
    facts = {"nearest": "Adam", "steps": 40, "adam.loss": 1.25e-9}
    message = as_shown(OpenLesson(lesson, 1), facts)
    assert message["words"] == "Who ends nearer after 40 steps?"
    assert [answer["right"] for answer in message["answers"]] == [True, False]
    assert message["answers"][0]["reply"] == "It is 1.25e−9 away."
    assert message["then"] == "– of them <b>all</b>."
    assert as_shown(OpenLesson(lesson), {"adam.rate": 0.5})["words"] == "The rate is 0.50."
    assert (as_shown(OpenLesson(lesson), {})["at"], as_shown(OpenLesson(lesson, 1), {})["at"]) == (
        12,
        0,
    )


@pytest.mark.parametrize(
    ("value", "fact", "fits"),
    [
        ("yes", "yes", True),
        ("yes", "no", False),
        ("8..12", 10, True),
        ("8..12", 12.5, False),
        ("3", 3.0, True),
        ("-0.3..-0.2", -0.25, True),
        ("yes", 1.0, False),
        ("yes", None, False),
    ],
)
def test_an_answer_is_right_by_its_word_or_its_range(value, fact, fits):
    assert Answer("a", value, "").fits(fact) is fits


def test_no_answer_is_right_where_two_would_be():
    text = TEXT.replace("[momentum|heavy ball]", "[adam]")
    assert parse(text, "race", "x").steps[1].right({"nearest": "Adam"}) is None


def test_what_a_lesson_says_cannot_become_markup():
    assert as_html("<img src=x> **a** & *b* 2*3*4") == (
        "&lt;img src=x&gt; <b>a</b> &amp; <i>b</i> 2*3*4"
    )
    assert filled("{a.__class__} {0}", {"a": 1}) == "– –"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "needs a title"),
        ("title: A", "needs a title and at least one step"),
        ("title: A\nHallo\n## B\nWords", "“Hallo” stands before the first step"),
        ("title: A\norder: soon\n## B\nWords", "order is a number, not “soon”"),
        ("title: A\n## B\nask: x\nWords", "has both an “ask” and answers"),
        ("title: A\n## B\n- yes: no\nWords", "has both an “ask” and answers"),
        ("title: A\n## B\nask: x\n- yes, no", "an answer is written “- answer: reply”"),
    ],
)
def test_a_text_that_is_no_lesson_is_told_why(text, told):
    with pytest.raises(LessonError, match=told):
        parse(text, "race", "mine")


@pytest.mark.parametrize("lesson", EVERY, ids=lambda lesson: f"{lesson.page}/{lesson.name}")
def test_every_lesson_is_short_asks_and_leads_on(lesson):
    assert 2 <= len(lesson.steps) <= MOST_STEPS
    assert lesson.subject
    assert lesson.order
    for step in lesson.steps:
        assert len(step.words.split()) <= MOST_WORDS, step.title
        assert not step.answers or len(step.answers) >= 2
    assert any(step.answers for step in lesson.steps)
