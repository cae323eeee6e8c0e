"""The loop: one point, a batch of points or a batch of hyperparameters, and how runs end."""

import dataclasses

import numpy as np
import pytest
import stepping

from optcore.descent.delay import Delay
from optcore.descent.disturbance import ClipNorm, ClipValue, GradientNoise
from optcore.descent.loop import course, descend
from optcore.descent.run import ESCAPED, NO_GRADIENT, NO_STEP, NO_VALUE, WENT_ON
from optcore.descent.schedules import SCHEDULES, Cosine
from optcore.knobs import knobs
from optcore.objective import Counted
from optcore.optimizers import (
    OPTIMIZERS,
    Adam,
    GradientDescent,
    LineSearch,
    Momentum,
    NelderMead,
    NesterovMomentum,
)
from optcore.surfaces import SURFACES, Bowl, Ravine, Rosenbrock, Saddle

STARTS = np.array([[-1.5, 2.0], [0.3, -0.4], [1.2, 1.3]])

every = pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda o: o.name)
rated = pytest.mark.parametrize(
    "optimizer", [o for o in OPTIMIZERS if "learning_rate" in knobs(o)], ids=lambda o: o.name
)
quadratic_methods = pytest.mark.parametrize(
    "optimizer",
    [GradientDescent(), Momentum(), Momentum(momentum=0.5), NesterovMomentum()],
    ids=lambda o: f"{o.name} {getattr(o, 'momentum', '')}",
)


class Plain:
    """An objective with nothing but what the loop promises to need."""

    def __init__(self, value, grad):
        self.value, self.grad = value, grad


def tame(optimizer):
    if "learning_rate" not in knobs(optimizer):
        return optimizer
    return dataclasses.replace(optimizer, learning_rate=min(1e-3, optimizer.learning_rate))


