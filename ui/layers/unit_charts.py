"""Dead, sparse and saturated units per layer, and the spectra of the Jacobians."""

import numpy as np

from optcore.flow.plan import FlowPlan
from optcore.flow.spectra import Spectra
from optcore.flow.units import ON_POINTS, Units
from ui.figures import axis, log_axis, log_range, positive
from ui.layers.charts import bar, layers_layout, small_layout, track
from ui.palette import ACTIVATION_LOOKS
from ui.prose import number, percent

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
            "reads": [percent(value, 3) for value in values],
        }
        for trace in (column, curve):
            trace["meta"]["log"] = False
        data += [column, curve]
    frame = layers_layout(hidden, [0, 1], _SHARES[quantity], back=False)
    frame["yaxis"] = axis(_SHARES[quantity], [0, 1.02], tickformat=".0%")
    return {"data": data, "layout": frame}


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
        trace = track(plan.name, "frame")
        trace["meta"] |= {"x": along, "y": units.on, "log": False}
        data.append(trace)
    across = axis("units, laziest first", [0, 1], tickformat=".0%")
    up = axis("samples it is on for", [-0.03, 1.03], tickformat=".0%")
    title = "Units of the layer by how often they are on"
    return {"data": data, "layout": small_layout(title, across, up)}


def likeness(found: dict[FlowPlan, Units]) -> dict:
    """The mean cosine between what a layer reads from two samples."""
    hidden = len(next(iter(found.values())).alike)
    layers = np.arange(1.0, hidden + 1)
    data = [track(plan.name, "curve", layers, units.alike) for plan, units in found.items()]
    for trace in data:
        trace["meta"]["log"] = False
    across = axis("layer that reads them", [0.4, hidden + 0.6], tickformat="d")
    title = "How alike the samples are (mean cosine)"
    return {"data": data, "layout": small_layout(title, across, axis("", [-0.1, 1.05]))}


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
        seen = {"readout": "median", "reads": [number(value) for value in middle]}
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
        trace = track(plan.name, "frame")
        trace["meta"] |= {"x": along, "y": np.array([rows[layer] for layer in nearest])}
        data.append(trace)
    reach = log_range([trace["meta"]["y"] for trace in data], deepest=1e-300, highest=1e300)
    across = axis("share of directions", [0, 1], tickformat=".0%")
    title = "Singular values of the layer, largest first"
    return {"data": data, "layout": small_layout(title, across, log_axis("", reach))}


def _resampled(values):
    places = np.linspace(0, len(values) - 1, SPECTRUM_POINTS)
    return positive(np.asarray(values)[np.round(places).astype(int)])
