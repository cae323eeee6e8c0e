"""Gradients per layer, and beside them why: slopes of the activations and mean-field chi."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optcore.flow.band import FlowBand
from optcore.flow.bounds import funnel, funnels
from optcore.flow.layer_flow import FLOAT32_HALF_STEP, FLOAT_RANGES
from optcore.flow.mean_field import chi_curve
from optcore.flow.profile import FlowProfile
from optcore.flow.signals import SATURATED
from optcore.networks.activations import Activation
from ui.palette import ACTIVATION_LOOKS, BAD, GOOD

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
    trace["meta"] |= {"readout": READOUTS[GRADIENTS[quantity]], "reads": scientific_each(values)}
    return trace


def _earlier(before, layers, quantity):
    for profile in before:
        values = backward(getattr(profile, GRADIENTS[quantity]))
        trace = track(profile.plan.name, "still", layers, np.where(values > 0, values, np.nan))
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
    layout = small_layout(
        "Slope φ′(z) · bold: the units of the layer",
        [*SLOPE_WINDOW],
        [-0.06, max(1.1, highest * 1.08)],
    )
    return {"data": data, "layout": layout}


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
    trace = track(profile.plan.name, "frame", None, None)
    trace["line"] |= {"width": 7, "dash": "solid"}
    trace["meta"] |= {"x": z, "y": profile.plan.activation.derivative(z), "log": False}
    del trace["x"], trace["y"]
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
    layout = small_layout(_edge_title(shown), [-1.0, math.log10(20)], [-3.0, 2.0])
    layout["xaxis"] |= {"type": "log", "title": {"text": "σ_w"}, "tickvals": [0.1, 0.3, 1, 3, 10]}
    layout["yaxis"] |= {"type": "log", "exponentformat": "power", "dtick": 1}
    return {"data": data, "layout": layout}


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


def track(name: str, play: str, x, y) -> dict:
    """A moving trace in the colours of an activation."""
    look = ACTIVATION_LOOKS[name]
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": x,
        "y": y,
        "line": {"color": look["colour"], "width": 2.4, "dash": look["dash"]},
        "marker": {"symbol": look["symbol"], "size": 13},
        "meta": {"play": play, "group": name, "log": True},
    }


def bar(name: str, layers, values, place: int, count: int) -> dict:
    """A bar per layer, the `place`-th of `count` side by side."""
    width = 0.78 / count
    trace = track(name, "bars", layers, np.asarray(values, dtype=float))
    offset = (place - (count - 1) / 2) * width
    trace["meta"] |= {"width": width * 0.94, "offset": offset, "silent": True}
    return trace | {"opacity": 0.34}


def positive(values) -> np.ndarray:
    """nan for what a logarithmic axis has no place for."""
    return np.where((values > 0) & np.isfinite(values), values, np.nan)


def log_range(rows, deepest: float, highest: float) -> list[float]:
    """A log axis' range in whole decades, in coarser ones where there are many."""
    values = np.concatenate([np.ravel(row) for row in rows]) if rows else np.ones(1)
    values = values[np.isfinite(values) & (values > 0)]
    if not len(values):
        return [-1.0, 1.0]
    low, high = np.log10(np.clip([values.min(), values.max()], deepest, highest))
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100) if high - low <= 12 * step)
    low, high = math.floor(low / step) * step, math.ceil(high / step) * step
    return [float(low), float(max(high, low + step))]


def layers_layout(depth: int, reach, title: str, *, back: bool) -> dict:
    """Layers from one end of the network to the other, against a log axis."""
    span = [depth + 0.6, 0.4] if back else [0.4, depth + 0.6]
    way = "← output · layer · input →" if back else "← input · layer · output →"
    return {
        "uirevision": f"{title}{back}",
        "margin": {"l": 70, "r": 10, "t": 10, "b": 40},
        "showlegend": False,
        "xaxis": {"title": {"text": way}, "range": span, "zeroline": False,
                  "tickformat": "d", "dtick": max(1, round(depth / 10)),
                  "tick0": 1, "showgrid": False},
        "yaxis": {"type": "log", "title": {"text": title}, "range": list(reach),
                  "exponentformat": "power", "dtick": decades(reach)},
    }  # fmt: skip


def decades(reach) -> int:
    """How many decades apart the labels of a log axis stand."""
    return max(1, round((reach[1] - reach[0]) / 6))


def small_layout(title: str, x, y) -> dict:
    """A small panel with its title above it."""
    return {
        "uirevision": title,
        "margin": {"l": 48, "r": 18, "t": 30, "b": 34},
        "title": {"text": title, "font": {"size": 13}, "x": 0, "xanchor": "left", "pad": {"l": 8}},
        "showlegend": False,
        "xaxis": {"range": list(x), "zeroline": False},
        "yaxis": {"range": list(y), "zeroline": False},
    }


def saturation_ends(phi: Activation) -> tuple[float, ...]:
    """The z beyond which the slope stays under 5 % of the steepest, on either side."""
    z = np.linspace(-40, 40, 16001)
    steep = np.flatnonzero(np.abs(phi.derivative(z)) >= SATURATED * phi.steepest)
    return tuple(float(z[at]) for at in steep[[0, -1]] if 0 < at < len(z) - 1)


def scientific_each(values) -> list[str]:
    return [scientific(value) for value in values]


def scientific(value: float) -> str:
    """Three digits, and never a zero that is none."""
    value = float(value)
    if value == 0:
        return "exactly 0"
    if not math.isfinite(value):
        return "∞" if value == math.inf else "not a number"
    if 1e-3 <= abs(value) < 9995:
        return f"{float(f'{value:.3g}'):g}"
    mantissa, exponent = f"{value:.2e}".split("e")
    return f"{mantissa}e{int(exponent)}".replace("-", "−")
