"""Tasks: what they draw, and what one loses who ignores his memory."""

import numpy as np
import pytest

from optcore.networks.activations import Identity
from optcore.recurrent import TASKS, Adding, Copy, MeanSquaredError, Parity, TemporalOrder

every = pytest.mark.parametrize("task", TASKS, ids=lambda t: t.name)


@every
def test_shapes_and_seeds(task):
    inputs, targets = task.batch(3, 11, 30)
    assert inputs.shape == (30, 11, task.n_in)
    assert targets.shape[1:] == (11, task.n_out)
    again, _ = task.batch(3, 11, 30)
    np.testing.assert_array_equal(inputs, again)
    assert not np.array_equal(inputs, task.batch(4, 11, 30)[0])
    task.batch(0, 2, task.shortest)
    with pytest.raises(ValueError, match=f"at least {task.shortest} steps"):
        task.batch(0, 2, task.shortest - 1)


@every
def test_the_blind_loss_is_the_least_of_a_constant_answer(task):
    """Measured on many sequences, and no other constant does better by more than chance."""
    _, targets = task.batch(0, 40_000, 20)
    answer = np.zeros((1, 1, task.n_out)) if task.n_out > 1 or task.name == "Parity" else 1.0

    def loss(constant):
        return task.loss.per_sample(
            constant + 0 * targets, constant + 0 * targets, targets, Identity()
        ).mean()

    assert loss(answer) == pytest.approx(task.blind, rel=0.02)
    for push in (-0.2, 0.2):
        other = np.array(answer) + push * (np.arange(task.n_out) == 0)
        assert loss(other) > loss(answer)


@pytest.mark.parametrize("symbols", [1, 3, 10])
def test_the_shortest_copy_says_go_as_soon_as_all_is_said(symbols):
    task = Copy(symbols=symbols)
    inputs, targets = task.draw(np.random.default_rng(0), 4, task.shortest)
    assert len(inputs) == task.shortest
    np.testing.assert_array_equal(inputs[:symbols, :, : task.alphabet], targets)
    assert (inputs[symbols, :, task.alphabet + 1] == 1).all()
    assert (inputs[symbols + 1 :, :, task.alphabet] == 1).all()


def test_an_answer_of_parity_is_right_on_its_side_of_a_half():
    answers, targets = np.array([0.6, 0.4, 0.6, 0.4]), np.array([1.0, 0.0, 0.0, 1.0])
    assert Parity().right(answers, targets) == 0.5
    assert Parity().right(answers[:2], targets[:2]) == 1
    assert Parity().right(np.array([0.5]), np.array([0.0])) == 1


def test_adding_is_quoted_without_the_half():
    assert Adding().blind == 1 / 6
    loss, z = MeanSquaredError(), np.array([[[2.0]]])
    assert loss.per_sample(z, z, z - 3, Identity())[0, 0] == 9.0
    assert loss.delta(z, z, z - 3, Identity())[0, 0, 0] == 6.0


def test_adding_marks_one_number_in_either_half():
    inputs, targets = Adding().batch(1, 500, 21)
    marks = inputs[..., 1]
    assert (marks.sum(axis=0) == 2).all()
    assert (marks[:10].sum(axis=0) == 1).all()
    np.testing.assert_allclose((inputs[..., 0] * marks).sum(axis=0), targets[0, :, 0])


def test_copy_says_the_symbols_again():
    inputs, targets = Copy(symbols=4).batch(1, 50, 20)
    np.testing.assert_array_equal(inputs[:4, :, :8], targets)
    assert (inputs[4:, :, :8] == 0).all()
    assert (inputs[..., 9].argmax(axis=0) == 15).all()
    assert (inputs.sum(axis=-1) == 1).all()


def test_temporal_order_names_both_symbols():
    inputs, targets = TemporalOrder().batch(1, 300, 50)
    seen = inputs.argmax(-1)
    assert set(seen.ravel()) == set(range(6))
    for sequence, target in zip(seen.T, targets[0], strict=True):
        at = np.flatnonzero(sequence < 2)
        assert len(at) == 2
        assert 5 <= at[0] < 10
        assert 25 <= at[1] < 30
        assert target.argmax() == 2 * sequence[at[0]] + sequence[at[1]]


def test_parity_counts_the_ones():
    inputs, targets = Parity().batch(2, 200, 9)
    assert set(inputs.ravel()) == {-1.0, 1.0}
    np.testing.assert_array_equal((inputs[..., 0] > 0).sum(axis=0) % 2, targets[0, :, 0])


def test_the_share_of_right_answers():
    _, targets = Copy().batch(0, 10, 12)
    assert Copy().right(targets, targets) == 1.0
    assert Copy().right(np.roll(targets, 1, axis=-1), targets) == 0.0
    _, bits = Parity().batch(0, 100, 5)
    assert Parity().right(bits, bits) == 1.0
    assert np.isnan(Adding().right(bits, bits))
