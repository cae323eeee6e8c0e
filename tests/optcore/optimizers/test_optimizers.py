"""Every optimizer keeps its promises, and is the method its name says."""

import ast
import dataclasses
import json
import re
from pathlib import Path

import numpy as np
import pytest
from stepping import Slope, look_at, run

from optcore.knobs import knobs
from optcore.optimizers import OPTIMIZERS, Optimizer
from optcore.surfaces import SURFACES

PLACEHOLDER = re.compile(r"<([^<>]*?)(\+?)>")
BY_NAME = {optimizer.name: optimizer for optimizer in OPTIMIZERS}
ROSENBROCK = next(s for s in SURFACES if s.name == "Rosenbrock")
STARTS = np.array([[-1.5, 2.0], [0.3, -0.4], [-0.7, 1.1], [1.2, 1.3]])

every = pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda o: o.name)


def tame(optimizer):
    """The optimizer at a rate that keeps every method stable on Rosenbrock."""
    if "learning_rate" not in knobs(optimizer):
        return optimizer
    return dataclasses.replace(optimizer, learning_rate=min(1e-3, optimizer.learning_rate))


def test_no_public_name_has_gone_and_none_is_there_twice():
    """Links and notebooks hold these; a newcomer need not be added."""
    names = [o.name for o in OPTIMIZERS]
    assert len(set(names)) == len(names)
    assert set(names) >= {
        "Gradient descent",
        "Momentum",
        "Nesterov momentum",
        "AdaGrad",
        "RMSProp",
        "RMSProp with Nesterov momentum",
        "AdaDelta",
        "Adam",
        "AdamW",
        "AMSGrad",
        "AdaMax",
        "NAdam",
        "RAdam",
        "Lion",
        "Rprop",
        "Delta-bar-delta",
        "QHM",
        "QHAdam",
        "Averaged SGD",
        "Gradient descent with line search",
        "Conjugate gradient",
        "BFGS",
        "Newton",
        "Saddle-free Newton",
        "Nelder-Mead",
    }


@every
def test_every_field_is_a_knob_that_admits_its_default(optimizer):
    fields = {field.name for field in dataclasses.fields(optimizer)}
    assert set(knobs(optimizer)) == fields
    assert all(k.admits(getattr(optimizer, name)) for name, k in knobs(optimizer).items())
    assert all(k.symbol for k in knobs(optimizer).values())


@every
def test_update_is_pure(optimizer):
    point = STARTS[0]
    _, memories = run(optimizer, ROSENBROCK, point, 3)
    look, memory = look_at(ROSENBROCK, point), memories[-1]
    before = {name: np.array(array) for name, array in memory.items()}
    first, after_first = optimizer.update(look, memory)
    second, after_second = optimizer.update(look, memory)
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(point, STARTS[0])
    np.testing.assert_array_equal(look.grad, ROSENBROCK.grad(point))
    for name, array in before.items():
        np.testing.assert_array_equal(memory[name], array)
        np.testing.assert_array_equal(after_first[name], after_second[name])


@every
def test_the_memory_keeps_its_names_and_shapes(optimizer):
    _, memories = run(optimizer, ROSENBROCK, STARTS, 3)
    shapes = [{name: np.shape(array) for name, array in memory.items()} for memory in memories]
    assert shapes[0] == shapes[1] == shapes[3]
    assert set(memories[0]) - {"count"} <= set(optimizer.symbols)


@every
def test_a_batch_equals_one_by_one(optimizer):
    optimizer = tame(optimizer)
    together, _ = run(optimizer, ROSENBROCK, STARTS, 20)
    for k, start in enumerate(STARTS):
        alone, _ = run(optimizer, ROSENBROCK, start, 20)
        np.testing.assert_allclose(together[:, k], alone, rtol=1e-12, atol=1e-12)


@every
def test_arrays_of_hyperparameters_equal_separate_runs(optimizer):
    optimizer, scales = tame(optimizer), np.array([1.0, 0.9, 0.5])
    for name in knobs(optimizer):
        sweep = {name: getattr(optimizer, name) * scales[:, None]}
        starts = np.tile(STARTS[1], (3, 1))
        together, memories = run(dataclasses.replace(optimizer, **sweep), ROSENBROCK, starts, 15)
        first = {key: np.shape(array) for key, array in memories[0].items()}
        assert first == {key: np.shape(array) for key, array in memories[-1].items()}
        for k, scale in enumerate(scales):
            single = dataclasses.replace(optimizer, **{name: getattr(optimizer, name) * scale})
            alone, _ = run(single, ROSENBROCK, STARTS[1], 15)
            np.testing.assert_allclose(together[:, k], alone, rtol=1e-11, atol=1e-12)


