"""Reads printed formulas back: the LaTeX of an update rule, worked out from its symbols alone.

Written from how a person reads the page, and on purpose not from what prints it.
"""

import re

import numpy as np

TOKEN = re.compile(
    r"\\begin\{cases\}|\\end\{cases\}|\\operatorname\{\w+\}|\\text\{else\}|\\left[(|]|\\right[)|]"
    r"|\\(?:frac|sqrt|max|min|nabla|gt|lt|cdot)(?![a-z])|\\,|\\\\|\d+\.?\d*|[-+^{}&,]"
)
SPACES = (r"\,", r"\cdot")
NAMED = {r"\max": np.maximum, r"\min": np.minimum, r"\operatorname{sign}": np.sign}


def lines_of(latex: str) -> list[tuple[str, str]]:
    """Left and right sides of an aligned block; rows of a choice are no lines."""
    body = latex.removeprefix(r"\begin{aligned}").removesuffix(r"\end{aligned}")
    parts = re.split(r"(\\begin\{cases\}.*?\\end\{cases\})", body)
    marked = "".join(part if k % 2 else part.replace(r" \\ ", "\n") for k, part in enumerate(parts))
    return [tuple(line.split(" &= ")) for line in marked.split("\n")]


def worked_out(formula: str, values: dict[str, np.ndarray], gradient=None) -> np.ndarray:
    """The number of a formula whose symbols (LaTeX) have these values."""
    with np.errstate(all="ignore"):
        reader = _Reader(formula, values, gradient)
        found = reader.sum()
    assert reader.at == len(reader.tokens), reader.tokens[reader.at :]
    return found


class _Reader:
    def __init__(self, formula: str, values: dict, gradient):
        self.values, self.gradient, self.at = values, gradient, 0
        symbols = sorted(map(re.escape, values), key=len, reverse=True)
        token = re.compile("|".join([*(rf"{s}(?![a-z])" for s in symbols), TOKEN.pattern, r"\S"]))
        self.tokens = [*token.findall(formula)]

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, *wanted: str) -> str:
        token = self.peek()
        assert not wanted or token in wanted, f"{token} instead of {wanted}"
        self.at += 1
        return token

    def sum(self):
        total = self.product()
        while self.peek() in ("+", "-"):
            total = total + self.product() if self.take() == "+" else total - self.product()
        return total

    def product(self):
        if self.peek() == "-":
            self.take()
            return -self.product()
        result = self.raised()
        while self.peek() in SPACES:
            self.take()
            result = result * self.raised()
        return result

    def raised(self):
        base = self.atom()
        if self.peek() == "^":
            self.take()
            base = base ** self.braced()
        return base

    def braced(self):
        self.take("{")
        inside = self.sum()
        self.take("}")
        return inside

    def listed(self) -> list:
        """What stands between large brackets, parted by commas."""
        self.take(r"\left(")
        parts = [self.sum()]
        while self.peek() == ",":
            self.take()
            parts.append(self.sum())
        self.take(r"\right)")
        return parts

    def atom(self):
        token = self.peek()
        if token == "{":
            return self.braced()
        if token == r"\left(":
            return self.listed()[0]
        self.take()
        if token in self.values:
            return self.values[token]
        if token[0].isdigit():
            return float(token)
        if token == r"\frac":
            return self.braced() / self.braced()
        if token == r"\sqrt":
            return np.sqrt(self.braced())
        if token == r"\left|":
            inside = self.sum()
            self.take(r"\right|")
            return np.abs(inside)
        if token in NAMED:
            return NAMED[token](*self.listed())
        if token == r"\nabla":
            self.take("f")
            return self.gradient(*self.listed())
        assert token == r"\begin{cases}", token
        return self.choice()

    def choice(self):
        value = self.sum()
        self.take("&")
        if self.peek() == r"\text{else}":
            self.take()
            self.take(r"\end{cases}")
            return value
        left, sign, right = self.sum(), self.take(r"\gt", r"\lt"), self.sum()
        self.take(r"\\")
        return np.where(left > right if sign == r"\gt" else left < right, value, self.choice())
