"""A lesson of one's own: what is typed comes back as typed, and a bad file or link is told."""

import zlib
from base64 import urlsafe_b64encode

import numpy as np
import pytest
from random_links import staged

from ui.address import Address, empty
from ui.framing import FRAME
from ui.lesson_file import LONGEST, LessonError, Step, as_text, own, parse, unpacked
from ui.lessons import OpenLesson, address, as_shown, lesson_row, lessons
from ui.own_lesson import from_file, named_in, step_of, with_step
from ui.race.parameters import PARAMETERS
from ui.slow_neuron.parameters import PARAMETERS as SLOW_NEURON

EVERY = [lesson for page in staged() for lesson in lessons(page)]
NOTHING = {"title": "", "words": "", "right": "", "others": "", "then": "", "next": ""}
NOWHERE = ["here", "https://host.example/", "/curvature?lesson=none", "/../../x?lesson=a",
           "/lessons?lesson=a", "?lesson=~AAAA"]  # fmt: skip
STRANGE = [
    "ask: who?", "- no answer", "## no heading", "\\ a backslash", "title: none", "<b>x</b> **y**",
    "a {made.up} fact", "x = 1 & y = 2; 100 % + #", "λ ≤ 2/η 梯度", "then: and then", "{", "[a](b)",
]  # fmt: skip


def race(**link: str) -> Address:
    state = Address((*PARAMETERS, *FRAME), empty())
    state.arrive(link)
    return state


def typed(**said: str) -> Step:
    return step_of(NOTHING | said, 1, None)


@pytest.mark.parametrize("lesson", EVERY, ids=lambda each: f"{each.page}/{each.name}")
def test_every_lesson_can_be_written_and_read_again(lesson):
    assert parse(as_text(lesson), lesson.page, lesson.name) == lesson
    mine = own(as_text(lesson), lesson.page)
    assert unpacked(mine.name, lesson.page) == mine
    assert mine.steps == lesson.steps


@pytest.mark.parametrize("text", STRANGE)
def test_what_is_typed_is_shown_as_it_was_typed(text):
    step = typed(words=text, then=text, right="a", others="b")
    lesson = with_step(None, race(), "race", text, step)
    assert lesson.title == text
    assert (lesson.steps[0].words, lesson.steps[0].then) == (text, text)
    shown = as_shown(OpenLesson(lesson), {"made.up": "<i>"})
    told = text.replace("{made.up}", "<i>")
    for old, new in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        told = told.replace(old, new)
    assert shown["words"] == shown["then"] == told


def test_steps_are_states_of_the_page_one_after_another():
    first = with_step(None, race(surface="ravine", at="20"), "race", "Mine", typed(words="One."))
    assert first.state == {"surface": "ravine", "at": "20"}
    # What the second state leaves at its default, the first did not.
    second = race(race="adam")
    second.clock(range(301))
    both = with_step(first, second, "race", "", typed(words="Two."))
    assert both.title == "Mine"
    assert both.state_at(0) == first.state
    assert both.steps[1].set == {"surface": "rosenbrock", "race": "adam", "at": "300"}
    again = Address((*PARAMETERS, *FRAME), empty())
    again.arrive({"lesson": f"{both.name}.2"})
    assert again["lesson"].lesson == both
    assert (again["surface"].name, [each.name for each in again["race"]]) == (
        "Rosenbrock", ["Adam"])  # fmt: skip
    assert again.parameters() == {"lesson": f"{both.name}.2"}


def test_a_lesson_that_is_open_and_the_frame_are_no_part_of_a_step():
    state = race(lesson="zig-zag-in-a-ravine", details="1", hide="race")
    lesson = with_step(None, state, "race", "", typed(words="Look."))
    assert not {"lesson", "details", "hide", "show"} & lesson.state.keys()
    assert lesson.state["surface"] == "ravine"


def test_an_answer_is_right_as_its_writer_knows():
    step = step_of(NOTHING | {"words": "Which?", "right": "Momentum", "others": "Adam\n\nNone "},
                   2, 7)  # fmt: skip
    assert (step.title, step.at) == ("Step 2", "7")
    lesson = with_step(None, race(), "race", "", step)
    answers = as_shown(OpenLesson(lesson), {})["answers"]
    assert [(each["label"], each["right"]) for each in answers] == [
        ("Adam", False), ("Momentum", True), ("None", False)]  # fmt: skip


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({}, "Type what you say"),
        ({"words": " \n"}, "Type what you say"),
        ({"words": "Which?", "right": "a"}, "at least one other"),
        ({"words": "Which?", "others": "a"}, "needs the right answer"),
        ({"words": "Which?", "right": "a", "others": "A"}, "differ"),
        ({"words": "Which?", "right": "a", "others": "Not sure"}, "differ"),
        ({"words": "Which?", "right": "a", "others": "b: c"}, "no colon"),
        ({"words": "Which?", "right": "a [1]", "others": "b"}, "no square bracket"),
    ],
)
def test_what_is_no_step_gets_a_sentence(said, told):
    with pytest.raises(LessonError, match=told):
        typed(**said)


