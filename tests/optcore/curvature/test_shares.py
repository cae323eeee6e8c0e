"""Shares of positive spectra, against closed forms, quadrature and each other."""

import math
from decimal import Decimal

import numpy as np
import pytest

from optcore.curvature import (
    negative_share,
    pfaffian,
    pfaffian_share,
    positive_share,
    sampled_spectra,
    semicircle,
    shares,
)
from optcore.curvature.pfaffian import dean_majumdar
from optcore.curvature.shares import SpectrumSample

KNOWN = {1: 1 / 2, 2: (2 - math.sqrt(2)) / 4, 3: 1 / 4 - math.sqrt(2) / (2 * math.pi)}


def last_of(*arguments, **more):
    *_, last = sampled_spectra(*arguments, **more)
    return last


@pytest.mark.parametrize("n", KNOWN)
def test_small_orders_are_exact(n):
    share = positive_share(n, "orthogonal")
    assert (share.value, share.error) == (pytest.approx(KNOWN[n], rel=1e-15), 0)
    assert pfaffian_share(n) == pytest.approx(KNOWN[n], rel=1e-14)


def test_order_two_by_quadrature_of_the_matrix_itself():
    """Positive definite: a > 0, d > 0, b^2 < a d, with variances 1, 1 and 1/2."""
    t = np.linspace(0, 9, 1801)
    a, d = np.meshgrid(t, t)
    density = np.exp(-(a**2 + d**2) / 2) / (2 * np.pi)
    inside = np.vectorize(math.erf)(np.sqrt(t))
    table = np.interp(np.sqrt(a * d), np.sqrt(t), inside)
    weights = np.ones_like(t)
    weights[0] = weights[-1] = 0.5
    total = (table * density * weights[:, None] * weights).sum() * (t[1] - t[0]) ** 2
    assert total == pytest.approx(KNOWN[2], rel=1e-3)


@pytest.mark.parametrize("n", [4, 5])
def test_samples_agree_with_the_pfaffian_within_their_error(n):
    share = positive_share(n, "orthogonal", samples=40_000)
    assert 0 < share.error < 1e-3
    assert abs(share.value - pfaffian_share(n)) < 4.5 * share.error


@pytest.mark.parametrize("n", [2, 3])
def test_the_sampler_agrees_with_the_closed_forms(n):
    share = last_of(n, 40_000).positive
    assert abs(share.value - KNOWN[n]) < 4.5 * share.error


def test_the_exact_share_falls_as_three_to_the_minus_a_quarter_n_squared():
    """Second differences of its logarithm tend to -ln(3) / 2 (Dean and Majumdar)."""
    logs = np.log([pfaffian_share(n) for n in range(1, 41)])
    bends = np.diff(logs, 2)
    assert bends[-1] == pytest.approx(-math.log(3) / 2, rel=1e-3)
    assert math.log(dean_majumdar(40)) == pytest.approx(-math.log(3) / 4 * 1600)


def test_coins_are_exact_and_far_too_hopeful():
    assert positive_share(10, "coin").value == 2**-10
    assert positive_share(10, "coin").error == 0
    assert pfaffian_share(10) < 1e-10 * positive_share(10, "coin").value


def test_no_hit_is_no_certain_zero():
    share = positive_share(10, "orthogonal", samples=2000)
    assert share.value == 0
    assert share.error > 1e-4
    assert last_of(2, 1).done == 1
    assert last_of(3, 103).done == last_of(3, 103).counts.sum() == 103
    some = SpectrumSample(3, 10, 10, np.array([1, 2, 3, 4]), np.array([]), np.array([]))
    assert some.saddles == 0.5
    # Of 98 coins none: the error is that of 1 in 100.
    sample = SpectrumSample(1, 98, 98, np.array([0, 98]), np.array([]), np.array([]))
    assert sample.positive.value == 0
    assert sample.positive.error == pytest.approx(math.sqrt(0.01 * 0.99 / 98))


def test_spectra_follow_the_semicircle():
    """The distribution function of 300 matrices of order 100, at every edge."""
    last = last_of(100, 300)
    width = last.edges[1] - last.edges[0]
    below = np.concatenate([[0], np.cumsum(last.density) * width])
    expected = [1 - negative_share(edge).value for edge in last.edges]
    # negative_share(s) is what lies below -s, which by symmetry is what lies above s.
    np.testing.assert_allclose(below, expected, atol=0.01)
    assert below[-1] == pytest.approx(1)


def test_the_negative_share_is_the_area_of_the_semicircle():
    x = np.linspace(-1, 1, 200_001)
    for shift in (-0.9, -0.3, 0.0, 0.2, 0.7):
        area = np.trapezoid(semicircle(x) * (x < -shift), x)
        assert negative_share(shift).value == pytest.approx(area, abs=2e-5)
    assert [negative_share(s).value for s in (-2.0, -1.0, 0.0, 1.0, 2.0)] == [1, 1, 0.5, 0, 0]
    assert negative_share(0.5).error == 0


