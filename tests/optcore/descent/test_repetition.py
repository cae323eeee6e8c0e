"""Rest, freeze and cycle are named as what they are, and motion as nothing else."""

import numpy as np
import pytest

from optcore.descent.loop import descend
from optcore.descent.repetition import comes_back, cycle_size, repetition
from optcore.optimizers import BFGS, OPTIMIZERS, Adam, AveragedSGD, GradientDescent, LineSearch
from optcore.surfaces import SURFACES, Bowl, Easom, Ravine, Rosenbrock

STAYS = np.array([[3.0, 1.0], [1.0, 1.0], [0.5, 1.0], [0.5, 1.0], [0.5, 1.0]])


def test_a_point_that_stays():
    found = repetition(STAYS, {"velocity": np.zeros((5, 2))})
    assert (found.since, found.period, found.size, found.memory) == (2, 1, 0, True)
    moving = {"velocity": np.arange(10.0).reshape(5, 2)}
    assert not repetition(STAYS, moving).memory


def test_a_cycle_is_told_by_its_length_and_size():
    ring = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 2.0]])
    path = np.concatenate([[[9.0, 9.0], [5.0, 5.0]], np.tile(ring, (4, 1))])
    found = repetition(path, {})
    assert (found.since, found.period, found.size) == (2, 3, 2.0)
    assert not found.stays


def test_neighbouring_floats_are_one_point():
    there = np.nextafter(1.0, 2.0)
    found = repetition(np.array([[5.0], [1.0], [there], [1.0], [there]]), {})
    assert found.stays
    assert found.since == 1


def test_four_floats_apart_is_one_point_and_five_are_two():
    for floats, one in ((4, True), (5, False)):
        there = 1 + floats * np.spacing(1.0)
        assert (cycle_size(np.array([[1.0], [there]])) == 0) == one
        path = np.array([[1.0], [3.0], [there], [3.0]])
        assert comes_back(path, 2, 0.0).tolist() == [one, True]


@pytest.mark.parametrize("shrink", [0.999, 1.001, 1 - 1e-9])
def test_what_comes_back_to_another_place_is_no_cycle(shrink):
    path = ((-shrink) ** np.arange(400))[:, None] * np.array([3.0, 4.0])
    assert repetition(path, {}) is None


def test_a_path_of_one_row_or_two_repeats_nothing_or_itself():
    assert repetition(STAYS[:1], {}) is None
    assert repetition(STAYS[:2], {}) is None
    assert repetition(STAYS[3:], {}).since == 0


def test_at_exactly_the_limit_gradient_descent_bounces_for_ever():
    """x -> x - 2/lambda lambda x = -x: neither diverged nor on its way."""
    run = descend(Bowl(), GradientDescent(learning_rate=1.0), (3.0, 4.0), 50)
    assert run.status == (
        "Bouncing between two points since step 0 of 50: loss 25, gradient norm 10."
    )
    ravine = Ravine()
    steepest = np.linalg.eigvalsh(ravine.hessian(np.zeros(2)))[-1]
    rule = GradientDescent(learning_rate=2 / steepest)
    assert descend(ravine, rule, ravine.start, 300).status.startswith("Still moving")
    assert descend(ravine, rule, ravine.start, 3000).status.startswith("Bouncing between two")
    below = GradientDescent(learning_rate=2 / steepest * (1 - 1e-9))
    assert descend(ravine, below, ravine.start, 3000).status.startswith("Still moving")


class Pit:
    """Lowest at (1, -2) alone, one higher everywhere else, and a slope that never ends."""

    def value(self, point):
        return (point != (1.0, -2.0)).any(axis=-1).astype(float)

    def grad(self, point):
        return np.ones_like(point)


def test_a_search_that_finds_nothing_lower_is_stuck_and_says_so():
    run = descend(Pit(), LineSearch(), (1.0, -2.0), 60)
    assert run.status.startswith("Stuck since step")
    assert run.status.endswith("no lower point is found along its direction.")


def test_a_pull_that_balances_the_gradient_is_no_motion():
    """ASGD's regularization pulls to the origin: it stops beside the minimum."""
    rule = AveragedSGD(learning_rate=0.01, regularization=0.01)
    run = descend(Bowl(), rule, (2.0, 1.0), 20)
    assert run.status.startswith(("Still moving", "At rest"))
    stuck = descend(Rosenbrock(), Adam(learning_rate=1e-12), (1e6, 1e6), 20)
    assert stuck.status.startswith("Stuck since step 0 of 20")
    assert stuck.status.endswith("its steps are too short to change a float.")


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda optimizer: optimizer.name)
def test_no_run_whose_last_points_are_identical_is_said_to_move(optimizer):
    draw = np.random.default_rng(0)
    for surface in SURFACES[::3]:
        (left, right), (low, high) = surface.window
        start = draw.uniform(left, right), draw.uniform(low, high)
        run = descend(surface, optimizer, start, 150)
        row = int(run.ended)
        if row and np.array_equal(run.points[row], run.points[row - 1]):
            assert not run.status.startswith("Still"), (surface.name, run.status)


def test_each_start_of_a_batch_is_told_apart():
    rates = np.array([0.1, 1.0])
    run = descend(Bowl(), GradientDescent(learning_rate=rates), (3.0, 4.0), 300)
    assert run.status[0].startswith("At rest")
    assert run.status[1].startswith("Bouncing")


def test_bfgs_forgets_what_it_learned_on_a_plain():
    """The inverse Hessian of the plain sends the search far beyond the hole: it begins anew."""
    draw = np.random.default_rng(0)
    (left, right), (low, high) = Easom().window
    drawn = np.stack([draw.uniform(left, right, 40), draw.uniform(low, high, 40)], axis=-1)
    starts = [(5.64, 2.228), *drawn]
    reached = 0
    for start in starts:
        run = descend(Easom(), BFGS(), start, 200)
        assert not run.status.startswith("Stuck") or run.gradient_norms[-1] < 1e-6, run.status
        reached += bool(run.values[-1] < -0.999)
    assert descend(Easom(), BFGS(), starts[0], 200).values[-1] < -0.999
    assert reached >= 9


def test_bfgs_takes_a_batch_of_which_only_some_forget():
    starts = np.array([(-0.86777892, 1.7032898), (5.64, 2.228), (2.0, 2.0)])
    together = descend(Easom(), BFGS(), starts, 60)
    for at, start in enumerate(starts):
        alone = descend(Easom(), BFGS(), start, 60)
        np.testing.assert_allclose(together.points[:8, at], alone.points[:8], rtol=1e-9)
        assert together.values[-1, at] == pytest.approx(alone.values[-1], abs=1e-6)


@pytest.mark.parametrize(("length", "rows", "found"), [(64, 128, 64), (64, 126, None),
                                                        (65, 300, None), (3, 6, 3)])  # fmt: skip
def test_a_cycle_has_gone_round_twice_and_is_of_64_points_at_most(length, rows, found):
    path = (np.arange(rows) % length)[:, None] * np.array([1.0, -2.0])
    assert getattr(repetition(path, {}), "period", None) == found


def test_a_cycle_comes_back_to_a_millionth_of_a_millionth_of_its_size():
    path = np.tile([[0.0, 4.0], [2.0, 0.0]], (4, 1))
    path[-1, 0] += 3.5e-12
    assert repetition(path, {}).period == 2
    assert repetition(path, {}).size == 4
    path[-1, 0] += 1e-12
    assert repetition(path, {}) is None
