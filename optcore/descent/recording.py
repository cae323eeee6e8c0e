"""Arrays that write down what is done to them, as lines of Python over floats."""

import math
import re
from functools import reduce

import numpy as np

FLOATS = {
    np.add: "{} + {}",
    np.subtract: "{} - {}",
    np.multiply: "{} * {}",
    np.true_divide: "{} / {}",
    np.power: "pow({}, {})",
    np.float_power: "pow({}, {})",
    np.where: "{1} if {0} else {2}",
    np.greater: "{} > {}",
    np.greater_equal: "{} >= {}",
    np.less: "{} < {}",
    np.less_equal: "{} <= {}",
    np.equal: "{} == {}",
    np.not_equal: "{} != {}",
    np.logical_and: "{} and {}",
    np.logical_or: "{} or {}",
    np.bitwise_and: "{} and {}",
    np.bitwise_or: "{} or {}",
    np.maximum: "{0} if {0} >= {1} or {0} != {0} else {1}",
    np.minimum: "{0} if {0} <= {1} or {0} != {0} else {1}",
    np.hypot: "hypot({}, {})",
    np.arctan2: "atan2({}, {})",
    np.negative: "-{}",
    np.positive: "{}",
    np.absolute: "abs({})",
    np.square: "{0} * {0}",
    np.reciprocal: "1.0 / {}",
    np.sqrt: "sqrt({0}) if {0} >= 0.0 else nan",
    np.sign: "1.0 if {0} > 0.0 else -1.0 if {0} < 0.0 else {0} * 0.0",
    np.isfinite: "{0} - {0} == 0.0",
    np.isnan: "{0} != {0}",
    np.logical_not: "not {}",
    np.invert: "not {}",
    np.exp: "exp({})",
    np.expm1: "expm1({})",
    np.log: "log({})",
    np.log1p: "log1p({})",
    np.log2: "log2({})",
    np.log10: "log10({})",
    np.sin: "sin({})",
    np.cos: "cos({})",
    np.tan: "tan({})",
    np.sinh: "sinh({})",
    np.cosh: "cosh({})",
    np.tanh: "tanh({})",
    np.arctan: "atan({})",
    np.arcsin: "asin({})",
    np.arccos: "acos({})",
    np.cbrt: "cbrt({})",
}
_MATH = re.compile(r"^[a-z0-9]+\(")
TORCH = {
    ufunc: f"torch.{template}" if _MATH.match(template) else template
    for ufunc, template in FLOATS.items()
} | {
    np.where: "torch.where({0}, {1}, {2})",
    np.maximum: "torch.maximum(torch.as_tensor({}), torch.as_tensor({}))",
    np.minimum: "torch.minimum(torch.as_tensor({}), torch.as_tensor({}))",
    np.sqrt: "torch.sqrt({})",
    np.sign: "torch.sign({})",
    np.logical_and: "{} & {}",
    np.logical_or: "{} | {}",
    np.logical_not: "~{}",
    np.bitwise_and: "{} & {}",
    np.bitwise_or: "{} | {}",
    np.invert: "~{}",
    np.cbrt: "torch.sign({0}) * torch.abs({0}) ** (1 / 3)",
}
_SHAPING = {np.stack, np.broadcast_arrays, np.broadcast_to, np.moveaxis, np.expand_dims, np.squeeze}
NAMES_IN_SCOPE = {name: getattr(math, name) for name in dir(math) if not name.startswith("_")}


class Recorder:
    """Collects lines; an operation written once is not written again.

    `templates` (NumPy function -> expression) say in which language: `FLOATS` or `TORCH`.
    """

    def __init__(self, templates: dict = FLOATS):
        self.templates = templates
        self.lines: list[str] = []
        self.known: dict[str, str] = {}
        self.count = 0

    def inputs(self, prefix: str, shape: tuple[int, ...]) -> "Recorded":
        """Variables `prefix0`, `prefix1`, ... as an array; the prefix itself for a scalar."""
        if shape == ():
            return Recorded(self, np.array(prefix, dtype=object))
        size = math.prod(shape)
        names = np.array([f"{prefix}{i}" for i in range(size)], dtype=object)
        return Recorded(self, names.reshape(shape))

    def take(self) -> list[str]:
        """The lines so far; what they computed stays known."""
        lines, self.lines = self.lines, []
        return lines

    def line(self, expression: str) -> str:
        if expression not in self.known:
            self.known[expression] = f"t{self.count}"
            self.lines.append(f"t{self.count} = {expression}")
            self.count += 1
        return self.known[expression]

    def as_recorded(self, value) -> "Recorded":
        if isinstance(value, Recorded):
            return value
        numbers = np.asarray(value)
        if numbers.dtype.kind not in "fiub":
            raise NotImplementedError(f"cannot record numbers of type {numbers.dtype}")
        names = np.empty(numbers.shape, dtype=object)
        for index in np.ndindex(numbers.shape):
            names[index] = _literal(float(numbers[index]))
        return Recorded(self, names)

    def flat(self, names: np.ndarray) -> list[str]:
        return list(np.ravel(names))

    def names(self, value) -> list[str]:
        return self.flat(self.as_recorded(value).names)

    def apply(self, template: str, *operands) -> "Recorded":
        """One elementwise operation, broadcast over the operands."""
        arrays = np.broadcast_arrays(*(self.as_recorded(o).names for o in operands))
        names = np.empty(arrays[0].shape, dtype=object)
        for index in np.ndindex(names.shape):
            names[index] = self.line(template.format(*(a[index] for a in arrays)))
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
        return np.sum(self, axis=axis, keepdims=keepdims)

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        if method != "__call__" or kwargs:
            raise NotImplementedError(f"cannot record {ufunc.__name__}.{method}")
        if ufunc is np.power:
            return self._power(*inputs)
        if ufunc not in self.recorder.templates:
            raise NotImplementedError(f"cannot record {ufunc.__name__}")
        return self.recorder.apply(self.recorder.templates[ufunc], *inputs)

    def _power(self, base, exponent):
        whole = isinstance(exponent, int | float) and exponent in (2, 3, 4)
        power = self.recorder.templates[np.power]
        template = " * ".join(["{0}"] * int(exponent)) if whole else power
        return self.recorder.apply(template, *((base,) if whole else (base, exponent)))

    def __array_function__(self, function, types, args, kwargs):
        if function is np.where:
            return self.recorder.apply(self.recorder.templates[np.where], *args)
        if function is np.sum:
            return self._fold(np.add, *args, **kwargs)
        if function is np.max:
            return self._fold(np.maximum, *args, **kwargs)
        if function is np.iscomplexobj:
            return True  # `optcore.special` then goes by sides and never overflows, as floats must
        if function is np.real:
            return args[0]
        if function in (np.zeros_like, np.ones_like):
            return np.zeros(self.shape) + (function is np.ones_like)
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


def _literal(number: float) -> str:
    if math.isfinite(number):
        return f"({number!r})" if number < 0 or math.copysign(1, number) < 0 else repr(number)
    return "nan" if math.isnan(number) else "inf" if number > 0 else "(-inf)"
