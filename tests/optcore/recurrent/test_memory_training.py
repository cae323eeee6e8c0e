"""Training on sequences that never come twice: what is written down is what happened."""

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

from optcore.descent import ClipNorm
from optcore.networks.initializers import LeCunNormal, Orthogonal
from optcore.optimizers import BFGS, Adam, GradientDescent
from optcore.recurrent import (
    CELLS,
    GRU,
    Adding,
    LinearCell,
    MemoryPlan,
    MemoryTrainer,
    TanhCell,
    TemporalOrder,
    train_memory,
)


class Counted(Adding):
    """How often sequences have been drawn: once a step, and once for the exam."""

    drawn = 0

    def draw(self, rng, samples, length):
        Counted.drawn += 1
        return super().draw(rng, samples, length)


SMALL = {"width": 6, "length": 10, "batch": 5, "steps": 12}


def test_the_rows_are_the_steps_of_the_optimizer():
    """Followed by hand for three steps: each on sequences of its own, clipped."""
    plan = MemoryPlan(TanhCell(), Adding(), optimizer=GradientDescent(learning_rate=0.05),
                      clip=ClipNorm(0.5), **SMALL)  # fmt: skip
    record = train_memory(plan)
    theta = plan.theta
    for t in range(3):
        loss = plan.loss(t + 1)
        grad = loss.grad(theta)
        size = np.linalg.norm(grad)
        assert record.losses[t] == pytest.approx(loss.value(theta), rel=1e-12)
        assert record.before[t] == pytest.approx(size, rel=1e-12)
        assert record.after[t] == pytest.approx(min(size, 0.5), rel=1e-12)
        theta = theta - 0.05 * grad * min(1.0, 0.5 / size)
    assert len(record.losses) == 13
    assert record.clipped == int((record.before[:13] > 0.5).sum())


def test_no_sequence_comes_twice_and_a_seed_decides_all():
    plan = MemoryPlan(GRU(), Adding(), **SMALL)
    first, again = train_memory(plan), train_memory(plan)
    np.testing.assert_array_equal(first.losses, again.losses)
    other = train_memory(MemoryPlan(GRU(), Adding(), seed=1, **SMALL))
    assert (first.losses != other.losses).all()
    assert not np.array_equal(plan.loss(1).inputs, plan.loss(2).inputs)
    assert not np.array_equal(plan.loss(1).inputs, plan.exam.inputs[:, :5])


def test_looks_are_taken_at_the_first_and_the_last_step_and_between():
    record = train_memory(MemoryPlan(TanhCell(), TemporalOrder(), **SMALL), every=5)
    assert record.looks.tolist() == [0, 5, 10, 12]
    assert record.shares.shape == (4, 10)
    np.testing.assert_allclose(record.shares.sum(axis=1), 1)
    assert record.by_lag.shape == (4, 11)
    np.testing.assert_allclose(record.by_lag[:, 0], 1)
    assert ((record.right >= 0) & (record.right <= 1)).all()
    assert record.exams[0] == pytest.approx(record.plan.exam.value(record.plan.theta))
    assert not record.exploded


def test_a_gru_learns_to_add_and_a_blind_one_would_not():
    plan = MemoryPlan(GRU(), Adding(), width=12, length=10, batch=16, steps=160, clip=ClipNorm(1.0))
    record = train_memory(plan, every=20)
    assert record.exams[0] > plan.task.blind
    assert record.exams[-1] < plan.task.blind / 2
    first = next(at for at, loss in enumerate(record.exams) if loss < plan.task.blind / 2)
    assert record.passed == record.looks[first] > 0
    assert record.passed is not None
    assert 20 <= record.passed <= 160


def test_half_of_a_blind_loss_and_a_norm_that_rounding_took_do_not_count():
    record = train_memory(MemoryPlan(TanhCell(), Adding(), **SMALL | {"steps": 1}))
    blind, looks = record.plan.task.blind, np.array([0, 10, 20])
    for losses, passed in (([1, 0.5, 0.5], None), ([1, 0.5, 0.4], 20), ([1, 0.49, 0.1], 10)):
        told = replace(record, looks=looks, exams=blind * np.array(losses))
        assert told.passed == passed
    before = np.array([2.0, 2.0, 2.0, 2.0])
    after = np.array([2.0, 2.0 * (1 - 1e-12), 1.99, 0.5])
    assert replace(record, before=before, after=after).clipped == 2


