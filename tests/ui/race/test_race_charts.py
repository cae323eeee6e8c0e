"""The figures of a race are valid Plotly, and every number in them is the run's."""

import html
import json
import re
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from dressing import validated
from spelled import value_of

from optcore.descent.disturbance import GradientNoise
from optcore.descent.loop import descend
from optcore.descent.schedules import Constant
from optcore.descent.sweep import best_rate
from optcore.formula.surface import formula_surface
from optcore.optimizers import OPTIMIZERS, Adam, GradientDescent, Momentum, NelderMead, Newton
from optcore.surfaces import SURFACES, Bowl, NoMinimum, Ravine, Rosenbrock, Saddle
from ui.ground import ground
from ui.palette import OPTIMIZER_LOOKS
from ui.prose import number, spelled
from ui.race import charts, hill_charts
from ui.race.choices import Conditions, Race
from ui.race.words import arrival, floor_of, results, summary

STEPS = 60
RACERS = (GradientDescent(learning_rate=1e-3), Momentum(), Adam(learning_rate=0.05), Newton())

every_surface = pytest.mark.parametrize("surface", SURFACES, ids=lambda s: s.name)


def race(surface, racers=RACERS, steps=STEPS):
    return {o.name: descend(surface, o, surface.start, steps) for o in racers}


def setup_of(surface, racers=RACERS, steps=STEPS, tolerance=1e-3):
    conditions = Conditions(Constant(), None, GradientNoise())
    return Race(surface, tuple(racers), surface.start, steps, tolerance, conditions)


def moving(figure: dict) -> dict:
    return {t["name"]: t for t in figure["data"] if t.get("meta", {}).get("play")}


@every_surface
def test_every_figure_is_valid_plotly(surface):
    runs, seen = race(surface, OPTIMIZERS, 15), ground(surface)
    figures = [
        charts.paths(surface, seen, runs),
        hill_charts.hills(surface, seen, runs),
        charts.losses(runs, floor_of(surface), seen, 15),
        charts.gradients(runs, 15),
    ]
    for figure in figures:
        assert len(validated(figure).data) == len(figure["data"])
        assert len(moving(figure)) == len(OPTIMIZERS)


@every_surface
def test_paths_are_the_points_of_the_runs_up_to_their_end(surface):
    runs = race(surface)
    tracks = moving(charts.paths(surface, ground(surface), runs))
    for name, run in runs.items():
        rows = int(run.ended) + 1
        np.testing.assert_array_equal(tracks[name]["x"], run.points[:rows, 0])
        np.testing.assert_array_equal(tracks[name]["y"], run.points[:rows, 1])


@every_surface
def test_losses_and_gradients_are_those_of_the_runs(surface):
    runs, floor = race(surface), floor_of(surface)
    losses = charts.losses(runs, floor, ground(surface), STEPS)
    gradients = charts.gradients(runs, STEPS)
    for name, run in runs.items():
        rows = int(run.ended) + 1
        trace = moving(losses)[name]
        np.testing.assert_array_equal(trace["y"], run.values[:rows] - (floor or 0.0))
        assert trace["meta"].get("offset", 0.0) == (floor or 0.0)
        norms = np.linalg.norm(run.grads[:rows], axis=-1)
        np.testing.assert_allclose(moving(gradients)[name]["y"], norms, rtol=1e-12)
    for figure in (losses, gradients):
        assert figure["layout"]["xaxis"]["range"] == [0, STEPS]
    kind = "linear" if floor is None else "log"
    assert losses["layout"]["yaxis"].get("type", "linear") == kind
    assert gradients["layout"]["yaxis"]["type"] == "log"


