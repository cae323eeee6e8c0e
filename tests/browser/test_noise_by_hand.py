"""A hand on the Noise page: a sample that takes the bowl with it, a point on the map of limits."""

import pytest
from playwright.sync_api import expect

# A panel over time at step 4 of 10, 30 pixels a step from 20 on: a line drawn whole, and a head at
# every step. Which columns of it hold ink, and which step a pointer over a later one finds.
HIDDEN = """async (secret) => {
    const script = document.querySelector('script[src$="/optscope.js"]');
    const { Overlay } = (await import(script.src)).parts['overlay.js'];
    const axis = (reach, zero) => ({ _offset: 20, _length: 300, range: [0, 10], d2p: () => 0,
        l2p: (value) => zero + reach * value });
    const plot = { _fullLayout: { xaxis: axis(30, 0), yaxis: axis(-30, 300) } };
    const holder = document.body.appendChild(document.createElement('div'));
    Object.assign(holder.style, { position: 'fixed', width: '340px', height: '340px' });
    const overlay = new Overlay(plot, holder);
    Object.assign(overlay.canvas.style, { width: '340px', height: '340px' });
    const steps = Float64Array.from({ length: 11 }, (_, at) => at);
    const line = { mode: 'lines', x: steps, y: steps.map(() => 2), meta: { play: 'still' },
        line: { color: '#ff0000', width: 2 } };
    const rows = Array.from(steps, (step) => Float64Array.of(step));
    const head = { mode: 'markers', marker: { color: '#ff0000', symbol: 'circle', size: 20 },
        meta: { play: 'frame', x: rows, y: rows.map(() => Float64Array.of(7)) } };
    overlay.set([line, head]);
    const view = { off: new Set(), hover: { hot: null }, secret,
        look: { back: '#ffffff', text: '#000000', thick: 1, size: 14, font: 'sans-serif' } };
    overlay.draw(4, view, undefined, Array.from(steps));
    const ratio = overlay.canvas.width / 340, pen = overlay.canvas.getContext('2d');
    const inked = (y) => {
        const row = pen.getImageData(0, Math.round((320 - 30 * y) * ratio), 340 * ratio, 1).data;
        const red = Array.from({ length: row.length / 4 }, (_, at) => at)
            .filter((at) => row[4 * at + 3] > 128 && row[4 * at + 1] < 128);
        return [red[0] / ratio, (red.at(-1) + 1) / ratio];
    };
    const found = overlay.nearest(20 + 30 * 6, 320 - 30 * 2, 4, view);
    holder.remove();
    return { line: inked(2), head: inked(7), found: found?.at ?? null };
}"""


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
    open_, asked = (noise.page.evaluate(HIDDEN, secret) for secret in (False, True))
    assert open_["line"] == pytest.approx([20, 320], abs=1)
    # The line ends at the step, 20 + 4 * 30, and the head there is whole.
    assert asked["line"] == pytest.approx([20, 140], abs=1)
    assert asked["head"] == open_["head"]
    assert (open_["found"], asked["found"]) == (6, None)
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
