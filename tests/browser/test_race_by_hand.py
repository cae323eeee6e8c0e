"""The Race page under a hand: dragged, clicked, typed, played and shared."""

import re

import pytest
from playwright.sync_api import expect
from race_page import PATIENCE

from ui.prose import number


def read(text: str) -> float:
    """A number as pages spell it."""
    return float(text.replace("−", "-"))


def test_the_start_is_dragged_and_the_paths_bend_while_it_moves(visit):
    race = visit()
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


def test_a_click_on_the_plot_moves_the_start(visit):
    race = visit()
    race.page.mouse.click(*race.place(0.5, 2.0))
    assert float(race.wait_link("start.x")) == pytest.approx(0.5, abs=0.02)
    assert float(race.link["start.y"]) == pytest.approx(2.0, abs=0.02)


def test_arrow_keys_move_the_start(visit):
    race = visit()
    race.handle().focus()
    before = race.paths()
    race.page.keyboard.press("ArrowRight")
    race.wait_paths_change(before)
    assert float(race.wait_link("start.x")) == pytest.approx(-1.5 + 0.02 * 4, abs=1e-6)
    was = race.link["start.x"]
    race.page.keyboard.press("Shift+ArrowLeft")
    assert float(race.wait_link("start.x", was)) == pytest.approx(-1.42 - 0.002 * 4, abs=1e-6)
    race.page.keyboard.press("ArrowUp")
    assert float(race.wait_link("start.y")) == pytest.approx(2.08, abs=1e-6)


def test_the_start_is_typed(visit):
    race = visit()
    race.field("start.x").fill("-0,75")
    race.field("start.x").press("Enter")
    assert race.wait_link("start.x") == "-0.75"


def test_a_slider_is_dragged(visit):
    race = visit()
    knob = "gradient-descent.learning_rate"
    slider, old = race.slider(knob), race.link.get(knob)
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


def test_axes_stay_while_a_hand_drags_and_settle_when_it_lets_go(visit):
    race = visit("?race=adam&adam.learning_rate=0.3")
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


def test_the_ground_is_sketched_while_a_hand_shapes_it(visit):
    race = visit("?surface=ravine")
    size = "document.querySelector('.os-plot')._fullData[0].z.length"
    assert race.page.evaluate(size) == 121
    slider = race.slider("surface.rotation")
    slider.scroll_into_view_if_needed()
    x, y = race.middle(slider)
    race.page.mouse.move(x, y)
    race.page.mouse.down()
    race.page.mouse.move(x + 20, y, steps=3)
    race.wait(f"{size} === 61")
    race.page.mouse.up()
    race.wait(f"{size} === 121")


def test_the_stage_never_fades_while_it_waits(visit):
    race = visit()
    race.page.evaluate(
        """() => { const stage = document.querySelector('.os-stage').closest('.stElementContainer');
            window.faded = 0;
            stage.addEventListener('transitionrun', (event) => {
                window.faded += event.target === stage; }); }"""
    )
    slider = race.slider("adam.learning_rate")
    slider.focus()
    for _ in range(5):
        drawn = race.drawn
        race.page.keyboard.press("ArrowRight")
        race.wait_redrawn(drawn)
    assert race.page.evaluate("window.faded") == 0


def test_a_slider_dragged_there_and_back_lets_go_too(visit):
    """A browser reports no change then, yet the hand has let go."""
    race = visit()
    slider = race.slider("momentum.momentum")
    box = slider.bounding_box()
    _, y = race.middle(slider)
    mouse = race.page.mouse
    mouse.click(box["x"] + 0.5 * box["width"], y)
    held = race.wait_link("momentum.momentum")
    mouse.move(box["x"] + 0.5 * box["width"], y)
    mouse.down()
    shown = race.paths()
    mouse.move(box["x"] + 0.2 * box["width"], y, steps=4)
    race.wait_paths_change(shown)
    shown = race.paths()
    mouse.move(box["x"] + 0.5 * box["width"], y, steps=4)
    race.wait_paths_change(shown)
    mouse.up()
    # Another control still answers, and the table follows again.
    before = race.link.get("adam.learning_rate")
    race.rates("Same rate for all")
    rate = race.wait_link("adam.learning_rate", before)
    assert race.link["momentum.momentum"] == held
    expect(race.rows().nth(3).locator("td").nth(1)).to_have_text(number(float(rate), 4))


def test_a_slider_moves_by_keys(visit):
    race = visit()
    knob = "surface.b"
    race.slider(knob).focus()
    before = race.paths()
    for _ in range(3):
        race.page.keyboard.press("ArrowLeft")
    race.wait_paths_change(before)
    assert 90 < float(race.wait_link(knob)) < 100


def test_a_typed_number_that_is_none_gets_a_sentence_and_nothing_is_lost(visit):
    race = visit()
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


# The clock.


def test_play_and_pause(visit):
    race = visit()
    race.clock("Play").click()
    race.wait("document.querySelector('.os-clock input').value > 3")
    race.clock("Pause").click()
    paused = race.step()
    assert 3 < paused < 300
    before = race.paths()
    race.page.wait_for_timeout(200)
    assert (race.step(), race.paths()) == (paused, before)
    assert race.wait_link("at") == str(paused)
    race.details()
    expect(race.page.get_by_text(f"From step {paused} to {paused + 1}")).to_be_visible()


def test_stepping_and_jumping(visit):
    race = visit()
    at = race.step()
    assert at == 300
    race.clock("One step back").click()
    assert race.step() == 299
    race.clock("Jump to the start").click()
    assert race.step() == 0
    start = race.legend()
    race.clock("One step forward").click()
    assert race.step() == 1
    assert race.legend() != start
    race.clock("Jump to the end").click()
    assert race.step() == 300


