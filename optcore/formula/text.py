"""From the text of a formula to a tree of allowed operations, or one sentence saying why not.

The text goes to `ast.parse`, which only reads, and to nothing that runs it. Everything else is
a whitelist: characters, then names, then how they stand side by side, then the nodes of the
syntax tree. What is not on a list is an error that names it.
"""

import ast
import itertools
import keyword
import re
from dataclasses import dataclass

from optcore.formula.tree import CONSTANTS, FormulaError, Node, fold

MAX_LENGTH = 200
MAX_BRACKETS = 16
MAX_DEPTH = 100
MAX_NUMBER = 1e100
MAX_NAME = 16

UNARY = (
    "sin", "cos", "tan", "exp", "log", "sqrt", "abs", "tanh", "sinh", "cosh",
    "sigmoid", "relu", "softplus",
)  # fmt: skip
OPERATORS = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div", ast.Pow: "power",
    ast.MatMult: "matmul",
}  # fmt: skip
TOKEN = re.compile(
    r"(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<transpose>'|ᵀ|\.T(?!\w))|(?P<operator>\*\*|//|[-+*/^(),.])|(?P<array>[@\[\]])"
    r"|(?P<space> +)|(?P<other>.)",
    re.DOTALL,
)
# A text as Python would write it.
PYTHON = {"^": "**", "'": ".T", "ᵀ": ".T"}
INSTEAD = {
    "=": "write only what stands to the right of the = sign",
    "×": "write * instead", "·": "write * instead", "÷": "write / instead",
    "−": "write - instead", "–": "write - instead", "²": "write ^2 instead",
    "³": "write ^3 instead", "√": "write sqrt( ) instead", "π": "write pi instead",
    "|": "write abs( ) instead", "[": "write ( ) instead", "{": "write ( ) instead",
}  # fmt: skip
UNSEEN = {"\n": "A line break", "\r": "A line break", "\t": "A tab", "\0": "A null byte"}


@dataclass(frozen=True)
class Grammar:
    """What a text may say: its functions of one value and of several, and how long it may be.

    With `arrays` it may also say a @ b, W' (or W.T) and lists of numbers, a function of several
    values may be one of an array, and every name that means nothing else is a variable.
    """

    unary: tuple[str, ...] = UNARY
    several: tuple[str, ...] = ("min", "max")
    arrays: bool = False
    longest: int = MAX_LENGTH

    @property
    def functions(self) -> tuple[str, ...]:
        return (*self.unary, *self.several)


NUMBERS = Grammar()


