"""What is taken away, opened again elsewhere, shows what the page showed."""

import base64
import io
import itertools
from xml.etree import ElementTree

import numpy as np
import pytest
from axe import complaints
from PIL import Image, ImageSequence
from playwright.sync_api import expect

LINK = "?race=adam,momentum&at=60"


class Taken:
    """A page with its menu, and a folder for what it makes."""

    def __init__(self, race, folder):
        self.race, self.page, self.folder = race, race.page, folder
        self.menu = self.page.locator(".os-take")

    def open(self) -> "Taken":
        self.page.locator(".st-key-row-share button").first.click()
        self.menu.locator("option").first.wait_for(state="attached")
        return self

    def take(self, name: str, what: str = "All plots"):
        self.menu.locator("select").select_option(label=what)
        with self.page.expect_download(timeout=90_000) as coming:
            self.menu.get_by_role("button", name=name, exact=True).click()
        path = self.folder / coming.value.suggested_filename
        coming.value.save_as(path)
        return path


@pytest.fixture
def take_from(visit, tmp_path):
    return lambda link=LINK, **how: Taken(visit(link, **how), tmp_path)


def pixels(picture: bytes, finer: int = 1) -> np.ndarray:
    """A picture as levels of red, green and blue; one that is `finer` is brought down."""
    opened = Image.open(io.BytesIO(picture)).convert("RGB").reduce(finer)
    return np.asarray(opened, dtype=int)


def apart(one: np.ndarray, other: np.ndarray) -> float:
    """The share of pixels that a person would see differ."""
    return float((np.abs(one - other).max(axis=-1) > 64).mean())


def seen(taken: Taken, panel: int = 0) -> bytes:
    return taken.page.locator(".os-box").nth(panel).screenshot()


def test_a_png_is_the_plot_as_it_is_seen_and_paper_has_what_it_needs(take_from):
    taken = take_from(width=900)
    shown = pixels(seen(taken))
    path = taken.open().take("PNG", "paths")
    assert path.name == "race-paths.png"
    high, wide = shown.shape[:2]
    plot = pixels(path.read_bytes(), finer=2)[12 : 12 + high, 12 : 12 + wide]
    assert apart(plot, shown) < 0.01
    # Another step is another picture: what is compared is not the ground alone.
    taken.page.keyboard.press("Escape")
    taken.race.clock("Jump to the end").click()
    assert apart(plot, pixels(seen(taken))) > 2 * apart(plot, shown)
    check_paper(taken.page)


