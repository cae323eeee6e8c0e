"""One step of one optimizer, written out: the rule, and the rule with the numbers in it."""

import re
from dataclasses import fields, replace

import numpy as np

from optcore.knobs import knobs
from optcore.objective import Look

_PLACE = re.compile(r"<(\w+\+?)>")
_RELATION = re.compile(r" (=|\\le) ")
_LOOKED = {"grad": "g_t", "point": r"\theta_t", "step": r"\Delta\theta_t", "value": "f_t",
           "hessian": "H_t"}  # fmt: skip


def rule(optimizer) -> str:
    """The update rule in symbols, as aligned LaTeX."""
    names = {
        name: spec.symbol or name.replace("_", r"\_") for name, spec in knobs(optimizer).items()
    }
    names |= _LOOKED
    for name, letter in optimizer.symbols.items():
        names[name] = _subscript(letter, "t-1")
        names[f"{name}+"] = _subscript(letter, "t")
    return _aligned(_PLACE.sub(lambda m: names.get(m[1], m[1]), line) for line in optimizer.rule)


def worked(optimizer, objective, run, step: int) -> str:
    """The same with the numbers of one step of a run (0 to its last but one)."""
    numbers = values(optimizer, objective, run, step)
    return _aligned(
        _PLACE.sub(lambda m: _number(numbers[m[1]]) if m[1] in numbers else m[1], line)
        for line in optimizer.rule
    )


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


def _subscript(letter: str, index: str) -> str:
    return rf"{letter}_{{{index}}}" if "_" not in letter else rf"{{{letter}}}^{{({index})}}"


def _aligned(lines) -> str:
    body = r" \\ ".join(_RELATION.sub(r" &\1 ", line, count=1) for line in lines)
    return rf"\begin{{aligned}}{body}\end{{aligned}}"


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
