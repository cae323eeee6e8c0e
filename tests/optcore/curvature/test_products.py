"""Hessian-vector products, Lanczos and tracks, against dense Hessians and the complex step."""

from dataclasses import replace

import numpy as np
import pytest

from optcore.curvature import (
    curvature_along,
    hessian_of,
    hessian_product,
    lanczos,
    sharpness,
)
from optcore.curvature.model import negative_count, spectrum
from optcore.curvature.r_operator import ROperator
from optcore.curvature.track import end_eigenvalues
from optcore.descent import descend
from optcore.descent.schedules import InverseTime
from optcore.networks import (
    ACTIVATIONS,
    GELU,
    FitLoss,
    Identity,
    Network,
    Sigmoid,
    SigmoidCrossEntropy,
    SoftmaxCrossEntropy,
    SquaredError,
    Tanh,
    XavierNormal,
)
from optcore.networks.datasets import random_batch
from optcore.optimizers import GradientDescent, NelderMead
from optcore.surfaces import Himmelblau, Ravine, Rosenbrock


def fit_of(sizes, hidden, output, loss, decay=0.0, **kind) -> tuple[FitLoss, np.ndarray]:
    network = Network(sizes, hidden, output, **kind)
    data = random_batch(network, loss, 13, seed=1)
    theta = network.initial(XavierNormal(), 2)
    theta = theta + 0.1 * np.random.default_rng(3).standard_normal(len(theta))
    return FitLoss(network, loss, data.inputs, data.targets, decay), theta


def by_complex_step(fit, theta, vector):
    return fit.grad(theta + 1e-30j * vector).imag / 1e-30


NETWORKS = {
    "softmax with skips": fit_of((2, 5, 5, 3), Tanh(), Identity(), SoftmaxCrossEntropy(),
                                 residual=True),
    "sigmoid cross-entropy": fit_of((2, 6, 4, 1), GELU(), Sigmoid(), SigmoidCrossEntropy()),
    "squared error, no bias": fit_of((3, 5, 2), Tanh(), Sigmoid(), SquaredError(), bias=False),
    "weight decay": fit_of((2, 4, 1), Tanh(), Identity(), SquaredError(), decay=0.3),
    "one layer": fit_of((3, 2), Tanh(), Tanh(), SquaredError()),
}  # fmt: skip
every_network = pytest.mark.parametrize(("fit", "theta"), NETWORKS.values(), ids=NETWORKS)


@every_network
def test_the_r_operator_is_the_complex_step_of_the_gradient(fit, theta):
    assert ROperator.suits(fit)
    vectors = np.random.default_rng(0).standard_normal((3, len(theta)))
    expected = by_complex_step(fit, theta, vectors)
    np.testing.assert_allclose(hessian_product(fit, theta, vectors), expected, atol=1e-13)
    thetas = theta * np.array([[1.0], [0.5], [-1.2]])
    expected = by_complex_step(fit, thetas, vectors)
    np.testing.assert_allclose(hessian_product(fit, thetas, vectors), expected, atol=1e-13)


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=lambda a: a.name)
def test_every_activation_function_has_its_bend(activation):
    fit, theta = fit_of((2, 6, 1), activation, Identity(), SquaredError())
    vector = np.random.default_rng(0).standard_normal(len(theta))
    h = 1e-6
    expected = (fit.grad(theta + h * vector) - fit.grad(theta - h * vector)) / (2 * h)
    np.testing.assert_allclose(hessian_product(fit, theta, vector), expected, atol=1e-7)


@pytest.mark.parametrize("norm", ["layer", "batch"])
def test_a_normalised_network_goes_by_complex_steps(norm):
    fit, theta = fit_of((2, 5, 4, 1), Tanh(), Identity(), SquaredError(), norm=norm)
    assert not ROperator.suits(fit)
    vector, h = np.random.default_rng(0).standard_normal(len(theta)), 1e-6
    found = hessian_product(fit, theta, vector)
    expected = (fit.grad(theta + h * vector) - fit.grad(theta - h * vector)) / (2 * h)
    np.testing.assert_allclose(found, expected, atol=1e-7)
    # No difference of gradients is as exact.
    np.testing.assert_allclose(found, by_complex_step(fit, theta, vector), atol=1e-13)


