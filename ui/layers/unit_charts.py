"""Dead, sparse and saturated units per layer, and the spectra of the Jacobians."""

import numpy as np

from optcore.flow.plan import FlowPlan
from optcore.flow.spectra import Spectra
from optcore.flow.units import ON_POINTS, Units
from ui.layers.charts import (
    bar,
    decades,
    layers_layout,
    log_range,
    positive,
    scientific_each,
    small_layout,
    track,
)
from ui.palette import ACTIVATION_LOOKS

UNITS = {"Dead": "dead", "Sparse": "sparse", "Zero": "zero", "Saturated": "saturated"}
# Of all layers from one to the output together, or of the layer alone.
JACOBIANS = TO_OUTPUT, EACH = ("Layer to output", "Each layer")
SPECTRUM_POINTS = 64

# ------------------------------------------------------------------ units


def shares(found: dict[FlowPlan, Units], quantity: str) -> dict:
    """The share of dead, sparse, zero or saturated units per hidden layer."""
    hidden = len(next(iter(found.values())).dead)
    layers = np.arange(1.0, hidden + 1)
    data = []
    for place, (plan, units) in enumerate(found.items()):
        values = getattr(units, UNITS[quantity])
        column = bar(plan.name, layers, values, place, len(found))
        curve = track(plan.name, "curve", layers, values)
        curve["meta"] |= {
            "readout": quantity.lower(),
            "reads": [f"{value:.1%}" for value in values],
        }
        for trace in (column, curve):
            trace["meta"]["log"] = False
        data += [column, curve]
    layout = layers_layout(hidden, [0, 1], _SHARES[quantity], back=False)
    layout["yaxis"] = {"title": {"text": _SHARES[quantity]}, "range": [0, 1.02],
                       "tickformat": ".0%", "zeroline": False}  # fmt: skip
    return {"data": data, "layout": layout}


_SHARES = {
    "Dead": "units that are dead",
    "Sparse": "units on for under 10 %",
    "Zero": "activations that are 0",
    "Saturated": "slopes under 5 % of the peak",
}


def busyness(found: dict[FlowPlan, Units]) -> dict:
    """The clock's layer: units from the laziest to the busiest, and how often each is on."""
    along = np.linspace(0, 1, ON_POINTS)
    data = []
    for plan, units in found.items():
        trace = track(plan.name, "frame", None, None)
        del trace["x"], trace["y"]
        trace["meta"] |= {"x": along, "y": units.on, "log": False}
        data.append(trace)
    layout = small_layout("Units of the layer by how often they are on", [0, 1], [-0.03, 1.03])
    layout["xaxis"] |= {"tickformat": ".0%", "title": {"text": "units, laziest first"}}
    layout["yaxis"] |= {"tickformat": ".0%", "title": {"text": "samples it is on for"}}
    return {"data": data, "layout": layout}


def likeness(found: dict[FlowPlan, Units]) -> dict:
    """The mean cosine between what a layer reads from two samples."""
    hidden = len(next(iter(found.values())).alike)
    layers = np.arange(1.0, hidden + 1)
    data = [track(plan.name, "curve", layers, units.alike) for plan, units in found.items()]
    for trace in data:
        trace["meta"]["log"] = False
    layout = small_layout(
        "How alike the samples are (mean cosine)", [0.4, hidden + 0.6], [-0.1, 1.05]
    )
    layout["xaxis"] |= {"title": {"text": "layer that reads them"}, "tickformat": "d"}
    return {"data": data, "layout": layout}


# ------------------------------------------------------------------ spectra


def stretch(
    found: dict[FlowPlan, Spectra], before: dict[FlowPlan, Spectra], quantity: str, depth: int
) -> dict:
    """From the smallest to the largest singular value per layer, and the median."""
    data = [trace for plan, spectra in before.items() for trace in _ends(plan, spectra, quantity)]
    for plan, spectra in found.items():
        layers = sorted(spectra.rows, reverse=True)
        values = [spectra.values(quantity == TO_OUTPUT, layer) for layer in layers]
        x = np.array([layer + 1.0 for layer in layers])
        ends = [positive(np.array([row[at] for row in values])) for at in (-1, 0)]
        data += _between(plan.name, x, *ends)
        middle = np.array([np.median(row) for row in values])
        curve = track(plan.name, "curve", x, positive(middle))
        seen = {"readout": "median", "reads": scientific_each(middle)}
        curve["meta"] |= seen if len(layers) == depth else {"play": "still"}
        data.append(curve)
    reach = log_range([trace["y"] for trace in data], deepest=1e-300, highest=1e300)
    title = "singular values " + (
        "of d output / d layer input" if quantity == TO_OUTPUT else "of each layer"
    )
    return {"data": data, "layout": layers_layout(depth, reach, title, back=True)}


def _ends(plan, spectra, quantity):
    """The largest and the smallest, dotted: what they were before a fix."""
    layers = sorted(spectra.rows, reverse=True)
    for at in (0, -1):
        values = np.array([spectra.values(quantity == TO_OUTPUT, layer)[at] for layer in layers])
        trace = track(plan.name, "still", np.array(layers) + 1.0, positive(values))
        trace["line"] |= {"width": 2, "dash": "dot"}
        trace["name"] += ", before"
        trace["meta"]["group"] = "before"
        yield trace | {"opacity": 0.55}


def _between(name, x, low, high):
    floor = np.where(np.isnan(low), np.nanmin(np.append(high, 1.0)) * 1e-3, low)
    kept = np.isfinite(high)
    edges = np.concatenate([floor[kept], high[kept][::-1]])
    area = track(name, "still", np.concatenate([x[kept], x[kept][::-1]]), edges)
    area |= {"fill": "toself", "fillcolor": f"{ACTIVATION_LOOKS[name]['colour']}38"}
    area["line"] |= {"width": 0.6, "dash": "solid"}
    area["meta"]["silent"] = True
    return [area]


def spectrum(found: dict[FlowPlan, Spectra], quantity: str, depth: int) -> dict:
    """The clock's layer: its singular values from the largest to the smallest."""
    data, along = [], np.linspace(0, 1, SPECTRUM_POINTS)
    for plan, spectra in found.items():
        known = np.array(sorted(spectra.rows))
        nearest = [int(known[np.abs(known - layer).argmin()]) for layer in range(depth - 1, -1, -1)]
        rows = {
            layer: _resampled(spectra.values(quantity == TO_OUTPUT, layer))
            for layer in set(nearest)
        }
        trace = track(plan.name, "frame", None, None)
        del trace["x"], trace["y"]
        trace["meta"] |= {"x": along, "y": np.array([rows[layer] for layer in nearest])}
        data.append(trace)
    reach = log_range([trace["meta"]["y"] for trace in data], deepest=1e-300, highest=1e300)
    layout = small_layout("Singular values of the layer, largest first", [0, 1], reach)
    layout["xaxis"] |= {"tickformat": ".0%", "title": {"text": "share of directions"}}
    layout["yaxis"] |= {"type": "log", "exponentformat": "power", "dtick": decades(reach)}
    return {"data": data, "layout": layout}


def _resampled(values):
    places = np.linspace(0, len(values) - 1, SPECTRUM_POINTS)
    return positive(np.asarray(values)[np.round(places).astype(int)])
