"""A batch whose step was recorded and repeated on columns runs as the plain loop does."""

from dataclasses import replace

import numpy as np
import pytest

from optcore.descent import loop as descent
from optcore.descent.columns import columns
from optcore.descent.disturbance import ClipNorm, ClipValue, GradientNoise
from optcore.descent.loop import descend
from optcore.descent.schedules import WarmupCosine
from optcore.descent.setting import setting
from optcore.descent.stepper import Stepper
from optcore.formula.surface import formula_surface
from optcore.knobs import knobs
from optcore.optimizers import OPTIMIZERS, Adam, GradientDescent, Optimizer
from optcore.surfaces import SURFACES, Bowl, Rosenbrock

ELEMENTWISE = [o for o in OPTIMIZERS if o.elementwise]
CONDITIONS = {
    "plain": {},
    "clipped by norm": {"clip": ClipNorm(0.5)},
    "noisy, clipped by value": {"noise": GradientNoise(0.1, seed=3), "clip": ClipValue(0.3)},
    "scheduled": {"schedule": WarmupCosine()},
}
EVERYWHERE = [*SURFACES, formula_surface("abs(x)^3 + max(x, y) * sin(y) + sqrt(1 + y^2)")]

every_optimizer = pytest.mark.parametrize("optimizer", ELEMENTWISE, ids=lambda o: o.name)


def spread(surface, runs=7):
    return np.random.default_rng(5).uniform(*np.transpose(surface.window), (runs, 2))


def both_ways(monkeypatch, *arguments, **given):
    made = []
    monkeypatch.setattr(descent, "columns", lambda *a: made.append(columns(*a)) or made[-1])
    fast = descend(*arguments, **given)
    assert made[-1] is not None, "this batch was not laid out in columns"
    monkeypatch.setattr(descent, "columns", lambda *a: None)
    return fast, descend(*arguments, **given)


def assert_same(fast, plain, rtol=1e-9, atol=1e-10):
    for field in ("points", "values", "grads", "seen"):
        ours, theirs = getattr(fast, field), getattr(plain, field)
        np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=atol, err_msg=field)
    assert list(fast.memory) == list(plain.memory)
    for name, rows in plain.memory.items():
        np.testing.assert_allclose(fast.memory[name], rows, rtol=rtol, atol=atol, err_msg=name)
    for field in ("ended", "end", "gradient_evaluations"):
        np.testing.assert_array_equal(getattr(fast, field), getattr(plain, field))


@pytest.mark.parametrize("surface", EVERYWHERE, ids=lambda s: s.name)
def test_every_optimizer_on_every_surface(monkeypatch, surface):
    """Few steps, so that rounding has no time to grow on a surface where paths part."""
    for optimizer in ELEMENTWISE:
        assert_same(*both_ways(monkeypatch, surface, optimizer, spread(surface), 6), rtol=1e-7)


@every_optimizer
@pytest.mark.parametrize("given", CONDITIONS.values(), ids=CONDITIONS)
def test_every_condition(monkeypatch, optimizer, given):
    starts = spread(Rosenbrock(), 6).reshape(3, 2, 2)
    assert_same(*both_ways(monkeypatch, Rosenbrock(), optimizer, starts, 12, **given))


@every_optimizer
def test_a_batch_of_hyperparameters(monkeypatch, optimizer):
    names = [name for name in ("learning_rate", "momentum", "beta1") if name in knobs(optimizer)]
    many = {name: getattr(optimizer, name) * np.linspace(0.1, 1, 5) for name in names}
    if many:
        tuned = replace(optimizer, **many)
        assert_same(*both_ways(monkeypatch, Rosenbrock(), tuned, (-1.5, 2.0), 12))


def test_runs_that_end_leave_their_neighbours_alone(monkeypatch):
    rates = replace(GradientDescent(), learning_rate=np.array([1e-3, 1.0, 0.1, 10.0, 5e-4]))
    fast, plain = both_ways(monkeypatch, Rosenbrock(), rates, (-1.5, 2.0), 40)
    assert fast.diverged.any()
    assert not fast.diverged.all()
    assert_same(fast, plain)
    assert np.isnan(fast.points[-1][fast.diverged]).all()


