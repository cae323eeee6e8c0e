"""What the page shows, against closed forms: the ray of a step, a run, a saddle, words of each."""

import struct
import zlib
from base64 import b64decode

import numpy as np
import pytest
from dressing import validated

from optcore.curvature import critical_points
from optcore.curvature.shares import sampled_spectra
from optcore.surfaces import (
    SURFACES,
    Bowl,
    Cliff,
    GoldsteinPrice,
    Himmelblau,
    MonkeySaddle,
    Ravine,
    Rosenbrock,
    SaddleBetweenMinima,
)
from ui.curvature import (
    case,
    chance_charts,
    edge_charts,
    facts,
    networks,
    run_charts,
    saddle_charts,
    step_charts,
    words,
)
from ui.curvature.shapes import LOOKS, arrow, level_set, nice
from ui.curvature.tint import TINTS
from ui.ground import ground


def named(figure: dict, name: str, play: str | None = None) -> dict:
    (found,) = [trace for trace in figure["data"] if trace.get("name") == name
                and play in (None, trace["meta"].get("play"))]  # fmt: skip
    return found


def test_the_curves_of_a_bowl_are_a_line_and_a_parabola():
    """x^2 + y^2 from (1, 1): change -8 r + 8 r^2, lowest at 1/2, back at 1."""
    shown = case.step_case(Bowl(), (1.0, 1.0), 0.75)
    r = shown.rates
    np.testing.assert_allclose(shown.line, -8 * r, atol=1e-12)
    np.testing.assert_allclose(shown.change, -8 * r + 8 * r**2, atol=1e-12)
    np.testing.assert_allclose(shown.parabola, shown.change, atol=1e-12)
    assert r[case.MOMENTS] == 0.75
    assert shown.moments[-1] == pytest.approx(-1.5)
    assert shown.top == 1.5


@pytest.mark.parametrize("surface", SURFACES, ids=lambda surface: surface.name)
def test_every_surface_can_be_drawn(surface):
    shown = case.step_case(surface, surface.start, 0.01)
    back = case.map_behind(surface, "Newton", 0.01, True)
    traces = step_charts.on_the_ground(shown)
    figures = [
        step_charts.ground(surface, ground(surface), back, case.critical(surface), traces),
        step_charts.along_the_gradient(shown),
        step_charts.bars(shown),
    ]
    for figure in figures:
        validated(figure)
    assert step_charts.scale(shown)[0] < 0 < step_charts.scale(shown)[1]
    for sentence in words.step(shown):
        assert sentence.split("\n")[0].endswith((".", "?"))
        assert "nan" not in sentence


def test_the_step_on_the_ground_ends_where_the_step_ends():
    shown = case.step_case(Rosenbrock(), (-1.2, 1.0), 1e-4)
    step = named({"data": step_charts.on_the_ground(shown)}, "step")
    assert (step["x"][0], step["y"][0]) == (-1.2, 1.0)
    np.testing.assert_allclose((step["x"][-1], step["y"][-1]), (-1.2 + 0.02156, 1.0088))


def test_bars_are_as_high_as_what_they_tell():
    shown = case.step_case(Rosenbrock(), (-1.2, 1.0), 1e-4)
    figure = step_charts.bars(shown)
    assert named(figure, "slope")["y"].min() == pytest.approx(-5.422736)
    assert named(figure, "bend")["y"].max() == pytest.approx(0.407927784)
    measured = named(figure, "measured")["meta"]["y"]
    assert measured.shape == (case.MOMENTS + 1, 5)
    assert np.isnan(measured[0]).all()
    assert measured[-1].min() == pytest.approx(float(shown.ahead.measured))


def test_a_secret_is_nowhere_in_the_pictures():
    shown = case.step_case(GoldsteinPrice(), (0.5, 0.5), 1e-4)
    names = {trace["name"] for trace in step_charts.bars(shown, secret=True)["data"]}
    assert "measured" not in names
    drawn = step_charts.along_the_gradient(shown, secret=True)
    assert "loss" not in {trace["name"] for trace in drawn["data"]}
    assert words.step(shown)[0] == words.promise(shown)
    assert f"{float(shown.ahead.measured):.3g}" not in words.promise(shown)


