"""Reads a surface's printed formula back: its LaTeX, worked out from the symbols alone."""

import math
import re

import numpy as np

TOKEN = re.compile(r"\\[a-zA-Z]+|\d+\.\d+|\d|[A-Za-z](?:_\w)?|[-+*/^=,()\[\]{}|]")
SKIPPED = (r"\left", r"\right", r"\quad")
FUNCTIONS = {r"\sin": np.sin, r"\cos": np.cos, r"\ln": np.log}
NUMBERS = {r"\pi": math.pi, "e": math.e}
CLOSING = ("", "+", "-", ")", "]", "}", ",", "=")


def readable(latex: str) -> bool:
    """Whether it is one expression, perhaps with names said after it: no sum, no recursion."""
    return not re.search(r"\\sum|_\{|\w\(x\) = ", latex)


def worked_out(latex: str, values: dict):
    """The number of a formula; names said after a comma (`u = ...`) may stand in it."""
    main, *said = re.split(r",\s*(?:\\quad|\\;)\s*", latex)
    known = NUMBERS | values
    for each in said:
        name, meaning = each.split(" = ")
        known[name] = _Reader(meaning, known).whole()
    return _Reader(main, known).whole()


class _Reader:
    def __init__(self, latex: str, values: dict):
        latex = re.sub(r"\\[,;!]", " ", latex)
        # One number before a letter: 14x; but each digit on its own after \tfrac and \sqrt.
        latex = re.sub(r"\\tfrac(\d)(\d)", r"\\tfrac{\1}{\2}", latex)
        latex = re.sub(r"\\sqrt(\d)", r"\\sqrt{\1}", latex)
        latex = re.sub(r"(?<![\d.])\d{2,}(?![\d.])", lambda found: f"{found[0]}.0", latex)
        self.tokens = [token for token in TOKEN.findall(latex) if token not in SKIPPED]
        self.values, self.at, self.inside = values, 0, False

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, wanted: str = "") -> str:
        token = self.peek()
        assert not wanted or token == wanted, f"{token} instead of {wanted} in {self.tokens}"
        self.at += 1
        return token

    def whole(self):
        found = self.sum()
        assert not self.peek(), self.tokens[self.at :]
        return found

    def sum(self):
        total = -self.product() if self.peek() == "-" and self.take() else self.product()
        while self.peek() in ("+", "-"):
            total = total + self.product() if self.take() == "+" else total - self.product()
        return total

    def product(self, within: bool = False):
        """Factors side by side; those `within` a function end where the next function begins."""
        total = self.factor()
        while self.peek() not in CLOSING and not (self.peek() == "|" and self.inside):
            if within and (self.peek() in FUNCTIONS or self.peek() == "("):
                break
            total = total / self.factor() if self.peek() == "/" and self.take() else (
                total * self.factor()
            )  # fmt: skip
        return total

    def factor(self):
        token = self.peek()
        if token in FUNCTIONS:
            self.take()
            power = self.power()
            argument = self.factor() if self.peek() == "(" else self.product(within=True)
            return FUNCTIONS[token](argument) ** power
        base = self.atom()
        return base ** self.power()

    def power(self):
        return self.atom() if self.peek() == "^" and self.take() else 1

    def atom(self):
        token = self.take()
        for opening, closing in ("()", "[]", "{}"):
            if token == opening:
                found = self.sum()
                self.take(closing)
                return found
        if token == "|":
            self.inside = True
            found = np.abs(self.sum())
            self.inside = False
            self.take("|")
            return found
        if token in (r"\frac", r"\tfrac"):
            return self.atom() / self.atom()
        if token == r"\sqrt":
            return np.sqrt(self.atom())
        return self.values[token] if token in self.values else float(token)
