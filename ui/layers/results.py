"""What the page Gradient flow shows of its networks, kept for all who look."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np

from optcore.flow.band import FlowBand, flow_band
from optcore.flow.bounds import spectral_norm
from optcore.flow.costs import memory
from optcore.flow.fixes import Comparison
from optcore.flow.layer_flow import LayerFlow
from optcore.flow.plan import FlowPlan
from optcore.flow.profile import FlowProfile, profile_of
from optcore.flow.signals import Signals, signals_of
from optcore.flow.units import Units, units_of
from optcore.networks.activations import Identity
from optcore.networks.initializers import Initializer
from optcore.networks.network import Network
from ui import cache
from ui.cache import cached

# The passes of a network beyond this are not kept: their numbers per layer are.
SMALL_FLOW = 40_000_000


@contextmanager
def flow_of(plan: FlowPlan) -> Generator[LayerFlow]:
    """One forward and one backward pass, with room for it while it is looked at.

    That of a small network is kept for the next view.
    """
    size, key = memory(plan), ("flow", plan)
    known = cache.CACHE.get(key)
    if known is not None:
        yield known
        return
    with cache.CACHE.room(size):
        flow = plan.flow(_drawn(plan.network, plan.initializer, plan.setting.seed))
        yield flow
    if size <= SMALL_FLOW:
        cache.CACHE.put(key, flow, size)


def _drawn(network: Network, initializer: Initializer, seed: int) -> np.ndarray:
    # The activation has no part in the draw: every compared network starts from these weights.
    return _weights(network.sizes, network.bias, initializer, seed)


@cached
def _weights(sizes: tuple, bias: bool, initializer: Initializer, seed: int) -> np.ndarray:
    theta = Network(sizes, Identity(), Identity(), bias).initial(initializer, seed)
    theta.flags.writeable = False
    return theta


@cached
def profile(plan: FlowPlan) -> FlowProfile:
    with flow_of(plan) as flow:
        return profile_of(plan, flow)


@cached
def signals(plan: FlowPlan) -> dict[str, Signals]:
    with flow_of(plan) as flow:
        return signals_of(flow)


@cached
def units(plan: FlowPlan) -> Units:
    with flow_of(plan) as flow:
        return units_of(flow)


# ------------------------------------------------------------------ norms of the weights


def _norms_key(plan: FlowPlan) -> tuple:
    """One seed draws the same hidden layers for every depth, activation and gain."""
    setting = plan.setting
    return "norms", replace(plan.initializer, gain=1.0), setting.width, setting.seed


def norms_missing(plan: FlowPlan) -> int:
    """How many eigenvalue problems `spectral_norms` would have to solve."""
    return max(0, plan.setting.depth - 1 - len(cache.CACHE.get(_norms_key(plan)) or ()))


def spectral_norms(plan: FlowPlan) -> np.ndarray:
    """The largest singular value of every weight matrix, the output layer's in the last place."""
    gain = plan.initializer.gain
    if gain == 0:
        return np.zeros(plan.setting.depth)
    theta = _drawn(plan.network, plan.initializer, plan.setting.seed)
    layers = plan.network.layers(theta)
    known = cache.CACHE.get(_norms_key(plan)) or ()
    found = [*known, *(spectral_norm(weights) / gain for weights, _ in layers[len(known) : -1])]
    if len(found) > len(known):
        cache.CACHE.put(_norms_key(plan), found)
    hidden = gain * np.array(found[: len(layers) - 1])
    return np.append(hidden, spectral_norm(layers[-1][0]))


# ------------------------------------------------------------------ bands over seeds


def unseeded(plan: FlowPlan) -> FlowPlan:
    """The plan at rate 1: the band of no other quantity than the update depends on the rate."""
    return replace(plan, setting=replace(plan.setting, learning_rate=1.0))


def known_flows(plan: FlowPlan) -> list[dict] | None:
    """What all seeds gave, if it has been worked out."""
    return cache.CACHE.get(("seeds", unseeded(plan)))


def keep_flows(plan: FlowPlan, flows: list[dict]) -> None:
    cache.CACHE.put(("seeds", unseeded(plan)), flows)


def bands(how: Comparison, quantity: str) -> dict[str, FlowBand]:
    """The bands known so far of "delta_norms", "weight_grad_norms" or "update_ratios", by name."""
    scale = how.shown[0].setting.learning_rate if quantity == "update_ratios" else 1.0
    found = {}
    for plan in how.shown:
        if flows := known_flows(plan):
            band = flow_band(flows, quantity)
            found[plan.name] = FlowBand(
                band.low * scale, band.middle * scale, band.high * scale, band.seeds
            )
    return found
