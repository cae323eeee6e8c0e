"""The downloaded programs print the final point of the run they come from."""

import ast
import csv
import io
import itertools
import json
import math
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from alone import told

from optcore.descent.batches import Batches
from optcore.descent.delay import Delay
from optcore.descent.disturbance import CLIPPINGS, ClipNorm, ClipValue, GradientNoise
from optcore.descent.loop import descend
from optcore.descent.schedules import SCHEDULES, Constant, Cosine, OneCycle
from optcore.formula.surface import formula_surface
from optcore.knobs import knobs
from optcore.optimizers import (
    OPTIMIZERS,
    Adam,
    AveragedSGD,
    GradientDescent,
    Momentum,
    Newton,
    Rprop,
)
from optcore.optimizers.misprints import MISPRINTS
from optcore.samples import LinearRegression
from optcore.surfaces import SURFACES, Bowl, LineFit, Ravine, Rosenbrock
from ui.race.numpy_program import with_numpy
from ui.race.programs import trajectory, with_torch

ROOT = Path(__file__).parents[3]
STEPS = 20
FORMULAS = (
    "sin(x) * cos(y) + (x^2 + y^2) / 10",
    "abs(x) + 2 * max(x, y) - min(x, 1) * relu(y)",
    "softplus(y)^2 + sigmoid(x) * y + x^2",
    "log(1 + x^2) + sqrt(1 + y^2) + cosh(x / 3) + sinh(y / 5)^2",
    "tan(x / 4)^2 + (x^2 + y^2 + 1)^1.5 + 2^y + tanh(x * y)",
)
CONDITIONS = (
    {"schedule": Constant(), "clip": None, "noise": GradientNoise()},
    {"schedule": Cosine(floor=0.1), "clip": ClipNorm(0.5), "noise": GradientNoise(0.1, seed=3)},
    {"schedule": OneCycle(), "clip": ClipValue(0.25), "noise": GradientNoise()},
    {"schedule": Constant(), "clip": None, "noise": GradientNoise(0.1), "delay": Delay(3, 0.01)},
)

every_surface = pytest.mark.parametrize(
    "surface",
    [
        *SURFACES,
        Ravine(condition=7.5, rotation=12.0),
        LineFit(y1=2.0),
        *map(formula_surface, FORMULAS),
    ],
    ids=lambda s: getattr(s, "text", repr(s)),
)


def printed(program: str) -> list[float]:
    """The point that a program prints, where it can import nothing of ours."""
    return eval(told(program), {"nan": math.nan, "inf": math.inf})


# With NumPy.


@every_surface
def test_the_numpy_program_reproduces_a_run_on_every_surface(surface):
    for given in CONDITIONS:
        run = descend(surface, Adam(learning_rate=0.05), surface.start, STEPS, **given)
        program = with_numpy(surface, Adam(learning_rate=0.05), surface.start, STEPS, given)
        np.testing.assert_allclose(printed(program), run.last, rtol=1e-10)


@pytest.mark.parametrize("optimizer", [*OPTIMIZERS, *MISPRINTS], ids=lambda o: o.name)
def test_the_numpy_program_reproduces_a_run_of_every_optimizer(optimizer):
    changed = {
        name: 0.9 * getattr(optimizer, name)
        for name, spec in knobs(optimizer).items()
        if spec.admits(0.9 * getattr(optimizer, name)) and not spec.whole
    }
    for subject, given in itertools.product((optimizer, replace(optimizer, **changed)), CONDITIONS):
        run = descend(Rosenbrock(b=20.0), subject, (-1.0, 1.5), STEPS, **given)
        program = with_numpy(Rosenbrock(b=20.0), subject, (-1.0, 1.5), STEPS, given)
        np.testing.assert_allclose(printed(program), run.last, rtol=1e-9)


@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda s: s.name)
@pytest.mark.parametrize("clip", [None, *CLIPPINGS], ids=lambda c: c and c.name)
def test_the_numpy_program_knows_every_schedule_and_clipping(schedule, clip):
    clip = clip and replace(clip, limit=0.7)
    for noise in (GradientNoise(), GradientNoise(0.2, seed=5)):
        given = {"schedule": schedule, "clip": clip, "noise": noise}
        run = descend(Bowl(), Momentum(0.05), (1.0, 2.0), STEPS, **given)
        program = with_numpy(Bowl(), Momentum(0.05), (1.0, 2.0), STEPS, given)
        np.testing.assert_allclose(printed(program), run.last, rtol=1e-12)


def test_a_run_that_diverges_ends_where_it_ended():
    run = descend(Rosenbrock(), GradientDescent(1.0), (-1.0, 1.5), 60)
    assert run.ended < 60
    program = with_numpy(Rosenbrock(), GradientDescent(1.0), (-1.0, 1.5), 60, CONDITIONS[0])
    np.testing.assert_allclose(printed(program), run.last, rtol=1e-9)


