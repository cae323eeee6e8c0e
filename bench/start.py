"""From starting the server to the first chart a visitor sees."""

import time
from statistics import median

from bench import servers
from bench.browser import PLOTLY, STAGE, begin, chromium
from bench.report import Check, Section

TIMES = 3
BACK = "A page is whole again after its server was killed and another is ready"
LINE = "document.querySelector('.os-presence')?.textContent ?? ''"
WHOLE = f"document.querySelector('{STAGE.selector}') && !({LINE}).includes('does not answer')"


def run() -> Section:
    with chromium() as browser:
        ours = [_visits(browser, servers.optscope, STAGE) for _ in range(TIMES)]
        plain = [_visits(browser, servers.plain, PLOTLY) for _ in range(TIMES)]
        back = median(_back(browser) for _ in range(TIMES))
    names = (
        "Process started to ready to serve",
        "First visit to a new server, empty cache: to drawn chart",
        "Another visitor, empty cache",
        "Second visit of that visitor",
    )
    return Section(
        "Start and visits",
        f"Medians of {TIMES} servers started one after another. A visit counts from the start of "
        "the navigation to the first frame that shows the chart.",
        checks=[
            Check(name, median(times), "ms", plain=median(theirs))
            for name, times, theirs in zip(names, zip(*ours, strict=True),
                                           zip(*plain, strict=True), strict=True)
        ] + _asked(ours, plain) + [Check(BACK, back, "ms", most=3000)],
    )  # fmt: skip


def _back(browser) -> float:
    """Milliseconds from a new server's readiness until a page of the old one, which was killed,
    is whole again."""
    context = browser.new_context(viewport={"width": 1400, "height": 900}, bypass_csp=True)
    page = context.new_page()
    try:
        with servers.optscope() as server:
            begin(page, server.url, STAGE)
            server.process.kill()
            server.process.wait()
            page.wait_for_function(f"() => ({LINE}).includes('does not answer')")
        with servers.optscope(server.port):
            began = time.perf_counter()
            page.wait_for_function(f"() => {WHOLE}", timeout=60_000, polling=20)
            return 1000 * (time.perf_counter() - began)
    finally:
        context.close()


def _asked(ours: list, plain: list) -> list[Check]:
    """The first chart is to be no later than the plain way's, for a new visitor."""
    mine, theirs = (median(times[2] for times in each) for each in (ours, plain))
    return [Check("Another visitor's first chart over the plain way's", mine / theirs, "", most=1)]


def _visits(browser, kind, chart) -> tuple[float, float, float, float]:
    with kind() as server:
        first, _ = _visit(browser, server.url, chart)
        fresh, again = _visit(browser, server.url, chart)
        return 1000 * server.ready, first, fresh, again


def _visit(browser, url: str, chart) -> tuple[float, float]:
    """Milliseconds of a first visit in a new browser context, and of a second one in it."""
    context = browser.new_context(viewport={"width": 1400, "height": 900}, bypass_csp=True)
    try:
        page = context.new_page()
        first = begin(page, url, chart)
        page.close()
        return first, begin(context.new_page(), url, chart)
    finally:
        context.close()
