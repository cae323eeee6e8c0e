"""The gradient check: its numbers, its verdicts, and above all its false alarms (none)."""

import dataclasses

import numpy as np
import pytest

from optcore.checks.bugs import plant
from optcore.checks.bugs.blocks import BiasGradOnePerMille, WeightGradDoubled
from optcore.checks.bugs.deltas import SlopeForgotten
from optcore.checks.grad_check import TooLargeError, check_grad, check_grad_steps, component_name
from optcore.checks.measurement import judge, norm, relative
from optcore.checks.taylor_slope import taylor_slope
from optcore.derivatives.differences import CENTRAL, COMPLEX_STEP, DIFFERENCES, FORWARD, StepError
from optcore.derivatives.error_model import NotFiniteError
from optcore.networks.activations import ACTIVATIONS, ELU, Identity, ReLU, Sigmoid, Tanh
from optcore.networks.datasets import random_batch
from optcore.networks.initializers import HeNormal, Normal, XavierNormal
from optcore.networks.losses import LOSSES, NaiveCrossEntropy, SigmoidCrossEntropy, SquaredError
from optcore.networks.network import FitLoss, Network
from optcore.surfaces import Rosenbrock

POINT = np.array([-1.5, 2.0])
every_rule = pytest.mark.parametrize("rule", DIFFERENCES, ids=lambda rule: rule.name)


class Scaled:
    """An objective whose gradient is k times too large in its first component."""

    def __init__(self, objective, k):
        self.objective, self.k = objective, k

    def value(self, point):
        return self.objective.value(point)

    def grad(self, point):
        return self.objective.grad(point) * np.array([self.k, 1.0])


class Corner:
    """|x| + |y|, with the gradient frameworks give."""

    def value(self, point):
        return np.abs(point).sum(-1)

    def grad(self, point):
        return np.sign(point)


class Wiggle:
    """sin(x / s): third derivatives far too large for the usual h."""

    def value(self, point):
        return np.sin(point[..., 0] / 1e-4)

    def grad(self, point):
        return np.cos(point / 1e-4) / 1e-4


class Narrow:
    """tanh(x / s), a step for every usual h."""

    def value(self, point):
        return np.tanh(point[..., 0] / 1e-12)

    def grad(self, point):
        return (1 - np.tanh(point / 1e-12) ** 2) / 1e-12


def random_fit(network, loss, seed, scale=1.0):
    data = random_batch(network, loss, 16, scale, seed)
    return FitLoss(network, loss, data.inputs, data.targets)


def data(m, n_in, n_out, seed=0):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((m, n_in)), np.eye(n_out)[rng.integers(0, n_out, m)]


def fit_of(sizes, hidden, loss=None, output=None, m=12, seed=0, **fields):
    inputs, targets = data(m, sizes[0], sizes[-1], seed)
    network = Network(sizes, hidden, output or Identity())
    return FitLoss(network, loss or SquaredError(), inputs, targets, **fields)


def theta_of(fit, seed=1, initializer=None):
    noise = np.random.default_rng(seed).standard_normal(fit.network.parameters)
    return fit.network.initial(initializer or XavierNormal(), seed) + 0.1 * noise


# The arithmetic


def test_norm_and_relative_error():
    assert norm([3.0, 4.0]) == 5
    assert norm([3e-200, 4e-200]) == pytest.approx(5e-200, rel=1e-15, abs=0)
    assert relative(np.array([1.0]), np.array([2.0]), np.array([1.0])) == pytest.approx(1 / 3)
    assert relative(np.zeros(2), np.zeros(2), np.zeros(2)) == 0
    assert relative(np.ones(2), np.zeros(2), np.zeros(2)) == 1


