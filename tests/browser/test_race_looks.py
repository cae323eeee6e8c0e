"""How the Race page looks, and what it tells who points at it or hears it."""

import re

import pytest
from playwright.sync_api import expect


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_phone_shows_everything_without_scrolling_sideways(visit, theme):
    race = visit(width=390, theme=theme)
    wide = race.page.evaluate(
        """() => [...document.querySelectorAll('[data-testid=stMain], body, .os-stage')]
            .filter((e) => e.scrollWidth > e.clientWidth + 1).map((e) => e.className)"""
    )
    assert wide == []
    for selector in (".os-panel", ".os-clock", ".os-knob"):
        box = race.page.locator(selector).first.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
    before = race.paths()
    race.page.evaluate("document.querySelector('.os-handle').scrollIntoView({block: 'center'})")
    race.page.mouse.move(*race.middle(race.handle()))
    race.page.mouse.down()
    race.page.mouse.move(*race.place(0.0, 1.0), steps=5)
    race.wait_paths_change(before)
    race.page.mouse.up()
    race.wait_link("start.x")


def test_the_dark_theme_is_dark(visit):
    race = visit(theme="dark")
    ground, text = race.page.evaluate(
        """() => [getComputedStyle(document.querySelector('.stApp')).backgroundColor,
            getComputedStyle(document.querySelector('.os-stage')).color]"""
    )
    darkness, brightness = (
        sum(int(part) for part in colour[4:-1].split(",")) for colour in (ground, text)
    )
    assert darkness < 150 < 500 < brightness
    ticks = race.page.evaluate("getComputedStyle(document.querySelector('.xtick text')).fill")
    assert sum(int(part) for part in ticks[4:-1].split(",")) > 500


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
