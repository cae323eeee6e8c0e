"""How often the gradient check is right: random right networks, and the same with planted bugs."""

import dataclasses
from collections import Counter

import numpy as np

from bench.report import Check, Section, Table
from optcore.checks.arena import RULES, Said, arena
from optcore.checks.block_check import SEVERITY
from optcore.checks.bugs import PLANTED_BUGS
from optcore.checks.grad_check import check_grad
from optcore.checks.measurement import norm, relative
from optcore.derivatives.error_model import NotFiniteError
from optcore.descent.loop import descend
from optcore.networks.activations import ACTIVATIONS, Identity, Sigmoid
from optcore.networks.datasets import random_batch
from optcore.networks.initializers import (
    HeNormal,
    HeUniform,
    LeCunNormal,
    Orthogonal,
    Uniform,
    XavierNormal,
    XavierUniform,
)
from optcore.networks.losses import LOSSES
from optcore.networks.network import FitLoss, Network
from optcore.optimizers.adam import Adam

COUNT = 1000
# Networks on which all rules of the arena are asked.
ARENA = 300
CONVICTED = ("suspicious", "wrong")
INITIALIZERS = (
    XavierNormal, XavierUniform, HeNormal, HeUniform, LeCunNormal, Uniform, Orthogonal,
)  # fmt: skip
# A bug counts if it changes some block by this much of it, and by more than its rounding.
CHANGES, ROUNDING = 1e-4, 1e-12


def random_network(seed: int) -> tuple[FitLoss, np.ndarray]:
    """Any activation, loss, architecture, depth 1 to 20, scale 0.3 to 3, trained or not."""
    draw = np.random.default_rng(seed)
    loss = LOSSES[draw.integers(len(LOSSES))]
    binary = loss.kind == "binary" or draw.random() < 0.3
    depth, width, samples = (int(log_uniform(draw, *ends)) for ends in ((1, 21), (2, 13), (2, 33)))
    network = Network(
        (4, *[width] * (depth - 1), 3 if loss.kind == "classes" else int(draw.integers(1, 4))),
        ACTIVATIONS[draw.integers(len(ACTIVATIONS))],
        Sigmoid() if binary else Identity(),
        residual=bool(draw.random() < 0.25),
        norm=(None, None, None, "layer", "batch")[draw.integers(5)],
    )
    data = random_batch(network, loss, samples, log_uniform(draw, 0.1, 3), seed)
    fit = FitLoss(
        network,
        loss,
        data.inputs,
        data.targets,
        weight_decay=float(draw.choice([0.0, 0.01])),
        dropout=float(draw.choice([0.0, 0.0, 0.0, 0.3])) if depth > 1 else 0.0,
        dropout_seed=seed,
    )
    initializer = INITIALIZERS[draw.integers(len(INITIALIZERS))](gain=log_uniform(draw, 0.3, 3))
    return fit, somewhere(draw, fit, initializer, seed)


def log_uniform(draw, low, high) -> float:
    return float(np.exp(draw.uniform(np.log(low), np.log(high))))


def somewhere(draw, fit, initializer, seed) -> np.ndarray:
    """As drawn with biases 0, with all parameters moved, or after thirty steps of Adam."""
    theta, where = fit.network.initial(initializer, seed), draw.integers(3)
    if where == 1:
        return theta + 0.1 * draw.standard_normal(theta.size)
    if where == 2 and np.isfinite(fit.value(theta)):
        return descend(fit, Adam(learning_rate=0.05), theta, 30, record=False).last
    return theta


def planted(fit, theta, seed: int) -> FitLoss | None:
    """The same network with a bug somewhere in its backward pass, None if it changes nothing."""
    draw = np.random.default_rng(seed)
    bugs = [bug for bug in PLANTED_BUGS if bug.places(fit)]
    bug = bugs[draw.integers(len(bugs))]
    buggy = dataclasses.replace(fit, backprop=bug.at(int(draw.choice(bug.places(fit)))))
    right, wrong = fit.grad(theta), buggy.grad(theta)
    for part in fit.blocks.values():
        change = right[part] - wrong[part]
        if norm(change) > ROUNDING * np.abs(right).max() and (
            relative(change, right[part], wrong[part]) > CHANGES
        ):
            return buggy
    return None