def parse(text: str, variables: tuple[str, ...], grammar: Grammar = NUMBERS) -> Node:
    """The tree of a formula in `variables`. Raises FormulaError."""
    source = _checked_text(text, variables, grammar)
    try:
        body = ast.parse(source, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise FormulaError(_where_reading_stopped(source, error)) from None
    return _Reader(source, variables, grammar).node(body)


def quoted(part: str) -> str:
    """A part of a formula as a message shows it: in quotes, cut short when it is long."""
    shown = part.replace("**", "^").replace(".T", "ᵀ")
    return f'"{shown}"' if len(shown) <= 40 else f'"{shown[:37]}..."'


def _checked_text(text, variables, grammar) -> str:
    """The text as Python would write it, once its characters, names and neighbours are in order."""
    if not isinstance(text, str) or not text.strip():
        example = f"in {' and '.join(variables)}" if variables else "such as (x + y) * z"
        raise FormulaError(f"There is no formula: type one {example}.")
    text = text.strip()
    if len(text) > grammar.longest:
        raise FormulaError(
            f"The formula has {len(text)} characters and at most {grammar.longest} are read: "
            "shorten it."
        )
    tokens = [(match.lastgroup, match.group()) for match in TOKEN.finditer(text)]
    for kind, token in tokens:
        _check_token(kind, token, variables, grammar)
    for pair in ("()", "[]"):
        _check_brackets(pair, [token for _, token in tokens])
    solid = [("edge", ""), *(token for token in tokens if token[0] != "space"), ("edge", "")]
    for before, after in itertools.pairwise(solid):
        _check_neighbours(before, after, grammar)
    # As text, because Python's own ^ binds more loosely than +.
    return "".join(PYTHON.get(token, token) for _, token in tokens)


def _check_token(kind, token, variables, grammar):
    if token.startswith(".T") and not grammar.arrays:
        token = "."
    elif kind == "other" or (kind in ("array", "transpose") and not grammar.arrays):
        named = f'The character "{token}"' if token.isprintable() else "An invisible character"
        signs = "+ - * / ^ @ ' ( ) [ ] ," if grammar.arrays else "+ - * / ^ ( ) ,"
        advice = INSTEAD.get(token, f"use digits, {signs} and the known names")
        raise FormulaError(f"{UNSEEN.get(token, named)} cannot be used in a formula: {advice}.")
    if kind == "name" and token not in (*variables, *CONSTANTS, *grammar.functions):
        if not grammar.arrays:
            advice = _advice(token, variables, grammar)
            raise FormulaError(f"The name {quoted(token)} is not known: {advice}.")
        check_name(token)
    if token == ".":
        raise FormulaError('The point "." must belong to a number, as in 0.5.')
    if token == "//":
        raise FormulaError('The operator "//" is not known: write / to divide.')


def check_name(name: str):
    """Raise FormulaError unless a variable may be called so."""
    if len(name) > MAX_NAME:
        raise FormulaError(
            f"The name {quoted(name)} has {len(name)} letters and at most {MAX_NAME} are read: "
            "take a shorter one."
        )
    if keyword.iskeyword(name):
        raise FormulaError(f"The name {quoted(name)} is taken by the language: take another.")


def _advice(name, variables, grammar) -> str:
    known = (*variables, *CONSTANTS, *grammar.functions)
    if name == "ln":
        return "write log for the natural logarithm"
    if name.lower() in known:
        return f"write {name.lower()}"
    if variables and set(name) <= set(variables):
        return f"to multiply, write {'*'.join(name)}"
    names = "" if grammar.arrays else f"{', '.join((*variables, *CONSTANTS))} and "
    return f"use {names}the functions {', '.join(grammar.functions)}"


def _check_brackets(pair, tokens):
    opening, closing = pair
    depth = 0
    for token in tokens:
        depth += (token == opening) - (token == closing)
        if depth < 0:
            raise FormulaError(f'A "{closing}" closes a bracket that was never opened: remove it.')
        if depth > MAX_BRACKETS:
            raise FormulaError(
                f"Brackets are nested more than {MAX_BRACKETS} deep: simplify the formula."
            )
    if depth:
        raise FormulaError(f'A "{opening}" is never closed: add the missing "{closing}".')


def _check_neighbours(before, after, grammar):
    (kind, left), (next_kind, right) = before, after
    if left in grammar.functions and right != "(":
        raise FormulaError(f'The function "{left}" needs brackets: write {left}( ).')
    if grammar.arrays and kind == "name" and right == "(" and left not in grammar.functions:
        advice = _advice(left, (), grammar)
        raise FormulaError(f"The function {quoted(left)} is not known: {advice}.")
    if kind == "number" and next_kind == "transpose":
        raise FormulaError(f'The number "{left}" has no rows to turn: leave out the {right}.')
    starts = next_kind in ("number", "name") or right in ("(", "[")
    if kind in ("number", "name", "transpose") or left in (")", "]"):
        if starts and left not in grammar.functions:
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
    # Counted from 1; an error that names no place means the whole.
    place = getattr(error, "offset", None) or 1
    part = quoted(source[place - 1 :])
    return f"The formula cannot be read at {part}: something is missing or too much there."


class _Reader:
    """Turns syntax nodes into ours, one kind at a time."""

    def __init__(self, source, variables, grammar):
        self.source = source
        self.variables = variables
        self.grammar = grammar

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
            case ast.Name(id=name) if self.grammar.arrays:
                return Node("variable", value=name, part=self.part(syntax))
            case ast.Attribute(attr="T") if self.grammar.arrays:
                return self._operation(syntax, "transpose", (syntax.value,), depth)
            case ast.List():
                return self._array(syntax, depth)
            case ast.Call(func=ast.Name(id=name), keywords=[]) if name in self.grammar.functions:
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

    def _array(self, syntax, depth) -> Node:
        """Numbers in a list, or in lists of one length, as nested tuples."""
        rows = [row.elts for row in syntax.elts if isinstance(row, ast.List)]
        if rows and (len(rows) < len(syntax.elts) or len({len(row) for row in rows}) > 1):
            raise FormulaError(
                f"The rows of {self.part(syntax)} differ in length: give each as many numbers."
            )
        entries = [tuple(self._entry(each, depth) for each in row) for row in rows or [syntax.elts]]
        value = tuple(entries) if rows else entries[0]
        return Node("array", value=value, part=self.part(syntax))

    def _entry(self, syntax, depth) -> float:
        entry = fold(self.node(syntax, depth + 1))
        if not entry.constant:
            raise FormulaError(f"The list has {self.part(syntax)} in it: write numbers there.")
        return entry.number

    def _call(self, syntax, name, depth) -> Node:
        count = len(syntax.args)
        if name in self.grammar.unary and count != 1:
            raise FormulaError(f"The function in {self.part(syntax)} takes one value, not {count}.")
        if name not in self.grammar.unary and count < 2 - self.grammar.arrays:
            raise FormulaError(
                f"The function in {self.part(syntax)} needs two values or more, as in {name}(x, 1)."
            )
        node = self._operation(syntax, name, syntax.args[:2], depth)
        for argument in syntax.args[2:]:
            node = Node(name, (node, self.node(argument, depth + 1)), part=self.part(syntax))
        return node
