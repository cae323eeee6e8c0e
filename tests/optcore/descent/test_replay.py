"""A run recorded once and replayed on floats is the run of the plain loop."""

import dataclasses
import math

import numpy as np
import pytest

from optcore.descent import loop as descent
from optcore.descent.delay import Delay
from optcore.descent.disturbance import ClipNorm, ClipValue, GradientNoise
from optcore.descent.languages import FLOATS, NAMES_IN_SCOPE, NUMPY, lines, spelled
from optcore.descent.loop import descend
from optcore.descent.recording import Operation, Recorder
from optcore.descent.replay import on_floats, replay
from optcore.descent.schedules import OneCycle, WarmupCosine
from optcore.formula.surface import formula_surface
from optcore.objective import Look
from optcore.optimizers import OPTIMIZERS, Adam, GradientDescent, Momentum
from optcore.special import sigmoid, softplus
from optcore.surfaces import SURFACES, Bowl, Rosenbrock

FORMULAS = (
    "sin(x) * cos(y) + (x^2 + y^2) / 10",
    "abs(x) + 2 * max(x, y) - min(x, 1) * relu(y)",
    "softplus(y)^2 + sigmoid(x) * y + x^2",
    "exp(-x^2 - y^2) + 0.1 * (x^2 + y^2)",
    "log(1 + x^2) + sqrt(1 + y^2)",
    "cosh(x / 3) + sinh(y / 5)^2 + tanh(x * y)",
    "tan(x / 4)^2 + (x^2 + y^2 + 1)^1.5 + 2^y",
)
CONDITIONS = {
    "plain": {},
    "clipped by norm": {"clip": ClipNorm(0.5)},
    "clipped by value": {"clip": ClipValue(0.3)},
    "noisy": {"noise": GradientNoise(0.1, seed=3)},
    "scheduled": {"schedule": WarmupCosine()},
    "late": {"delay": Delay(3, compensation=0.05)},
    "all": {
        "schedule": OneCycle(),
        "clip": ClipNorm(2.0),
        "noise": GradientNoise(0.5, seed=1),
        "delay": Delay(2),
    },
}
ELEMENTWISE = [o for o in OPTIMIZERS if o.elementwise]

every_surface = pytest.mark.parametrize(
    "surface",
    [*SURFACES, *map(formula_surface, FORMULAS)],
    ids=lambda s: getattr(s, "text", s.name),
)
every_condition = pytest.mark.parametrize("given", CONDITIONS.values(), ids=CONDITIONS)


@pytest.fixture
def replays(monkeypatch):
    """Whether each run since was replayed; `replays.off` makes the plain loop do all."""

    class Log(list):
        off = False

    log = Log()

    def spy(*arguments):
        found = None if log.off else replay(*arguments)
        log.append(found is not None)
        return found

    monkeypatch.setattr(descent, "replay", spy)
    return log


def both_ways(replays, *arguments, **given):
    fast = descend(*arguments, **given)
    assert replays[-1], "this run was not replayed"
    replays.off = True
    plain = descend(*arguments, **given)
    replays.off = False
    return fast, plain


@every_surface
def test_replayed_runs_equal_the_plain_loop(replays, surface):
    """Few steps, so that rounding has no time to grow on a surface where paths part."""
    for optimizer in ELEMENTWISE:
        fast, plain = both_ways(replays, surface, optimizer, surface.start, 8)
        for field in ("points", "values", "grads", "seen", "gradient_evaluations", "rates"):
            ours, theirs = getattr(fast, field), getattr(plain, field)
            assert (ours is None) == (theirs is None)
            if ours is not None:
                np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-9, err_msg=field)
        assert (int(fast.ended), int(fast.end)) == (int(plain.ended), int(plain.end))
        assert list(fast.memory) == list(plain.memory)
        for name, rows in fast.memory.items():
            np.testing.assert_allclose(rows, plain.memory[name], rtol=1e-6, atol=1e-9)


@every_condition
def test_a_run_under_every_condition_is_replayed(replays, given):
    for optimizer in ELEMENTWISE:
        descend(Rosenbrock(), optimizer, Rosenbrock().start, 3, **given)
    assert all(replays)