GOOD = "title: Mine\npage: race\nstate: surface=bowl\n\n## One\nLook.\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "names no page"),
        ("title: Mine\n\n## One\n", "names no page"),
        ("page: ../race\n" + GOOD.replace("page: race\n", ""), "names no page"),
        (GOOD.replace("page: race", "page: nowhere"), "names no page"),
        ("page: race\n", "needs a title"),
        (GOOD + "ask: who\n", "both an “ask” and answers"),
        (GOOD + "\x00\x01", None),
        ("hello\n" + GOOD, "stands before the first step"),
        (GOOD + "x" * LONGEST, "at most 20,000 characters"),
        (GOOD + "\n## More\n" * 20, "at most 20 steps"),
        (GOOD.replace("page", "next: https://host.example/x\npage"), "page/lesson"),
        (GOOD.replace("page", "next: //host.example\npage"), "page/lesson"),
    ],
)
def test_a_bad_file_gets_a_sentence(text, told):
    if told is None:
        assert from_file(text).steps[0].words.startswith("Look.")
        return
    with pytest.raises(LessonError, match=told):
        from_file(text)


def test_a_link_that_was_cut_or_changed_is_told():
    row, name = lesson_row("race"), from_file(GOOD).name
    assert row.parse(f"{name}.1").lesson.title == "Mine"
    bomb = own("title: x\n\n## y\n" + "z" * 15000, "race").name
    assert len(bomb) < 200
    for bad in ("~", name[:-6], name[:9] + "!" + name[10:], "~" + "A" * 40, "~é"):
        with pytest.raises(ValueError, match="was cut or changed"):
            row.parse(bad)
    with pytest.raises(LessonError, match="belongs to the page"):
        lesson_row("curvature").parse(name)


def test_a_lesson_that_is_too_long_for_a_link_is_told():
    noise = np.random.default_rng(0).choice(list("abcdefghijklmnopqrstuvwxyz0123456789"), 9000)
    with pytest.raises(LessonError, match="leave a step out"):
        own("title: x\n\n## y\n" + "".join(noise), "race")


def test_a_bomb_is_not_unpacked():
    small = zlib.compress(b"title: x\n" * 10_000_000, 9, wbits=-15)
    with pytest.raises(LessonError, match="cut or changed"):
        unpacked("~" + urlsafe_b64encode(small).decode().rstrip("="), "race")


def test_a_lesson_goes_on_with_one_of_another_page():
    beyond = from_file(GOOD.replace("race", "curvature").replace("state: surface=bowl\n", ""))
    link = f"https://host.example/course/{address(beyond.page, beyond.name)}"
    onward = named_in(link)
    lesson = own(GOOD.replace("page", f"next: {onward}\npage"), "race")
    shown = as_shown(OpenLesson(lesson), {})
    assert shown["next"] == {"address": address("curvature", beyond.name)}
    assert named_in(" ") == ""
    assert named_in("http://127.0.0.1:8501/?lesson=zig-zag-in-a-ravine.2&at=3") == (
        "race/zig-zag-in-a-ravine")  # fmt: skip


@pytest.mark.parametrize("link", NOWHERE)
def test_a_link_of_no_lesson_is_none_to_go_on_with(link):
    with pytest.raises(LessonError, match="opens no lesson"):
        named_in(link)


def test_a_state_of_any_page_can_be_a_step():
    state = Address((*SLOW_NEURON, *FRAME), empty())
    state.arrive({})
    lesson = with_step(None, state, "slow_neuron", "Mine", typed(words="Look."))
    assert from_file(as_text(lesson)) == lesson
    assert as_shown(OpenLesson(lesson), {})["words"] == "Look."


def test_a_format_is_one_of_a_number():
    lesson = from_file(GOOD.replace("Look.", "{rate:>999999999} {rate:.1f}"))
    assert as_shown(OpenLesson(lesson), {"rate": 0.25})["words"] == "0.25 0.2"
