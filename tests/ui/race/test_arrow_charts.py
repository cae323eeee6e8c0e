"""The arrows at a head are the run's own gradient, memory and step."""

import numpy as np
import pytest

from optcore.descent.loop import descend
from optcore.descent.schedules import SCHEDULES
from optcore.optimizers import OPTIMIZERS, Adam, GradientDescent, Momentum, NesterovMomentum
from optcore.surfaces import Bowl, Ravine, Rosenbrock
from ui.race.arrow_charts import GRADIENT, MEMORY, STEP, arrows

START, STEPS = (-2.0, 1.0), 30


def shown(optimizer, surface=None, at=None, steps=STEPS, **given):
    surface = surface or Ravine()
    run = descend(surface, optimizer, START, steps, **given)
    trace = arrows(optimizer, surface, run, at)
    vectors = {each["kind"]: np.stack([each["x"], each["y"]], axis=-1)
               for each in trace["meta"]["arrows"]}  # fmt: skip
    return run, trace, vectors


@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda each: each.name)
def test_the_parts_of_a_step_with_momentum_are_the_textbooks(schedule):
    """step = -rate g - rate mu v, the velocity as it was before."""
    optimizer = Momentum(learning_rate=0.01, momentum=0.8)
    run, _, vectors = shown(optimizer, schedule=schedule)
    rates, tiny = run.rates[:, None], 1e-6
    np.testing.assert_allclose(vectors[GRADIENT][:-1], -rates * run.grads[:-1], rtol=1e-6)
    np.testing.assert_allclose(
        vectors[MEMORY][:-1], -rates * 0.8 * run.memory["velocity"][:-1], rtol=1e-4, atol=tiny
    )
    np.testing.assert_allclose(vectors[STEP][:-1], np.diff(run.points, axis=0), rtol=1e-6)


def test_nesterovs_velocity_is_the_one_after_the_look():
    optimizer = NesterovMomentum(learning_rate=0.01, momentum=0.8)
    run, _, vectors = shown(optimizer)
    ahead = -0.01 * 0.8 * run.memory["velocity"][1:]
    np.testing.assert_allclose(vectors[MEMORY][:-1], ahead, rtol=1e-4, atol=1e-6)


def test_gradient_descent_steps_along_its_gradient_and_carries_nothing():
    _, _, vectors = shown(GradientDescent(learning_rate=0.01))
    assert set(vectors) == {GRADIENT, STEP}
    np.testing.assert_allclose(vectors[GRADIENT], vectors[STEP], rtol=1e-4, atol=1e-9)


def test_where_a_step_is_no_sum_the_arrows_tell_directions():
    run, _, vectors = shown(Adam(learning_rate=0.1))
    lengths = np.linalg.norm(vectors[STEP], axis=-1)
    for kind, rows in ((GRADIENT, run.grads[:-1]), (MEMORY, run.memory["mean"][1:])):
        drawn = vectors[kind][:-1]
        np.testing.assert_allclose(np.linalg.norm(drawn, axis=-1), lengths[:-1], rtol=1e-5)
        turned = (drawn * -rows).sum(axis=-1)
        np.testing.assert_allclose(turned, lengths[:-1] * np.linalg.norm(rows, axis=-1), rtol=1e-5)


def test_at_the_end_stand_the_arrows_of_the_step_that_would_follow():
    run, _, vectors = shown(Momentum(learning_rate=0.01), steps=STEPS)
    longer = descend(Ravine(), Momentum(learning_rate=0.01), START, STEPS + 1)
    coming = longer.points[-1] - longer.points[-2]
    np.testing.assert_allclose(vectors[STEP][-1], coming, rtol=1e-6)
    assert len(vectors[STEP]) == len(run.points)


@pytest.mark.parametrize("at", [0, 7, STEPS, 10_000])
def test_one_row_is_that_row_of_all(at):
    _, whole, every = shown(Adam())
    _, trace, one = shown(Adam(), at=at)
    row = min(at, STEPS)
    assert (trace["meta"]["first"], trace["meta"]["last"]) == (row, whole["meta"]["last"])
    np.testing.assert_array_equal(trace["x"], whole["x"][row : row + 1])
    for kind, vectors in one.items():
        np.testing.assert_array_equal(vectors, every[kind][row : row + 1])


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda each: each.name)
@pytest.mark.parametrize("surface", [Rosenbrock(), Bowl()], ids=lambda each: each.name)
def test_every_optimizer_has_arrows_for_every_row(optimizer, surface):
    run, trace, vectors = shown(optimizer, surface)
    rows = int(run.ended) + 1
    assert STEP in vectors
    assert (GRADIENT in vectors) == ("grad" in optimizer.uses)
    for drawn in vectors.values():
        assert drawn.shape == (rows, 2)
        assert run.diverged or np.isfinite(drawn).all()
    assert trace["meta"]["group"] == optimizer.name


def test_a_run_that_diverged_has_no_arrow_at_its_end():
    run, _, vectors = shown(GradientDescent(learning_rate=9.0), steps=300)
    assert run.diverged
    assert np.isnan(vectors[STEP][-1]).all()
