"""Every page of the navigation, wide and light, then as narrow as a phone and dark."""

from pathlib import Path

import pytest
from axe import complaints
from random_links import pages, staged

PAGES = [name for name in staged() if name != "race"]

# Nothing has to be scrolled sideways.
FITS = """() => [...document.querySelectorAll('[data-testid=stMain], body, .os-stage')]
    .every((e) => e.scrollWidth <= e.clientWidth + 1)"""


# Of the window, by the share that it moves: nothing may while a page fills.
STILL = 0.02


@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_without_a_fault_and_fits_a_phone(visit, name):
    opened = visit(name)
    page = opened.page
    assert page.locator(".os-plot").count() >= 1
    assert page.get_by_test_id("stException").count() == 0
    opened.wait(FITS)
    assert page.evaluate("() => window.shift") <= STILL
    assert complaints(page) == []
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 390, "height": 844})
    opened.wait("document.querySelector('.os-stage').clientWidth < 390")
    opened.wait(FITS)
    opened.wait(
        """() => getComputedStyle(document.querySelector('.stApp')).backgroundColor
            .match(/\\d+/g).slice(0, 3).every((part) => part < 60)"""
    )
    assert complaints(page) == []


def test_a_line_that_comes_in_pieces_moves_nothing(visit):
    opened = visit("layers")
    page, held = opened.page, []
    page.route("**/static/js/ButtonGroup*", lambda route: held.append(route))
    page.goto(f"{opened.address}/curvature", wait_until="commit")
    page.wait_for_selector(".st-key-row [data-testid=stSkeleton]", state="attached")
    page.wait_for_timeout(300)
    held[0].continue_()
    page.wait_for_selector(".st-key-row [data-testid=stSkeleton]", state="detached")
    opened.wait_drawn()
    assert page.locator(".st-key-row button").first.is_visible()
    assert page.evaluate("() => window.shift") <= STILL / 4


def test_the_navigation_names_the_pages_that_exist_and_only_those():
    files = {path.stem for path in (Path(__file__).parents[2] / "pages").glob("*.py")}
    assert {*pages(), "index"} == files
