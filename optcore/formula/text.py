"""From the text of a formula to a tree of allowed operations, or one sentence saying why not.

The text goes to `ast.parse`, which only reads, and to nothing that runs it. Everything else is
a whitelist: characters, then names, then how they stand side by side, then the nodes of the
syntax tree. What is not on a list is an error that names it.
"""

import ast
import itertools
import re

from optcore.formula.tree import CONSTANTS, FormulaError, Node

MAX_LENGTH = 200
MAX_BRACKETS = 16
MAX_DEPTH = 100
MAX_NUMBER = 1e100

UNARY = (
    "sin", "cos", "tan", "exp", "log", "sqrt", "abs", "tanh", "sinh", "cosh",
    "sigmoid", "relu", "softplus",
)  # fmt: skip
FUNCTIONS = (*UNARY, "min", "max")
OPERATORS = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div", ast.Pow: "power"}
TOKEN = re.compile(
    r"(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<operator>\*\*|//|[-+*/^(),.])|(?P<space> +)|(?P<other>.)",
    re.DOTALL,
)
INSTEAD = {
    "=": "write only what stands to the right of the = sign",
    "×": "write * instead", "·": "write * instead", "÷": "write / instead",
    "−": "write - instead", "–": "write - instead", "²": "write ^2 instead",
    "³": "write ^3 instead", "√": "write sqrt( ) instead", "π": "write pi instead",
    "|": "write abs( ) instead", "[": "write ( ) instead", "{": "write ( ) instead",
}  # fmt: skip
UNSEEN = {"\n": "A line break", "\r": "A line break", "\t": "A tab", "\0": "A null byte"}


