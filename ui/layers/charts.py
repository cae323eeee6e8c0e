"""Gradients per layer, and beside them why: slopes of the activations and mean-field chi."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from optcore.flow.band import FlowBand
from optcore.flow.bounds import funnel, funnels
from optcore.flow.layer_flow import FLOAT32_HALF_STEP, FLOAT_RANGES
from optcore.flow.mean_field import chi_curve
from optcore.flow.profile import FlowProfile
from optcore.flow.signals import SATURATED
from optcore.networks.activations import Activation
from ui import figures
from ui.figures import axis, layout, log_axis, log_range, positive
from ui.palette import ACTIVATION_LOOKS, BAD, GOOD
from ui.prose import number

# Half a unit in the last place of 1 in float16.
FLOAT16_HALF_STEP = 2.0**-11
HEALTHY = 1e-3
# What the menu calls the numbers per layer, and the field of a profile that holds them.
GRADIENTS = {"Delta": "delta", "dW": "weight_grad", "Update : weight": "ratio"}
SLOPE_WINDOW = (-6.0, 6.0)
TITLES = {
    "delta": "‖δ‖ of a sample, root mean square",
    "weight_grad": "‖dL/dW‖",
    "ratio": "rate · ‖dL/dW‖ / ‖W‖",
}
READOUTS = {"delta": "‖δ‖", "weight_grad": "‖dW‖", "ratio": "step"}


@dataclass(frozen=True)
class Extras:
    """What is drawn with the gradients besides them, by activation name."""

    theory: bool = True
    bounds: dict[str, np.ndarray] | None = None
    bands: dict[str, FlowBand] | None = None
    formats: bool = True


def backward(values: np.ndarray) -> np.ndarray:
    """As backprop meets them: the output layer first."""
    return np.asarray(values)[::-1]


def gradients(
    profiles: Sequence[FlowProfile], before: Sequence[FlowProfile], quantity: str, extras: Extras
) -> dict:
    """Bars and curves per layer from the output to the input, on a log axis."""
    depth = profiles[0].plan.setting.depth
    layers = np.arange(depth, 0, -1, dtype=float)
    kind = GRADIENTS[quantity]
    data = [*_bands(extras.bands or {}, layers, kind), *_earlier(before, layers, quantity)]
    for place, profile in enumerate(profiles):
        values = backward(getattr(profile, GRADIENTS[quantity]))
        # The axis runs from right to left, and so does the order of the bars in its units.
        data.append(
            bar(profile.plan.name, layers, values, len(profiles) - 1 - place, len(profiles))
        )
    if kind == "delta":
        data += _bounds(extras.bounds or {}, layers)
        data += _theories(profiles, layers) if extras.theory else []
    data += [_curve(profile, layers, quantity) for profile in profiles]
    shown = [trace["y"] for trace in data]
    reach = log_range(shown, deepest=1e-300, highest=1e300)
    if extras.formats:
        data = [*format_lines(profiles[0], kind, depth, reach), *data]
    return {"data": data, "layout": layers_layout(depth, reach, TITLES[kind], back=True)}


def _curve(profile, layers, quantity):
    values = backward(getattr(profile, GRADIENTS[quantity]))
    trace = track(profile.plan.name, "curve", layers, positive(values))
    trace["meta"] |= {
        "readout": READOUTS[GRADIENTS[quantity]],
        "reads": [number(value) for value in values],
    }
    return trace


def _earlier(before, layers, quantity):
    for profile in before:
        values = backward(getattr(profile, GRADIENTS[quantity]))
        trace = track(profile.plan.name, "still", layers, positive(values))
        trace["name"] = f"{profile.plan.name}, before"
        trace["meta"]["group"] = "before"
        trace["line"] |= {"width": 2, "dash": "dot"}
        yield trace | {"opacity": 0.55}


def _bands(bands, layers, kind):
    for name, band in bands.items():
        low, high = backward(band.low), backward(band.high)
        # Where fewer than a tenth of the seeds have a gradient the band has no lower edge.
        kept = (low > 0) & np.isfinite(high)
        if not kept.any():
            continue
        around = np.concatenate([layers[kept], layers[kept][::-1]])
        edges = np.concatenate([low[kept], high[kept][::-1]])
        trace = track(name, "still", around, edges)
        trace |= {"fill": "toself", "fillcolor": f"{ACTIVATION_LOOKS[name]['colour']}3a",
                  "opacity": 1.0, "name": f"{name}, {band.seeds} seeds"}  # fmt: skip
        trace["line"] |= {"width": 0.6, "dash": "solid"}
        trace["meta"]["silent"] = True
        yield trace


def _theories(profiles, layers):
    for profile in profiles:
        if profile.theory is None or not np.isfinite(profile.delta[-1]):
            continue
        expected = profile.theory.delta_norms(profile.delta[-1])
        yield _thin(profile, layers, expected, "theory", "dash", 1.6)
        for part in funnel(profile.plan, expected) if funnels(profile.plan) else ():
            yield _thin(profile, layers, part, "one sample of this width", "dashdot", 1.2)


def _bounds(bounds, layers):
    for name, values in bounds.items():
        trace = track(name, "still", layers, backward(values))
        trace["name"] = f"{name}, upper bound"
        trace["line"] |= {"width": 1.6, "dash": "longdash", "color": BAD}
        yield trace


def _thin(profile, layers, values, what, dash, width):
    values = backward(np.where((values > 0) & np.isfinite(values), values, np.nan))
    trace = track(profile.plan.name, "still", layers, values)
    trace["name"] = f"{profile.plan.name}, {what}"
    trace["line"] |= {"width": width, "dash": dash, "color": "ink"}
    trace["meta"]["silent"] = what != "theory"
    return trace


def format_lines(profile: FlowProfile, kind: str, depth: int, reach) -> list[dict]:
    """Where numbers of a format end: a typical entry below the line rounds to zero."""
    setting = profile.plan.setting
    entries = {
        # delta carries the 1/m of the mean over the batch; the norm shown does not.
        "delta": setting.batch * math.sqrt(setting.width),
        "weight_grad": float(setting.width),
    }
    if kind == "ratio":
        marks = [
            (HEALTHY, "1e−3: a healthy step", GOOD),
            (FLOAT16_HALF_STEP, "float16: a smaller step is lost", "ink"),
            (FLOAT32_HALF_STEP, "float32: a smaller step is lost", "ink"),
        ]
    else:
        marks = [
            (least * entries[kind], f"{name}: entries below round to 0", "ink")
            for name, (least, _) in FLOAT_RANGES.items()
        ]
    return [rule(at, text, (depth + 0.6, 0.4), colour) for at, text, colour in marks
            if reach[0] < math.log10(at) < reach[1]]  # fmt: skip


def rule(
    at: float, text: str, across: tuple[float, float], colour: str = "ink", first: bool = False
) -> dict:
    """A horizontal line with its meaning written on it."""
    return {
        "type": "scatter",
        "mode": "lines+text",
        "name": text,
        "x": np.array(across, dtype=float),
        "y": np.array([at, at], dtype=float),
        "text": [text, ""] if first else ["", text],
        "line": {"color": colour, "width": 1, "dash": "dot"},
        "opacity": 0.75,
        "meta": {"play": "still", "silent": True, "log": True},
    }


def slopes(profiles: Sequence[FlowProfile]) -> dict:
    """The derivative of every activation; bold, where the units of the clock's layer are."""
    z = np.linspace(*SLOPE_WINDOW, 121)
    data = []
    for profile in profiles:
        phi = profile.plan.activation
        curve = track(profile.plan.name, "still", z, phi.derivative(z))
        curve["line"]["width"] = 1.6
        curve["meta"] |= {"log": False}
        data += [curve, _where_units_are(profile)]
    highest = max(float(np.nanmax(trace["y"])) for trace in data if "y" in trace)
    up = axis("", [-0.06, max(1.1, highest * 1.08)])
    title = "Slope φ′(z) · bold: the units of the layer"
    return {"data": data, "layout": small_layout(title, axis("", SLOPE_WINDOW), up)}


