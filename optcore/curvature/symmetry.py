"""Other weights, same network: permuted, sign-flipped and rescaled hidden units."""

import math
from dataclasses import dataclass

import numpy as np

from optcore.networks.activations import Identity, LeakyReLU, MisprintedTanh, ReLU, Tanh
from optcore.networks.network import FitLoss, Network

ODD = (Tanh, Identity, MisprintedTanh)
HOMOGENEOUS = (ReLU, LeakyReLU, Identity)


@dataclass(frozen=True)
class Twin:
    """Other parameters (P,) of the same function: how far away, and the loss at both.

    `value` and `twin_value` are summed exactly, so that the order of the units cannot show;
    `plain_difference` is what ordinary sums make of the same two.
    """

    theta: np.ndarray
    distance: float
    value: float
    twin_value: float
    plain_difference: float


def twin_of(fit: FitLoss, theta, seed: int = 0) -> Twin:
    """A random one of the symmetric twins of a network's parameters (P,)."""
    rng, network, twin = np.random.default_rng(seed), fit.network, np.asarray(theta, float)
    for layer in range(network.depth - 1):
        width = network.sizes[layer + 1]
        twin = permuted(network, twin, layer, rng.permutation(width))
        if isinstance(network.hidden, ODD):
            twin = flipped(network, twin, layer, rng.choice([-1.0, 1.0], width))
    plain = float(fit.value(twin) - fit.value(theta))
    distance = float(np.linalg.norm(twin - theta))
    return Twin(twin, distance, exact_value(fit, theta), exact_value(fit, twin), plain)


def twin_count(network: Network) -> int:
    """n! for every hidden layer of n units, times 2^n where the activation function is odd.

    Distinct parameters of one function, as long as no two units are alike and none is off.
    Hecht-Nielsen (1990), On the algebraic structure of feedforward network weight spaces.
    """
    count = 1
    for width in network.sizes[1:-1]:
        count *= math.factorial(width)
        if isinstance(network.hidden, ODD):
            count *= 2**width
    return count


def permuted(network: Network, theta, layer: int, order) -> np.ndarray:
    """theta (P,) with the units of a hidden layer (from 0) in another order (n,)."""
    return _rewired(network, theta, layer, lambda rows, columns: (rows[order], columns[:, order]))


def flipped(network: Network, theta, layer: int, signs) -> np.ndarray:
    """theta (P,) with the weights into and out of units multiplied by signs (n,) of 1 or -1.

    Raises ValueError unless the activation function is odd.
    """
    _need(network, ODD, "an odd activation function, such as tanh, for a change of sign")
    return _scaled(network, theta, layer, np.asarray(signs, float))


def rescaled(network: Network, theta, layer: int, factor: float) -> np.ndarray:
    """theta (P,) with what goes into a hidden layer times the factor and what leaves it divided.

    The same function, to the last bit where the factor is a power of 2, at another sharpness:
    Dinh et al. (2017), Sharp minima can generalize for deep nets. Raises ValueError
    unless the activation function lets positive factors through.
    """
    _need(network, HOMOGENEOUS, "an activation function that lets factors through, such as ReLU")
    if not factor > 0:
        raise ValueError(f"the factor is {factor}, but only a positive one leaves ReLU as it is")
    return _scaled(network, theta, layer, factor)


def exact_value(fit: FitLoss, theta) -> float:
    """The loss with every sum over units rounded once, whatever the order (Shewchuk 1997).

    Slow, for small networks: a Python loop over weights and samples.
    """
    network, a = fit.network, np.asarray(fit.inputs, float)
    for layer, (weights, biases) in enumerate(network.layers(theta)):
        z = np.array([
            [math.fsum((*(row * sample), bias)) for row, bias in zip(weights, biases, strict=True)]
            for sample in a
        ])  # fmt: skip
        a = (network.output if layer == network.depth - 1 else network.hidden).value(z)
    return float(fit.loss.per_sample(z, a, fit.targets, network.output).mean())


def _scaled(network, theta, layer, factors) -> np.ndarray:
    """theta with what enters each unit times its factor, one or (n,), what leaves it divided."""
    return _rewired(
        network, theta, layer, lambda rows, columns: ((rows.T * factors).T, columns / factors)
    )


def _rewired(network: Network, theta, layer, change) -> np.ndarray:
    """theta with `change(rows, columns)` of what enters and what leaves a hidden layer.

    Rows are the units' weights and bias side by side, columns the weights of the next layer.
    """
    if not 0 <= layer < network.depth - 1:
        raise ValueError(f"layer is {layer}, but hidden layers are 0 to {network.depth - 2}")
    if network.residual:
        raise ValueError("a skip ties the units of a layer to those below: they keep their places")
    moved = np.array(theta, float)
    (into, bias), (out, _) = network.layers(moved)[layer : layer + 2]
    rows, columns = change(np.column_stack([into, bias]), out)
    # `layers` gives views: writing into them writes into the new theta.
    into[:], out[:] = rows[:, :-1].copy(), columns.copy()
    bias[:] = rows[:, -1]
    return moved


def _need(network, kinds, what) -> None:
    if not isinstance(network.hidden, kinds):
        raise ValueError(f"{network.hidden.name} has no such twin: it takes {what}")
