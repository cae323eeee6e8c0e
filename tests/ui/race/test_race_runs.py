"""The Race page keeps the runs it was asked for, up to so many bytes."""

from dataclasses import replace

from optcore.optimizers import OPTIMIZERS, Adam, GradientDescent
from optcore.surfaces import Bowl
from ui.race.choices import RunCache

UNDISTURBED = {"schedule": None, "clip": None, "noise": None}


def ask(cache: RunCache, optimizer, steps=50):
    return cache.run(Bowl(), optimizer, (1.0, 1.0), steps, **UNDISTURBED)


def test_a_run_asked_for_again_is_the_same_run():
    cache = RunCache(10**7)
    first = ask(cache, Adam())
    assert ask(cache, Adam()) is first
    assert ask(cache, Adam(), steps=51) is not first
    assert ask(cache, Adam(learning_rate=0.2)) is not first


def test_what_is_kept_stays_within_its_room():
    cache = RunCache(200_000)
    for steps in range(10, 400):
        ask(cache, Adam(), steps)
        assert cache.size == sum(run.nbytes for run in cache.runs.values()) <= cache.room
    assert len(cache.runs) >= 2


def test_a_run_larger_than_the_room_is_still_given():
    cache = RunCache(1000)
    assert len(ask(cache, Adam()).points) == 51
    assert (cache.size, len(cache.runs)) == (0, 0)


def test_a_slider_that_moves_leaves_the_other_runs_there():
    """Every change asks for one new run and for all the others again."""
    others = [optimizer for optimizer in OPTIMIZERS if optimizer != GradientDescent()]
    cache = RunCache(2_000_000)
    held = [ask(cache, optimizer) for optimizer in others]
    for change in range(400):
        ask(cache, replace(GradientDescent(), learning_rate=0.001 + change / 1e5))
        assert all(ask(cache, other) is run for other, run in zip(others, held, strict=True))
    assert len(cache.runs) < 400


def test_the_bytes_of_a_run_are_those_of_its_rows():
    cache = RunCache(10**7)
    short, long = (ask(cache, Adam(), steps) for steps in (100, 1100))
    # Point, gradient, gradient seen, two moments and their corrections; value, count, evaluations.
    numbers = sum(array.size for array in long.memory.values()) / 1101 + 2 + 2 + 2 + 1 + 1
    assert long.nbytes - short.nbytes == 1000 * 8 * numbers
