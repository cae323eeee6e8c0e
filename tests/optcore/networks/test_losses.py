import numpy as np
import pytest

from optcore.networks.activations import Identity, Sigmoid, Tanh
from optcore.networks.losses import (
    LOSSES,
    NaiveCrossEntropy,
    SigmoidCrossEntropy,
    SoftmaxCrossEntropy,
    SquaredError,
)

OUTPUTS = (Identity(), Sigmoid(), Tanh())


def evaluate(loss, z, targets, output):
    z = np.asarray(z)
    return loss.per_sample(z, output.value(z), np.asarray(targets), output)


def test_names_are_those_links_carry():
    assert [loss.name for loss in LOSSES] == [
        "Squared error",
        "Sigmoid cross-entropy",
        "Softmax cross-entropy",
        "Naive cross-entropy",
    ]


@pytest.mark.parametrize("output", OUTPUTS, ids=lambda o: o.name)
@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.name)
def test_delta_equals_the_complex_step(loss, output):
    rng = np.random.default_rng(1)
    z, targets = rng.normal(0, 2, (6, 3)), rng.uniform(0, 1, (6, 3))
    delta = loss.delta(z, output.value(z), targets, output)
    for k, direction in enumerate(np.eye(3)):
        stepped = evaluate(loss, z + 1e-30j * direction, targets, output).imag / 1e-30
        np.testing.assert_allclose(delta[:, k], stepped, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("output", OUTPUTS, ids=lambda o: o.name)
@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.name)
def test_a_batch_of_outputs_is_one_by_one(loss, output):
    z = np.random.default_rng(1).normal(0, 2, (2, 4, 3))
    targets = np.random.default_rng(2).uniform(0, 1, (2, 4, 3))
    for function in (loss.per_sample, loss.delta):
        found = function(z, output.value(z), targets, output)
        alone = [function(z[i], output.value(z[i]), targets[i], output) for i in range(2)]
        np.testing.assert_allclose(found, alone, rtol=1e-14)


def test_squared_error_is_half_the_squared_distance():
    assert evaluate(SquaredError(), [[3.0, 1.0]], [[0.0, 5.0]], Identity()) == [12.5]


def test_cross_entropies_sum_over_outputs():
    # ln(1 + e^0) each: two units at even odds cost 2 ln 2; softmax over four, ln 4.
    assert evaluate(SigmoidCrossEntropy(), [[0.0, 0.0]], [[1.0, 0.0]], Sigmoid()) == [
        pytest.approx(2 * np.log(2), rel=1e-15)
    ]
    assert evaluate(SoftmaxCrossEntropy(), [[5.0] * 4], [[0, 0, 1, 0]], Identity()) == [
        pytest.approx(np.log(4), rel=1e-15)
    ]


@pytest.mark.parametrize("loss", [SigmoidCrossEntropy(), SoftmaxCrossEntropy()])
def test_stable_cross_entropies_stay_exact_far_out(loss):
    wrong = evaluate(loss, [[1000.0, -1000.0]], [[0.0, 1.0]], Identity())
    assert wrong == [2000.0]
    assert evaluate(loss, [[1000.0, -1000.0]], [[1.0, 0.0]], Identity()) == [0.0]


def test_softmax_ignores_a_common_shift():
    z = np.array([[0.5, -1.0, 2.0]])
    expected = np.exp(z) / np.exp(z).sum()
    for shift in (0.0, 700.0, -2000.0):
        probabilities = SoftmaxCrossEntropy().predict(z + shift, z + shift, Identity())
        np.testing.assert_allclose(probabilities, expected, rtol=1e-12)


def test_naive_is_the_same_function_with_fewer_digits():
    z = np.linspace(-8, 8, 41)[:, None]
    targets = np.zeros_like(z)
    naive = evaluate(NaiveCrossEntropy(), z, targets, Sigmoid())
    stable = evaluate(SigmoidCrossEntropy(), z, targets, Sigmoid())
    np.testing.assert_allclose(naive, stable, rtol=1e-12)
    far = np.array([[25.0]])
    lost = evaluate(NaiveCrossEntropy(), far, [[0.0]], Sigmoid()) - 25.0
    assert 1e-8 < abs(lost[0]) < 1e-4
    assert evaluate(NaiveCrossEntropy(), [[40.0]], [[0.0]], Sigmoid()) == [np.inf]


def test_behind_an_identity_the_output_is_the_logit():
    z, targets = np.array([[0.3, -2.0]]), np.array([[1.0, 0.0]])
    for loss in (SigmoidCrossEntropy(), NaiveCrossEntropy()):
        behind = evaluate(loss, z, targets, Identity())
        np.testing.assert_allclose(behind, evaluate(loss, z, targets, Sigmoid()), rtol=1e-15)
    probabilities = SigmoidCrossEntropy().predict(z, z, Identity())
    np.testing.assert_allclose(probabilities, Sigmoid().value(z), rtol=1e-15)