@pytest.mark.parametrize(
    ("error", "floor", "verdict"),
    [
        (9e-8, 0, "right"),
        (9e-8, 1, "right"),
        (2e-7, 0, "suspicious"),
        (2e-7, 3e-7, "inconclusive"),
        (9e-5, 0, "suspicious"),
        (2e-4, 0, "wrong"),
        (0.56, 0.9, "inconclusive"),
        (np.nan, 1, "wrong"),
    ],
)
def test_the_bands(error, floor, verdict):
    assert judge(error, floor) == verdict


# Surfaces and other objectives of two variables


@every_rule
def test_rosenbrock_is_right_with_every_rule(rule):
    check = check_grad(Rosenbrock(), POINT, rule)
    assert check.verdict == check.flat_verdict == "right"
    np.testing.assert_array_equal(check.analytic, Rosenbrock().grad(POINT))
    np.testing.assert_allclose(check.numeric, check.analytic, rtol=1e-6)
    assert [block.name for block in check.blocks] == ["all"]
    assert check.relative_error == relative(
        check.analytic - check.numeric, check.analytic, check.numeric
    )
    assert check.value == Rosenbrock().value(POINT)


@pytest.mark.parametrize("k", [2.0, -1.0, 1.001, 0.0])
def test_a_wrong_component_is_found_and_named(k):
    check = check_grad(Scaled(Rosenbrock(), k), POINT)
    assert check.verdict == "wrong"
    assert check.worst == 0
    gradient = Rosenbrock().grad(POINT)
    expected = abs(k - 1) * abs(gradient[0])
    assert check.blocks[0].worst_error == pytest.approx(expected, rel=1e-5)
    assert "wrong" in check.sentences()[0]


def test_a_constant_factor_leaves_its_own_error():
    for k in (2.0, -3.0, 0.25):
        doubled = Scaled(Rosenbrock(), 1.0)
        doubled.grad = lambda point, k=k: k * Rosenbrock().grad(point)
        assert check_grad(doubled, POINT).relative_error == pytest.approx(
            abs(k - 1) / (abs(k) + 1), rel=1e-6
        )


def test_the_floor_is_a_bound_that_is_nearly_met():
    check = check_grad(Rosenbrock(), POINT)
    assert np.all(check.absolute_error <= check.floor)
    assert np.all(check.floor < 1e-4)


def test_an_own_h_is_used_as_it_is():
    check = check_grad(Rosenbrock(), POINT, FORWARD, h=0.1)
    np.testing.assert_array_equal(check.h, [0.1, 0.1])
    # 0.1 (12 b x^2 - 4 b y + 2) / 2 + 0.01 * 4 b x + 0.001 b is the Taylor series, exactly.
    x, y = POINT
    truncation = 0.05 * (1200 * x**2 - 400 * y + 2) + 0.01 * 400 * x + 0.001 * 100
    assert check.numeric[0] - check.analytic[0] == pytest.approx(truncation, rel=1e-9)
    per_component = check_grad(Rosenbrock(), POINT, h=np.array([1e-5, 1e-4]))
    np.testing.assert_array_equal(per_component.h, [1e-5, 1e-4])


@pytest.mark.parametrize("x", [3e-6, 1e-7, -2e-6, 5e-7])
def test_a_kink_inside_h_is_seen_in_the_values_alone(x):
    check = check_grad(Corner(), np.array([x, 2.0]))
    assert check.verdict == "kink"
    assert check.blocks[0].kinks[0].index == 0
    assert check.blocks[0].first.error > 0.1
    assert check.relative_error > 0.1
    assert check.blocks[0].relative_error < 1e-8
    assert "has a kink" in check.sentences()[1]
    wrong = Corner()
    wrong.grad = lambda point: 1.5 * np.sign(point)
    bad = check_grad(wrong, np.array([x, 2.0]))
    assert bad.verdict == "wrong"
    assert bad.blocks[0].relative_error == pytest.approx(0.2, rel=1e-6)