def test_a_level_set_is_where_the_quadratic_part_is_even():
    hessian = np.array([[3.0, 1.0], [1.0, 2.0]])
    x, y = level_set(hessian, (1.0, -1.0), 0.5)
    s = np.stack([x - 1, y + 1])[:, :-1]
    heights = np.einsum("ik,ij,jk->k", s, hessian, s)
    np.testing.assert_allclose(heights, heights[0])
    assert np.hypot(*s).max() == pytest.approx(0.5, rel=1e-3)
    x, y = level_set(np.diag([1.0, -4.0]), (0.0, 0.0), 0.5)
    kept = np.isfinite(x)
    np.testing.assert_allclose(np.abs(x[kept] ** 2 - 4 * y[kept] ** 2), 0.25, rtol=1e-9)
    assert np.isnan(level_set(np.zeros((2, 2)), (0.0, 0.0), 1.0)[0]).all()


def test_an_arrow_ends_in_its_tip():
    trace = arrow("step", (0, 0), (1, 2), (10, 10))
    assert (trace["x"][1], trace["y"][1]) == (1, 2)
    assert (trace["x"][4], trace["y"][4]) == (1, 2)


@pytest.mark.parametrize(("value", "expected"), [(0.9, 1), (1, 1), (1.01, 1.5), (4.2, 6), (9, 10),
                                                 (0, 1), (float("inf"), 1)])  # fmt: skip
def test_nice_numbers(value, expected):
    assert nice(value) == pytest.approx(expected)


def test_what_the_words_say_of_a_step_is_what_happened():
    climbing = case.step_case(Rosenbrock(), (-1.2, 1.0), 2e-3)
    assert words.outcome(climbing).startswith("The loss climbs")
    assert facts.of_step(climbing)["direction"] == "up"
    start = GoldsteinPrice().start
    found = case.step_case(GoldsteinPrice(), start, 1.0).ahead
    between = 0.5 * float(found.true_break_even + found.model.stable_rate)
    below = case.step_case(GoldsteinPrice(), start, between)
    assert "although the rate is below 2/λmax" in words.reason(below)
    along = case.step_case(Ravine(condition=100.0, rotation=0.0), (-2.0, 0.001), 0.5)
    assert "although the rate is above 2/λmax" in words.reason(along)
    still = case.step_case(Bowl(), (0.0, 0.0), 0.1)
    assert words.step(still)[-1].startswith("The gradient is 0")


def test_step_best_and_break_even_rate_stand_on_every_curve_of_a_step():
    shown = case.step_case(Rosenbrock(), (-1.2, 1.0), 2.4e-4)
    ahead, data = shown.ahead, step_charts.along_the_gradient(shown)["data"]
    marks = {each["name"]: each for each in data if each["mode"] == "markers"}
    for name, rates in {
        "linear": (ahead.best_rate, ahead.break_even),
        "quadratic": (ahead.best_rate, ahead.break_even),
    }.items():
        np.testing.assert_allclose(marks[name]["x"], rates)
    slope = float(ahead.model.squared_slope)
    np.testing.assert_allclose(marks["linear"]["y"], -slope * marks["linear"]["x"])
    np.testing.assert_allclose(marks["quadratic"]["y"][1], 0, atol=1e-3 * slope * ahead.best_rate)
    (upright,) = [each for each in data if each["name"] == "step"]
    np.testing.assert_allclose(upright["x"], [2.4e-4, 2.4e-4])


def test_what_was_measured_is_told_when_the_step_is_done():
    shown = case.step_case(Rosenbrock(), (-1.2, 1.0), 2.4e-4)
    *_, measured, told = step_charts.bars(shown)["data"]
    assert np.isnan(measured["meta"]["y"][0]).all()
    assert measured["meta"]["y"][-1].min() == pytest.approx(shown.ahead.measured)
    assert told["text"] == [words.number(shown.ahead.measured)]
    assert np.isnan(told["meta"]["y"][:-1]).all()
    assert len(told["meta"]["y"]) == case.MOMENTS + 1
    assert not [each for each in step_charts.bars(shown, secret=True)["data"]
                if each.get("text") == told["text"]]  # fmt: skip


