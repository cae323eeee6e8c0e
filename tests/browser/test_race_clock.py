"""The clock of the Race page: played, stepped and scrubbed."""

from playwright.sync_api import expect


def check_keys_reach_it_wherever_a_click_has_left_the_focus(race):
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


def check_buttons_step_and_jump(race):
    assert race.step() == 300
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


def check_keys_step_jump_and_play(race):
    race.page.locator(".os-stage").first.focus()
    race.page.keyboard.press("ArrowLeft")
    for key, step in (("ArrowLeft", 298), ("ArrowRight", 299), ("Home", 0), ("End", 300)):
        race.page.keyboard.press(key)
        assert race.step() == step
    race.page.keyboard.press("Home")
    race.page.keyboard.press(" ")
    race.wait("document.querySelector('.os-clock input').value > 2")
    race.page.keyboard.press(" ")
    assert race.step() < 300


def check_it_plays_and_pauses(race):
    race.clock("Jump to the end").click()
    race.clock("Play").click()
    race.wait("""() => { const { value } = document.querySelector('.os-clock input');
        return value > 3 && value < 300; }""")
    race.clock("Pause").click()
    paused = race.step()
    assert 3 < paused < 300
    before = race.paths()
    race.page.wait_for_timeout(200)
    assert (race.step(), race.paths()) == (paused, before)
    race.wait("(step) => new URL(location).searchParams.get('at') === step", str(paused))
    race.details()
    expect(race.page.get_by_text(f"From step {paused} to {paused + 1}")).to_be_visible()


def test_the_clock_obeys_keys_and_buttons(visit):
    race = visit()
    check_keys_reach_it_wherever_a_click_has_left_the_focus(race)
    check_buttons_step_and_jump(race)
    check_keys_step_jump_and_play(race)
    check_it_plays_and_pauses(race)


def check_scrubbing_asks_the_server_only_once_the_hand_lets_go(race):
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


def check_it_stays_at_the_end_while_the_race_grows(race):
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


def test_the_scrubber_under_a_hand(visit):
    race = visit("?start.x=-1")
    check_scrubbing_asks_the_server_only_once_the_hand_lets_go(race)
    race.clock("Jump to the end").click()
    race.wait("!new URL(location).searchParams.has('at')")
    check_it_stays_at_the_end_while_the_race_grows(race)