def test_a_large_third_derivative_is_right_at_a_smaller_h():
    right = check_grad(Wiggle(), np.array([0.3]), h=2e-5)
    assert right.flat_verdict == "wrong"
    assert right.verdict == "right"
    block = right.blocks[0]
    assert block.cause == "truncation"
    assert block.first.error > 1e-3
    assert block.relative_error < 1e-10
    assert "this h is too large" in right.sentences()[1]
    wrong = Wiggle()
    wrong.grad = lambda point: 1.05 * Wiggle().grad(point)
    for h in (2e-5, 1e-3):
        assert check_grad(wrong, np.array([0.3]), h=h).verdict == "wrong"


# Networks: right ones


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


# Lessons that the numbers have to bear out


def test_a_bug_invisible_at_weight_scale_1e_4_and_glaring_at_1():
    fit = fit_of((3, 6, 6, 2), Tanh())
    buggy = dataclasses.replace(fit, backprop=SlopeForgotten(layer=1))
    theta = theta_of(fit)
    small = check_grad(buggy, 1e-4 * theta, COMPLEX_STEP)
    assert small.block("W1").relative_error < 1e-7
    assert small.verdict == "right"
    assert check_grad(buggy, theta).block("W1").relative_error > 1e-2


def test_a_large_penalty_hides_a_bug_in_w_and_not_in_b():
    fit = fit_of((3, 6, 6, 2), Tanh())
    theta = theta_of(fit)
    errors = []
    for decay in (0.0, 1e6):
        buggy = dataclasses.replace(fit, backprop=SlopeForgotten(layer=1), weight_decay=decay)
        check = check_grad(buggy, theta, COMPLEX_STEP)
        errors.append((check.block("W1").relative_error, check.block("b1").relative_error))
    assert errors[0][0] > 1e-2
    assert errors[1][0] < 1e-7
    assert errors[1][1] == pytest.approx(errors[0][1])


def test_the_naive_logarithm_spoils_the_number_and_the_stable_loss_does_not():
    """A network that is sure of itself and right: a is within 1e-8 of its targets."""
    errors = {}
    for loss in (NaiveCrossEntropy(), SigmoidCrossEntropy()):
        fit = fit_of((3, 5, 2), Tanh(), loss, Sigmoid(), m=8)
        fit = dataclasses.replace(fit, targets=np.tile([1.0, 0.0], (8, 1)))
        theta = theta_of(fit)
        theta[fit.network.blocks["b2"]] = [17, -17]
        assert np.max(np.abs(fit.predict(theta, fit.inputs) - fit.targets)) < 1e-6
        check = check_grad(fit, theta)
        errors[loss.name] = check.block("b2").first.error
        assert check.verdict == "right"
        if loss.name == "Naive cross-entropy":
            assert check.block("b2").cause == "cancellation"
            assert "digits cancel inside the loss" in " ".join(check.sentences())
    assert errors["Naive cross-entropy"] > 1e-7
    assert errors["Sigmoid cross-entropy"] < 1e-8


@pytest.mark.parametrize("seed", range(12))
def test_the_naive_logarithm_convicts_no_right_network(seed):
    """Sure of itself and often wrong: the values carry far more noise than eps |f|."""
    network = Network((4, 8, 1), Tanh(), Sigmoid())
    fit = random_fit(network, NaiveCrossEntropy(), seed, scale=3.0)
    theta = network.initial(XavierNormal(gain=9.0), seed)
    if not np.isfinite(fit.value(theta)):
        with pytest.raises(NotFiniteError):
            check_grad(fit, theta)
        return
    for rule in (CENTRAL, FORWARD):
        check = check_grad(fit, theta, rule, 1e-5)
        assert check.names("wrong", "suspicious") == [], check.sentences()
    buggy = dataclasses.replace(fit, backprop=WeightGradDoubled(layer=1))
    assert check_grad(buggy, theta, h=1e-5).block("W1").verdict == "wrong"