def test_what_explodes_is_told():
    plan = MemoryPlan(LinearCell(), Adding(), start=Orthogonal(gain=3.0), width=6, length=40,
                      batch=4, steps=20, optimizer=GradientDescent(learning_rate=1.0))  # fmt: skip
    record = train_memory(plan)
    assert record.exploded
    assert len(record.losses) < 21
    assert record.passed is None


def test_sequences_are_drawn_once_a_step_even_where_theta_is_no_number():
    plan = MemoryPlan(TanhCell(), Counted(), optimizer=GradientDescent(learning_rate=np.nan),
                      **SMALL)  # fmt: skip
    record = train_memory(plan)
    assert np.isnan(record.losses).tolist() == [False, True]
    assert Counted.drawn == 3


def test_the_gradient_of_a_long_tanh_net_comes_from_its_last_steps():
    plan = MemoryPlan(TanhCell(), Adding(), start=LeCunNormal(gain=0.5), length=40, width=12,
                      steps=1)  # fmt: skip
    record = train_memory(plan)
    assert record.shares[0, -5:].sum() > 0.9
    assert record.by_lag[0, 30] < 1e-6


def test_who_asks_twice_is_refused():
    with pytest.raises(ValueError, match="same loss more than once"):
        MemoryTrainer(MemoryPlan(GRU(), Adding(), optimizer=BFGS(), **SMALL))


def test_nothing_is_recorded_before_the_first_row():
    with pytest.raises(ValueError, match="iterate the trainer"):
        MemoryTrainer(MemoryPlan(GRU(), Adding(), optimizer=Adam(), **SMALL)).record()


def test_a_longer_and_a_wider_training_takes_longer():
    def seconds(cell=None, **changed):
        return MemoryPlan(cell or TanhCell(), Adding(), **SMALL | changed).seconds

    assert seconds(steps=24) == seconds(length=20) == pytest.approx(2 * seconds())
    sample = seconds(batch=6) - seconds(batch=5)
    assert sample > 0
    assert seconds(batch=8) - seconds(batch=5) == pytest.approx(3 * sample)
    # Every sequence goes through all weights: 6 (6 + 2) of them, 12 (12 + 2) when twice as wide,
    # and so many for each gate.
    wide = seconds(batch=6, width=12) - seconds(width=12)
    assert wide == pytest.approx(12 * 14 / (6 * 8) * sample)
    gated = seconds(GRU(), batch=6) - seconds(GRU())
    assert gated == pytest.approx(len(GRU().gates) * sample)
    assert seconds(GRU(), batch=0) > seconds(batch=0) > 0


def test_an_exam_is_a_third_of_a_step_of_as_many_sequences():
    def exam(**changed):
        return MemoryPlan(GRU(), Adding(), **SMALL | changed).exam_in_steps

    assert exam(batch=256) == pytest.approx(1 / 3)
    assert exam(batch=4) > exam(batch=64) > exam(batch=256)
    # The wider a net is, the more of the time goes with the number of sequences.
    assert exam(batch=16, width=4000) == pytest.approx(256 / 16 / 3, rel=0.02)


def test_memory_is_that_of_the_sequences_that_are_held_together():
    """Eight bytes for each of 5 times and 3 units, twice and four times a gate."""
    plan = MemoryPlan(LinearCell(), Adding(), width=3, length=5, batch=7)
    assert plan.memory == 256 * 8 * 5 * 3 * 6
    assert replace(plan, batch=300).memory == 300 * 8 * 5 * 3 * 6
    long = MemoryPlan(GRU(), Adding(), width=4000, length=1000, batch=1)
    assert long.examined == 1
    assert long.memory == 8 * 1000 * 4000 * 14


def test_the_exam_is_the_first_draw():
    plan = MemoryPlan(TanhCell(), Adding(), **SMALL)
    np.testing.assert_array_equal(plan.exam.inputs, plan.loss(0, 256).inputs)


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.name)
def test_a_training_takes_the_memory_it_says(cell):
    plan = MemoryPlan(cell, Adding(), 32, 60, steps=1)
    trainer = MemoryTrainer(plan)
    tracemalloc.start()
    for _ in trainer:
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert plan.memory / 3 < peak < 1.1 * plan.memory
