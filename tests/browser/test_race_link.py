"""What stays on the Race page, and what its address says."""

import pytest
from playwright.sync_api import expect


def test_zoom_is_kept_through_every_change_and_the_chart_is_mounted_once(visit):
    race = visit()
    race.page.evaluate("document.querySelectorAll('.os-plot').forEach((p) => { p.ours = true; })")
    mouse = race.page.mouse
    mouse.move(*race.place(-1.0, 0.5))
    mouse.down()
    mouse.move(*race.place(0.5, 2.0), steps=8)
    mouse.up()
    race.wait("document.querySelector('.os-plot')._fullLayout.xaxis.range[1] < 1")
    zoomed = race.window()
    assert -1.1 < zoomed[0][0] < zoomed[0][1] < 0.6
    drawn = race.drawn
    race.slider("momentum.momentum").focus()
    race.page.keyboard.press("ArrowLeft")
    race.wait_redrawn(drawn).wait_link("momentum.momentum")
    race.rates("Best rate for each")
    race.wait_link("sweep")
    race.page.mouse.click(*race.place(0.0, 1.0))
    race.wait_link("start.x")
    for now, then in zip(race.window(), zoomed, strict=True):
        assert now == pytest.approx(then)
    kept = "[...document.querySelectorAll('.os-plot')].slice(0, 3).every((p) => p.ours)"
    assert race.page.evaluate(kept)


def ends(race) -> list[float]:
    """The low and high end of what the first plot shows, of x, then of y."""
    return [end for axis in race.window() for end in axis]


def test_the_link_holds_the_zoom(visit):
    race = visit()
    whole = ends(race)
    mouse = race.page.mouse
    mouse.move(*race.place(-1.0, 0.5))
    mouse.down()
    mouse.move(*race.place(0.5, 2.0), steps=8)
    mouse.up()
    held = [float(end) for end in race.wait_link("zoom").split(",")]
    zoomed = ends(race)
    assert zoomed != whole
    assert held == pytest.approx(zoomed, rel=1e-3)
    race.reload()
    race.wait(
        "(low) => Math.abs(document.querySelector('.os-plot')._fullLayout.xaxis.range[0] - low)"
        " < 1e-3",
        zoomed[0],
    )
    drawn = race.drawn
    race.slider("adam.learning_rate").press("ArrowRight")
    race.wait_redrawn(drawn)
    assert ends(race) == pytest.approx(held)
    race.page.get_by_role("button", name="Whole view").first.click()
    race.wait("!new URL(location).searchParams.has('zoom')")
    assert ends(race) == pytest.approx(whole)


def test_a_shared_link_shows_another_person_the_same_race(visit):
    race = visit()
    race.page.mouse.click(*race.place(0.5, 2.0))
    race.wait_link("start.x")
    race.field("adam.learning_rate").fill("0.05")
    old = race.link.get("adam.learning_rate")
    race.field("adam.learning_rate").press("Enter")
    race.wait_link("adam.learning_rate", old)
    race.clock("Jump to the start").click()
    for _ in range(7):
        race.clock("One step forward").click()
    race.wait("new URL(location).searchParams.get('at') === '7'")
    link = race.page.url.removeprefix(race.address + "/")
    other = visit(link)
    assert other.step() == 7
    assert other.value("adam.learning_rate") == 0.05
    assert other.table() == race.table()
    assert other.legend() == race.legend()
    assert other.words() == race.words()
    assert other.link == race.link
    other.reload()
    assert other.step() == 7
    assert other.table() == race.table()
    assert other.link == race.link


def test_a_bad_link_says_so_and_shows_the_default(visit):
    race = visit("?surface=atlantis&race.steps=NaN&start.x=1e99&at=-4&race=")
    expect(race.page.get_by_text("is not among the choices")).to_be_visible()
    expect(race.page.get_by_text("race.steps")).to_be_visible()
    assert race.value("race.steps") == 300
    assert "choose one or more optimizers" in race.words()
    assert race.link == {"race": ""}


def test_a_lesson_is_two_clicks(visit):
    race = visit()
    race.lesson("Clipping saves you")
    assert race.wait_link("lesson") == "clipping-saves-you"
    race.wait_value("clip.limit", 0.5)
    # All that is as the lesson says stays out of the link.
    race.wait("[...new URL(location).searchParams.keys()].join() === 'lesson'")
    assert [row[0] for row in race.table()] == ["Gradient descent"]


def test_back_and_forward_show_what_the_address_says(visit):
    race = visit()
    momentum = ("momentum-overshoots", ["Gradient descent", "Momentum"])
    adagrad = ("adagrad-stops-early", ["AdaGrad"])
    for travel, (lesson, racers) in (
        (lambda: race.lesson("Momentum overshoots"), momentum),
        (lambda: race.lesson("AdaGrad stops early"), adagrad),
        (race.page.go_back, momentum),
        (race.page.go_forward, adagrad),
    ):
        travel()
        expect(race.page.locator(".os-chip b")).to_have_text(racers)
        race.wait("(name) => new URL(location).searchParams.get('lesson') === name", lesson)


def test_the_link_holds_the_camera(visit):
    race = visit("?view=3-d&camera=1.5,1.2,0.9,0,0,-0.1", width=900)
    eye = "document.querySelector('.os-plot')._fullLayout.scene.camera.eye"
    race.wait(f"Math.abs({eye}.x - 1.5) < 1e-6 && Math.abs({eye}.z - 0.9) < 1e-6")
    x, y = race.middle(race.page.locator(".os-panel").first)
    race.page.mouse.move(x, y)
    race.page.mouse.down()
    race.page.mouse.move(x + 90, y, steps=4)
    race.page.mouse.up()
    turned = race.wait_link("camera", "1.5,1.2,0.9,0,0,-0.1")
    assert float(turned.split(",")[0]) == pytest.approx(race.page.evaluate(f"{eye}.x"), rel=1e-3)