def parse(text: str, variables: tuple[str, ...]) -> Node:
    """The tree of a formula in `variables`. Raises FormulaError."""
    source = _checked_text(text, variables)
    try:
        body = ast.parse(source, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise FormulaError(_where_reading_stopped(source, error)) from None
    return _Reader(source, variables).node(body)


def quoted(part: str) -> str:
    """A part of a formula as a message shows it: in quotes, cut short when it is long."""
    shown = part.replace("**", "^")
    return f'"{shown}"' if len(shown) <= 40 else f'"{shown[:37]}..."'


def _checked_text(text, variables) -> str:
    """The text as Python would write it, once its characters, names and neighbours are in order."""
    if not isinstance(text, str) or not text.strip():
        raise FormulaError(f"There is no formula: type one in {' and '.join(variables)}.")
    text = text.strip()
    if len(text) > MAX_LENGTH:
        raise FormulaError(
            f"The formula has {len(text)} characters and at most {MAX_LENGTH} are read: shorten it."
        )
    tokens = [(match.lastgroup, match.group()) for match in TOKEN.finditer(text)]
    for kind, token in tokens:
        _check_token(kind, token, variables)
    _check_brackets(token for _, token in tokens)
    solid = [("edge", ""), *(token for token in tokens if token[0] != "space"), ("edge", "")]
    for before, after in itertools.pairwise(solid):
        _check_neighbours(before, after)
    # As text, because Python's own ^ binds more loosely than +.
    return "".join("**" if token == "^" else token for _, token in tokens)


def _check_token(kind, token, variables):
    if kind == "other":
        named = f'The character "{token}"' if token.isprintable() else "An invisible character"
        advice = INSTEAD.get(token, "use digits, + - * / ^ ( ) , and the known names")
        raise FormulaError(f"{UNSEEN.get(token, named)} cannot be used in a formula: {advice}.")
    if kind == "name" and token not in (*variables, *CONSTANTS, *FUNCTIONS):
        raise FormulaError(f"The name {quoted(token)} is not known: {_advice(token, variables)}.")
    if token == ".":
        raise FormulaError('The point "." must belong to a number, as in 0.5.')
    if token == "//":
        raise FormulaError('The operator "//" is not known: write / to divide.')


def _advice(name, variables) -> str:
    if name == "ln":
        return "write log for the natural logarithm"
    if name.lower() in (*variables, *CONSTANTS, *FUNCTIONS):
        return f"write {name.lower()}"
    if set(name) <= set(variables):
        return f"to multiply, write {'*'.join(name)}"
    return f"use {', '.join((*variables, *CONSTANTS))} and the functions {', '.join(FUNCTIONS)}"


def _check_brackets(tokens):
    depth = 0
    for token in tokens:
        depth += (token == "(") - (token == ")")
        if depth < 0:
            raise FormulaError('A ")" closes a bracket that was never opened: remove it.')
        if depth > MAX_BRACKETS:
            raise FormulaError(
                f"Brackets are nested more than {MAX_BRACKETS} deep: simplify the formula."
            )
    if depth:
        raise FormulaError('A "(" is never closed: add the missing ")".')


def _check_neighbours(before, after):
    (kind, left), (next_kind, right) = before, after
    if left in FUNCTIONS and right != "(":
        raise FormulaError(f'The function "{left}" needs brackets: write {left}( ).')
    starts = next_kind in ("number", "name") or right == "("
    if kind in ("number", "name") or left == ")":
        if starts and left not in FUNCTIONS:
            raise FormulaError(
                f"A sign is missing between {quoted(left)} and {quoted(right)}: "
                "to multiply, write * between them."
            )
    elif not starts and right not in ("+", "-"):
        where = (
            f"between {quoted(left)} and {quoted(right)}"
            if left and right
            else (f"after {quoted(left)}" if left else f"before {quoted(right)}")
        )
        raise FormulaError(
            f"Something is missing {where}: put a number, a name or a bracket there."
        )


def _where_reading_stopped(source, error) -> str:
    offset = getattr(error, "offset", None) or len(source) + 1
    part = source[max(offset - 1, 0) :] or source[-1:]
    return f"The formula cannot be read at {quoted(part)}: something is missing or too much there."


class _Reader:
    """Turns syntax nodes into ours, one kind at a time."""

    def __init__(self, source, variables):
        self.source = source
        self.variables = variables

    def part(self, syntax) -> str:
        return quoted(self.source[syntax.col_offset : syntax.end_col_offset])

    def node(self, syntax, depth=0) -> Node:
        if depth > MAX_DEPTH:
            raise FormulaError(
                f"The formula is nested more than {MAX_DEPTH} deep at {self.part(syntax)}: "
                "simplify it."
            )
        match syntax:
            case ast.Constant(value=int() | float() as number):
                return self._number(syntax, number)
            case ast.Name(id=name) if name in self.variables:
                return Node("variable", value=name, part=self.part(syntax))
            case ast.Name(id=name) if name in CONSTANTS:
                return Node(name, value=CONSTANTS[name], part=self.part(syntax))
            case ast.UnaryOp(op=ast.UAdd()):
                return self.node(syntax.operand, depth + 1)
            case ast.UnaryOp(op=ast.USub()):
                return self._operation(syntax, "neg", (syntax.operand,), depth)
            case ast.BinOp(op=sign) if type(sign) in OPERATORS:
                return self._binary(syntax, OPERATORS[type(sign)], depth)
            case ast.Call(func=ast.Name(id=name), keywords=[]) if name in FUNCTIONS:
                return self._call(syntax, name, depth)
        raise FormulaError(f"The part {self.part(syntax)} is not arithmetic: leave it out.")

    def _operation(self, syntax, operation, operands, depth) -> Node:
        nodes = tuple(self.node(operand, depth + 1) for operand in operands)
        return Node(operation, nodes, part=self.part(syntax))

    def _number(self, syntax, number) -> Node:
        if not abs(number) <= MAX_NUMBER:
            raise FormulaError(
                f"The number {self.part(syntax)} is too large: use at most {MAX_NUMBER:g}."
            )
        return Node("number", value=float(number), part=self.part(syntax))

    def _binary(self, syntax, operation, depth) -> Node:
        if operation == "power" and isinstance(syntax.left, ast.Name) and syntax.left.id == "e":
            return self._operation(syntax, "exp", (syntax.right,), depth)
        return self._operation(syntax, operation, (syntax.left, syntax.right), depth)

    def _call(self, syntax, name, depth) -> Node:
        count = len(syntax.args)
        if name in UNARY and count != 1:
            raise FormulaError(f"The function in {self.part(syntax)} takes one value, not {count}.")
        if name not in UNARY and count < 2:
            raise FormulaError(
                f"The function in {self.part(syntax)} needs two values or more, as in {name}(x, 1)."
            )
        node = self._operation(syntax, name, syntax.args[:2], depth)
        for argument in syntax.args[2:]:
            node = Node(name, (node, self.node(argument, depth + 1)), part=self.part(syntax))
        return node
