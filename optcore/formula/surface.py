"""A formula typed by a person, as a surface or a function with exact derivatives.

The text is read by `formula_text` into a tree of allowed operations. SymPy differentiates the
tree; a `Program` runs value and derivatives with NumPy. No text is ever evaluated.

Outside the domain of a formula its value is nan. Where it has a kink the derivative is the one
the frameworks use: 0 at 0 for abs and relu, the mean of both sides where the arguments of min
or max are equal.
"""

import math
from dataclasses import dataclass, replace
from functools import cache, lru_cache

import numpy as np

from optcore.derivatives.taylor import Taylor
from optcore.formula.program import SERIES, Program, program_of, side_changes
from optcore.formula.text import parse
from optcore.formula.tree import FormulaError, Node, check_size, fold, latex, side_choices
from optcore.surfaces.base import Pair, Surface, Window, coordinates, symmetric, vector

WINDOW = ((-3.0, 3.0), (-3.0, 3.0))
# Points along each side of the window where a start is looked for.
PLACES = 25
# How far from its upper left corner, as a share of it, a start is wanted.
INWARD = 0.25
LESSON = "Your own formula, with exact derivatives: change it and see what the methods make of it."


def formula_surface(text: str, window=WINDOW, start=None) -> "FormulaSurface":
    """The surface f(x, y) that a text describes.

    Without a `start` it is a point of the window with a finite value and a slope. Raises
    FormulaError, whose message is one sentence for the person who typed the text.
    """
    text = _checked(text, ("x", "y"))
    if _derived(text, ("x", "y")).constant:
        part = parse(text, ("x", "y")).part
        raise FormulaError(f"The formula {part} is the same everywhere: use x or y in it.")
    surface = FormulaSurface(text=text, window=window)
    return replace(surface, start=start or _somewhere(surface))


def formula_function(text: str, x: float = 1.0, window=(-3.0, 3.0)) -> "FormulaFunction":
    """The function f(x) that a text describes, a constant too. Raises FormulaError."""
    return FormulaFunction(_checked(text, ("x",)), x, window)


@dataclass(frozen=True, kw_only=True)
class FormulaSurface(Surface):
    """The surface of a formula in x and y; its minima are not known."""

    name = "Your own function"
    lesson = LESSON

    text: str
    window: Window = WINDOW
    start: Pair = (-1.5, 1.5)

    @property
    def latex(self) -> str:
        return self._formula.latex

    @property
    def smooth(self) -> bool:
        return not self._formula.sides.outputs

    @property
    def _formula(self) -> "_Formula":
        return _derived(self.text, ("x", "y"))

    def value(self, point):
        return _evaluate(self._formula.value, *coordinates(point))[0]

    def grad(self, point):
        return vector(*_evaluate(self._formula.first, *coordinates(point)))

    def hessian(self, point):
        return symmetric(*_evaluate(self._formula.second, *coordinates(point)))


@dataclass(frozen=True)
class FormulaFunction:
    """The function of a formula in x, elementwise, with its derivatives of every order."""

    text: str
    x: float = 1.0
    window: tuple[float, float] = (-3.0, 3.0)

    lesson = LESSON

    @property
    def name(self) -> str:
        return self.text

    @property
    def latex(self) -> str:
        return self._formula.latex

    @property
    def kinks(self) -> tuple[float, ...]:
        """Where abs, relu, min or max changes sides, for |x| <= 20."""
        return side_changes(self._formula.sides)

    @property
    def analytic(self) -> bool:
        return not self.kinks

    @property
    def _formula(self) -> "_Formula":
        return _derived(self.text, ("x",))

    def value(self, x) -> np.ndarray:
        return _evaluate(self._formula.value, np.asarray(x))[0]

    def derivative(self, x) -> np.ndarray:
        return _evaluate(self._formula.first, np.asarray(x))[0]

    def derivative_n(self, x, n: int) -> np.ndarray:
        """The n-th derivative in float64, by Taylor arithmetic: exact to rounding."""
        if n == 0:
            return self.value(x)
        with np.errstate(all="ignore"):
            series = self._formula.value(Taylor.variable(x, n), operations=SERIES)[0]
        # x^0 is a plain float: a constant.
        return np.zeros(np.shape(x)) if isinstance(series, float) else series.derivative(n)


