import numpy as np
import pytest

from optcore.networks.network import FitLoss, Network
from optcore.training.neuron import NEURONS, NeuronStart, run_neuron

SQUARED, CROSS, RELU = NEURONS
every_neuron = pytest.mark.parametrize("neuron", NEURONS, ids=lambda n: n.name)


def test_names_are_those_links_carry():
    assert [neuron.name for neuron in NEURONS] == ["Squared error", "Cross-entropy", "ReLU"]


@pytest.mark.parametrize(
    ("start", "first", "last"), [((0.6, 0.9), "0.8176", "0.0940"), ((2.0, 2.0), "0.9820", "0.2028")]
)
def test_published_ends_of_the_slow_neuron(start, first, last):
    """Nielsen (2015), Neural Networks and Deep Learning, chapter 3: rate 0.15, 300 epochs."""
    run = run_neuron(SQUARED, NeuronStart(*start))
    assert f"{run.outputs[0]:.4f}" == first
    assert f"{run.outputs[-1]:.4f}" == last
    assert len(run.outputs) == 301


@every_neuron
@pytest.mark.parametrize(("x", "y"), [(1.0, 0.0), (-1.5, 0.8)])
def test_value_and_gradient_are_those_of_a_network_of_one_unit(neuron, x, y):
    points = np.random.default_rng(3).normal(0, 2, (20, 2))
    network = Network((1, 1), neuron.activation, neuron.activation)
    fit = FitLoss(network, neuron.loss, np.array([[x]]), np.array([[y]]))
    neuron = run_neuron(neuron, NeuronStart(x=x, y=y, steps=10)).neuron
    np.testing.assert_allclose(neuron.value(points), fit.value(points), rtol=1e-14)
    np.testing.assert_allclose(neuron.grad(points), fit.grad(points), rtol=1e-14)


def test_the_gradients_are_the_two_formulas_of_the_plane():
    z = np.linspace(-8, 8, 33)
    a = 1 / (1 + np.exp(-z))
    np.testing.assert_allclose(SQUARED.delta(z), (a - 0.0) * a * (1 - a), rtol=1e-12)
    np.testing.assert_allclose(CROSS.delta(z), a - 0.0, rtol=1e-12)
    np.testing.assert_allclose(RELU.delta(z), np.where(z > 0, z, 0.0), rtol=1e-12)


@every_neuron
def test_the_gradient_is_its_factors(neuron):
    run = run_neuron(neuron, NeuronStart(y=0.25, steps=40))
    np.testing.assert_array_equal(run.errors, run.outputs - 0.25)
    factor = run.slopes if neuron.keeps_slope else 1.0
    np.testing.assert_allclose(run.deltas, run.errors * factor, rtol=1e-12)
    np.testing.assert_allclose(run.run.grads, np.stack([run.deltas, run.deltas], -1), rtol=1e-15)


def test_worse_starts_are_slower_for_squared_error_and_faster_for_cross_entropy():
    mild, bad = NeuronStart(0.6, 0.9), NeuronStart(2.0, 2.0)
    slow = [abs(run_neuron(SQUARED, start).deltas[0]) for start in (mild, bad)]
    quick = [abs(run_neuron(CROSS, start).deltas[0]) for start in (mild, bad)]
    assert slow[1] < slow[0] / 5
    assert quick[1] > quick[0]


def test_half_way_is_the_first_step_with_half_of_the_error():
    run = run_neuron(SQUARED, NeuronStart())
    at = run.half_way
    assert abs(run.errors[at]) <= abs(run.errors[0]) / 2 < abs(run.errors[at - 1])
    assert run_neuron(SQUARED, NeuronStart(steps=10)).half_way is None


def test_a_dead_relu_stays_where_it_is():
    run = run_neuron(RELU, NeuronStart(w=-1.0, b=-0.5, y=1.0, steps=50))
    assert not run.deltas.any()
    assert (run.z == -1.5).all()
    assert run.half_way is None


def test_a_relu_at_too_large_a_rate_ends_dead_or_diverges():
    """z shrinks by 1 - rate (x^2 + 1) per step: beyond rate 1 the first step jumps below 0."""
    run = run_neuron(RELU, NeuronStart(w=1.0, b=1.0, y=0.5, learning_rate=2.0, steps=50))
    assert run.outputs[1] == 0.0
    assert (run.deltas[1:] == 0).all()


def test_an_error_that_is_exactly_halved_is_half_way():
    """At rate 1/4 each step of a ReLU on x = 1, y = 0 takes half of z."""
    run = run_neuron(RELU, NeuronStart(w=1.0, b=1.0, learning_rate=0.25, steps=10))
    np.testing.assert_array_equal(run.z[:3], [2, 1, 0.5])
    assert run.half_way == 1
