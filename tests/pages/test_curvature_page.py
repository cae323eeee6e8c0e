"""The Curvature page as a person meets it: guesses, saddles, sampling, what is taken away."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from visits import picture, report, said, visit

from optcore.curvature import forecast
from optcore.curvature.stuck import VERDICTS
from optcore.surfaces import Himmelblau, Rosenbrock
from ui.curvature import networks, take_away
from ui.parameters import slug
from ui.scene import as_csv
from ui.written_out import written_out

ROOT = Path(__file__).parents[2]
STAGE = "curvature.stage"
CLIMBS = {"point.x": "-1.2", "point.y": "1", "step.learning_rate": "0.0022"}


def opened(**link):
    return visit({name.replace("__", "."): text for name, text in link.items()}, "curvature")


def shown(app) -> dict:
    return picture(app, STAGE)


def button(app, label: str):
    (found,) = [each for each in app.button if each.label == label]
    return found


def words(app) -> str:
    told = shown(app)["words"]
    return told if isinstance(told, str) else told["texts"][-1]


def names(app, panel: int) -> set[str]:
    return {trace.get("name") for trace in shown(app)["panels"][panel]["figure"]["data"]}


@pytest.mark.parametrize("view", ["step", "run", "saddles", "chance", "edge", "minimum"])
def test_every_view_says_something_and_draws_it(view):
    app = opened(view=view, surface="himmelblau")
    assert len(shown(app)["panels"]) >= 3
    assert words(app).split("\n")[0].endswith(".")
    assert not said(app)


def test_a_step_is_hidden_until_somebody_has_guessed_it():
    app = visit({**CLIMBS, "predict": "1"}, "curvature")
    measured = float(forecast(Rosenbrock(), (-1.2, 1.0), 0.0022).measured)
    assert measured > 0
    assert "loss" not in names(app, 1)
    assert "measured" not in names(app, 2)
    assert words(app).endswith("up or down?")
    app = button(app, "Down").click().run()
    assert "loss" in names(app, 1)
    assert "measured" in names(app, 2)
    assert "climbs" in words(app)
    assert any("0 of 1 right" in each.value for each in app.markdown)
    app = report(app, STAGE, handles={"point": [1.5, -0.5]})
    assert "loss" not in names(app, 1)
    right = "Up" if forecast(Rosenbrock(), (1.5, -0.5), 0.0022).climbs else "Down"
    app = button(app, right).click().run()
    assert any("1 of 2 right" in each.value for each in app.markdown)
    assert words(app).startswith("Right")


def test_not_sure_is_an_answer_that_costs_nothing():
    app = visit({**CLIMBS, "predict": "1"}, "curvature")
    app = button(app, "Not sure").click().run()
    assert not any("right" in each.value for each in app.markdown)
    assert "It goes up" in words(app)


def test_every_saddle_is_one_click_away():
    app = opened(view="saddles", surface="himmelblau")
    saddles = []
    for at in range(4):
        (way,) = [t for t in shown(app)["panels"][0]["figure"]["data"]
                  if t.get("name") == "Gradient descent"]  # fmt: skip
        saddles.append((round(way["x"][0], 3), round(way["y"][0], 3)))
        app = button(app, f"Saddle {at + 1} of 4").click().run()
    assert len(set(saddles)) == 4
    for place in saddles:
        assert np.abs(Himmelblau().grad(np.array(place))).max() < 0.1
    assert button(app, "Saddle 1 of 4")


def sliders(app) -> set[str]:
    return {knob["id"] for board in shown(app)["boards"] for group in board["frame"]["groups"]
            for knob in group["knobs"]}  # fmt: skip


def test_a_surface_without_a_saddle_says_so_and_has_no_slider_for_one():
    app = opened(view="saddles", surface="bowl")
    assert "no saddle" in words(app)
    assert "beside.distance" not in sliders(app)
    assert "beside.distance" in sliders(opened(view="saddles", surface="himmelblau"))


def test_only_a_network_that_a_factor_leaves_as_it_is_has_one():
    for subject in networks.SUBJECTS:
        app = opened(view="edge", network=slug(subject.name))
        assert ("edge.factor" in sliders(app)) == subject.rescales, subject.name


def test_a_formula_of_ones_own_and_a_faulty_one():
    app = opened(surface="your-own-function", f="x^2 - y^2", view="saddles")
    assert "saddle" in words(app)
    app = opened(surface="your-own-function", f="x^^", view="step")
    assert "Shown meanwhile" in said(app)
    assert shown(app)["panels"]


def test_matrices_are_drawn_when_asked_and_shown(monkeypatch):
    monkeypatch.setattr("ui.curvature.work.SAMPLES", 2000)
    app = opened(view="chance", spectrum__n="3")
    app = button(app, "Draw 2,000 matrices").click().run()
    assert "sampled" in names(app, 0)
    assert "2,000 random matrices" in words(app)
    assert not [each for each in app.button if each.label == "Stop"]


def test_a_map_tints_the_ground_and_the_link_keeps_it():
    app = opened(view="saddles", surface="himmelblau", map="newton")
    (image,) = shown(app)["panels"][0]["figure"]["layout"]["images"]
    assert image["source"].startswith("data:image/png;base64,")
    assert app.query_params["map"] == "newton"


def test_the_address_of_a_drag_is_short_and_opens_to_the_same():
    app = report(opened(), STAGE, handles={"point": [0.5, 0.25]})
    assert {name: app.query_params[name] for name in ("point.x", "point.y")} == {
        "point.x": "0.5", "point.y": "0.25",
    }  # fmt: skip


PROGRAMS = {
    "step": take_away.step(Rosenbrock(), (-1.2, 1.0), 0.001),
    "run": take_away.run(Himmelblau(), (-0.5, -1.0), 0.01, 30),
    "saddle": take_away.saddle(Himmelblau(), (0.08667750, 2.88425470), 0.01, 0.5),
    "network": take_away.network(networks.SUBJECTS[2].case, 0.1, 20),
    "chance": take_away.chance(3, 0.5),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_taken_away_runs(name, tmp_path):
    path = tmp_path / "program.py"
    path.write_text(written_out(PROGRAMS[name]), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-I", path], capture_output=True, text=True, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    if name == "step":
        measured = float(forecast(Rosenbrock(), (-1.2, 1.0), 0.001).measured)
        assert float(done.stdout.split("\n")[0].split()[-1]) == pytest.approx(measured)


def test_a_sheet_can_be_read_back():
    text = as_csv({"a": np.array([0.1, 1e-300]), "b": np.array([1, 2])})
    assert text == "a,b\n0.1,1\n1e-300,2\n"


@pytest.mark.parametrize("name", ["is-it-a-local-minimum", "stuck-in-a-network"])
def test_no_plot_of_a_question_is_named_after_its_answer(name):
    app = opened(lesson=f"{name}.1")
    assert shown(app)["lesson"]["answers"]
    layouts = [panel["figure"]["layout"] for panel in shown(app)["panels"]]
    titles = {axis["title"]["text"] for layout in layouts for key, axis in layout.items()
              if "axis" in key and axis.get("title")}  # fmt: skip
    assert not [title for title in titles for verdict in VERDICTS if verdict in title]


def test_what_is_said_at_more_length_stands_in_the_drawer():
    app = opened(view="chance", spectrum__n="6", details="1")
    assert any("Coins are tossed one by one" in each.proto.body for each in app.get("html"))
    app = opened(lesson="will-this-step-climb", details="1")
    assert not any("break-even" in each.proto.body for each in app.get("html"))