def check_paper(page) -> None:
    """On paper there are picture, words and table alone."""
    page.evaluate("() => window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 700, "height": 1000})
    for gone in (".stAppHeader", ".st-key-row", ".os-clock", ".os-side"):
        assert not page.locator(gone).first.is_visible(), gone
    for there in ("h1", ".os-plot", ".os-legend", ".os-paper p", ".os-paper tbody tr"):
        assert page.locator(there).first.is_visible(), there
    board, table = (page.locator(each).first.bounding_box() for each in (".os-board", ".os-paper"))
    assert 600 < board["width"] <= 700
    assert board["y"] + board["height"] <= table["y"]

    page.emulate_media(media="screen")
    assert not page.locator(".os-paper").is_visible()


def test_an_svg_looks_like_the_png_and_a_film_can_be_stopped(take_from, browser):
    taken = take_from().open()
    path = taken.take("SVG")
    drawn = ElementTree.parse(path)
    texts = {"".join(each.itertext()).strip() for each in drawn.findall(".//{*}text")}
    assert {"Adam", "Momentum", "step 60 / 300"} <= texts
    assert any(text and text in taken.race.words() for text in texts if len(text) > 30)
    # 60 steps of two racers, among curves that are whole.
    assert [str(each.get("d")).count("L") for each in drawn.findall(".//{*}path")].count(60) >= 2
    page = browser.new_page()
    page.goto(path.as_uri())
    png = pixels(taken.take("PNG").read_bytes(), finer=2)
    page.set_viewport_size({"width": png.shape[1], "height": png.shape[0]})
    assert apart(pixels(page.screenshot()), png) < 0.01
    page.close()
    check_film_stopped(taken)


def check_film_stopped(taken: Taken) -> None:
    """By its own button, and it leaves the run where it stood."""
    taken.menu.get_by_role("button", name="WebM").click()
    taken.menu.get_by_role("button", name="Stop").click()
    taken.menu.get_by_text("WebM: stopped.").wait_for()
    assert taken.race.step() == 60
    assert taken.menu.get_by_role("button", name="WebM").is_visible()
    assert not taken.page.locator(".os-stage").get_attribute("inert")
    # A browser that records nothing says so, and what there is instead.
    taken.page.evaluate("() => { delete window.MediaRecorder; }")
    taken.menu.get_by_role("button", name="WebM").click()
    told = taken.menu.get_by_text("This browser records no WebM")
    told.wait_for()
    assert "GIF" in told.inner_text()


FRAMES = """async (film) => {
    const video = document.createElement("video");
    video.muted = true;
    video.src = film;
    const until = (name) => new Promise((go, fail) => {
        video["on" + name] = go;
        video.onerror = () => fail(new Error(video.error.message));
    });
    await until("loadeddata");
    const size = { width: video.videoWidth, height: video.videoHeight };
    const canvas = Object.assign(document.createElement("canvas"), size);
    const pen = canvas.getContext("2d"), shots = [];
    for (const share of [0, 0.99]) {
        video.currentTime = share * video.duration;
        await until("seeked");
        // A busy machine may have sought before it has a frame to give.
        pen.clearRect(0, 0, canvas.width, canvas.height);
        for (let at = 0; at < 300 && !pen.getImageData(0, 0, 1, 1).data[3]; at += 1) {
            await new Promise(requestAnimationFrame);
            pen.drawImage(video, 0, 0);
        }
        shots.push(canvas.toDataURL());
    }
    return [video.duration, ...shots];
}"""


def decoded(address: str) -> np.ndarray:
    return pixels(base64.b64decode(address.partition(",")[2]))


def quickly(taken: Taken) -> Taken:
    """The film of a run that is played eight times as fast lasts a second."""
    taken.page.get_by_label("Playback speed").select_option("8")
    return taken.open()


def test_a_film_plays_the_run_and_ends_as_the_picture_does(take_from):
    taken = quickly(take_from("?race=adam,momentum"))
    film = Image.open(io.BytesIO(taken.take("GIF", "paths").read_bytes()))
    assert film.n_frames == 10
    shots, lasts = [], []
    for frame in ImageSequence.Iterator(film):
        shots.append(np.asarray(frame.convert("RGB"), dtype=int))
        lasts.append(frame.info["duration"])
    assert lasts == [100] * 9 + [1500]
    assert all(apart(one, other) > 0 for one, other in itertools.pairwise(shots))
    png = Image.open(io.BytesIO(taken.take("PNG", "paths").read_bytes())).convert("RGB")
    wide, high = film.size
    end = np.asarray(png.resize((wide, round(wide * png.height / png.width))), dtype=int)[:high]
    assert 2 * apart(shots[-1][: len(end)], end) < apart(shots[0][: len(end)], end)
    check_webm(taken)


def check_webm(taken: Taken) -> None:
    """It lasts as long as the run and ends as the picture does."""
    film = base64.b64encode(taken.take("WebM", "paths").read_bytes()).decode()
    lasts, first, last = taken.page.evaluate(FRAMES, f"data:video/webm;base64,{film}")
    # As long as it took to play, which a busy machine does not do in time.
    assert lasts > 1.5
    # A film is not sharp to the pixel, but it comes nearer to the end.
    end = pixels(taken.take("PNG", "paths").read_bytes(), finer=2)
    first, last = decoded(first), decoded(last)
    high, wide = np.minimum(last.shape, end.shape)[:2]
    assert high > 500
    assert wide > 500
    away = [np.abs(shot[:high, :wide] - end[:high, :wide]).mean() for shot in (first, last)]
    assert away[1] < away[0] < 20


@pytest.fixture
def alone(browser, tmp_path):
    """Opens a file in the frame of another page, where there is no network; all must be well."""
    context = browser.browser.new_context(offline=True, reduced_motion="reduce")
    page, faults = context.new_page(), []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    page.on("requestfailed", lambda request: faults.append(request.url))

    def open_file(path):
        outer = tmp_path / "course.html"
        outer.write_text(
            '<!DOCTYPE html><html lang="en"><title>A course</title><main><h1>A course</h1>'
            f'<iframe title="A run" src="{path.name}" width="900" height="600"></iframe></main>'
        )
        page.goto(outer.as_uri())
        frame = page.frame(url=path.as_uri())
        frame.wait_for_selector(".os-stage[data-drawn]")
        return frame

    yield open_file
    context.close()
    assert not faults


TOLD = """() => ({
    legend: [...document.querySelectorAll(".os-chip")].map((chip) => chip.textContent),
    words: document.querySelector(".os-words").textContent,
    step: document.querySelector(".os-clock output").textContent,
    plots: [...document.querySelectorAll(".os-plot")].map((plot) => plot.ariaDescription),
})"""


def test_a_page_of_its_own_plays_the_run_without_a_server(take_from, alone):
    taken = take_from().open()
    live = taken.page
    frame = alone(taken.take("HTML"))
    assert frame.evaluate(TOLD) == live.evaluate(TOLD)
    assert frame.evaluate("() => document.querySelector('.os-plot')._fullLayout.xaxis.range") == [
        -2,
        2,
    ]
    assert frame.locator(".os-table tbody tr").count() == 2
    assert frame.locator(".os-knob").count() == 0
    assert frame.locator(".os-handle").is_disabled()
    stage = frame.locator(".os-stage")
    before = stage.screenshot()
    stage.press("End")
    live.keyboard.press("Escape")
    taken.race.clock("Jump to the end").click()
    taken.race.wait(
        "() => document.querySelector('.os-clock output').textContent.startsWith('step 300')"
    )
    stage.press("f")
    frame.wait_for_selector("html.os-present")
    stage.press("Escape")
    # What is described follows once the clock rests.
    frame.wait_for_timeout(400)
    live.wait_for_timeout(400)
    assert frame.evaluate(TOLD) == live.evaluate(TOLD)
    assert apart(pixels(before), pixels(stage.screenshot())) > 0.005
    frame.locator("input[type=range]").fill("60")
    assert frame.locator("output").inner_text() == "step 60 / 300"
    assert complaints(frame.page) == []


def test_the_menu_is_reached_by_keys_and_fits_a_phone(take_from):
    taken = take_from("backprop_graph", width=390)
    share = taken.page.locator(".st-key-row-share button").first
    share.focus()
    share.press("Enter")
    taken.menu.locator("option").first.wait_for(state="attached")
    box = taken.menu.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    button = taken.menu.get_by_role("button", name="SVG")
    button.focus()
    with taken.page.expect_download() as coming:
        button.press("Enter")
    ElementTree.parse(coming.value.path())


def test_what_a_question_hides_cannot_be_taken_away(take_from):
    taken = take_from("?lesson=one-rate-too-large&lesson.step=2").open()
    taken.page.wait_for_selector(".os-lesson-answers button")
    taken.menu.get_by_role("button", name="HTML").click()
    expect(taken.menu.get_by_text("Answer the question first")).to_be_visible()
