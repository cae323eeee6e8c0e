"""One step of one optimizer, written out: the rule, and the rule with the numbers in it."""

from dataclasses import fields, replace

import numpy as np

from optcore.objective import Look
from optcore.optimizers.rule import latex, symbols


def rule(optimizer) -> str:
    """The update rule in symbols, as aligned LaTeX."""
    written = symbols(optimizer)
    return latex(optimizer.rule, lambda name, after: written[f"{name}+" if after else name])


def worked(optimizer, objective, run, step: int) -> str:
    """The same with the numbers of one step of a run (0 to its last but one)."""
    numbers, written = values(optimizer, objective, run, step), symbols(optimizer)

    def write(name: str, after: bool) -> str:
        key = f"{name}+" if after and f"{name}+" in numbers else name
        # What a line only works out on its way to the next is no part of the record.
        return _number(numbers[key]) if key in numbers else written[key]

    return latex(optimizer.rule, write)


def values(optimizer, objective, run, step: int) -> dict[str, np.ndarray]:
    """Every name a rule may use -> its number at that step."""
    numbers = {f.name: np.asarray(getattr(optimizer, f.name)) for f in fields(optimizer)}
    if run.rates is not None:
        numbers["learning_rate"] = run.rates[step]
    numbers |= {
        "grad": run.seen[step],
        "point": run.points[step],
        "step": _step(optimizer, objective, run, step),
        "value": run.values[step],
        "t": np.asarray(step + 1),
    }
    if "hessian" in optimizer.uses:
        with np.errstate(all="ignore"):
            numbers["hessian"] = objective.hessian(run.points[step])
    for name, rows in run.memory.items():
        numbers[name], numbers[f"{name}+"] = rows[step], rows[step + 1]
    return numbers


def _step(optimizer, objective, run, step: int) -> np.ndarray:
    """The step as the rule gives it: the difference of two points has lost its last digits."""
    if step >= run.ended:
        return np.full_like(run.points[step], np.nan)
    if run.rates is not None:
        optimizer = replace(optimizer, learning_rate=run.rates[step])
    look = Look(objective, run.points[step], run.values[step], run.seen[step])
    with np.errstate(all="ignore"):
        taken, _ = optimizer.update(look, {name: rows[step] for name, rows in run.memory.items()})
    return taken


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
    body = "\n".join(f"| {name} | ${_number(number)}$ |" for name, number in rows.items())
    return f"| At step {step} | |\n|---|---|\n{body}"


def _number(number) -> str:
    number = np.asarray(number)
    if number.ndim == 0 or number.size == 1:
        return _digits(float(number.reshape(())))
    rows = number.reshape(number.shape[0], -1)
    cells = r"\\".join("&".join(_plain(float(x)) for x in row) for row in rows)
    return rf"\begin{{pmatrix}}{cells}\end{{pmatrix}}"


def _digits(number: float) -> str:
    """A number that may stand behind an operator: a negative one has brackets."""
    return rf"\left({_plain(number)}\right)" if number < 0 else _plain(number)


def _plain(number: float) -> str:
    if not np.isfinite(number):
        return {np.inf: r"\infty", -np.inf: r"-\infty"}.get(number, r"\mathrm{nan}")
    mantissa, _, exponent = f"{number:.5g}".partition("e")
    return rf"{mantissa} \cdot 10^{{{int(exponent)}}}" if exponent else mantissa