@every
def test_a_run_is_the_steps_of_its_optimizer(optimizer):
    optimizer = tame(optimizer)
    run = descend(Rosenbrock(), optimizer, STARTS[0], 25)
    points, memories = stepping.run(optimizer, Rosenbrock(), STARTS[0], 25)
    np.testing.assert_allclose(run.points, points, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(run.values, Rosenbrock().value(run.points), rtol=1e-12)
    np.testing.assert_allclose(run.grads, Rosenbrock().grad(run.points), rtol=1e-9, atol=1e-12)
    assert set(run.memory) == set(memories[0])
    for name, rows in run.memory.items():
        expected = np.array([memory[name] for memory in memories])
        np.testing.assert_allclose(rows, expected, rtol=1e-9, atol=1e-11)


@every
def test_a_batch_of_starts_equals_one_by_one(optimizer):
    optimizer = tame(optimizer)
    together = descend(Rosenbrock(), optimizer, STARTS, 25)
    assert together.points.shape == (26, 3, 2)
    for k, start in enumerate(STARTS):
        alone = descend(Rosenbrock(), optimizer, start, 25)
        np.testing.assert_allclose(together.points[:, k], alone.points, rtol=1e-9, atol=1e-11)
        assert together.status[k] == alone.status


@rated
def test_a_batch_of_learning_rates_equals_one_by_one(optimizer):
    rates = np.array([1e-5, 2e-4, 1e-3])
    together = descend(
        Rosenbrock(), dataclasses.replace(optimizer, learning_rate=rates), STARTS[1], 25
    )
    for k, rate in enumerate(rates):
        single = dataclasses.replace(optimizer, learning_rate=float(rate))
        alone = descend(Rosenbrock(), single, STARTS[1], 25)
        np.testing.assert_allclose(together.points[:, k], alone.points, rtol=1e-9, atol=1e-11)


def test_a_grid_of_starts_and_rates_is_one_call():
    rates = np.array([0.01, 0.02, 0.03, 0.04])[:, None, None]
    run = descend(Bowl(), GradientDescent(learning_rate=rates), STARTS, 6)
    assert run.points.shape == (7, 4, 3, 2)
    assert run.ended.shape == (4, 3)
    grads = Bowl().grad(run.points)
    np.testing.assert_allclose(np.diff(run.points, axis=0), -rates * grads[:-1], atol=1e-13)


def test_any_object_with_a_value_and_a_gradient_goes_down_in_any_dimension():
    target = np.array([1.0, -2.0, 3.0, 0.5, 4.0])
    objective = Plain(lambda p: ((p - target) ** 2).sum(axis=-1), lambda p: 2 * (p - target))
    run = descend(objective, GradientDescent(learning_rate=0.2), np.zeros(5), 200)
    np.testing.assert_allclose(run.last, target, atol=1e-12)
    assert np.isnan(run.limit)
    line = Plain(lambda p: p[..., 0] ** 2, lambda p: 2 * p)
    assert descend(line, GradientDescent(learning_rate=0.5), [3.0], 1).last.tolist() == [0.0]


def test_no_steps_is_a_run_of_one_row():
    run = descend(Rosenbrock(), Adam(), STARTS[0], 0)
    assert run.points.tolist() == [STARTS[0].tolist()]
    assert run.last_value == Rosenbrock().value(STARTS[0])


def test_without_a_record_the_last_row_remains():
    for start in (STARTS[0], STARTS):
        kept = descend(Rosenbrock(), Adam(learning_rate=0.01), start, 40)
        last = descend(Rosenbrock(), Adam(learning_rate=0.01), start, 40, record=False)
        assert len(last.points) == 1
        np.testing.assert_allclose(last.last, kept.last, rtol=1e-9)
        np.testing.assert_allclose(last.last_value, kept.last_value, rtol=1e-9)


@pytest.mark.parametrize("steps", [-1, 5001, 2.5, np.nan, np.inf])
def test_a_number_of_steps_that_is_none_is_refused(steps):
    with pytest.raises(ValueError, match="whole number from 0 to 5000"):
        descend(Bowl(), Adam(), STARTS[0], steps)


@pytest.mark.parametrize("start", [3.0, [], [np.nan, 1.0], [[1.0, 2.0], [np.inf, 0.0]]])
def test_a_start_that_is_none_is_refused(start):
    with pytest.raises(ValueError, match="finite coordinates"):
        descend(Bowl(), Adam(), start, 5)


# How runs end.


def test_a_run_that_escapes_leaves_its_neighbours_alone():
    starts = np.array([[0.0, 0.5], [0.0, 0.0], [0.0, -2.0]])
    run = descend(Saddle(), GradientDescent(learning_rate=1.0), starts, 60)
    assert run.end.tolist() == [ESCAPED, WENT_ON, ESCAPED]
    for k, ended in enumerate(run.ended):
        points = run.points[:, k]
        assert np.isfinite(points[: ended + 1]).all()
        assert np.isnan(points[ended + 1 :]).all()
    # y doubles and doubles again: 3^t |y| passes 1e12, and the last point says by how much.
    heights = [0.5 * 3.0 ** run.ended[0], -2.0 * 3.0 ** run.ended[2]]
    np.testing.assert_allclose(run.last[[0, 2], 1], heights, rtol=1e-12)
    assert (np.abs(heights) > 1e12).all()
    assert (np.abs(heights) / 3 <= 1e12).all()


def broken_beyond(threshold, value=0.0, slope=1.0):
    """Runs straight down; past the threshold the value or the gradient is what is given."""
    return Plain(
        lambda p: np.where(p[..., 0] < threshold, value, -p[..., 0]),
        lambda p: np.where(p < threshold, slope, 1.0),
    )


@pytest.mark.parametrize(
    ("objective", "end"),
    [
        (broken_beyond(-2.5, value=np.nan), NO_VALUE),
        (broken_beyond(-2.5, value=np.inf), NO_VALUE),
        (broken_beyond(-2.5, slope=np.nan), NO_GRADIENT),
        (broken_beyond(-2.5, slope=-np.inf), NO_GRADIENT),
    ],
)
def test_a_run_says_at_which_row_and_why_it_ended(objective, end):
    run = descend(objective, GradientDescent(learning_rate=1.0), [0.0], 9)
    assert (int(run.end), int(run.ended)) == (end, 3)
    assert np.isnan(run.points[4:]).all()


def test_a_step_that_is_not_finite_ends_a_run():
    huge = Plain(lambda p: p[..., 0], lambda p: np.full_like(p, 1e308))
    run = descend(huge, GradientDescent(learning_rate=10.0), [0.0], 5)
    assert (int(run.end), int(run.ended)) == (NO_STEP, 1)


def test_a_start_where_nothing_is_defined_ends_at_once():
    nowhere = Plain(lambda p: p[..., 0] * np.nan, lambda p: p * np.nan)
    for steps in (0, 7):
        run = descend(nowhere, Adam(), [1.0, 2.0], steps)
        assert (int(run.end), int(run.ended)) == (NO_VALUE, 0)
        assert run.last.tolist() == [1.0, 2.0]
        assert "step 0" in run.status


@quadratic_methods
@pytest.mark.parametrize("surface", [Ravine(), Ravine(condition=200.0, rotation=10.0)])
def test_the_limit_on_the_rate_parts_the_runs_that_stay_from_those_that_leave(optimizer, surface):
    steepest = np.linalg.eigvalsh(surface.hessian(np.zeros(2)))[-1]
    limit = float(descend(surface, optimizer, surface.start, 0).limit)
    assert 1 / steepest < limit < 4 / steepest
    below, above = (
        descend(surface, dataclasses.replace(optimizer, learning_rate=share * limit), (1, 1), 4000)
        for share in (0.98, 1.02)
    )
    assert not below.diverged
    assert below.last_value < surface.value(np.array([1.0, 1.0]))
    assert above.diverged
    assert f"exceeds {optimizer.stability} = {limit:.3g}" in above.status


def test_the_limit_is_unknown_without_a_positive_curvature():
    assert np.isnan(descend(Ravine(), Adam(), (1.0, 1.0), 1).limit)
    saddle = descend(Saddle(), GradientDescent(learning_rate=5.0), [(0.0, 1.0), (1.0, 0.0)], 100)
    np.testing.assert_allclose(saddle.limit, 1.0)
    hill = Plain(lambda p: -(p**2).sum(axis=-1), lambda p: -2 * p)
    hill.hessian = lambda p: np.broadcast_to(-2 * np.eye(2), (*p.shape, 2))
    assert np.isnan(descend(hill, GradientDescent(), (1.0, 1.0), 1).limit)


# What lies between the gradient and the optimizer.


@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda s: s.name)
def test_the_rate_of_every_step_is_the_one_the_schedule_gives(schedule):
    run = descend(Rosenbrock(), GradientDescent(), STARTS[0], 30, schedule=schedule)
    rates = schedule.rate(np.float64(0.001), np.arange(30), 30)
    np.testing.assert_allclose(run.rates, rates, rtol=1e-15)
    moved = np.diff(run.points, axis=0)
    np.testing.assert_allclose(moved, -rates[:, None] * run.grads[:-1], rtol=1e-9, atol=1e-14)


