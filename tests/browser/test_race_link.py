"""What stays on the Race page, and what its address says."""

import pytest
from playwright.sync_api import expect


def ends(race) -> list[float]:
    """The low and high end of what the first plot shows, of x, then of y."""
    return [end for axis in race.window() for end in axis]


def zoom_by_hand(race) -> list[float]:
    mouse = race.page.mouse
    mouse.move(*race.place(-1.0, 0.5))
    mouse.down()
    mouse.move(*race.place(0.5, 2.0), steps=8)
    mouse.up()
    race.wait("document.querySelector('.os-plot')._fullLayout.xaxis.range[1] < 1")
    zoomed = ends(race)
    assert -1.1 < zoomed[0] < zoomed[1] < 0.6
    held = [float(end) for end in race.wait_link("zoom").split(",")]
    assert held == pytest.approx(zoomed, rel=1e-3)
    return zoomed


def change_the_race(race) -> None:
    drawn = race.drawn
    race.slider("momentum.momentum").focus()
    race.page.keyboard.press("ArrowLeft")
    race.wait_redrawn(drawn).wait_link("momentum.momentum")
    race.page.mouse.click(*race.place(0.0, 1.0))
    race.wait_link("start.x")
    old = race.link.get("adam.learning_rate")
    race.field("adam.learning_rate").fill("0.05")
    race.field("adam.learning_rate").press("Enter")
    race.wait_link("adam.learning_rate", old)
    race.clock("Jump to the start").click()
    for _ in range(7):
        race.clock("One step forward").click()
    race.wait("new URL(location).searchParams.get('at') === '7'")


def check_shows_the_same(other, race) -> None:
    assert other.step() == 7
    assert other.table() == race.table()
    assert other.link == race.link
    assert ends(other) == pytest.approx(ends(race), abs=1e-3)


def take_best_and_close_at_once(race) -> None:
    """Closes the popover before the page has heard what the press in it has changed."""
    race.page.get_by_role("button", name="Optimizers").click()
    race.page.get_by_text("quasi-hyperbolic").first.wait_for()
    race.page.get_by_role("button", name="Best rate for each").evaluate(
        """async (best) => {
            best.click();
            await new Promise((then) => setTimeout(then, 30));
            document.querySelector('.st-key-row-race button').click(); }"""
    )


def check_zoom_stays_until_it_is_given_up(race, whole: list[float]) -> None:
    drawn, held = race.drawn, [float(end) for end in race.link["zoom"].split(",")]
    race.slider("adam.learning_rate").press("ArrowRight")
    race.wait_redrawn(drawn)
    assert ends(race) == pytest.approx(held)
    race.page.get_by_role("button", name="Whole view").first.click()
    race.wait("!new URL(location).searchParams.has('zoom')")
    assert ends(race) == pytest.approx(whole)


def test_a_shared_link_shows_another_person_the_same_race_and_a_zoom_is_kept(visit):
    race = visit()
    race.page.evaluate("document.querySelectorAll('.os-plot').forEach((p) => { p.ours = true; })")
    whole, zoomed = ends(race), zoom_by_hand(race)
    change_the_race(race)
    assert ends(race) == pytest.approx(zoomed)

    other = visit(race.page.url.removeprefix(race.address + "/"))
    assert other.value("adam.learning_rate") == 0.05
    assert other.legend() == race.legend()
    assert other.words() == race.words()
    check_shows_the_same(other, race)
    other.reload()
    check_shows_the_same(other, race)
    check_zoom_stays_until_it_is_given_up(other, whole)

    race.page.bring_to_front()
    take_best_and_close_at_once(race)
    race.wait_link("sweep")
    assert ends(race) == pytest.approx(zoomed)
    # What the switch was when the popover closed is not taken for a press on it.
    race.page.get_by_text("Each curve is the loss after").first.wait_for()
    assert race.link["sweep"] == "1"
    # The charts were mounted once.
    kept = "[...document.querySelectorAll('.os-plot')].slice(0, 3).every((p) => p.ours)"
    assert race.page.evaluate(kept)


def test_a_bad_link_says_so_and_shows_the_default(visit):
    race = visit("?surface=atlantis&race.steps=NaN&start.x=1e99&at=-4&race=")
    expect(race.page.get_by_text("is not among the choices")).to_be_visible()
    expect(race.page.get_by_text("race.steps")).to_be_visible()
    assert race.value("race.steps") == 300
    assert "choose one or more optimizers" in race.words()
    assert race.link == {"race": ""}


def test_a_lesson_is_two_clicks_and_back_and_forward_show_what_the_address_says(visit):
    race = visit()
    race.lesson("Clipping saves you")
    assert race.wait_link("lesson") == "clipping-saves-you"
    race.wait_value("clip.limit", 0.5)
    # All that is as the lesson says stays out of the link.
    race.wait("[...new URL(location).searchParams.keys()].join() === 'lesson'")
    clipping = ("clipping-saves-you", ["Gradient descent"])
    momentum = ("momentum-overshoots", ["Gradient descent", "Momentum"])
    for travel, (lesson, racers) in (
        (lambda: race.lesson("Momentum overshoots"), momentum),
        (race.page.go_back, clipping),
        (race.page.go_forward, momentum),
    ):
        travel()
        expect(race.page.locator(".os-chip b")).to_have_text(racers)
        race.wait("(name) => new URL(location).searchParams.get('lesson') === name", lesson)
    assert [row[0] for row in race.table()] == momentum[1]
