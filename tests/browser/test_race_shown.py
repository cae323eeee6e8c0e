"""Arrows, panels and numbers of the Race page, and who is told of them."""

import pytest
from playwright.sync_api import expect

INK = """() => { const canvas = document.querySelector('.os-overlay');
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    let found = 0;
    for (let at = 0; at < data.length; at += 4) {
        found += data[at] === 0xd9 && data[at + 1] === 0x6c && data[at + 2] === 0x06; }
    return found; }"""


def read(text: str) -> float:
    """A number as pages spell it."""
    return float(text.replace("−", "-"))


def check_arrows_switched_on(race):
    assert race.page.evaluate(INK) == 0
    race.page.get_by_role("button", name="View", exact=False).first.click()
    race.page.get_by_text("Arrows at each head").click()
    assert race.wait_link("arrows") == "1"
    race.page.keyboard.press("Escape")
    race.wait(f"() => ({INK})() > 50")


def check_arrows_stay_while_a_hand_drags(race):
    drawn, mouse = race.drawn, race.page.mouse
    mouse.move(*race.middle(race.handle()))
    mouse.down()
    shown = race.paths()
    mouse.move(*race.place(-1.8, 1.0), steps=3)
    race.wait_paths_change(shown)
    assert race.page.evaluate(INK) > 50
    mouse.up()
    race.wait_redrawn(drawn).wait_link("start.x")


def check_arrows_follow_the_clock_without_asking_the_server(race):
    drawn, before = race.drawn, race.paths()
    assert race.page.evaluate(INK) > 50
    race.clock("Play").click()
    race.wait("Number(document.querySelector('.os-clock input').value) > 5")
    assert race.page.evaluate(INK) > 50
    assert race.paths() != before
    assert race.drawn == drawn


def check_panel_chosen_and_the_others_make_room(race):
    plots = race.page.locator(".os-plot")
    assert plots.count() == 3
    race.page.get_by_role("button", name="View", exact=False).first.click()
    race.page.get_by_role("button", name="Gradient norm").click()
    race.page.get_by_role("button", name="Across and along").click()
    race.wait("new URL(location).searchParams.get('beside') === 'loss,across-and-along'")
    race.page.keyboard.press("Escape")
    expect(plots).to_have_count(4)
    labels = [plot.get_attribute("aria-label") for plot in plots.all()]
    assert labels == ["paths", "loss", "across", "along"]
    assert "across" in race.legend()[0]


def test_arrows_and_panels_are_chosen_in_the_view(visit):
    race = visit("?surface=ravine&race=momentum&at=3")
    check_arrows_switched_on(race)
    check_arrows_follow_the_clock_without_asking_the_server(race)
    race.clock("Pause").click()
    race.wait_link("at", "3")
    check_arrows_stay_while_a_hand_drags(race)
    check_panel_chosen_and_the_others_make_room(race)


def test_numbers_and_arrows_are_told_to_who_does_not_see_them(visit):
    race = visit("?surface=bowl&race=gradient-descent&gradient-descent.learning_rate=0.1&arrows=1"
                 "&start.x=2&start.y=-1&at=0")  # fmt: skip
    told = race.page.locator(".os-plot").first.get_attribute("aria-description")
    # The gradient of x^2 + y^2 is twice the place: a step of a tenth of it.
    assert "Gradient descent: −gradient −0.4, 0.2, step −0.4, 0.2" in told
    # The bowl (x^2 + y^2) / 2 times its curvature, at the start.
    at_the_start = race.legend()[0]
    assert "loss" in at_the_start
    assert "‖∇‖" in at_the_start
    end = race.table()[0][2]
    race.page.locator(".st-key-drawer").get_by_role("button", name="Close").click()
    race.clock("Jump to the end").click()
    shown = read(race.legend()[0].split("loss")[1].split()[0])
    assert shown == pytest.approx(read(end), rel=1e-3)


def test_an_open_question_hides_where_the_next_step_leads(visit):
    race = visit("?lesson=zig-zag-in-a-ravine&arrows=1&at=2")
    assert race.page.evaluate(INK) == 0
    assert "step" not in race.page.locator(".os-plot").first.get_attribute("aria-description")
