"""Arrays that write down what is done to them, as a list of operations on single numbers."""

import math
from collections.abc import Callable
from functools import reduce
from typing import NamedTuple

import numpy as np

from optcore.descent.languages import FLOATS

_SHAPING = {np.stack, np.broadcast_arrays, np.broadcast_to, np.moveaxis, np.expand_dims, np.squeeze}


class Operation(NamedTuple):
    """`result` = `function`(`operands`); an operand is a variable's name or a number."""

    result: str
    function: Callable
    operands: tuple[str | float, ...]


class Recorder:
    """Collects operations; one written once is not written again."""

    def __init__(self):
        self.operations: list[Operation] = []
        self.known: dict[tuple, str] = {}

    def inputs(self, prefix: str, shape: tuple[int, ...]) -> "Recorded":
        """Variables `prefix0`, `prefix1`, ... as an array; the prefix itself for a scalar."""
        if shape == ():
            return Recorded(self, np.array(prefix, dtype=object))
        size = math.prod(shape)
        names = np.array([f"{prefix}{i}" for i in range(size)], dtype=object)
        return Recorded(self, names.reshape(shape))

    def take(self) -> list[Operation]:
        """The operations so far; what they computed stays known."""
        operations, self.operations = self.operations, []
        return operations

    def write(self, function: Callable, *operands: str | float) -> str:
        # repr tells 0.0 from -0.0 and finds nan again; equality does neither.
        key = (function, repr(operands))
        if key not in self.known:
            self.known[key] = f"t{len(self.known)}"
            self.operations.append(Operation(self.known[key], function, operands))
        return self.known[key]

    def as_recorded(self, value) -> "Recorded":
        if isinstance(value, Recorded):
            return value
        numbers = np.asarray(value)
        if numbers.dtype.kind not in "fiub":
            raise NotImplementedError(f"cannot record numbers of type {numbers.dtype}")
        return Recorded(self, numbers.astype(float).astype(object))

    def names(self, value, shape: tuple[int, ...] | None = None) -> list[str | float]:
        """The variables, or numbers, that hold a value, in a row; broadcast to a shape first."""
        names = self.as_recorded(value).names
        return list(np.ravel(names if shape is None else np.broadcast_to(names, shape)))

    def apply(self, function: Callable, *operands) -> "Recorded":
        """One elementwise operation, broadcast over the operands."""
        if function not in FLOATS:
            raise NotImplementedError(f"cannot record {function}")
        rows = np.broadcast(*(self.as_recorded(o).names for o in operands))
        names = np.empty(rows.shape, dtype=object)
        for at, row in enumerate(rows):
            names.flat[at] = self.write(function, *row)
        return Recorded(self, names)


class Recorded(np.lib.mixins.NDArrayOperatorsMixin):
    """An array of variable names that answers NumPy's elementwise functions by recording them."""

    __hash__ = None

    def __init__(self, recorder: Recorder, names: np.ndarray):
        self.recorder = recorder
        self.names = names

    @property
    def shape(self):
        return self.names.shape

    @property
    def ndim(self):
        return self.names.ndim

    @property
    def dtype(self):
        return np.dtype(float)

    def __getitem__(self, index):
        part = self.names[index]
        return Recorded(self.recorder, np.array(part, dtype=object))

    def __bool__(self):
        raise TypeError("a branch on a recorded value cannot be replayed")

    __float__ = __int__ = __index__ = __len__ = __iter__ = __bool__

    def sum(self, axis=None, keepdims=False):
        # NumPy asks __array_function__, which its types do not tell.
        return np.sum(self, axis=axis, keepdims=keepdims)  # ty: ignore[no-matching-overload]

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        if method != "__call__" or kwargs:
            raise NotImplementedError(f"cannot record {ufunc.__name__}.{method}")
        if ufunc is np.power and isinstance(inputs[1], int | float) and inputs[1] in (2, 3, 4):
            return reduce(np.multiply, [inputs[0]] * int(inputs[1]))
        return self.recorder.apply(ufunc, *inputs)

    def __array_function__(self, function, types, args, kwargs):
        if function is np.where:
            return self.recorder.apply(np.where, *args)
        if function is np.sum:
            return self._fold(np.add, *args, **kwargs)
        if function is np.max:
            return self._fold(np.maximum, *args, **kwargs)
        if function is np.iscomplexobj:
            return True  # `optcore.special` then goes by sides and never overflows, as floats must
        if function is np.real:
            return args[0]
        if function in (np.zeros_like, np.ones_like):
            return function(self.names, dtype=float)
        if function in _SHAPING:
            return self._shaped(function, args, kwargs)
        raise NotImplementedError(f"cannot record {function.__name__}")

    def _shaped(self, function, args, kwargs):
        names = self.recorder.as_recorded
        if function is np.stack:
            parts = [names(part).names for part in args[0]]
            return Recorded(self.recorder, np.stack(parts, *args[1:], **kwargs))
        if function is np.broadcast_arrays:
            parts = np.broadcast_arrays(*(names(part).names for part in args))
            return tuple(Recorded(self.recorder, part) for part in parts)
        return Recorded(self.recorder, function(names(args[0]).names, *args[1:], **kwargs))

    def _fold(self, ufunc, values, axis=None, keepdims=False):
        if axis != -1:
            raise NotImplementedError("only folds over the last axis are recorded")
        parts = [values[..., i] for i in range(values.shape[-1])]
        folded = reduce(ufunc, parts)
        return folded[..., None] if keepdims else folded