@every_surface
@every_condition
def test_every_row_of_a_replay_follows_from_the_row_before(surface, given):
    """Each row is one plain step from the one before: all rows of a run are checked as a batch."""
    steps = 120
    noise = given.get("noise", GradientNoise()).draw(None, np.zeros(2), steps + 1)
    clip, delay = given.get("clip"), given.get("delay", Delay())
    for optimizer in ELEMENTWISE:
        run = descend(surface, optimizer, surface.start, steps, **given)
        rows = slice(0, int(run.ended) + 1)
        points, state = run.points[rows], before_each(run, rows)
        then = np.maximum(np.arange(len(points)) - delay.lag, 0)
        places = optimizer.asks_at(points, state)
        with np.errstate(all="ignore"):
            value, grad = surface.value(points), surface.grad(points)
            seen = surface.grad(places)[then] + noise[rows]
            seen = delay.apply(seen, moved=places - places[then])
            seen = clip.apply(seen) if clip else seen
            # Formulas cancel near their minima: what is compared is what a step is made of.
            scale = 1e-9 * (1 + np.abs(grad).max(axis=-1, initial=1, keepdims=True))
            assert_close(run.values[rows], value, 1e-9, 1e-12)
            assert_close(run.grads[rows], grad, 1e-7, scale)
            assert_close(run.seen[rows], seen, 1e-7, scale[then])
            look = Look(surface, points, value, run.seen[rows])
            step, state = at_each_rate(optimizer, run, rows).update(look, state)
        assert_close(run.points[rows][1:], points[:-1] + step[:-1], 1e-9, 1e-9)
        for name, after in state.items():
            written = run.memory[name][rows]
            assert_close(written[1:], in_shape(after, written)[:-1], 1e-7, 1e-9)


def before_each(run, rows):
    """The memory before every row of a run, as that of a batch of runs."""
    return {
        name: part[rows].reshape(-1, 1) if part.ndim == 1 else part[rows]
        for name, part in run.memory.items()
    }


def at_each_rate(optimizer, run, rows):
    if run.rates is None:
        return optimizer
    rates = np.append(run.rates, run.rates[-1])[rows]
    return dataclasses.replace(optimizer, learning_rate=rates[:, None])


def in_shape(batch, rows):
    return np.broadcast_to(batch, rows.reshape(len(rows), -1).shape).reshape(rows.shape)


def assert_close(ours, theirs, relative, absolute):
    ours, theirs = np.broadcast_arrays(ours, theirs)
    same = (ours == theirs) | (~np.isfinite(ours) & ~np.isfinite(theirs))
    near = np.abs(ours - theirs) <= relative * np.abs(theirs) + absolute
    assert (same | near).all(), (ours[~(same | near)][:5], theirs[~(same | near)][:5])


def test_divergence_is_noticed_at_the_same_row(replays):
    for surface in SURFACES:
        for kind in (GradientDescent, Momentum):
            optimizer = kind(learning_rate=5.0)
            fast = descend(surface, optimizer, surface.start, 200)
            replays.off = True
            plain = descend(surface, optimizer, surface.start, 200)
            replays.off = False
            assert int(fast.end) == int(plain.end)
            if fast.diverged:
                assert int(fast.ended) == int(plain.ended)
                assert np.isnan(fast.points[int(fast.ended) + 1 :]).all()
                assert np.isnan(fast.gradient_evaluations[int(fast.ended) + 1 :]).all()


# Where the plain loop must do it.


def test_float_errors_leave_the_run_to_the_plain_loop(replays):
    """Where a float operation raises and NumPy gives inf, nobody sees the difference."""
    steep = formula_surface("exp(x^2) + y^2", start=(5.0, 1.0))
    run = descend(steep, GradientDescent(learning_rate=1.0), (5.0, 1.0), 20)
    assert replays == [False]
    assert run.diverged
    outside = formula_surface("log(x) + y^2")
    run = descend(outside, GradientDescent(learning_rate=1.0), (0.5, 1.0), 20)
    assert replays == [False, False]
    assert not run.diverged or "loss is nan" in run.status


