"""A hand on the Noise page: a sample that takes the bowl with it, a point on the map of limits."""

from playwright.sync_api import expect


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


def test_what_would_answer_a_question_is_hidden_until_it_is_played(visit):
    noise = visit("noise?lesson=each-sample-has-a-bowl")
    veiled, words = noise.page.locator(".os-veiled"), noise.page.locator(".os-words")
    expect(veiled).to_have_count(2)
    expect(words).to_be_empty()
    expect(noise.page.locator(".os-legend")).not_to_contain_text("share uphill")
    noise.page.locator(".os-lesson").get_by_role("button", name="one", exact=True).click()
    noise.page.get_by_role("slider", name="Batch").press("End")
    expect(veiled).to_have_count(0)
    expect(words).to_contain_text("from the true gradient")
    expect(noise.page.locator(".os-lesson-reply")).to_contain_text("leads uphill")
    assert not noise.faults
