"""The Race page keeps the runs it was asked for, up to so many bytes."""

from dataclasses import replace

from optcore.optimizers import OPTIMIZERS, Adam, GradientDescent
from optcore.surfaces import Bowl
from ui.racing import Kept

UNDISTURBED = {"schedule": None, "clip": None, "noise": None}


def ask(kept: Kept, optimizer, steps=50):
    return kept.run(Bowl(), optimizer, (1.0, 1.0), steps, **UNDISTURBED)


def test_a_run_asked_for_again_is_the_same_run():
    kept = Kept(10**7)
    first = ask(kept, Adam())
    assert ask(kept, Adam()) is first
    assert ask(kept, Adam(), steps=51) is not first
    assert ask(kept, Adam(learning_rate=0.2)) is not first


def test_what_is_kept_stays_within_its_room():
    kept = Kept(200_000)
    for steps in range(10, 400):
        ask(kept, Adam(), steps)
        assert kept.size == sum(run.nbytes for run in kept.runs.values()) <= kept.room
    assert len(kept.runs) >= 2


def test_a_run_larger_than_the_room_is_still_given():
    kept = Kept(1000)
    assert len(ask(kept, Adam()).points) == 51
    assert (kept.size, len(kept.runs)) == (0, 0)


def test_a_slider_that_moves_leaves_the_other_runs_there():
    """Every change asks for one new run and for all the others again."""
    others = [optimizer for optimizer in OPTIMIZERS if optimizer != GradientDescent()]
    kept = Kept(2_000_000)
    held = [ask(kept, optimizer) for optimizer in others]
    for change in range(400):
        ask(kept, replace(GradientDescent(), learning_rate=0.001 + change / 1e5))
        assert all(ask(kept, other) is run for other, run in zip(others, held, strict=True))
    assert len(kept.runs) < 400


def test_the_bytes_of_a_run_are_those_of_its_rows():
    kept = Kept(10**7)
    short, long = (ask(kept, Adam(), steps) for steps in (100, 1100))
    # Point, gradient, gradient seen, two moments and their corrections; value, count, evaluations.
    numbers = sum(array.size for array in long.memory.values()) / 1101 + 2 + 2 + 2 + 1 + 1
    assert long.nbytes - short.nbytes == 1000 * 8 * numbers
