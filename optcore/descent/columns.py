"""Runs many small descents at once: a step is recorded once and repeated on whole columns.

A plain step on 40,000 points makes dozens of temporary arrays, and fresh memory for them costs
more than the arithmetic. Here the recorded step becomes a list of NumPy calls that write into
columns laid out beforehand, each holding one number of every run; a column whose last reader has
passed serves again. They are the same functions on the same numbers in the same order.
"""

import math
from collections import Counter
from dataclasses import replace

import numpy as np

from optcore.descent.recording import Operation, Recorder
from optcore.descent.replay import SMALL
from optcore.descent.setting import Setting
from optcore.knobs import knobs
from optcore.objective import Counted, Look


def columns(setting: Setting) -> "Columns | None":
    """A stepper for a batch of points (..., n), or None where the plain one must do it."""
    start = setting.start
    able = setting.optimizer.elementwise and getattr(setting.objective, "elementwise", False)
    if not able or start.ndim < 2 or not start.size or start.shape[-1] > SMALL:
        return None
    try:
        return Columns(setting)
    except (TypeError, NotImplementedError):
        return None


class Columns:
    """A stepper (see stepper.py) whose arrays, `point` to `state`, each step overwrites.

    Raises NotImplementedError or TypeError for what cannot be recorded.
    """

    def __init__(self, setting: Setting):
        if setting.lag or setting.batches:
            raise NotImplementedError("gradients of the past, or of samples, are not laid out")
        self.rates, start = setting.rates, setting.start
        self.lead, self.own = start.shape[:-1], {}
        memory = {name: np.asarray(part, float)
                  for name, part in setting.optimizer.init(start).items()}  # fmt: skip
        self.point = self._columns("p", start)
        self.state = {name: self._columns(f"{name}_", part) for name, part in memory.items()}
        self.value = np.empty(self.lead)
        self.own["value"] = self.value.ravel()
        self.grad = self._columns("grad", start)
        self.drawn = [
            (rows, self._columns(f"drawn{i}_", np.zeros(rows.shape[1:])))
            for i, rows in enumerate(setting.drawn)
            if rows is not None
        ]
        self._record(setting, memory)

    def _record(self, setting: Setting, memory: dict) -> None:
        """Takes down a look and a move, and lays them out."""
        recorder, counted = Recorder(), Counted(setting.objective)
        shape = setting.start.shape[-1:]
        rule = self._with_columns(setting.optimizer, "its.", recorder)
        before = {name: recorder.inputs(f"{name}_", np.shape(part)[-1:])
                  for name, part in memory.items()}  # fmt: skip
        at = recorder.inputs("p", shape)
        value, grad = counted.value(at), counted.grad(at)
        asked_at = rule.asks_at(at, before)
        seen = grad if asked_at is at else counted.grad(asked_at)
        for i, (part, rows) in enumerate(zip(setting.disturbances, setting.drawn, strict=True)):
            part = self._with_columns(part, f"disturbed{i}.", recorder)
            drawn = None if rows is None else recorder.inputs(f"drawn{i}_", shape)
            seen = part.apply(seen, drawn)
        self.seen = self.grad if seen is grad else self._columns("seen", setting.start)
        looking = _Phase(recorder.take(), self.own)
        looking.aim("value", recorder.names(value))
        looking.aim("grad", recorder.names(grad, shape))
        if seen is not grad:
            looking.aim("seen", recorder.names(seen, shape))
        self.calls_to_look = counted.grad_calls
        step, after = rule.update(Look(counted, at, value, seen), before)
        moved = at + step
        moving = _Phase(recorder.take(), self.own)
        moving.aim("p", recorder.names(moved, shape))
        for name, part in before.items():
            moving.aim(f"{name}_", recorder.names(after[name], part.shape))
        self.grad_calls = 0
        self.looking, self.moving = _laid_out(self.own, looking, moving)

    def look(self, t: int) -> None:
        for rows, column in self.drawn:
            column[...] = rows[t]
        for function, arrays, result in self.looking:
            function(*arrays, out=result)
        self.grad_calls += self.calls_to_look

    def move(self, t: int, going: np.ndarray) -> None:
        if self.rates is not None:
            rate = self.own["its.learning_rate"]
            rate[...] = self.rates[t] if rate.ndim == 0 else self._each(self.rates[t])
        for function, arrays, result in self.moving:
            function(*arrays, out=result)
        if not going.all():
            self.point[~going] = np.nan

    def _columns(self, prefix: str, array: np.ndarray) -> np.ndarray:
        """Columns for an array, under the names a recorder gives; a view of them in its shape.

        One number for each run, or one for all of them where the array has no room for more.
        """
        if array.ndim == 0:
            self.own[prefix] = array.copy()
            return self.own[prefix]
        size = array.shape[-1]
        if array.ndim == 1:
            block = array.copy()
            self.own |= {f"{prefix}{i}": block[i : i + 1].reshape(()) for i in range(size)}
            return block
        if array.shape[:-1] != self.lead:
            raise NotImplementedError(f"{prefix} has not one entry for each run")
        block = np.moveaxis(array, -1, 0).reshape(size, math.prod(self.lead)).copy()
        self.own |= {f"{prefix}{i}": block[i] for i in range(size)}
        return np.moveaxis(block.reshape(size, *self.lead), 0, -1)

    def _with_columns(self, owner, prefix: str, recorder: Recorder):
        """An optimizer or a disturbance whose numbers are columns, one for all runs or for each."""
        recorded = {}
        for name in (name for name, spec in knobs(owner).items() if not spec.whole):
            value = np.asarray(getattr(owner, name), float)
            self.own[prefix + name] = (self._each(value) if value.ndim else value).copy()
            recorded[name] = recorder.inputs(prefix + name, ())
        return replace(owner, **recorded)

    def _each(self, numbers) -> np.ndarray:
        return np.broadcast_to(numbers, (*self.lead, 1)).ravel()


