"""Every surface keeps its promises, and is the function its name says."""

import dataclasses
import math

import numpy as np
import pytest
from surface_reader import readable, worked_out

from optcore import surfaces
from optcore.knobs import knobs
from optcore.surfaces import SURFACES

STEP = 1e-30


def at_knob_ends():
    """Every surface as it is, then with each of its knobs at the low and the high end."""
    cases = []
    for surface in SURFACES:
        cases.append(pytest.param(surface, id=surface.name))
        for field, knob in knobs(surface).items():
            for end in (knob.low, knob.high):
                variant = dataclasses.replace(surface, **{field: end})
                cases.append(pytest.param(variant, id=f"{surface.name}, {field}={end:g}"))
    return cases


every_surface = pytest.mark.parametrize("surface", SURFACES, ids=lambda s: s.name)
every_variant = pytest.mark.parametrize("surface", at_knob_ends())


def scattered(surface, count=40, seed=7):
    """Random points of the window, away from the axes where a gradient that jumps does so."""
    low, high = np.array(surface.window).T
    points = np.random.default_rng(seed).uniform(low, high, size=(count, 2))
    return points if surface.smooth else points[np.min(np.abs(points), axis=1) > 0.05]


def grid(surface, count=201):
    (x_low, x_high), (y_low, y_high) = surface.window
    x, y = np.linspace(x_low, x_high, count), np.linspace(y_low, y_high, count)
    return np.stack(np.meshgrid(x, y), axis=-1)


def complex_step(function, points):
    """Derivatives of a function of points (..., 2), in a new last axis."""
    shifts = [function(points + 1j * STEP * direction).imag / STEP for direction in np.eye(2)]
    return np.stack(shifts, axis=-1)


def seven_point(function, points, h=1e-3):
    """The same by the central rule of order six, where the complex step does not apply."""
    columns = []
    for direction in np.eye(2):
        total = 0.0
        for k, weight in ((1, 45), (2, -9), (3, 1)):
            ahead, behind = points + k * h * direction, points - k * h * direction
            total = total + weight * (function(ahead) - function(behind))
        columns.append(total / (60 * h))
    return np.stack(columns, axis=-1)


def assert_close(actual, expected, tolerance):
    """Compare rows against the largest entry of each, so that one tiny entry is no excuse."""
    actual, expected = (np.reshape(a, (len(a), -1)) for a in (actual, expected))
    scale = np.max(np.abs(expected), axis=1, keepdims=True)
    worst = np.max(np.abs(actual - expected) / np.where(scale > 0, scale, 1.0))
    assert worst <= tolerance


@every_variant
def test_the_gradient_is_the_derivative_of_the_value(surface):
    points = scattered(surface)
    if surface.smooth:
        assert_close(surface.grad(points), complex_step(surface.value, points), 1e-12)
    else:
        assert_close(surface.grad(points), seven_point(surface.value, points), 1e-9)


@every_variant
def test_the_hessian_is_the_derivative_of_the_gradient(surface):
    points = scattered(surface)
    if surface.smooth:
        assert_close(surface.hessian(points), complex_step(surface.grad, points), 1e-12)
    else:
        numeric = seven_point(surface.grad, points)
        assert_close(surface.hessian(points), numeric, 1e-9)


@every_variant
def test_gradient_and_hessian_together_are_the_two(surface):
    points = scattered(surface)
    grads, hessians = surface.derivatives(points)
    assert_close(grads, surface.grad(points), 1e-12)
    assert_close(hessians, surface.hessian(points), 1e-12)


def test_ackley_is_analytic_away_from_its_tip():
    ackley = surfaces.Ackley()
    points = scattered(ackley)
    assert_close(ackley.grad(points), complex_step(ackley.value, points), 1e-12)
    assert_close(ackley.hessian(points), complex_step(ackley.grad, points), 1e-12)


@every_variant
def test_listed_minima_are_flat_equal_and_lowest_in_the_window(surface):
    values = surface.value(grid(surface))
    assert np.all(np.isfinite(values))
    if not surface.minima:
        return
    minima = np.array(surface.minima)
    lowest = surface.value(minima)
    height = values.max() - values.min()
    np.testing.assert_allclose(lowest, lowest[0], rtol=1e-13, atol=1e-15 * height)
    assert lowest.max() <= values.min() + 1e-13 * height
    steepest = np.max(np.abs(surface.grad(grid(surface))))
    np.testing.assert_allclose(surface.grad(minima), 0, atol=1e-13 * steepest)
    if surface.smooth:
        curvatures = np.linalg.eigvalsh(surface.hessian(minima))
        assert np.all(curvatures >= -1e-12 * np.abs(curvatures).max())


@every_surface
@pytest.mark.parametrize("shape", [(2,), (5, 2), (3, 4, 2)])
def test_leading_axes_are_a_batch(surface, shape):
    points = scattered(surface, 60)[: math.prod(shape[:-1])].reshape(shape)
    value, grad, hessian = (f(points) for f in (surface.value, surface.grad, surface.hessian))
    assert np.shape(value) == shape[:-1]
    assert grad.shape == shape
    assert hessian.shape == (*shape, 2)
    assert {np.asarray(a).dtype for a in (value, grad, hessian)} == {np.dtype(float)}
    for at in np.ndindex(shape[:-1]):
        np.testing.assert_allclose(value[at], surface.value(points[at]), rtol=1e-13)
        np.testing.assert_allclose(grad[at], surface.grad(points[at]), rtol=1e-12, atol=1e-13)
        np.testing.assert_allclose(hessian[at], surface.hessian(points[at]), rtol=1e-12, atol=1e-13)


