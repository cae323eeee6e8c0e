"""Edge of stability, symmetric twins, and why a run is stuck."""

import itertools
import math
from dataclasses import fields, replace

import numpy as np
import pytest

from optcore.curvature import (
    EDGE_CASES,
    chosen_minima,
    edge_run,
    flipped,
    hessian_of,
    permuted,
    rescaled,
    sharpness,
    twin_count,
    twin_of,
    why_stuck,
)
from optcore.curvature.stuck import StuckRun
from optcore.curvature.symmetry import exact_value
from optcore.curvature.track import CurvatureTrack
from optcore.descent import descend
from optcore.networks import (
    FitLoss,
    Identity,
    Network,
    ReLU,
    Sigmoid,
    SquaredError,
    Tanh,
    XavierNormal,
)
from optcore.networks.datasets import random_batch
from optcore.optimizers import GradientDescent
from optcore.surfaces import (
    TwoLayerLinear,
)


def fit_of(sizes, hidden, **kind):
    network = Network(sizes, hidden, Identity(), **kind)
    data = random_batch(network, SquaredError(), 11, seed=1)
    theta = network.initial(XavierNormal(), 2)
    theta = theta + 0.3 * np.random.default_rng(3).standard_normal(len(theta))
    return FitLoss(network, SquaredError(), data.inputs, data.targets), theta


@pytest.mark.parametrize("case", EDGE_CASES[:2], ids=lambda case: case.name)
def test_sharpness_rises_to_the_limit_and_hovers(case):
    *_, track = edge_run(case.fit, case.start, case.learning_rate, case.steps)
    assert track.sharpness[0] < 0.9 * track.limit[0]
    assert 0.85 < track.hover < 1.15
    assert track.first_unstable is not None
    assert track.values[-1] < 0.1 * track.values[0]
    assert track.at[-1] == case.steps


def test_a_strong_gradient_is_no_sign_of_trouble():
    """On the circles nearly every step lowers the loss and raises the gradient norm."""
    case = EDGE_CASES[2]
    run = descend(case.fit, GradientDescent(case.learning_rate), case.start, case.steps)
    both = (np.diff(run.values) < 0) & (np.diff(run.gradient_norms) > 0)
    assert both.mean() > 0.9
    assert run.gradient_norms[-1] > 2 * run.gradient_norms[0]
    assert run.values[-1] < 0.7 * run.values[0]


def test_a_smaller_rate_ends_in_a_sharper_place():
    case = EDGE_CASES[0]
    ends = []
    for rate in (0.4, 0.6):
        *_, track = edge_run(case.fit, case.start, rate, 2400, most=30)
        ends.append(np.median(track.sharpness[-10:]))
    assert ends[0] > 1.1 * ends[1]


def test_an_edge_run_is_the_descent_and_comes_in_parts():
    case = EDGE_CASES[1]
    parts = list(edge_run(case.fit, case.start, 0.1, 200, most=50))
    assert len(parts) >= 2
    run = descend(case.fit, GradientDescent(0.1), case.start, 200)
    np.testing.assert_allclose(parts[-1].values, run.values[parts[-1].at], rtol=1e-12)
    assert [len(part.at) for part in parts] == sorted(len(part.at) for part in parts)
    assert parts[-1].at.tolist() == list(range(0, 201, 4))
    *_, every = edge_run(case.fit, case.start, 0.1, 7, most=50)
    assert every.at.tolist() == list(range(8))


def test_a_rate_far_too_large_ends_the_run_early():
    case = EDGE_CASES[1]
    *_, track = edge_run(case.fit, case.start, 50.0, 200)
    assert track.at[-1] < 200


def test_the_rate_chooses_the_minimum():
    """On (1 - w1 w2)^2 the sharpness of a minimum is 2 (w1^2 + w2^2), at least 4."""
    found = chosen_minima(TwoLayerLinear(), (0.3, 2.4), [0.02, 0.1, 0.2, 0.3], 3000)
    np.testing.assert_allclose(found.values, 0, atol=1e-6)
    np.testing.assert_allclose(found.sharpness, 2 * (found.points**2).sum(-1), rtol=1e-6)
    np.testing.assert_allclose(found.limit, [100, 20, 10, 2 / 0.3])
    assert (found.sharpness <= found.limit * (1 + 1e-3)).all()
    assert found.sharpness[0] > found.sharpness[-1]
    assert np.isnan(chosen_minima(TwoLayerLinear(), (0.3, 2.4), [5.0], 100).sharpness).all()


