"""The gradient check on networks: no false alarms, no bug that a kink or round-off excuses."""

import dataclasses

import numpy as np
import pytest
from checked import POINT, Scaled, every_rule, fit_of, random_fit, theta_of

from optcore.checks.bugs.blocks import BiasGradOnePerMille, WeightGradDoubled
from optcore.checks.grad_check import check_grad
from optcore.derivatives.differences import COMPLEX_STEP, DIFFERENCES
from optcore.networks.activations import ACTIVATIONS, ELU, Identity, ReLU, Sigmoid, Tanh
from optcore.networks.initializers import HeNormal, Normal, XavierNormal
from optcore.networks.losses import LOSSES, SigmoidCrossEntropy, SquaredError
from optcore.networks.network import Network
from optcore.surfaces import Rosenbrock


def random_network(trial):
    """Shallow and deep in turn, every activation, every loss, dropout and L2 now and then."""
    rng = np.random.default_rng(trial)
    depth = int(rng.integers(8, 21) if trial % 2 else rng.integers(1, 4))
    hidden = ACTIVATIONS[trial % len(ACTIVATIONS)]
    loss = LOSSES[trial % len(LOSSES)]
    width = int(rng.integers(2, 8))
    output = Identity() if trial % 3 else Sigmoid()
    fit = fit_of(
        (3, *[width] * depth, 2),
        hidden,
        loss,
        output,
        m=int(rng.integers(1, 20)),
        seed=trial,
        weight_decay=0.01 * (trial % 5 == 0),
        dropout=0.3 * (trial % 7 == 0),
        dropout_seed=trial,
    )
    initializer = (XavierNormal(), HeNormal(), Normal())[trial % 3]
    return fit, fit.network.initial(initializer, trial)


@pytest.mark.parametrize("trial", range(50))
def test_no_false_alarm_on_fifty_random_networks(trial):
    fit, theta = random_network(trial)
    check = check_grad(fit, theta)
    assert check.verdict in ("right", "kink"), check.sentences()


@pytest.mark.parametrize("trial", range(0, 50, 3))
def test_float32_is_judged_in_float64(trial):
    fit, theta = random_network(trial)
    check = check_grad(fit, theta.astype(np.float32))
    assert check.numeric.dtype == np.float32
    assert check.names("wrong", "suspicious") == [], check.sentences()
    settled = [block for block in check.blocks if block.second is not None]
    assert settled
    assert all("in float64" in block.second.way for block in settled)
    assert "in float64" in " ".join(check.sentences())


@every_rule
def test_every_rule_passes_a_right_network(rule):
    fit = fit_of((3, 6, 5, 2), Tanh(), SigmoidCrossEntropy(), weight_decay=0.1)
    theta = theta_of(fit)
    check = check_grad(fit, theta, rule)
    assert check.names("wrong", "suspicious") == []
    # A rule of order one reaches about 1e-8 of f, which is more than 1e-7 of a small gradient.
    assert check.block("W1").verdict == "right" or rule.order == 1
    assert check.block("W1").relative_error < 1e-6
    assert [block.name for block in check.blocks] == ["W1", "b1", "W2", "b2", "W3", "b3"]


def test_a_deep_sigmoid_network_fails_the_eye_and_passes_the_number():
    """Layer 1 is off by half by the difference, the number over all parameters says pass, and
    only the complex step can tell that nothing is wrong."""
    fit = fit_of((2, *[4] * 15, 1), Sigmoid(), SquaredError(), Sigmoid(), m=32)
    fit = dataclasses.replace(fit, targets=fit.inputs[:, :1] > 0)
    first = []
    for seed in range(12):
        check = check_grad(fit, fit.network.initial(XavierNormal(), seed))
        assert check.relative_error < 1e-7
        assert check.flat_verdict == "right"
        block = check.block("W1")
        assert block.first.verdict == "inconclusive"
        assert block.cause == "round-off"
        assert block.verdict == check.verdict == "right"
        assert block.relative_error < 1e-10
        first.append(block.first.error)
        assert check.block("W16").second is None
    assert 0.2 < np.median(first) <= 1
    assert any(0.4 < error < 0.7 for error in first)
    said = check.sentences()[1]
    assert "too small for this h to tell" in said
    assert "By the complex step it is" in said
    assert said.index("right") > said.index("complex step")


def test_the_second_look_finds_the_bug_a_difference_cannot():
    fit = fit_of((2, *[4] * 15, 1), Sigmoid(), SquaredError(), Sigmoid(), m=32)
    theta = fit.network.initial(XavierNormal(), 0)
    buggy = dataclasses.replace(fit, backprop=WeightGradDoubled(layer=1))
    check = check_grad(buggy, theta)
    block = check.block("W1")
    assert check.names("wrong", "suspicious") == ["W1"]
    assert block.first.verdict == "inconclusive"
    assert block.relative_error == pytest.approx(1 / 3, rel=1e-6)
    assert block.floor < 1e-10
    right = fit.grad(theta)[block.part]
    np.testing.assert_allclose(check.settled[block.part], right, rtol=1e-9)
    exact = check_grad(buggy, theta, COMPLEX_STEP)
    assert exact.names("wrong", "suspicious") == ["W1"]


