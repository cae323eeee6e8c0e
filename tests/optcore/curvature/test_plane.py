"""Two by two in closed form, against LAPACK, in batches of any shape."""

import numpy as np
import pytest

from optcore.curvature.plane import newton_parts, newton_steps, plane_eigen, saddle_free_steps

every_shape = pytest.mark.parametrize("batch", [(), (5,), (3, 4)], ids=str)


def drawn(batch):
    rng = np.random.default_rng(5)
    halves = rng.standard_normal((*batch, 2, 2))
    return halves + np.swapaxes(halves, -1, -2), rng.standard_normal((*batch, 2))


@every_shape
def test_eigenvalues_ascend_and_vectors_are_columns(batch):
    hessians, _ = drawn(batch)
    values, vectors = plane_eigen(hessians)
    np.testing.assert_allclose(values, np.linalg.eigvalsh(hessians), rtol=1e-13)
    np.testing.assert_allclose(hessians @ vectors, vectors * values[..., None, :], atol=1e-14)
    squares = np.swapaxes(vectors, -1, -2) @ vectors
    np.testing.assert_allclose(squares, np.broadcast_to(np.eye(2), hessians.shape), atol=1e-15)


@every_shape
def test_a_newton_step_solves_for_the_gradient_whole_and_in_its_parts(batch):
    hessians, grads = drawn(batch)
    expected = -np.linalg.solve(hessians, grads[..., None])[..., 0]
    np.testing.assert_allclose(newton_steps(grads, hessians), expected, rtol=1e-12)
    parts = newton_parts(grads, hessians)
    np.testing.assert_allclose(parts.sum(axis=-2), expected, rtol=1e-12)
    values, _ = plane_eigen(hessians)
    # Each part is an eigenvector: the Hessian only stretches it.
    mapped = np.einsum("...ij,...kj->...ki", hessians, parts)
    np.testing.assert_allclose(mapped, values[..., None] * parts, atol=1e-13)


@every_shape
def test_a_saddle_free_step_goes_down_along_both_eigenvectors(batch):
    hessians, grads = drawn(batch)
    values, vectors = np.linalg.eigh(hessians)
    sizes = vectors * np.abs(values)[..., None, :] @ np.swapaxes(vectors, -1, -2)
    expected = -np.linalg.solve(sizes, grads[..., None])[..., 0]
    np.testing.assert_allclose(saddle_free_steps(grads, hessians), expected, rtol=1e-12)


def test_of_a_singular_hessian_the_parts_are_the_shortest_way():
    """[[4, 2], [2, 1]] is 5 times the projection on (2, 1) / sqrt 5."""
    hessian, grad = np.array([[4.0, 2.0], [2.0, 1.0]]), np.array([3.0, 1.0])
    expected = -np.linalg.pinv(hessian) @ grad
    np.testing.assert_allclose(newton_parts(grad, hessian).sum(axis=-2), expected, rtol=1e-12)
    assert not newton_parts(grad, 0 * hessian).any()
