"""The map of lessons: whole where there is room, folded on a phone, pictures drawn when seen."""

from axe import complaints
from playwright.sync_api import expect
from race_page import PATIENCE

from ui.lesson_map import in_order

LONGEST = 2200
SUBJECTS = list(dict.fromkeys(each.subject for each in in_order()))
LENGTH = "() => document.querySelector('[data-testid=stMain]').scrollHeight"
DRAWN = """() => { const seen = [...document.querySelectorAll('.os-map img')].filter((each) => {
        const box = each.getBoundingClientRect();
        return box.height && box.top < innerHeight && box.bottom > 0; });
    return seen.length && seen.every((each) => each.complete && each.naturalWidth); }"""


def mapped(visit, width: int, height: int, theme: str = "light"):
    opened = visit(None, theme=theme)
    page = opened.page
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{opened.address}/lessons")
    page.wait_for_selector(".os-map")
    return opened


def test_a_phone_has_the_subjects_folded_and_opens_one_by_a_tap(visit):
    opened = mapped(visit, 390, 844, theme="dark")
    page = opened.page
    assert page.evaluate(LENGTH) <= LONGEST
    assert page.locator(".os-map summary").all_inner_texts() == SUBJECTS
    assert not page.locator(".os-map a").first.is_visible()
    page.locator(".os-map summary").first.click()
    expect(page.locator(".os-map details[open] a").first).to_be_visible()
    page.wait_for_function(DRAWN, timeout=2 * PATIENCE)
    assert complaints(page) == []
    page.locator(".os-map details[open] a").first.click()
    opened.wait_drawn()
    assert opened.link["lesson"] == in_order()[0].name


def test_a_desk_shows_every_lesson_and_a_keyboard_reaches_them(visit):
    opened = mapped(visit, 1280, 720)
    page = opened.page
    assert page.locator(".os-map a").count() == len(in_order())
    assert all(link.is_visible() for link in page.locator(".os-map a").all())
    page.wait_for_function(DRAWN, timeout=2 * PATIENCE)
    assert complaints(page) == []
    first = page.locator(".os-map a").first
    first.focus()
    first.press("Enter")
    opened.wait_drawn()
    assert opened.link["lesson"] == in_order()[0].name
