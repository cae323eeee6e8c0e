"""Shrinking h under a hand: the lenses over the ends of the secant follow the scrubber."""

from optcore.derivatives.microscope import step_grid

TEXTS = """() => {
window.written = [];
const fillText = CanvasRenderingContext2D.prototype.fillText;
CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
  window.written.push(text);
  return fillText.call(this, text, ...rest);
};
}"""


def written(race):
    """What the overlays have written since this was asked for last."""
    return race.page.evaluate("() => window.written.splice(0)")


def test_the_lenses_count_floats_as_h_shrinks_and_ask_no_server(visit):
    race = visit("shrinking_h", own=True)
    race.page.evaluate(TEXTS)
    scrubber = race.page.locator(".os-clock input[type=range]")
    drawn, asked = race.drawn, []
    race.page.on("request", lambda request: asked.append(request.url))
    scrubber.focus()
    assert not any("floats apart" in text for text in written(race))
    said = {}
    for step in (64, 128, 192):
        scrubber.evaluate("(input, at) => { input.value = at; input.dispatchEvent("
                          "new Event('input', { bubbles: true })); }", step)  # fmt: skip
        race.wait(f"document.querySelector('.os-clock input').value == {step}")
        race.page.wait_for_timeout(200)
        said[step] = [text for text in written(race) if "floats apart" in text]
    assert not said[64]
    assert said[128][-1] == "9.7e7 floats apart"
    assert said[192][-1] == "9,733 floats apart"
    assert race.drawn == drawn
    assert not [url for url in asked if not url.startswith("blob:")]


def test_the_field_says_what_the_clock_says_while_it_plays(visit):
    race = visit("shrinking_h")
    same = """() => {
        const field = document.querySelector("[class*='st-key-state-shrinking_h-h'] input").value;
        const clock = document.querySelector('.os-clock output').textContent;
        return Number(field) < 0.5 && clock === 'h = ' + field.replace('-', '\u2212');
    }"""
    race.page.get_by_role("button", name="Play").click()
    race.wait(same)
    race.page.get_by_role("button", name="Pause").click()
    shown = race.step()
    race.wait("() => new URLSearchParams(location.search).has('h')")
    h = float(race.page.evaluate("() => new URLSearchParams(location.search).get('h')"))
    assert h == step_grid()[shown]
    field = race.page.locator("[class*='st-key-state-shrinking_h-h'] input")
    assert float(field.input_value()) == h