def _where_units_are(profile):
    low, high = SLOPE_WINDOW
    middle, spread = backward(profile.given_mean), backward(profile.given_deviation)
    along = np.linspace(-1, 1, 17)
    with np.errstate(invalid="ignore", over="ignore"):
        z = middle[:, None] + np.maximum(spread, 0.02)[:, None] * along
        inside = (z >= low) & (z <= high)
        z = np.where(inside, z, np.nan)
    # The output layer has no hidden activation.
    z[0] = np.nan
    trace = track(profile.plan.name, "frame")
    trace["line"] |= {"width": 7, "dash": "solid"}
    trace["meta"] |= {"x": z, "y": profile.plan.activation.derivative(z), "log": False}
    return trace | {"opacity": 0.8}


def edge(profiles: Sequence[FlowProfile], before: Sequence[FlowProfile]) -> dict:
    """chi over sigma_w for plain wide networks, with the place of the networks shown.

    A network with skips or a norm stands at its architecture's own chi, off the curve.
    """
    shown = [profile for profile in (*profiles, *before) if profile.plan.sigma_w]
    data = [rule(1.0, "χ = 1: critical", (0.1, 20.0), first=True)]
    for phi in dict.fromkeys(profile.plan.activation for profile in (*profiles, *before)):
        sigma, chi = chi_curve(phi)
        trace = track(phi.name, "still", sigma, positive(chi))
        trace["line"]["width"] = 1.8
        if not any(each.plan.plain for each in shown if each.plan.activation == phi):
            trace |= {"opacity": 0.35}
        data.append(trace)
    for group, opacity in ((before, 0.4), (profiles, 1.0)):
        data += [
            _place(profile) | {"opacity": opacity} for profile in group if np.isfinite(profile.chi)
        ]
    across = log_axis("σ_w", [-1.0, math.log10(20)], tickvals=[0.1, 0.3, 1, 3, 10])
    up = axis("", [-3.0, 2.0], type="log", exponentformat="power", dtick=1)
    return {"data": data, "layout": small_layout(_edge_title(shown), across, up)}


