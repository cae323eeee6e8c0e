"""The powers of one matrix: what a linear recurrent net does to a signal and to a gradient."""

from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

import numpy as np

MOST_STEPS = 5000
# What rounding may add to a norm of 1, and take from an eigenvalue on the unit circle; the constant
# from which on such a matrix counts as growing; squares and shears that are not 0.
ROUNDED, ON_CIRCLE, ENDLESS = 1e-12, 1e-9, 1e5
NOT_0, SHEARED = 1e-12, 1e-3
# The search for Kreiss' constant: circles from just outside the unit one, angles of the upper half,
# for a real matrix has the same in the lower one, then finer grids of both, again and again.
INNERMOST, OUTERMOST, CIRCLES, ANGLES, FINER, ZOOMS = 1e-6, 1e9, 80, 37, 15, 6


@dataclass(frozen=True, eq=False)
class Powers:
    """W, W^2, ..., W^T of a matrix (n, n), in spectral norms.

    `norms (T,)`: |W^t| for t = 1 to T, inf once it overflows. `eigenvalues (n,)` and
    `singular_values (n,)` are of W, the largest first.
    """

    matrix: np.ndarray
    eigenvalues: np.ndarray
    singular_values: np.ndarray
    norms: np.ndarray

    @property
    def radius(self) -> float:
        """rho, the largest |eigenvalue|: |W^t|^(1/t) tends to it (Gelfand 1941)."""
        return float(np.abs(self.eigenvalues[0]))

    @property
    def stretch(self) -> float:
        """sigma_max, the largest singular value: |W^t| is at most its power."""
        return float(self.singular_values[0])

    @property
    def peak(self) -> tuple[int, float]:
        """The time t from 0 and the norm of the largest power, W^0 = I included."""
        norms = np.concatenate([[1.0], self.norms])
        at = int(np.argmax(norms))
        return at, float(norms[at])

    @property
    def grows_first(self) -> bool:
        """Whether the powers die out in the end and yet exceed 1 on the way."""
        return self.radius < 1 and self.peak[1] > 1 + ROUNDED

    @cached_property
    def departure(self) -> float:
        """Henrici's departure from normality, 0 for a normal matrix and in units of |W|_F.

        Source: Henrici (1962), Bounds for iterates, inverses, spectral variation.
        """
        size = float((self.singular_values**2).sum())
        rest = size - float((np.abs(self.eigenvalues) ** 2).sum())
        return float(np.sqrt(max(rest, 0.0) / size)) if size > 0 else 0.0

    @cached_property
    def kreiss(self) -> float:
        """K = sup over |z| > 1 of (|z| - 1) |(z - W)^-1|; inf where a power grows for ever.

        The largest power lies between K and e n K (Kreiss 1962; Spijker 1991). It is searched
        for on circles and then closer, to about six digits; with an eigenvalue on the unit circle
        a K beyond 1e5 counts as inf.
        """
        if self.radius > 1:
            return float("inf")
        constant = _kreiss(self.matrix)
        return float("inf") if self.radius > 1 - ON_CIRCLE and constant > ENDLESS else constant


def powers(matrix, steps: int) -> Powers:
    """The norms of the powers of a matrix (n, n) up to W^`steps`.

    Raises ValueError for a matrix that is not square or not finite, and for a number of steps
    that is not whole and from 1 to 5000.
    """
    matrix = _square(matrix)
    if steps != int(steps) or not 1 <= steps <= MOST_STEPS:
        raise ValueError(f"steps is {steps}, but it must be a whole number from 1 to {MOST_STEPS}")
    norms = chain_norms(np.broadcast_to(matrix, (int(steps), *matrix.shape)))
    eigenvalues = np.linalg.eigvals(matrix)
    order = np.argsort(-np.abs(eigenvalues), kind="stable")
    singular_values = np.linalg.svd(matrix, compute_uv=False)
    return Powers(matrix, eigenvalues[order], singular_values, norms)


def carried(matrix, vectors, steps: int) -> np.ndarray:
    """W^t v for t = 0 to `steps` and vectors (..., n): (steps + 1, ..., n), forward in time.

    A gradient comes back through the transpose: give that, and the times count backwards.
    """
    matrix, vectors = _square(matrix), np.asarray(vectors, float)
    if vectors.shape[-1:] != (len(matrix),):
        raise ValueError(
            f"the vectors have shape {vectors.shape}, but {len(matrix)} coordinates are needed"
        )
    rows = [vectors]
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(steps):
            rows.append(rows[-1] @ matrix.T)
    return np.array(rows)