@every_surface
def test_a_log_axis_holds_every_number_it_can(surface):
    runs = race(surface)
    layout = charts.gradients(runs, STEPS)["layout"]["yaxis"]
    low, high = layout["range"]
    assert (low, high) == (int(low), int(high))
    assert low < high
    norms = np.concatenate([run.gradient_norms for run in runs.values()])
    norms = norms[np.isfinite(norms) & (norms > 0)]
    shown = np.clip(np.log10(norms), -16, 12)
    assert (shown >= low).all()
    assert (shown <= high).all()
    assert layout["exponentformat"] == "power"


def test_the_axis_of_a_diverged_or_an_empty_race_stays_finite():
    runs = race(Saddle(), [GradientDescent(learning_rate=9.0)], 300)
    for figure in (charts.gradients(runs, 300), charts.gradients({}, 300)):
        span = figure["layout"]["yaxis"]["range"]
        assert np.isfinite(span).all()
        assert span[0] < span[1] <= 15


# The ground.


@every_surface
def test_the_contours_are_the_surface(surface):
    seen = ground(surface)
    trace = charts.paths(surface, seen, {})["data"][0]
    assert trace["type"] == "contour"
    x, y = np.meshgrid(trace["x"], trace["y"])
    lowest = floor_of(surface)
    lowest = seen.heights.floor if lowest is None else lowest
    total = np.zeros(x.shape)
    # The mean height of each cell, at nine of its points.
    for across, up in product((-1 / 3, 0, 1 / 3), repeat=2):
        dx, dy = across * np.diff(trace["x"][:2]), up * np.diff(trace["y"][:2])
        with np.errstate(all="ignore"):
            heights = surface.value(np.stack([x + dx, y + dy], axis=-1))
            if seen.heights.log:
                heights = np.log10(np.maximum(heights - lowest, 10**seen.heights.low))
        total += heights
    finite = np.isfinite(total)
    np.testing.assert_array_equal(np.isfinite(trace["z"]), finite)
    np.testing.assert_allclose(trace["z"][finite], total[finite] / 9, rtol=1e-7, atol=1e-9)
    for axis, (low, high) in zip("xy", surface.window, strict=True):
        quarter = (high - low) / 4
        np.testing.assert_allclose(trace[axis][[0, -1]], [low - quarter, high + quarter])


@every_surface
def test_the_levels_suit_the_surface(surface):
    """Within the window at least ten of the bands between contours are there to be seen."""
    trace = charts.paths(surface, ground(surface), {})["data"][0]
    levels = trace["contours"]
    edges = np.arange(levels["start"], levels["end"] + levels["size"] / 2, levels["size"])
    assert 20 <= len(edges) <= 25
    (x_low, x_high), (y_low, y_high) = surface.window
    inside = np.ix_(
        (trace["y"] >= y_low) & (trace["y"] <= y_high),
        (trace["x"] >= x_low) & (trace["x"] <= x_high),
    )
    heights = trace["z"][inside]
    bands = np.histogram(heights[np.isfinite(heights)], edges)[0]
    assert (bands > 0).sum() >= 10
    # No single band swallows the picture.
    assert bands.max() < 0.95 * bands.sum()


@pytest.mark.parametrize("name", ["Rosenbrock", "Beale", "Goldstein-Price", "Himmelblau"])
def test_surfaces_that_span_decades_have_logarithmic_levels(name):
    assert ground(next(s for s in SURFACES if s.name == name)).heights.log


@pytest.mark.parametrize("name", ["Saddle", "Monkey saddle", "Sigmoid neuron, squared error"])
def test_surfaces_that_do_not_have_even_levels(name):
    assert not ground(next(s for s in SURFACES if s.name == name)).heights.log


@every_surface
def test_the_colour_bar_reads_in_losses(surface):
    seen = ground(surface)
    bar = charts.paths(surface, seen, {})["data"][0]["colorbar"]
    at, text = np.asarray(bar["tickvals"]), bar["ticktext"]
    assert 2 <= len(at) == len(text)
    losses = seen.heights.floor + 10.0**at if seen.heights.log else at
    np.testing.assert_allclose([value_of(t) for t in text], losses, rtol=6e-3, atol=1e-12)
    assert (np.diff(at) > 0).all()


