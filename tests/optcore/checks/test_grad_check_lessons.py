"""Lessons of the gradient check that its numbers have to bear out."""

import dataclasses

import numpy as np
import pytest
from checked import Narrow, fit_of, random_fit, theta_of

from optcore.checks.bugs.blocks import BiasGradOnePerMille, WeightGradDoubled
from optcore.checks.bugs.deltas import SlopeForgotten
from optcore.checks.grad_check import check_grad
from optcore.derivatives.differences import CENTRAL, COMPLEX_STEP, FORWARD
from optcore.derivatives.error_model import NotFiniteError
from optcore.networks.activations import Identity, Sigmoid, Tanh
from optcore.networks.initializers import XavierNormal
from optcore.networks.losses import NaiveCrossEntropy, SigmoidCrossEntropy, SquaredError
from optcore.networks.network import Network


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
