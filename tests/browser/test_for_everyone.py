"""For everyone: axe finds nothing in what opens over a page, and a keyboard alone does all of it.

That axe finds nothing on any page itself, light and dark, test_geometry.py says; of the map of
lessons, test_lesson_map.py.
"""

from axe import complaints
from playwright.sync_api import expect

LESSON = "zig-zag-in-a-ravine"
FOCUS = "() => document.activeElement.closest(%r) !== null"


def complaints_without_tooltips(race) -> list:
    """Of what is open, when no tooltip of the button that opened it comes and goes meanwhile."""
    race.page.mouse.move(0, 0)
    race.wait("!document.querySelector('[data-testid=stTooltipContent]')")
    return complaints(race.page)


def check_lesson_and_what_opens_keep_nobody_out(race):
    assert complaints_without_tooltips(race) == []
    for button, inside in (
        (".st-key-row-share button", ".os-take button"),
        (".st-key-row-lessons button", "text=Make your own"),
    ):
        race.page.locator(button).first.click()
        race.page.locator(inside).first.wait_for()
        assert complaints_without_tooltips(race) == []
        race.page.keyboard.press("Escape")
        race.page.locator(inside).first.wait_for(state="hidden")
    race.details()
    assert complaints_without_tooltips(race) == []


def test_axe_finds_nothing_in_a_lesson_and_what_opens_dark_and_light(visit):
    race = visit(f"?lesson={LESSON}", theme="dark")
    check_lesson_and_what_opens_keep_nobody_out(race)
    race.page.locator(".st-key-drawer").get_by_role("button", name="Close").click()
    race.wait("!new URL(location).searchParams.has('details')")
    race.page.emulate_media(color_scheme="light")
    race.wait("getComputedStyle(document.querySelector('.stApp')).backgroundColor.includes('255')")
    check_lesson_and_what_opens_keep_nobody_out(race)


def check_stage_comes_first_and_focus_is_seen(race):
    page = race.page
    page.wait_for_selector("[data-test-script-state=notRunning]")
    page.evaluate("document.activeElement?.blur()")
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUS % ".os-stage")
    seen = page.evaluate(
        """() => { const look = getComputedStyle(document.activeElement);
            return look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) >= 1
                || look.boxShadow !== 'none'; }"""
    )
    assert seen


def check_presented_by_keys_alone(race):
    page = race.page
    page.evaluate("document.activeElement?.blur()")
    page.keyboard.press("f")
    race.wait("document.documentElement.classList.contains('os-present')")
    page.keyboard.press("Home")
    assert race.step() == 0
    page.keyboard.press("ArrowRight")
    assert race.step() == 1
    page.keyboard.press(" ")
    race.wait("document.querySelector('.os-clock input[type=range]').value > 3")
    page.keyboard.press(" ")
    page.keyboard.press("Escape")
    race.wait("!document.documentElement.classList.contains('os-present')")


def test_the_stage_comes_first_focus_is_seen_and_it_is_presented_by_keys_alone(visit):
    """The second visit is drawn before Streamlit begins, and then takes its place."""
    check_stage_comes_first_and_focus_is_seen(visit("?steps=77"))
    again = visit("?steps=77")
    check_stage_comes_first_and_focus_is_seen(again)
    check_presented_by_keys_alone(again)


def test_a_lesson_is_told_by_keys_alone(visit):
    race = visit(f"?lesson={LESSON}")
    page = race.page
    page.get_by_label("Playback speed").select_option("8")
    page.evaluate("document.activeElement?.blur()")
    page.keyboard.press("Tab")
    answers = page.locator(".os-lesson-answers button")
    for _ in range(60):
        if page.evaluate("() => document.activeElement.dataset.do === 'answer'"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(answers.first).to_have_attribute("aria-pressed", "true")
    expect(answers.first).to_be_focused()
    # As a presenter's clicker does: on, which plays while a question is open.
    page.keyboard.press("PageDown")
    expect(page.locator(".os-lesson-reply")).not_to_be_empty()
    page.keyboard.press("f")
    race.wait("document.documentElement.classList.contains('os-present')")
    page.keyboard.press("PageDown")
    assert race.wait_link("lesson", LESSON) == f"{LESSON}.2"
    expect(page.locator(".os-lesson header span")).to_contain_text("2 of")
    assert race.link["show"] == "stage"
    assert page.evaluate("document.documentElement.classList.contains('os-present')")
    page.keyboard.press("PageUp")
    assert race.wait_link("lesson", f"{LESSON}.2") == LESSON