@dataclass(frozen=True)
class _Formula:
    """What is derived from a text: LaTeX, whether it is a number, and programs for value and
    derivatives.

    `second` has the distinct second derivatives (xx, xy, yy); `sides` what abs, relu, min and max
    look at to choose a side, one output each.
    """

    latex: str
    constant: bool
    value: Program
    first: Program
    second: Program
    sides: Program


def _evaluate(program: Program, *inputs) -> list:
    zero = np.zeros_like(inputs[0])
    with np.errstate(all="ignore"):
        results = program(*inputs)
    return [zero + result if isinstance(result, float) else result for result in results]


def _checked(text, variables) -> str:
    text = text.strip() if isinstance(text, str) else ""
    _derived(text, variables)
    return text


@lru_cache(maxsize=256)
def _derived(text: str, variables: tuple[str, ...]) -> _Formula:
    typed = parse(text, variables)
    tree = fold(typed)
    check_size(tree)
    value, sides = program_of([tree], variables), program_of(side_choices(tree), variables)
    return _Formula(latex(typed), tree.constant, value, *_derivatives(tree, variables), sides)


def _derivatives(tree: Node, variables) -> tuple[Program, Program]:
    """Programs for all first and all distinct second derivatives."""
    import sympy  # Takes a third of a second, which only those who type a formula should wait.

    symbols = {name: sympy.Symbol(name) for name in variables}
    expression = _to_sympy(tree, symbols)
    first = [expression.diff(symbol) for symbol in symbols.values()]
    second = [
        slope.diff(symbol) for i, slope in enumerate(first) for symbol in list(symbols.values())[i:]
    ]
    variables = list(symbols.values())
    return _from_sympy(first, variables), _from_sympy(second, variables)


@cache
def _functions() -> dict:
    """Our functions as SymPy sees them: a name, a derivative, and nothing it could rewrite."""
    import sympy

    f = {}
    half = sympy.Rational(1, 2)
    slopes = {
        "sin": lambda u: f["cos"](u),
        "cos": lambda u: -f["sin"](u),
        "tan": lambda u: 1 + f["tan"](u) ** 2,
        "exp": lambda u: f["exp"](u),
        "log": lambda u: 1 / u,
        "sqrt": lambda u: half / f["sqrt"](u),
        "sinh": lambda u: f["cosh"](u),
        "cosh": lambda u: f["sinh"](u),
        "tanh": lambda u: f["squared_sech"](u),
        "squared_sech": lambda u: -2 * f["tanh"](u) * f["squared_sech"](u),
        "sigmoid": lambda u: f["sigmoid_slope"](u),
        "sigmoid_slope": lambda u: -f["tanh"](u / 2) * f["sigmoid_slope"](u),
        "softplus": lambda u: f["sigmoid"](u),
        "abs": lambda u: f["sign"](u),
        "relu": lambda u: f["step"](u),
        "sign": lambda u: sympy.S.Zero,
        "step": lambda u: sympy.S.Zero,
        "max": (
            lambda a, b: half + half * f["sign"](a - b),
            lambda a, b: half - half * f["sign"](a - b),
        ),
        "min": (
            lambda a, b: half - half * f["sign"](a - b),
            lambda a, b: half + half * f["sign"](a - b),
        ),
        "power": (
            lambda a, b: b * f["power"](a, b - 1),
            lambda a, b: f["log"](a) * f["power"](a, b),
        ),
    }
    for name, slope in slopes.items():
        f[name] = _opaque(sympy.Function, name, slope if isinstance(slope, tuple) else (slope,))
    return f


