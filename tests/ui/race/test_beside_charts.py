"""What stands beside the paths: every number is the run's, and the valley is the Hessian's."""

import numpy as np
import pytest
from dressing import validated

from optcore.descent.loop import descend
from optcore.optimizers import BFGS, OPTIMIZERS, Adam, GradientDescent, Momentum
from optcore.surfaces import SURFACES, Beale, Bowl, NoMinimum, Ravine, Saddle
from ui.race import beside_charts
from ui.race.valley import valley

START, STEPS = (-2.0, 1.0), 25


def race(surface, *optimizers):
    return {each.name: descend(surface, each, START, STEPS) for each in optimizers}


def curves(figure: dict) -> dict[str, np.ndarray]:
    return {trace["name"]: trace["y"] for trace in figure["data"]}


# Memories.


def test_every_array_that_is_remembered_is_shown_entry_by_entry():
    runs = race(Ravine(), Momentum(learning_rate=0.01), Adam(), BFGS())
    found = beside_charts.memories(Ravine(), runs, STEPS)
    kept = {name.removesuffix("_hat") for run in runs.values() for name in run.memory}
    assert set(found) == kept - {"count"}
    velocity = curves(found["velocity"])
    np.testing.assert_array_equal(velocity["Momentum x"], runs["Momentum"].memory["velocity"][:, 0])
    np.testing.assert_array_equal(velocity["Momentum y"], runs["Momentum"].memory["velocity"][:, 1])
    mean = curves(found["mean"])
    np.testing.assert_array_equal(mean["Adam y, corrected"], runs["Adam"].memory["mean_hat"][:, 1])
    matrix = curves(found["inverse_hessian"])
    assert list(matrix) == ["BFGS xx", "BFGS xy", "BFGS yx", "BFGS yy"]
    rows = int(runs["BFGS"].ended) + 1
    entries = runs["BFGS"].memory["inverse_hessian"][:rows, 0, 1]
    np.testing.assert_array_equal(matrix["BFGS xy"], entries)


def test_what_is_never_below_zero_stands_on_a_log_axis():
    found = beside_charts.memories(Ravine(), race(Ravine(), Adam()), STEPS)
    assert found["mean_square"]["layout"]["yaxis"]["type"] == "log"
    assert "type" not in found["mean"]["layout"]["yaxis"]


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda each: each.name)
def test_every_optimizers_memories_are_valid_plots(optimizer):
    found = beside_charts.memories(Ravine(), race(Ravine(), optimizer), STEPS)
    for figure in found.values():
        validated(figure)
        low, high = figure["layout"]["yaxis"]["range"]
        assert low < high


# Steps.


def test_lengths_and_effective_rates_are_those_of_the_steps():
    runs = race(Ravine(), GradientDescent(learning_rate=0.013), Adam(learning_rate=0.2))
    lengths = curves(beside_charts.step_lengths(runs, STEPS))
    points = runs["Adam"].points
    np.testing.assert_allclose(lengths["Adam"][4], np.hypot(*(points[4] - points[3])))
    rates = curves(beside_charts.effective_rates(Ravine(), runs, STEPS))
    # Gradient descent gives every coordinate its one rate; Adam's first step gives each its own.
    for name in ("Gradient descent x", "Gradient descent y"):
        assert np.isnan(rates[name][0])
        np.testing.assert_allclose(rates[name][1:], 0.013, rtol=1e-9)
    grads = runs["Adam"].grads[0]
    np.testing.assert_allclose(rates["Adam y"][1], 0.2 / abs(grads[1]), rtol=1e-6)


# The valley.


def test_across_and_along_a_ravine_are_its_two_axes():
    """Along its axes a quadratic falls apart: each coordinate shrinks by its own factor."""
    surface, rate = Ravine(condition=20.0, rotation=37.0), 0.07
    runs = race(surface, GradientDescent(learning_rate=rate))
    found = valley(surface, START)
    across = curves(beside_charts.across(found, surface, runs, STEPS))["Gradient descent"]
    along = curves(beside_charts.along(found, surface, runs, STEPS))["Gradient descent"]
    flat, steep = found.curvatures
    assert steep / flat == pytest.approx(20.0)
    np.testing.assert_allclose(across, across[0] * (1 - rate * steep) ** np.arange(STEPS + 1))
    np.testing.assert_allclose(along, along[0] * (1 - rate * flat) ** np.arange(STEPS + 1))
    assert found.exact
    assert found.known


@pytest.mark.parametrize(
    ("surface", "told"),
    [
        (Ravine(), "exact"),
        (Bowl(), "equally steep"),
        (Beale(), "Hessian at the minimum: true near it"),
        (NoMinimum(), "Hessian at the start: true near it"),
    ],
    ids=lambda each: getattr(each, "name", ""),
)
def test_the_plot_says_how_far_its_axes_are_true(surface, told):
    found = valley(surface, START)
    figure = beside_charts.across(found, surface, race(surface, Adam()), STEPS)
    assert told in figure["layout"]["annotations"][0]["text"]


@pytest.mark.parametrize("surface", SURFACES, ids=lambda each: each.name)
def test_the_axes_of_every_surface_are_a_rotation(surface):
    found = valley(surface, surface.start)
    np.testing.assert_allclose(found.directions.T @ found.directions, np.eye(2), atol=1e-12)
    assert found.curvatures[0] <= found.curvatures[1]
    main = np.take_along_axis(
        found.directions, np.abs(found.directions).argmax(axis=0)[None], axis=0
    )
    assert (main > 0).all()
    for draw in (beside_charts.across, beside_charts.along):
        validated(draw(found, surface, race(surface, Adam(learning_rate=0.1)), STEPS))


def test_who_flies_off_does_not_press_the_others_flat():
    surface = Saddle()
    runs = race(surface, GradientDescent(learning_rate=2.0), Adam(learning_rate=0.01))
    figure = beside_charts.along(valley(surface, START), surface, runs, STEPS)
    low, high = figure["layout"]["yaxis"]["range"]
    (x_low, x_high), (y_low, y_high) = surface.window
    assert high - low <= 2.2 * np.hypot(x_high - x_low, y_high - y_low)