@every
def test_fifty_steps_on_rosenbrock_stay_finite_and_go_down(optimizer):
    points, _ = run(tame(optimizer), ROSENBROCK, STARTS[0], 50)
    assert np.isfinite(points).all()
    assert ROSENBROCK.value(points[-1]) < ROSENBROCK.value(points[0])


# What torch does.

STORED = np.load(Path(__file__).parents[2] / "support" / "torch_trajectories.npz")
TORCH = json.loads(str(STORED["settings"]))
SURFACE_OF = {s.name: s for s in SURFACES}


def fields_in_torch(optimizer: Optimizer) -> dict:
    """Torch's arguments -> our fields (a tuple for a pair), as the `torch` text says."""
    call = ast.parse(PLACEHOLDER.sub(r"\1", optimizer.torch), mode="eval").body
    return {word.arg: ast.unparse(word.value).strip("()").split(", ") for word in call.keywords}


def as_in_torch(optimizer: Optimizer, arguments: dict) -> Optimizer:
    """The optimizer with the hyperparameters torch was given."""
    ours = {}
    for argument, names in fields_in_torch(optimizer).items():
        values = np.atleast_1d(arguments.get(argument, ())).tolist()
        ours |= {n: v for n, v in zip(names, values, strict=False) if n in knobs(optimizer)}
    return dataclasses.replace(optimizer, **ours)


@pytest.mark.parametrize("run_name", TORCH["runs"])
def test_three_hundred_iterates_equal_torch(run_name):
    name, function = run_name.split("/")
    theirs, arguments = STORED[run_name], TORCH["runs"][run_name]
    assert set(arguments) <= set(fields_in_torch(BY_NAME[name]))
    optimizer = as_in_torch(BY_NAME[name], arguments)
    ours, memories = run(optimizer, SURFACE_OF[function], theirs[0], 300)
    assert np.isfinite(theirs).all()
    assert relative_distance(ours, theirs).max() < 1e-9
    if f"{run_name}/average" in STORED:
        averages = np.array([memory["average"] for memory in memories[1:]])
        assert relative_distance(averages, STORED[f"{run_name}/average"]).max() < 1e-9


def relative_distance(ours, theirs):
    return np.linalg.norm(ours - theirs, axis=-1) / np.linalg.norm(theirs, axis=-1)


@pytest.mark.parametrize("name", TORCH["defaults"])
def test_the_defaults_are_those_of_torch(name):
    defaults, optimizer = TORCH["defaults"][name], BY_NAME[name]
    assert optimizer.torch.startswith(defaults["class"] + "(")
    if name in ("Momentum", "Nesterov momentum"):
        defaults = {**defaults, "momentum": 0.9}
    assert as_in_torch(optimizer, defaults) == optimizer


@every
def test_it_is_the_method_of_its_name(optimizer):
    """By torch, by steps worked by hand, or, of what asks more than gradients, by its theorems."""
    theorems = {"Gradient descent with line search", "Conjugate gradient", "BFGS", "Newton",
                "Saddle-free Newton", "Nelder-Mead"}  # fmt: skip
    oracles = [bool(optimizer.torch), optimizer.worked is not None, optimizer.name in theorems]
    assert sum(oracles) == 1, "exactly one of `torch` and `worked`; see CONTRIBUTING"
    assert bool(optimizer.torch) == (optimizer.name in TORCH["defaults"])


@pytest.mark.parametrize("optimizer", [o for o in OPTIMIZERS if o.worked], ids=lambda o: o.name)
def test_its_steps_are_those_worked_by_hand(optimizer):
    fields, grads, places = optimizer.worked
    tuned = dataclasses.replace(optimizer, **fields)
    points, _ = run(tuned, Slope([[each] for each in grads]), [0.0], len(grads))
    np.testing.assert_allclose(points[1:, 0], places, rtol=1e-13)
