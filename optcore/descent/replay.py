"""Runs one small descent fast, by recording a step once and replaying it on plain floats.

NumPy spends about half a microsecond per call whatever the size, so a run of two coordinates
pays thirty calls a step for a few nanoseconds of arithmetic. Here the objective and the
optimizer, unchanged, are called once with `Recorded` arrays that write down every elementwise
operation; the list becomes straight-line Python over floats. Anything that cannot be recorded,
and any run in which a float operation raises where NumPy gives inf or nan, returns None: the
caller then runs the plain loop, which is the definition.
"""

from array import array
from collections.abc import Callable
from dataclasses import fields, replace
from functools import lru_cache

import numpy as np

from optcore.descent.recording import NAMES_IN_SCOPE, Recorder
from optcore.objective import Counted, Look

SMALL = 4


def replay(objective, optimizer, clip, point, rates, noise, rows):
    """The table of a run (rows reached, columns) and the gradients each step asks for, or None
    where the plain loop must do it.

    Columns are point, value, grad, seen, then each memory array flattened. `rates` is None or
    a rate per step; `noise` None or (rows, n).
    """
    if point.size > SMALL or not getattr(objective, "elementwise", False):
        return None
    values = {f.name: getattr(optimizer, f.name) for f in fields(optimizer)}
    if any(np.ndim(value) for value in values.values()):
        return None
    plan = _plan(objective, type(optimizer), clip, point.size, noise is not None)
    if plan is None:
        return None
    run, calls = plan
    state = [float(x) for part in optimizer.init(point).values() for x in np.ravel(part)]
    table = array("d")
    try:
        run(
            table.extend, rows, [float(x) for x in point], state, values,
            rates, noise.tolist() if noise is not None else None,
        )  # fmt: skip
    except (ArithmeticError, ValueError):
        return None
    width = 1 + 3 * point.size + len(state)
    return np.frombuffer(table, dtype=float).reshape(-1, width), calls


@lru_cache(maxsize=512)
def _plan(objective, kind: type, clip, size: int, noisy: bool) -> tuple[Callable, int] | None:
    counted = Counted(objective)
    try:
        source = _source(counted, kind(), clip, size, noisy)
    except (TypeError, NotImplementedError):
        return None
    scope = dict(NAMES_IN_SCOPE)
    exec(compile(source, f"<{kind.name} on {objective.name}>", "exec"), scope)
    return scope["run"], counted.grad_calls


def _source(objective, optimizer, clip, size: int, noisy: bool) -> str:
    recorder = Recorder()
    point = recorder.inputs("p", (size,))
    value, grad = objective.value(point), objective.grad(point)
    seen = grad + recorder.inputs("n", (size,)) if noisy else grad
    seen = clip.apply(seen) if clip else seen
    looking = recorder.take()
    memory = optimizer.init(np.zeros(size))
    hyper = {f.name: recorder.inputs(f"h_{f.name}", ()) for f in fields(optimizer)}
    state = {name: recorder.inputs(f"m{i}_", np.shape(part))
             for i, (name, part) in enumerate(memory.items())}  # fmt: skip
    look = Look(objective, point, value, seen)
    step, new = replace(optimizer, **hyper).update(look, state)
    moving = recorder.take()
    step = recorder.flat(np.broadcast_to(recorder.as_recorded(step).names, (size,)))
    row = [point, value, grad, seen, *state.values()]
    keys = [name for part in state.values() for name in recorder.flat(part.names)]
    renewed = [name for key in memory
               for name in recorder.flat(np.broadcast_to(
                   recorder.as_recorded(new[key]).names, np.shape(memory[key])))]  # fmt: skip
    points = recorder.flat(point.names)
    finite = " + ".join(f"{name} * 0.0" for part in (value, grad, seen)
                        for name in recorder.flat(recorder.as_recorded(part).names))  # fmt: skip
    inside = " and ".join(f"-1e12 <= {name} <= 1e12" for name in points)
    return "\n".join(
        [
            "def run(extend, rows, point, state, hyper, rates, noise):",
            *(f" {name} = point[{i}]" for i, name in enumerate(points)),
            *(f" {name} = state[{i}]" for i, name in enumerate(keys)),
            *(f" h_{f.name} = hyper[{f.name!r}]" for f in fields(optimizer)),
            " last = rows - 1",
            " for t in range(rows):",
            *([f"  {', '.join(f'n{i}' for i in range(size))}, = noise[t]"] if noisy else []),
            *(f"  {line}" for line in looking),
            f"  extend(({', '.join(n for part in row for n in recorder.names(part))},))",
            f"  if t == last or not ({inside}) or {finite} != 0.0: return",
            "  if rates: h_learning_rate = rates[t]",
            *(f"  {line}" for line in moving),
            *(f"  {name} = {name} + {by}" for name, by in zip(points, step, strict=True)),
            *([f"  {', '.join(keys)}, = {', '.join(renewed)},"] if keys else []),
        ]
    )
