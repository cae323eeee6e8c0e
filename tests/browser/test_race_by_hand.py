"""The Race page under a hand: dragged, clicked and typed."""

import pytest
from playwright.sync_api import expect

from ui.prose import number


def check_start_dragged(race):
    mouse, before = race.page.mouse, race.paths()
    first = race.table()
    mouse.move(*race.middle(race.handle()))
    mouse.down()
    for x in (-1.2, -0.9, -0.6):
        shown = race.paths()
        mouse.move(*race.place(x, 1.4), steps=3)
        race.wait_paths_change(shown)
    # The hand still holds it: the link waits until it lets go.
    assert "start.x" not in race.link
    mouse.up()
    assert float(race.wait_link("start.x")) == pytest.approx(-0.6, abs=0.02)
    assert float(race.link["start.y"]) == pytest.approx(1.4, abs=0.02)
    race.wait_value("start.x", -0.6, within=0.02)
    expect(race.rows().first).not_to_contain_text(first[0][2])
    assert race.paths() != before


def check_start_clicked(race):
    old = race.link["start.x"]
    race.page.mouse.click(*race.place(0.5, 2.0))
    assert float(race.wait_link("start.x", old)) == pytest.approx(0.5, abs=0.02)
    assert float(race.link["start.y"]) == pytest.approx(2.0, abs=0.02)


def check_start_typed(race):
    old = race.link["start.x"]
    race.field("start.x").fill("-0,75")
    race.field("start.x").press("Enter")
    assert race.wait_link("start.x", old) == "-0.75"


def check_start_moved_by_arrow_keys(race):
    x, y = (float(race.link[name]) for name in ("start.x", "start.y"))
    race.handle().focus()
    was, before = race.link["start.x"], race.paths()
    race.page.keyboard.press("ArrowRight")
    race.wait_paths_change(before)
    assert float(race.wait_link("start.x", was)) == pytest.approx(x + 0.02 * 4, abs=1e-6)
    was = race.link["start.x"]
    race.page.keyboard.press("Shift+ArrowLeft")
    assert float(race.wait_link("start.x", was)) == pytest.approx(x + (0.02 - 0.002) * 4, abs=1e-6)
    was = race.link["start.y"]
    race.page.keyboard.press("ArrowUp")
    assert float(race.wait_link("start.y", was)) == pytest.approx(y + 0.02 * 4, abs=1e-6)


def test_the_start_is_dragged_clicked_typed_and_moved_by_arrow_keys(visit):
    race = visit()
    check_start_dragged(race)
    check_start_clicked(race)
    check_start_typed(race)
    check_start_moved_by_arrow_keys(race)


def check_slider_moved_by_keys(race):
    knob = "surface.b"
    race.slider(knob).focus()
    before = race.paths()
    for _ in range(3):
        race.page.keyboard.press("ArrowLeft")
    race.wait_paths_change(before)
    assert 90 < float(race.wait_link(knob)) < 100


def check_number_that_is_none_gets_a_sentence_and_nothing_is_lost(race):
    knob = "race.steps"
    field = race.field(knob)
    for bad in ("many", "1e9", "-5", "12.5", ""):
        field.fill(bad)
        field.press("Enter")
        told = race.page.locator(f".os-knob:has(input[data-knob='{knob}']) p")
        expect(told).to_contain_text("was not taken")
        expect(told).to_contain_text("a whole number from 10 to 5000")
        expect(field).to_have_value("300")
    assert knob not in race.link
    field.fill("120")
    field.press("Enter")
    assert race.wait_link(knob) == "120"
    expect(race.page.locator(".os-clock output")).to_have_text("step 120 / 120")


def check_slider_dragged(race):
    knob = "gradient-descent.learning_rate"
    slider, old = race.slider(knob), race.link.get(knob)
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    x, y = race.middle(slider)
    mouse, was = race.page.mouse, race.value(knob)
    mouse.move(x - 6, y)
    mouse.down()
    for share in (0.35, 0.3, 0.25):
        shown = race.paths()
        mouse.move(box["x"] + share * box["width"], y, steps=2)
        race.wait_paths_change(shown)
    mouse.up()
    new = float(race.wait_link(knob, old))
    assert 1e-6 < new < was
    assert race.value(knob) == pytest.approx(new)
    expect(race.rows().first.locator("td").nth(1)).to_have_text(number(new, 4))


