"""Race: a hand drags the start and a slider, a race is played, and what that sends is counted."""

import math
import time
from statistics import mean, median

from playwright.sync_api import Page
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from bench import servers
from bench.browser import (
    PLOTLY,
    STAGE,
    Frame,
    chromium,
    delays,
    held,
    opened,
    redraws,
)
from bench.measure import percentile
from bench.report import Check, Section, Table

FOUR = "race=gradient-descent,momentum,rmsprop,adam&race.steps=500"
EIGHT = (
    "race=gradient-descent,momentum,rmsprop,adam,nesterov-momentum,adagrad,adamw,nadam"
    "&race.steps=1000"
)
SLIDER = 'input[data-knob="adam.learning_rate"]'
HANDLE = ".os-handle"
CHANGES = 60
HELD = 5.0
SHOWN = "() => document.querySelector('.os-clock output').textContent"
IDENTITY = """() => {
  const plot = document.querySelector('.os-plot');
  window.first ??= [plot, plot.querySelector('.main-svg')];
  const { xaxis, yaxis } = plot._fullLayout;
  const same = window.first[0].isConnected && window.first[0] === plot
    && window.first[1] === plot.querySelector('.main-svg');
  return { same, range: [...xaxis.range, ...yaxis.range] };
}"""


def run() -> Section:
    section = Section(
        "Race: dragging and playing",
        "Four optimizers, 500 steps, on Rosenbrock. A real pointer is pressed and moved; the "
        "time runs from the input event in the page to the first task after the frame that shows "
        "the new paths. Single moves come after the page has been at rest; held down, the pointer "
        "moves 60 times a second for 5 s. The plain way is `go.Figure` with cumulative frames "
        "through `st.plotly_chart` (bench/baseline/app.py, default configuration), its native "
        "slider moved by key.",
    )
    with chromium() as browser:
        usual = _plain(browser)
        with servers.optscope() as server:
            _drags(browser, server, usual, section)
            _play(browser, server, usual, section)
            _bytes(browser, server, usual, section)
    return section


# ------------------------------------------------------------------ ours


def _drags(browser, server, usual: dict, section: Section) -> None:
    table = Table(
        "From an input event, ms",
        ["", "median", "p95", "data drawn, median", "redraws/s held down", "p95 between redraws"],
        [],
        "Paths count as redrawn once the frame with them is painted; “data drawn” is when the "
        "page's script was done with them.",
    )
    with opened(browser, f"{server.url}/?{FOUR}", STAGE) as page:
        _zoom(page)
        before = page.evaluate(IDENTITY)
        for name, selector, path in (
            ("Start dragged", HANDLE, _circle),
            ("Slider dragged", SLIDER, _along),
        ):
            with held(page, selector) as (x, y):
                move = _mover(page, x, y, path)
                delays(page, move, 8)
                single = delays(page, move, CHANGES)
                rate, gaps = redraws(page, move, HELD)
                time.sleep(0.5)
            _ask(section, name, single, rate, usual)
            table.rows.append(
                [name, median(single.painted), percentile(single.painted, 0.95),
                 median(single.drawn), rate, percentile(gaps, 0.95)]
            )  # fmt: skip
            time.sleep(1)
        after = page.evaluate(IDENTITY)
    table.rows.append(usual["row"])
    section.tables.append(table)
    kept = all(math.isclose(a, b) for a, b in zip(before["range"], after["range"], strict=True))
    section.checks += [
        Check("Charts that were rebuilt by all this", float(not after["same"]), "", most=0,
              plain=usual["rebuilt"]),
        Check("Axis ranges that left the zoom", float(not kept), "", most=0,
              plain=usual["zoom lost"]),
    ]  # fmt: skip


def _ask(section: Section, name: str, single, rate: float, usual: dict) -> None:
    section.checks += [
        Check(f"{name}: to redrawn paths, median", median(single.painted), "ms", most=35,
              plain=median(usual["delays"].painted)),
        Check(f"{name}: the same, p95", percentile(single.painted, 0.95), "ms", most=70,
              plain=percentile(usual["delays"].painted, 0.95)),
        Check(f"{name}, held down", rate, "redraws/s", least=30, plain=usual["rate"]),
    ]  # fmt: skip


def _circle(index: int) -> tuple[float, float]:
    """Round and round, to the right of where it began: the pointer stays in the plot."""
    return 40 - 40 * math.cos(index / 7), 40 * math.sin(index / 7)


def _along(index: int) -> tuple[float, float]:
    """To and fro, 3 pixels a move: every move changes the slider."""
    return 3.0 * (15 - abs((index + 15) % 60 - 30)), 0.0


def _mover(page: Page, x: float, y: float, path):
    count = iter(range(1_000_000))

    def move(_index: int) -> None:
        dx, dy = path(next(count) + 1)
        page.mouse.move(x + dx, y + dy)

    return move