def _opaque(base, name, slopes):
    def fdiff(self, argindex=1):
        return slopes[argindex - 1](*self.args)

    # SymPy would otherwise try to evaluate a function of a float by its name.
    no_value = classmethod(lambda cls, argument: -1)
    return type(name, (base,), {"fdiff": fdiff, "_should_evalf": no_value, "nargs": len(slopes)})


def _to_sympy(node: Node, symbols):
    import sympy

    if node.constant:
        whole = float(node.number).is_integer()
        return sympy.Integer(int(node.number)) if whole else sympy.Float(node.number)
    if node.operation == "variable":
        return symbols[node.value]
    operands = [_to_sympy(operand, symbols) for operand in node.operands]
    match node.operation, operands:
        case "add", [left, right]:
            return left + right
        case "sub", [left, right]:
            return left - right
        case "neg", [operand]:
            return -operand
        case "mul", [left, right]:
            return left * right
        case "div", [left, right]:
            return left / right
        case "power", [base, exponent] if exponent.is_Integer:
            return base**exponent
    return _functions()[node.operation](*operands)


def _from_sympy(expressions, symbols) -> Program:
    program = Program(len(symbols))
    known = {symbol: place for place, symbol in enumerate(symbols)}

    def place(expression) -> int:
        if expression not in known:
            known[expression] = _emit(expression, program, place)
        return known[expression]

    return program.finish([place(expression) for expression in expressions])


def _emit(expression, program: Program, place) -> int:
    if expression.is_Add or expression.is_Mul:
        return _emit_chain(expression, program, place)
    if expression.is_Pow:
        base, exponent = expression.as_base_exp()
        power = place(base)
        if abs(exponent) != 1:
            power = program.emit("power", power, program.constant(abs(float(exponent))))
        if exponent.is_negative:
            return program.emit("div", program.constant(1.0), power)
        return power
    if expression.is_Function:
        name = type(expression).__name__
        return program.emit(name, *(place(argument) for argument in expression.args))
    return program.constant(_as_float(expression))


def _emit_chain(expression, program: Program, place) -> int:
    """A sum with its differences, or a product with its quotient, from left to right."""
    join, part = ("add", "sub") if expression.is_Add else ("mul", "div")
    kept, inverted = [], []
    for argument in expression.args:
        if expression.is_Add and argument.could_extract_minus_sign():
            inverted.append(-argument)
        elif expression.is_Mul and argument.is_Pow and argument.exp.is_negative:
            inverted.append(1 / argument)
        else:
            kept.append(argument)
    result = place(kept[0]) if kept else program.constant(0.0 if expression.is_Add else 1.0)
    for argument in kept[1:]:
        result = program.emit(join, result, place(argument))
    for argument in inverted:
        result = program.emit(part, result, place(argument))
    return result


def _as_float(number) -> float:
    """A SymPy number, infinite beyond floats; what it could not decide, such as 1/0, is nan."""
    try:
        return float(number)
    except TypeError:
        return math.nan


def _somewhere(surface: FormulaSurface) -> tuple[float, float]:
    """The usable point of a grid nearest to the upper left quarter of the window."""
    (left, right), (low, high) = surface.window
    x, y = np.linspace(left, right, PLACES), np.linspace(low, high, PLACES)
    points = np.array([(across, up) for up in y for across in x])
    finite = np.isfinite(surface.value(points))
    if not finite.any():
        raise FormulaError(
            f'The formula "{surface.text}" has no real, finite value in the window: '
            "change it or move the window."
        )
    slopes = surface.grad(points)
    sloping = np.all(np.isfinite(slopes), axis=1) & np.any(slopes != 0, axis=1) & finite
    usable = points[sloping if sloping.any() else finite]
    wanted = np.array([left, high]) + INWARD * np.array([right - left, low - high])
    nearest = np.argmin(np.sum((usable - wanted) ** 2 / (right - left, high - low), axis=1))
    x, y = usable[nearest].tolist()
    return x, y
