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
