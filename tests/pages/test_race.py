"""The Race page from the server's side: every choice, formulas of one's own, every button."""

import numpy as np
import pytest
from visits import (
    picture,
    report,
    said,
    settled,
    stages,
    table,
    tracks,
    values,
    visit,
)

from optcore.descent.loop import descend
from optcore.descent.schedules import SCHEDULES
from optcore.descent.sweep import best_rate
from optcore.formula.surface import formula_surface
from optcore.knobs import knobs
from optcore.optimizers import OPTIMIZERS, Adam, GradientDescent
from optcore.optimizers.misprints import MISPRINTS
from optcore.surfaces import SURFACES, Ravine, Rosenbrock
from ui.parameters import slug
from ui.race.parameters import FIRST_FOUR
from ui.surfaces import FORMULA

RACERS = (*OPTIMIZERS, *MISPRINTS)
every_surface = pytest.mark.parametrize("surface", SURFACES, ids=lambda s: s.name)
every_racer = pytest.mark.parametrize("optimizer", RACERS, ids=lambda o: o.name)


def tuned(subject, prefix: str, at: dict):
    """An object as the sliders stand."""
    given = {name: at[f"{prefix}.{name}"] for name in knobs(subject)}
    return type(subject)(**given)


def assert_shows_the_race(app, surface, racers, **given):
    """What was sent to the browser is the race at the values of its own sliders."""
    at, shown = values(app), tracks(app)
    surface = surface if hasattr(surface, "text") else tuned(surface, "surface", at)
    assert set(shown) == {racer.name for racer in racers}
    for racer in racers:
        optimizer = tuned(racer, slug(racer.name), at)
        start = (at["start.x"], at["start.y"])
        run = descend(surface, optimizer, start, int(at["race.steps"]), **given)
        rows = int(run.ended) + 1
        np.testing.assert_array_equal(shown[racer.name]["x"], run.points[:rows, 0])
        np.testing.assert_array_equal(shown[racer.name]["y"], run.points[:rows, 1])
        assert f"<td>{racer.name}</td>" in table(app)
    (low_x, high_x), (low_y, high_y) = surface.window
    assert low_x <= at["start.x"] <= high_x
    assert low_y <= at["start.y"] <= high_y


def test_the_first_visit_shows_four_on_rosenbrock_at_rates_that_suit():
    app = visit()
    assert_shows_the_race(app, Rosenbrock(), [o for o in OPTIMIZERS if o.name in FIRST_FOUR])
    at = values(app)
    assert at["race.steps"] == 300
    rate = best_rate(Rosenbrock(), Adam(), Rosenbrock().start, 300).calm
    assert at["adam.learning_rate"] == rate
    assert not said(app)
    assert "ends lowest" in picture(app)["words"]


@every_surface
def test_every_surface(surface):
    app = visit({"surface": slug(surface.name)})
    assert_shows_the_race(app, surface, [o for o in OPTIMIZERS if o.name in FIRST_FOUR])
    assert picture(app)["panels"][0]["figure"]["layout"]["uirevision"] == surface.name
    assert not said(app)
    # A first impression is no shipwreck: the rates that suit let nobody diverge.
    assert "Diverged" not in picture(app)["words"]


@every_racer
def test_every_optimizer(optimizer):
    link = {"race": slug(optimizer.name), "surface": "ravine", "race.steps": "40"}
    app = visit(link | {"details": "1"})
    assert_shows_the_race(app, Ravine(), [optimizer])
    assert optimizer.source in [caption.value for caption in app.caption][-1]
    assert len(app.latex) == 2


def test_all_optimizers_at_once():
    app = visit({"race": ",".join(slug(o.name) for o in RACERS), "race.steps": "30"})
    assert_shows_the_race(app, Rosenbrock(), RACERS)


@every_surface
def test_every_surface_in_three_dimensions(surface):
    # Methods without a rate, for which no rates are tried.
    link = {"race": "bfgs,conjugate-gradient", "race.steps": "20"}
    app = visit(link | {"surface": slug(surface.name), "view": "3-d"})
    kinds = [trace["type"] for trace in picture(app)["panels"][0]["figure"]["data"]]
    assert kinds == ["surface", *["scatter3d"] * 3]


def test_nobody_races():
    app = visit({"race": ""})
    assert tracks(app) == {}
    assert "choose one or more optimizers" in picture(app)["words"]
    assert not [button.label for button in app.button if "rate" in button.label]
    assert visit({"race": "", "view": "3-d", "sweep": "1", "at": "3"})


@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda s: s.name)
@pytest.mark.parametrize("clip", ["off", "by-norm", "by-value"])
def test_every_schedule_and_clipping(schedule, clip):
    link = {
        "schedule": slug(schedule.name),
        "clip": clip,
        "noise.scale": "0.1",
        "race": "adam",
        "race.steps": "25",
    }
    app = visit(link)
    words, at = picture(app)["words"], values(app)
    assert ("schedule" in words) == (schedule.name != "Constant")
    assert ("clipped" in words) == (clip != "off") == ("clip.limit" in at)
    assert "Gaussian noise of 0.1" in words
    if schedule.name != "Constant":
        assert {f"schedule.{name}" for name in knobs(schedule)} <= set(at)


# A formula of one's own.


