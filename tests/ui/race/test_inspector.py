"""The step inspector shows the numbers of the run, and its arithmetic comes out right."""

import re

import numpy as np
import pytest

from optcore.descent.disturbance import ClipNorm, GradientNoise
from optcore.descent.loop import descend
from optcore.descent.schedules import Cosine
from optcore.knobs import knobs
from optcore.optimizers import OPTIMIZERS, AdaGrad, Adam, GradientDescent, Momentum, Newton, RMSProp
from optcore.optimizers.misprints import MISPRINTS
from optcore.optimizers.rule import symbols
from optcore.surfaces import Bowl, Ravine, Rosenbrock
from ui.glossary import slider
from ui.race.inspector import numbers, values, worked
from ui.rules import key, rule

EVERY = (*OPTIMIZERS, *MISPRINTS)
START = (-1.2, 1.0)
# What a rule only works out on its way to the next line.
LOCAL = {name for o in EVERY for name in set(o.symbols) - set(o.init(np.zeros(2)))}

every = pytest.mark.parametrize("optimizer", EVERY, ids=lambda o: o.name)


def count(text: str) -> dict:
    pairs = (("{", "}"), (r"\begin", r"\end"), (r"\left", r"\right"))
    return {pair: (text.count(pair[0]), text.count(pair[1])) for pair in pairs}


@every
def test_rule_and_worked_step_are_balanced_latex_without_a_place_left_open(optimizer):
    run = descend(Rosenbrock(), optimizer, START, 6)
    texts = [rule(optimizer), *(worked(optimizer, Rosenbrock(), run, step) for step in range(6))]
    for text in texts:
        assert all(opened == closed for opened, closed in count(text).values()), text
        assert text.startswith(r"\begin{aligned}")
        assert text.count(r" \\ ") >= len(optimizer.rule) - 1
        assert len(re.findall(r"&(=|\\le)", text)) == len(optimizer.rule)


def named(optimizer) -> set[str]:
    """The names that its rule mentions."""
    return {name for line in optimizer.rule for name in re.findall(r"\w+", line)}


@every
def test_the_rule_uses_the_symbols_of_knobs_and_memories(optimizer):
    text = rule(optimizer)
    for name, spec in knobs(optimizer).items():
        if name in named(optimizer) and spec.symbol:
            assert spec.symbol in text
    for name in named(optimizer) & set(optimizer.symbols):
        assert optimizer.symbols[name] in text
    assert r"\Delta\theta_t" in text


@every
def test_every_letter_of_a_rule_is_explained(optimizer):
    lines = dict(re.findall(r"^- \$(.+)\$: (.+)$", key(optimizer), flags=re.MULTILINE))
    written = symbols(optimizer)
    assert set(lines) == {written[name] for name in named(optimizer) & set(written)}
    for name, spec in knobs(optimizer).items():
        if spec.symbol in lines and name in named(optimizer):
            assert lines[spec.symbol] == (slider(type(optimizer), name) or name.replace("_", " "))
    # A memory that has a knob's name elsewhere is not taken for it.
    assert "learning rate" not in lines.get(r"\eta_{t-1}", "")


@every
def test_every_name_of_a_rule_has_the_number_of_the_run(optimizer):
    run = descend(Rosenbrock(), optimizer, START, 6)
    for step in range(6):
        found = values(optimizer, Rosenbrock(), run, step)
        assert named(optimizer) & (set(run.memory) | set(symbols(optimizer))) - LOCAL <= set(found)
        assert found["t"] == step + 1
        np.testing.assert_array_equal(found["point"], run.points[step])
        np.testing.assert_array_equal(found["grad"], run.seen[step])
        np.testing.assert_array_equal(found["point"] + found["step"], run.points[step + 1])
        for name, rows in run.memory.items():
            np.testing.assert_array_equal(found[name], rows[step])
            np.testing.assert_array_equal(found[f"{name}+"], rows[step + 1])


def inspected(optimizer, surface=None, step=4, **given):
    surface = surface or Rosenbrock()
    run = descend(surface, optimizer, START, 10, **given)
    return values(optimizer, surface, run, step), run


# The rules of the best-known methods, worked out again from the numbers the inspector gives.


def test_gradient_descent_comes_out():
    n, _ = inspected(GradientDescent())
    np.testing.assert_allclose(n["step"], -n["learning_rate"] * n["grad"], rtol=1e-9)


def test_momentum_comes_out():
    n, _ = inspected(Momentum())
    velocity = n["momentum"] * n["velocity"] + n["grad"]
    np.testing.assert_allclose(n["velocity+"], velocity, rtol=1e-12)
    np.testing.assert_allclose(n["step"], -n["learning_rate"] * n["velocity+"], rtol=1e-9)


def test_adagrad_and_rmsprop_come_out():
    n, _ = inspected(AdaGrad())
    np.testing.assert_allclose(n["sum_square+"], n["sum_square"] + n["grad"] ** 2, rtol=1e-12)
    size = np.sqrt(n["sum_square+"]) + n["epsilon"]
    np.testing.assert_allclose(n["step"], -n["learning_rate"] * n["grad"] / size, rtol=1e-9)
    n, _ = inspected(RMSProp())
    mean_square = n["decay"] * n["mean_square"] + (1 - n["decay"]) * n["grad"] ** 2
    np.testing.assert_allclose(n["mean_square+"], mean_square, rtol=1e-12)


