"""The pages besides Race: a slider or a pen under a hand, and what it redraws."""

import math
import time
from statistics import median
from urllib.parse import urlencode

from playwright.sync_api import Page

from bench import servers
from bench.browser import STAGE, Chart, chromium, delays, held, opened, redraws
from bench.descend import EIGHT
from bench.measure import percentile
from bench.report import Check, Section, Table
from optcore.graph.chains import residual_chain
from ui.parameters import slug

CHANGES = 40
NODES = 200
# The clock answers in the browser: its label changes in the same task that draws the panels.
CLOCK = Chart(
    STAGE.selector,
    "() => document.querySelector('.os-clock output')?.textContent || undefined",
    ("aria-valuetext",),
)

# Three racers of 1,000 steps on 1,000 samples; and the clouds of 200 batches of them.
_RUN = "view=the-run&equal=steps&run.points=1000&run.budget=1000"
NOISE = {
    "rate": (_RUN, "gradient-descent.learning_rate"),
    "batch size": (_RUN, "run.batch"),
    "delay": ("view=late-gradients&late.steps=1000", "delay.steps"),
    "place of one gradient": ("data.points=1000", "point.w"),
    "order": ("view=order", "deck.learning_rate"),
    "surrogate": ("view=what-is-minimized", "train.learning_rate"),
    "early stop": ("view=when-to-stop", "stop.learning_rate"),
}


def run() -> Section:
    section = Section(
        "Shrinking h, gradient flow, curvature, steps, recurrent, noise, and graphs",
        "Measured as on the Race page: input event to painted frame. The h slider answers in the "
        "browser alone; all else asks the server. Layers are as asked: depth 20, width 128, "
        "sigmoid and ReLU, batch 256, with theory lines and bounds. The stream drawn by hand has "
        "200 gradients and is played to 8 optimizers.",
        tables=[Table("From an input event, ms",
                      ["", "median", "p95", "data drawn, median", "redraws/s held down"], [])],
    )  # fmt: skip
    with chromium() as browser, servers.optscope() as server:
        with opened(browser, f"{server.url}/shrinking_h", CLOCK) as page:
            _measure(section, "h slider: to redrawn pair of panels", page,
                     '.os-clock input[type="range"]', _across, 60)  # fmt: skip
        with opened(browser, f"{server.url}/shrinking_h", STAGE) as page:
            _measure(section, "x dragged along the curve", page, ".os-handle", _across)
        address = f"{server.url}/layers?net.depth=20&net.width=128&net.batch=256"
        with opened(browser, address, STAGE, rest=6) as page:
            for knob in ("init.gain", "net.input_scale"):
                _measure(section, f"Layers, {knob.split('.')[1].replace('_', ' ')} slider", page,
                         f'input[data-knob="{knob}"]', _across, 100)  # fmt: skip
                time.sleep(4)
        address = f"{server.url}/curvature?surface=himmelblau&map=newton"
        with opened(browser, address, STAGE) as page:
            _measure(section, "Curvature, point over Newton's map", page, ".os-handle", _across, 35)
        players = ",".join(slug(name) for name in EIGHT)
        address = f"{server.url}/steps?stream=drawn-by-hand&length.steps=200&play={players}"
        with opened(browser, address, STAGE) as page:
            _measure(section, "Steps, drawn by hand", page, ".os-pen", _waving, 25)
        with opened(browser, f"{server.url}/recurrent", STAGE) as page:
            _measure(section, "Recurrent, a column of W dragged", page, ".os-handle", _across, 35)
        for name, (view, knob) in NOISE.items():
            with opened(browser, f"{server.url}/noise?{view}", STAGE) as page:
                _measure(section, f"Noise, {name}", page, f'input[data-knob="{knob}"]', _across, 35)
        chain = residual_chain("sin", NODES // 2).replace("\n", "; ")
        address = f"{server.url}/backprop_graph?{urlencode({'f': chain, 'values': 'x0:0.5'})}"
        with opened(browser, address, STAGE) as page:
            _measure(section, f"Backprop graph, an input of {NODES} nodes dragged", page,
                     'input[data-knob="values.x0"]', _across, 35)  # fmt: skip
    return section


def _measure(section: Section, name: str, page: Page, selector: str, path, most=None) -> None:
    with held(page, selector) as (x, y):
        count = iter(range(1, 1_000_000))

        def move(_index: int) -> None:
            dx, dy = path(next(count))
            page.mouse.move(x + dx, y + dy)

        delays(page, move, 4)
        single = delays(page, move, CHANGES)
        rate, _ = redraws(page, move, 3)
    section.checks.append(Check(f"{name}, median", median(single.painted), "ms", most=most))
    section.tables[0].rows.append(
        [name, median(single.painted), percentile(single.painted, 0.95), median(single.drawn), rate]
    )


def _waving(index: int) -> tuple[float, float]:
    """To and fro, and up and down: every move changes some gradients."""
    across, _ = _across(index)
    return across, 20.0 * math.sin(index)


def _across(index: int) -> tuple[float, float]:
    """To and fro, 4 pixels a move: every move changes the value."""
    return 4.0 * (10 - abs((index + 10) % 40 - 20)), 0.0