@every_surface
def test_the_known_minima_are_marked_where_they_are(surface):
    seen = ground(surface)
    flat = charts.paths(surface, seen, {})["data"][1]
    steep = hill_charts.hills(surface, seen, {})["data"][1]
    expected = np.reshape(surface.minima, (-1, 2))
    for trace in (flat, steep):
        np.testing.assert_array_equal(np.column_stack([trace["x"], trace["y"]]), expected)
    heights = seen.heights.of(surface.value(expected)) if len(expected) else []
    assert (np.asarray(steep["z"]) >= heights).all()


def on_sheet(sheet: dict, track: dict, shown: np.ndarray) -> np.ndarray:
    """The highest corner of the sheet's cell that each point is over."""
    rows, columns = (np.clip(np.searchsorted(sheet[axis], track[axis][shown]) - 1, 0,
                             len(sheet[axis]) - 2) for axis in "yx")  # fmt: skip
    corners = [sheet["z"][rows + i, columns + j] for i in (0, 1) for j in (0, 1)]
    return np.max(corners, axis=0, initial=-np.inf)


@every_surface
def test_the_paths_in_3d_lie_on_the_sheet(surface):
    runs, seen = race(surface), ground(surface)
    figure = hill_charts.hills(surface, seen, runs)
    sheet = figure["data"][0]
    assert sheet["type"] == "surface"
    assert np.nanmax(sheet["z"]) <= seen.heights.high
    for name, run in runs.items():
        track, rows = moving(figure)[name], slice(0, int(run.ended) + 1)
        shown = np.isfinite(track["x"])
        np.testing.assert_array_equal(track["x"][shown], run.points[rows, 0][shown])
        # Where the sheet would cover a path, this is lifted to lie just above.
        heights = seen.heights.of(run.values[rows])[shown]
        assert (track["z"][shown] >= heights).all()
        over = track["z"][shown] - np.maximum(heights, on_sheet(sheet, track, shown))
        assert (over <= 0.013 * np.ptp(sheet["z"][np.isfinite(sheet["z"])])).all()
        assert ((track["x"][shown] >= sheet["x"][0]) & (track["x"][shown] <= sheet["x"][-1])).all()


def test_every_racer_has_its_own_look_in_every_figure():
    runs, seen = race(Rosenbrock(), OPTIMIZERS, 10), ground(Rosenbrock())
    for figure in (
        charts.paths(Rosenbrock(), seen, runs),
        charts.losses(runs, 0.0, seen, 10),
        charts.gradients(runs, 10),
    ):
        for name, trace in moving(figure).items():
            look = OPTIMIZER_LOOKS[name]
            assert trace["line"]["color"] == look["colour"]
            assert trace["line"]["dash"] == look["dash"]
            assert trace["marker"]["symbol"] == look["symbol"]
            assert trace["meta"]["group"] == name


def test_figures_keep_their_zoom_while_the_surface_stays():
    for draw in (charts.paths, hill_charts.hills):
        one, other = (
            draw(Ravine(condition=k), ground(Ravine(condition=k)), {})["layout"] for k in (5, 50)
        )
        assert one["uirevision"] == other["uirevision"] == "Ravine"