@pytest.mark.parametrize("step", [0, 4])
def test_adam_comes_out(step):
    n, run = inspected(Adam(learning_rate=0.02), step=step)
    assert n["count+"] == step + 1
    mean = n["beta1"] * n["mean"] + (1 - n["beta1"]) * n["grad"]
    mean_square = n["beta2"] * n["mean_square"] + (1 - n["beta2"]) * n["grad"] ** 2
    np.testing.assert_allclose(n["mean+"], mean, rtol=1e-12)
    np.testing.assert_allclose(n["mean_square+"], mean_square, rtol=1e-12)
    mean_hat = n["mean+"] / (1 - n["beta1"] ** (step + 1))
    mean_square_hat = n["mean_square+"] / (1 - n["beta2"] ** (step + 1))
    np.testing.assert_allclose(n["mean_hat+"], mean_hat, rtol=1e-12)
    np.testing.assert_allclose(n["mean_square_hat+"], mean_square_hat, rtol=1e-12)
    moved = -n["learning_rate"] * mean_hat / (np.sqrt(mean_square_hat) + n["epsilon"])
    np.testing.assert_allclose(run.points[step + 1] - run.points[step], moved, rtol=1e-9)


def test_newton_comes_out():
    n, _ = inspected(Newton(), surface=Ravine(), step=0)
    np.testing.assert_allclose(n["hessian"] @ n["step"], -n["grad"], rtol=1e-9)


def test_the_rate_is_that_of_the_step_and_the_gradient_the_one_seen():
    given = {"schedule": Cosine(), "clip": ClipNorm(0.5), "noise": GradientNoise(0.1, seed=4)}
    n, run = inspected(GradientDescent(learning_rate=0.01), step=7, **given)
    assert n["learning_rate"] == Cosine().rate(np.float64(0.01), np.array(7), 10)
    np.testing.assert_allclose(n["step"], -n["learning_rate"] * n["grad"], rtol=1e-9)
    text = numbers(GradientDescent(learning_rate=0.01), Rosenbrock(), run, 7)
    assert "gradient the method sees" in text
    calm = descend(Rosenbrock(), GradientDescent(), START, 10)
    assert "sees" not in numbers(GradientDescent(), Rosenbrock(), calm, 7)


# How numbers are written.


def read_back(cell: str) -> list[float]:
    """The numbers of a cell of the table."""
    text = cell.strip().strip("$")
    text = re.sub(r"\\(begin|end)\{pmatrix\}|\\left\(|\\right\)", " ", text)
    parts = re.split(r"&|\\\\", text)
    return [float(re.sub(r"\s*\\cdot 10\^\{(-?\d+)\}", r"e\1", part)) for part in parts]


@every
def test_the_table_reads_back_as_the_numbers_of_the_run(optimizer):
    run = descend(Rosenbrock(), optimizer, START, 6)
    lines = numbers(optimizer, Rosenbrock(), run, 3).splitlines()
    assert lines[0] == "| At step 3 | value |"
    rows = dict(line.strip("| ").split(" | ") for line in lines[2:])
    expected = {
        "point": run.points[3],
        "loss": run.values[3],
        "gradient": run.grads[3],
        "step taken": run.points[4] - run.points[3],
    }
    if not np.array_equal(run.grads[3], run.seen[3]):
        expected["gradient the method sees"] = run.seen[3]
    for name, part in run.memory.items():
        expected[f"{name.replace('_', ' ')} before"] = part[3]
        expected[f"{name.replace('_', ' ')} after"] = part[4]
    if run.rates is not None:
        expected["learning rate"] = run.rates[3]
    assert rows.keys() == expected.keys()
    for name, number in expected.items():
        np.testing.assert_allclose(read_back(rows[name]), np.ravel(number), rtol=5e-5, atol=0)


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (1e-12, r"1 \cdot 10^{-12}"),
        (-2.5e-7, r"\left(-2.5 \cdot 10^{-7}\right)"),
        (0.25, "0.25"),
        (-3.0, r"\left(-3\right)"),
        (1e22, r"1 \cdot 10^{22}"),
        (np.inf, r"\infty"),
        (-np.inf, r"\left(-\infty\right)"),
        (np.nan, r"\mathrm{nan}"),
    ],
)
def test_small_and_special_numbers_are_legible(number, written):
    """A vanished number must never read 0.0000, and a minus never meets an operator bare."""

    class Given(GradientDescent):
        rule = ("step = 2 * value",)

    run = descend(Bowl(), GradientDescent(), START, 2)
    run.values[0] = number
    text = worked(Given(), Bowl(), run, 0)
    between = r" \cdot " if written[0].isdigit() else r"\, "
    assert text.endswith(rf"&= 2{between}{written}\end{{aligned}}")


def test_a_step_too_small_to_move_the_point_is_shown_as_the_rule_gives_it():
    surface = Ravine(condition=1.0)
    start = (1.0, 1.0)
    optimizer = GradientDescent(learning_rate=1e-20)
    run = descend(surface, optimizer, start, 3)
    found = values(optimizer, surface, run, 1)
    np.testing.assert_array_equal(run.points[2], start)
    np.testing.assert_allclose(found["step"], -1e-20 * run.grads[1], rtol=1e-12)
    assert (found["step"] != 0).all()
