"""Runs one small descent fast, by recording a step once and replaying it on plain floats.

NumPy spends about half a microsecond per call whatever the size, so a run of two coordinates
pays thirty calls a step for a few nanoseconds of arithmetic. Here the objective and the
optimizer, unchanged, are called once with `Recorded` arrays that write down every elementwise
operation; the list becomes straight-line Python over floats. Anything that cannot be recorded,
and any run in which a float operation raises where NumPy gives inf or nan, returns None: the
caller then runs the plain loop, which is the definition.
"""

from array import array
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np

from optcore.descent.languages import NAMES_IN_SCOPE, lines, spelled
from optcore.descent.recording import Recorder
from optcore.descent.setting import Setting
from optcore.knobs import knobs
from optcore.objective import Counted, Look
from optcore.optimizers.base import Optimizer

SMALL = 4


def replay(setting: Setting) -> tuple[np.ndarray, int] | None:
    """The table of a run (rows reached, columns) and the gradients each look asks for, or None
    where the plain loop must do it.

    Columns are point, value, grad, seen, then each memory array flattened. With batches value is
    0 and grad what is seen, as in the plain loop.
    """
    start, optimizer, parts = setting.start, setting.optimizer, setting.disturbances
    batched = setting.batches is not None
    able = optimizer.elementwise and (batched or getattr(setting.objective, "elementwise", False))
    if not able or start.ndim != 1 or start.size > SMALL:  # arrays of hyperparameters are batches
        return None
    # The numbers of a slider are given to a plan; only what changes its text is part of its key.
    kinds = tuple((type(part), drawn is not None, callable(drawn))
                  for part, drawn in zip(parts, setting.drawn, strict=True))  # fmt: skip
    objective: Any = None if batched else setting.objective
    plan = _plan(objective, type(optimizer), kinds, start.size, bool(setting.lag))
    if plan is None:
        return None
    run, calls = plan
    state = [float(x) for part in optimizer.init(start).values() for x in np.ravel(part)]
    rates = None if setting.rates is None else setting.rates.tolist()
    table = array("d")
    try:
        run(
            table.extend, setting.rows, start.tolist(), state, (optimizer, *parts), rates,
            [_row_by_row(drawn) for drawn in setting.drawn], deque(maxlen=setting.lag + 1),
        )  # fmt: skip
    except (ArithmeticError, ValueError):
        return None
    width = 1 + 3 * start.size + len(state)
    return np.frombuffer(table, dtype=float).reshape(len(table) // width, width), calls


@lru_cache(maxsize=64)
def on_floats(function: Callable) -> Callable[[float], float]:
    """An elementwise function of one number, recorded once, over plain floats.

    Raises ArithmeticError or ValueError where a float operation does, and NotImplementedError for
    what cannot be recorded.
    """
    recorder = Recorder()
    result = spelled(recorder.names(function(recorder.inputs("z", ())))[0])
    text = ["def run(z):", *(f" {line}" for line in lines(recorder.take())), f" return {result}"]
    scope = dict(NAMES_IN_SCOPE)
    exec(compile("\n".join(text), "<on floats>", "exec"), scope)
    return scope["run"]


def _row_by_row(drawn):
    """Rows of floats, or the function that gives them."""
    return drawn.at_floats if callable(drawn) else None if drawn is None else drawn.tolist()


@lru_cache(maxsize=512)
def _plan(objective, kind: type[Optimizer], kinds: tuple, size: int, late: bool) -> tuple | None:
    counted = Counted(objective) if objective else None
    try:
        source = _Source(counted, kind(), kinds, size, late).text()
    except (TypeError, NotImplementedError):
        return None
    scope = dict(NAMES_IN_SCOPE)
    exec(compile(source, f"<{kind.name}>", "exec"), scope)
    return scope["run"], counted.grad_calls if counted else 1


def inputs_for(owner, prefix: str, recorder: Recorder):
    """An optimizer or a disturbance whose numbers are recorded inputs, `prefix` and their name.

    Whole numbers decide what is drawn, not what is done with it, and stay.
    """
    names = [name for name, spec in knobs(owner).items() if not spec.whole]
    return replace(owner, **{name: recorder.inputs(f"{prefix}{name}", ()) for name in names})


class _Source:
    """The text of a function that carries out a run, in the order in which it is recorded."""

    def __init__(self, objective, optimizer, kinds: tuple, size: int, late: bool):
        self.objective, self.kinds, self.late = objective, kinds, late
        self.recorder = Recorder()
        self.memory = optimizer.init(np.zeros(size))
        self.state = {name: self.recorder.inputs(f"m{i}_", np.shape(part))
                      for i, (name, part) in enumerate(self.memory.items())}  # fmt: skip
        self.point = self.recorder.inputs("p", (size,))
        self.owners = (optimizer, *(kind() for kind, *_ in kinds))
        self.rule, *self.parts = (inputs_for(owner, f"h{i}_", self.recorder)
                                  for i, owner in enumerate(self.owners))  # fmt: skip

    def text(self) -> str:
        """Records a look and a move, and writes them as one loop."""
        looking = self._look()
        look = Look(self.objective, self.point, self.value, self.seen)
        step, after = self.rule.update(look, self.state)
        moving = lines(self.recorder.take())
        points, steps = self._spelled(self.point), self._spelled(step, self.point.shape)
        keys = [key for part in self.state.values() for key in self._spelled(part)]
        renewed = [name for key, part in self.memory.items()
                   for name in self._spelled(after[key], np.shape(part))]  # fmt: skip
        numbers = [
            name for part in (self.value, self.grad, self.seen) for name in self._spelled(part)
        ]
        finite = " + ".join(f"{name} * 0.0" for name in numbers)
        inside = " and ".join(f"-1e12 <= {name} <= 1e12" for name in points)
        return "\n".join(
            [
                "def run(extend, rows, point, state, owners, rates, draws, past):",
                *(f" {line}" for line in self._given(points, keys)),
                " for t in range(rows):",
                *(f"  {line}" for line in looking),
                f"  extend(({', '.join([*points, *numbers, *keys])},))",
                f"  if t == last or not ({inside}) or {finite} != 0.0: return",
                "  if rates: h0_learning_rate = rates[t]",
                *(f"  {line}" for line in moving),
                *(f"  {name} = {name} + {by}" for name, by in zip(points, steps, strict=True)),
                *([f"  {', '.join(keys)}, = {', '.join(renewed)},"] if keys else []),
            ]
        )

    def _given(self, points: list[str], keys: list[str]) -> list[str]:
        """What a run starts from, under the names of the recording."""
        return [
            "last = rows - 1",
            *(f"{name} = point[{i}]" for i, name in enumerate(points)),
            *(f"{name} = state[{i}]" for i, name in enumerate(keys)),
            *(f"h{i}_{name} = owners[{i}].{name}"
              for i, owner in enumerate(self.owners) for name in knobs(owner)),
            *(f"draw{i} = draws[{i}]" for i in range(len(self.kinds))),
        ]  # fmt: skip

    def _look(self) -> list[str]:
        """Value and gradient at the point, and what becomes of the gradient until it is seen."""
        asked_at, objective = self.rule.asks_at(self.point, self.state), self.objective
        there = None
        if objective:
            self.value, self.grad = objective.value(self.point), objective.grad(self.point)
            there = self.grad if asked_at is self.point else objective.grad(asked_at)
        text, place = lines(self.recorder.take()), asked_at
        if self.late:
            place, old = self.recorder.inputs("o", place.shape), None
            text.append(f"past.append(({self._listed(asked_at, there)}))")
            if objective:
                old = self.recorder.inputs("g", place.shape)
            text.append(f"{self._listed(place, old)} = past[0]")
            there = old
        moved = asked_at - place if self.late else None
        for i, ((_, numbered, asks), part) in enumerate(zip(self.kinds, self.parts, strict=True)):
            drawn = self.recorder.inputs(f"n{i}_", self.point.shape) if numbered else None
            if numbered:
                row = f"(t, {self._listed(place)})" if asks else "[t]"
                text.append(f"{self._listed(drawn)} = draw{i}{row}")
            there = part.apply(there, drawn, moved)
            text += lines(self.recorder.take())
        self.seen = there
        if not objective:
            self.value, self.grad = 0.0, self.seen
        return text

    def _spelled(self, value, shape=None) -> list[str]:
        return [spelled(name) for name in self.recorder.names(value, shape)]

    def _listed(self, *values) -> str:
        return "".join(f"{name}, " for v in values if v is not None for name in self._spelled(v))