def test_flipping_signs_changes_no_bit():
    fit, theta = fit_of((2, 5, 4, 1), Tanh())
    for layer, width in ((0, 5), (1, 4)):
        for seed in range(5):
            signs = np.random.default_rng(seed).choice([-1.0, 1.0], width)
            assert fit.value(flipped(fit.network, theta, layer, signs)) == fit.value(theta)


def test_permuting_changes_no_bit_of_the_exact_sums_and_the_last_one_of_the_others():
    fit, theta = fit_of((2, 5, 1), Tanh())
    expected = exact_value(fit, theta)
    assert expected == pytest.approx(fit.value(theta), rel=1e-14)
    for order in itertools.permutations(range(5)):
        twin = permuted(fit.network, theta, 0, list(order))
        assert fit.value(twin) == pytest.approx(fit.value(theta), rel=1e-14)
        if order[0] == 3:
            assert exact_value(fit, twin) == expected


def test_a_random_twin_is_far_away_and_the_same():
    fit, theta = fit_of((2, 6, 5, 1), Tanh())
    twin = twin_of(fit, theta, seed=4)
    assert twin.distance > 1
    assert twin.distance == pytest.approx(math.dist(twin.theta, theta))
    assert twin.value == twin.twin_value
    assert abs(twin.plain_difference) < 1e-14
    inputs = np.random.default_rng(0).standard_normal((7, 2))
    np.testing.assert_allclose(
        fit.predict(twin.theta, inputs), fit.predict(theta, inputs), atol=1e-13
    )


def test_the_twins_of_three_units_are_all_different_and_all_alike():
    """3! 2^3 = 48, made one by one."""
    fit, theta = fit_of((2, 3, 1), Tanh())
    twins = set()
    for order in itertools.permutations(range(3)):
        for signs in itertools.product((-1.0, 1.0), repeat=3):
            twin = flipped(fit.network, permuted(fit.network, theta, 0, list(order)), 0, signs)
            assert exact_value(fit, twin) == exact_value(fit, theta)
            twins.add(tuple(twin))
    assert len(twins) == twin_count(fit.network) == 48


def test_counts_of_twins():
    assert twin_count(Network((2, 10, 1), Tanh(), Identity())) == math.factorial(10) * 2**10
    assert twin_count(Network((2, 4, 3, 1), Sigmoid(), Identity())) == 24 * 6
    assert twin_count(Network((2, 1), Tanh(), Identity())) == 1


@pytest.mark.parametrize("hidden", [ReLU(), Identity()], ids=lambda a: a.name)
def test_rescaling_leaves_the_function_and_changes_the_sharpness(hidden):
    fit, theta = fit_of((2, 6, 1), hidden)
    inputs = np.random.default_rng(0).standard_normal((9, 2))
    other = rescaled(fit.network, theta, 0, 8.0)
    assert fit.value(other) == fit.value(theta)
    assert (fit.predict(other, inputs) == fit.predict(theta, inputs)).all()
    by_ten = rescaled(fit.network, theta, 0, 10.0)
    assert fit.value(by_ten) == pytest.approx(fit.value(theta), rel=1e-12)
    assert sharpness(fit, by_ten) > 20 * sharpness(fit, theta)


def test_two_factors_of_one_number_rescaled():
    """(1 - w1 w2)^2 at (k, 1/k): the sharpness is 2 (k^2 + 1/k^2), by hand."""
    network = Network((1, 1, 1), Identity(), Identity(), bias=False)
    fit = FitLoss(network, SquaredError(), np.ones((1, 1)), np.ones((1, 1)))
    for k in (1.0, 2.0, 7.0):
        theta = rescaled(network, np.ones(2), 0, k)
        np.testing.assert_allclose(theta, (k, 1 / k))
        # Half the square here.
        assert sharpness(fit, theta) == pytest.approx(k**2 + 1 / k**2)


def test_twins_that_are_none_get_a_sentence():
    network = Network((2, 3, 1), Sigmoid(), Identity())
    theta = np.zeros(network.parameters)
    with pytest.raises(ValueError, match="odd"):
        flipped(network, theta, 0, np.ones(3))
    with pytest.raises(ValueError, match="ReLU"):
        rescaled(network, theta, 0, 2.0)
    with pytest.raises(ValueError, match="layer"):
        permuted(network, theta, 1, [0])
    network = Network((2, 3, 1), ReLU(), Identity())
    for factor in (0.0, -1.0):
        with pytest.raises(ValueError, match="only a positive one"):
            rescaled(network, theta, 0, factor)


def test_a_twin_of_a_single_unit_is_itself_or_its_mirror():
    fit, theta = fit_of((2, 1, 1), Tanh())
    mirror = theta * np.array([-1, -1, -1, -1, 1])
    found = {tuple(twin_of(fit, theta, seed).theta) for seed in range(12)}
    assert found == {tuple(theta), tuple(mirror)}