def test_a_convicted_block_lies_above_its_floor():
    """Whatever the arithmetic, and whichever of the looks decided."""
    convicted = 0
    for trial in range(0, 50, 2):
        fit, theta = random_network(trial)
        places = WeightGradDoubled().places(fit)
        buggy = dataclasses.replace(fit, backprop=WeightGradDoubled(layer=places[0]))
        for dtype in (np.float32, np.float64):
            check = check_grad(buggy, theta.astype(dtype))
            for block in check.blocks:
                if block.verdict in ("suspicious", "wrong"):
                    convicted += 1
                    assert block.relative_error > block.floor, block.sentence
    assert convicted > 40


def test_digits_lost_in_float32_are_told_from_a_bug():
    """A gradient that is off in float32 alone is no slip in the code."""

    class Narrowed(Rosenbrock):
        def grad(self, point):
            exact = super().grad(point)
            return exact * (1 + 1e-3 * (point.dtype == np.float32))

    check = check_grad(Narrowed(), POINT.astype(np.float32))
    assert check.verdict == "inconclusive"
    assert check.blocks[0].cause == "float32"
    assert "in float32 the gradient has lost its digits" in check.sentences()[1]
    assert check_grad(Narrowed(), POINT).verdict == "right"
    assert check_grad(Scaled(Rosenbrock(), 1.001), POINT.astype(np.float32)).verdict == "wrong"


def test_an_objective_that_only_calculates_in_float32_is_left_in_it():
    class Narrow32:
        def value(self, point):
            return np.sum(point.astype(np.float32) ** 3, axis=-1)

        def grad(self, point):
            return 3 * point.astype(np.float32) ** 2

    for dtype in (np.float32, np.float64):
        check = check_grad(Narrow32(), np.array([0.3, 1.2], dtype=dtype))
        assert check.names("wrong", "suspicious") == [], check.sentences()


def test_a_gradient_that_is_zero_to_rounding_is_right():
    """A bias before batch normalisation has none, and both looks see only what cancelled."""
    network = Network((3, 6, 6, 2), Tanh(), Identity(), norm="batch")
    fit = random_fit(network, SquaredError(), 0)
    check = check_grad(fit, network.initial(XavierNormal(), 0))
    block = check.block("b1")
    assert np.abs(check.analytic[block.part]).max() < 1e-15
    assert block.first.error > 0.1
    assert check.verdict == block.verdict == "right"
    assert "0 to rounding" in block.sentence


def test_a_relu_that_changes_side_is_named():
    """Unit 1 of layer 1 is put 1e-7 from its kink on sample 2, well within h = 6e-6."""
    fit = fit_of((3, 4, 2), ReLU(), m=5)
    theta = theta_of(fit)
    (weights, biases), _ = fit.network.layers(theta)
    biases[1] -= weights[1] @ fit.inputs[2] + biases[1] - 1e-7
    check = check_grad(fit, theta)
    assert check.relative_error > 1e-7
    assert check.verdict == "kink"
    assert check.block("b1").relative_error < 1e-12
    crossing = check.block("b1").kinks[0]
    assert (crossing.layer, crossing.unit, crossing.sample) == (1, 1, 2)
    assert crossing.gap == pytest.approx(1e-7, rel=1e-3)
    assert "unit 1 of layer 1 on sample 2 changes side within h" in check.block("b1").sentence
    assert check.block("W2").verdict == "right"


def test_a_kink_does_not_excuse_a_bug():
    fit = fit_of((3, 4, 2), ReLU(), m=5)
    theta = theta_of(fit)
    (weights, biases), _ = fit.network.layers(theta)
    biases[1] -= weights[1] @ fit.inputs[2] + biases[1] - 1e-7
    for bug in (BiasGradOnePerMille(layer=1), WeightGradDoubled(layer=1)):
        check = check_grad(dataclasses.replace(fit, backprop=bug), theta)
        assert check.names("wrong", "suspicious") == list(bug.corrupts(fit.network))


def test_a_unit_exactly_on_its_kink_is_told_and_not_convicted():
    """With b = 0 and no input, every z of layer 1 is exactly 0."""
    fit = fit_of((3, 4, 2), ReLU(), m=1)
    fit = dataclasses.replace(fit, inputs=np.zeros((1, 3)))
    check = check_grad(fit, fit.network.initial(HeNormal(), 0))
    assert check.block("b1").verdict == "kink"
    assert check.block("b1").kinks[0].gap == 0
    assert "sits exactly on its kink" in check.block("b1").sentence


def test_a_jump_in_the_second_derivative_is_no_bug():
    """ELU bends without a corner: high-order rules lose their order there."""
    fit = fit_of((3, 8, 8, 2), ELU(), m=30)
    for seed in range(5):
        for rule in DIFFERENCES:
            check = check_grad(fit, theta_of(fit, seed), rule)
            assert check.names("wrong", "suspicious") == [], rule.name