class _Phase:
    """The operations of a look or of a move, and which columns of ours their results fill."""

    def __init__(self, operations: list[Operation], own: dict):
        self.operations, self.own = operations, own
        self.targets: dict[str, str] = {}

    def aim(self, prefix: str, names: list) -> None:
        """Says that these results are to stand in our columns of that prefix."""
        targets = [name for name in self.own if name.rstrip("0123456789") == prefix]
        made = {operation.result for operation in self.operations}
        for target, name in zip(targets, names, strict=True):
            if name not in made or name in self.targets:
                self.operations.append(Operation(f"new {target}", np.positive, (name,)))
                name = f"new {target}"
            self.targets[name] = target


def _laid_out(own: dict, *phases: _Phase) -> list[list[tuple]]:
    """The calls (function, arrays, result) of each phase, with a column for every result."""
    storage = _Storage(own, [operation for phase in phases for operation in phase.operations])
    laid_out = []
    for phase in phases:
        calls, copies = [], []
        for operation in phase.operations:
            target = phase.targets.get(operation.result)
            if target is None and operation.result not in storage.readers:
                continue
            function = _choose if operation.function is np.where else operation.function
            arrays, result = storage.place(operation, target)
            calls.append((function, arrays, result))
            if target is not None and result is not own[target]:
                copies.append((np.positive, (result,), own[target]))
        laid_out.append(calls + copies)
    return laid_out


class _Storage:
    """Which column each name stands for, and how often it is still to be read."""

    def __init__(self, own: dict, operations: list[Operation]):
        self.own, self.columns = own, dict(own)
        self.readers: Counter = Counter(
            name for operation in operations for name in operation.operands
        )
        self.lent: dict[str, np.ndarray] = {}
        self.spare: list[np.ndarray] = []

    def place(self, operation: Operation, target: str | None) -> tuple[list, np.ndarray]:
        """The columns that an operation reads, and the one for its result."""
        read = [self._read(name) for name in operation.operands]
        if operation.function is np.where:  # it alone must not write over what it reads
            result = self._column(operation, target, read)
            self._let_go(operation.operands)
        else:
            self._let_go(operation.operands)
            result = self._column(operation, target, read)
        self.columns[operation.result] = result
        return read, result

    def _read(self, operand: str | float) -> np.ndarray:
        return self.columns[operand] if isinstance(operand, str) else np.array(operand)

    def _let_go(self, names: tuple) -> None:
        for name in names:
            self.readers[name] -= 1
            if not self.readers[name] and name in self.lent:
                self.spare.append(self.lent.pop(name))

    def _column(self, operation: Operation, target: str | None, read: list) -> np.ndarray:
        """The column aimed at, if what stands there has no more readers; else one to spare."""
        shape = np.broadcast_shapes(*(array.shape for array in read))
        aim = self.own.get(target)
        if aim is not None and shape != aim.shape and shape:
            raise NotImplementedError(f"{target} would become an array")
        if aim is not None and not self.readers[target]:
            return aim
        kind = operation.function(*(np.ones((), array.dtype) for array in read)).dtype
        fit = [a for a in self.spare if a.shape == shape and a.dtype == kind]
        column = fit[-1] if fit else np.empty(shape, kind)
        self.spare = [array for array in self.spare if array is not column]
        if aim is None:
            self.lent[operation.result] = column
        return column


def _choose(condition, yes, no, out) -> None:
    np.copyto(out, no)
    np.copyto(out, yes, where=condition.astype(bool, copy=False))
