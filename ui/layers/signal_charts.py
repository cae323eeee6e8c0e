"""The signal on its way forward: its size per layer, and histograms of its values."""

import math
from collections.abc import Sequence

import numpy as np

from optcore.flow.layer_flow import FLOAT_RANGES
from optcore.flow.plan import FlowPlan
from optcore.flow.profile import FlowProfile
from optcore.flow.signals import Signals
from ui.figures import axis, log_range, needle, positive, power
from ui.layers.charts import bar, layers_layout, rule, saturation_ends, small_layout, track
from ui.palette import ACTIVATION_LOOKS, BAD
from ui.prose import number

SIGNALS = {"Pre-activations z": "z", "Activations a": "a"}


def sizes(profiles: Sequence[FlowProfile], before: Sequence[FlowProfile], quantity: str) -> dict:
    """Root mean squares per hidden layer from the input on, with the ends of number formats."""
    kind = SIGNALS[quantity]
    hidden = profiles[0].plan.setting.depth - 1
    layers = np.arange(1.0, hidden + 1)
    data = []
    for profile in before:
        old = track(profile.plan.name, "still", layers, positive(_size(profile, kind)))
        old["line"] |= {"width": 2, "dash": "dot"}
        old["name"] += ", before"
        data.append(old | {"opacity": 0.55})
    for place, profile in enumerate(profiles):
        data.append(bar(profile.plan.name, layers, _size(profile, kind), place, len(profiles)))
    if kind == "z":
        data += [_expected(profile, layers) for profile in profiles if profile.theory]
    for profile in profiles:
        curve = track(profile.plan.name, "curve", layers, positive(_size(profile, kind)))
        reads = [number(value) for value in _size(profile, kind)]
        curve["meta"] |= {"readout": f"rms {kind}", "reads": reads}
        data.append(curve)
    reach = log_range([trace["y"] for trace in data], deepest=1e-300, highest=1e300)
    marks = [
        rule(end, f"{name}: {what}", (0.4, hidden + 0.6))
        for name, ends in FLOAT_RANGES.items()
        for end, what in zip(ends, ("smaller is 0", "larger is inf: training ends"), strict=True)
        if reach[0] < math.log10(end) < reach[1]
    ]
    title = f"root mean square of {'z' if kind == 'z' else 'a'}"
    return {"data": [*marks, *data], "layout": layers_layout(hidden, reach, title, back=False)}


def _size(profile, kind):
    return (profile.z_size if kind == "z" else profile.a_size)[:-1]


def _expected(profile, layers):
    q = np.sqrt(profile.theory.variances[:-1])
    trace = track(profile.plan.name, "still", layers, positive(q))
    trace["name"] += ", theory √q"
    trace["line"] |= {"width": 1.6, "dash": "dash", "color": "ink"}
    return trace


# ------------------------------------------------------------------ histograms


def sheet(plan: FlowPlan, signals: Signals, kind: str) -> dict:
    """All layers at once: how often each value occurs, darker for more often."""
    hidden = len(signals.shares)
    layers = np.arange(1.0, hidden + 1)
    middles = (signals.edges[1:] + signals.edges[:-1]) / 2
    colour = ACTIVATION_LOOKS[plan.name]["colour"]
    data = [
        {
            "type": "heatmap",
            "x": layers,
            "y": middles,
            # The square root keeps rare values in sight beside a spike.
            "z": np.sqrt(signals.shares).T,
            "colorscale": [[0, f"{colour}00"], [1, colour]],
            "showscale": False,
            "hoverinfo": "skip",
        },
        *_saturation_lines(plan, signals, kind, hidden),
        needle(layers, signals.edges[[0, -1]], name="the layer shown"),
    ]
    across = axis("layer", [0.5, hidden + 0.5], tickformat="d", showgrid=False)
    title = f"{plan.name}: {kind}, all layers{_bend(signals)}"
    return {"data": data, "layout": small_layout(title, across, _value_axis(signals))}


def histogram(plan: FlowPlan, signals: Signals, kind: str) -> dict:
    """The clock's layer: the share of each value, saturated ones in the colour of a warning."""
    colour = ACTIVATION_LOOKS[plan.name]["colour"]
    data = [
        _outline(plan.name, signals.edges, signals.shares, f"{colour}80", colour),
        _outline(plan.name, signals.edges, signals.saturated, f"{BAD}c0", BAD),
    ]
    top = math.ceil(10.5 * float(signals.shares.max(initial=0.05))) / 10
    where = _bend(signals) or " in the layer"
    title = f"{plan.name}: {kind}{where} · red: slope < 5 %"
    up = axis("", [0, min(1.0, top)], tickformat=".0%")
    return {"data": data, "layout": small_layout(title, _value_axis(signals), up)}


def _outline(name, edges, shares, fillcolor, colour):
    steps = np.repeat(shares, 2, axis=1)
    flat = np.zeros((len(shares), 1))
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "line": {"color": colour, "width": 1},
        "fill": "toself",
        "fillcolor": fillcolor,
        "meta": {
            "play": "frame",
            "silent": True,
            "group": name,
            "across": 1.0,
            "x": np.repeat(edges, 2),
            "y": np.concatenate([flat, steps, flat], axis=1),
        },
    }


def _value_axis(signals: Signals) -> dict:
    """The values of the bins; ticks of a bent axis are in the values themselves."""
    reach = signals.edges[[0, -1]]
    if not signals.bent:
        return axis("", reach)
    decades = math.log10(math.sinh(min(signals.edges[-1], 700.0)))
    every = max(1, math.ceil(decades / 3))
    # Over many decades 0 and 1 stand so close that their labels would overlap.
    powers = np.arange(0 if every <= 4 else every, decades + 0.01, every)
    values = [0.0, *(10**powers)]
    if signals.edges[0] < 0:
        values = [-value for value in values[:0:-1]] + values
    at, texts = [math.asinh(value) for value in values], [_label(value) for value in values]
    return axis("", reach, tickangle=0, tickvals=at, ticktext=texts)


def _bend(signals: Signals) -> str:
    return " (log away from 0)" if signals.bent else ""


def _label(value: float) -> str:
    if abs(value) < 2:
        return number(value)
    return power(round(math.log10(abs(value))), "−" if value < 0 else "")


def _saturation_lines(plan, signals, kind, hidden):
    for end in saturation_ends(plan.activation):
        kink = abs(end) < 0.5
        if kink and kind == "a":
            continue
        at = float(plan.activation.value(np.array(end))) if kind == "a" else end
        at = math.asinh(at) if signals.bent else at
        said = "off below" if kink else "saturated beyond" if end > 0 else ""
        if signals.edges[0] < at < signals.edges[-1]:
            # Red on a rectifier's colours cannot be read; at the far end the clock's line rests.
            colour = "ink" if kink else BAD
            mark = rule(at, said, (0.5, hidden + 0.5), colour, first=True)
            mark["meta"]["log"] = False
            mark["opacity"] = 1.0
            yield mark