@pytest.mark.parametrize(
    "optimizer", [o for o in OPTIMIZERS if not o.elementwise], ids=lambda o: o.name
)
def test_methods_that_branch_are_not_replayed(replays, optimizer):
    descend(Rosenbrock(), optimizer, (-1.0, 1.0), 3)
    assert not any(replays)


def test_batches_and_long_points_are_not_replayed(replays):
    class Round:
        name, elementwise = "Round", True

        def value(self, point):
            return (point**2).sum(axis=-1)

        def grad(self, point):
            return 2 * point

    descend(Bowl(), Adam(), np.ones((3, 2)), 3)
    descend(Bowl(), Adam(learning_rate=np.array([0.1, 0.2])), np.ones(2), 3)
    assert not any(replays)
    descend(Round(), Adam(), np.ones(5), 3)
    assert not any(replays)
    assert both_ways(replays, Round(), Adam(), np.ones(3), 3)


def test_an_objective_that_cannot_be_recorded_falls_back(replays):
    class Branching:
        name, elementwise = "Branching", True

        def value(self, point):
            return point[..., 0] ** 2 if point[..., 0] > 0 else -point[..., 0]

        def grad(self, point):
            return 2 * point if point[..., 0] > 0 else -np.ones_like(point)

    class Counting(Branching):
        def value(self, point):
            return np.median(point, axis=-1)

    for objective in (Branching(), Counting()):
        run = descend(objective, GradientDescent(learning_rate=0.1), np.array([1.0, 1.0]), 5)
        assert run.points.shape == (6, 2)
    assert replays == [False, False]


# What is recorded.

OPERATIONS = {
    "arithmetic": lambda x, y: (x + 2) * y / (x - 7.5) - -y,
    "powers": lambda x, y: x**2 + y**3 - x**4 + np.abs(x) ** 0.5 + 2.0**y,
    "roots": lambda x, y: np.sqrt(np.abs(x)) + np.cbrt(y) + np.hypot(x, y),
    "exponentials": lambda x, y: np.exp(x) + np.expm1(y) + np.log(np.abs(x) + 1) + np.log1p(y * y),
    "logarithms": lambda x, y: np.log2(x * x + 1) + np.log10(y * y + 1) + np.reciprocal(x + 9),
    "circular": lambda x, y: np.sin(x) * np.cos(y) + np.tan(x / 4) + np.arctan2(y, x),
    "inverse": lambda x, y: np.arctan(x) + np.arcsin(np.tanh(y)) + np.arccos(np.tanh(x)),
    "hyperbolic": lambda x, y: np.sinh(x) + np.cosh(y) * np.tanh(x),
    "choices": lambda x, y: np.where(x > y, x, np.where((x < 0) & (y >= 0), -y, 3.0)),
    "logic": lambda x, y: np.where(~(x <= 0) | (y != y), 1.0, np.where(x == y, 2.0, 4.0)),
    "extremes": lambda x, y: np.maximum(x, y) - np.minimum(x, 0.5) + np.sign(x) * np.square(y),
    "tests": lambda x, y: np.where(np.isfinite(x), 1.0, 2.0) + np.where(np.isnan(y), 1.0, 0.0),
}


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_a_recorded_operation_computes_what_numpy_does(operation):
    recorder = Recorder()
    result = recorder.names(operation(*(recorder.inputs(name, ()) for name in "xy")))[0]
    text = "\n".join([*lines(recorder.take()), f"result = {result}"])
    program = compile(text, "recorded", "exec")
    points = np.array([[0.7, -1.3], [-1.3, 0.7], [2.0, 2.0], [0.0, -0.0], [-0.4, 3.1]])
    for x, y in points:
        scope = {**NAMES_IN_SCOPE, "x": float(x), "y": float(y)}
        exec(program, scope)
        assert math.isclose(scope["result"], operation(x, y), rel_tol=1e-14, abs_tol=1e-15)


