"""A hand that draws a stream, with the mouse and with the keys."""

PEN = ".os-pen"


def stroke(steps, places):
    """Presses the mouse and draws through places, each a share of the pen's width and height."""
    box = steps.page.locator(PEN).bounding_box()
    mouse = steps.page.mouse
    for at, (x, y) in enumerate(places):
        mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=4)
        if at == 0:
            mouse.down()
    since = steps.drawn
    mouse.up()
    steps.wait_redrawn(since)


def test_a_stroke_becomes_the_stream_and_the_link_holds_it(visit):
    steps = visit("steps?length.steps=40")
    stroke(steps, [(0.25, 0.5), (0.5, 0.1), (0.75, 0.9)])
    steps.wait_link("drawn")
    assert steps.link["stream"] == "drawn-by-hand"
    drawn = steps.link["drawn"]
    assert len(drawn) == 40
    # Untouched at its ends, a rise and a fall between.
    assert drawn[0] == drawn[-1] == "-"
    assert drawn[19] > "W" > drawn[29]
    again = steps.reload()
    assert again.link["drawn"] == drawn


def test_the_keys_draw_too(visit):
    steps = visit("steps?stream=drawn-by-hand&length.steps=20")
    pen = steps.page.locator(PEN)
    pen.focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowUp", "ArrowUp", "ArrowRight", "ArrowDown"):
        pen.press(key)
    steps.wait("() => new URL(location).searchParams.get('drawn') === 'VVdR'")
    assert pen.get_attribute("aria-valuetext").startswith("step 4: −0.1")
    pen.press("Delete")
    steps.wait("() => new URL(location).searchParams.get('drawn') === 'VVd'")
    pen.press("Home")
    assert pen.get_attribute("aria-valuetext").startswith("step 1:")


def test_what_is_drawn_stays_under_the_hand(visit):
    """The scale of the plot does not change while a hand is on it."""
    steps = visit("steps?stream=alternating&length.steps=30")
    box = steps.page.locator(PEN).bounding_box()
    stroke(steps, [(0.2, 0.3), (0.8, 0.3)])
    steps.wait_link("drawn")
    assert steps.page.locator(PEN).bounding_box() == box
    middle = {*steps.link["drawn"][8:22]}
    assert len(middle) == 1, "a level stroke is one level"
