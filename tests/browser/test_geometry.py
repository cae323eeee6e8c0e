"""Every page at the sizes it is looked at: no fault, the picture first, whole, legible."""

from pathlib import Path

import pytest
from axe import complaints
from random_links import pages, staged

from ui.lessons import lessons

ROOT = Path(__file__).parents[2]
SEEN = (ROOT / "tests" / "support" / "geometry.js").read_text("utf-8").split("\n", 1)[1]

# A projector, a laptop, a projector at 125 %, a phone on its side; and a frame of a course page.
WIDE = ((1280, 720), (1400, 900), (1024, 576), (844, 390))
FRAME = (900, 600)
PHONE = (390, 844)
LEAST_SHARE = 0.55
LONGEST = 2200
# The window has that width, every plot fills its room, and for so many frames nothing moves.
STILL_FRAMES = 8
STANDS = """([wide, frames]) => { const stage = document.querySelector('.os-stage');
    const plots = [...document.querySelectorAll('.js-plotly-plot')];
    const boxes = [...plots, ...document.querySelectorAll('.os-words, .os-legend')]
        .map((e) => JSON.stringify(e.getBoundingClientRect())).join();
    const settled = document.querySelector('.st-key-row') && !document.getElementById('os-early');
    const fill = plots.every((plot) => !plot.clientWidth
        || Math.abs(plot._fullLayout.width - plot.clientWidth) < 1);
    const same = innerWidth === wide && boxes === window.boxesBefore && fill && settled
        && stage.dataset.drawn;
    window.boxesBefore = boxes;
    window.stoodFor = same ? (window.stoodFor ?? 0) + 1 : 0;
    return window.stoodFor >= frames; }"""
# Of the window, by the share that it moves: nothing may while a page fills.
STILL = 0.02
# Where transport and plots stand at some steps of the clock, which then goes back to where it was.
SCRUBBED = """() => {
    const [clock, board] = ['.os-clock', '.os-board'].map((each) => document.querySelector(each));
    const range = clock.querySelector('input'), was = range.value, found = new Set();
    const go = (at) => {
        range.value = at;
        range.dispatchEvent(new Event('input', { bubbles: true }));
    };
    for (let part = 0; part <= 16 && !clock.hidden; part += 1) {
        go(Math.round((range.max * part) / 16));
        const boxes = [clock, board].map((each) => each.getBoundingClientRect());
        found.add(boxes.map(({ top, bottom }) => `${top} ${bottom}`).join());
    }
    go(was);
    return [...found]; }"""
# Pixels of a unit across over those of a unit up, of the planes that are in view.
ROUND = """() => [...document.querySelectorAll('.os-shaped')]
    .filter((cell) => cell.checkVisibility()).map((cell) => {
        const { xaxis, yaxis, _size } = cell.querySelector('.js-plotly-plot')._fullLayout;
        const unit = (pixels, [low, high]) => pixels / (high - low);
        return unit(_size.w, xaxis.range) / unit(_size.h, yaxis.range); })"""
# Nothing has to be scrolled sideways.
FITS = """() => [...document.querySelectorAll('[data-testid=stMain], body, .os-stage')]
    .every((e) => e.scrollWidth <= e.clientWidth + 1)"""
DARK = """() => getComputedStyle(document.querySelector('.stApp')).backgroundColor
    .match(/\\d+/g).slice(0, 3).every((part) => part < 60)"""


def seen(opened, size) -> dict:
    """What is on the screen at that size, once nothing moves any more."""
    page = opened.page
    page.set_viewport_size(dict(zip(("width", "height"), size, strict=True)))
    # Where much else goes on a page may stand before it has measured itself.
    for _ in range(3):
        page.evaluate("() => { window.stoodFor = 0; }")
        opened.wait(STANDS, [size[0], STILL_FRAMES])
        found = page.evaluate(SEEN)
        if size == PHONE or found["length"] <= found["height"] + 1:
            break
    return found


def check(found: dict, size) -> None:
    assert not found["faults"], size
    assert found["sideways"] <= 1, size
    if size == PHONE:
        assert found["length"] <= LONGEST
        assert found["type"] >= 12
        return
    assert found["length"] <= found["height"] + 1, f"{size}: the page scrolls"
    if size == (1280, 720):
        assert found["share"] >= LEAST_SHARE
    assert found["type"] >= (14 if size[0] >= 1280 else 12), size


def check_opened(opened) -> None:
    """What a page that has just opened owes to everybody."""
    opened.wait(FITS)
    assert opened.page.evaluate("() => window.shift") <= STILL
    assert complaints(opened.page) == []


def wordiest(page: str) -> str:
    """The lesson of a page, at the step, that has the most to say."""

    def length(step) -> int:
        answers = "".join(each.label + each.reply for each in step.answers)
        return len(step.words + answers + step.then)

    steps = [(length(step), f"{lesson.name}.{at}") for lesson in lessons(page)
             for at, step in enumerate(lesson.steps, start=1)]  # fmt: skip
    return max(steps)[1]


