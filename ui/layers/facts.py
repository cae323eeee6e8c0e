"""What a lesson may say of the networks compared: numbers and words, from their profiles."""

from collections.abc import Sequence

import numpy as np

from optcore.flow.finite_width import ReluWidth
from optcore.flow.layer_flow import decay_rate
from optcore.flow.plan import FlowPlan
from optcore.flow.profile import FlowProfile
from ui.layers.results import profile, units
from ui.parameters import slug


def facts(shown: Sequence[FlowPlan], before: Sequence[FlowPlan]) -> dict[str, float | str | None]:
    """Facts of each network by its activation's name as links write it: `sigmoid.left`.

    `before.sigmoid.left` is the same before the fixes. Layers are counted from 1 at the input.
    """
    if not shown:
        return {}
    setting = shown[0].setting
    found: dict[str, float | str | None] = {
        "depth": setting.depth,
        "below": setting.depth - 1,
        "width": setting.width,
        "batch": setting.batch,
    }
    for prefix, plans in (("", shown), ("before.", before)):
        for plan in plans:
            own = _network(plan)
            found |= {f"{prefix}{slug(plan.name)}.{name}": fact for name, fact in own.items()}
    return found


def _network(plan: FlowPlan) -> dict[str, float | str | None]:
    flow = profile(plan)
    became = units(plan)
    hidden, width = flow.weight_grad[:-1], ReluWidth(plan.setting.width)
    return {
        "left": _known(flow.left),
        "per_layer": _known(decay_rate(flow.delta[:-1])),
        "last_layer": _ratio(flow.delta[-2], flow.delta[-1]),
        "regime": flow.regime.kind,
        "dw_range": _ratio(hidden.max(), hidden.min()) if len(hidden) else None,
        "gain": plan.initializer.gain,
        "sigma": plan.sigma_w,
        "signal_left": _ratio(flow.a_size[-2], flow.a_size[0]) if len(flow.a_size) > 1 else None,
        "signal_per_layer": _known(1 / decay_rate(flow.a_size[:-1])),
        "inf16": _first(flow, "float16"),
        "inf32": _first(flow, "float32"),
        "dead": _known(float(np.mean(became.dead))),
        "saturated": _known(float(became.saturated[-1])) if len(became.saturated) else None,
        "theory": _theory(flow),
        "drift": -width.drift,
        "drift_leading": -width.leading_order()[0],
        "dead_seeds": width.none_left(plan.setting.depth - 1),
    }


def _theory(flow: FlowProfile) -> float | None:
    """What a hidden layer does to the gradient norm by mean-field theory, the last one's."""
    if flow.theory is None or not len(flow.theory.factors):
        return None
    return _known(float(np.sqrt(flow.theory.factors[-1])))


def _first(flow: FlowProfile, kind: str) -> int | None:
    """The first layer whose activations are inf in a number format."""
    beyond = np.flatnonzero(flow.burst[kind] > 0)
    return int(beyond[0]) + 1 if len(beyond) else None


def _ratio(one: float, other: float) -> float | None:
    with np.errstate(all="ignore"):
        return _known(float(np.float64(one) / np.float64(other)))


def _known(number: float) -> float | None:
    return float(number) if np.isfinite(number) else None
