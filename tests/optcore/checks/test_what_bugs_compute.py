"""What every planted bug computes, worked out a second time: sample by sample, with matrices.

Slopes, norms and losses are differentiated by the complex step, so nothing of the backward pass
under test is used; a slip replaces one quantity by what its formula says.
"""

import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest

from optcore.checks.bugs import PLANTED_BUGS, plant
from optcore.checks.bugs.blocks import BiasGradSummed, PenaltyDoubled, WeightGradDoubled
from optcore.checks.bugs.deltas import SignFlipped, SlopeForgotten, TransposedWeights
from optcore.networks.activations import Identity, MisprintedTanh, Sigmoid, Tanh
from optcore.networks.initializers import XavierNormal
from optcore.networks.losses import SigmoidCrossEntropy, SquaredError
from optcore.networks.network import FitLoss, Network

SAMPLES = 6
RNG = np.random.default_rng(11)
INPUTS = RNG.standard_normal((SAMPLES, 3))
TARGETS = (RNG.random((SAMPLES, 4)) > 0.5) * 1.0


def fit_of(hidden, loss, output, fields, **switches):
    network = Network((3, 4, 4, 4), hidden, output, **switches)
    return FitLoss(network, loss, INPUTS, TARGETS, dropout_seed=1, **fields)


FITS = {
    "tanh": fit_of(Tanh(), SquaredError(), Sigmoid(), {"weight_decay": 0.3}),
    "misprinted tanh, layer norm": fit_of(
        MisprintedTanh(), SigmoidCrossEntropy(), Sigmoid(), {"dropout": 0.3}, norm="layer"
    ),
    "residual sigmoid": fit_of(
        Sigmoid(), SquaredError(), Tanh(), {"dropout": 0.4, "weight_decay": 0.1}, residual=True
    ),
    "tanh into logits": fit_of(Tanh(), SigmoidCrossEntropy(), Identity(), {}),
}


def slope(function, z):
    """The derivative of every element, by the complex step."""
    return function(z + 1e-30j).imag / 1e-30


def jacobian(function, z):
    columns = [function(z + 1e-30j * direction).imag / 1e-30 for direction in np.eye(len(z))]
    return np.array(columns).T


def layer_norm(z):
    return (z - z.mean()) / np.sqrt(((z - z.mean()) ** 2).mean() + 1e-5)


def sample_loss(fit, y, z):
    if isinstance(fit.loss, SquaredError):
        return ((fit.network.output.value(z) - y) ** 2).sum() / 2
    a = 1 / (1 + np.exp(-z))
    return -(y * np.log(a) + (1 - y) * np.log(1 - a)).sum()


def without_last(matrix):
    matrix[-1, -1] = 0
    return matrix


# What a slip makes of one quantity, by the bug's name; `it` holds what stands around it.
SLIPS = {
    "tanh' = 1 - a": ("slope", lambda it: 1 - it.unit),
    "Misprinted tanh with 1 - a²": ("slope", lambda it: 1 - it.unit**2),
    "Slope taken at a": ("slope", lambda it: slope(it.hidden.value, it.unit)),
    "Slope forgotten": ("slope", lambda it: np.ones(len(it.unit))),
    "Weights not transposed": ("through", lambda it: it.weights @ it.delta),
    "Skip forgotten on the way back": ("skip", lambda it: np.zeros(len(it.right))),
    "Normalisation treated as constant": (
        "norm",
        lambda it: np.eye(len(it.z)) / np.sqrt(it.z.var() + 1e-5),
    ),
    "Dropout without 1/keep": ("dropped", lambda it: it.mask * 1.0),
    "Dropout mask forgotten": ("dropped", lambda it: np.ones(len(it.mask)) / it.keep),
    "Missing 1/m": ("output", lambda it: it.right * SAMPLES),
    "Sign flipped": ("output", lambda it: -it.right),
    "Cross-entropy with an extra slope": (
        "output",
        lambda it: (it.a - it.y) * it.a * (1 - it.a) / SAMPLES,
    ),
    "Squared error without the output's slope": ("output", lambda it: (it.a - it.y) / SAMPLES),
    "dW doubled": ("dW", lambda it: 2 * np.outer(it.delta, it.read)),
    "Stale activation": ("dW", lambda it: np.outer(it.delta, it.read_before)),
    "z in place of a": ("dW", lambda it: np.outer(it.delta, it.z_below)),
    "One wrong element": ("dW", lambda it: without_last(np.outer(it.delta, it.read))),
    "Sum instead of mean for b": ("db", lambda it: it.delta * SAMPLES),
    "b off by 0.1 %": ("db", lambda it: it.delta + it.delta / 1000),
    "db overwritten, not summed": ("db", lambda it: it.delta * (it.sample == SAMPLES - 1)),
    "L2 term forgotten": ("penalty", lambda it: np.zeros(it.right.shape)),
    "L2 term without its half": ("penalty", lambda it: it.right + it.right),
}