def test_the_sweep_shows_every_rate_tried_and_where_each_racer_stands():
    surface = Bowl()
    found = {}
    for optimizer in (GradientDescent(), Adam()):
        tried = best_rate(surface, optimizer, surface.start, 50)
        found[optimizer.name] = (tried, tried.best)
    figure = charts.sweep(found, floor_of(surface))
    validated(figure)
    assert len(figure["data"]) == 4
    for (name, (tried, rate)), curve, here in zip(
        found.items(), figure["data"][::2], figure["data"][1::2], strict=True
    ):
        np.testing.assert_array_equal(curve["x"], tried.rates)
        lowest = 10.0 ** figure["layout"]["yaxis"]["range"][0]
        shown = tried.final > lowest
        np.testing.assert_array_equal(curve["y"][shown], tried.final[shown])
        assert (curve["y"][tried.final <= lowest] == lowest).all()
        assert np.isnan(curve["y"][np.isnan(tried.final)]).all()
        assert curve["name"] == here["name"] == name
        assert here["x"].tolist() == [rate]
        np.testing.assert_allclose(here["y"], curve["y"][tried.rates == rate], rtol=1e-9)
    low, high = figure["layout"]["xaxis"]["range"]
    assert low <= np.log10(tried.rates[0])
    assert np.log10(tried.rates[-1]) <= high


def test_the_sweep_shows_the_best_rate_where_it_ends_at_nothing():
    surface = Bowl()
    tried = best_rate(surface, GradientDescent(), surface.start, 300)
    assert 0 <= tried.final[tried.rates == tried.best][0] < 1e-30
    figure = charts.sweep({"Gradient descent": (tried, tried.best)}, floor_of(surface))
    low, high = (10.0**end for end in figure["layout"]["yaxis"]["range"])
    (here,) = figure["data"][1]["y"]
    assert low <= here < 1e-30 < high


# Words and table.


def cells(table: str) -> list[list[str]]:
    """The texts of a table; what explains itself is text, too."""
    rows = re.findall(r"<tr>(.*?)</tr>", re.sub(r"</?span[^>]*>", "", table))
    return [
        [html.unescape(c) for c in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row)] for row in rows
    ]


@every_surface
def test_the_table_holds_the_numbers_of_the_runs(surface):
    racers = (*RACERS, NelderMead())
    runs, setup = race(surface, racers), setup_of(surface, racers)
    head, *rows = cells(results(runs, setup))
    assert head[0] == "Optimizer"
    assert len(rows) == len(racers)
    for optimizer, row in zip(racers, rows, strict=True):
        run = runs[optimizer.name]
        name, rate, loss, away, steps, gradients, status = row
        assert name == optimizer.name
        assert rate == ("–" if not hasattr(optimizer, "learning_rate") else rate)
        if hasattr(optimizer, "learning_rate"):
            assert value_of(rate) == pytest.approx(optimizer.learning_rate, rel=1e-3)
        distance = surface.distance_to_minimum(run.last)
        for text, value in ((loss, run.last_value), (away, distance)):
            shown = value_of(text)
            assert shown == pytest.approx(float(value), rel=1e-3, abs=1e-15, nan_ok=True)
        first = first_within(run, surface)
        assert steps == ("not reached" if first is None else str(first))
        assert status == spelled(run.status)
        if name == "Nelder-Mead":
            assert gradients == "none"
        else:
            assert int(gradients) == run.gradient_evaluations[int(run.ended)]


def first_within(run, surface, tolerance=1e-3):
    """The first step that is near enough, found by walking along the run."""
    floor = floor_of(surface)
    for step in range(int(run.ended) + 1):
        left = run.gradient_norms[step] if floor is None else run.values[step] - floor
        if left <= tolerance:
            return step
    return None


@every_surface
def test_the_summary_names_the_lowest_and_the_first(surface):
    runs, setup = race(surface), setup_of(surface)
    setup = replace(setup, conditions=replace(setup.conditions, noise=GradientNoise(0.5)))
    told = summary(runs, setup)
    assert told.endswith("Note: Gaussian noise of 0.5 is added to every gradient.")
    going = {name: run for name, run in runs.items() if not run.diverged}
    best = min(going, key=lambda name: float(going[name].last_value))
    assert told.startswith(f"{best} ends lowest, at a loss of {number(going[best].last_value, 4)}")
    arrivals = {n: first_within(run, surface) for n, run in runs.items()}
    reached = [step for step in arrivals.values() if step is not None]
    if reached:
        first = next(n for n, step in arrivals.items() if step == min(reached))
        assert re.search(rf": {re.escape(first)}, after {min(reached)} step", told)
    else:
        assert "Nobody comes within the tolerance of 0.001." in told
    for name, run in runs.items():
        assert (f"{name}: {spelled(run.status)}" in told) == bool(run.diverged)


