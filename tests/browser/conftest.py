"""A real Chromium, a real server, and a Race page to lay hands on."""

import os
import shutil
from pathlib import Path

import pytest
from race_page import PATIENCE, SHIFTS, RacePage
from served import served

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Pages share a process, which keeps what it has compiled: they open in half the time.
    "--process-per-site",
    # What is compiled already is not compiled beside it once more at each opening.
    "--disable-features=ScriptStreaming,BackgroundResourceFetch",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    # A page lives for seconds: what optimizing its scripts takes, it does not give back.
    "--js-flags=--no-opt --no-maglev",
]


def pytest_collection_modifyitems(items):
    here = Path(__file__).parent
    for item in items:
        if item.path.parent == here:
            item.add_marker(pytest.mark.browser)


def found_chromium() -> str | None:
    """The path in OPTSCOPE_CHROMIUM, else the first browser on the path."""
    given = os.environ.get("OPTSCOPE_CHROMIUM")
    return given or next((path for name in NAMES if (path := shutil.which(name))), None)


@pytest.fixture(scope="session")
def chromium() -> str:
    path = found_chromium()
    if path is None:
        told = "no Chromium: install one, or name it in OPTSCOPE_CHROMIUM"
        if os.environ.get("OPTSCOPE_BROWSER") == "require":
            pytest.fail(told)
        pytest.skip(told)
    return path


@pytest.fixture(scope="session")
def serving(chromium):
    """A server of our own, on a free port, which has all visits."""
    with served() as server:
        yield server


@pytest.fixture(scope="session")
def address(serving):
    return serving.address


@pytest.fixture(scope="session")
def browser(chromium, address):
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        # One context, so that scripts are fetched and compiled once for all tests; a page that
        # opens by playing itself shows all of it at once.
        context = running.new_context(reduced_motion="reduce")
        context.add_init_script(SHIFTS)
        # Lives as long as the process has to.
        context.new_page().goto(f"{address}/_stcore/health")
        yield context
        running.close()


@pytest.fixture(scope="session")
def phones(browser, address):
    """As `browser`, narrow and under fingers."""
    context = browser.browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, reduced_motion="reduce"
    )
    context.new_page().goto(f"{address}/_stcore/health")
    yield context
    context.close()


@pytest.fixture(scope="session")
def tabs():
    """Those that stand empty: in one that is used again a page opens sooner."""
    return []


@pytest.fixture
def visit(browser, address, tabs):
    """Opens pages, a session each; afterwards none may have an error or asked a stranger.

    What a test does to a tab that stays, as a route does, asks for a tab of its `own`. Without a
    link the tab stands empty.
    """
    pages: dict[RacePage, bool] = {}

    def open_page(
        link: str | None = "", width: int = 1400, theme: str = "light", own: bool = False
    ) -> RacePage:
        page = tabs.pop() if tabs and not own else browser.new_page()
        page.bring_to_front()
        page.set_viewport_size({"width": width, "height": 900 if width > 500 else 844})
        page.emulate_media(media="screen", color_scheme=theme)
        visited = RacePage(page, address)
        pages[visited] = own
        return visited if link is None else visited.open(link)

    yield open_page
    faults = [fault for page in pages for fault in page.faults]
    strangers = [url for page in pages for url in page.strangers]
    for page, own in pages.items():
        if own:
            page.page.close()
        else:
            page.leave()
            tabs.append(page.page)
    assert not faults
    assert not strangers