def gradient(fit, theta, *bugs):
    """dL/dtheta with these slips, one sample and one layer after the other."""
    slips = {}
    for bug in bugs:
        what, wrong = SLIPS[bug.name]
        slips[what, 0 if what == "penalty" else bug.line(fit.network).layer] = wrong

    def taken(what, layer, right, **around):
        wrong = slips.get((what, layer))
        return wrong(SimpleNamespace(right=right, **around)) if wrong else right

    layers = fit.network.layers(theta)
    total = [taken("penalty", 0, fit.weight_decay * weights) for weights, _ in layers]
    total_bias = [0 * bias for _, bias in layers]
    passes = [forwards(fit, layers, sample) for sample in range(SAMPLES)]
    for sample, states in enumerate(passes):
        upstream = None
        for layer in range(len(layers), 0, -1):
            state, weights = states[layer], layers[layer - 1][0]
            delta = delta_of(fit, sample, layer, state, upstream, taken)
            before, below = passes[sample - 1][layer], states[layer - 1]
            total[layer - 1] += taken(
                "dW", layer, np.outer(delta, state.read), delta=delta, read=state.read,
                read_before=before.read, z_below=below.z,
            )  # fmt: skip
            total_bias[layer - 1] += taken("db", layer, delta, delta=delta, sample=sample)
            through = taken("through", layer - 1, weights.T @ delta, weights=weights, delta=delta)
            if fit.network.skips(layer - 1):
                through = through + taken("skip", layer - 1, upstream)
            upstream = through
    pairs = zip(total, total_bias, strict=True)
    return np.concatenate([np.ravel(part) for pair in pairs for part in pair])


def delta_of(fit, sample, layer, state, upstream, taken):
    """dL/dz of one layer for one sample."""
    if upstream is None:
        y, a = TARGETS[sample], fit.network.output.value(state.z)
        right = jacobian(lambda z: np.array([sample_loss(fit, y, z)]), state.z)[0] / SAMPLES
        return taken("output", layer, right, y=y, a=a)
    dropped = taken("dropped", layer, state.mask / state.keep, **vars(state))
    bend = taken("slope", layer, slope(state.hidden.value, state.normed), **vars(state))
    norm = jacobian(layer_norm, state.z) if fit.network.norm else np.eye(len(state.z))
    return taken("norm", layer, norm, z=state.z).T @ (bend * dropped * upstream)


def forwards(fit, layers, sample):
    """What each layer, counted from 1, read and made of one sample."""
    masks = fit.draw_masks(np.empty(0))
    a, states = INPUTS[sample], [SimpleNamespace(z=None)]
    for at, (weights, bias) in enumerate(layers):
        state = SimpleNamespace(read=a, z=weights @ a + bias, hidden=fit.network.hidden)
        states.append(state)
        if at < len(layers) - 1:
            state.keep = 1 - fit.dropout
            state.mask = np.ones(len(state.z)) if masks[at] is None else masks[at][sample]
            state.normed = layer_norm(state.z) if fit.network.norm else state.z
            state.unit = state.hidden.value(state.normed)
            a = state.unit * state.mask / state.keep + (a if fit.network.skips(at) else 0)
    return states


def theta_of(fit):
    noise = np.random.default_rng(5).standard_normal(fit.network.parameters)
    return fit.network.initial(XavierNormal(), 2) + 0.1 * noise


def agree(fit, *bugs):
    """Holds the slips to their formulas; the blocks they make wrong."""
    theta, buggy = theta_of(fit), dataclasses.replace(fit, backprop=plant(*bugs))
    expected = gradient(fit, theta, *bugs)
    np.testing.assert_allclose(buggy.grad(theta), expected, rtol=1e-9, atol=1e-14)
    apart = ~np.isclose(expected, fit.grad(theta), rtol=1e-7, atol=1e-14)
    return {name for name, part in fit.blocks.items() if apart[part].any()}


PLACES = [
    pytest.param(fit, bug.at(layer), id=f"{name}-{bug.name}-{layer}")
    for name, fit in FITS.items()
    for bug in PLANTED_BUGS
    for layer in bug.places(fit)
]


def test_every_bug_has_a_formula_and_a_place():
    assert set(SLIPS) == {bug.name for bug in PLANTED_BUGS}
    assert {place.values[1].name for place in PLACES} == set(SLIPS)


@pytest.mark.parametrize("fit", FITS.values(), ids=FITS)
def test_without_a_slip_it_is_the_gradient(fit):
    assert agree(fit) == set()


@pytest.mark.parametrize(("fit", "bug"), PLACES)
def test_a_planted_bug_computes_what_its_formula_says(fit, bug):
    assert agree(fit, bug) == set(bug.corrupts(fit.network))


def test_several_bugs_at_once_compute_what_their_formulas_say():
    bugs = SlopeForgotten(2), TransposedWeights(1), WeightGradDoubled(3), BiasGradSummed(1)
    assert agree(FITS["tanh"], *bugs, SignFlipped(3), PenaltyDoubled()) == set(FITS["tanh"].blocks)