class RealOnly:
    """Rosenbrock's function without a Hessian or complex points."""

    def value(self, point):
        return Rosenbrock().value(point)

    def grad(self, point):
        return Rosenbrock().grad(np.asarray(point).real.astype(float))


def test_an_objective_that_is_real_alone_goes_by_central_differences():
    point, vector = np.array([-1.2, 1.0]), np.array([0.3, -2.0])
    expected = Rosenbrock().hessian(point) @ vector
    np.testing.assert_allclose(hessian_product(RealOnly(), point, vector), expected, rtol=1e-7)
    # Of no length a vector has no direction to look in.
    both = hessian_product(RealOnly(), point, np.stack([0 * vector, 8 * vector]))
    np.testing.assert_allclose(both, [0 * expected, 8 * expected], rtol=1e-7)
    # Each point by a step of its own size.
    points = np.array([[-1.2, 1.0], [300.0, 2.0], [0.001, -0.002]])
    many = hessian_product(RealOnly(), points, np.tile(vector, (3, 1)))
    each = [hessian_product(RealOnly(), point, vector) for point in points]
    np.testing.assert_array_equal(many, each)
    np.testing.assert_allclose(many, Rosenbrock().hessian(points) @ vector, rtol=1e-6)


@pytest.mark.parametrize(("x", "size"), [(0.0, 1.0), (0.5, 1.0), (-2.0, 2.0)])
def test_differences_are_taken_over_the_cube_root_of_rounding_or_so_much_of_the_point(x, size):
    asked = []

    class Cube:
        def value(self, point):
            return point[..., 0] ** 4 / 4

        def grad(self, point):
            asked.append(point[0].real)
            return point.real**3

    hessian_product(Cube(), np.array([x]), np.array([3.0]))
    assert np.ptp(asked) == pytest.approx(2 * size * 2 ** (-52 / 3), rel=1e-9)


def test_a_hessian_by_differences_is_symmetric_to_the_last_bit():
    points = np.random.default_rng(8).standard_normal((5, 3, 2))
    found = hessian_of(RealOnly(), points)
    np.testing.assert_array_equal(found, np.swapaxes(found, -1, -2))
    np.testing.assert_allclose(found, Rosenbrock().hessian(points), rtol=1e-7, atol=1e-7)


@every_network
def test_a_hessian_by_products_is_symmetric_and_bends_the_loss(fit, theta):
    hessian = hessian_of(fit, theta)
    assert hessian.shape == (len(theta), len(theta))
    v = np.random.default_rng(5).standard_normal(len(theta))
    h = 1e-4
    second = (fit.value(theta + h * v) - 2 * fit.value(theta) + fit.value(theta - h * v)) / h**2
    assert v @ hessian @ v == pytest.approx(second, rel=1e-5, abs=1e-6)


@every_network
def test_lanczos_finds_both_ends_of_the_dense_hessian(fit, theta):
    values = np.linalg.eigvalsh(hessian_of(fit, theta))
    ends = lanczos(lambda v: hessian_product(fit, theta, v), theta)
    scale = np.abs(values).max()
    assert ends.largest == pytest.approx(values[-1], abs=1e-6 * scale)
    assert ends.smallest == pytest.approx(values[0], abs=1e-6 * scale)
    image = hessian_product(fit, theta, ends.highest_vector)
    np.testing.assert_allclose(image, ends.largest * ends.highest_vector, atol=2e-4 * scale)
    image = hessian_product(fit, theta, ends.lowest_vector)
    np.testing.assert_allclose(image, ends.smallest * ends.lowest_vector, atol=2e-4 * scale)
    assert ends.products <= len(theta)


def test_lanczos_survives_few_distinct_eigenvalues_and_batches():
    matrices = np.stack([np.eye(6), np.diag([1.0, 1, 1, 1, 1, -3]), np.zeros((6, 6))])
    ends = lanczos(lambda v: (matrices @ v[..., None])[..., 0], np.zeros((3, 6)))
    np.testing.assert_allclose(ends.largest, [1, 1, 0], atol=1e-12)
    np.testing.assert_allclose(ends.smallest, [1, -3, 0], atol=1e-12)


