"""What a node may do: each operation with its shape, its value and what its edges do to a gradient.

Arrays stand with the batch in their last axis, (*shape, P), so that shapes broadcast as NumPy's
do whatever the batch. `pull` carries an adjoint back over one edge, `push` a tangent forward.

Where an operation has no derivative it follows torch 2.13: abs, relu and sqrt have 0, 0 and
infinity at 0, two equal arguments of max or min get half each, equal entries share evenly.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from optcore.formula.program import NUMPY
from optcore.graph.shapes import Shape, broadcast, product_shape, transposed_shape
from optcore.special import indicator, sigmoid, sigmoid_slope, squared_sech


@dataclass(frozen=True)
class Operation:
    """One kind of node. `sign` is how it is written, `rules` what the edge of each operand does to
    a gradient g, in which {a} and {b} stand for the operands and {out} for the result.
    """

    name: str
    sign: str
    rules: tuple[str, ...]

    elementwise = False

    @property
    def arity(self) -> int:
        return len(self.rules)

    def shape(self, *shapes: Shape) -> Shape:
        """The result's shape. Raises ShapeError."""
        raise NotImplementedError

    def value(self, *operands: np.ndarray) -> np.ndarray:
        raise NotImplementedError

    def pull(self, position: int, adjoint, operands, result) -> np.ndarray:
        """What the adjoint of the result gives operand `position`, before any sum over entries
        that were broadcast."""
        raise NotImplementedError

    def push(self, position: int, tangent, operands, result) -> np.ndarray:
        """What a tangent of operand `position` gives the result."""
        raise NotImplementedError


@dataclass(frozen=True)
class Elementwise(Operation):
    """Entry by entry: `slopes` are the local derivatives, functions of (operands..., result)."""

    formula: Callable = field(repr=False)
    slopes: tuple[Callable, ...] = field(repr=False)

    elementwise = True

    def shape(self, *shapes):
        return broadcast(*shapes)

    def value(self, *operands):
        return self.formula(*operands)

    def slope(self, position, operands, result):
        """The local derivative of an edge; a plain 1.0 or -1.0 where it is the same everywhere."""
        return self.slopes[position](*operands, result)

    def pull(self, position, adjoint, operands, result):
        return adjoint * self.slope(position, operands, result)

    def push(self, position, tangent, operands, result):
        return tangent * self.slope(position, operands, result)


@dataclass(frozen=True)
class Reduction(Operation):
    """All entries to one: `weights`, a function of (operand, result), is each entry's share."""

    formula: Callable = field(repr=False)
    weights: Callable = field(repr=False)

    def shape(self, *shapes):
        return ()

    def value(self, *operands):
        (entries,) = operands
        return self.formula(entries, axis=tuple(range(entries.ndim - 1)))

    def pull(self, position, adjoint, operands, result):
        return adjoint * self.weights(operands[0], result)

    def push(self, position, tangent, operands, result):
        return _total(tangent * self.weights(operands[0], result))


class MatrixProduct(Operation):
    """a @ b as NumPy and torch have it: matrices and vectors, never a scalar."""

    def shape(self, *shapes):
        return product_shape(*shapes)

    def value(self, *operands):
        a, b = operands
        left, right, out = _indices(a.ndim - 1, b.ndim - 1)
        return np.einsum(f"{left},{right}->{out}", a, b)

    def pull(self, position, adjoint, operands, result):
        left, right, out = _indices(operands[0].ndim - 1, operands[1].ndim - 1)
        own, other = (left, right) if position == 0 else (right, left)
        return np.einsum(f"{out},{other}->{own}", adjoint, operands[1 - position])

    def push(self, position, tangent, operands, result):
        a, b = operands
        return self.value(tangent, b) if position == 0 else self.value(a, tangent)


class Transpose(Operation):
    """Rows for columns, of a matrix alone: here a vector is neither a row nor a column."""

    def shape(self, *shapes):
        return transposed_shape(*shapes)

    def value(self, *operands):
        return np.swapaxes(operands[0], 0, 1)

    def pull(self, position, adjoint, operands, result):
        return np.swapaxes(adjoint, 0, 1)

    def push(self, position, tangent, operands, result):
        return np.swapaxes(tangent, 0, 1)


def _indices(left: int, right: int) -> tuple[str, str, str]:
    """einsum's letters for operands with so many axes; p is the batch."""
    a, b = ("j", "ij")[left - 1], ("j", "jk")[right - 1]
    out = a.replace("j", "") + b.replace("j", "")
    return a + "p", b + "p", out + "p"


def _total(entries):
    return entries.sum(axis=tuple(range(entries.ndim - 1)))


def _largest_share(sign):
    """Which side of max (sign 1) or min (sign -1) is taken: 1, 0, or half at a tie."""
    return lambda mine, other, out: 0.5 + 0.5 * np.sign(sign * np.real(mine - other))


