"""The exact chance that a matrix of the Gaussian orthogonal ensemble is positive definite."""

import math
from decimal import Decimal, localcontext
from functools import lru_cache

MOST_ORDER = 48
GAMMAS = 2 * MOST_ORDER
# Decimals to work with: those kept, and those that elimination loses with every row.
DIGITS, DIGITS_LOST = 40, 4
# Rounds of the arithmetic-geometric mean, each of which doubles the digits of pi.
ROUNDS = 12


@lru_cache(maxsize=128)
def pfaffian_share(n: int) -> float:
    """P(all n eigenvalues > 0), to the last digits of a float, for n from 1 to 48.

    The eigenvalues have the density |prod (x_i - x_j)| exp(-sum x^2 / 2). Its integral over all
    x > 0 is n! times a Pfaffian (de Bruijn 1955), the one over all x is Mehta's. Worked out in
    decimals of as many digits as the elimination loses. It falls like 3^(-n^2/4) (Dean and
    Majumdar 2006, Large deviations of extreme eigenvalues of random matrices). Raises
    ValueError.
    """
    if n != int(n) or not 1 <= n <= MOST_ORDER:
        raise ValueError(f"n is {n}, but the exact share is worked out for 1 to {MOST_ORDER}")
    with localcontext() as context:
        context.prec = DIGITS + DIGITS_LOST * n
        gammas = _gammas()
        share = Decimal(math.factorial(n)) * _pfaffian(_half_line(n, gammas))
        # Mehta: (2 pi)^(n/2) times the product of Gamma(1 + j/2) / Gamma(3/2), 1 for j = 1.
        share /= (2 * gammas[1] ** 2) ** (Decimal(n) / 2)
        for j in range(2, n + 1):
            share /= gammas[j + 2] / gammas[3]
        return float(share)


def dean_majumdar(n) -> float:
    """3^(-n^2/4), the leading law of the share for large n, prefactor left out."""
    return math.exp(-math.log(3) / 4 * n * n)


def _half_line(n: int, gammas: dict[int, Decimal]) -> list[list[Decimal]]:
    """The antisymmetric matrix of the Pfaffian, bordered by the single integrals for odd n.

    inner[j, k] is the integral over 0 < x < y of x^j y^k exp(-(x^2 + y^2) / 2): by parts it
    steps down two in j, and inner[j, k] + inner[k, j] is the product of the single integrals.
    """
    two = Decimal(2)
    single = [two ** (Decimal(j - 1) / 2) * gammas[j + 1] for j in range(n)]
    inner = {}
    for k in range(n):
        for j in range(k, n):
            if j == k:
                inner[j, k] = single[j] ** 2 / 2
                continue
            if j >= 2:
                inner[j, k] = (j - 1) * inner[j - 2, k] - gammas[j + k] / 2
            else:
                # The single integral of x is 1.
                inner[j, k] = single[k] - gammas[1] / 2
            inner[k, j] = single[j] * single[k] - inner[j, k]
    size = n + n % 2
    matrix = [[Decimal(0)] * size for _ in range(size)]
    for j in range(n):
        for k in range(n):
            matrix[j][k] = inner[j, k] - inner[k, j]
        if n % 2:
            matrix[j][n], matrix[n][j] = single[j], -single[j]
    return matrix


def _gammas() -> dict[int, Decimal]:
    """Gamma(k / 2) by k, to the digits of the context."""
    gammas = {1: _pi().sqrt(), 2: Decimal(1)}
    for k in range(3, GAMMAS):
        gammas[k] = gammas[k - 2] * (Decimal(k) / 2 - 1)
    return gammas


def _pi() -> Decimal:
    """By the arithmetic-geometric mean (Gauss, Legendre; Brent and Salamin 1976)."""
    a, b, t, p = Decimal(1), 1 / Decimal(2).sqrt(), Decimal("0.25"), 1
    for _ in range(ROUNDS):
        a, b, step = (a + b) / 2, (a * b).sqrt(), a
        t -= p * (step - a) ** 2
        p *= 2
    return (a + b) ** 2 / (4 * t)


def _pfaffian(matrix) -> Decimal:
    """By eliminating two rows and columns at a time (Parlett and Reid 1970), with pivots."""
    result, size = Decimal(1), len(matrix)
    for k in range(0, size, 2):
        pivot = max(range(k + 1, size), key=lambda row: abs(matrix[row][k]))
        if pivot != k + 1:
            matrix[k + 1], matrix[pivot] = matrix[pivot], matrix[k + 1]
            for row in matrix:
                row[k + 1], row[pivot] = row[pivot], row[k + 1]
            result = -result
        head = matrix[k][k + 1]
        result *= head
        for i in range(k + 2, size):
            for j in range(k + 2, size):
                change = matrix[k + 1][i] * matrix[k][j] - matrix[k][i] * matrix[k + 1][j]
                matrix[i][j] += change / head
    return result
