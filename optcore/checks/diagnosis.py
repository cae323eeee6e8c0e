"""From the pattern of wrong blocks to the line of backpropagation behind it."""

import dataclasses
from dataclasses import dataclass

import numpy as np

from optcore.checks.block_check import WRONG
from optcore.checks.bugs import PLANTED_BUGS, PlantedBug
from optcore.checks.grad_check import GradCheck, component_name
from optcore.checks.measurement import norm, relative
from optcore.networks.backprop_lines import BackpropLine, lines_of

# A slip replayed must give the checked gradient to rounding, not just resemble it.
SAME = 1e-9
# A block whose floor is above this could not have shown a slip.
BLIND = 1e-2
CONSTANT = 1e-3
# The share by which a factor may miss a known one, and what is left over the weights.
LIKE = 1e-3


@dataclass(frozen=True)
class Diagnosis:
    """A line that could be the wrong one, and the evidence in sentences.

    `explains` are the wrong blocks it accounts for. `factor` is the k for which analytic =
    k numeric in them, or nan. `slips` are known slips that, replayed in this line, give the
    checked gradient exactly.
    """

    line: BackpropLine
    explains: tuple[str, ...]
    complete: bool
    factor: float
    slips: tuple[PlantedBug, ...]
    why: tuple[str, ...]


def diagnose(check: GradCheck, fit) -> list[Diagnosis]:
    """The lines consistent with a check of a FitLoss, the best explanation first.

    A line is consistent if every block it reaches is wrong or too small to tell. Lines that
    explain all wrong blocks come first, among them those a known slip reproduces, then those
    that reach fewest blocks. Empty if no block is wrong. Several bugs at once leave only
    partial explanations.
    """
    wrong = set(check.names(*WRONG))
    clear = clear_names(check, fit)
    consistent = []
    for line in lines_of(fit.network, weight_decay=bool(fit.weight_decay)):
        reached = set(line.blocks(fit.network))
        if reached & wrong and not reached & clear:
            consistent.append(explain(check, fit, line, wrong))
    complete = [found for found in consistent if found.complete]
    return sorted(complete or consistent, key=rank)


def clear_names(check, fit) -> set[str]:
    """The blocks that are right and could have shown a slip."""
    return {b.name for b in check.blocks if b.verdict == "right" and shows(check, fit, b)}


def shows(check, fit, block) -> bool:
    """Whether a block that passed could have shown a slip in a delta.

    Not if its floor is high, nor if the weight decay makes up so much of it that what the
    deltas give may be wrong by more than BLIND and yet pass.
    """
    data = norm(data_part(fit, check.point, block.name, check.analytic))
    whole = norm(check.analytic[block.part])
    share = data / whole if whole else 1.0
    return max(block.floor, block.relative_error) < BLIND * share


def rank(found: Diagnosis):
    return not found.slips, -len(found.explains), "delta" in found.line.kind


def explain(check, fit, line, wrong) -> Diagnosis:
    explains = tuple(name for name in line.blocks(fit.network) if name in wrong)
    factor = constant_factor(check, fit, explains)
    slips = replayed(check, fit, line)
    sentences = [
        pattern_sentence(check, fit, line, explains, wrong),
        factor_sentence(check, fit, explains, factor),
        penalty_sentence(check, fit, line, explains),
        element_sentence(check, fit, explains),
        *(f"Replaying “{slip.name}” in {line.name} gives this very gradient." for slip in slips),
    ]
    complete = len(explains) == len(wrong)
    return Diagnosis(line, explains, complete, factor, slips, tuple(filter(None, sentences)))


def pattern_sentence(check, fit, line, explains, wrong) -> str:
    unseen = [name for name in line.blocks(fit.network) if name not in explains]
    text = f"Wrong: {', '.join(explains)}. {line.reach[0].upper()}{line.reach[1:]}"
    if unseen:
        text += f" ({', '.join(unseen)} cannot be judged here)"
    others = sorted(wrong - set(explains))
    return text + (f"; {', '.join(others)} must have another cause." if others else ".")


def data_part(fit, point, name, gradient) -> np.ndarray:
    """A block of a gradient without its weight decay, which no delta has touched."""
    part = fit.blocks[name]
    decay = fit.weight_decay if name.startswith("W") else 0.0
    return gradient[part] - decay * point[part]


