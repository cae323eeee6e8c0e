"""Runs many small descents at once: a step is recorded once and repeated on whole columns.

A plain step on 40,000 points makes dozens of temporary arrays, and fresh memory for them costs
more than the arithmetic. Here the recorded step becomes a list of NumPy calls that write into
columns laid out beforehand, each holding one number of every run; a column whose last reader has
passed serves again. They are the same functions on the same numbers in the same order.
"""

from collections import Counter
from dataclasses import dataclass, fields, replace

import numpy as np

from optcore.descent.recording import FLOATS, Recorder
from optcore.descent.replay import SMALL
from optcore.objective import Counted, Look

# An operation is recorded as its name and its operands.
FUNCTIONS = {f.__name__: f for f in FLOATS}
WORDS = {f: f"{name}{' {}' * getattr(f, 'nin', 3)}" for name, f in FUNCTIONS.items()}


def columns(objective, optimizer, clip, point, rates, noise) -> "Columns | None":
    """A stepper for a batch of points (..., n), or None where the plain one must do it."""
    able = optimizer.elementwise and getattr(objective, "elementwise", False)
    if not able or point.ndim < 2 or not point.size or point.shape[-1] > SMALL:
        return None
    try:
        return Columns(objective, optimizer, clip, point, rates, noise)
    except (TypeError, NotImplementedError):
        return None


class Columns:
    """A stepper (see descent.py) whose arrays, `point` to `state`, each step overwrites.

    Raises NotImplementedError or TypeError for what cannot be recorded.
    """

    def __init__(self, objective, optimizer, clip, point, rates, noise):
        self.lead, self.rates, self.noise = point.shape[:-1], rates, noise
        self.own: dict[str, np.ndarray] = {}
        memory = {name: np.asarray(part, float) for name, part in optimizer.init(point).items()}
        self.point = self._columns("p", point)
        self.state = {name: self._columns(f"{name}_", part) for name, part in memory.items()}
        self.own["value"] = np.empty(point[..., 0].size)
        self.value = self.own["value"].reshape(self.lead)
        self.grad = self._columns("grad", point)
        self.seen = self.grad if noise is None and clip is None else self._columns("seen", point)
        self.now = np.zeros(point.shape[-1])
        self.own |= {f"noise{i}": self.now[i : i + 1].reshape(()) for i in range(self.now.size)}

        recorder, counted = Recorder(WORDS), Counted(objective)
        rule = replace(optimizer, **self._hyperparameters(optimizer, recorder))
        before = {name: recorder.inputs(f"{name}_", np.shape(part)[-1:])
                  for name, part in memory.items()}  # fmt: skip
        at = recorder.inputs("p", self.now.shape)
        value, grad = counted.value(at), counted.grad(at)
        seen = grad if noise is None else grad + recorder.inputs("noise", at.shape)
        seen = clip.apply(seen) if clip else seen
        looking = _Phase(recorder.take())
        looking.aim("value", recorder.names(value), self.own)
        looking.aim("grad", recorder.names(grad), self.own)
        if self.seen is not self.grad:
            looking.aim("seen", recorder.names(seen), self.own)
        step, after = rule.update(Look(counted, at, value, seen), before)
        moved = at + step
        moving = _Phase(recorder.take())
        moving.aim("p", recorder.names(moved), self.own)
        for name in memory:
            moving.aim(f"{name}_", recorder.names(after[name]), self.own)
        self.grad_calls, self.calls_to_move = 0, counted.grad_calls - 1
        self.looking, self.moving = _laid_out(self.own, looking, moving)

    def look(self, t: int) -> None:
        if self.noise is not None:
            self.now[:] = self.noise[t]
        for function, arrays, result in self.looking:
            function(*arrays, out=result)
        self.grad_calls += 1

    def move(self, t: int, going: np.ndarray) -> None:
        if self.rates is not None:
            rate = self.own["its.learning_rate"]
            rate[...] = self.rates[t] if rate.ndim == 0 else self._each(self.rates[t])
        for function, arrays, result in self.moving:
            function(*arrays, out=result)
        self.grad_calls += self.calls_to_move
        if not going.all():
            self.point[~going] = np.nan

    def _columns(self, prefix: str, array: np.ndarray) -> np.ndarray:
        """Columns for an array, under the names a recorder gives; a view of them in its shape."""
        if array.ndim == 0:
            self.own[prefix] = array.copy()
            return self.own[prefix]
        if array.shape[:-1] != self.lead:
            raise NotImplementedError(f"{prefix} has not one entry for each run")
        size = array.shape[-1]
        block = np.moveaxis(array, -1, 0).reshape(size, -1).copy()
        self.own |= {f"{prefix}{i}": block[i] for i in range(size)}
        return np.moveaxis(block.reshape(size, *self.lead), 0, -1)

    def _hyperparameters(self, optimizer, recorder: Recorder) -> dict:
        """Each as one number: the same for all runs, or one for each."""
        recorded = {}
        for field in fields(optimizer):
            value = np.asarray(getattr(optimizer, field.name), float)
            if value.shape[-1:] not in ((), (1,)):
                raise NotImplementedError(f"{field.name} differs between coordinates")
            prefix = f"its.{field.name}"
            self.own[prefix] = (self._each(value) if value.ndim else value).copy()
            recorded[field.name] = recorder.inputs(prefix, ())
        return recorded

    def _each(self, numbers) -> np.ndarray:
        return np.broadcast_to(numbers, (*self.lead, 1)).reshape(-1)


