"""The stage under a hand: presented, framed, hidden, zoomed, slowed, switched off."""

import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import expect

KNOB = "adam.learning_rate"
PAST = re.compile("os-past")
RANGES = """() => { const { xaxis, yaxis } = document.querySelector('.os-plot')._fullLayout;
    return [...xaxis.range, ...yaxis.range]; }"""
# The size of the first tick label, in pixels.
TYPE = "parseFloat(getComputedStyle(document.querySelector('.xtick text')).fontSize)"
# Of every plot, its role, its name, and what it says of its numbers.
DESCRIBED = """() => [...document.querySelectorAll('.js-plotly-plot')].map((plot) =>
    ['role', 'aria-label', 'aria-description'].map((each) => plot.getAttribute(each)))"""
# The steps that are shown of a run that plays.
STEPS = """() => new Promise((done) => {
    const [seen, range] = [[], document.querySelector(".os-clock input[type=range]")];
    const begun = performance.now();
    document.querySelector(".os-play").click();
    const look = () => {
        if (seen.at(-1) !== range.value) seen.push(range.value);
        if (performance.now() - begun < 1700) requestAnimationFrame(look);
        else done(seen.map(Number));
    };
    look();
})"""
PRESENTED = "document.documentElement.classList.contains('os-present')"


# Presented, framed, hidden.


def test_a_link_opens_presented_and_present_doubles_the_type_and_mounts_nothing_anew(visit):
    race = visit("?show=stage")
    race.wait(PRESENTED)
    large = race.page.evaluate(TYPE)
    race.page.get_by_role("button", name="End the presentation").click()
    race.wait(f"!{PRESENTED}")
    race.wait("!new URL(location).searchParams.has('show')")
    assert "show" not in race.link
    race.wait(f"(large) => {TYPE} < large / 1.7", large)
    usual = race.page.evaluate(TYPE)
    race.page.evaluate("document.querySelectorAll('.os-plot').forEach((p) => { p.ours = true; })")
    race.page.keyboard.press("f")
    assert race.wait_link("show") == "stage"
    race.wait(PRESENTED)
    race.wait(f"(large) => {TYPE} === large", large)
    for selector in (".os-side", ".st-key-row", ".stAppHeader"):
        assert not race.page.locator(selector).first.is_visible()
    for selector in (".os-plot", ".os-legend", ".os-clock", ".os-words"):
        assert race.page.locator(selector).first.is_visible()
    race.page.keyboard.press("Home")
    race.page.keyboard.press("ArrowRight")
    assert race.step() == 1
    race.page.keyboard.press(" ")
    race.wait("document.querySelector('.os-clock input').value > 1")
    race.page.keyboard.press("Escape")
    race.wait("!new URL(location).searchParams.has('show')")
    assert race.page.evaluate("[...document.querySelectorAll('.os-plot')].every((p) => p.ours)")
    race.wait(f"(usual) => {TYPE} === usual", usual)


