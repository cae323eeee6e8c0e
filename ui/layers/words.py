"""What the Layers page says, made from the numbers it shows."""

import math
from collections.abc import Sequence
from html import escape

import numpy as np

from optcore.flow.bounds import funnel_sentence, funnels
from optcore.flow.fixes import Comparison
from optcore.flow.layer_flow import decay_rate
from optcore.flow.mean_field import mean_field_numbers
from optcore.flow.plan import FlowPlan
from optcore.flow.profile import FlowProfile
from optcore.flow.signals import SATURATED
from optcore.flow.spectra import Spectra
from optcore.flow.units import Units
from optcore.networks.initializers import Constant
from ui import prose
from ui.layers.charts import saturation_ends
from ui.layers.unit_charts import TO_OUTPUT
from ui.prose import cell, csv_text, number, percent, spelled


def regimes(profiles: Sequence[FlowProfile], before: Sequence[FlowProfile], how: Comparison) -> str:
    """A sentence per network: its regime and number, and where a number format gives up."""
    lines = [sentence(profile) for profile in profiles]
    if before:
        lines.append(_repair(profiles, before, how))
    return "\n".join(lines)


def sentence(profile: FlowProfile) -> str:
    """The regime of one network, and what float16 and float32 would make of it."""
    return spelled(" ".join([profile.regime.sentence, *_formats(profile)]))


def _formats(profile):
    for kind in ("float32", "float16"):
        beyond = np.flatnonzero(profile.burst[kind] > 0)
        if len(beyond) and profile.regime.kind != "overflow":
            yield (
                f"In {kind} the activations are inf from layer {beyond[0] + 1} on, "
                "and training ends there."
            )
            return
    for kind in ("float32", "float16"):
        kept = np.flatnonzero(~(profile.lost[kind] > 0.5))
        below = kept[0] if len(kept) else len(profile.delta)
        if below and profile.regime.kind == "vanishing":
            which = "in layer 1" if below == 1 else f"from layer {below} down"
            yield f"In {kind} more than half of the gradient is rounded to 0 {which}."
            return


def _repair(profiles, before, how):
    after = {profile.plan: profile for profile in profiles}
    parts = []
    for old, new_plan in zip(before, _targets(before, after), strict=True):
        new = after[new_plan]
        if new.plan == old.plan:
            parts.append(f"{old.plan.name} is left as it was")
            continue
        name = old.plan.name
        name += f" → {new.plan.name}" if new.plan.name != name else ""
        parts.append(
            f"{name}: {_share(old.left)} of the gradient reached layer 1, now {_share(new.left)}"
        )
    return f"Fix ({', '.join(how.fixes)}), before against after. {'; '.join(parts)}."


def _targets(before, after):
    """The plan each earlier one has become: the one of its name, else the rectifier."""
    for old in before:
        same = [plan for plan in after if plan.name == old.plan.name]
        yield (same or [plan for plan in after if plan.name == "ReLU"])[0]


def _share(left: float) -> str:
    if math.isnan(left):
        return "nothing that is a number"
    return "nothing" if left == 0 else number(left)


def width_notes(profiles: Sequence[FlowProfile]) -> str:
    """What width does to one sample's gradient where the funnel is drawn."""
    plans = {each.plan.setting.width: each.plan for each in profiles if funnels(each.plan)}
    return spelled(" ".join(funnel_sentence(plan) for plan in plans.values()))


def describe(plan: FlowPlan) -> str:
    """The network in a few words."""
    parts = [plan.initializer.name]
    if plan.initializer.gain != 1:
        parts[0] += f" · {number(plan.initializer.gain)}"
    if plan.residual:
        parts.append("residual")
    if plan.norm:
        parts.append(f"{plan.norm} norm")
    if not plan.bias:
        parts.append("no bias")
    return ", ".join(parts)


def table(profiles: Sequence[FlowProfile], before: Sequence[FlowProfile]) -> str:
    """Measurement beside mean-field theory, as an HTML table."""
    head = ("Network", "Weights", "left in layer 1", "per layer", "theory", "σ_w", "q*", "χ",
            "ξ gradient", "ξ signal")  # fmt: skip
    rows = [_row(profile, "") for profile in profiles]
    rows += [_row(profile, ", before") for profile in before]
    notes = f"<p>{escape(width_notes(profiles))}</p>" if width_notes(profiles) else ""
    return prose.table(head, rows, meanings=_MEANINGS) + notes


_MEANINGS = {
    "left in layer 1": "the gradient norm of layer 1 over that of the output layer",
    "per layer": "measured: by how much a hidden layer multiplies the gradient norm",
    "theory": "mean field: the same for infinitely wide layers; none for batch norm and constants",
}


def _row(profile: FlowProfile, note: str):
    plan = profile.plan
    numbers = None
    if plan.sigma_w:
        numbers = mean_field_numbers(plan.activation, plan.sigma_w, plan.sigma_b)
    expected = (
        decay_rate(profile.theory.delta_norms(1.0)[:-1]) if profile.theory is not None else math.nan
    )
    field = ["–"] * 4
    if numbers and plan.plain:
        q = number(numbers.q)
        depths = _depth(numbers.gradient_depth), _depth(numbers.correlation_depth)
        field = [q, number(numbers.chi), *depths]
    elif np.isfinite(profile.chi):
        field[1] = number(profile.chi)
    return [
        plan.name + note,
        describe(plan),
        number(profile.left),
        cell(decay_rate(profile.delta[:-1])),
        cell(expected),
        number(plan.sigma_w),
        *field,
    ]


