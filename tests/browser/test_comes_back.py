"""The server under an open page is killed, replaced or cut off: the page comes back by itself."""

import os
import time

import pytest
from playwright.sync_api import expect
from race_page import RacePage
from random_links import staged
from served import Wire, behind_nginx, found_nginx, served

# What a person lays a hand on, the first that a page has.
KNOB = "input[type=range][data-knob]"
HANDS = f".os-handle:visible, {KNOB}:visible"
# All that a page says of its run: sentence, table, and the numbers beside the sliders.
TOLD = """() => [...document.querySelectorAll('.os-words, .os-table')].map((e) => e.textContent)
    .concat([...document.querySelectorAll('.os-knob input[type=text]')].map((e) => e.value))"""
RAN = "[data-test-script-state=notRunning]"


PATIENCE = 60_000
# Seconds without a network.
BREAK = 30


class Hand:
    """A pointer that takes hold of the first thing on a page that moves, and drags it."""

    def __init__(self, page, grip: str = HANDS):
        self.page = page
        self.grip = page.locator(grip).first

    def take(self) -> "Hand":
        self.page.bring_to_front()
        self.grip.scroll_into_view_if_needed()
        box = self.grip.bounding_box()
        self.x, self.y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        self.page.mouse.move(self.x, self.y)
        self.page.mouse.down()
        return self

    def drag(self, pixels: float) -> "Hand":
        # A page that is behind another draws once a second.
        self.page.bring_to_front()
        self.x += pixels
        self.page.mouse.move(self.x, self.y, steps=3)
        return self

    def let_go(self) -> None:
        self.page.mouse.up()


@pytest.fixture
def server(serving):
    """The server of all visits, which runs again afterwards."""
    yield serving
    if serving.process.poll() is not None:
        serving.start()


def open_at(browser, address: str, name: str = "") -> RacePage:
    """A page at an address; its faults are not counted, since servers go away here."""
    page = browser.new_page()
    page.set_viewport_size({"width": 1280, "height": 720})
    visited = RacePage(page, address)
    # Four pages come back at once.
    page.set_default_timeout(PATIENCE)
    return visited.open(name)


@pytest.fixture
def visit_at(browser):
    opened = []

    def open_page(address: str, name: str = "") -> RacePage:
        opened.append(open_at(browser, address, name))
        return opened[-1]

    yield open_page
    for each in opened:
        each.page.close()


def told(page: RacePage) -> list[str]:
    return page.page.evaluate(TOLD)


def settle(*pages: RacePage) -> list[list[str]]:
    """What pages say once they say the same for a while, their scripts have run, and their
    addresses hold it."""
    before = None
    while (now := [[page.page.url, *told(page)] for page in pages]) != before:
        before = now
        pages[0].page.wait_for_timeout(500)
        for page in pages:
            page.page.wait_for_selector(RAN)
    return [said[1:] for said in now]


def check_says_so(page: RacePage) -> None:
    line = page.page.locator(".os-presence")
    expect(line).to_contain_text("does not answer", timeout=PATIENCE)


def wait_back(page: RacePage) -> None:
    """Until the page has heard from its server again: the line is gone, or says so."""
    page.page.bring_to_front()
    page.wait("""() => document.querySelector('.os-stage[data-drawn]')
        && !document.querySelector('.os-presence')?.textContent.includes('not answer')""")
    page.wait_drawn()


def check_agree(page: RacePage, right: RacePage) -> None:
    """Two pages come to say the same."""
    ends = time.monotonic() + PATIENCE / 1000
    while told(page) != told(right):
        assert time.monotonic() < ends, f"{told(page)} where it should be {told(right)}"
        page.page.wait_for_timeout(50)


def check_right(visit_at, *pages: RacePage) -> None:
    """A drag redraws the run that its address holds, as a page that was just opened shows it."""
    # What the hand held before is told first, and by itself.
    settle(*pages)
    for page in pages:
        before = page.page.url
        Hand(page.page).take().drag(70).let_go()
        page.wait("(old) => location.href !== old", before)
    settle(*pages)
    fresh = None
    for page in pages:
        link = page.page.url.removeprefix(page.address).lstrip("/")
        fresh = fresh.open(link) if fresh else visit_at(page.address, link)
        check_agree(page, fresh)


@pytest.fixture(scope="module", autouse=True)
def cut_off(browser):
    """A page, what it said before its network broke without a word, and what ends the break.

    It lasts while the other tests run, on a server that stands.
    """
    with served() as standing:
        wire = Wire(standing.port)
        page = open_at(browser, f"http://127.0.0.1:{wire.port}")
        hand = Hand(page.page).take().drag(12)
        before = settle(page)
        wire.cut()
        ends = time.monotonic() + BREAK
        hand.drag(8)
        check_says_so(page)
        hand.let_go()

        def mend() -> None:
            time.sleep(max(0.0, ends - time.monotonic()))
            wire.mend()

        yield page, before, mend
        page.page.close()
        wire.close()


# Those that work long have less to do: it is done anew by every new server.
LESS = {"training": "training?length.steps=60", "layers": "layers?net.depth=6&net.width=32"}
# Pages that are open at once while their server goes: more of them only wait for each other.
GROUPS = [staged()[first : first + 4] for first in range(0, len(staged()), 4)]


@pytest.mark.parametrize("names", GROUPS, ids=" ".join)
def test_a_server_killed_under_a_hand_is_back_with_the_right_run(server, visit_at, names):
    """Every page, a hand on each, when the server is killed and comes back."""
    pages = [visit_at(server.address, LESS.get(name, name)) for name in names]
    hands = [Hand(page.page).take().drag(12) for page in pages]
    settle(*pages)
    server.kill()
    for hand in hands:
        hand.drag(8)
    for page in pages:
        check_says_so(page)
    server.start()
    for page, hand in zip(pages, hands, strict=True):
        wait_back(page)
        hand.let_go()
    check_right(visit_at, *pages)


def test_another_replica_takes_over(chromium, visit_at, tmp_path):
    if found_nginx() is None:
        absent = "no nginx: install it to test what happens when another replica takes over"
        if os.environ.get("OPTSCOPE_BROWSER") == "require":
            pytest.fail(absent)
        pytest.skip(absent)
    with served() as first, served() as second, behind_nginx(first, second, tmp_path) as address:
        page = visit_at(address)
        settle(page)
        first.kill()
        wait_back(page)
        check_right(visit_at, page)


def test_what_a_hand_set_while_nobody_answered_is_kept_through_a_new_server(server, visit_at):
    page = visit_at(server.address)
    knob = page.page.locator(KNOB).first.get_attribute("data-knob")
    hand = Hand(page.page, KNOB).take().drag(12)
    page.page.wait_for_timeout(300)
    server.kill()
    hand.drag(20).let_go()
    set_to = page.value(knob)
    server.start()
    wait_back(page)
    page.wait("([knob, value]) => new URL(location).searchParams.get(knob) === value",
              [knob, f"{set_to:g}"])  # fmt: skip
    page.wait_value(knob, set_to)
    assert page.link[knob] == f"{set_to:g}"


def test_a_network_that_broke_without_a_word(cut_off, visit_at):
    page, before, mend = cut_off
    mend()
    wait_back(page)
    moved = settle(page)
    assert moved != before, "what the hand set while nobody answered is not lost"
    check_right(visit_at, page)
