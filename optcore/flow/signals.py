"""Histograms of a network's signals, layer by layer, over the same bins."""

import math
from dataclasses import dataclass

import numpy as np

from optcore.flow.layer_flow import LayerFlow

BINS = 48
SATURATED = 0.05
# Histograms wider than this get an axis that is logarithmic away from zero.
WIDE = 30.0


@dataclass(frozen=True, eq=False)
class Signals:
    """Histograms of all units and samples, per layer, over the same bins.

    `edges` (bins + 1) in units of the axis (asinh of the value where `bent`); `shares` and
    `saturated` (layers, bins) are shares of all numbers of the layer, the second only of those
    whose slope is under 5 % of the steepest; `outside` counts what is not finite.
    """

    edges: np.ndarray
    bent: bool
    shares: np.ndarray
    saturated: np.ndarray
    outside: np.ndarray


def signals_of(flow: LayerFlow) -> dict[str, Signals]:
    """{"z": ..., "a": ...}: what each activation function is given, and what it gives."""
    forward, network = flow.trace.forward, flow.fit.network
    hidden = slice(0, network.depth - 1)
    limit = SATURATED * network.hidden.steepest
    flat = [np.abs(slope) < limit for slope in flow.slopes[hidden]]
    return {
        "z": _histograms(forward.normalised[hidden], flat),
        "a": _histograms(forward.units[hidden], flat),
    }


def _histograms(arrays, flat) -> Signals:
    finite = [np.isfinite(array) for array in arrays]
    extents = [_extent(a[ok]) for a, ok in zip(arrays, finite, strict=True) if ok.any()]
    reach, both_sides = 1.0, True
    if extents:
        sizes, largest, least = zip(*extents, strict=True)
        # An axis that a single outlier stretches shows nothing: four deviations, no less than 1.
        reach = max(reach, min(4 * max(sizes), max(largest)))
        both_sides = min(least) < 0
    bent = reach > WIDE
    high = math.asinh(reach) if bent else reach
    edges = np.linspace(-high if both_sides else 0.0, high, BINS + 1)
    rows = [_counts(a, ok, sat, edges, bent)
            for a, ok, sat in zip(arrays, finite, flat, strict=True)]  # fmt: skip
    shares, saturated, outside = (np.array(column) for column in zip(*rows, strict=True))
    return Signals(edges, bent, shares, saturated, outside)


def _extent(values) -> tuple[float, float, float]:
    """The root mean square, the largest size and the least value."""
    with np.errstate(over="ignore"):
        size = float(np.sqrt(np.mean(values**2)))
    return size, float(np.abs(values).max()), float(values.min())


def _counts(array, finite, flat, edges, bent):
    values = array[finite]
    placed = np.arcsinh(values) if bent else values
    scale = BINS / (edges[-1] - edges[0])
    bins = np.clip(((placed - edges[0]) * scale).astype(int), 0, BINS - 1)
    every = np.bincount(bins, minlength=BINS) / array.size
    those = np.bincount(bins[flat[finite]], minlength=BINS) / array.size
    return every, those, array.size - values.size
