import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest

from optcore.knobs import knobs
from optcore.networks.activations import Identity, Tanh
from optcore.networks.datasets import (
    DATASETS,
    Blobs,
    Circles,
    Moons,
    Sine,
    Spirals,
    Xor,
    random_batch,
)
from optcore.networks.losses import LOSSES, SigmoidCrossEntropy, SoftmaxCrossEntropy, SquaredError
from optcore.networks.network import FitLoss, Network

every_dataset = pytest.mark.parametrize("generator", DATASETS, ids=lambda g: g.name)


def test_names_are_those_links_carry():
    names = ["Spirals", "Moons", "Circles", "XOR", "Sine", "Blobs"]
    assert [generator.name for generator in DATASETS] == names


@every_dataset
def test_shapes_kinds_and_seeds(generator):
    data = generator.make(seed=3)
    assert data.name == generator.name
    assert data.inputs.shape[0] == data.targets.shape[0] == 200
    assert np.abs(data.inputs).max() < 2
    again, other = generator.make(seed=3), generator.make(seed=4)
    np.testing.assert_array_equal(data.inputs, again.inputs)
    np.testing.assert_array_equal(data.targets, again.targets)
    assert not np.array_equal(data.inputs, other.inputs)
    if data.kind == "binary":
        assert data.targets.shape[1] == 1
        assert set(np.unique(data.targets)) == {0.0, 1.0}
    if data.kind == "classes":
        assert data.targets.shape == (200, 3)
        assert (data.targets.sum(-1) == 1).all()


@every_dataset
def test_samples_and_noise_are_knobs(generator):
    assert {"samples", "noise"} <= set(knobs(generator))
    assert len(dataclasses.replace(generator, samples=31).make().inputs) == 31
    quiet = dataclasses.replace(generator, noise=0.0).make()
    loud = dataclasses.replace(generator, noise=0.5).make()
    moved = np.hstack([loud.inputs - quiet.inputs, loud.targets - quiet.targets])
    moved = moved[:, moved.any(0)]
    assert moved.std() == pytest.approx(0.5, rel=0.15)


def test_noise_is_drawn_after_what_it_is_added_to():
    rng = np.random.default_rng(0)
    rng.random(200)
    noise = rng.standard_normal((200, 2))
    loud, quiet = Moons(noise=0.5).make(), Moons(noise=0.0).make()
    np.testing.assert_allclose(loud.inputs - quiet.inputs, 0.5 * noise, atol=1e-15)


def test_a_corner_on_an_axis_belongs_to_neither_side():
    draws = SimpleNamespace(uniform=lambda low, high, shape: np.eye(*shape),
                            standard_normal=np.zeros)  # fmt: skip
    assert Xor().draw(draws, 2)[1].tolist() == [[0.0], [0.0]]


def test_without_noise_the_classes_follow_their_rule():
    circles = Circles(noise=0.0).make()
    radius = np.hypot(*circles.inputs.T)
    np.testing.assert_allclose(radius, np.where(circles.labels == 1, 0.4, 0.9), rtol=1e-12)
    xor = Xor(noise=0.0).make()
    np.testing.assert_array_equal(xor.labels == 1, xor.inputs.prod(-1) < 0)
    sine = Sine(noise=0.0).make()
    np.testing.assert_allclose(sine.targets, np.sin(np.pi * sine.inputs), rtol=1e-15)
    spirals = Spirals(noise=0.0, turns=1.0).make()
    angle = np.arctan2(spirals.inputs[:, 1], spirals.inputs[:, 0]) - np.pi * spirals.labels
    difference = angle - 2 * np.pi * np.hypot(*spirals.inputs.T)
    np.testing.assert_allclose(np.cos(difference), 1, rtol=1e-12)
    blobs = Blobs(noise=0.0).make()
    height, half = 0.7 * np.sin(np.pi / 6), 0.7 * np.cos(np.pi / 6)
    corners = np.array([[0, 0.7], [-half, -height], [half, -height]])
    np.testing.assert_allclose(blobs.inputs, corners[blobs.labels], atol=1e-15)


