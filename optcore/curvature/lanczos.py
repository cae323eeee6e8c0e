"""The end eigenvalues of a symmetric matrix that is known only by its products with vectors."""

from dataclasses import dataclass

import numpy as np

MOST = 80
# A vector's residual, as a share of the largest eigenvalue; the error of its eigenvalue is of
# the square of it.
PRECISE = 1e-4
# Products between two looks at how far it has come, which cost as much as some products.
LOOK = 4
SEED = 0
# A direction is used up when so little of its image is new.
NEW = 1e-12


@dataclass(frozen=True)
class Ends:
    """The smallest and the largest eigenvalue (...) and unit vectors of them (..., n).

    `residual (...)` bounds how far each lies from a true eigenvalue; `products` were needed.
    """

    smallest: np.ndarray
    largest: np.ndarray
    lowest_vector: np.ndarray
    highest_vector: np.ndarray
    residual: np.ndarray
    products: int


def lanczos(product, like, most: int = MOST, precise: float = PRECISE) -> Ends:
    """The ends of symmetric matrices (..., n, n) from `product(vectors (..., n))`.

    `like (..., n)` gives the shape; every matrix of the batch takes part in every product.
    Lanczos (1950) with full reorthogonalisation, Golub and Van Loan (2013), section 10.1; the
    start is drawn with a fixed seed, and a direction that is used up is followed by a new
    random one, so all n eigenvalues are seen after n products.
    """
    rng, basis, images = np.random.default_rng(SEED), [], []
    most = min(most, np.shape(like)[-1])
    for count in range(1, most + 1):
        new = _following(rng, images[-1], basis) if images else _fresh(rng, like, basis)
        basis.append(new)
        images.append(product(new))
        if count % LOOK == 0 or count == most:
            ends = _ritz(basis, images, count)
            scale = np.maximum(np.abs(ends.smallest), np.abs(ends.largest))
            if (ends.residual <= precise * scale).all():
                break
    return ends


def _following(rng, image, basis) -> np.ndarray:
    """The new direction in an image, or, where there is none, a random one."""
    rest = _without(image, basis)
    length = np.linalg.norm(rest, axis=-1, keepdims=True)
    used_up = length <= NEW * np.linalg.norm(image, axis=-1, keepdims=True)
    following = np.divide(rest, length, out=np.zeros_like(rest), where=~used_up)
    if used_up.any():
        return np.where(used_up, _fresh(rng, image, basis), following)
    return following


def _ritz(basis, images, count) -> Ends:
    """The ends of the matrix as the vectors so far see it."""
    vectors, mapped = np.stack(basis, axis=-1), np.stack(images, axis=-1)
    values, inner = np.linalg.eigh(vectors.mT @ mapped)
    found, residual = [], 0.0
    for end in (0, -1):
        vector, image = (np.matvec(both, inner[..., end]) for both in (vectors, mapped))
        off = np.linalg.norm(image - values[..., end, None] * vector, axis=-1)
        residual = np.maximum(residual, off)
        found.append(vector)
    return Ends(values[..., 0], values[..., -1], *found, residual, count)


def _fresh(rng, like, basis) -> np.ndarray:
    """A unit vector at right angles to the basis, the same for a batch as for each alone."""
    drawn = rng.standard_normal(np.shape(like)[-1])
    vector = _without(np.broadcast_to(drawn, np.shape(like)), basis)
    return vector / np.linalg.norm(vector, axis=-1, keepdims=True)


def _without(vector, basis) -> np.ndarray:
    """The vector minus its parts along the basis; twice, as once leaves rounding."""
    for known in (*basis, *basis):
        vector = vector - np.vecdot(known, vector)[..., None] * known
    return vector