def constant_factor(check, fit, names) -> float:
    """The k with analytic = k numeric over these blocks, fitted by least squares; or nan."""
    analytic, numeric, floor = [], [], []
    for name in names:
        analytic.append(data_part(fit, check.point, name, check.analytic))
        numeric.append(data_part(fit, check.point, name, check.settled))
        floor.append(check.settled_floor[fit.blocks[name]])
    analytic, numeric, floor = map(np.concatenate, (analytic, numeric, floor))
    length = float(numeric @ numeric)
    if length == 0:
        return np.nan
    factor = float(analytic @ numeric) / length
    allowed = max(CONSTANT * abs(factor - 1) * norm(numeric), norm(floor) * (1 + abs(factor)))
    return factor if norm(analytic - factor * numeric) <= allowed else np.nan


def factor_sentence(check, fit, names, factor) -> str:
    if np.isnan(factor):
        return ""
    left = abs(factor - 1) / (abs(factor) + 1)
    decayed = fit.weight_decay and any(name.startswith("W") for name in names)
    start = "Without the weight decay, analytic" if decayed else "analytic"
    text = f"{start} = {factor:.4g} × numeric throughout: a factor k leaves |k-1|/(|k|+1)"
    return f"{text} = {left:.2g}{factor_meaning(fit, factor)}."


def factor_meaning(fit, factor) -> str:
    samples, keep = len(fit.inputs), 1 - fit.dropout
    known = {
        -1.0: "a sign",
        2.0: "a doubling, or a half forgotten",
        0.5: "a half too many",
        float(samples): f"m = {samples}, so a mean became a sum",
        1 / samples: f"1/m with m = {samples}, so the mean was taken twice",
        keep: "the chance to keep a unit, so 1/keep is missing",
    }
    for value, meaning in known.items():
        if value != 1 and abs(factor - value) < LIKE * abs(value):
            return f"; {factor:.4g} is {meaning}"
    return ""


def penalty_sentence(check, fit, line, names) -> str:
    """Whether numeric - analytic is a multiple of W, as it is after a slip in the L2 term."""
    if line.kind != "penalty":
        return ""
    parts = [fit.blocks[name] for name in names]
    weights = np.concatenate([check.point[part] for part in parts])
    difference = np.concatenate([(check.settled - check.analytic)[part] for part in parts])
    if not weights.any():
        return ""
    share = float(difference @ weights) / float(weights @ weights)
    if norm(difference - share * weights) > LIKE * norm(difference):
        return ""
    return (
        f"numeric - analytic = {share:.4g} × W in all of them, "
        f"{share / fit.weight_decay:.3g} times the weight decay {fit.weight_decay:g}."
    )


def element_sentence(check, fit, names) -> str:
    """Whether one component makes up the whole difference of a block."""
    if len(names) != 1:
        return ""
    part = fit.blocks[names[0]]
    difference = check.absolute_error[part]
    worst = int(np.argmax(difference))
    others = np.delete(difference, worst)
    if norm(others) > norm(np.delete(check.settled_floor[part], worst)) or not len(others):
        return ""
    index = part.start + worst
    return (
        f"The whole difference sits in {component_name(fit, index)}: analytic "
        f"{check.analytic[index] + 0.0:.4g}, numeric {check.settled[index]:.4g}."
    )


def replayed(check, fit, line) -> tuple[PlantedBug, ...]:
    """The known slips that, in this line, make exactly the gradient that was checked."""
    return tuple(
        slip
        for slip in slips_of(fit, line)
        if same(check, fit, dataclasses.replace(fit, backprop=slip).grad(check.point))
    )


def slips_of(fit, line) -> tuple[PlantedBug, ...]:
    """The known slips that a line can have in this network."""
    return tuple(
        bug.at(line.layer)
        for bug in PLANTED_BUGS
        if bug.kind == line.kind and line.layer in bug.places(fit)
    )


def same(check, fit, gradient) -> bool:
    """Whether a gradient is the checked one, the largest block not drowning the others."""
    return all(
        relative(gradient[part] - check.analytic[part], gradient[part], check.analytic[part]) < SAME
        for part in fit.blocks.values()
    )
