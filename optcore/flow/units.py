"""How the hidden units of each layer fare: dead, sparse, saturated, alike."""

import math
from dataclasses import dataclass

import numpy as np

from optcore.flow.layer_flow import LayerFlow
from optcore.flow.signals import SATURATED

SPARSE = 0.1
ON_POINTS = 65


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


def units_of(flow: LayerFlow) -> Units:
    """What became of the hidden units over the batch."""
    forward = flow.trace.forward
    hidden = slice(0, flow.fit.network.depth - 1)
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
