"""Drives Debian's Chromium and reads the probe inside the page."""

import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import TimeoutError as NotInTimeError

CHROMIUM = os.environ.get("OPTSCOPE_CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
]
PROBE = (Path(__file__).parent / "probe.js").read_text(encoding="utf-8")
PATIENCE = 30_000
LOST = 10_000
REST = 0.15


@dataclass(frozen=True)
class Chart:
    """How a page's chart is known to be there (a selector) and to have changed (an expression)."""

    selector: str
    drawn: str
    attributes: tuple[str, ...]


STAGE = Chart(
    ".os-stage[data-drawn]",
    "() => document.querySelector('.os-stage')?.dataset.drawn",
    ("data-drawn",),
)
PLOTLY = Chart(
    ".scatterlayer .js-line",
    "() => document.querySelector('.scatterlayer .js-line')?.getAttribute('d') ?? undefined",
    ("d",),
)


# A websocket's path and what arrived over it.
Frame = tuple[str, bytes]


def _listen(socket, sink: list[Frame]) -> None:
    socket.on("framereceived", lambda data: sink.append((urlsplit(socket.url).path, data)))


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def opened(
    browser: Browser, url: str, chart: Chart, sink: list[Frame] | None = None, rest: float = 1.5
) -> Iterator[Page]:
    """A page of its own browser context whose chart is drawn and which has come to rest.

    What the server sends over websockets is collected in `sink`, if there is one; listening
    slows the page a little.
    """
    context = browser.new_context(
        viewport={"width": 1400, "height": 900},
        # The probe reads the page by expressions, which its policy forbids to others.
        bypass_csp=True,
    )
    try:
        page = context.new_page()
        if sink is not None:
            page.on("websocket", lambda ws: _listen(ws, sink))
        begin(page, url, chart)
        # A page that opens by playing itself has come to its end.
        page.wait_for_selector(".os-clock[data-opening]", state="detached")
        time.sleep(rest)
        page.evaluate("probe.clear()")
        yield page
    finally:
        context.close()


def begin(page: Page, url: str, chart: Chart) -> float:
    """Opens the address; milliseconds from the start of the navigation to the first drawn chart."""
    watch = f"probe.watch({chart.drawn}, {list(chart.attributes)})"
    page.add_init_script(f"{PROBE}; addEventListener('DOMContentLoaded', () => {watch});")
    page.goto(url, wait_until="domcontentloaded")
    page.wait_for_selector(chart.selector, state="attached", timeout=PATIENCE)
    page.wait_for_function("probe.painted.length > 0", timeout=PATIENCE)
    return page.evaluate("probe.painted[0]")


@dataclass(frozen=True)
class Delays:
    """Milliseconds from single changes to their redraw: data drawn, and frame painted."""

    drawn: list[float]
    painted: list[float]


def delays(page: Page, change: Callable[[int], None], count: int, rest: float = REST) -> Delays:
    """Makes `count` changes, each after the last one was drawn and the page came to rest."""
    drawn, painted = [], []
    pace = random.Random(1)
    for index in range(count):
        page.evaluate("probe.clear()")
        change(index)
        _await_redraw(page, index)
        # A wait of random length, so that changes do not fall into step with the frames.
        time.sleep(rest + pace.random() / 30)
        probed = page.evaluate("({input: probe.inputs[0].at, drawn: probe.drawn[0], "
                             "painted: probe.painted[0]})")  # fmt: skip
        drawn.append(probed["drawn"] - probed["input"])
        painted.append(probed["painted"] - probed["input"])
    return Delays(drawn, painted)


def _await_redraw(page: Page, index: int) -> None:
    try:
        page.wait_for_function("probe.painted.length > 0", timeout=LOST, polling=10)
    except NotInTimeError as fault:
        inputs = page.evaluate("probe.inputs.length")
        raise RuntimeError(f"change {index}: {inputs} input events, but no redraw") from fault


def redraws(page: Page, change: Callable[[int], None], seconds: float, pause: float = 1 / 60):
    """Redraws per second, and the milliseconds between them, while changes come every `pause`."""
    page.evaluate("probe.clear()")
    began = time.perf_counter()
    index = 0
    while time.perf_counter() < began + seconds:
        change(index)
        index += 1
        time.sleep(max(0.0, began + index * pause - time.perf_counter()))
    probed = page.evaluate("({drawn: probe.drawn, inputs: probe.inputs.length})")
    times = probed["drawn"]
    gaps = [after - before for before, after in pairwise(times)]
    return len(times) / seconds, gaps


@contextmanager
def held(page: Page, selector: str) -> Iterator[tuple[float, float]]:
    """The pointer pressed on the middle of an element, let go at the end; gives where it is."""
    element = page.locator(selector).first
    element.scroll_into_view_if_needed()
    box = element.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    time.sleep(0.3)
    try:
        yield x, y
    finally:
        page.mouse.up()
