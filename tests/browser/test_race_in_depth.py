"""The Race page in depth, drawn in software here: one visit, in a small window, for all of it."""

import pytest

CAMERA = "1.8,0.2,1.8,0,0,-0.1"
EYE = "document.querySelector('.os-plot')._fullLayout.scene.camera.eye"
SCENE = "document.querySelector('.os-plot')?._fullLayout?.scene?._scene?.glplot !== undefined"


def check_link_holds_the_camera(race):
    race.wait(f"Math.abs({EYE}.x - 1.8) < 1e-6 && Math.abs({EYE}.y - 0.2) < 1e-6")
    assert race.page.evaluate(f"{EYE}.z") == pytest.approx(1.8)
    x, y = race.middle(race.page.locator(".os-panel").first)
    race.page.mouse.move(x, y)
    race.page.mouse.down()
    race.page.mouse.move(x + 12, y, steps=2)
    race.page.mouse.up()
    turned = race.wait_link("camera", CAMERA)
    assert float(turned.split(",")[0]) == pytest.approx(race.page.evaluate(f"{EYE}.x"), rel=1e-3)
    # How far it has turned hangs on how fast frames come: what follows begins where all do.
    race.page.get_by_role("button", name="Whole view").first.click()
    race.wait("!new URL(location).searchParams.has('camera')")
    race.wait(f"Math.abs({EYE}.y) < 1e-6")


def check_start_dragged_over_the_sheet(race):
    race.handle().hover()
    (x, y), mouse = race.middle(race.handle()), race.page.mouse
    mouse.move(x, y)
    mouse.down()
    mouse.move(x - 40, y + 10, steps=2)
    mouse.up()
    race.wait_link("start.x")
    # The ring is where the hand has let go.
    race.wait(
        """([x, y]) => { const at = document.querySelector('.os-handle').getBoundingClientRect();
            return Math.hypot(at.x + at.width / 2 - x, at.y + at.height / 2 - y) < 3; }""",
        [x - 40, y + 10],
    )


def check_arrow_key_moves_the_start(race):
    was = race.link["start.y"]
    race.handle().focus()
    race.page.keyboard.press("ArrowUp")
    assert float(race.wait_link("start.y", was)) > float(was)


def check_slider_draws_it_anew(race):
    drawn, rate = race.drawn, race.link.get("gradient-descent.learning_rate")
    race.slider("gradient-descent.learning_rate").focus()
    race.page.keyboard.press("ArrowLeft")
    race.wait_redrawn(drawn).wait_link("gradient-descent.learning_rate", rate)


def check_it_is_made_flat_and_deep_again(race):
    race.page.get_by_role("button", name="View").first.click()
    race.page.get_by_text("Contours", exact=True).click()
    race.wait("document.querySelector('.os-plot')._fullLayout.xaxis?.d2p !== undefined")
    race.wait("!new URL(location).searchParams.has('view')")
    race.page.get_by_text("3-D", exact=True).click()
    assert race.wait_link("view") == "3-d"
    race.wait(SCENE)
    # Nothing of the flat picture is left over the scene.
    race.wait(
        """() => { const c = document.querySelector('.os-overlay');
            const pixels = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
            return !pixels.some((value) => value); }"""
    )


def test_in_depth_the_camera_is_turned_the_start_dragged_and_the_view_changed(visit):
    race = visit(None)
    race.page.set_viewport_size({"width": 700, "height": 450})
    race.open(f"?view=3-d&surface=bowl&race=gradient-descent&camera={CAMERA}").wait(SCENE)
    check_link_holds_the_camera(race)
    check_start_dragged_over_the_sheet(race)
    check_arrow_key_moves_the_start(race)
    check_slider_draws_it_anew(race)
    check_it_is_made_flat_and_deep_again(race)