def test_a_race_that_nobody_survives_is_told():
    racers = [GradientDescent(learning_rate=9.0), Momentum(learning_rate=9.0)]
    runs, setup = race(Ravine(), racers), setup_of(Ravine(), racers)
    told = summary(runs, setup)
    assert "ends lowest" not in told
    assert told.count("Diverged at step") == 2
    assert "exceeds 2/lambda_max" in told


def test_an_empty_race_asks_for_racers():
    assert "choose one or more optimizers" in summary({}, setup_of(Bowl(), ()))
    assert results({}, setup_of(Bowl(), ())) == ""


def test_arrival_is_the_first_step_that_is_near_enough():
    run = descend(Bowl(), GradientDescent(learning_rate=0.1), Bowl().start, 200)
    for tolerance in (1e-1, 1e-6, 1e-30):
        assert arrival(run, 0.0, tolerance) == first_within(run, Bowl(), tolerance)
    assert arrival(run, 0.0, 1e9) == 0
    slope = descend(NoMinimum(), GradientDescent(learning_rate=0.5), (0.0, 0.0), 50)
    assert arrival(slope, None, 0.3) == int(np.argmax(slope.gradient_norms <= 0.3)) > 0
    assert arrival(slope, None, 1e-9) is None


def test_markup_in_a_name_stays_text():
    class Named(GradientDescent):
        name = "<b>&"

    runs = {"<b>&": descend(Bowl(), Named(), (1.0, 1.0), 3)}
    table = results(runs, replace(setup_of(Bowl()), optimizers=(Named(),)))
    assert "&lt;b&gt;&amp;" in table
    assert "<b>" not in table


def test_figures_can_be_written_as_json():
    """What is not an array must be plain: nothing else reaches the browser."""
    runs, land = race(Rosenbrock()), ground(Rosenbrock())
    for figure in (
        charts.paths(Rosenbrock(), land, runs),
        hill_charts.hills(Rosenbrock(), land, runs),
    ):
        text = json.dumps(figure, default=lambda array: array.tolist(), allow_nan=True)
        paths = {each["name"]: each for each in json.loads(text)["data"] if each.get("name")}
        for name, run in runs.items():
            x = np.array(paths[name]["x"])
            seen = np.isfinite(x)
            assert seen[0]
            np.testing.assert_allclose(x[seen], run.points[seen, 0])


@pytest.mark.parametrize(
    ("text", "reach"),
    [
        ("x^y", 100.0),
        ("exp(x^2) * y", 100.0),
        ("-exp(x^2 + y^2)", 26.0),
        ("sinh(x)^9 + y", 100.0),
        ("1e100 * x * y", 100.0),
        ("1 / (x * y)", 1.0),
        ("log(x - 2.9) + log(y - 2.9)", 3.0),
        ("sqrt(-abs(x) - abs(y)) + x", 3.0),
        ("1e-99 * (x^2 + y^2)", 0.1),
        ("x * 0 + 1", 3.0),
    ],
)
def test_the_ground_of_a_wild_formula_has_finite_heights(text, reach):
    surface = formula_surface(text, ((-reach, reach), (-reach, reach)))
    seen = ground(surface)
    assert np.isfinite([seen.heights.low, seen.heights.high, seen.heights.floor]).all()
    assert seen.heights.low < seen.heights.high
    runs = race(surface, RACERS, 15)
    for figure in (
        charts.paths(surface, seen, runs),
        hill_charts.hills(surface, seen, runs),
        charts.losses(runs, None, seen, 15),
        charts.gradients(runs, 15),
    ):
        validated(figure)
    assert summary(runs, setup_of(surface))
