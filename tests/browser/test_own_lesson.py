"""A lesson of one's own, made on a page: told as it was typed, sent as a link, kept as a file."""

import pytest
from playwright.sync_api import expect

SENTENCE = "The <img src=x onerror='document.title=1'> **rate** is {gradient-descent.rate}."
QUESTION = "Does it arrive?"


def write(race, **fields: str) -> None:
    for label, text in fields.items():
        race.page.get_by_label(label.replace("_", " "), exact=False).fill(text)
    race.page.get_by_role("button", name="Add as a step").click()


@pytest.fixture
def made(visit):
    """A page with a lesson of two steps, the second a question."""
    race = visit("?surface=ravine&race=gradient-descent")
    race.page.locator(".st-key-row-lessons button").first.click()
    race.page.get_by_text("Make your own").click()
    write(race, Title="Mine & yours", What_you_say_or_ask=SENTENCE)
    first = race.wait_link("lesson")
    assert first.startswith("~")
    write(race, What_you_say_or_ask=QUESTION, the_right_answer="yes", Other_answers="no")
    race.wait_link("lesson", first)
    return race


def test_it_is_told_as_it_was_typed_and_asks(made, visit, tmp_path):
    words = made.page.locator(".os-lesson-words")
    expect(words).to_have_text(QUESTION)
    assert list(made.link) == ["lesson"]
    with made.page.expect_download() as kept:
        made.page.get_by_role("button", name="Save as a file").click()
    file = tmp_path / "lesson.md"
    kept.value.save_as(file)
    assert QUESTION in file.read_text("utf-8")

    other = visit("?lesson=" + made.link["lesson"])
    page = other.page
    expect(page.locator(".os-lesson header b")).to_have_text("Mine & yours")
    assert other.step() == 0
    page.get_by_label("Playback speed").select_option("8")
    page.locator(".os-lesson").get_by_role("button", name="no", exact=True).click()
    page.locator(".os-lesson").get_by_role("button", name="Play").click()
    expect(page.locator(".os-right")).to_have_text("yes")
    page.locator(".os-lesson").get_by_role("button", name="Back").click()
    expect(page.locator(".os-lesson-words")).to_contain_text(SENTENCE.partition("{")[0].strip())
    expect(page.locator(".os-lesson-words")).not_to_contain_text("{")
    assert page.locator(".os-lesson-words").locator("img, b").count() == 0

    elsewhere = visit("curvature")
    elsewhere.page.locator(".st-key-row-lessons button").first.click()
    elsewhere.page.get_by_text("Make your own").click()
    elsewhere.page.locator(".os-open input").set_input_files(file)
    # By its key: what unfolds above it still moves.
    elsewhere.page.get_by_role("link", name="Open “Mine & yours”").press("Enter")
    expect(elsewhere.page.locator(".os-lesson header b")).to_have_text("Mine & yours")
    assert "surface" not in elsewhere.link