@pytest.fixture
def elsewhere(address):
    """A page of another site that shows ours in a frame."""

    class Site(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            size = 'width="900" height="600" style="border:0"'
            self.wfile.write(f'<iframe src="{address}/?embed=true" {size}></iframe>'.encode())

        def log_message(self, *_):
            pass

    site = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    Thread(target=site.serve_forever, daemon=True).start()
    yield f"http://localhost:{site.server_port}/"
    site.shutdown()
    site.server_close()


def test_a_frame_on_another_site_can_be_played_with(browser, elsewhere):
    page = browser.new_page()
    page.goto(elsewhere)
    frame = page.frame_locator("iframe")
    frame.locator(".os-stage[data-drawn]").wait_for()
    slider = frame.locator(f"input[data-knob='{KNOB}']")
    drawn = int(frame.locator(".os-stage").get_attribute("data-drawn"))
    slider.press("ArrowLeft")
    shown = re.compile(rf"^(?!{drawn}$)\d+$")
    expect(frame.locator(".os-stage")).to_have_attribute("data-drawn", shown)
    assert not frame.get_by_test_id("stHeader").is_visible()
    page.close()


def test_controls_that_are_hidden_hold_their_values(visit):
    race = visit("?hide=surface,adam,start.x&surface=bowl")
    assert not race.page.locator(".st-key-state-race-surface").is_visible()
    assert not race.slider("adam.beta1").is_visible()
    assert not race.slider("start.x").is_visible()
    assert race.slider("start.y").is_visible()
    assert race.slider("momentum.momentum").is_visible()
    assert race.link["hide"] == "surface,adam,start.x"
    assert race.link["surface"] == "bowl"


def test_share_offers_the_link_its_code_and_a_frame(visit):
    race = visit("?surface=bowl&at=7")
    race.page.get_by_role("button", name="Share").click()
    expect(race.page.get_by_text("surface=bowl").first).to_be_visible()
    expect(race.page.get_by_text("<iframe").first).to_be_visible()
    expect(race.page.locator("[data-testid=stPopoverBody] img").first).to_be_visible()
    race.page.get_by_role("button", name="momentum", exact=True).click()
    assert race.wait_link("hide") == "momentum"
    race.wait("document.querySelector('[data-knob=\"momentum.momentum\"]').offsetParent === null")


# The legend, the pointer, the zoom.


def test_an_entry_of_the_legend_is_switched_off_and_on_and_nothing_fades_under_a_hand(visit):
    race = visit()
    mouse, before = race.page.mouse, race.paths()
    chip = race.page.locator(".os-chip").nth(1)
    chip.click()
    mouse.move(5, 5)
    race.wait_paths_change(before)
    assert chip.get_attribute("aria-pressed") == "false"
    chip.click()
    mouse.move(5, 5)
    race.wait("(was) => document.querySelector('.os-overlay').toDataURL() === was", before)

    # Nothing fades while it drags, but the sentence that is no longer true.
    words = race.page.locator(".os-words")
    expect(words).not_to_have_class(PAST)
    mouse.move(*race.middle(race.handle()))
    mouse.move(*race.place(-1.45, 1.95))
    mouse.move(*race.middle(race.handle()))
    mouse.down()
    for x in (-1.2, -1.0):
        shown = race.paths()
        mouse.move(*race.place(x, 1.4), steps=3)
        assert race.page.locator(".os-chip.os-cold").count() == 0
        assert race.page.locator(".os-tip").is_hidden()
        race.wait_paths_change(shown)
        expect(words).to_have_class(PAST)
    mouse.up()
    expect(words).not_to_have_class(PAST)
    start = race.wait_link("start.x")

    # A double click shows the whole again and moves nothing.
    whole = race.page.evaluate(RANGES)
    mouse.move(*race.place(-0.5, 0.5))
    mouse.down()
    mouse.move(*race.place(0.5, 2.0), steps=8)
    mouse.up()
    race.wait_link("zoom")
    mouse.dblclick(*race.place(-0.2, 1.2))
    race.wait("!new URL(location).searchParams.has('zoom')")
    assert race.page.evaluate(RANGES) == pytest.approx(whole)
    race.page.wait_for_timeout(500)
    assert race.link["start.x"] == start


# Sliders.


def test_a_drag_is_finer_with_shift_and_further_away(visit):
    race = visit()
    slider = race.slider("momentum.momentum")
    slider.scroll_into_view_if_needed()
    mouse, box = race.page.mouse, slider.bounding_box()
    y = box["y"] + box["height"] / 2

    def moved(pixels: float, away: float = 0) -> float:
        x = box["x"] + 0.5 * box["width"]
        mouse.click(x, y)
        before = race.value("momentum.momentum")
        mouse.move(x, y)
        mouse.down()
        mouse.move(x, y + away)
        mouse.move(x + pixels, y + away)
        mouse.up()
        return race.value("momentum.momentum") - before

    plain = moved(40)
    race.page.keyboard.down("Shift")
    assert 0.05 < moved(40) / plain < 0.15
    race.page.keyboard.up("Shift")
    assert moved(40, away=150) < plain / 3


# The opening, and less motion.


def test_a_first_visit_plays_the_race_once_and_what_is_said_meanwhile_leaves_the_clock(
    browser, address
):
    page = browser.new_page()
    page.emulate_media(reduced_motion="no-preference")
    at = "Number(document.querySelector('.os-clock input')?.value)"
    page.goto(address)
    page.wait_for_function(f"() => {at} > 0 && {at} < 300")
    page.wait_for_function(f"() => {at} === 300")
    # As a page does that its server had left: it says what a hand has set meanwhile.
    page.evaluate(
        """() => sessionStorage.setItem("optscope.unsettled", JSON.stringify({
            address: location.href, unsaid: { 0: { values: { "adam.learning_rate": 0.2 } } } }))"""
    )
    page.reload()
    page.wait_for_function("() => location.search.includes('adam.learning_rate=0.2')")
    assert "at=" not in page.url
    page.goto(f"{address}/?at=20")
    page.wait_for_selector(".os-stage[data-drawn]")
    page.wait_for_timeout(300)
    assert page.evaluate(at) == 20
    page.close()


def test_less_motion_plays_stills_and_every_plot_is_described_by_its_numbers(visit):
    """Who wants less motion is shown the whole at once; who does not see it, is told."""
    race = visit()
    assert race.step() == 300
    told = race.page.evaluate(DESCRIBED)
    assert "Adam 12.5" not in told[1][2]
    race.clock("Jump to the start").click()
    # What is described follows once the clock rests.
    race.wait(f"() => ({DESCRIBED})()[1][2].includes('Adam 12.5')")
    told = race.page.evaluate(DESCRIBED)
    assert [role for role, _, _ in told] == ["img"] * 3
    assert [name for _, name, _ in told] == ["paths", "loss", "gradient norm"]
    # The start of Rosenbrock's valley, where every racer stands, and its loss.
    assert "Adam at −1.5, 2" in told[0][2]
    inside = race.page.locator(".os-plot").first.aria_snapshot()
    assert "text" not in inside, inside
    race.page.keyboard.press("Tab")
    assert race.page.evaluate("document.activeElement.closest('.os-stage') !== null")
    # Two pictures a second, where a run of 300 steps in 8 seconds has 37.
    steps = race.page.evaluate(STEPS)
    assert 3 <= len(steps) <= 6
    assert steps == sorted(steps)