def with_eigenvalue(matrix, value: complex) -> np.ndarray:
    """A 2 x 2 matrix moved so that one of its eigenvalues is `value`, as little else as can be.

    A complex value brings its conjugate with it. A real one leaves the other where it is, or on
    it where both were complex. What is off the diagonal keeps its shape as long as it can.
    """
    matrix = _square(matrix)
    mean = np.trace(matrix) / 2
    rest = matrix - mean * np.eye(2)
    # The eigenvalues are mean +- the root of this.
    square = -np.linalg.det(rest)
    if value.imag:
        return value.real * np.eye(2) + _rescaled(rest, square, -(value.imag**2))
    other = value.real
    if square > 0:
        away = np.copysign(np.sqrt(square), mean - value.real)
        other = mean + away
    return (value.real + other) / 2 * np.eye(2) + _rescaled(
        rest, square, ((value.real - other) / 2) ** 2
    )


def _rescaled(rest: np.ndarray, square: float, wanted: float) -> np.ndarray:
    """A matrix without trace whose square is `wanted` times the identity, like `rest` if it can."""
    if square * wanted > NOT_0:
        return rest * np.sqrt(wanted / square)
    shear = rest[0, 1]
    if wanted >= 0:
        return np.array([[np.sqrt(wanted), shear], [0.0, -np.sqrt(wanted)]])
    across = shear if abs(shear) > SHEARED else -np.sqrt(-wanted)
    return np.array([[0.0, across], [wanted / across, 0.0]])


def chain_norms(matrices) -> np.ndarray:
    """|W_t ... W_1| for t = 1 to T, in spectral norms, of matrices (T, ..., n, n): (T, ...).

    All alike, they are the powers of one; each its own, the layers of a feed-forward net.
    """
    matrices = np.asarray(matrices, float)
    with np.errstate(over="ignore", invalid="ignore"):
        products = np.array(list(accumulate(matrices, lambda product, matrix: matrix @ product)))
    known = np.isfinite(products).all(axis=(-1, -2))
    norms = np.full(known.shape, np.inf)
    norms[known] = np.linalg.svd(products[known], compute_uv=False)[:, 0]
    return norms


def _square(matrix) -> np.ndarray:
    matrix = np.asarray(matrix, float)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or not matrix.size:
        raise ValueError(f"the matrix has shape {matrix.shape}, but powers need a square one")
    if not np.isfinite(matrix).all():
        raise ValueError("the matrix has an entry that is not finite")
    return matrix


def _kreiss(matrix: np.ndarray) -> float:
    """The best on a grid of circles and angles, then on finer ones around the best."""
    far = np.linspace(*np.log([INNERMOST, OUTERMOST]), CIRCLES)
    angle = np.linspace(0.0, np.pi, ANGLES)
    # Towards infinity the quotient tends to 1, which is the least that K can be.
    best = 1.0
    for _ in range(ZOOMS):
        values = _quotients(matrix, np.exp(far), angle)
        i, j = np.unravel_index(np.argmax(values), values.shape)
        best = max(best, float(values[i, j]))
        far, angle = _closer(far, i), _closer(angle, j)
    return best


def _closer(grid: np.ndarray, at) -> np.ndarray:
    """From one neighbour of a point of an even grid to the other."""
    apart = np.diff(grid).max()
    return np.linspace(grid[at] - apart, grid[at] + apart, FINER)


def _quotients(matrix, beyond, angle) -> np.ndarray:
    """(|z| - 1)/sigma_min(z - W) for z = (1 + beyond) exp(i angle), (circles, angles)."""
    z = np.multiply.outer(1 + beyond, np.exp(1j * angle))
    with np.errstate(divide="ignore"):
        return beyond[:, None] / _smallest(z, matrix)


def _smallest(z: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """The smallest singular value of z - W for each z; two by two it is |det| over the largest."""
    if len(matrix) != 2:
        shifted = z[..., None, None] * np.eye(len(matrix)) - matrix
        return np.linalg.svd(shifted, compute_uv=False)[..., -1]
    (a, b), (c, d) = matrix
    size = np.abs(z - a) ** 2 + np.abs(z - d) ** 2 + b * b + c * c
    det = np.abs((z - a) * (z - d) - b * c)
    return det / np.sqrt((size + np.sqrt(np.maximum(size**2 - 4 * det**2, 0.0))) / 2)
