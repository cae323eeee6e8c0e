"""What a run says about itself."""

import dataclasses

import numpy as np
import pytest

from optcore.descent.loop import Row, _Book, descend
from optcore.descent.run import ESCAPED, NO_GRADIENT, NO_STEP, NO_VALUE, OVERHEAD, WENT_ON, Run
from optcore.formula import formula_surface
from optcore.optimizers import Adam, GradientDescent, Newton
from optcore.surfaces import Bowl, Rosenbrock


def a_run(**changes) -> Run:
    """Three rows of one start, the last at row 2, with what a test changes."""
    run = Run(
        points=np.array([[3.0, 4.0], [1.5, 2.0], [0.5, 1.0]]),
        values=np.array([25.0, 6.25, 1.25]),
        grads=np.array([[6.0, 8.0], [3.0, 4.0], [1e-3, 0.0]]),
        seen=np.zeros((3, 2)),
        memory={},
        rates=np.array([0.25, 0.25]),
        gradient_evaluations=np.array([1.0, 2.0, 3.0]),
        ended=np.array(2),
        end=np.array(WENT_ON),
        limit=np.array(np.nan),
        limit_rule="",
    )
    return dataclasses.replace(run, **changes)


def test_a_run_that_moves_on_says_where_it_is():
    assert a_run().status == "Still moving after 2 steps: loss 1.25, gradient norm 0.001."


def test_a_run_without_a_slope_rests():
    flat = np.array([[6.0, 8.0], [3.0, 4.0], [3e-9, 4e-9]])
    assert a_run(grads=flat).status == "At rest after 2 steps: loss 1.25, gradient norm 5e-09."
    barely = flat + np.array([0, 1e-8])
    assert a_run(grads=barely).status.startswith("Still moving")


def test_a_run_that_stays_for_one_step_alone_has_paused():
    once = np.array([[3.0, 4.0], [0.5, 1.0], [0.5, 1.0]])
    velocity = {"velocity": np.array([[0.0, 0.0], [1.0, 1.0], [0.5, 0.5]])}
    assert a_run(points=once, memory=velocity).status.startswith("Paused for its last step of 2: ")
    # What remembers nothing will not go on, and who stays longer does not pause.
    assert a_run(points=once).status.startswith("Stuck since step 1 of 2: ")
    twice = once[[1, 1, 1]]
    assert a_run(points=twice, memory=velocity).status.startswith("Stuck since step 0 of 2: ")


@pytest.mark.parametrize(
    ("end", "changes", "sentence"),
    [
        (NO_VALUE, {"values": np.array([1.0, 2.0, np.inf])}, "the loss is inf"),
        (NO_VALUE, {"values": np.array([1.0, 2.0, np.nan])}, "the loss is nan"),
        (NO_GRADIENT, {}, "the gradient is not finite"),
        (NO_STEP, {}, "the step is not finite"),
        (ESCAPED, {}, "a coordinate passed 1e+12"),
    ],
)
def test_a_run_that_diverged_says_when_and_why(end, changes, sentence):
    run = a_run(end=np.array(end), **changes)
    assert run.diverged
    assert run.status == f"Diverged at step 2: {sentence}."


def test_a_rate_beyond_the_limit_is_the_reason_given_first():
    run = a_run(end=np.array(ESCAPED), limit=np.array(0.2), limit_rule="2/lambda_max")
    assert run.status == (
        "Diverged at step 2: the rate 0.25 exceeds 2/lambda_max = 0.2, the most that the "
        "steepest axis at the start allows."
    )
    within = a_run(end=np.array(ESCAPED), limit=np.array(0.3), limit_rule="2/lambda_max")
    assert within.status == "Diverged at step 2: a coordinate passed 1e+12."
    without_rates = a_run(end=np.array(ESCAPED), limit=np.array(0.2), rates=None)
    assert without_rates.status == "Diverged at step 2: a coordinate passed 1e+12."


def test_a_run_that_went_on_above_its_limit_is_not_said_to_diverge():
    assert a_run(limit=np.array(0.2)).status.startswith("Still moving")


def test_a_run_that_climbs_names_the_limit_its_rate_exceeds():
    risen = np.array([25.0, 30.0, 36.0])
    run = a_run(values=risen, limit=np.array(0.2), limit_rule="2/lambda_max")
    assert not run.diverged
    assert run.status == (
        "Climbing after 2 steps: loss 36; the rate 0.25 exceeds 2/lambda_max = 0.2, the most "
        "that the steepest axis at the start allows."
    )
    assert a_run(values=risen, limit=np.array(0.3)).status.startswith("Still moving")
    # Above its start is climbing, though lower than the step before; as high as its start is not.
    fallen = a_run(values=np.array([25.0, 30.0, 28.0]), limit=np.array(0.2))
    assert fallen.status.startswith("Climbing")
    level = a_run(values=np.array([25.0, 30.0, 25.0]), limit=np.array(0.2))
    assert level.status.startswith("Still moving")
    # It is the first rate that the limit at the start is for.
    falling = a_run(values=risen, rates=np.array([0.25, 0.1]), limit=np.array(0.2))
    assert falling.status.startswith("Climbing")


def test_a_search_that_found_nothing_at_last_is_stuck_for_that():
    stays = np.array([[0.5, 1.0], [0.5, 1.0], [0.5, 1.0]])
    rate = {"rate": np.array([[0.5], [0.5], [0.0]])}
    assert "no lower point is found along its direction" in a_run(points=stays, memory=rate).status
    again = {"rate": np.array([[0.0], [0.0], [0.5]])}
    assert "no lower point" not in a_run(points=stays, memory=again).status