@pytest.mark.parametrize("surface", [Rosenbrock(), formula_surface(FORMULAS[0])])
def test_the_numpy_program_runs_where_the_project_is_not(surface, tmp_path):
    program = tmp_path / "run.py"
    program.write_text(with_numpy(surface, Adam(), (1.0, -2.0), STEPS, CONDITIONS[1]))
    done = subprocess.run(
        [sys.executable, "-I", "-W", "error", str(program)],
        cwd=tmp_path, env={"PATH": ""}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    run = descend(surface, Adam(), (1.0, -2.0), STEPS, **CONDITIONS[1])
    np.testing.assert_allclose(json.loads(done.stdout), run.last, rtol=1e-10)


def test_a_numpy_program_is_short_and_its_numbers_are_plain():
    program = with_numpy(Bowl(), Adam(), tuple(np.array([1.0, 2.0])), STEPS, CONDITIONS[0])
    assert "np.float64" not in program
    assert "[1.0, 2.0]" in program
    assert len(program.splitlines()) < 120
    assert "last bits" in program


# With torch. What torch itself makes of the programs was compared once for every method on every
# surface; here they are read, and their loss is worked out with NumPy under torch's names.


class NumpyAsTorch:
    """The few functions of torch that a recorded loss may call."""

    as_tensor = staticmethod(np.asarray)
    __slots__ = ()

    def __getattr__(self, name):
        allowed = {"asin": "arcsin", "acos": "arccos", "atan": "arctan", "atan2": "arctan2"}
        return getattr(np, allowed.get(name, name))


def loss_of(program: str):
    """The `loss` of a torch program, with NumPy in torch's place."""
    tree = ast.parse(program)
    defined = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    assert [node.name for node in defined] == ["loss"]
    scope = {"torch": NumpyAsTorch()}
    exec(compile(ast.Module(defined, []), "loss", "exec"), scope)
    return scope["loss"]


@every_surface
def test_the_loss_of_a_torch_program_is_the_surface(surface):
    program = with_torch(surface, Adam(), surface.start, STEPS, CONDITIONS[0])
    loss = loss_of(program)
    low, high = np.array(surface.window).T
    points = np.random.default_rng(5).uniform(low, high, size=(40, 2))
    for point in (*points, np.array(surface.start), np.zeros(2)):
        with np.errstate(all="ignore"):
            expected, found = surface.value(point), loss(point)
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


@every_surface
def test_a_torch_program_calls_only_what_torch_has(surface):
    program = with_torch(surface, Adam(), surface.start, STEPS, CONDITIONS[0])
    used = set(re.findall(r"torch\.(\w+)", program))
    assert used <= {
        "set_default_dtype", "float64", "tensor", "as_tensor", "optim", "where", "maximum",
        "minimum", "exp", "expm1", "log", "log1p", "sqrt", "sin", "cos", "tan", "sinh", "cosh",
        "tanh", "atan", "abs", "sign", "pow", "hypot",
    }  # fmt: skip


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda o: o.name)
def test_a_torch_program_exists_exactly_where_torch_has_the_method(optimizer):
    program = with_torch(Bowl(), optimizer, (1.0, 2.0), STEPS, CONDITIONS[0])
    assert (program == "") == (not optimizer.torch)
    if program:
        call = next(
            node
            for node in ast.walk(ast.parse(program))
            if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("torch.optim.")
        )
        given = {word.arg: ast.literal_eval(word.value) for word in call.keywords}
        assert "<" not in ast.unparse(call)
        assert given.pop("lr") == optimizer.learning_rate


def test_noise_schedule_and_clipping_stand_in_the_torch_program_as_they_were_used():
    given = {"schedule": Cosine(floor=0.2), "clip": ClipNorm(0.5), "noise": GradientNoise(0.1, 3)}
    program = with_torch(Ravine(), GradientDescent(), (1.0, 2.0), STEPS, given)
    run = descend(Ravine(), GradientDescent(), (1.0, 2.0), STEPS, **given)
    tree = ast.parse(program)
    assigned = {
        ast.unparse(node.targets[0]): node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
    }
    assert ast.literal_eval(assigned["rates"]) == run.rates.tolist()
    random = eval(ast.unparse(assigned["random"]), {"np": np})
    noise = eval(ast.unparse(assigned["noise"]), {"random": random})
    grads = run.grads + noise
    norms = np.linalg.norm(grads, axis=-1, keepdims=True)
    np.testing.assert_allclose(grads * np.minimum(1, 0.5 / norms), run.seen, rtol=1e-12)
    # Noise first, then clipping, then the step.
    order = [program.index(part) for part in ("backward()", "noise[step]", "norm >", ".step()")]
    assert order == sorted(order)
    bare = with_torch(Ravine(), GradientDescent(), (1.0, 2.0), STEPS, CONDITIONS[0])
    assert not any(word in bare for word in ("noise", "norm", "rates", "numpy"))


