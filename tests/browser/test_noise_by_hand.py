"""A hand on the Noise page: a sample that takes the bowl with it, a point on the map of limits."""


def drag(noise, label, across, up):
    """Moves the handle whose label begins so by so many pixels."""
    box = noise.page.locator(f'.os-handle[aria-label^="{label}"]').bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    noise.page.mouse.move(x, y)
    noise.page.mouse.down()
    noise.page.mouse.move(x + across, y + up, steps=6)
    noise.page.mouse.up()


def test_a_sample_follows_the_hand_and_the_sentence_follows_the_sample(visit):
    noise = visit("noise?task=three-points-w-and-b&batch=1")
    before = noise.words()
    drag(noise, "Sample 3", 0, 40)
    noise.wait_link("three.y3")
    assert float(noise.link["three.y3"]) < 1.5
    noise.wait("(old) => document.querySelector('.os-words').innerText !== old", before)
    assert not noise.faults


def test_a_point_dragged_over_the_limit_explodes(visit):
    noise = visit("noise?view=late-gradients&at=120")
    assert "is below the limit" in noise.words()
    drag(noise, "Delay and rate", 120, 0)
    noise.wait_link("delay.steps", other_than="3")
    assert int(noise.link["delay.steps"]) > 3
    noise.page.get_by_text("is above the limit").first.wait_for()
    assert not noise.faults
