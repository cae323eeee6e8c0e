"""Feeds a stream to one small run fast: the update recorded once, replayed on plain floats.

The same trick as in a descent (optcore/descent/replay.py), for an update alone. `_fed` in
response.py is the definition; whatever cannot be recorded or raises falls back to it.
"""

from array import array
from collections.abc import Callable
from dataclasses import fields, replace
from functools import lru_cache

import numpy as np

from optcore.descent.languages import NAMES_IN_SCOPE, lines, spelled
from optcore.descent.recording import Recorder
from optcore.objective import Look
from optcore.optimizers.base import Optimizer
from optcore.streams.plane import Plane


def replay(optimizer: Optimizer, gradients: np.ndarray, rates: np.ndarray | None):
    """Steps and points (T, n) and each memory (T, ...) after the step, or None."""
    values = {field.name: getattr(optimizer, field.name) for field in fields(optimizer)}
    if gradients.ndim > 2 or any(np.ndim(value) for value in values.values()):
        return None
    _, size = gradients.shape
    run = _compiled(type(optimizer), size)
    if run is None:
        return None
    memory = optimizer.init(np.zeros(size))
    state = [float(number) for part in memory.values() for number in np.ravel(part)]
    table, planned = array("d"), None if rates is None else rates.tolist()
    try:
        run(table.extend, gradients.tolist(), state, values, planned)
    except (ArithmeticError, ValueError):
        return None
    rows = np.frombuffer(table).reshape(len(gradients), len(table) // len(gradients))
    after, at = {}, 2 * size
    for name, part in memory.items():
        width = np.size(part)
        after[name] = rows[:, at : at + width].reshape(len(rows), *np.shape(part))
        at += width
    return rows[:, :size], rows[:, size : 2 * size], after


@lru_cache(maxsize=128)
def _compiled(kind: type[Optimizer], size: int) -> Callable | None:
    if not kind.elementwise:
        return None
    try:
        source = _source(kind(), size)
    except (TypeError, NotImplementedError):
        return None
    scope = dict(NAMES_IN_SCOPE)
    exec(compile(source, f"<{kind.name} on a stream>", "exec"), scope)
    return scope["run"]


def _source(optimizer: Optimizer, size: int) -> str:
    recorder = Recorder()
    grad, point = recorder.inputs("g", (size,)), recorder.inputs("p", (size,))
    memory = optimizer.init(np.zeros(size))
    state = {name: recorder.inputs(f"m{i}_", np.shape(part))
             for i, (name, part) in enumerate(memory.items())}  # fmt: skip
    names = [field.name for field in fields(optimizer)]
    rule = replace(optimizer, **{name: recorder.inputs(f"h_{name}", ()) for name in names})
    step, new = rule.update(Look(Plane(grad), point, np.nan, grad), state)

    def flat(value, shape=None) -> list[str]:
        return [spelled(name) for name in recorder.names(value, shape)]

    steps, points = flat(step, (size,)), flat(point)
    before = [name for part in state.values() for name in flat(part)]
    after = [name for key, part in memory.items() for name in flat(new[key], np.shape(part))]
    return "\n".join(
        [
            "def run(extend, gradients, state, hyper, rates):",
            *(f" {name} = state[{i}]" for i, name in enumerate(before)),
            *(f" h_{name} = hyper[{name!r}]" for name in names),
            f" {' = '.join(points)} = 0.0",
            f" for t, ({', '.join(flat(grad))},) in enumerate(gradients):",
            "  if rates: h_learning_rate = rates[t]",
            *(f"  {line}" for line in lines(recorder.take())),
            *(f"  {name} = {name} + {by}" for name, by in zip(points, steps, strict=True)),
            *([f"  {', '.join(before)}, = {', '.join(after)},"] if before else []),
            f"  extend(({', '.join([*steps, *points, *before])},))",
        ]
    )