@pytest.mark.parametrize("view", ["powers-of-a-matrix", "one-unit"])
def test_a_circle_is_round(visit, view):
    opened = visit(f"recurrent?view={view}&at=3")
    for size in ((1280, 720), (1024, 576), PHONE):
        seen(opened, size)
        shapes = opened.page.evaluate(ROUND)
        # The map of one unit has a tab of its own on a phone.
        assert shapes or (size == PHONE and view == "one-unit")
        assert shapes == pytest.approx([1] * len(shapes), abs=0.01), size


@pytest.mark.parametrize("name", staged())
def test_a_page_opens_without_a_fault_and_its_picture_comes_first_at_every_size(visit, name):
    opened = visit("" if name == "race" else name)
    page = opened.page
    assert page.get_by_test_id("stException").count() == 0
    check_opened(opened)
    for size in (*WIDE, FRAME, PHONE):
        check(seen(opened, size), size)
        assert len(page.evaluate(SCRUBBED)) <= 1, f"{size}: the clock moves itself"
    page.emulate_media(color_scheme="dark")
    opened.wait(DARK)
    assert complaints(page) == []


@pytest.mark.parametrize("name", [page for page in staged() if lessons(page)])
def test_so_it_does_beside_a_lesson_opened_on_a_phone_in_the_dark(visit, name):
    """Where the last test comes by a window that is pulled: nothing hangs on how a page opened."""
    link = f"{'' if name == 'race' else name}?lesson={wordiest(name)}"
    opened = visit(link, width=390, theme="dark")
    opened.wait(DARK)
    check_opened(opened)
    for size in (PHONE, *WIDE):
        check(seen(opened, size), size)


# How high the buttons below a lesson stand, and how high they are; those in sight.
LINES = """() => [...document.querySelectorAll('.os-lesson footer button:not([hidden])')]
    .map((each) => each.getBoundingClientRect())
    .filter(({ left, bottom }) => document.elementFromPoint(left + 9, bottom - 9)?.dataset.do)
    .map(({ top, height }) => [top, height])"""


def test_the_buttons_of_a_question_stand_in_one_line_in_sight(visit):
    opened = visit("?lesson=adam-without-bias-correction")
    for size in WIDE:
        seen(opened, size)
        buttons = opened.page.evaluate(LINES)
        assert len(buttons) == 3
        assert all(each == buttons[0] for each in buttons), size


@pytest.mark.parametrize("view", ["step", "run", "minimum"])
def test_the_longest_lines_of_controls_need_no_scrolling_on_a_projector(visit, view):
    opened = visit(f"curvature?view={view}", width=1024)
    opened.wait("""() => { const own = document.querySelector('.st-key-own');
        return own.scrollWidth <= own.clientWidth + 1; }""")
    opened.page.get_by_role("button", name="Map").click()
    asked = opened.page.get_by_text("Where starts lead to")
    asked.wait_for()
    assert asked.is_visible()


# Where our marks stand on the vertical axis of each plot, and where a share of its length says.
PLACES = """async () => {
    const script = document.querySelector('script[src$="/optscope.js"]');
    const { parts } = await import(script.src);
    const shares = [0, 0.25, 0.5, 0.75, 1];
    return [...document.querySelectorAll('.js-plotly-plot')].map(({ _fullLayout: { yaxis } }) => {
        const [low, high] = yaxis.range;
        const exponents = shares.map((share) => low + share * (high - low));
        const log = yaxis.type === 'log';
        const values = exponents.map((each) => log ? 10 ** each : each);
        const told = shares.map((share) => yaxis._offset + yaxis._length * (1 - share));
        return { high, told, ours: Array.from(parts['axes.js'].along(yaxis, values)) };
    });
}"""


def test_what_moves_stands_where_the_axis_says_though_it_spans_thousands(visit):
    opened = visit("curvature?view=run&surface=rosenbrock&step.learning_rate=0.00024")
    found = opened.page.evaluate(PLACES)
    assert max(plot["high"] for plot in found) > 5000
    for plot in found:
        assert plot["ours"] == pytest.approx(plot["told"], abs=0.05)


def test_type_grows_with_the_size_of_the_root_font(visit):
    opened = visit()
    before = seen(opened, (1280, 720))["type"]
    opened.page.add_style_tag(content="html { font-size: 20px !important }")
    opened.page.set_viewport_size({"width": 1281, "height": 720})
    after = seen(opened, (1280, 720))["type"]
    assert after == pytest.approx(before * 20 / 16, rel=0.02)


def test_a_page_in_a_frame_of_another_site_shows_its_stage_alone(visit):
    opened = visit("?embed=true")
    for size in ((900, 600), (700, 450)):
        found = seen(opened, size)
        assert not found["faults"], size
        assert found["length"] <= found["height"] + 1
    assert not opened.page.get_by_test_id("stHeader").is_visible()


def test_a_line_that_comes_in_pieces_moves_nothing(visit):
    opened = visit("layers", own=True)
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
    files = {path.stem for path in (ROOT / "pages").glob("*.py")}
    assert {*pages(), "index"} == files
