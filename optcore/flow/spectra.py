"""Singular values of the layers' Jacobians, and of their product down from the output."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass

import numpy as np

from optcore.flow.layer_flow import LayerFlow


@dataclass(frozen=True)
class Spectrum:
    """Singular values, largest first, of layer `layer` (from 0) for one sample.

    `layer_values` of d(activation of the layer)/d(what it read); `product_values` of
    d(network output)/d(what the layer read).
    """

    layer: int
    layer_values: np.ndarray
    product_values: np.ndarray


def layer_jacobian(flow: LayerFlow, layer: int, sample: int = 0) -> np.ndarray:
    """d activations[layer + 1] / d activations[layer] (n_out, n_in) of one sample.

    Dropout, normalisation and skip included. Under batch normalisation the other samples are
    held fixed, while the sample's own share in the mean and the variance counts.
    """
    forward, network = flow.trace.forward, flow.fit.network
    jacobian = _normalised_jacobian(forward, network, layer, sample)
    outer = flow.slopes[layer][sample]
    if forward.masks[layer] is not None:
        outer = outer * forward.masks[layer][sample] / forward.keep
    jacobian = outer[:, None] * jacobian
    if network.skips(layer):
        jacobian[np.diag_indices_from(jacobian)] += 1
    return jacobian


def _normalised_jacobian(forward, network, layer, sample):
    weights, spread = forward.weights[layer], forward.spreads[layer]
    if spread is None:
        return weights
    unit = forward.normalised[layer][sample]
    if network.norm == "batch":
        own = 1 - (1 + unit**2) / forward.samples
        return (own / spread[0])[:, None] * weights
    projected = weights - weights.mean(0) - np.outer(unit, unit @ weights) / len(unit)
    return projected / spread[sample]


def spectra(flow: LayerFlow, sample: int = 0, layers=None) -> Iterator[Spectrum]:
    """The spectra from the output layer down to the first.

    A generator, because a layer of width 512 takes about 0.1 s: a page can show progress,
    stop, or ask for some `layers` only (counted from 0; the others are then multiplied into
    the product but not decomposed).
    """
    depth = flow.fit.network.depth
    wanted = set(range(depth) if layers is None else layers)
    product = None
    for layer in reversed(range(depth)):
        jacobian = layer_jacobian(flow, layer, sample)
        product = jacobian if product is None else product @ jacobian
        if layer in wanted:
            yield Spectrum(layer, _singular_values(jacobian), _singular_values(product))


def _singular_values(matrix):
    """As LAPACK gives them; nan where the matrix is not finite."""
    if not np.isfinite(matrix).all():
        return np.full(min(matrix.shape), np.nan)
    return np.linalg.svd(matrix, compute_uv=False)


@dataclass(frozen=True, eq=False)
class Spectra:
    """Singular values of one sample's Jacobians: {layer: (layer values, product values)}."""

    rows: dict[int, tuple[np.ndarray, np.ndarray]]

    def values(self, product: bool, layer: int) -> np.ndarray:
        """Largest first, of the product from that layer to the output, or of the layer alone."""
        return self.rows[layer][1 if product else 0]


def find_spectra(flow: LayerFlow, layers) -> Generator[float, None, Spectra]:
    """Works the spectra of these layers out; yields the share done, and may be abandoned."""
    rows = {}
    for found in spectra(flow, 0, layers):
        rows[found.layer] = (found.layer_values, found.product_values)
        yield len(rows) / len(layers)
    return Spectra(rows)