def _zoom(page: Page, plot: str = ".os-plot") -> None:
    """A box drawn with the pointer over most of the plot, so that the start stays in view."""
    box = page.locator(plot).first.bounding_box()
    page.mouse.move(box["x"] + 75, box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 200, steps=4)
    page.mouse.move(box["x"] + 0.8 * box["width"], box["y"] + 0.8 * box["height"], steps=4)
    page.mouse.up()
    time.sleep(1)


def _play(browser, server, usual: dict, section: Section) -> None:
    with opened(browser, f"{server.url}/?{EIGHT}", STAGE) as page:
        page.locator(".os-clock [data-do=play]").click()
        frames = page.evaluate(f"probe.frames({SHOWN}, 5)")
    section.checks.append(
        Check("Playback, 8 optimizers × 1,000 steps", frames["changed"] / frames["seconds"],
              "frames/s", least=55, plain=usual["playback"])
    )  # fmt: skip


def _bytes(browser, server, usual: dict, section: Section) -> None:
    """Counted in a pass of its own, because to listen to websockets slows the page."""
    for name, selector, path in (("start", HANDLE, _circle), ("slider", SLIDER, _along)):
        sizes = _sizes(browser, f"{server.url}/?{FOUR}", selector, path)
        section.checks += [
            Check(f"Sent per live change of the {name}, mean", mean(sizes) / 1000, "KB",
                  most=20, plain=mean(usual["sizes"]) / 1000),
            Check("the same, largest", max(sizes) / 1000, "KB",
                  most=20, plain=max(usual["sizes"]) / 1000),
        ]  # fmt: skip


def _sizes(browser, url: str, selector: str, path) -> list[int]:
    """Bytes that arrive for each of 30 changes while the pointer is down."""
    sink: list[Frame] = []
    with opened(browser, url, STAGE, sink) as page, held(page, selector) as (x, y):
        move = _mover(page, x, y, path)
        delays(page, move, 8)
        sink.clear()
        delays(page, move, 30)
        return per_change(sink)


def per_change(frames: list[Frame]) -> list[int]:
    """Bytes up to each answer of a stage's connection, or to each finished run of the script."""
    sizes, size = [], 0
    for path, frame in frames:
        size += len(frame)
        if path.startswith("/live/") or _finished(frame):
            sizes.append(size)
            size = 0
    return sizes


def _finished(frame: bytes) -> bool:
    """Whether a message of Streamlit's says that a run of the script has ended."""
    if len(frame) >= 200:
        return False
    return ForwardMsg.FromString(frame).WhichOneof("type") == "script_finished"


# ------------------------------------------------------------------ the plain way

PLOT = ".js-plotly-plot"
FEW = 15


def _plain(browser) -> dict:
    """The same numbers of the usual way, by name.

    Each pass has a server of its own: one that was driven hard answers nobody for half a minute.
    """
    usual: dict = {}
    with servers.plain() as server, opened(browser, server.url, PLOTLY, rest=4) as page:
        _zoom(page, PLOT)
        before = page.evaluate(IDENTITY.replace(".os-plot", PLOT))
        press = _presser(page)
        delays(page, press, 2, rest=1)
        usual["delays"] = single = delays(page, press, FEW, rest=1)
        usual["rate"], gaps = redraws(page, press, HELD)
        time.sleep(3)
        after = page.evaluate(IDENTITY.replace(".os-plot", PLOT))
    usual["rebuilt"] = float(not after["same"])
    usual["zoom lost"] = float(before["range"] != after["range"])
    usual["row"] = [
        "Plain way, slider by key", median(single.painted), percentile(single.painted, 0.95),
        median(single.drawn), usual["rate"], percentile(gaps, 0.95),
    ]  # fmt: skip
    sink: list[Frame] = []
    with servers.plain() as server, opened(browser, server.url, PLOTLY, sink, rest=4) as page:
        press = _presser(page)
        delays(page, press, 1, rest=1)
        sink.clear()
        delays(page, press, 5, rest=1)
        usual["sizes"] = per_change(sink)
    long = "?race=long"
    with servers.plain() as server, opened(browser, f"{server.url}/{long}", PLOTLY, rest=4) as page:
        page.locator(".updatemenu-button").first.click()
        frames = page.evaluate(f"probe.frames({PLOTLY.drawn}, 5)")
        usual["playback"] = frames["changed"] / frames["seconds"]
    return usual


def _presser(page: Page):
    """Presses the arrow key on the learning rate's slider: up for a while, then down."""
    page.locator("input[type=range]").nth(1).focus()
    count = iter(range(1_000_000))

    def press(_index: int) -> None:
        page.keyboard.press("ArrowLeft" if next(count) // 40 % 2 == 0 else "ArrowRight")

    return press