def test_each_run_of_a_batch_is_judged_by_its_own_rate():
    rates = np.array([0.1, 0.9, 1.1])
    run = descend(Bowl(), GradientDescent(learning_rate=rates), (3.0, 4.0), 400)
    limit = 2 / np.linalg.eigvalsh(Bowl().hessian(np.zeros(2)))[-1]
    np.testing.assert_allclose(run.limit, limit)
    for k, rate in enumerate(rates):
        assert (f"the rate {rate:.3g} exceeds" in run.status[k]) == bool(rate > limit)
        assert run.status[k].startswith("Diverged") == bool(rate > limit)


def test_a_rate_is_judged_by_the_first_step_though_it_is_the_only_one():
    rates = np.array([0.1, 3.0])
    run = descend(Bowl(), GradientDescent(learning_rate=rates), (3.0, 4.0), 1)
    assert run.status[0].startswith("Still moving")
    assert "Climbing after 1 steps: loss 625; the rate 3 exceeds" in run.status[1]


def test_what_a_run_repeats_lies_before_its_end():
    points = np.array([[1.0, 2.0], [0.5, 1.0], [0.5, 1.0], [np.nan, np.nan]])
    stayed = a_run(points=points, end=np.array(NO_VALUE), ended=np.array(2))
    found = stayed.repeats()
    assert found is not None
    assert (found.since, found.period) == (1, 1)


def test_a_gradient_as_long_as_the_bound_is_at_rest():
    grads = np.zeros((3, 2))
    for size, says in ((1e-8, "At rest"), (1.1e-8, "Still moving")):
        grads[2, 0] = size
        assert a_run(grads=grads.copy()).status.startswith(says)


def test_the_last_row_is_the_last_one_reached():
    starts = np.array([[3.0, 4.0], [1e-3, 1e-3]])
    rates = np.array([5.0, 0.1])
    run = descend(Bowl(), GradientDescent(learning_rate=rates), starts, 60)
    assert run.diverged.tolist() == [True, False]
    for k in range(2):
        row = int(run.ended[k])
        np.testing.assert_array_equal(run.last[k], run.points[row, k])
        assert run.last_value[k] == run.values[row, k]
        np.testing.assert_allclose(run.last_value[k], Bowl().value(run.last[k]))


def test_the_norm_is_of_the_objectives_own_gradient():
    run = descend(Rosenbrock(), Adam(), (-1.0, 1.5), 5)
    expected = np.linalg.norm(Rosenbrock().grad(run.points), axis=-1)
    np.testing.assert_allclose(run.gradient_norms, expected, rtol=1e-12)


def test_newton_rests_at_the_minimum_of_a_bowl_after_one_step():
    run = descend(Bowl(), Newton(), (2.0, -1.0), 1)
    assert run.status.startswith("At rest after 1 steps: loss")


def test_a_path_that_came_back_is_filled_with_the_rows_of_its_round():
    """Rows 1, 2 and 3 go round; what they cost is known at row 4."""
    book = _Book(11)
    for t in range(5):
        at = np.array([t if t < 4 else 1.0])
        book.write(t, Row(t, at, at[0], -at, -at, {"velocity": 2 * at}, *3 * [None]), 10 * t)
    book.repeat(1, 4)
    pages = book.pages(np.array(10), np.array(WENT_ON))
    assert (
        pages["points"][:, 0].tolist()
        == pages["values"].tolist()
        == [0, 1, 2, 3, 1, 2, 3, 1, 2, 3, 1]
    )
    assert pages["memory"]["velocity"][:, 0].tolist() == [2 * value for value in pages["values"]]
    assert pages["gradient_evaluations"].tolist() == [0, 10, 20, 30, *7 * [40]]


def test_a_gradient_without_a_number_ends_a_run_whose_loss_has_one():
    """The slope of sqrt(x) is infinite at 0, where its value is 0: alone and in a batch."""
    surface = formula_surface("sqrt(x) + y^2")
    alone = descend(surface, GradientDescent(0.25), (1.0, 1.0), 5)
    assert alone.end == WENT_ON
    start = np.array([0.0, 1.0])
    alone = descend(surface, GradientDescent(0.25), start, 5)
    assert (alone.end, alone.ended) == (NO_GRADIENT, 0)
    both = descend(surface, GradientDescent(0.25), np.stack([start, start + 1]), 5)
    assert both.end.tolist() == [NO_GRADIENT, WENT_ON]
    assert both.ended.tolist() == [0, 5]


def test_where_nothing_is_curved_no_rate_is_too_large():
    flat = formula_surface("(x^3 + y^3) / 20")
    assert np.isnan(descend(flat, GradientDescent(0.1), (0.0, 0.0), 2).limit)
    starts = np.array([[0.0, 0.0], [1.0, -1.0], [0.5, 2.0]])
    np.testing.assert_allclose(
        descend(flat, GradientDescent(0.1), starts, 2).limit, [np.nan, 2 / 0.3, 2 / 0.6]
    )
    assert np.isnan(descend(flat, Adam(), starts, 2).limit).tolist() == [True] * 3


def test_what_a_run_takes_up_is_all_of_its_rows():
    run = descend(Rosenbrock(), Adam(), (1.5, 2.0), 20)
    rows = run.points, run.values, run.grads, run.seen, run.gradient_evaluations
    assert run.nbytes == OVERHEAD + sum(part.nbytes for part in (*rows, *run.memory.values()))