@dataclass
class _Operation:
    """`result` = `function`(`operands`), by name; `target` names the column it is to fill."""

    result: str
    function: str
    operands: tuple[str, ...]
    target: str = ""


class _Phase:
    """The operations of a look or of a move, from the lines that a recorder took down."""

    def __init__(self, lines: list[str]):
        self.operations: list[_Operation] = []
        for line in lines:
            result, _, *words = line.split()
            if "*" in words:  # a small power stands there as x * x * x
                self._multiply(result, words[::2])
            else:
                self.operations.append(_Operation(result, words[0], tuple(words[1:])))

    def _multiply(self, result: str, factors: list[str]) -> None:
        product = factors[0]
        for at, factor in enumerate(factors[1:], start=2):
            name = result if at == len(factors) else f"{result}^{at}"
            self.operations.append(_Operation(name, "multiply", (product, factor)))
            product = name

    def aim(self, prefix: str, names: list[str], own: dict) -> None:
        """Says that these results are to stand in our columns of that prefix."""
        targets = [name for name in own if name.rstrip("0123456789") == prefix]
        made = {operation.result: operation for operation in self.operations}
        for target, name in zip(targets, np.broadcast_to(names, len(targets)), strict=True):
            if name not in made or made[name].target:
                made[name] = _Operation(f"new {target}", "positive", (str(name),))
                self.operations.append(made[name])
            made[name].target = target


def _laid_out(own: dict, *phases: _Phase) -> list[list[tuple]]:
    """The calls (function, arrays, result) of each phase, with a column for every result."""
    storage = _Storage(own, [operation for phase in phases for operation in phase.operations])
    laid_out = []
    for phase in phases:
        calls, copies = [], []
        for operation in phase.operations:
            if not operation.target and operation.result not in storage.readers:
                continue
            function = _choose if operation.function == "where" else FUNCTIONS[operation.function]
            arrays, result = storage.place(operation)
            calls.append((function, arrays, result))
            if operation.target and result is not own[operation.target]:
                copies.append((np.positive, (result,), own[operation.target]))
        laid_out.append(calls + copies)
    return laid_out


class _Storage:
    """Which column each name stands for, and how often it is still to be read."""

    def __init__(self, own: dict, operations: list[_Operation]):
        self.own, self.columns = own, dict(own)
        self.readers = Counter(name for operation in operations for name in operation.operands)
        self.lent: dict[str, np.ndarray] = {}
        self.spare: list[np.ndarray] = []

    def place(self, operation: _Operation) -> tuple[list[np.ndarray], np.ndarray]:
        """The columns that an operation reads, and the one for its result."""
        read = [self._read(name) for name in operation.operands]
        if operation.function == "where":  # it alone must not write over what it reads
            result = self._column(operation, read)
            self._let_go(operation.operands)
        else:
            self._let_go(operation.operands)
            result = self._column(operation, read)
        self.columns[operation.result] = result
        return read, result

    def _read(self, name: str) -> np.ndarray:
        if name not in self.columns:
            self.columns[name] = np.array(float(name.strip("()")))
        return self.columns[name]

    def _let_go(self, names: tuple[str, ...]) -> None:
        for name in names:
            self.readers[name] -= 1
            if not self.readers[name] and name in self.lent:
                self.spare.append(self.lent.pop(name))

    def _column(self, operation: _Operation, read: list[np.ndarray]) -> np.ndarray:
        """The column aimed at, if what stands there has no more readers; else one to spare."""
        shape = np.broadcast_shapes(*(array.shape for array in read))
        aim = self.own.get(operation.target)
        if aim is not None and shape != aim.shape and shape:
            raise NotImplementedError(f"{operation.target} would become an array")
        if aim is not None and not self.readers[operation.target]:
            return aim
        kind = FUNCTIONS[operation.function](*(np.ones((), array.dtype) for array in read)).dtype
        fit = [a for a in self.spare if a.shape == shape and a.dtype == kind]
        column = fit[-1] if fit else np.empty(shape, kind)
        self.spare = [array for array in self.spare if array is not column]
        if aim is None:
            self.lent[operation.result] = column
        return column


def _choose(condition, yes, no, out) -> None:
    np.copyto(out, no)
    np.copyto(out, yes, where=condition.astype(bool, copy=False))