def test_the_cases_at_the_edge_are_as_large_as_they_say():
    assert [len(case.start) for case in EDGE_CASES] == [61, 4 * 4 + 4, 33]
    assert [len(case.fit.inputs) for case in EDGE_CASES] == [20, 20, 100]
    linear = EDGE_CASES[1]
    assert np.linalg.lstsq(linear.fit.inputs, linear.fit.targets)[1] == pytest.approx(0, abs=1e-24)
    usual = linear.fit.network.initial(XavierNormal(), linear.seed)
    np.testing.assert_allclose(linear.start, usual / 5, rtol=1e-15)
    spread = np.std(replace(linear, seed=5).fit.inputs / (2.0, 1.0, 0.5, 0.25), axis=0)
    np.testing.assert_allclose(spread, 1, atol=0.5)


def test_a_track_by_hand():
    """Nine rows: twice at the limit, which is not above it; the loss rises twice and rests once."""
    limit = np.full(9, 4.0)
    sharpness = np.array([1.0, 4.0, 4.0, 5.0, 6.0, 3.0, 2.0, 6.0, 4.0])
    values = np.array([9.0, 8.0, 8.0, 7.0, 9.0, 5.0, 4.0, 4.5, 3.0])
    at = 10 * np.arange(9)
    track = CurvatureTrack(at, values, values, values, sharpness, -sharpness, limit)
    assert track.first_unstable == 30
    assert track.rises == 2
    # The last quarter of nine rows are two: 6 / 4 and 4 / 4.
    assert track.hover == 1.25
    short = CurvatureTrack(*(getattr(track, f.name)[:3] for f in fields(track)))
    assert short.hover == 1
    assert CurvatureTrack(*(getattr(track, f.name)[:2] for f in fields(track))).hover == 1
    assert short.first_unstable is None
    both = short.joined(track)
    assert both.at.tolist() == [0, 10, 20, *at.tolist()]
    assert both.limit.shape == (12,)


@pytest.mark.parametrize(("ends", "kind"), [((1.0, 2.0), "minimum"), ((0.0, 2.0), "minimum"),
    ((-1e-10, 2.0), "minimum"), ((-1.0, 2.0), "saddle"), ((-2.0, -1.0), "maximum"),
    ((-2.0, 1e-10), "maximum"), ((-1e-9, 1.0), "minimum"), ((-1.0, 1e-9), "maximum"),
    ((-1e-4, 1e6), "minimum"), ((-1e6, 1e-4), "maximum"), ((-1e-2, 1e6), "saddle")])  # fmt: skip
def test_the_ends_of_the_spectrum_name_the_kind(ends, kind):
    found = StuckRun("critical point", 0.0, 1.0, 0.0, 0.0, *ends, index=None, limit=2e6)
    assert found.kind == kind
    assert not found.hopping
    assert replace(found, verdict="flat").kind == ""
    assert not replace(found, limit=ends[1]).hopping
    assert replace(found, limit=1.5).hopping == (ends[1] > 1.5)


@pytest.mark.parametrize("lowest", [0.5, -0.5])
def test_of_many_parameters_the_index_is_known_where_none_is_negative(lowest):
    bends = np.append(np.linspace(1, 2, 300), lowest)

    class Wide:
        def value(self, point):
            return 0.5 * (bends * point * point).sum(axis=-1)

        def grad(self, point):
            return bends * point

    run = descend(Wide(), GradientDescent(0.5), np.append(np.ones(300), 0.0), 24)
    found = why_stuck(Wide(), run)
    assert found.verdict == "critical point"
    assert found.index == (0 if lowest > 0 else None)
    assert (found.smallest, found.largest) == pytest.approx((lowest, 2), rel=1e-6)
    assert found.kind == ("minimum" if lowest > 0 else "saddle")
    assert found.limit == 4
    # Of the 25 values the last quarter starts at the nineteenth.
    fall = (run.values[18] - run.values[24]) / (run.values[0] - run.values[24])
    assert found.fall == pytest.approx(fall, abs=0)


def test_a_network_is_diagnosed_by_its_whole_spectrum():
    fit, theta = fit_of((2, 4, 1), Tanh())
    run = descend(fit, GradientDescent(0.05), theta, 50)
    found = why_stuck(fit, run)
    values = np.linalg.eigvalsh(hessian_of(fit, run.points[-1]))
    assert found.largest == pytest.approx(values[-1])
    assert found.index == np.count_nonzero(values < -1e-9 * np.abs(values).max())
    assert found.fall < 1