def _even_share(entries, out):
    equal = (np.real(entries) == np.real(out)).astype(out.real.dtype)
    return equal / _total(equal)


def _base_slope(base, exponent, out):
    """b a^(b - 1), and 0 where b is 0, at a = 0 too, as torch has it."""
    return np.where(exponent == 0, 0, exponent * base ** (exponent - 1))


def _exponent_slope(base, exponent, out):
    """a^b log a, and 0 at 0 to a power of 0 or more, as torch has it."""
    return np.where((base == 0) & (np.real(exponent) >= 0), 0, out * np.log(base))


def _same(entries, out):
    return np.ones_like(entries)


def _even(entries, out):
    return np.full_like(entries, 1 / max(entries[..., 0].size, 1))


def _function(name: str, rule: str, slope: Callable) -> Elementwise:
    return Elementwise(name, name, (rule,), NUMPY[name], (slope,))


def _chosen(name: str, sign: int) -> Elementwise:
    share = _largest_share(sign)
    rules = tuple(f"1 where {{{own}}} is the {name}, else 0" for own in "ab")
    return Elementwise(
        name, name, rules, NUMPY[name], (share, lambda a, b, out: share(b, a, out))
    )  # fmt: skip


ADD = Elementwise("add", "+", ("1", "1"), NUMPY["add"], (lambda *_: 1.0, lambda *_: 1.0))
SUBTRACT = Elementwise("sub", "−", ("1", "−1"), NUMPY["sub"], (lambda *_: 1.0, lambda *_: -1.0))
MULTIPLY = Elementwise(
    "mul", "×", ("{b}", "{a}"), NUMPY["mul"], (lambda a, b, out: b, lambda a, b, out: a)
)  # fmt: skip
DIVIDE = Elementwise(
    "div", "/", ("1 / {b}", "−{a} / {b}²"), NUMPY["div"],
    (lambda a, b, out: 1 / b, lambda a, b, out: -out / b),
)  # fmt: skip
POWER = Elementwise(
    "power", "^", ("{b} · {a}^({b} − 1)", "{out} · log {a}"), NUMPY["power"],
    (_base_slope, _exponent_slope),
)  # fmt: skip
NEGATE = Elementwise("neg", "−", ("−1",), NUMPY["neg"], (lambda *_: -1.0,))
COPY = Elementwise("copy", "=", ("1",), np.positive, (lambda *_: 1.0,))
MATMUL = MatrixProduct("matmul", "@", ("g {b}ᵀ", "{a}ᵀ g"))
TRANSPOSE = Transpose("transpose", "ᵀ", ("gᵀ",))
SUM = Reduction("sum", "sum", ("1 for every entry",), np.sum, _same)
MEAN = Reduction("mean", "mean", ("1/n for every entry",), np.mean, _even)
LARGEST = Reduction("amax", "max", ("1 for the largest entry, else 0",), np.max, _even_share)
SMALLEST = Reduction("amin", "min", ("1 for the smallest entry, else 0",), np.min, _even_share)
SIGMOID = _function("sigmoid", "{out} (1 − {out})", lambda a, out: sigmoid_slope(a))
TANH = _function("tanh", "1 − {out}²", lambda a, out: squared_sech(a))
RELU = _function("relu", "1 where {a} > 0, else 0", lambda a, out: indicator(a))
MAXIMUM, MINIMUM = _chosen("max", 1), _chosen("min", -1)

# An input's value is given and a constant's stands in the text: neither does anything.
INPUT, CONSTANT = Operation("input", "", ()), Operation("constant", "", ())

OPERATIONS: tuple[Operation, ...] = (
    ADD,
    SUBTRACT,
    MULTIPLY,
    DIVIDE,
    POWER,
    NEGATE,
    COPY,
    MATMUL,
    TRANSPOSE,
    SUM,
    MEAN,
    LARGEST,
    SMALLEST,
    MAXIMUM,
    MINIMUM,
    SIGMOID,
    TANH,
    RELU,
    _function("exp", "{out}", lambda a, out: out),
    _function("log", "1 / {a}", lambda a, out: 1 / a),
    _function("sqrt", "1 / (2 {out})", lambda a, out: 0.5 / out),
    _function("sin", "cos {a}", lambda a, out: np.cos(a)),
    _function("cos", "−sin {a}", lambda a, out: -np.sin(a)),
    _function("tan", "1 + {out}²", lambda a, out: 1 + out * out),
    _function("sinh", "cosh {a}", lambda a, out: np.cosh(a)),
    _function("cosh", "sinh {a}", lambda a, out: np.sinh(a)),
    _function("softplus", "sigmoid {a}", lambda a, out: sigmoid(a)),
    _function("abs", "the sign of {a}", lambda a, out: np.sign(np.real(a))),
)