def test_the_clock_obeys_keys(visit):
    race = visit("?at=50")
    race.page.locator(".os-stage").first.focus()
    for key, step in (("ArrowLeft", 49), ("ArrowRight", 50), ("Home", 0), ("End", 300)):
        race.page.keyboard.press(key)
        assert race.step() == step
    race.page.keyboard.press("Home")
    race.page.keyboard.press(" ")
    race.wait("document.querySelector('.os-clock input').value > 2")
    race.page.keyboard.press(" ")
    assert race.step() < 300


def test_scrubbing_asks_the_server_only_once_the_hand_lets_go(visit):
    race = visit()
    scrubber = race.page.locator(".os-clock input[type=range]")
    box = scrubber.bounding_box()
    _, y = race.middle(scrubber)
    mouse, drawn = race.page.mouse, race.drawn
    mouse.move(box["x"] + box["width"] - 8, y)
    mouse.down()
    for share in (0.8, 0.6, 0.4):
        shown = race.paths()
        mouse.move(box["x"] + share * box["width"], y, steps=4)
        race.wait_paths_change(shown)
    assert race.drawn == drawn
    mouse.up()
    step = race.step()
    assert 90 < step < 150
    assert race.wait_link("at") == str(step)


def test_the_legend_reads_the_numbers_at_the_step(visit):
    race = visit("?surface=bowl&race=gradient-descent&gradient-descent.learning_rate=0.1&at=0")
    text = race.legend()[0]
    # The bowl (x^2 + y^2) / 2 times its curvature, at the start.
    assert "loss" in text
    assert "‖∇‖" in text
    end = race.table()[0][2]
    race.clock("Jump to the end").click()
    shown = read(race.legend()[0].split("loss")[1].split()[0])
    assert shown == pytest.approx(read(end), rel=1e-3)


# What stays.


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
        expect(race.page.locator(".os-chip b")).to_have_text(racers, timeout=PATIENCE)
        race.wait("(name) => new URL(location).searchParams.get('lesson') === name", lesson)


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


# How it looks.


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


def test_the_race_in_three_dimensions(visit):
    race = visit()
    race.page.get_by_role("button", name="View").first.click()
    race.page.get_by_text("3-D", exact=True).click()
    assert race.wait_link("view") == "3-d"
    race.wait("document.querySelector('.os-plot')._fullLayout.scene?._scene !== undefined")
    # Nothing of the flat picture is left over the scene.
    race.wait(
        """() => { const c = document.querySelector('.os-overlay');
            const pixels = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
            return !pixels.some((value) => value); }"""
    )
    drawn = race.drawn
    race.slider("momentum.momentum").focus()
    race.page.keyboard.press("ArrowLeft")
    race.wait_redrawn(drawn)
    race.page.get_by_text("Contours", exact=True).click()
    race.wait("document.querySelector('.os-plot')._fullLayout.xaxis?.d2p !== undefined")


def test_the_link_holds_the_camera(visit):
    race = visit()
    race.page.goto(f"{race.address}/?view=3-d&camera=1.5,1.2,0.9,0,0,-0.1")
    eye = "document.querySelector('.os-plot')._fullLayout.scene.camera.eye"
    race.page.wait_for_selector(".os-stage[data-drawn]")
    race.wait(f"Math.abs({eye}.x - 1.5) < 1e-6 && Math.abs({eye}.z - 0.9) < 1e-6")
    x, y = race.middle(race.page.locator(".os-panel").first)
    race.page.mouse.move(x, y)
    race.page.mouse.down()
    race.page.mouse.move(x + 90, y, steps=4)
    race.page.mouse.up()
    turned = race.wait_link("camera", "1.5,1.2,0.9,0,0,-0.1")
    assert float(turned.split(",")[0]) == pytest.approx(race.page.evaluate(f"{eye}.x"), rel=1e-3)


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


def test_keys_reach_the_clock_wherever_a_click_has_left_the_focus(visit):
    race = visit()
    steps = race.step()
    for click in (
        lambda: None,
        lambda: race.page.mouse.click(*race.middle(race.page.locator(".os-panel").nth(1))),
        lambda: race.page.get_by_test_id("stHeader").click(position={"x": 700, "y": 20}),
        lambda: race.clock("Jump to the start").click(),
    ):
        click()
        race.page.keyboard.press("Home")
        assert race.step() == 0
        race.page.keyboard.press("ArrowRight")
        assert race.step() == 1
        race.page.keyboard.press("End")
        assert race.step() == steps
    # A field keeps the keys it needs.
    race.field("race.steps").focus()
    race.page.keyboard.press("Home")
    assert race.step() == steps


def test_a_scrubber_at_the_end_stays_there_while_the_race_grows(visit):
    race = visit("?start.x=-1")
    race.handle().focus()
    drawn = race.drawn
    race.page.keyboard.press("ArrowRight")
    race.wait_redrawn(drawn).wait_link("start.x", "-1")
    slider = race.slider("race.steps")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    x, y = race.middle(slider)
    race.page.mouse.move(x, y)
    race.page.mouse.down()
    for share in (0.6, 0.7, 0.8, 0.9):
        drawn = race.drawn
        race.page.mouse.move(box["x"] + share * box["width"], y, steps=3)
        race.wait_redrawn(drawn)
    race.page.mouse.up()
    steps = int(race.wait_link("race.steps"))
    race.wait(
        f"document.querySelector('.os-clock output').textContent === 'step {steps} / {steps}'"
    )
    assert "at" not in race.link
