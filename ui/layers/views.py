"""What the views Signals, Units and Jacobian show of a case, worked out when they are shown."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from optcore.flow.spectra import spectra
from ui.layers.case import Case

BINS = 48
SATURATED = 0.05
# Histograms wider than this get an axis that is logarithmic away from zero.
WIDE = 30.0
SPARSE = 0.1
ON_POINTS = 65
SPECTRUM_POINTS = 64


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


@lru_cache(maxsize=24)
def signals(case: Case) -> dict[str, Signals]:
    """{"z": ..., "a": ...}: what each activation function is given, and what it gives."""
    flow = case.flow()
    forward = flow.trace.forward
    hidden = slice(0, case.setting.depth - 1)
    flat = [np.abs(slope) < SATURATED * case.activation.steepest for slope in flow.slopes[hidden]]
    return {
        "z": _histograms(forward.normalised[hidden], flat),
        "a": _histograms(forward.units[hidden], flat),
    }


def _histograms(arrays, flat) -> Signals:
    finite = [np.isfinite(array) for array in arrays]
    pairs = list(zip(arrays, finite, strict=True))
    # An axis that a single outlier stretches shows nothing: four deviations, no less than 1.
    with np.errstate(over="ignore", invalid="ignore"):
        sizes = [float(np.sqrt(np.mean(a[ok] ** 2))) if ok.any() else 0.0 for a, ok in pairs]
    sizes = [size for size in sizes if math.isfinite(size)]
    reach = max(1.0, 4 * max(sizes, default=1.0))
    largest = max((float(np.abs(a[ok]).max()) for a, ok in pairs if ok.any()), default=1.0)
    reach = min(reach, max(largest, 1.0))
    lowest = min((float(a[ok].min()) for a, ok in pairs if ok.any()), default=-1.0)
    bent = reach > WIDE
    high = math.asinh(reach) if bent else reach
    low = 0.0 if lowest >= 0 else -high
    edges = np.linspace(low, high, BINS + 1)
    rows = [_counts(a, ok, sat, edges, bent)
            for a, ok, sat in zip(arrays, finite, flat, strict=True)]  # fmt: skip
    shares, saturated, outside = (np.array(column) for column in zip(*rows, strict=True))
    return Signals(edges, bent, shares, saturated, outside)


def _counts(array, finite, flat, edges, bent):
    values = array[finite]
    placed = np.arcsinh(values) if bent else values
    scale = BINS / (edges[-1] - edges[0])
    bins = np.clip(((placed - edges[0]) * scale).astype(int), 0, BINS - 1)
    total = max(array.size, 1)
    every = np.bincount(bins, minlength=BINS) / total
    those = np.bincount(bins[flat[finite]], minlength=BINS) / total
    return every, those, array.size - values.size


@dataclass(frozen=True, eq=False)
class Units:
    """How the hidden units of each layer fare, shares from 0 to 1, the input side first.

    `on` (layers, ON_POINTS): for units from the laziest to the busiest, the share of samples
    for which they give anything but zero. `alike` is the mean cosine between what the layer
    reads from two samples. `starved` is the share of units whose pre-activation is zero for
    every sample.
    """

    dead: np.ndarray
    sparse: np.ndarray
    zero: np.ndarray
    saturated: np.ndarray
    starved: np.ndarray
    alike: np.ndarray
    on: np.ndarray


UNITS = {"Dead": "dead", "Sparse": "sparse", "Zero": "zero", "Saturated": "saturated"}


@lru_cache(maxsize=64)
def units(case: Case) -> Units:
    flow = case.flow()
    forward = flow.trace.forward
    hidden = slice(0, case.setting.depth - 1)
    busy = [np.sort((a != 0).mean(0)) for a in forward.units[hidden]]
    dead = flow.dead[hidden]
    sparse = np.array([float(np.mean(each < SPARSE)) for each in busy])
    with np.errstate(over="ignore", invalid="ignore"):
        alike = np.array([_mean_cosine(a) for a in forward.activations[hidden]])
    return Units(
        dead,
        np.maximum(sparse - dead, 0),
        flow.zeros[hidden],
        flow.saturated(SATURATED)[hidden],
        np.array([float(np.mean(~z.any(0))) for z in forward.normalised[hidden]]),
        alike,
        np.array([_thinned(each, ON_POINTS) for each in busy]),
    )


def _mean_cosine(rows) -> float:
    """The mean cosine between two different rows; nan for a single row or rows of zeros."""
    lengths = np.sqrt((rows * rows).sum(1))
    kept = np.isfinite(lengths) & (lengths > 0)
    count = int(kept.sum())
    if count < 2:
        return math.nan
    total = (rows[kept] / lengths[kept, None]).sum(0)
    return float((total @ total - count) / (count * (count - 1)))


def _thinned(values: np.ndarray, points: int) -> np.ndarray:
    """So many of the sorted values, evenly spread, the first and the last among them."""
    return values[np.round(np.linspace(0, len(values) - 1, points)).astype(int)]


@dataclass(frozen=True, eq=False)
class Spectra:
    """Singular values of one sample's Jacobians: {layer: (layer values, product values)}."""

    rows: dict[int, tuple[np.ndarray, np.ndarray]]

    def values(self, quantity: str, layer: int) -> np.ndarray:
        """Largest first, of that layer alone or of the product to the output."""
        return self.rows[layer][1 if quantity == JACOBIANS[0] else 0]


JACOBIANS = ("Layer to output", "Each layer")
_spectra: dict[tuple[Case, int], Spectra] = {}


def spectrum_layers(cases, limit: float) -> list[int]:
    """As many layers, evenly spread, as can be decomposed within so many seconds."""
    setting = cases[0].setting
    affordable = int(limit / (len(cases) * spectrum_seconds(setting.width)))
    count = max(2, min(setting.depth, affordable))
    return sorted({round(at) for at in np.linspace(0, setting.depth - 1, count)})


def spectrum_seconds(width: int) -> float:
    """About how long two decompositions and a product of one layer take."""
    return 2e-4 + 1.2e-9 * width**3


def known_spectra(case: Case, layers) -> Spectra | None:
    """What `find_spectra` has found before."""
    return _spectra.get((case, len(layers)))


def find_spectra(case: Case, layers) -> Iterator[float]:
    """Works the spectra out; yields the share done, and may be abandoned at any time."""
    flow = case.flow()
    rows = {}
    for found in spectra(flow, 0, layers):
        rows[found.layer] = (found.layer_values, found.product_values)
        yield len(rows) / len(layers)
    while len(_spectra) >= 64:
        _spectra.pop(next(iter(_spectra)), None)
    _spectra[case, len(layers)] = Spectra(rows)