@pytest.mark.parametrize(
    ("guess", "rate", "right"),
    [("Up", 2e-3, True), ("Down", 2e-3, False), ("Down", 1e-4, True), ("Up", 1e-4, False),
     ("Not sure", 1e-4, None)],
)  # fmt: skip
def test_a_guess_gets_its_reply(guess, rate, right):
    verdict, reply = words.reply(guess, case.step_case(Rosenbrock(), (-1.2, 1.0), rate))
    assert verdict is right
    assert reply.endswith(".")


def test_the_run_of_the_lecture_grows_its_gradient_while_its_loss_falls():
    valley = Ravine(condition=100.0, rotation=0.0)
    tracked = case.track(valley, (2.5, 0.025), 0.021, 12)
    found = facts.of_run(tracked, case.descent(valley, (2.5, 0.025), 0.021, 12), 0.0)
    assert found["gradient_grows"] == "yes"
    assert found["loss_falls"] == "yes"
    assert found["gradient_start"] == pytest.approx(2.5 * np.sqrt(2))
    assert "while the gradient" in words.strong_gradient(tracked)
    headline = words.run(tracked, "Still moving.").split("\n")[0]
    assert headline.startswith("The gradient norm grows, from 3.54 to ")
    assert "while the loss falls" in headline
    for chart in run_charts.history(tracked, 12, 0.0):
        validated(chart)


def test_hovering_is_a_straight_line_until_it_leaves():
    shown = case.saddle_case(SaddleBetweenMinima(), 0, 1e-8, (0.3, 1.0), 0.1, 200)
    found = facts.of_saddle(shown)
    assert found["growth"] == pytest.approx(10)
    assert found["newton_ends"] == "in the saddle"
    assert found["free_ends"] == "elsewhere"
    assert found["free_loss"] == pytest.approx(-0.25)
    assert abs(found["leaves"] - found["line"]) < 2
    for chart in (saddle_charts.away(shown.hover, 200), saddle_charts.times(shown.hover)):
        validated(chart)
    early = shown.hover.away < 1e-3
    np.testing.assert_allclose(shown.hover.away[early], shown.hover.line[early], rtol=1e-4)
    assert "ends in the saddle" in words.saddle(shown)


def test_without_a_saddle_the_words_say_so():
    assert case.saddles(Bowl()) == ()
    assert "minimum: 1" in words.no_saddle(Bowl(), case.critical(Bowl()))
    monkey = words.no_saddle(MonkeySaddle(), case.critical(MonkeySaddle()))
    assert monkey.endswith("At 0 and 0 gradient and Hessian both vanish.")
    assert len(case.saddles(Himmelblau())) == 4


def test_chance_in_words_and_pictures():
    *_, sample = sampled_spectra(4, 2000)
    found = facts.of_chance(4, 0.0, sample)
    assert found["hits"] == sample.counts[0]
    assert found["negative"] == pytest.approx(50)
    assert words.chance(4, 0.0, sample).startswith(f"Of {sample.done:,} random matrices")
    for chart in (chance_charts.shares(4, {4: sample}), chance_charts.density(0.3, sample),
                  chance_charts.heights(0.3)):  # fmt: skip
        validated(chart)
    *_, dot, _ = chance_charts.shares(4, {4: sample})["data"]
    assert (dot["name"], dot["y"][0]) == ("sampled", sample.positive.value)


@pytest.mark.parametrize("subject", networks.SUBJECTS, ids=lambda subject: subject.name)
def test_networks_are_followed(subject):
    found = networks.network_case(subject, subject.learning_rate, subject.factor, 60, True)
    for chart in (
        run_charts.fall(found.tracked, 60, 0.0),
        run_charts.sharpening(found.tracked, 60),
    ):
        validated(chart)
    assert words.edge(found.tracked, subject.learning_rate)
    if found.same is not None:
        validated(edge_charts.rescalings(networks.FACTORS, found.same, subject.factor))
        scaling = facts.of_scaling(found.same, networks.FACTORS, 10.0)
        assert scaling["times_as_sharp"] > 5