def close_the_details(race):
    """They lie over the sliders."""
    race.page.locator(".st-key-drawer").get_by_role("button", name="Close").click()
    race.page.locator(".st-key-drawer .os-table").wait_for(state="hidden")


def check_slider_dragged_there_and_back(race):
    """A browser reports no change then, yet the hand has let go."""
    slider = race.slider("momentum.momentum")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    _, y = race.middle(slider)
    mouse = race.page.mouse
    mouse.click(box["x"] + 0.5 * box["width"], y)
    held = race.wait_link("momentum.momentum")
    mouse.move(box["x"] + 0.5 * box["width"], y)
    mouse.down()
    for share in (0.2, 0.5):
        shown = race.paths()
        mouse.move(box["x"] + share * box["width"], y, steps=4)
        race.wait_paths_change(shown)
    mouse.up()
    # Another control still answers, and the table follows again.
    before = race.link.get("adam.learning_rate")
    race.rates("Same rate for all")
    rate = race.wait_link("adam.learning_rate", before)
    assert race.link["momentum.momentum"] == held
    expect(race.rows().nth(3).locator("td").nth(1)).to_have_text(number(float(rate), 4))


def watch_for_fading(race):
    race.page.evaluate(
        """() => { const stage = document.querySelector('.os-stage').closest('.stElementContainer');
            window.faded = 0;
            stage.addEventListener('transitionrun', (event) => {
                window.faded += event.target === stage; }); }"""
    )


def check_stage_has_not_faded(race):
    slider = race.slider("adam.learning_rate")
    slider.focus()
    for _ in range(5):
        drawn = race.drawn
        race.page.keyboard.press("ArrowRight")
        race.wait_redrawn(drawn)
    assert race.page.evaluate("window.faded") == 0


def test_sliders_are_typed_dragged_and_moved_by_keys_and_the_stage_never_fades(visit):
    race = visit()
    watch_for_fading(race)
    check_slider_moved_by_keys(race)
    check_number_that_is_none_gets_a_sentence_and_nothing_is_lost(race)
    check_slider_dragged(race)
    close_the_details(race)
    check_slider_dragged_there_and_back(race)
    check_stage_has_not_faded(race)


def check_axes_stay_while_a_hand_drags_and_settle_when_it_lets_go(race):
    wide = race.window(1)[1]
    slider = race.slider("adam.learning_rate")
    box = slider.bounding_box()
    mouse = race.page.mouse
    mouse.move(*race.middle(slider))
    mouse.down()
    mouse.move(box["x"] + 0.3 * box["width"], race.middle(slider)[1], steps=3)
    shown = race.paths(1)
    mouse.move(box["x"] + 0.1 * box["width"], race.middle(slider)[1], steps=3)
    race.wait_paths_change(shown, 1)
    assert race.window(1)[1] == wide
    mouse.up()
    race.wait_link("adam.learning_rate", "0.3")
    race.wait(
        "(low) => document.querySelectorAll('.os-plot')[1]._fullLayout.yaxis.range[0] > low",
        wide[0],
    )


def check_ground_is_sketched_while_a_hand_shapes_it(race):
    size = "document.querySelector('.os-plot')._fullData[0].z.length"
    assert race.page.evaluate(size) == 121
    slider = race.slider("surface.b")
    slider.scroll_into_view_if_needed()
    x, y = race.middle(slider)
    race.page.mouse.move(x, y)
    race.page.mouse.down()
    race.page.mouse.move(x + 20, y, steps=3)
    race.wait(f"{size} === 61")
    race.page.mouse.up()
    race.wait(f"{size} === 121")


def test_while_a_hand_drags_axes_stay_and_the_ground_is_sketched(visit):
    race = visit("?race=adam&adam.learning_rate=0.3")
    check_axes_stay_while_a_hand_drags_and_settle_when_it_lets_go(race)
    check_ground_is_sketched_while_a_hand_shapes_it(race)


def test_a_formula_of_ones_own(visit):
    race = visit("?surface=your-own-function")
    offered = race.words()
    field = race.page.get_by_role("textbox", name="f(x, y) =")
    field.fill("x^2 + 4*y^2")
    field.press("Enter")
    assert race.wait_link("f") == "x^2 + 4*y^2"
    race.wait("(old) => document.querySelector('.os-words').innerText !== old", offered)
    words = race.words()
    field.fill("__import__('os')")
    field.press("Enter")
    expect(race.page.get_by_text("Shown meanwhile")).to_be_visible()
    assert race.words() == words