def test_a_delay_stands_in_the_torch_program_as_it_was_used():
    """What a step makes of the gradients, run by NumPy in torch's place."""
    given = {**CONDITIONS[0], "delay": Delay(2, 0.05)}
    program = with_torch(Bowl(), GradientDescent(), (1.0, 2.0), STEPS, given)
    run = descend(Bowl(), GradientDescent(learning_rate=0.1), (1.0, 2.0), 6, **given)
    lines = [line.strip() for line in program.splitlines()]
    order = [lines.index(next(each for each in lines if part in each))
             for part in ("past = []", "past.append", "past[max(0, step - 2)]", ".copy_(late)",
                          "point.grad += 0.05 * point.grad**2 * (point.detach() - then)",
                          "optimizer.step()")]  # fmt: skip
    assert order == sorted(order)
    then = np.maximum(np.arange(7) - 2, 0)
    late = run.grads[then]
    late = late + 0.05 * late**2 * (run.points - run.points[then])
    np.testing.assert_allclose(late, run.seen, rtol=1e-12)


def test_a_run_on_batches_has_a_numpy_program_and_none_with_torch():
    fit = LinearRegression.drawn(12, seed=1)
    given = {**CONDITIONS[0], "batches": Batches(3, "replaced", seed=2, growth=Cosine(floor=0.5))}
    assert with_torch(fit, Adam(), fit.start, STEPS, given) == ""
    run = descend(fit, Adam(), fit.start, STEPS, **given)
    np.testing.assert_allclose(
        printed(with_numpy(fit, Adam(), fit.start, STEPS, given)), run.last, rtol=1e-10
    )


def test_a_schedule_reaches_torch_as_it_reached_the_run():
    given = {**CONDITIONS[0], "schedule": Cosine()}
    assert "rates" not in with_torch(Bowl(), Rprop(), (1.0, 2.0), STEPS, given)
    averaged = with_torch(Bowl(), AveragedSGD(), (1.0, 2.0), STEPS, given)
    assert "['eta']" in averaged
    assert "<regularization>" not in averaged


# As a table.


@pytest.mark.parametrize("optimizer", [Adam(learning_rate=0.02), Newton(), *MISPRINTS, Rprop()])
def test_the_csv_holds_every_number_of_the_run(optimizer):
    run = descend(Rosenbrock(), optimizer, (-1.2, 1.0), 30, noise=GradientNoise(0.01))
    rows = list(csv.DictReader(io.StringIO(trajectory(optimizer, run))))
    assert {row.pop("optimizer") for row in rows} == {optimizer.name}
    assert len(rows) == int(run.ended) + 1
    table = {name: np.array([float(row[name]) for row in rows]) for name in rows[0]}
    np.testing.assert_array_equal(table["step"], np.arange(31))
    np.testing.assert_array_equal(table["loss"], run.values)
    for name, numbers in (("point", run.points), ("gradient", run.grads), ("seen", run.seen)):
        np.testing.assert_array_equal(table[f"{name}_x"], numbers[:, 0])
        np.testing.assert_array_equal(table[f"{name}_y"], numbers[:, 1])
    for name, part in run.memory.items():
        columns = [n for n in table if n == name or re.fullmatch(rf"{name}_(x|y|\d)", n)]
        assert sum(table[n].size for n in columns) == part.size


def test_the_csv_of_a_diverged_run_ends_where_the_run_did():
    run = descend(Bowl(), GradientDescent(learning_rate=9.0), (1.0, 1.0), 300)
    assert run.diverged
    assert len(trajectory(GradientDescent(), run).splitlines()) == int(run.ended) + 2


@pytest.mark.parametrize("optimizer", [*OPTIMIZERS, *MISPRINTS], ids=lambda o: o.name)
def test_the_csv_begins_with_its_heads_and_tells_each_rate_as_it_was_used(optimizer):
    run = descend(Bowl(), optimizer, (1.0, 2.0), 5, schedule=Cosine())
    first, *lines = trajectory(optimizer, run).splitlines()
    heads = next(csv.reader([first]))
    assert len(set(heads)) == len(heads)
    assert heads[:2] == ["optimizer", "step"]
    assert len(lines) == int(run.ended) + 1
    if optimizer.follows_schedule:
        at = heads.index("set_learning_rate")
        told = [float(row[at]) for row in csv.reader(lines)]
        np.testing.assert_array_equal(told[:-1], run.rates[: len(told) - 1])
