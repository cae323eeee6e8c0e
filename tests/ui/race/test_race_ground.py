"""The ground of a race: contours, levels, minima and the sheet are the surface's."""

from itertools import product

import numpy as np
import pytest
from dressing import validated
from races import RACERS, every_surface, moving, race, setup_of
from spelled import value_of

from optcore.formula.surface import formula_surface
from optcore.surfaces import SURFACES
from ui.ground import floor_of, ground
from ui.race import charts, hill_charts
from ui.race.words import summary


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
