"""Update rules as lines of text, and how they are printed.

A line is `name = expression`, or a relation that holds, as Python would read it; below its line
a name means what that line gave it, above it what the memory held before. One text is thus a
program that a test runs beside `update`, and the formula on the page.
"""

import ast
from collections.abc import Callable, Iterable

import numpy as np

from optcore.knobs import knobs

# Called with a name and whether a line above, or its own, has set it.
Write = Callable[[str, bool], str]

SEEN = {
    "point": r"\theta_t", "value": "f_t", "grad": "g_t", "hessian": "H_t", "t": "t",
    "step": r"\Delta\theta_t", "step+": r"\Delta\theta_t",
}  # fmt: skip
SUM, PRODUCT, POWER, ATOM = range(4)
RELATIONS: dict[type[ast.cmpop], str] = {
    ast.Gt: r"\gt",
    ast.Lt: r"\lt",
    ast.GtE: r"\ge",
    ast.LtE: r"\le",
    ast.Eq: "=",
}
FUNCTIONS = {
    "sqrt": r"\sqrt{{{}}}",
    "abs": r"\left|{}\right|",
    "max": r"\max\left({}\right)",
    "min": r"\min\left({}\right)",
    "sign": r"\operatorname{{sign}}\left({}\right)",
    "mean_of": r"\operatorname{{mean}}\left({}\right)",
    "ordered": r"\operatorname{{ordered}}\left({}\right)",
    "search": r"\operatorname{{search}}\left({}\right)",
    "eigenvalues": r"\operatorname{{eigenvalues}}\left({}\right)",
    "eigenvectors": r"\operatorname{{eigenvectors}}\left({}\right)",
    "joined": "{}",
    "f": r"f\left({}\right)",
    "gradient": r"\nabla f\left({}\right)",
}
# Of a simplex, whose vertices are numbered from 1 to n + 1.
PARTS = {"0": "1", "-1": "n+1", "-2": "n", ":-1": r"1 \ldots n"}


def symbols(optimizer) -> dict[str, str]:
    """Every name of its rule as LaTeX; with a + behind the name, once a line has set it."""
    found = {name: spec.symbol for name, spec in knobs(optimizer).items()}
    memory = optimizer.init(np.zeros(2))
    for name, letter in optimizer.symbols.items():
        before, after = ("_{t-1}", "_{t}") if name in memory else ("", "")
        found |= {name: letter + before, f"{name}+": letter + after}
    return found | SEEN


def latex(rule: Iterable[str], write: Write) -> str:
    """The rule as aligned LaTeX, its names written by `write`.

    Raises ValueError for a line that is not of this notation.
    """
    known: set[str] = set()
    lines = [_line(ast.parse(line).body[0], known, write) for line in rule]
    return r"\begin{aligned}" + r" \\ ".join(lines) + r"\end{aligned}"


def _line(statement: ast.stmt, known: set[str], write: Write) -> str:
    printer = _Printer(known, write)
    match statement:
        case ast.Assign([ast.Name(name)], expression):
            right = printer.text(expression)
            known.add(name)
            return f"{write(name, True)} &= {right}"
        case ast.Expr(ast.Compare(left, [relation], [right])):
            sign = RELATIONS[type(relation)]
            return rf"{printer.text(left)} &{sign} {printer.text(right)}"
    raise ValueError(f"a line of a rule sets a name or compares, but not {ast.unparse(statement)}")


class _Printer:
    """Expressions as LaTeX, each with how strongly it holds together."""

    def __init__(self, known: set[str], write: Write):
        self.known, self.write = known, write

    def text(self, node: ast.expr, least: int = SUM) -> str:
        """A node, in brackets if it holds together less than `least`."""
        latex, strength = self.printed(node)
        return latex if strength >= least else rf"\left({latex}\right)"

    def printed(self, node: ast.expr) -> tuple[str, int]:
        match node:
            case ast.Name(name):
                return self.write(name, name in self.known), ATOM
            case ast.Constant(int() | float() as number):
                mantissa, _, exponent = f"{number:g}".partition("e")
                return f"10^{{{int(exponent)}}}" if exponent else mantissa, ATOM
            case ast.UnaryOp(ast.USub(), operand):
                return f"-{self.text(operand, PRODUCT)}", SUM
            case ast.BinOp(left, operation, right):
                return self.operation(left, operation, right)
            case ast.Call(ast.Name(name), operands):
                return self.call(name, operands)
            case ast.Subscript(whole, part):
                return f"{self.base(whole, '_')}_{{{PARTS[ast.unparse(part)]}}}", ATOM
            case ast.IfExp():
                rows = r" \\ ".join(self.cases(node))
                return rf"\begin{{cases}}{rows}\end{{cases}}", ATOM
            case ast.Compare(left, [relation], [right]):
                return f"{self.text(left)} {RELATIONS[type(relation)]} {self.text(right)}", SUM
            case ast.BoolOp(ast.Or(), parts):
                return r" \;\text{or}\; ".join(map(self.text, parts)), SUM
        raise ValueError(f"a rule cannot print {ast.unparse(node)}")

    def operation(self, left: ast.expr, operation: ast.operator, right: ast.expr):
        match operation:
            case ast.Add():
                return f"{self.text(left)} + {self.text(right, PRODUCT)}", SUM
            case ast.Sub():
                return f"{self.text(left)} - {self.text(right, PRODUCT)}", SUM
            case ast.Div():
                return rf"\frac{{{self.text(left)}}}{{{self.text(right)}}}", ATOM
            case ast.Pow():
                return f"{self.base(left)}^{{{self.text(right)}}}", POWER
            case ast.Mult() | ast.MatMult():
                first, second = self.factor(left), self.text(right, PRODUCT)
                between = r" \cdot " if second[0].isdigit() else r"\, "
                return f"{first}{between}{second}", SUM if first.startswith("-") else PRODUCT
        raise ValueError(f"a rule cannot print {type(operation).__name__}")

    def factor(self, node: ast.expr) -> str:
        """The first of a product: a minus may stand before it without brackets."""
        summed = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub)
        signed = self.printed(node)[0].startswith("-") and not summed
        return self.text(node, SUM if signed else PRODUCT)

    def base(self, node: ast.expr, mark: str = "^") -> str:
        """What is raised or numbered: in braces where it bears such a mark already."""
        latex, strength = self.printed(node)
        if strength < ATOM:
            return rf"\left({latex}\right)"
        return f"{{{latex}}}" if mark in latex else latex

    def call(self, name: str, operands: list[ast.expr]) -> tuple[str, int]:
        match name, operands:
            case "dot", [left, right]:
                return rf"{self.base(left)}^\top\, {self.text(right, PRODUCT)}", PRODUCT
            case "outer", [left, right]:
                return rf"{self.text(left, PRODUCT)}\, {self.base(right)}^\top", PRODUCT
            case "transpose", [matrix]:
                return rf"{self.base(matrix)}^\top", POWER
            case "inverse", [matrix]:
                return f"{self.base(matrix)}^{{-1}}", POWER
        if name not in FUNCTIONS:
            raise ValueError(f"a rule cannot print {name}: it knows {', '.join(FUNCTIONS)}")
        return FUNCTIONS[name].format(", ".join(map(self.text, operands))), ATOM

    def cases(self, node: ast.expr) -> list[str]:
        """The rows of a choice, a choice in its else being further rows."""
        if not isinstance(node, ast.IfExp):
            return [rf"{self.text(node)} & \text{{else}}"]
        return [f"{self.text(node.body)} & {self.text(node.test)}", *self.cases(node.orelse)]