def test_moons_are_not_separated_by_any_line_but_do_not_touch():
    moons = Moons(noise=0.0, samples=400).make()
    upper, lower = (moons.inputs[moons.labels == label] for label in (0, 1))
    gaps = np.linalg.norm(upper[:, None] - lower[None], axis=-1)
    assert gaps.min() > 0.1
    design = np.hstack([moons.inputs, np.ones((400, 1))])
    weights = np.linalg.lstsq(design, 2 * moons.targets - 1)[0]
    wrong = np.mean((design @ weights > 0) != (moons.targets == 1))
    assert 0.02 < wrong < 0.3


def test_one_hot_keeps_the_classes():
    data = Moons().make()
    np.testing.assert_array_equal(data.one_hot().labels, data.labels)
    assert data.one_hot().targets.shape == (200, 2)
    np.testing.assert_array_equal(Blobs().make().one_hot().targets, Blobs().make().targets)
    with pytest.raises(ValueError, match="Sine is a regression"):
        _ = Sine().make().labels


def test_data_suit_themselves_to_the_loss():
    moons, blobs, sine = Moons().make(), Blobs().make(), Sine().make()
    assert moons.suited_to(SoftmaxCrossEntropy()).targets.shape == (200, 2)
    assert moons.suited_to(SigmoidCrossEntropy()) is moons
    assert blobs.suited_to(SigmoidCrossEntropy()) is blobs
    assert sine.suited_to(SquaredError()) is sine
    with pytest.raises(ValueError, match="Sine is a regression and Softmax cross-entropy needs"):
        sine.suited_to(SoftmaxCrossEntropy())


@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.name)
def test_random_batches_fit_network_and_loss(loss):
    network = Network((30, 8, 5), Tanh(), Identity())
    data = random_batch(network, loss, samples=400, scale=3.0, seed=1)
    assert data.inputs.std() == pytest.approx(3, rel=0.02)
    assert data.kind == loss.kind
    if loss.kind == "classes":
        assert (data.targets.sum(-1) == 1).all()
        assert data.targets.any(axis=0).all()
    if loss.kind != "regression":
        assert set(np.unique(data.targets)) == {0.0, 1.0}
    fit = FitLoss(network, loss, data.inputs, data.targets)
    assert np.isfinite(fit.value(np.zeros(network.parameters)))
    np.testing.assert_array_equal(data.inputs, random_batch(network, loss, 400, 3.0, 1).inputs)


def evenly(values, low, high) -> bool:
    """Whether so many values lie between two ends, and as a uniform draw does."""
    values = np.sort((np.ravel(values) - low) / (high - low))
    assert values[0] >= 0
    assert values[-1] <= 1
    # Kolmogorov: beyond 2.2 / sqrt(n) once in 8,000 draws.
    return np.abs(values - np.linspace(0, 1, len(values))).max() < 2.2 / np.sqrt(len(values))


def test_without_noise_inputs_fill_their_figure_evenly():
    def drawn(kind, **fields):
        data = kind(noise=0.0, samples=401, **fields).make(seed=1)
        assert (data.labels == 0).sum() == (200 if data.kind == "binary" else 134)
        return data, data.inputs, np.arctan2(*data.inputs.T[::-1]) % (2 * np.pi)

    sine = Sine(noise=0.0, samples=400).make(seed=1)
    assert sine.inputs.shape == (400, 1)
    assert evenly(sine.inputs, -1, 1)
    corners = Xor(noise=0.0, samples=400).make(seed=1).inputs
    assert evenly(corners, -1, 1)
    circles, _, angle = drawn(Circles)
    assert all(evenly(angle[circles.labels == label], 0, 2 * np.pi) for label in (0, 1))
    spirals, inputs, angle = drawn(Spirals, turns=0.5)
    assert evenly((inputs**2).sum(axis=1), 0.01, 1)
    # Half a turn over the whole arm, the other one half a turn on.
    turned = (angle - np.pi * np.hypot(*inputs.T) - np.pi * spirals.labels + 0.1) % (2 * np.pi)
    np.testing.assert_allclose(turned, 0.1, atol=1e-9)
    moons, inputs, _ = drawn(Moons)
    for label, apart, start in ((0, (-0.5, -0.25), 0.0), (1, (0.5, 0.25), np.pi)):
        x, y = (1.5 * inputs[moons.labels == label] - apart).T
        np.testing.assert_allclose(np.hypot(x, y), 1, rtol=1e-12)
        assert evenly((np.arctan2(y, x) - start + 1e-9) % (2 * np.pi), 0, np.pi)
    drawn(Blobs)
