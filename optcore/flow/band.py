"""How much the flow through a network depends on the seed of its weights."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from optcore.flow.layer_flow import layer_flow
from optcore.networks.network import FitLoss

# float32 norms inside this range have lost nothing but digits; outside, entries go subnormal.
SAFE_IN_FLOAT32 = (1e-30, 1e30)
QUANTITIES = ("delta_norms", "weight_grad_norms", "update_ratios")


@dataclass(frozen=True)
class FlowBand:
    """Quantiles over seeds of one quantity, each (layers,), input side first."""

    low: np.ndarray
    middle: np.ndarray
    high: np.ndarray
    seeds: int


def seed_flows(
    fit: FitLoss, initializer, seeds: Iterable[int] = range(30), learning_rate: float = 0.01
) -> Iterator[dict[str, np.ndarray]]:
    """For each seed {"delta_norms", "weight_grad_norms", "update_ratios"}, (layers,) each.

    A generator: a page shows its progress and may stop it. float32 is used for speed; where
    its norms leave 1e-30 to 1e30 the seed is done again in float64, so nothing vanishes that
    float64 can hold.
    """
    for seed in seeds:
        theta = fit.network.initial(initializer, seed)
        norms = _norms(fit, theta.astype(np.float32), learning_rate)
        low, high = SAFE_IN_FLOAT32
        if not all(((low < n) & (n < high)).all() for n in norms.values()):
            norms = _norms(fit, theta, learning_rate)
        yield norms


def _norms(fit, theta, learning_rate):
    flow = layer_flow(fit, theta, learning_rate)
    return {name: getattr(flow, name) for name in QUANTITIES}


def flow_band(flows, quantity: str = "delta_norms", low=0.1, high=0.9) -> FlowBand:
    """The band of what `seed_flows` gave: from one quantile to another, and the median."""
    rows = np.array([flow[quantity] for flow in flows])
    # Nearest ranks, because an average of inf and a number is no number.
    edges = np.quantile(rows, [low, 0.5, high], axis=0, method="nearest")
    return FlowBand(*edges, seeds=len(rows))