def test_without_a_record_the_last_row_is_the_same(monkeypatch):
    starts = spread(Rosenbrock(), 50)
    fast, plain = both_ways(
        monkeypatch, Rosenbrock(), Adam(learning_rate=0.05), starts, 80, record=False
    )
    assert fast.points.shape == (1, 50, 2)
    assert_same(fast, plain)


def test_a_step_leaves_the_start_it_was_given_alone():
    starts = spread(Bowl(), 4)
    kept = starts.copy()
    descend(Bowl(), GradientDescent(), starts, 5)
    np.testing.assert_array_equal(starts, kept)


@pytest.mark.parametrize("change", [{"elementwise": False}, {"size": 5}, {"point": (1.0, 2.0)}])
def test_what_cannot_be_laid_out_is_left_to_the_plain_stepper(change):
    class Valley:
        elementwise = change.get("elementwise", True)

        def value(self, point):
            return (point * point).sum(axis=-1)

        def grad(self, point):
            return 2 * point

    point = np.ones((3, change.get("size", 2))) if "point" not in change else np.ones(2)
    given = setting(Valley(), GradientDescent(), point, 5)
    assert columns(given) is None
    stepper = Stepper(given)
    stepper.look(0)
    stepper.move(0, np.ones(point.shape[:-1], dtype=bool))
    np.testing.assert_allclose(stepper.point, point * (1 - 2 * GradientDescent().learning_rate))


class Exponential:
    """Its one derivative is its value: one result for two columns."""

    def __init__(self, elementwise):
        self.elementwise = elementwise

    def value(self, point):
        return np.exp(point[..., 0])

    def grad(self, point):
        return np.exp(point)


class Twice(Optimizer):
    """Reads its old mean again once the new one is there."""

    name = "Twice"
    rule = ("step = -0.1 * (mean * old + mean)",)

    def init(self, point):
        return {"mean": np.zeros_like(point)}

    def update(self, look, state):
        mean = 0.5 * state["mean"] + look.grad
        return -0.1 * (mean * state["mean"] + mean), {"mean": mean}


@pytest.mark.parametrize("optimizer", [GradientDescent(0.1), Twice()], ids=lambda o: o.name)
def test_a_column_is_not_written_before_its_last_reader_and_none_is_forgotten(optimizer):
    starts = np.linspace(-1.0, 0.5, 6)[:, None]
    assert columns(setting(Exponential(True), optimizer, starts, 3)) is not None
    fast, plain = (descend(Exponential(told), optimizer, starts, 8) for told in (True, False))
    assert_same(fast, plain, rtol=1e-13)


@pytest.mark.parametrize("start", [(1.0, 2.0), np.ones((3, 2))], ids=np.shape)
def test_an_objective_that_does_not_say_it_is_elementwise_is_asked_at_every_row(start):
    class Asked:
        rows = 0

        def value(self, point):
            self.rows += 1
            return (point * point).sum(axis=-1)

        def grad(self, point):
            return 2 * point

    objective = Asked()
    descend(objective, GradientDescent(0.1), start, 7)
    assert objective.rows == 8


def test_rows_of_a_recorded_batch_are_not_overwritten():
    run = descend(Rosenbrock(), Adam(), spread(Rosenbrock(), 3), 30)
    np.testing.assert_allclose(run.values, Rosenbrock().value(run.points), rtol=1e-12)
    assert (np.diff(run.points, axis=0) != 0).any(axis=-1).all()


def test_a_column_whose_result_is_read_no_more_takes_the_next():
    """What a processor holds near is little: far fewer columns than results."""
    points = np.ones((3, 2))
    laid_out = columns(setting(formula_surface("sin(x)^4 * cos(y)^3"), Adam(), points, 2))
    results = [result for _, _, result in laid_out.looking + laid_out.moving]
    own = {id(column) for column in laid_out.own.values()}
    lent = {id(result) for result in results} - own
    assert len(lent) < len(results) / 2