def test_lifted_matrices_have_the_shifted_share():
    last = last_of(60, 400, shift=0.5)
    mean = (last.counts * np.arange(61)).sum() / 400 / 60
    assert mean == pytest.approx(negative_share(0.5).value, abs=5e-3)


def test_order_one_lifted_is_a_normal_variable():
    share = last_of(1, 20_000, shift=0.6).positive
    expected = 0.5 * (1 + math.erf(0.6))
    assert abs(share.value - expected) < 4.5 * share.error


def test_no_part_holds_more_than_a_million_numbers():
    """44 matrices of 150 x 150, and not a twentieth of the samples."""
    assert next(iter(sampled_spectra(150, 2000))).done == 44


def test_sampling_comes_in_parts_and_can_be_left():
    parts = sampled_spectra(10, 20_000)
    first = next(parts)
    assert 0 < first.done <= 1000
    assert first.counts.sum() == first.done
    parts.close()
    done = [each.done for each in sampled_spectra(6, 3000)]
    assert done == sorted(done)
    assert done[-1] == 3000
    assert len(done) >= 15


@pytest.mark.parametrize(
    ("samples", "parts"), [(20, [*range(1, 21)]), (21, [*range(2, 21, 2), 21])]
)
def test_there_are_twenty_parts_at_most(samples, parts):
    assert [each.done for each in sampled_spectra(2, samples)] == parts


def test_an_eigenvalue_of_0_is_not_negative(monkeypatch):
    monkeypatch.setattr(shares, "_orthogonal", lambda rng, size, n: np.zeros((size, n, n)))
    assert last_of(2, 5).counts.tolist() == [5, 0, 0]


def test_the_largest_order_is_one(monkeypatch):
    assert positive_share(200, "coin").value == 2.0**-200
    monkeypatch.setattr(pfaffian, "MOST_ORDER", 3)
    assert pfaffian_share.__wrapped__(3) == pytest.approx(KNOWN[3])
    for share, order in ((pfaffian_share.__wrapped__, 4), (positive_share, 201)):
        with pytest.raises(ValueError, match=rf"n is {order}"):
            share(order)


def expanded(matrix):
    """A Pfaffian along its first row: entry 0, k times that without rows and columns 0 and k."""
    if not len(matrix):
        return 1
    rests = [np.delete(np.delete(matrix, [0, k], 0), [0, k], 1) for k in range(1, len(matrix))]
    return sum((-1) ** k * matrix[0, k + 1] * expanded(rest)
               for k, rest in enumerate(rests) if matrix[0, k + 1])  # fmt: skip


@pytest.mark.parametrize("seed", range(12))
def test_a_pfaffian_of_ones_and_zeros_is_that_of_its_expansion(seed):
    """Where a pivot is 0 another one is needed."""
    rng = np.random.default_rng(seed)
    for upper in (np.triu(rng.integers(-1, 2, (6, 6)), 1) for _ in range(9)):
        expected = expanded(upper - upper.T)
        if expected:
            matrix = [[Decimal(int(entry)) for entry in row] for row in upper - upper.T]
            assert float(pfaffian._pfaffian(matrix)) == pytest.approx(int(expected), rel=1e-12)


@pytest.mark.parametrize("n", [3, 4])
def test_the_matrix_of_the_pfaffian_is_antisymmetric_and_made_of_integrals(n):
    """Of sign(y - x) x^j y^k exp(-(x^2 + y^2) / 2) over x, y > 0, by a fine sum."""
    matrix = np.array(pfaffian._half_line(n, pfaffian._gammas()), float)
    np.testing.assert_array_equal(matrix, -matrix.T)
    t = (np.arange(800) + 0.5) / 80
    powers = t ** np.arange(n)[:, None] * np.exp(-t * t / 2) / 80
    sums = np.concatenate([powers.sum(axis=1), [0]])
    expected = powers @ np.sign(t - t[:, None]) @ powers.T
    np.testing.assert_allclose(np.abs(matrix[:n, :n]), np.abs(expected), rtol=1e-3, atol=1e-12)
    if n % 2:
        np.testing.assert_allclose(matrix[:, n], sums, rtol=1e-3)


def test_a_seed_gives_the_same_numbers_again():
    assert positive_share(4, samples=2000, seed=7) == positive_share(4, samples=2000, seed=7)


@pytest.mark.parametrize("n", [0, -1, 2.5, 1000])
def test_orders_that_are_none_get_a_sentence(n):
    with pytest.raises(ValueError, match=r"n is"):
        positive_share(n)
    with pytest.raises(ValueError, match=r"n is"):
        pfaffian_share(n)


def test_an_unknown_ensemble_gets_a_sentence():
    with pytest.raises(ValueError, match="coin"):
        positive_share(3, "unitary")
