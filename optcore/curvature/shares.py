"""How likely a random symmetric matrix is positive definite: coins, random matrices, heights."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

ENSEMBLES = ("orthogonal", "coin")
MOST_ORDER = 200
# Numbers drawn at once: 8 MB, a few hundredths of a second.
CHUNK = 1_000_000
BINS, ENDS = 60, (-1.5, 1.5)


@dataclass(frozen=True)
class Share:
    """A probability and the standard error of its estimate, 0 where it is exact."""

    value: float
    error: float = 0.0


@dataclass(frozen=True)
class SpectrumSample:
    """`done` of `total` random n x n matrices, each by its number of negative eigenvalues.

    `counts (n + 1,)`; `density (bins,)` of all eigenvalues between `edges (bins + 1,)`, in
    units of the semicircle's radius sqrt(2 n), the shift left out.
    """

    n: int
    done: int
    total: int
    counts: np.ndarray
    edges: np.ndarray
    density: np.ndarray

    @property
    def positive(self) -> Share:
        """The share without a negative eigenvalue, and its standard error.

        The error is that of (hits + 1) / (done + 2), so that no hit in a thousand is not
        reported as a certain zero (Laplace).
        """
        guess = (self.counts[0] + 1) / (self.done + 2)
        return Share(float(self.counts[0] / self.done), math.sqrt(guess * (1 - guess) / self.done))

    @property
    def saddles(self) -> float:
        """The share with eigenvalues of both signs."""
        return float(self.counts[1:-1].sum() / self.done)


def positive_share(
    n: int, ensemble: str = "orthogonal", *, samples: int = 100_000, seed: int = 0
) -> Share:
    """The probability that all n eigenvalues are positive.

    "coin": n independent fair signs, 2^-n. "orthogonal": the Gaussian orthogonal ensemble,
    symmetric matrices with independent normal entries whose variance off the diagonal is half of
    that on it; closed forms for n up to 3, above that the share among `samples` matrices.
    `pfaffian_share` has the exact number for every n. Raises ValueError.
    """
    _check(n, samples)
    if ensemble == "coin":
        return Share(0.5**n)
    if ensemble != "orthogonal":
        known = ", ".join(ENSEMBLES)
        raise ValueError(f"there is no ensemble {ensemble!r}: take one of {known}")
    closed = {1: 1 / 2, 2: (2 - math.sqrt(2)) / 4, 3: 1 / 4 - math.sqrt(2) / (2 * math.pi)}
    if n in closed:
        return Share(closed[n])
    *_, last = sampled_spectra(n, samples, seed=seed)
    return last.positive


def negative_share(shift: float) -> Share:
    """The share of negative eigenvalues of a large random matrix moved up by shift x identity.

    `shift` in units of the semicircle's radius: 0 is half, 1 is none. Wigner (1958); for random
    landscapes the shift falls as one climbs (Bray and Dean 2007, Statistics of critical points
    of Gaussian fields on large-dimensional spaces).
    """
    if math.isnan(shift):
        raise ValueError("the shift must be a number, got nan")
    s = min(1.0, max(-1.0, float(shift)))
    return Share(0.5 - (s * math.sqrt(1 - s * s) + math.asin(s)) / math.pi)


def semicircle(at) -> np.ndarray:
    """Wigner's density (2 / pi) sqrt(1 - x^2) of the eigenvalues, in units of the radius."""
    return 2 / np.pi * np.sqrt(np.maximum(0.0, 1 - np.asarray(at, float) ** 2))


def sampled_spectra(
    n: int, samples: int = 100_000, *, shift: float = 0.0, seed: int = 0
) -> Iterator[SpectrumSample]:
    """Draws matrices of the orthogonal ensemble plus shift x radius x identity, a part at a time.

    Yields what there is after each part: show it, or stop iterating to cancel. Raises ValueError
    for an order that is not 1 to 200 or no samples.
    """
    _check(n, samples)
    return _spectra(n, samples, shift, seed)


def _spectra(n, samples, shift, seed) -> Iterator[SpectrumSample]:
    rng = np.random.default_rng([seed, n])
    edges = np.linspace(*ENDS, BINS + 1)
    counts, histogram = np.zeros(n + 1, int), np.zeros(BINS)
    part = min(CHUNK // n**2, -(-samples // 20))
    for before in range(0, samples, part):
        done = min(before + part, samples)
        scaled = np.linalg.eigvalsh(_orthogonal(rng, done - before, n)) / math.sqrt(2 * n)
        negative = np.count_nonzero(scaled + shift < 0, axis=1)
        counts = counts + np.bincount(negative, minlength=n + 1)
        histogram = histogram + np.histogram(scaled, edges)[0]
        density = histogram / (done * n * (edges[1] - edges[0]))
        yield SpectrumSample(n, done, samples, counts, edges, density)


def _orthogonal(rng, size, n) -> np.ndarray:
    """(A + A') / 2: variance 1 on the diagonal and 1/2 off it. eigvalsh reads the lower half."""
    entries = rng.standard_normal((size, n, n))
    entries *= math.sqrt(0.5)
    diagonal = np.arange(n)
    entries[:, diagonal, diagonal] *= math.sqrt(2)
    return entries


def _check(n, samples) -> None:
    if n != int(n) or not 1 <= n <= MOST_ORDER:
        raise ValueError(f"n is {n}, but a matrix here has 1 to {MOST_ORDER} rows")
    if samples < 1:
        raise ValueError(f"samples is {samples}, but an estimate needs one at least")
