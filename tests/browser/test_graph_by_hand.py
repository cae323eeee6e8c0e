"""A hand on a graph: an input dragged, a node pointed at, a text typed, a finger that taps."""

import json
import re

import numpy as np
from playwright.sync_api import expect
from race_page import RacePage

from optcore.graph import EXAMPLES, parse
from ui.backprop_graph import drawing
from ui.backprop_graph.case import placement, work_out

TIP = ".os-tip"


def at(page, x: float, y: float) -> tuple[float, float]:
    """A place of the graph's axes on the screen."""
    found = page.evaluate(
        """([x, y]) => {
            const holder = document.querySelector('.os-box');
            const { left, top } = holder.getBoundingClientRect();
            const { xaxis, yaxis } = holder.querySelector('.os-plot')._fullLayout;
            return [left + xaxis._offset + xaxis.l2p(x), top + yaxis._offset + yaxis.l2p(y)];
        }""",
        [x, y],
    )
    return found[0], found[1]


def node(name: str, text: str = "q = x + y; f = q * z") -> tuple[float, float]:
    """Where the server has put a node."""
    graph = parse(text)
    where, spot = placement(graph), graph.places[name]
    return float(where.x[spot]), float(where.y[spot])


def test_a_slider_of_a_typed_graph_stays_under_the_hand(visit):
    graph = visit("backprop_graph?f=a*a*a&values=a:0.5")
    box = graph.page.locator('input[data-knob="values.a"]').bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    graph.page.mouse.move(x, y)
    graph.page.mouse.down()
    for far in (20, 40, 60):
        since = graph.drawn
        graph.page.mouse.move(x + far, y, steps=3)
        graph.wait_redrawn(since)
    graph.page.mouse.up()
    assert float(graph.wait_link("values", "a:0.5").removeprefix("a:")) > 0.3


def test_a_finger_taps_a_node(phones, address):
    page = RacePage(phones.new_page(), address).open("backprop_graph").page
    page.touchscreen.tap(*at(page, *node("z")))
    page.wait_for_selector(f"{TIP}:not([hidden])")
    assert "gradient 3" in page.locator(TIP).inner_text()
    page.close()


SEEN = """() => {
    const { xaxis, yaxis } = document.querySelector('.os-box .os-plot')._fullLayout;
    return [xaxis.range, yaxis.range].map((range) => range.map(Number)); }"""


def seen(page) -> list[list[float]]:
    """What the graph's axes reach."""
    return page.evaluate(SEEN)


def swipe(page, devtools, start: tuple[float, float], end: tuple[float, float]) -> None:
    """One finger, from place to place."""
    for step in range(9):
        points = [{"x": a + (b - a) * step / 8, "y": c + (d - c) * step / 8}
                  for a, b, c, d in [(start[0], end[0], start[1], end[1])]]  # fmt: skip
        kind = "touchMove" if step else "touchStart"
        devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        page.wait_for_timeout(20)
    devtools.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.wait_for_timeout(400)


def test_one_hand_reads_a_graph_of_a_phone(phones, address):
    """Buttons bring it closer, one finger moves it sideways, and up and down scrolls the page."""
    graph = RacePage(phones.new_page(), address)
    page = graph.open("backprop_graph?f=a*b*c*d*e*g*h*k*l*m*n*o").page
    devtools = phones.new_cdp_session(page)
    whole = seen(page)
    swipe(page, devtools, (300, 250), (100, 260))
    assert seen(page) == whole, "the whole stays in its place"
    page.get_by_role("button", name="Closer").tap()
    graph.wait(f"(whole) => {{ const [[low, high]] = ({SEEN})(); return high - low < whole; }}",
               0.7 * (whole[0][1] - whole[0][0]))  # fmt: skip
    (low, high), up = seen(page)
    swipe(page, devtools, (300, 250), (100, 260))
    (moved, _), (bottom, _) = seen(page)
    assert moved > low + 0.3 * (high - low)
    assert bottom > up[0], "a hand that began sideways may go on as it likes"
    scrolled = page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop")
    there = seen(page)
    swipe(page, devtools, (200, 380), (205, 250))
    assert seen(page) == there
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop") > scrolled
    page.get_by_role("button", name="Further away").tap()
    graph.wait(f"(whole) => JSON.stringify(({SEEN})()) === JSON.stringify(whole)", whole)
    page.close()