def test_lanczos_looks_at_every_fourth_product_and_after_the_last():
    """Of 0 every vector is an eigenvector; a diagonal of 50 numbers takes more than 6 products."""
    assert lanczos(lambda v: 0 * v, np.zeros(10)).products == 4
    assert lanczos(lambda v: 0 * v, np.zeros(3)).products == 3
    asked = []
    ends = lanczos(lambda v: asked.append(v) or np.arange(50.0) * v, np.zeros(50), most=6)
    assert ends.products == len(asked) == 6
    assert (ends.residual > 0.1).all()
    assert 0 < ends.smallest < ends.largest < 49


def test_a_network_of_thousands_needs_a_few_dozen_products():
    fit, theta = fit_of((2, 64, 64, 10), Tanh(), Identity(), SoftmaxCrossEntropy())
    ends = lanczos(lambda v: hessian_product(fit, theta, v), theta)
    assert len(theta) == 5002
    assert ends.products <= 70
    off = hessian_product(fit, theta, ends.highest_vector) - ends.largest * ends.highest_vector
    assert np.linalg.norm(off) <= 2e-4 * ends.largest


def test_sharpness_of_surfaces_and_points_that_are_none():
    assert sharpness(Ravine(), (1.0, 1.0)) == pytest.approx(50)
    points = np.array([[3.0, 2.0], [np.inf, 0.0], [0.0, 0.0]])
    found = sharpness(Himmelblau(), points)
    expected = np.linalg.eigvalsh(Himmelblau().hessian(points[[0, 2]]))[:, -1]
    np.testing.assert_allclose(found[[0, 2]], expected)
    assert np.isnan(found[1])


def test_the_ends_of_a_surface_are_eigenvalues_of_their_vectors():
    points = np.array([[3.0, 2.0], [-1.0, 0.5]])
    ends, hessian = end_eigenvalues(Himmelblau(), points), Himmelblau().hessian(points)
    for value, vector in ((ends.smallest, ends.lowest_vector), (ends.largest, ends.highest_vector)):
        image = (hessian @ vector[..., None])[..., 0]
        np.testing.assert_allclose(image, value[:, None] * vector, rtol=1e-12)
        np.testing.assert_allclose(np.linalg.norm(vector, axis=1), 1)
    assert (ends.smallest < ends.largest).all()


def test_what_is_not_finite_has_no_spectrum_and_its_neighbours_have_theirs():
    halves = np.random.default_rng(4).standard_normal((2, 3, 4, 4))
    matrices = halves + halves.mT
    matrices[1, 0, 2, 3], matrices[0, 2, 1, 1] = np.nan, np.inf
    values, vectors = spectrum(matrices)
    whole = np.ones((2, 3), bool)
    whole[1, 0] = whole[0, 2] = False
    assert (np.isfinite(values) == whole[..., None]).all()
    assert (np.isfinite(vectors) == whole[..., None, None]).all()
    again = vectors[whole] * values[whole][:, None] @ vectors[whole].mT
    np.testing.assert_allclose(again, matrices[whole], atol=1e-13)
    one, _ = spectrum(matrices[0, 0])
    np.testing.assert_allclose(one, values[0, 0], rtol=1e-12)
    assert np.isnan(spectrum(matrices[1, 0])[0]).all()


class Three:
    """x^2 / 2 + y^2 + 5 z^2 / 2, which has a Hessian of its own."""

    bends = np.array([1.0, 2.0, 5.0])

    def value(self, point):
        return 0.5 * (self.bends * point * point).sum(axis=-1)

    def grad(self, point):
        return self.bends * point

    def hessian(self, point):
        return np.broadcast_to(np.diag(self.bends), (*point.shape, 3))