@every_surface
def test_what_a_page_shows_is_there(surface):
    (x_low, x_high), (y_low, y_high) = surface.window
    assert x_low < surface.start[0] < x_high
    assert y_low < surface.start[1] < y_high
    assert np.any(surface.grad(np.array(surface.start)) != 0)
    assert surface.lesson.endswith(".")
    assert surface.lesson.count(".") == 1
    assert surface.latex
    for opening, closing in ("{}", (r"\left", r"\right")):
        assert surface.latex.count(opening) == surface.latex.count(closing)


@every_surface
def test_a_diverged_point_gives_numbers_not_errors(surface):
    far = np.array([[1e200, -1e200], [-1e308, 1e308], [np.inf, 0.0], [np.nan, 1.0]])
    with np.errstate(all="ignore"):
        assert surface.value(far).shape == (4,)
        assert surface.grad(far).shape == (4, 2)
        assert surface.hessian(far).shape == (4, 2, 2)
        assert surface.distance_to_minimum(far).shape == (4,)


@every_variant
def test_the_printed_formula_is_the_value(surface):
    if not readable(surface.latex):
        assert surface.name in ("Plateau", "Line fit", "Cliff", "Sigmoid neuron, squared error",
                                "Sigmoid neuron, cross-entropy")  # fmt: skip
        return
    values = {knob.symbol: getattr(surface, name) for name, knob in knobs(surface).items()}
    if "condition" in knobs(surface):
        values[r"\theta"] = math.radians(values[r"\theta"])
    rng = np.random.default_rng(0)
    low, high = np.transpose(surface.window)
    points = rng.uniform(low, high, (40, 2))
    axes = [axis.translate({0x2081: "_1", 0x2082: "_2"}) for axis in surface.axes]
    known = values | dict(zip(axes, points.T, strict=True))
    np.testing.assert_allclose(worked_out(surface.latex, known), surface.value(points), rtol=1e-9)


def test_names_are_unique():
    names = [surface.name for surface in SURFACES]
    assert len(set(names)) == len(names)


def test_distance_to_isolated_minima():
    himmelblau = surfaces.Himmelblau()
    distance = himmelblau.distance_to_minimum(np.array([[3.0, 2.5], [-2.805118, 3.131313]]))
    np.testing.assert_allclose(distance, [0.5, 4.895e-7], rtol=1e-3)
    assert np.isnan(surfaces.NoMinimum().distance_to_minimum(np.zeros((3, 2)))).all()


def test_distance_to_the_hyperbola_of_minima():
    surface = surfaces.TwoLayerLinear()
    points = scattered(surface, 30)
    t = np.concatenate([sign * np.geomspace(1e-2, 1e2, 200001) for sign in (-1, 1)])
    for point, distance in zip(points, surface.distance_to_minimum(points), strict=True):
        nearest = np.min(np.hypot(t - point[0], 1 / t - point[1]))
        assert distance == pytest.approx(nearest, rel=1e-6)
    assert surface.distance_to_minimum(np.array([0.0, 0.0])) == pytest.approx(math.sqrt(2))
    on_it = surface.distance_to_minimum(np.array([[4.0, 0.25], [-0.1, -10.0]]))
    np.testing.assert_allclose(on_it, 0, atol=1e-12)


def test_distance_to_the_line_of_minima_of_the_cliff():
    cliff = surfaces.Cliff()
    np.testing.assert_allclose(cliff.distance_to_minimum(np.array(cliff.minima)), 0, atol=1e-15)
    off = np.array(cliff.minima[0]) + 0.3 * np.array([0.7, 1.0]) / math.hypot(0.7, 1.0)
    assert cliff.distance_to_minimum(off) == pytest.approx(0.3)


def test_a_line_through_points_near_each_other_has_their_slope():
    near = surfaces.LineFit(x1=0.1, y1=0.0, x2=0.2, y2=1.0, x3=0.3, y3=2.0)
    np.testing.assert_allclose(near.minima, [(10.0, -1.0)], rtol=1e-12)


def test_line_fit_is_least_squares_and_knows_when_the_slope_is_free():
    fit = surfaces.LineFit(y1=0.3, y2=-2.0, y3=2.5, x1=-2.0, x2=0.5, x3=3.0)
    slope, intercept = np.polyfit([-2.0, 0.5, 3.0], [0.3, -2.0, 2.5], 1)
    np.testing.assert_allclose(fit.minima, [(slope, intercept)], rtol=1e-12)
    assert fit.distance_to_minimum(np.array([slope + 3, intercept - 4])) == pytest.approx(5)
    stacked = surfaces.LineFit(x1=1.0, x2=1.0, x3=1.0, y1=0.0, y2=1.0, y3=2.0)
    assert stacked.minima == ((0.0, 1.0),)
    # Every line through (1, 1) is as good: w + b = 1, at distance |w + b - 1| / sqrt 2.
    distance = stacked.distance_to_minimum(np.array([[5.0, -4.0], [2.0, 1.0]]))
    np.testing.assert_allclose(distance, [0.0, math.sqrt(2)], atol=1e-12)