ROOM = """async ({ traces, ranges, wide, high, letters }) => {
    const script = document.querySelector('script[src$="/optscope.js"]');
    const { parts } = await import(script.src);
    const axis = ([low, high], length) => {
        const unit = length / (high - low);
        const l2p = (value) => unit * (value - low);
        return { _offset: 0, _length: length, range: [low, high], l2p };
    };
    return traces.map((trace, at) => parts['graph_room.js'].sizes(
        trace, [axis(ranges[at][0], wide), axis(ranges[at][1], high)], { size: letters }));
}"""


def test_a_hand_reads_a_graph_brings_it_closer_drags_an_input_and_types_another(visit):
    graph = visit("backprop_graph?at=0")
    page = graph.page
    check_flows(graph)
    # A node pointed at tells its numbers, and its paths light up.
    before = graph.paths()
    page.mouse.move(*at(page, *node("q")))
    page.wait_for_selector(f"{TIP}:not([hidden])")
    assert page.locator(TIP).inner_text().splitlines() == ["q +", "value 3", "gradient −4"]
    graph.wait_paths_change(before)
    check_keys_bring_it_closer(graph)
    check_rooms(page)
    check_input_dragged(graph)
    field = page.get_by_label("Graph", exact=True).last
    field.fill("L = (w - 3)^2")
    field.press("Enter")
    graph.wait("new URL(location).searchParams.get('f') === 'L = (w - 3)^2'")
    described = re.compile("w value 1 gradient −4")
    expect(page.locator(".os-plot")).to_have_attribute("aria-description", described)


def check_flows(graph) -> None:
    """Between two moments the picture changes, though what the scrubber says does not yet."""
    graph.page.get_by_label("Playback speed").select_option("0.25")
    before = graph.paths()
    graph.page.get_by_role("button", name="Play").click()
    graph.wait_paths_change(before)
    assert graph.page.locator(".os-clock output").inner_text() == "given"
    graph.clock("Jump to the end").click()


def check_keys_bring_it_closer(graph) -> None:
    """And the link holds it."""
    page, whole = graph.page, seen(graph.page)
    page.get_by_role("button", name="Closer").focus()
    page.keyboard.press("Enter")
    low, high, *_ = map(float, graph.wait_link("zoom").split(","))
    assert whole[0][0] < low < high < whole[0][1]
    page.get_by_role("button", name="Further away").focus()
    page.keyboard.press("Enter")
    expect(page).not_to_have_url(re.compile("zoom"))
    assert seen(page) == whole


def check_rooms(page) -> None:
    """At 1280 x 720 the cards of all of the library have room for all of their lines, in type of
    seven tenths of the page's own at least."""
    page.set_viewport_size({"width": 1280, "height": 720})
    page.wait_for_timeout(300)
    box = page.locator(".os-plot").bounding_box()
    figures = [drawing.picture(work_out(each.text, each.values)) for each in EXAMPLES]
    traces = json.loads(json.dumps([figure["data"][0] for figure in figures], default=plain))
    ranges = [
        [figure["layout"][axis]["range"] for axis in ("xaxis", "yaxis")] for figure in figures
    ]
    # The margins of `drawing.frame`.
    given = {"traces": traces, "ranges": ranges, "wide": box["width"] - 8,
             "high": box["height"] - 8, "letters": 14}  # fmt: skip
    found = page.evaluate(ROOM, given)
    brief = [each.name for each, room in zip(EXAMPLES, found, strict=True) if not room.get("lines")]
    assert not brief
    assert min(room["type"] for room in found) >= 0.7 * 14


def check_input_dragged(graph) -> None:
    """Along its line, and the numbers move with it."""
    page, handle = graph.page, graph.page.locator(".os-handle").first
    box, since = handle.bounding_box(), graph.drawn
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    before = graph.paths()
    page.mouse.move(x + 30, y + 60, steps=5)
    graph.wait_redrawn(since)
    graph.wait_paths_change(before)
    assert handle.bounding_box()["y"] == box["y"], "it keeps to its line"
    page.mouse.up()
    assert float(graph.wait_link("values").split(";")[0].removeprefix("x:")) > -2


def plain(value):
    """What JSON does not know, as lists and objects."""
    return value.tolist() if isinstance(value, np.ndarray) else dict(value)
