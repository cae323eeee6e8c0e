"""A formula as a list of elementwise operations, run with NumPy or with Taylor arithmetic."""

import operator
from collections.abc import Callable
from functools import lru_cache

import numpy as np

from optcore.derivatives.taylor import Taylor, integrate_product
from optcore.formula.tree import Node
from optcore.special import absolute, sigmoid, sigmoid_slope, softplus, squared_sech

# Where a change of sign is looked for, and how often its bracket is halved.
REACH, PLACES, HALVINGS = 20.0, 4001, 60


def _step(u):
    return np.where(u > 0, 1.0, np.maximum(u, 0.0))


def _sign(u):
    return np.where(u > 0, 1.0, np.where(u < 0, -1.0, u))


ARITHMETIC = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": operator.truediv,
    "neg": operator.neg,
    "power": operator.pow,
}
# Comparisons order complex numbers by their real part first, so that a complex step passes
# through the piecewise functions on the side the real part lies on.
NUMPY: dict[str, Callable] = {
    **ARITHMETIC,
    **{
        name: getattr(np, name)
        for name in ("sin", "cos", "tan", "exp", "log", "sqrt", "tanh", "sinh", "cosh")
    },
    "sigmoid": sigmoid,
    "sigmoid_slope": sigmoid_slope,
    "softplus": softplus,
    "squared_sech": squared_sech,
    "abs": absolute,
    "sign": _sign,
    "step": _step,
    "relu": lambda u: np.maximum(u, 0.0),
    "min": np.minimum,
    "max": np.maximum,
}


def _integral(value, slope, u):
    """The series of F(u) from F at its first coefficient and the series of F'(u)."""
    result = np.zeros_like(u.coefficients)
    result[0] = value(u.coefficients[0])
    for k in range(1, len(result)):
        result[k] = integrate_product(u.coefficients, slope.coefficients, k)
    return Taylor(result)


def _series_log(u):
    return _integral(np.log, 1 / u, u)


def _series_sigmoid(u):
    return 0.5 + 0.5 * np.tanh(0.5 * u)


def _series_abs(u):
    return u * _sign(u.coefficients[0])


def _series_power(base, exponent):
    if isinstance(exponent, Taylor):
        log = _series_log(base) if isinstance(base, Taylor) else np.log(base)
        return np.exp(exponent * log)
    return base**exponent


SERIES = {
    **NUMPY,
    "power": _series_power,
    "tan": lambda u: np.sin(u) / np.cos(u),
    "log": _series_log,
    "sqrt": lambda u: u**0.5,
    "sinh": lambda u: 0.5 * (np.exp(u) - np.exp(-u)),
    "cosh": lambda u: 0.5 * (np.exp(u) + np.exp(-u)),
    "sigmoid": _series_sigmoid,
    "softplus": lambda u: _integral(softplus, _series_sigmoid(u), u),
    "abs": _series_abs,
    "relu": lambda u: u * _step(u.coefficients[0]),
    "min": lambda a, b: 0.5 * (a + b - _series_abs(a - b)),
    "max": lambda a, b: 0.5 * (a + b + _series_abs(a - b)),
}


class Program:
    """Straight-line operations on `inputs` inputs, each one written only once.

    `constant` and `emit` return the place where a result will stand; operations on constants
    are worked out at once. A call returns what `finish` named, a plain float where that is
    constant, and drops every other result after its last use.
    """

    def __init__(self, inputs: int):
        self.inputs = inputs
        self.steps: list[tuple] = [("input", i) for i in range(inputs)]
        self.places: dict[tuple, int] = {}
        self.outputs: list[int] = []
        self.spent: dict[int, list[int]] = {}

    def constant(self, number: float) -> int:
        return self._place(("constant", number))

    def emit(self, operation: str, *operands: int) -> int:
        steps = [self.steps[place] for place in operands]
        if all(kind == "constant" for kind, *_ in steps):
            with np.errstate(all="ignore"):
                number = NUMPY[operation](*(np.float64(step[1]) for step in steps))
            return self.constant(float(number))
        return self._place((operation, *operands))

    def _place(self, step) -> int:
        # repr tells 0.0 from -0.0 and finds nan again; equality does neither.
        key = (step[0], repr(step[1:]))
        if key not in self.places:
            self.places[key] = len(self.steps)
            self.steps.append(step)
        return self.places[key]

    def finish(self, outputs: list[int]) -> "Program":
        """Name the results a call returns; nothing is added after this."""
        last_use = {}
        for at, (operation, *operands) in enumerate(self.steps):
            if operation not in ("input", "constant"):
                last_use.update(dict.fromkeys(operands, at))
        self.outputs = outputs
        for place in last_use.keys() - set(outputs):
            self.spent.setdefault(last_use[place], []).append(place)
        return self

    def __call__(self, *inputs, operations=NUMPY) -> list:
        results = list(inputs)
        for at in range(self.inputs, len(self.steps)):
            operation, *operands = self.steps[at]
            if operation == "constant":
                results.append(operands[0])
            else:
                results.append(operations[operation](*(results[place] for place in operands)))
            for place in self.spent.get(at, ()):
                results[place] = None
        return [results[place] for place in self.outputs]


def program_of(trees: list[Node], variables: tuple[str, ...]) -> Program:
    """The program whose outputs are the values of the trees."""
    program = Program(len(variables))

    def place(node: Node) -> int:
        if node.constant:
            return program.constant(node.number)
        if node.operation == "variable":
            return variables.index(node.value)
        operands = [place(operand) for operand in node.operands]
        if node.operation == "power" and node.operands[1].value == 0:
            return program.constant(1.0)
        return program.emit(node.operation, *operands)

    return program.finish([place(tree) for tree in trees])


@lru_cache(maxsize=256)
def side_changes(sides: Program) -> tuple[float, ...]:
    """Every x in [-20, 20] at which an output of a program in x changes sign, or leaves 0.

    Looks at 4001 points, so two changes within a hundredth may be missed. What is 0 or of one
    sign everywhere, a constant too, has no side to change.
    """
    found = set()
    for index in range(len(sides.outputs)):

        def side(x, index=index):
            with np.errstate(all="ignore"):
                return np.broadcast_to(np.sign(sides(x)[index]), x.shape)

        x = np.linspace(-REACH, REACH, PLACES)
        signs = side(x)
        changes = np.abs(np.diff(signs)) > 0
        left, right, before = x[:-1][changes], x[1:][changes], signs[:-1][changes]
        for _ in range(HALVINGS):
            middle = 0.5 * (left + right)
            same = side(middle) == before
            left, right = np.where(same, middle, left), np.where(same, right, middle)
        found.update(np.where(before == 0, left, right))
    return tuple(sorted(map(float, found)))