@every
def test_a_schedule_changes_the_methods_whose_steps_use_the_rate_and_no_other(optimizer):
    given = {"objective": Rosenbrock(), "optimizer": tame(optimizer), "start": STARTS[0]}
    constant = descend(**given, steps=30)
    cosine = descend(**given, steps=30, schedule=Cosine())
    assert (constant.rates is None) == (cosine.rates is None)
    same = np.allclose(constant.last, cosine.last, rtol=1e-12, atol=0)
    assert same == (cosine.rates is None)
    if "learning_rate" not in knobs(optimizer) or optimizer.name in ("Rprop", "Delta-bar-delta"):
        assert cosine.rates is None


def test_noise_comes_before_clipping_and_both_before_the_optimizer():
    noise, clip = GradientNoise(scale=3.0, seed=5), ClipValue(limit=0.7)
    run = descend(Bowl(), GradientDescent(learning_rate=0.1), STARTS[0], 20, clip=clip, noise=noise)
    drawn = 3.0 * np.random.default_rng(5).standard_normal((21, 2))
    np.testing.assert_allclose(run.grads, Bowl().grad(run.points), rtol=1e-12)
    np.testing.assert_allclose(run.seen, np.clip(run.grads + drawn, -0.7, 0.7), rtol=1e-12)
    np.testing.assert_allclose(np.diff(run.points, axis=0), -0.1 * run.seen[:-1], atol=1e-14)


@every
def test_all_optimizers_see_the_same_noise(optimizer):
    run = descend(
        Rosenbrock(), tame(optimizer), STARTS, 8, noise=GradientNoise(scale=0.01, seed=11)
    )
    drawn = 0.01 * np.random.default_rng(11).standard_normal((9, 2))
    asked = Rosenbrock().grad(optimizer.asks_at(run.points, run.memory))
    np.testing.assert_allclose(run.seen - asked, np.stack([drawn] * 3, axis=1), atol=1e-10)