@pytest.mark.parametrize(
    "text",
    [
        FORMULA,
        "x^2 + y^2",
        "abs(x) + max(y, 2*x) + relu(-y)",
        "exp(-x^2) * sigmoid(y) + softplus(x*y)",
        "x**4 - y + e^x / pi",
    ],
)
def test_a_good_formula_races(text):
    app = visit({"surface": "your-own-function", "f": text, "race.steps": "60"})
    assert not said(app)
    surface = formula_surface(text)
    assert_shows_the_race(app, surface, [o for o in OPTIMIZERS if o.name in FIRST_FOUR])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "7",
        "x +",
        "z + x",
        "__import__('os').system('ls')",
        "x.__class__",
        "(lambda: x)()",
        "eval('x')",
        "x^9999999",
        "9^9^9^9 + x",
        "(" * 90 + "x" + ")" * 90,
        "x" + "+x" * 2000,
        "log(-1 - x^2) + y",
        "<img src=x onerror=alert(1)>",
        "**x** [y](z)",
        "х + у",
        "[x for x in y]",
        "nan * x",
        "x if y else x",
        "\x00x",
        "f'{x}'",
    ],
)
def test_a_bad_formula_gets_a_sentence_and_the_last_good_one_stays(text):
    app = visit({"surface": "your-own-function", "f": text})
    (complaint,) = app.error
    assert f"Shown meanwhile: f(x, y) = {FORMULA}" in complaint.value.replace("\\", "")
    # What was typed is not lost.
    assert app.text_input[0].value == text
    assert_shows_the_race(
        app, formula_surface(FORMULA), [o for o in OPTIMIZERS if o.name in FIRST_FOUR]
    )


def test_a_slip_of_the_pen_keeps_the_formula_before_it():
    app = visit({"surface": "your-own-function", "f": "x^2 + 3*y^2"})
    path = tracks(app)["Adam"]["x"]
    app.text_input[0].set_value("x^2 + 3*y^")
    settled(app.run())
    assert "Shown meanwhile: f(x, y) = x^2 + 3*y^2" in app.error[0].value.replace("\\", "")
    np.testing.assert_array_equal(tracks(app)["Adam"]["x"], path)
    app.text_input[0].set_value("x^2 + 3*y^4")
    settled(app.run())
    assert not app.error
    assert app.query_params["f"] == "x^2 + 3*y^4"


def test_a_formula_that_the_window_has_left_gets_a_sentence():
    app = visit({"surface": "your-own-function", "f": "log(x - 50) + y^2", "window.reach": "100"})
    assert not app.error
    report(app, values={"window.reach": 3})
    assert "no real, finite value in the window" in app.error[0].value
    assert app.text_input[0].value == "log(x - 50) + y^2"


# Rates.


def press(app, label: str):
    next(button for button in app.button if button.label == label).click()
    return settled(app.run())


def test_the_same_rate_for_all_is_one_click():
    app = press(visit({"race": "gradient-descent,adam,newton"}), "Same rate for all")
    at = values(app)
    assert at["gradient-descent.learning_rate"] == at["adam.learning_rate"]


def test_the_same_rate_for_all_is_one_that_all_can_have():
    app = visit({"race": "adadelta,adam", "adadelta.learning_rate": "90"})
    press(app, "Same rate for all")
    at = values(app)
    assert at["adadelta.learning_rate"] == at["adam.learning_rate"] == 10
    assert values(visit(dict(app.query_params))) == at


def test_the_best_rate_for_each_is_found_shown_and_one_click():
    link = {"surface": "ravine", "start.x": "1", "start.y": "0.5", "race.steps": "80"}
    app = press(visit({**link, "race": "gradient-descent,adam"}), "Best rate for each")
    at = values(app)
    for kind in (GradientDescent, Adam):
        found = best_rate(Ravine(), kind(), (1.0, 0.5), 80)
        assert at[f"{slug(kind.name)}.learning_rate"] == found.best
    keys = [stage.key for stage in stages(app)]
    assert [key for key in keys if key.startswith("race.")] == ["race.stage", "race.sweep"]
    curve = picture(app, "race.sweep")["panels"][0]["figure"]["data"][0]
    found = best_rate(Ravine(), GradientDescent(), (1.0, 0.5), 80)
    np.testing.assert_array_equal(curve["x"], found.rates)
    assert app.query_params["sweep"] == "1"


def test_a_rate_that_equals_the_default_of_its_method_stays_in_the_link():
    app = visit({"race": "adam", "adam.learning_rate": "0.001"})
    assert values(app)["adam.learning_rate"] == 0.001
    assert values(visit(dict(app.query_params)))["adam.learning_rate"] == 0.001


def test_another_surface_lets_start_and_rates_go():
    app = visit({"adam.learning_rate": "0.7", "adam.beta1": "0.5", "start.x": "1.5", "at": "3"})
    app.selectbox[0].set_value("Bowl")
    settled(app.run())
    at = values(app)
    assert at["adam.beta1"] == 0.5
    bowl = next(s for s in SURFACES if s.name == "Bowl")
    assert at["start.x"] == bowl.start[0]
    assert at["adam.learning_rate"] == best_rate(bowl, Adam(), bowl.start, 300).calm
    assert "at" not in app.query_params
