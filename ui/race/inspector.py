"""One step of one optimizer in a race: every number that its rule uses."""

from dataclasses import fields, replace

import numpy as np

from optcore.objective import Look
from ui import rules


def worked(optimizer, objective, run, step: int) -> str:
    """The rule with the numbers of one step of a run (0 to its last but one)."""
    return rules.worked(optimizer, values(optimizer, objective, run, step))


def values(optimizer, objective, run, step: int) -> dict[str, np.ndarray]:
    """Every name a rule may use -> its number at that step."""
    numbers = {f.name: np.asarray(getattr(optimizer, f.name)) for f in fields(optimizer)}
    if run.rates is not None:
        numbers["learning_rate"] = run.rates[step]
    numbers |= {
        "grad": run.seen[step],
        "point": run.points[step],
        "step": taken(optimizer, objective, run, step)[0],
        "value": run.values[step],
        "t": np.asarray(step + 1),
    }
    if "hessian" in optimizer.uses:
        with np.errstate(all="ignore"):
            numbers["hessian"] = objective.hessian(run.points[step])
    for name, rows in run.memory.items():
        numbers[name], numbers[f"{name}+"] = rows[step], rows[step + 1]
    return numbers


def taken(optimizer, objective, run, step: int) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """The step as the rule gives it (the difference of two points has lost its last digits) and
    the memory after it; at the end of a run, what would come next. nan once it has diverged."""
    state = {name: rows[step] for name, rows in run.memory.items()}
    if step > run.ended or (step == run.ended and run.diverged):
        return np.full_like(run.points[step], np.nan), state
    if run.rates is not None:
        rate = run.rates[min(step, len(run.rates) - 1)]
        optimizer = replace(optimizer, learning_rate=rate)
    look = Look(objective, run.points[step], run.values[step], run.seen[step])
    with np.errstate(all="ignore"):
        return optimizer.update(look, state)


def numbers(optimizer, objective, run, step: int) -> str:
    """Point, value, gradient, memory and step as a Markdown table."""
    found = values(optimizer, objective, run, step)
    rows = {"point": found["point"], "loss": found["value"], "gradient": run.grads[step]}
    if not np.array_equal(run.grads[step], run.seen[step]):
        rows["gradient the method sees"] = run.seen[step]
    if run.rates is not None:
        rows["learning rate"] = found["learning_rate"]
    for name in run.memory:
        rows[f"{name.replace('_', ' ')} before"] = found[name]
        rows[f"{name.replace('_', ' ')} after"] = found[f"{name}+"]
    rows["step taken"] = found["step"]
    return rules.listed(f"At step {step}", rows)
