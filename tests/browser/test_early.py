"""The picture that an address showed last is drawn before Streamlit has begun, and stays."""

import pytest

MARK = "() => { document.querySelector('.os-stage .js-plotly-plot').marked = true; }"
MARKED = "() => document.querySelector('.os-stage .js-plotly-plot').marked === true"
SETTLED = """() => document.querySelector('.stElementContainer .os-stage')
    && !document.getElementById('os-early')"""
SKETCHED = "() => document.querySelector('.os-sketch')?.complete"
# Of a picture or a plot, where on the page it lies: left, top, width, height.
LIES = """(name) => {
    const { left, top, width, height } = document.querySelector(name).getBoundingClientRect();
    return [left, top, width, height];
}"""
PAINTED = """() => {
    const canvases = [...document.querySelectorAll('.os-panel:not([hidden]) .os-overlay')];
    return canvases.map((each) => each.getContext('2d')
        .getImageData(0, 0, each.width, each.height).data.some((of) => of));
}"""
# Whether the browser counts the sketch as the largest thing it has shown so far; it tells late.
LARGEST = """() => new Promise((done) => {
    setTimeout(() => done(false), 10000);
    new PerformanceObserver((list) => {
        if (list.getEntries().at(-1).element?.className === 'os-sketch') done(true);
    }).observe({ type: 'largest-contentful-paint', buffered: true });
})"""
# Streamlit's own part of the page has the colour of what was there before it.
OUR_COLOUR = """() => { const app = document.querySelector('.stApp');
    return app && getComputedStyle(app).backgroundColor === 'rgb(16, 21, 29)'; }"""
# A slow machine: its frames come well after plotly.js.
SLOW = """const frame = requestAnimationFrame.bind(window), soon = setTimeout.bind(window);
    const late = (call) => soon(() => (window.Plotly ? soon(call, 300) : late(call)), 50);
    window.requestAnimationFrame = (call) => (window.Plotly ? frame(call) : late(call));
    window.setTimeout = (call, wait, ...given) => (
        window.Plotly || wait !== 4000 ? soon(call, wait, ...given) : late(call));"""
LINK = "?race=adam,momentum&adam.learning_rate=0.2"


@pytest.fixture
def opened_early(visit):
    """A page whose address was shown before; Streamlit begins when the second is called."""
    race = visit(LINK, own=True)
    held, begun = [], []
    race.page.route(
        "**/_stcore/health", lambda route: route.continue_() if begun else held.append(route)
    )

    def begin():
        begun.append(True)
        for route in held:
            route.continue_()
        held.clear()

    race.page.reload()
    race.wait_drawn(early=True)
    assert not race.page.evaluate(SETTLED)
    yield race, begin
    begin()


def test_it_is_drawn_without_streamlit_and_what_a_hand_sets_meanwhile_is_not_lost(opened_early):
    race, begin = opened_early
    assert race.legend()
    assert "Adam" in race.words()
    assert race.value("adam.learning_rate") == 0.2
    shown = race.paths()
    race.clock("One step back").click()
    race.wait_paths_change(shown)
    field = race.field("adam.learning_rate")
    field.fill("0.05")
    field.press("Enter")
    begin()
    race.wait_link("adam.learning_rate", "0.2")
    assert race.link["adam.learning_rate"] == "0.05"


def test_it_is_sketched_before_plotly_has_come(opened_early):
    """Where the whole will be, and with nothing asked of anyone else."""
    race, _ = opened_early
    page, held = race.page, []
    page.route("**/plotly.min.js", lambda route: held.append(route))
    page.reload(wait_until="commit")
    page.wait_for_function(SKETCHED)
    sketched = page.evaluate(LIES, ".os-sketch")
    assert page.evaluate(PAINTED) == [True, True, True]
    assert page.evaluate(LARGEST)
    assert race.legend()
    page.keyboard.press("End")
    assert "Adam" in race.words()
    page.mouse.move(*(sketched[at] + sketched[at + 2] / 2 for at in (0, 1)))
    held[0].continue_()
    race.wait_drawn(early=True)
    assert not page.locator(".os-sketch").count()
    whole = page.evaluate(LIES, ".js-plotly-plot .nsewdrag")
    assert max(abs(a - b) for a, b in zip(sketched, whole, strict=True)) < 12
    assert not race.faults


def test_streamlits_picture_takes_its_place_on_the_same_plots_in_the_dark(opened_early):
    """Which is ours before the server has told Streamlit."""
    race, begin = opened_early
    race.page.emulate_media(color_scheme="dark")
    race.page.reload()
    race.wait(OUR_COLOUR)
    race.wait_drawn(early=True)
    paths = race.paths()
    race.page.evaluate(MARK)
    box = race.page.locator(".os-stage").bounding_box()
    begin()
    race.page.wait_for_function(SETTLED)
    race.wait_drawn()
    assert race.page.evaluate(MARKED)
    assert race.paths() == paths
    now = race.page.locator(".os-stage").bounding_box()
    assert max(abs(now[side] - box[side]) for side in box) < 3
    assert race.page.evaluate("() => window.shift") < 0.02
    assert race.page.evaluate(OUR_COLOUR)


def test_plotly_may_come_while_the_first_sketch_of_all_is_shown(visit):
    """An address that nobody has shown before: nothing but the sketch waits for plotly.js."""
    race, held = visit(None, own=True), []
    page = race.page
    page.add_init_script(SLOW)
    page.route("**/plotly.min.js", lambda route: held.append(route))
    page.goto(f"{race.address}/?steps=83", wait_until="commit")
    page.wait_for_selector(".stElementContainer .os-legend button")
    wait_held(page, held, 1)
    held[0].continue_()
    race.wait_drawn()
    assert not page.locator(".os-sketch").count()


def test_plotly_that_did_not_come_is_asked_for_again(visit):
    """By the first page, which fetches it and runs it: then by the stage that needs it."""
    race, refused = visit(None, own=True), []

    def refuse(route):
        refused.append(route)
        route.abort()

    race.page.route("**/plotly.min.js", refuse, times=2)
    race.page.goto(f"{race.address}/?race=adam&start.x=0.25", wait_until="commit")
    race.wait_drawn()
    assert len(refused) == 2
    assert all("plotly" in fault for fault in race.faults)
    race.faults.clear()


def wait_held(page, held: list, count: int) -> None:
    """Until so many files have been asked for."""
    while len(held) < count:
        page.wait_for_timeout(20)


def test_it_is_drawn_in_whatever_order_the_files_arrive(visit):
    race = visit(LINK, own=True)
    held, page = [], race.page
    page.route("**/_stcore/health", lambda route: None)
    page.route("**/optscope.css", lambda route: held.append(route), times=1)
    page.reload(wait_until="commit")
    wait_held(page, held, 1)
    page.wait_for_timeout(500)
    held[0].continue_()
    race.wait_drawn(early=True)
    assert race.legend()
    # On a phone, where tabs choose among the plots, and with plotly.js the last of all.
    page.set_viewport_size({"width": 390, "height": 844})
    page.route("**/plotly.min.js", lambda route: held.append(route))
    page.reload(wait_until="commit")
    page.wait_for_function("() => document.querySelectorAll('.os-tabs button').length > 1")
    assert race.legend()
    wait_held(page, held, 2)
    held[1].continue_()
    race.wait_drawn(early=True)
    assert page.evaluate("() => window.shift") < 0.005
