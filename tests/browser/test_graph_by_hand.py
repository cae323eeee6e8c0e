"""A hand on a graph: an input dragged, a node pointed at, a text typed, a finger that taps."""

import re

from playwright.sync_api import expect

from optcore.graph import parse
from ui.backprop_graph.case import placement

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


def test_an_input_dragged_along_its_line_moves_the_numbers(visit):
    graph = visit("backprop_graph")
    handle = graph.page.locator(".os-handle").first
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    before, since = graph.paths(), graph.drawn
    graph.page.mouse.move(x, y)
    graph.page.mouse.down()
    graph.page.mouse.move(x + 30, y + 60, steps=5)
    graph.wait_redrawn(since)
    graph.wait_paths_change(before)
    assert handle.bounding_box()["y"] == box["y"], "it keeps to its line"
    graph.page.mouse.up()
    value = float(graph.wait_link("values").split(";")[0].removeprefix("x:"))
    assert value > -2


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


def test_a_node_pointed_at_tells_its_numbers_and_lights_its_paths(visit):
    graph = visit("backprop_graph")
    before = graph.paths()
    graph.page.mouse.move(*at(graph.page, *node("q")))
    graph.page.wait_for_selector(f"{TIP}:not([hidden])")
    told = graph.page.locator(TIP).inner_text().splitlines()
    assert told == ["q +", "value 3", "gradient −4"]
    graph.wait_paths_change(before)


def test_a_finger_taps_a_node(browser, address):
    context = browser.browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto(f"{address}/backprop_graph")
    page.wait_for_selector(".os-stage[data-drawn]")
    page.wait_for_timeout(500)
    page.touchscreen.tap(*at(page, *node("z")))
    page.wait_for_selector(f"{TIP}:not([hidden])")
    assert "gradient 3" in page.locator(TIP).inner_text()
    context.close()


def test_a_text_typed_becomes_a_graph_and_a_screen_reader_hears_it(visit):
    graph = visit("backprop_graph")
    field = graph.page.get_by_label("Graph", exact=True).last
    field.fill("L = (w - 3)^2")
    field.press("Enter")
    assert graph.wait_link("f") == "L = (w - 3)^2"
    described = re.compile("w value 1 gradient −4")
    expect(graph.page.locator(".os-plot")).to_have_attribute("aria-description", described)


def test_what_flows_is_seen_on_its_way(visit):
    """Between two moments the picture changes, though what the scrubber says does not yet."""
    graph = visit("backprop_graph?at=0")
    graph.page.get_by_label("Playback speed").select_option("0.25")
    before = graph.paths()
    graph.page.get_by_role("button", name="Play").click()
    graph.wait_paths_change(before)
    assert graph.page.locator(".os-clock output").inner_text() == "given"
