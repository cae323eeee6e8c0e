"""The Race page keeps the runs it was asked for: a moving slider costs one run, not all."""

from dataclasses import replace

from optcore.descent.schedules import Constant
from optcore.optimizers import OPTIMIZERS, Adam, GradientDescent
from optcore.surfaces import Bowl
from ui import cache
from ui.cache import Cache
from ui.race.choices import Conditions, Race, runs

CALM = Conditions(Constant(), None, None)


def race(*optimizers, steps=50) -> dict:
    return runs(Race(Bowl(), optimizers, (1.0, 1.0), steps, 1e-3, CALM))


def test_a_run_asked_for_again_is_the_same_run():
    first = race(Adam())["Adam"]
    assert race(Adam())["Adam"] is first
    assert race(Adam(), steps=51)["Adam"] is not first
    assert race(Adam(learning_rate=0.2))["Adam"] is not first


def test_a_slider_that_moves_leaves_the_other_runs_there(monkeypatch):
    monkeypatch.setattr(cache, "CACHE", Cache(2_000_000))
    others = [optimizer for optimizer in OPTIMIZERS if optimizer != GradientDescent()]
    held = race(*others)
    for change in range(400):
        moved = replace(GradientDescent(), learning_rate=0.001 + change / 1e5)
        now = race(moved, *others)
        assert all(now[name] is run for name, run in held.items())
        assert cache.CACHE.size <= 2_000_000


def test_a_run_larger_than_the_budget_is_still_given(monkeypatch):
    monkeypatch.setattr(cache, "CACHE", Cache(1000))
    assert len(race(Adam())["Adam"].points) == 51
    assert cache.CACHE.size == 0
