"""From opening a lesson on its page to its picture, or to the first of it that grows."""

from bench import servers
from bench.browser import STAGE, begin, chromium
from bench.report import Check, Section, Table
from ui.lessons import FOLDER, lessons
from ui.lessons import address as address_of

SLOWEST = 6
PATIENCE = 60_000
LIST = ".st-key-row-lessons button"
# Milliseconds from the press on a lesson in the list to the frame that shows its box and picture.
OPENED = """async ([title, patience]) => {
    const press = [...document.querySelectorAll('[data-testid=stPopoverBody] button')]
        .find((each) => each.innerText.trim() === title);
    const stage = document.querySelector('.os-stage'), drawn = stage.dataset.drawn;
    const begun = performance.now();
    press.click();
    for (;;) {
        await new Promise(requestAnimationFrame);
        const now = document.querySelector('.os-stage[data-drawn]');
        const told = now?.querySelector('.os-lesson header b')?.textContent === title;
        if (told && (now !== stage || now.dataset.drawn !== drawn)) break;
        if (performance.now() - begun > patience) return Infinity;
    }
    await new Promise(requestAnimationFrame);
    return performance.now() - begun; }"""


def run() -> Section:
    pages = [path.name for path in sorted(FOLDER.iterdir()) if lessons(path.name)]
    with chromium() as browser, servers.optscope() as server:
        times = {
            (page, name): each for page in pages for name, each in _page(browser, server, page)
        }
    ranked = sorted(times, key=lambda each: times[each], reverse=True)
    slowest = [[page, name, times[page, name]] for page, name in ranked[:SLOWEST]]
    return Section(
        "Lessons",
        f"Each of the {len(times)} lessons opened from the list on its page, for the first time on "
        "a new server: to the frame that shows its words and its picture, or the first of it where "
        "it grows while it is worked out.",
        checks=[Check("The slowest lesson's picture", slowest[0][2], "ms", most=1000)],
        tables=[Table("The slowest", ["page", "lesson", "ms"], slowest)],
    )


def _page(browser, server, page: str):
    """The name and the time of every lesson of a page."""
    context = browser.new_context(viewport={"width": 1400, "height": 900}, bypass_csp=True)
    try:
        tab = context.new_page()
        begin(tab, f"{server.url}/{address_of(page, '').partition('?')[0]}", STAGE)
        tab.locator(LIST).first.click()
        tab.get_by_text(lessons(page)[0].title, exact=True).first.wait_for()
        for lesson in lessons(page):
            yield lesson.name, tab.evaluate(OPENED, [lesson.title, PATIENCE])
    finally:
        context.close()