def _depth(value: float) -> str:
    if math.isnan(value):
        return "–"
    return "no limit" if math.isinf(value) or value > 1e6 else number(abs(value))


# ------------------------------------------------------------------ the other views


def signal_words(profiles: Sequence[FlowProfile]) -> str:
    """How the size of the signal changes on the way forward, and where it stops being finite."""
    lines = []
    for profile in profiles:
        first, last = profile.a_size[0], profile.a_size[-2] if len(profile.a_size) > 1 else 0
        line = (
            f"{profile.plan.name}: the root mean square activation goes from {number(first)} "
            f"in layer 1 to {number(last)} in layer {max(1, len(profile.a_size) - 1)}."
        )
        lines.append(" ".join([line, *(s for s in _formats(profile) if "inf" in s)]))
    return "\n".join(lines)


def unit_words(found: dict[FlowPlan, Units]) -> str:
    """Per network the layer with the most dead, or the most saturated units, and why."""
    return "\n".join(_unit_sentence(plan, units) for plan, units in found.items())


def _unit_sentence(plan, units):
    worst = int(np.argmax(units.dead))
    if units.dead[worst] > 0:
        return (
            f"{plan.name}: {percent(units.dead[worst])} of the units of layer {worst + 1} are "
            f"dead, zero with slope zero on all {_samples(plan)}. {_why_dead(plan, units, worst)}"
        )
    flat = int(np.argmax(units.saturated))
    if units.saturated[flat] > 0.01:
        share = percent(units.saturated[flat])
        return f"{plan.name}: no dead units. {share} of layer {flat + 1} {_why_flat(plan)}"
    return f"{plan.name}: no dead units, and next to none is saturated in any layer."


def _why_flat(plan):
    ends = saturation_ends(plan.activation)
    slope = f"has a slope under {percent(SATURATED)} of the steepest"
    if not ends or min(map(abs, ends)) < 0.5:
        return f"{slope}: the side of the kink that is switched off."
    limit = max(map(abs, ends))
    return f"{slope}: saturated, because the weights carry z beyond {number(limit, 2)}."


def _why_dead(plan, units, layer):
    if units.starved[layer] > 0.5 * units.dead[layer]:
        if not plan.sigma_w:
            return "They starve: all weights are zero."
        return f"They starve: layer {layer} hands on nothing but zeros."
    if isinstance(plan.initializer, Constant) and layer and plan.name == "ReLU":
        return "Every weight is negative and no ReLU's output is, so no z can be positive."
    batch = plan.setting.batch
    if batch < 12 and units.dead[layer] <= 4 * 0.5**batch:
        return f"A batch this small finds a unit off by chance, 1 in {2**batch}."
    if units.alike[layer] > 0.3:
        return (
            f"What they read has become alike (mean cosine {number(units.alike[layer], 2)} between "
            "samples), so a unit is on for nearly all samples or off for all."
        )
    return "Their weights carry z below zero for every sample."


def _samples(plan):
    return "samples of the batch" if plan.setting.batch == 1 else f"{plan.setting.batch} samples"


def spectrum_words(found: dict[FlowPlan, Spectra], quantity: str) -> str:
    """How far from a rotation the Jacobians are: of all layers together, or of the first."""
    lines = []
    for plan, spectra in found.items():
        values = spectra.values(quantity == TO_OUTPUT, min(spectra.rows))
        what = "from layer 1 to the output" if quantity == TO_OUTPUT else "of layer 1"
        lines.append(
            f"{plan.name}: the Jacobian {what} has singular values from "
            f"{number(values[-1])} to {number(values[0])}{_ratio(values[0], values[-1])}"
        )
    return "\n".join(lines)


def _ratio(largest, least):
    if not (least > 0 and math.isfinite(largest)):
        return "."
    if largest < 1.01 * least:
        return ": it turns the gradient and stretches no direction."
    return f": some direction is stretched {number(largest / least)} times as much as another."


# ------------------------------------------------------------------ the download

COLUMNS = ("delta", "weight_grad", "ratio", "given_mean", "given_deviation", "z_size", "a_size")
SHARES = ("dead", "sparse", "zero", "saturated", "alike")
LOST = ("float16_lost", "float32_lost", "float16_inf", "float32_inf")


def per_layer(how: Comparison, found: dict[FlowPlan, tuple[FlowProfile, Units]]) -> str:
    """A line per network and layer as CSV; unit shares are empty for the output layer."""
    rows = []
    for plan, (record, fate) in found.items():
        state = "shown" if plan in how.shown else "before"
        for layer in range(plan.setting.depth):
            row = [getattr(record, name)[layer] for name in COLUMNS]
            row += [part[kind][layer] for part in (record.lost, record.burst)
                    for kind in ("float16", "float32")]  # fmt: skip
            if layer < plan.setting.depth - 1:
                row += [getattr(fate, name)[layer] for name in SHARES]
            rows.append([plan.name, describe(plan), state, layer + 1, *row])
    return csv_text(["network", "weights", "state", "layer", *COLUMNS, *LOST, *SHARES], rows)