def _edge_title(shown: Sequence[FlowProfile]) -> str:
    if all(profile.plan.plain for profile in shown):
        return "χ over σ_w: below 1 gradients vanish"
    if any(np.isfinite(profile.chi) for profile in shown):
        return "χ of this architecture; curve: plain layers"
    return "χ of plain layers; theory has none for these"


def _place(profile):
    plan = profile.plan
    trace = track(plan.name, "still", np.array([plan.sigma_w]), np.array([profile.chi]))
    return trace | {"mode": "markers", "marker": trace["marker"] | {"size": 15}}


# ------------------------------------------------------------------ shared with other views


def track(name: str, play: str, x=None, y=None) -> dict:
    """A moving trace in the colours of an activation, on a log axis."""
    places: dict[str, Any] = {} if x is None else {"x": x, "y": y}
    made = figures.track(name, ACTIVATION_LOOKS[name], play, size=13, **places)
    made["meta"]["log"] = True
    return made


def bar(name: str, layers, values, place: int, count: int) -> dict:
    """A bar per layer, the `place`-th of `count` side by side."""
    width = 0.78 / count
    trace = track(name, "bars", layers, np.asarray(values, dtype=float))
    offset = (place - (count - 1) / 2) * width
    trace["meta"] |= {"width": width * 0.94, "offset": offset, "silent": True}
    return trace | {"opacity": 0.34}


def layers_layout(depth: int, reach, title: str, *, back: bool) -> dict:
    """Layers from one end of the network to the other, against a log axis."""
    span = [depth + 0.6, 0.4] if back else [0.4, depth + 0.6]
    way = "← output · layer · input →" if back else "← input · layer · output →"
    across = axis(way, span, tickformat="d", dtick=max(1, round(depth / 10)), tick0=1,
                  showgrid=False)  # fmt: skip
    return layout(f"{title}{back}", margin=(70, 10, 10, 40), xaxis=across,
                  yaxis=log_axis(title, reach))  # fmt: skip


def small_layout(title: str, xaxis: dict, yaxis: dict) -> dict:
    """A small panel with its title above it."""
    return layout(title, title, (48, 18, 30, 34), xaxis=xaxis, yaxis=yaxis)


def saturation_ends(phi: Activation) -> tuple[float, ...]:
    """The z beyond which the slope stays under 5 % of the steepest, on either side."""
    z = np.linspace(-40, 40, 16001)
    steep = np.flatnonzero(np.abs(phi.derivative(z)) >= SATURATED * phi.steepest)
    return tuple(float(z[at]) for at in steep[[0, -1]] if 0 < at < len(z) - 1)
