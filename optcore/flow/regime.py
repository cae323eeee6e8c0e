"""The regime a network is in, as a word and a sentence made from its numbers."""

import itertools
from dataclasses import dataclass
from typing import Literal

import numpy as np

from optcore.flow.layer_flow import FLOAT32_HALF_STEP, LayerFlow

# The total change over all layers beyond which the flow is no longer called stable.
STABLE = (1e-2, 1e2)
# The output layer's factor is told apart where its logarithm differs by more than this.
EVEN = 0.2
# How far the power of a factor that is quoted may be from what is left, as a logarithm.
EXACT = 0.02


@dataclass(frozen=True)
class Regime:
    kind: Literal["vanishing", "exploding", "stable", "dead", "overflow"]
    sentence: str


def regime(flow: LayerFlow, name: str | None = None) -> Regime:
    """What happens to the gradient between the output and the first layer, and how fast.

    `name` begins the sentence; the hidden activation's by default. Layers are counted from 1
    at the input side.
    """
    name = name or flow.fit.network.hidden.name
    for judge in (_overflow, _dead, _flowing):
        with np.errstate(over="ignore", invalid="ignore"):
            found = judge(flow)
        if found:
            kind, sentence = found
            return Regime(kind, f"{name}: {sentence}")
    raise AssertionError("a gradient either flows or does not")


def _overflow(flow):
    for layer, a in enumerate(flow.trace.activations[1:], start=1):
        if not np.isfinite(a).all():
            return "overflow", (
                f"the activations of layer {layer} of {flow.fit.network.depth} are no longer "
                "finite, even in float64; no loss and no gradient can be had from here."
            )
    layer = _last(~np.isfinite(flow.delta_norms))
    return layer and (
        "overflow",
        f"going back, the gradient is no longer finite from layer {layer} on; "
        "one step would make every weight below it inf or nan.",
    )


def _dead(flow):
    layer = _last(flow.delta_norms == 0)
    return layer and ("dead", f"{_cause_of_death(flow, layer)}, {_who_starves(layer)}")


def _last(such) -> int:
    """The layer nearest the output that is such a one, counted from 1; 0 if none is."""
    return int(max(np.flatnonzero(such) + 1, default=0))


def _cause_of_death(flow, layer):
    if layer == flow.fit.network.depth:
        return "no gradient leaves the loss"
    if not flow.trace.forward.weights[layer].any():
        return f"no gradient: the weights of layer {layer + 1} are all zero"
    if flow.dead[layer - 1] == 1:
        return f"no gradient: every unit of layer {layer} is dead (zero on the entire batch)"
    return f"no gradient: that of layer {layer} is exactly zero"


def _who_starves(layer):
    below = "layer 1 gets" if layer == 1 else f"layers 1 to {layer} get"
    return f"so {below} none from this batch."


def _flowing(flow):
    norms, depth = flow.delta_norms, flow.fit.network.depth
    if depth == 1:
        return "stable", f"one layer only, and its gradient is {_number(norms[0])}."
    left = norms[0] / norms[-1]
    kind = "stable" if STABLE[0] <= left <= STABLE[1] else "exploding"
    kind = "vanishing" if left < STABLE[0] else kind
    arrives = f"{_number(left)} {'is left' if left < 1 else 'times as much arrives'}"
    return kind, f"{_factors(norms)} {arrives}{_consequence(flow, kind, left)}."


def _factors(norms) -> str:
    """The factors from the output layer down to the first, so that they multiply out."""
    # A quotient of norms may be out of the range of floats.
    logs = np.log(norms)
    steps = len(logs) - 1
    after = f"after {'1 layer' if steps == 1 else f'{steps} layers'}"
    first, every = logs[-2] - logs[-1], (logs[0] - logs[-1]) / steps
    if steps < 3 or abs(first - every) < EVEN:
        return f"each layer multiplies the gradient by {_factor(np.exp(every), steps)}; {after}"
    hidden = np.exp((logs[0] - logs[-2]) / (steps - 1))
    return (
        f"the output's weights multiply the gradient by {_number(np.exp(first))} and each hidden "
        f"layer by {_factor(hidden, steps - 1)}; {after}"
    )


def _factor(value: float, times: int) -> str:
    """With as many digits, three at least, as its power needs to be right to two per cent."""
    texts = (
        f"{value:.{digits}g}" if 1e-3 <= value < 1e4 else f"{value:.{digits - 1}e}"
        for digits in itertools.count(3)
    )
    # Of 0 and inf, which what is out of the range of floats has become, no digits say more.
    return next(text for text in texts if not abs(times * np.log(float(text) / value)) >= EXACT)


def _consequence(flow, kind, left):
    if kind == "vanishing" and left < FLOAT32_HALF_STEP:
        return ", below what float32 can add to a weight of 1"
    if kind == "vanishing":
        ratio = flow.update_ratios[0]
        if np.isfinite(ratio):
            return f", and a step changes layer 1 by {_number(ratio)} of its weights"
    if kind == "exploding" and flow.overflow("float32")[-1] > 0:
        return ", and float32 would overflow"
    if kind == "exploding" and flow.update_ratios[0] > 1:
        return (
            f", and one step would change layer 1 by {_number(flow.update_ratios[0])} times itself"
        )
    return ""


def _number(value) -> str:
    """Two or three digits; scientific where a plain number would hide its size."""
    value = float(value)
    if 0.095 <= value < 9.95:
        return f"{value:.2f}"
    if 0.01 <= value < 1000:
        return f"{value:.2g}" if value < 99.5 else f"{value:.0f}"
    if value == np.inf:
        return "inf"
    mantissa, exponent = f"{value:.1e}".split("e")
    return f"{mantissa}e{int(exponent)}"