def test_the_naive_logarithm_knows_its_rounding():
    """Against the stable form: what the logarithm of the rounded 1 - a has lost."""
    naive, stable, output = NaiveCrossEntropy(), SigmoidCrossEntropy(), Sigmoid()
    z = np.linspace(1, 33, 400)[:, None]
    a, targets = output.value(z), np.zeros_like(z)
    lost = np.abs(
        naive.per_sample(z, a, targets, output) - stable.per_sample(z, a, targets, output)
    )
    told = naive.rounding(z, a, targets, output).sum(-1)
    assert np.all(lost <= 2 * told + 1e-14)
    assert np.max(lost / told) > 0.2
    assert not np.any(stable.rounding(z, a, targets, output))


def test_a_gradient_of_mere_rounding_is_no_bug():
    """A bias before batch normalisation has no effect, and its gradient is what cancelling
    leaves; the complex step has no round-off to hide that behind."""
    network = Network((2, *[6] * 12, 1), Identity(), Sigmoid(), norm="batch")
    for seed in range(6):
        fit = random_fit(network, SquaredError(), seed)
        check = check_grad(fit, network.initial(XavierNormal(), seed), COMPLEX_STEP)
        assert check.names("wrong", "suspicious") == [], check.sentences()


@pytest.mark.parametrize("rule", [CENTRAL, FORWARD, COMPLEX_STEP], ids=lambda rule: rule.name)
def test_a_function_too_narrow_for_h_is_no_bug(rule):
    """tanh(x / 1e-12): at every h tried only the far ends are seen, and D_h is 1/h."""
    for h in (1e-3, 1e-6, 1e-8):
        check = check_grad(Narrow(), np.array([1e-13]), rule, h)
        assert check.relative_error > 0.9
        assert check.names("wrong", "suspicious") == [], check.sentences()


def test_resampled_dropout_is_noticed_and_frozen_dropout_is_right():
    fit = fit_of((3, 8, 2), Tanh(), dropout=0.5)
    check = check_grad(fit, theta_of(fit))
    assert check.verdict == check.flat_verdict == "inconclusive"
    assert {block.cause for block in check.blocks} == {"random"}
    assert "Freeze the dropout masks" in check.sentences()[0]
    frozen = dataclasses.replace(fit, dropout_seed=3)
    assert check_grad(frozen, theta_of(fit)).verdict == "right"


def test_one_per_mille_in_one_bias_block_is_found_there():
    fit = fit_of((3, 20, 20, 2), Tanh())
    buggy = dataclasses.replace(fit, backprop=BiasGradOnePerMille(layer=2))
    check = check_grad(buggy, theta_of(fit))
    assert check.names("wrong", "suspicious") == ["b2"]
    assert check.block("b2").relative_error == pytest.approx(0.001 / 2.001, rel=1e-3)
    assert check.relative_error < 0.6 * check.block("b2").relative_error


# Batches, progress, limits


def test_whole_points_and_shifted_values_give_the_same_check():
    fit = fit_of((3, 6, 2), Tanh(), weight_decay=0.1)
    theta = theta_of(fit)

    class Plain:
        value, grad, blocks = fit.value, fit.grad, fit.blocks

    plain, quick = check_grad(Plain(), theta), check_grad(fit, theta)
    np.testing.assert_allclose(plain.numeric, quick.numeric, atol=1e-9)
    assert plain.verdict == quick.verdict == "right"


def test_progress_is_reported_and_the_work_can_be_cancelled():
    fit = fit_of((10, 30, 30, 10), Tanh())
    theta = theta_of(fit)
    shares = []
    check = check_grad(fit, theta, progress=shares.append)
    assert shares == sorted(shares)
    assert len(shares) > 2
    assert shares[-1] == 1
    assert check.verdict == "right"
    steps = check_grad_steps(fit, theta)
    assert next(steps) < 1
    steps.close()


