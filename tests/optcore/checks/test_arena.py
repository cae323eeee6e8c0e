"""The arena: the rules of torch, SciPy and JAX say what torch, SciPy and JAX said."""

import dataclasses
import json

import numpy as np
import pytest
from peer_verdicts import STORED, case

from optcore.checks.arena import RULES, arena, torch_directions
from optcore.checks.bugs.blocks import BiasGradOnePerMille
from optcore.checks.grad_check import check_grad
from optcore.networks.activations import Identity, Tanh
from optcore.networks.backprop import Backprop
from optcore.networks.datasets import random_batch
from optcore.networks.initializers import XavierNormal
from optcore.networks.losses import SquaredError
from optcore.networks.network import FitLoss, Network
from optcore.surfaces import Rosenbrock

THEIRS = json.loads(STORED.read_text(encoding="utf-8"))


def by_rule(objective, point) -> dict:
    return {said.rule.name: said for said in arena(objective, point)}


@pytest.mark.parametrize("number", range(len(THEIRS)))
def test_each_rule_says_what_its_library_said(number):
    fit, theta = case(number)
    ours = by_rule(fit, theta)
    for name, theirs in THEIRS[number].items():
        if isinstance(theirs, bool):
            said = ours[name]
            # So near its limit the last bits of the sums decide.
            if said.limit and 0.5 < said.number / said.limit < 2:
                continue
            assert (ours[name].verdict == "right") == theirs, ours[name].sentence
        else:
            # Forward differences with epsilon 1.5e-8 carry rounding of about 1e-8 a component.
            assert ours[name].number == pytest.approx(theirs, rel=1e-5, abs=1e-7)


def test_the_stored_results_hold_passes_and_failures_of_every_rule():
    for name in ("torch gradcheck", "torch gradcheck, fast mode", "JAX check_grads"):
        said = [row[name] for row in THEIRS]
        assert 10 < sum(said) < 50
    buggy = [type(case(number)[0].backprop) is not Backprop for number in range(len(THEIRS))]
    passed = [row["torch gradcheck"] for row in THEIRS]
    assert any(bug and ok for bug, ok in zip(buggy, passed, strict=True))


def test_every_rule_passes_a_right_surface_and_every_rule_fails_a_doubled_one():
    point = np.array([-1.5, 2.0])

    class Doubled(Rosenbrock):
        def grad(self, point):
            return 2 * super().grad(point)

    right, wrong = by_rule(Rosenbrock(), point), by_rule(Doubled(), point)
    assert set(right) == {rule.name for rule in RULES}
    for rule in RULES:
        judged = rule.name != "SciPy check_grad"
        assert right[rule.name].verdict == ("right" if judged else "no verdict")
        assert wrong[rule.name].verdict == ("wrong" if judged else "no verdict")
        assert f"{wrong[rule.name].number:.1e}" in wrong[rule.name].sentence
    assert wrong["SciPy check_grad"].number > 1e6 * right["SciPy check_grad"].number


def test_torch_passes_a_bias_gradient_that_is_off_by_a_per_mille():
    """Its rtol is 1e-3, so 1.001 times the right gradient is just inside."""
    network = Network((3, 8, 8, 2), Tanh(), Identity())
    data = random_batch(network, SquaredError(), 12, seed=1)
    fit = FitLoss(network, SquaredError(), data.inputs, data.targets)
    buggy = dataclasses.replace(fit, backprop=BiasGradOnePerMille(layer=2))
    said = by_rule(buggy, network.initial(XavierNormal(), 1))
    assert said["torch gradcheck"].verdict == "right"
    assert said["torch gradcheck, fast mode"].verdict == "right"
    assert said["Optscope"].verdict == "wrong"
    assert "b2" in said["Optscope"].looked


def test_torch_draws_a_direction_for_each_tensor():
    directions = torch_directions({"W": slice(0, 6), "b": slice(6, 8)})
    assert [len(u) for u in directions] == [6, 2]
    for u in directions:
        assert np.all(u >= 0)
        assert np.linalg.norm(u) == pytest.approx(1)


def test_a_check_that_was_made_is_used():
    fit, theta = case(0)
    check = check_grad(fit, theta)
    ours = arena(fit, theta, check)[0]
    assert ours.verdict == check.verdict


SLOPES, CLAIMED = np.array([4.0, -2.0, 0.5]), np.array([4.01, -2.004, 0.502])