def cases(count: int, first: int = 0):
    """(right, buggy, theta) of `count` networks whose loss is finite and whose bug matters."""
    seed = first
    while count:
        fit, theta = random_network(seed)
        with np.errstate(all="ignore"):
            finite = np.isfinite(fit.grad(theta)).all() and np.isfinite(fit.value(theta))
            buggy = planted(fit, theta, seed) if finite else None
        seed += 1
        if buggy is not None:
            count -= 1
            yield fit, buggy, theta


def verdicts(count: int, dtype, first: int = 0) -> tuple[Counter, Counter, int]:
    """How often each verdict falls on right and on buggy networks, and how many blocks were
    convicted below their own floor. A loss that is not finite in `dtype` counts as such."""
    right, wrong, below = Counter(), Counter(), 0
    for fit, buggy, theta in cases(count, first):
        for objective, tally in ((fit, right), (buggy, wrong)):
            try:
                check = check_grad(objective, theta.astype(dtype))
            except NotFiniteError:
                tally["not finite"] += 1
                continue
            tally[check.verdict] += 1
            below += sum(
                block.relative_error <= block.floor
                for block in check.blocks
                if block.verdict in CONVICTED
            )
    return right, wrong, below


def share(tally: Counter, *verdicts: str) -> float:
    """In percent of those that could be judged."""
    judged = sum(tally.values()) - tally["not finite"]
    return 100 * sum(tally[verdict] for verdict in verdicts) / judged


def run() -> Section:
    section = Section(
        "Verdicts of the gradient check",
        f"{COUNT:,} random networks, right, and then each with one planted bug that changes some "
        f"block by more than {CHANGES:g} of it: every activation, loss, architecture and "
        "initializer, depth 1 to 20, width 2 to 12, 2 to 32 samples, inputs of scale 0.1 to 3, "
        "weights at 0.3 to 3 times their usual scale, dropout, weight decay, as drawn, moved, or "
        "trained. Central differences at the usual h are the first look. In float32 the second "
        "look is taken in float64, as a person would, and the verdict says so.",
    )
    rows = []
    for dtype, least, caught in ((np.float64, 90, 99), (np.float32, 60, 90)):
        name = np.dtype(dtype).name
        right, wrong, below = verdicts(COUNT, dtype)
        section.checks += [
            Check(f"Right networks called right, {name}", share(right, "right"), "%", least=least),
            Check(f"Right networks convicted, {name}", share(right, *CONVICTED), "%", most=0.3),
            Check(f"Bugs convicted, {name}", share(wrong, *CONVICTED), "%", least=caught),
            Check(f"Blocks convicted below their own floor, {name}", below, "", most=0),
        ]
        for kind, tally in (("right", right), ("buggy", wrong)):
            rows.append([f"{name}, {kind}", *(tally[v] for v in (*SEVERITY, "not finite"))])
    section.tables = [
        Table("How often each verdict fell", ["", *SEVERITY, "not finite"], rows),
        *(compared(dtype) for dtype in (np.float64, np.float32)),
    ]
    return section


def compared(dtype) -> Table:
    """What the arena's rules say of the first of these networks."""
    right, wrong = ({rule.name: Counter() for rule in RULES} for _ in range(2))
    for fit, buggy, theta in cases(ARENA):
        for objective, tally in ((fit, right), (buggy, wrong)):
            for said in asked(objective, theta.astype(dtype)):
                tally[said.rule.name][said.verdict] += 1
    rows = [
        [rule.name, *(percent(tally[rule.name], word) for tally in (right, wrong)
                      for word in ("right", "wrong"))]
        for rule in RULES
    ]  # fmt: skip
    columns = ["", "right: passed %", "right: failed %", "buggy: passed %", "buggy: failed %"]
    return Table(
        f"The same by the rules of others, {np.dtype(dtype).name}", columns, rows,
        f"The first {ARENA} of these networks, each rule with its published defaults. What is "
        "neither passed nor failed got no verdict.",
    )  # fmt: skip


def asked(objective, point) -> tuple[Said, ...]:
    try:
        return arena(objective, point)
    except NotFiniteError:
        return ()


def percent(tally: Counter, word: str) -> float:
    return 100 * tally[word] / max(1, sum(tally.values()))
