"""How the Race page looks, and what it tells who points at it or hears it."""

import re

from playwright.sync_api import expect


def check_everything_is_in_view_and_moves(race):
    wide = race.page.evaluate(
        """() => [...document.querySelectorAll('[data-testid=stMain], body, .os-stage')]
            .filter((e) => e.scrollWidth > e.clientWidth + 1).map((e) => e.className)"""
    )
    assert wide == []
    for selector in (".os-panel", ".os-clock", ".os-knob"):
        box = race.page.locator(selector).first.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
    before, old = race.paths(), race.link.get("start.x")
    race.page.evaluate("document.querySelector('.os-handle').scrollIntoView({block: 'center'})")
    (x, y), to = race.middle(race.handle()), 0.3 if old else 0.0
    race.page.mouse.move(x, y)
    race.page.mouse.down()
    race.page.mouse.move(*race.place(to, 1.0), steps=5)
    race.wait_paths_change(before)
    race.page.mouse.up()
    race.wait_link("start.x", old)


def brightness(colour: str) -> int:
    return sum(int(part) for part in colour[4:-1].split(","))


COLOURS = """() => ['.stApp', '.os-stage', '.xtick text'].map((each, at) => getComputedStyle(
    document.querySelector(each))[['backgroundColor', 'color', 'fill'][at]])"""


def test_a_phone_shows_everything_without_scrolling_sideways_dark_and_light(visit):
    race = visit(width=390, theme="dark")
    ground, text, ticks = map(brightness, race.page.evaluate(COLOURS))
    assert ground < 150 < 500 < text
    assert ticks > 500
    check_everything_is_in_view_and_moves(race)
    race.page.emulate_media(color_scheme="light")
    race.wait("getComputedStyle(document.querySelector('.stApp')).backgroundColor.includes('255')")
    race.wait(f"parseInt(({COLOURS})()[2].slice(4)) < 150")
    ground, text, ticks = map(brightness, race.page.evaluate(COLOURS))
    assert max(text, ticks) < 300 < 700 < ground
    check_everything_is_in_view_and_moves(race)


def test_a_screen_reader_hears_what_happened(visit):
    race = visit("?race=gradient-descent&gradient-descent.learning_rate=1")
    words = race.page.locator(".os-words").first
    assert words.get_attribute("aria-live") == "polite"
    assert "Diverged at step" in words.inner_text()
    assert race.handle().get_attribute("aria-label").startswith("Start point")
    unnamed = race.page.evaluate(
        """() => [...document.querySelectorAll('.os-stage :is(button, input, select)')].filter(
            (e) => !e.getAttribute('aria-label') && !e.innerText.trim()).length"""
    )
    assert unnamed == 0


def test_hovering_one_optimizer_singles_it_out_everywhere(visit):
    race = visit()
    before = [race.paths(panel) for panel in range(3)]
    race.page.locator(".os-chip").nth(1).hover()
    for panel in range(3):
        race.wait_paths_change(before[panel], panel)
    cold = race.page.locator(".os-chip.os-cold")
    expect(cold).to_have_count(3)
    race.page.mouse.move(5, 5)
    expect(cold).to_have_count(0)
    # On a path the pointer reads off who it is, at which step, and where.
    race.page.mouse.move(*race.place(0.0, 0.0), steps=4)
    tip = race.page.locator(".os-tip").first
    expect(tip).to_contain_text("step")
    expect(tip).to_contain_text(re.compile("Momentum|Adam"))
