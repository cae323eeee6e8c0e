"""An update rule written out: in symbols, and with the numbers of one step in it."""

import re
from collections.abc import Mapping

import numpy as np

from optcore.knobs import knobs
from optcore.optimizers.rule import latex, symbols
from ui.glossary import slider
from ui.prose import in_formula

# What every rule is given, where its name alone does not say it.
WORDS = {
    "point": "the parameters",
    "value": "the loss",
    "grad": "the gradient",
    "hessian": "the Hessian",
    "t": "the number of the step, from 1",
    "step": "the step",
}


def rule(optimizer) -> str:
    """The update rule in symbols, as aligned LaTeX."""
    written = symbols(optimizer)
    return latex(optimizer.rule, lambda name, after: written[f"{name}+" if after else name])


def key(optimizer) -> str:
    """What its letters mean, in the order in which the rule needs them, as a Markdown list."""
    written = symbols(optimizer)
    names = dict.fromkeys(re.findall(r"[a-z]\w*", " ".join(optimizer.rule)))
    return "\n".join(f"- ${written[name]}$: {_meaning(optimizer, name)}"
                     for name in names if name in written)  # fmt: skip


def _meaning(optimizer, name: str) -> str:
    own = slider(type(optimizer), name) if name in knobs(optimizer) else ""
    return own or WORDS.get(name, name.replace("_", " "))


def worked(optimizer, numbers: Mapping[str, np.ndarray]) -> str:
    """The same with a number for every name: its own, a memory's after the step with a +."""
    written = symbols(optimizer)

    def write(name: str, after: bool) -> str:
        key = f"{name}+" if after and f"{name}+" in numbers else name
        # What a line only works out on its way to the next is no part of the record.
        return _number(numbers[key]) if key in numbers else written[key]

    return latex(optimizer.rule, write)


def listed(title: str, rows: Mapping[str, np.ndarray]) -> str:
    """Numbers by name as a Markdown table."""
    body = "\n".join(f"| {name} | ${_number(number)}$ |" for name, number in rows.items())
    return f"| {title} | value |\n|---|---|\n{body}"


def _number(number) -> str:
    number = np.asarray(number)
    if number.ndim == 0 or number.size == 1:
        return _digits(float(number.reshape(())))
    rows = number.reshape(number.shape[0], -1)
    cells = r"\\".join("&".join(in_formula(float(x)) for x in row) for row in rows)
    return rf"\begin{{pmatrix}}{cells}\end{{pmatrix}}"


def _digits(number: float) -> str:
    """A number that may stand behind an operator: a negative one has brackets."""
    return rf"\left({in_formula(number)}\right)" if number < 0 else in_formula(number)
