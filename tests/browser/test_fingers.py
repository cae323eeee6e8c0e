"""The stage under one finger, which scrolls, drags or taps, and under two, which zoom."""

import pytest
from race_page import RacePage

KNOB = "adam.learning_rate"
RANGES = """() => { const { xaxis, yaxis } = document.querySelector('.os-plot')._fullLayout;
    return [...xaxis.range, ...yaxis.range]; }"""


@pytest.fixture
def phone(phones, address):
    """A Race page on a phone, and what puts fingers on it."""
    page = RacePage(phones.new_page(), address).open().page
    devtools = phones.new_cdp_session(page)

    def glide(*fingers, steps: int = 10) -> None:
        """Each finger goes from its first place to its second."""
        for step in range(steps + 1):
            points = [
                {"x": a + (c - a) * step / steps, "y": b + (d - b) * step / steps, "id": finger}
                for finger, ((a, b), (c, d)) in enumerate(fingers)
            ]
            kind = "touchMove" if step else "touchStart"
            devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
            page.wait_for_timeout(16)
        devtools.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        # What must not happen has the time to.
        page.wait_for_timeout(200)
        page.wait_for_function(RESTS)

    yield page, glide
    page.close()


SCROLLED = "document.querySelector('[data-testid=stMain]').scrollTop"
# A page that was thrown goes on by itself.
RESTS = f"""() => {{ const same = window.was === {SCROLLED};
    window.was = {SCROLLED};
    window.still = same ? window.still + 1 : 0;
    return window.still > 8; }}"""


def centre(page, selector: str) -> tuple[float, float]:
    box = page.locator(selector).first.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def check_one_finger_on_a_plot_scrolls_and_two_zoom(page, glide):
    page.evaluate(f"{SCROLLED} = 0")
    whole, (x, y) = page.evaluate(RANGES), centre(page, ".os-plot")
    glide(((x, y + 80), (x, y - 80)))
    assert page.evaluate(SCROLLED) > 60
    assert page.evaluate(RANGES) == whole
    page.evaluate(f"{SCROLLED} = 0")
    x, y = centre(page, ".os-plot")
    glide(((x - 30, y), (x - 90, y)), ((x + 30, y), (x + 90, y)))
    page.wait_for_url(lambda url: "zoom=" in url)
    left, right, low, high = page.evaluate(RANGES)
    assert right - left == pytest.approx((whole[1] - whole[0]) / 3, rel=0.05)
    assert high - low == pytest.approx((whole[3] - whole[2]) / 3, rel=0.05)
    assert page.evaluate(SCROLLED) == 0


def check_finger_moves_the_handle_and_a_swipe_over_a_slider_scrolls(page, glide):
    x, y = centre(page, ".os-handle")
    glide(((x, y), (x + 80, y + 40)))
    page.wait_for_url(lambda url: "start.x=" in url)
    assert page.evaluate(SCROLLED) == 0
    slider = f"input[data-knob='{KNOB}']"
    page.locator(slider).scroll_into_view_if_needed()
    page.evaluate(f"{SCROLLED} -= 60")
    before, scrolled = page.input_value(slider), page.evaluate(SCROLLED)
    x, y = centre(page, slider)
    glide(((x + 30, y), (x + 30, y - 90)))
    assert page.evaluate(SCROLLED) > scrolled + 40
    assert page.input_value(slider) == before


def test_fingers_move_the_handle_scroll_and_zoom(phone):
    check_finger_moves_the_handle_and_a_swipe_over_a_slider_scrolls(*phone)
    check_one_finger_on_a_plot_scrolls_and_two_zoom(*phone)
