"""From starting the server to the first chart a visitor sees."""

from statistics import median

from bench import servers
from bench.browser import PLOTLY, STAGE, begin, chromium
from bench.report import Check, Section

TIMES = 3


def run() -> Section:
    with chromium() as browser:
        ours = [_visits(browser, servers.optscope, STAGE) for _ in range(TIMES)]
        plain = [_visits(browser, servers.plain, PLOTLY) for _ in range(TIMES)]
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
        ],
    )  # fmt: skip


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