def test_bad_input_gets_a_sentence():
    fit = fit_of((3, 4, 2), Tanh())
    theta = theta_of(fit)
    with pytest.raises(TooLargeError, match=r"26 parameters are too many.*limit is 20"):
        check_grad(fit, theta, limit=20)
    with pytest.raises(StepError, match="must be a positive number"):
        check_grad(fit, theta, h=0.0)
    with pytest.raises(StepError, match="x again"):
        check_grad(fit, theta, h=1e-19)
    with pytest.raises(NotFiniteError, match="The objective is nan"):
        check_grad(fit, np.full(theta.shape, np.nan))
    with pytest.raises(ValueError, match="one vector"):
        check_grad(fit, theta[None])


def test_the_complex_step_refuses_an_objective_that_is_not_complex():
    class Real(Rosenbrock):
        def value(self, point):
            return super().value(np.real(point))

    with pytest.raises(TypeError, match="Choose another rule"):
        check_grad(Real(), POINT, COMPLEX_STEP)


def test_component_names():
    fit = fit_of((3, 4, 2), Tanh())
    assert component_name(fit, 0) == "W1[0, 0]"
    assert component_name(fit, 5) == "W1[1, 2]"
    assert component_name(fit, 13) == "b1[1]"
    assert component_name(fit, 25) == "b2[1]"
    assert component_name(Rosenbrock(), 1) == "[1]"


# The Taylor test


@pytest.mark.parametrize("seed", range(4))
def test_taylor_slope_is_two_when_right_and_one_when_wrong(seed):
    right = taylor_slope(Rosenbrock(), POINT, seed)
    assert right.verdict == "right"
    assert right.slope == pytest.approx(2, abs=0.02)
    wrong = taylor_slope(Scaled(Rosenbrock(), 1.01), POINT, seed)
    assert wrong.verdict == "wrong"
    assert wrong.slope == pytest.approx(1, abs=0.1)
    assert f"{wrong.slope:.2f}" in wrong.sentence


@pytest.mark.parametrize("hidden", [Tanh(), Sigmoid(), ReLU()], ids=lambda a: a.name)
def test_taylor_slope_of_networks(hidden):
    fit = fit_of((3, 8, 8, 2), hidden)
    theta = theta_of(fit)
    right = taylor_slope(fit, theta)
    assert right.slope == pytest.approx(2, abs=0.1)
    np.testing.assert_allclose(
        right.error[5],
        abs(fit.value(theta + right.t[5] * right.direction) - fit.value(theta)
            - right.t[5] * fit.grad(theta) @ right.direction),
    )  # fmt: skip
    buggy = dataclasses.replace(fit, backprop=plant(WeightGradDoubled(layer=2)))
    assert taylor_slope(buggy, theta).verdict == "wrong"


def test_taylor_does_not_call_noise_or_a_kink_a_wrong_gradient():
    network = Network((4, 8, 1), Tanh(), Sigmoid())
    for seed in range(8):
        fit = random_fit(network, NaiveCrossEntropy(), seed, scale=3.0)
        theta = network.initial(XavierNormal(gain=9.0), seed)
        if np.isfinite(fit.value(theta)):
            assert taylor_slope(fit, theta).verdict != "wrong"
    at_kink = taylor_slope(Corner(), np.array([0.0, 2.0]))
    assert at_kink.slope == pytest.approx(1, abs=0.01)
    assert at_kink.verdict == "inconclusive"
    assert "kink" in at_kink.sentence
    assert taylor_slope(Narrow(), np.array([1e-13])).verdict == "inconclusive"


def test_taylor_slope_of_a_straight_function_and_of_a_random_one():
    straight = taylor_slope(Corner(), np.array([1.0, 2.0]))
    assert straight.verdict == "right"
    assert "straight" in straight.sentence
    fit = fit_of((3, 8, 2), Tanh(), dropout=0.5)
    noisy = taylor_slope(fit, theta_of(fit))
    assert noisy.verdict == "inconclusive"
    assert "random" in noisy.sentence


def test_check_is_central_by_default_and_keeps_the_rule():
    assert check_grad(Rosenbrock(), POINT).rule is CENTRAL
