"""The tree a formula is read into: constants folded, powers and size limited, LaTeX written."""

import math
import operator
from collections.abc import Callable
from dataclasses import dataclass, field

CONSTANTS = {"pi": math.pi, "e": math.e}
MAX_POWER = 100
MAX_SIZE = 10000


class FormulaError(ValueError):
    """A formula that cannot be used; the message is one sentence that names the part."""


@dataclass(frozen=True)
class Node:
    """One operation on its `operands`; a number or a variable carries `value` and has none.

    `part` is the piece of the text it was read from, quoted for messages.
    """

    operation: str
    operands: tuple["Node", ...] = ()
    value: float | str | tuple | None = None
    part: str = field(default="", compare=False)

    @property
    def constant(self) -> bool:
        return isinstance(self.value, float)

    @property
    def number(self) -> float:
        """The value of a constant."""
        assert isinstance(self.value, float)
        return self.value


def _softplus(z: float) -> float:
    return max(z, 0.0) + math.log1p(math.exp(-abs(z)))


FOLD: dict[str, Callable[..., float]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": operator.truediv,
    "neg": operator.neg,
    "power": math.pow,
    "abs": abs,
    "min": min,
    "max": max,
    "sigmoid": lambda z: 0.5 + 0.5 * math.tanh(0.5 * z),
    "relu": lambda z: max(z, 0.0),
    "softplus": _softplus,
    **{
        name: getattr(math, name)
        for name in ("sin", "cos", "tan", "exp", "log", "sqrt", "tanh", "sinh", "cosh")
    },
}


def fold(node: Node) -> Node:
    """The tree with every part that holds no variable worked out. Raises FormulaError.

    Numbers are floats throughout, so a tower such as 9^9^9 overflows at once instead of
    growing a giant integer.
    """
    operands = tuple(fold(operand) for operand in node.operands)
    if not operands:
        return node
    folded = Node(node.operation, operands, part=node.part)
    if node.operation in FOLD and all(operand.constant for operand in operands):
        return _constant(folded)
    if node.operation == "div" and operands[1].value == 0:
        raise FormulaError(f"The part {node.part} divides by zero.")
    _check_power(folded)
    return folded


def _constant(node: Node) -> Node:
    try:
        value = float(FOLD[node.operation](*(operand.value for operand in node.operands)))
    except ZeroDivisionError:
        raise FormulaError(f"The part {node.part} divides by zero.") from None
    except ValueError:
        raise FormulaError(f"The part {node.part} is not a real number.") from None
    except OverflowError:
        value = math.inf
    if not math.isfinite(value):
        raise FormulaError(f"The part {node.part} is too large a number: use smaller ones.")
    return Node("number", value=value, part=node.part)


def _check_power(node: Node):
    power = _power(node)
    if power > MAX_POWER:
        raise FormulaError(
            f"The part {node.part} is a power of {power:.10g}: "
            f"powers up to {MAX_POWER} are allowed."
        )


def _power(node: Node) -> float:
    """The largest product of constant exponents that lie inside one another."""
    if node.operation not in ("add", "sub", "mul", "div", "neg", "power"):
        return 1.0
    inside = max(_power(operand) for operand in node.operands)
    if node.operation == "power" and node.operands[1].constant:
        return max(abs(node.operands[1].number), 1.0) * inside
    return inside


def check_size(node: Node):
    """Raise FormulaError when the first and second derivatives would be too long to live with."""
    value, first, second = _sizes(node)
    if value + first + second > MAX_SIZE:
        raise FormulaError(
            f"The formula {node.part} has too long a second derivative "
            f"(about {value + first + second} operations, at most {MAX_SIZE}): "
            "nest fewer functions or multiply fewer terms."
        )


def _sizes(node: Node) -> tuple[int, int, int]:
    """About how many operations the value, a first and a second derivative have.

    Sums keep their terms apart. All else is counted as products are: (uv)' = u'v + uv' has the
    values and the slopes in it, (uv)'' = u''v + 2u'v' + uv'' each slope twice.
    """
    if not node.operands:
        varies = int(not node.constant)
        return varies, varies, 0
    values, firsts, seconds = (sum(part) for part in zip(*map(_sizes, node.operands), strict=True))
    match node.operation:
        case "add" | "sub" | "neg":
            return values + 1, firsts + 1, seconds + 1
        case "min" | "max":
            # Each side's slope has the sign of their difference beside it.
            return values + 1, firsts + 2 * values, seconds + 2 * values
    return values + 1, firsts + values, seconds + 2 * firsts + values


def side_choices(node: Node) -> list[Node]:
    """What each abs, relu, min and max in the tree looks at: below or above 0."""
    found = [choice for operand in node.operands for choice in side_choices(operand)]
    if node.operation in ("abs", "relu"):
        found.append(node.operands[0])
    elif node.operation in ("min", "max"):
        found.append(Node("sub", node.operands))
    return found


FENCED = {"abs": (r"\left|", r"\right|"), "sqrt": (r"\sqrt{", "}"), "exp": ("e^{", "}")}
BINDING = {"add": 1, "sub": 1, "neg": 2, "mul": 2, "div": 4, "exp": 4, "power": 3}


def latex(node: Node) -> str:
    """The formula as it was typed, in LaTeX."""
    parts = [latex(operand) for operand in node.operands]
    match node.operation:
        case "number":
            return _number(node.number)
        case "variable":
            return str(node.value)
        case "pi":
            return r"\pi"
        case "e":
            return "e"
        case "add":
            return f"{parts[0]} + {_fenced(node, 1, parts[1], 2)}"
        case "sub":
            return f"{parts[0]} - {_fenced(node, 1, parts[1], 2)}"
        case "neg":
            return f"-{_fenced(node, 0, parts[0], 3)}"
        case "mul":
            left, right = _fenced(node, 0, parts[0], 2), _fenced(node, 1, parts[1], 3)
            return f"{left} {_times(node.operands[1])}{right}"
        case "div":
            return rf"\frac{{{parts[0]}}}{{{parts[1]}}}"
        case "power":
            return f"{_fenced(node, 0, parts[0], 5)}^{{{parts[1]}}}"
    if node.operation in FENCED:
        opening, closing = FENCED[node.operation]
        return f"{opening}{parts[0]}{closing}"
    standard = node.operation not in ("sigmoid", "relu", "softplus")
    name = rf"\{node.operation}" if standard else rf"\operatorname{{{node.operation}}}"
    return rf"{name}\left({', '.join(parts)}\right)"


def _fenced(node: Node, index: int, text: str, binding: int) -> str:
    """An operand in parentheses when it binds less tightly than its place asks for."""
    operand = node.operands[index]
    binds = BINDING.get(operand.operation, math.inf)
    return text if binds >= binding else rf"\left({text}\right)"


def _times(right: Node) -> str:
    """A dot before what starts with a digit, where a space would read as one number."""
    first = right.operands[0] if right.operation == "power" else right
    return r"\cdot " if first.operation == "number" else r"\, "


def _number(value: float) -> str:
    text = f"{value:.15g}"
    if "e" not in text:
        return text
    mantissa, exponent = text.split("e")
    return rf"{mantissa} \cdot 10^{{{int(exponent)}}}"