@pytest.mark.parametrize("special", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("name", ["choices", "logic", "extremes", "tests"])
def test_recorded_comparisons_treat_special_numbers_as_numpy_does(name, special):
    recorder, operation = Recorder(), OPERATIONS[name]
    result = recorder.names(operation(*(recorder.inputs(letter, ()) for letter in "xy")))[0]
    program = "\n".join([*lines(recorder.take()), f"result = {result}"])
    for x, y in ((special, 1.0), (1.0, special), (special, special)):
        scope = {**NAMES_IN_SCOPE, "x": x, "y": y}
        exec(program, scope)
        with np.errstate(invalid="ignore"):
            expected = float(operation(np.float64(x), np.float64(y)))
        assert scope["result"] == expected or (math.isnan(scope["result"]) and math.isnan(expected))


def test_an_operation_written_once_is_not_written_again():
    recorder = Recorder()
    x = recorder.inputs("x", ())
    np.exp(x) + np.exp(x) * np.exp(x)
    assert sum("exp" in line for line in lines(recorder.take())) == 1


@pytest.mark.parametrize(("power", "written"), [(2, False), (4, False), (5, True), (0.5, True)])
def test_small_whole_powers_are_products(power, written):
    """Python's pow costs five of them, and raises where a product overflows."""
    recorder = Recorder()
    recorder.inputs("x", ()) ** power
    assert any("pow" in line for line in lines(recorder.take())) == written


def test_what_cannot_be_recorded_says_so():
    x = Recorder().inputs("x", (2,))
    with pytest.raises(NotImplementedError, match="floor"):
        np.floor(x)
    with pytest.raises(NotImplementedError, match="median"):
        np.median(x)
    with pytest.raises(NotImplementedError, match=r"add\.accumulate"):
        np.add.accumulate(x)
    with pytest.raises(NotImplementedError, match="add"):
        np.add(x, 1.0, dtype=float)
    with pytest.raises(TypeError, match="branch"):
        bool(x[0] > 1)


def test_what_gives_recorded_numbers_a_shape_is_numpys():
    x, y = Recorder().inputs("x", (2,)), Recorder().inputs("y", (2,))
    for stacked in (np.stack([x, y], 1), np.stack([x, y], axis=-1)):
        assert stacked.names.tolist() == [["x0", "y0"], ["x1", "y1"]]
    assert np.stack([x, y]).names.tolist() == [["x0", "x1"], ["y0", "y1"]]
    assert np.zeros_like(x).tolist() == [0.0, 0.0]
    assert np.ones_like(x).tolist() == [1.0, 1.0]


@pytest.mark.parametrize("function", [sigmoid, softplus], ids=lambda each: each.__name__)
def test_a_recorded_function_overflows_on_neither_side(function):
    run = on_floats(function)
    for z in (-800.0, -1.5, 0.0, 1.5, 800.0):
        assert run(z) == pytest.approx(float(function(np.array(z))), rel=1e-14, abs=0)


@pytest.mark.parametrize("function", FLOATS, ids=lambda function: function.__name__)
def test_every_operation_written_with_numpy_is_that_operation(function):
    count = getattr(function, "nin", 3)
    given = [np.random.default_rng(i).uniform(0.1, 0.9, (2, 3)) for i in range(count)]
    if function.__name__.startswith(("logical", "bitwise", "invert", "where")):
        given[:2] = [each > 0.5 for each in given[:2]]
    (line,) = lines([Operation("result", function, tuple("abc"[:count]))], NUMPY)
    names = {"np": np, **dict(zip("abc", given, strict=False))}
    exec(line, names)
    np.testing.assert_array_equal(names["result"], function(*given))


def test_numbers_are_spelled_so_that_they_can_be_read_back():
    assert [spelled(number) for number in (2.0, -0.5, 0.0, -0.0, 1e-30)] == [
        "2.0", "(-0.5)", "0.0", "(-0.0)", "1e-30",
    ]  # fmt: skip
    assert [spelled(x) for x in (np.inf, -np.inf, np.nan, "x")] == ["inf", "(-inf)", "nan", "x"]