class Line:
    """A straight function with the gradient it is given: any difference is its slope."""

    def __init__(self, claimed=CLAIMED):
        self.claimed = claimed

    def value(self, points):
        return points @ SLOPES.astype(points.dtype)

    def grad(self, point):
        return self.claimed.astype(point.dtype)


class Blocks(Line):
    blocks = {"W": slice(0, 2), "b": slice(2, 3)}


def of_line(name, line=None, dtype=np.float64):
    """At 0, where the values are known best."""
    return by_rule(line or Line(), np.zeros(3, dtype=dtype))[name]


def test_torch_tells_the_component_nearest_to_its_tolerance():
    """Errors 0.01, 0.004 and 0.002 of 4, -2 and 0.5: 2.5, 2 and 4 times atol + rtol |n|."""
    said = of_line("torch gradcheck")
    assert (said.number, said.limit) == pytest.approx((0.002, 1e-5 + 1e-3 * 0.5), rel=1e-6)


def test_torch_draws_what_torch_draws():
    """24 bits each, as torch 2.13 draws 6 and then 2 with torch.rand from a new generator."""
    wanted = [4484470, 14638596, 5625213, 6761484, 13205677, 7677331], [1206898, 16298478]
    drawn = torch_directions({"W": slice(3, 9), "b": slice(9, 11)})
    for u, bits in zip(drawn, wanted, strict=True):
        np.testing.assert_allclose(u, bits / np.linalg.norm(bits), rtol=1e-13)


@pytest.mark.parametrize("line", [Line(), Blocks()], ids=["one tensor", "two tensors"])
def test_the_fast_mode_compares_slopes_along_a_direction_for_each_tensor(line):
    blocks = getattr(line, "blocks", {"all": slice(0, 3)})
    pairs = []
    for part, u in zip(blocks.values(), torch_directions(blocks), strict=True):
        error, slope = (CLAIMED - SLOPES)[part] @ u, SLOPES[part] @ u
        pairs.append((abs(error), 1e-5 * sum(u) + 1e-3 * abs(slope)))
    said = of_line("torch gradcheck, fast mode", line)
    nearest = max(pairs, key=lambda pair: pair[0] / pair[1])
    assert (said.number, said.limit) == pytest.approx(nearest, rel=1e-6)


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-5), (np.float32, 2e-3)])
def test_jax_compares_slopes_along_one_direction_for_all(dtype, tolerance):
    draws = np.random.RandomState(0)
    v, c = draws.randn(3), draws.randn()
    said = of_line("JAX check_grads", dtype=dtype)
    rel = 1e-6 if dtype == np.float64 else 1e-3
    assert said.number == pytest.approx(abs(c * v @ (CLAIMED - SLOPES)), rel=rel)
    assert said.limit == pytest.approx(tolerance * (1 + abs(c * v @ SLOPES)), rel=rel)


@pytest.mark.parametrize(
    ("x", "h"), [(1.0, 2.0**-26), (2.0**27, 2.0), (2.0**30, 16.0), (-(2.0**30), 16.0)]
)
def test_scipy_steps_by_the_root_of_eps_and_by_as_much_of_x_where_that_is_lost(x, h):
    """A forward difference of x^2 is off by h. Away from 0, |x| is as steep as it is said to be,
    and towards it not."""

    class Square:
        value, grad = staticmethod(lambda at: at[..., 0] ** 2), staticmethod(lambda at: 2 * at)

    class Outwards:
        grad = staticmethod(np.sign)

        def value(self, at):
            return np.maximum(np.abs(at[..., 0]) - abs(x), 0)

    at = np.array([x])
    assert by_rule(Square(), at)["SciPy check_grad"].number == h
    assert by_rule(Outwards(), at)["SciPy check_grad"].number == 0


def test_a_rule_is_met_at_its_very_limit_and_nan_meets_none():
    rule = RULES[1]
    assert rule.said(1.0, 1.0, "").verdict == "right"
    assert rule.said(np.nextafter(1.0, 2.0), 1.0, "").verdict == "wrong"
    said = rule.said([1.0, np.nan, 3.0], [1.0, 1.0, 1.0], "")
    assert said.verdict == "wrong"
    assert np.isnan(said.number)


def test_numbers_of_all_components_and_of_one_block_are_held_to_the_first_band():
    for name in ("Optscope", "One number, 1e-7"):
        assert of_line(name).limit == 1e-7