def test_ten_times_the_factor_is_fifty_times_as_sharp_on_two_weights():
    """2 (w1^2 + w2^2) = 2 w^2 (k^2 + 1/k^2) off the curve too, to its leading part."""
    found = networks.network_case(networks.TWO_WEIGHTS, 0.1, 10.0, 10, False)
    assert facts.of_scaling(found.same, networks.FACTORS, 10.0)["times_as_sharp"] > 40


def test_twins_have_the_same_loss_to_the_last_digit():
    found, count = networks.twins(networks.SUBJECTS[1])
    assert all(twin.value == twin.twin_value for twin in found)
    assert f"{count:,}" in words.twin_table(found, count)


def test_every_name_on_a_legend_has_a_look():
    for names in (run_charts.HISTORY, run_charts.ENDING):
        assert set(names) <= set(LOOKS)


def test_the_table_of_critical_points_is_complete():
    table = words.points_table(case.critical(Himmelblau()))
    assert table.count("<tr>") == 10
    assert table.count("saddle") == 4


def test_a_run_that_begins_where_the_gradient_is_0_is_told_and_drawn():
    given = Bowl(), (0.0, 0.0), 0.1, 20
    told = words.stuck(case.stuck(*given))
    assert told.startswith("A critical point: the gradient is 0, and no eigenvalue is negative")
    validated(run_charts.small_gradients(case.track(*given), 20))


def test_a_map_is_a_picture_with_a_pixel_for_every_start():
    """Read back with zlib alone: filter 0 and four bytes a pixel, the highest row first."""
    tint = case.map_behind(SaddleBetweenMinima(), "Newton", 0.1, False)
    data = b64decode(tint["source"].partition(",")[2])
    columns, rows = struct.unpack(">II", data[16:24])
    assert (columns, rows) == case.FINE
    size = struct.unpack(">I", data[33:37])[0]
    lines = np.frombuffer(zlib.decompress(data[41 : 41 + size]), np.uint8).reshape(rows, -1)
    assert not lines[:, 0].any()
    pixels = lines[:, 1:].reshape(rows, columns, 4)
    x = -2 + 4 * (np.arange(columns) + 0.5) / columns
    assert (pixels[:, np.abs(x) < 1 / np.sqrt(5)] == TINTS[1]).all()
    assert (pixels[:, np.abs(x) > 1] == TINTS[0]).all()
    assert (tint["x"], tint["y"], tint["sizex"], tint["sizey"]) == (-2, 1.5, 4, 3)


def test_while_a_hand_moves_a_surface_its_listed_minima_are_marked_and_all_at_rest():
    fresh = Cliff(steps=37)
    early = case.marked(fresh, True)
    assert [each.point for each in early] == list(fresh.minima)
    assert case.critical.known(fresh) is None
    every = case.marked(fresh, False)
    assert every == critical_points(fresh)
    assert case.marked(fresh, True) is every


def test_a_curvature_below_0_is_drawn_and_one_above_it_on_a_log_axis():
    for point, axis in (((-1.5, 2.0), "linear"), ((-1.2, 1.0), "log")):
        steps = 100 if axis == "linear" else 3
        tracked = case.track(Rosenbrock(), point, 2.4e-4, steps)
        assert (tracked.gradient_curvature < 0).any() == (axis == "linear")
        figure = run_charts.curvatures(tracked, steps)
        curve = named(figure, "g·Hg / g·g")
        assert np.isfinite(curve["y"]).all()
        np.testing.assert_allclose(curve["y"], tracked.gradient_curvature)
        low, high = figure["layout"]["yaxis"]["range"]
        assert figure["layout"]["yaxis"].get("type", "linear") == axis
        seen = np.log10(curve["y"]) if axis == "log" else curve["y"]
        assert low < seen.min() <= seen.max() < high


def test_a_hand_that_does_not_change_the_map_keeps_the_fine_one():
    fine = case.map_behind(Himmelblau(), "Newton", 0.1, False)
    assert case.map_behind(Himmelblau(), "Newton", 0.2, True) is fine
    coarse = case.map_behind(Himmelblau(), "Gradient descent", 0.011, True)
    assert len(coarse["source"]) < len(fine["source"])
    assert case.map_behind(Himmelblau(), "No map", 0.1, True) is None