def test_of_three_eigenvalues_the_ends_are_the_first_and_the_last():
    ends = end_eigenvalues(Three(), np.zeros((2, 3)))
    assert ends.smallest.tolist() == [1, 1]
    assert ends.largest.tolist() == [5, 5]
    assert ends.residual.tolist() == [0, 0]
    assert ends.products == 0
    np.testing.assert_allclose(np.abs(ends.lowest_vector), [[1, 0, 0]] * 2, atol=1e-15)
    np.testing.assert_allclose(np.abs(ends.highest_vector), [[0, 0, 1]] * 2, atol=1e-15)


def test_what_is_negative_by_rounding_alone_is_not_counted():
    ends = np.array([[0.0, 1.0], [-1e-14, 1.0], [-1.0, 1e-14], [-2.0, -1.0]])
    assert negative_count(ends).tolist() == [0, 0, 1, 2]
    assert negative_count(np.zeros((2, 3))).tolist() == [0, 0]


def test_units_left_out_and_normalised_layers_have_no_r_operator():
    fit, _ = NETWORKS["weight decay"]
    assert ROperator.suits(fit)
    assert not ROperator.suits(replace(fit, dropout=0.5))
    assert not ROperator.suits(
        fit_of((2, 4, 1), Tanh(), Identity(), SquaredError(), norm="layer")[0]
    )
    assert not ROperator.suits(Himmelblau())


def test_the_gradient_grows_while_the_loss_falls():
    """H = diag(1, 100) from (10, 0.1) at rate 0.021: across, each step multiplies by -1.1."""
    valley = Ravine(condition=100.0, rotation=0.0)
    run = descend(valley, GradientDescent(0.021), (10.0, 0.1), 30)
    track = curvature_along(valley, run)
    t = np.arange(31)
    x, y = 10 * 0.979**t, 0.1 * (-1.1) ** t
    np.testing.assert_allclose(track.values, (x**2 + 100 * y**2) / 2, rtol=1e-10)
    np.testing.assert_allclose(track.gradient_norms, np.hypot(x, 100 * y), rtol=1e-10)
    bend = (x**2 + 100 * (100 * y) ** 2) / (x**2 + (100 * y) ** 2)
    np.testing.assert_allclose(track.gradient_curvature, bend, rtol=1e-9)
    np.testing.assert_allclose(track.sharpness, 100)
    np.testing.assert_allclose(track.limit, 2 / 0.021)
    both = (np.diff(track.values) < 0) & (np.diff(track.gradient_norms) > 0)
    assert both[:8].all()
    assert track.first_unstable == 0


def test_a_track_of_a_network_is_its_dense_hessian_row_by_row():
    fit, theta = NETWORKS["squared error, no bias"]
    run = descend(fit, GradientDescent(0.5), theta, 20)
    track = curvature_along(fit, run, most=5)
    assert track.at.tolist() == [0, 5, 10, 15, 20]
    for k, t in enumerate(track.at):
        hessian, grad = hessian_of(fit, run.points[t]), run.grads[t]
        assert track.sharpness[k] == pytest.approx(np.linalg.eigvalsh(hessian)[-1], rel=1e-6)
        bend = grad @ hessian @ grad / (grad @ grad)
        assert track.gradient_curvature[k] == pytest.approx(bend, rel=1e-9)


def test_each_row_of_a_track_has_the_limit_of_its_own_rate():
    bowl = Ravine(condition=1.0, rotation=0.0)
    run = descend(bowl, GradientDescent(0.4), (1.0, 1.0), 6, schedule=InverseTime(decay=1.0))
    track = curvature_along(bowl, run)
    assert track.at.tolist() == list(range(7))
    np.testing.assert_allclose(track.limit, 5 * np.array([1, 2, 3, 4, 5, 6, 6]))
    assert curvature_along(bowl, run, most=3).at.tolist() == [0, 3, 6]


def test_methods_without_a_rate_have_no_limit_and_batches_no_track():
    run = descend(Ravine(), NelderMead(), (1.0, 1.0), 5)
    assert np.isnan(curvature_along(Ravine(), run).limit).all()
    with pytest.raises(ValueError, match="one run"):
        curvature_along(Ravine(), descend(Ravine(), GradientDescent(), np.ones((2, 2)), 5))