@pytest.mark.parametrize("optimizer", [Adam(learning_rate=0.01), NelderMead(), LineSearch()])
def test_fields_of_disturbances_that_are_arrays_are_one_for_each_run(optimizer):
    seeds, scales, limits = np.arange(3), np.array([0.0, 0.3, 2.0]), np.array([5.0, 1.0, 0.2])
    together = descend(
        Rosenbrock(), optimizer, STARTS[0], 12,
        noise=GradientNoise(scales, seeds), clip=ClipValue(limits), delay=Delay(2, scales),
    )  # fmt: skip
    assert together.points.shape == (13, 3, 2)
    for k in range(3):
        given = {
            "noise": GradientNoise(float(scales[k]), int(seeds[k])),
            "clip": ClipValue(float(limits[k])),
            "delay": Delay(2, float(scales[k])),
        }
        alone = descend(Rosenbrock(), optimizer, STARTS[0], 12, **given)
        np.testing.assert_allclose(together.points[:, k], alone.points, rtol=1e-9, atol=1e-11)
        np.testing.assert_allclose(together.seen[:, k], alone.seen, rtol=1e-8, atol=1e-10)


def test_seeds_of_a_batch_in_columns_are_one_for_each_run():
    noise = GradientNoise(0.1, seed=np.arange(6).reshape(2, 3))
    together = descend(Rosenbrock(), Adam(learning_rate=0.01), STARTS[0], 12, noise=noise)
    for index in np.ndindex(2, 3):
        single = GradientNoise(0.1, seed=3 * index[0] + index[1])
        alone = descend(Rosenbrock(), Adam(learning_rate=0.01), STARTS[0], 12, noise=single)
        np.testing.assert_allclose(together.points[:, *index], alone.points, rtol=1e-9)


def test_nothing_disturbs_unless_asked():
    run = descend(Rosenbrock(), Adam(), STARTS, 15, noise=GradientNoise())
    np.testing.assert_array_equal(run.seen, run.grads)


def test_a_run_from_the_far_side_of_the_clip_takes_steps_of_the_limit():
    run = descend(Bowl(), GradientDescent(learning_rate=0.1), (30.0, 40.0), 10, clip=ClipNorm(2.0))
    np.testing.assert_allclose(np.linalg.norm(np.diff(run.points, axis=0), axis=-1), 0.2)


# The ledger.


@every
def test_gradient_evaluations_are_the_calls_made(optimizer):
    counted = Counted(Rosenbrock())
    run = descend(Rosenbrock(), tame(optimizer), STARTS[0], 12)
    # The loop's own count, by an objective that cannot be replayed.
    counted.elementwise = False
    again = descend(counted, tame(optimizer), STARTS[0], 12)
    np.testing.assert_array_equal(run.gradient_evaluations, again.gradient_evaluations)
    assert run.gradient_evaluations[-1] == counted.grad_calls
    moves = (np.diff(run.points, axis=0) != 0).any(axis=-1)
    assert (np.diff(run.gradient_evaluations)[moves] >= 1).all()


@pytest.mark.parametrize("surface", SURFACES, ids=lambda s: s.name)
def test_the_rows_as_they_come_are_those_of_the_run(surface):
    run = descend(surface, Momentum(), surface.start, 15)
    rows = list(course(surface, Momentum(), surface.start, 15))
    assert [row.t for row in rows] == list(range(int(run.ended) + 1))
    for row in rows:
        np.testing.assert_allclose(row.point, run.points[row.t], rtol=1e-9, atol=1e-12)
        velocity = run.memory["velocity"][row.t]
        np.testing.assert_allclose(row.state["velocity"], velocity, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("start", [(1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0)])
def test_a_run_escapes_once_it_is_beyond_the_bound(start):
    """Of x^2 at rate 3/2 every step doubles x and turns it: 8 is not beyond 8, 16 is."""
    rows = course(Bowl(), GradientDescent(1.5), start, 10, escape=8.0)
    told = [(np.abs(row.point).max(), int(row.end), int(row.ended), row.last) for row in rows]
    assert told[:4] == [(size, WENT_ON, 10, False) for size in (1, 2, 4, 8)]
    assert told[4:] == [(16, ESCAPED, 4, True)]
    far = descend(Bowl(), GradientDescent(1.5), 1e12 * np.array(start), 5)
    assert (int(far.ended), int(far.end)) == (1, ESCAPED)
    both = descend(Bowl(), GradientDescent(0.5), 1e12 * np.array([start, np.multiply(2, start)]), 3)
    assert both.end.tolist() == [WENT_ON, ESCAPED]
