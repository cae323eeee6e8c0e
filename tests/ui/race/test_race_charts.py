"""The figures of a race are valid Plotly, and every number in them is the run's."""

import json

import numpy as np
from dressing import validated
from races import STEPS, every_surface, moving, race

from optcore.descent.sweep import best_rate
from optcore.optimizers import OPTIMIZERS, Adam, GradientDescent
from optcore.surfaces import Bowl, Ravine, Rosenbrock, Saddle
from ui.ground import floor_of, ground
from ui.palette import OPTIMIZER_LOOKS
from ui.race import charts, hill_charts


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
