"""Breaks `optcore` in one place at a time and looks whether the core's tests notice.

`make mutants N=100 SEED=1` breaks 100 places drawn at random: an operator, a comparison, a sign,
a number in a function (those that have a name, and defaults, are choices whose neighbours serve
as well). ROOM=flow keeps to one folder, ROOM=flow/band.py to one file. Those nobody noticed are
alive; equivalent_mutants.txt beside this file holds the ones that change nothing, and why.
"""

import argparse
import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from coverage import CoverageData

ROOT = Path(__file__).parents[2]
KNOWN = Path(__file__).with_name("equivalent_mutants.txt")
CORE = "tests/optcore"
# What takes so many times as long as all of the core's tests, or this many seconds, hangs.
TIMES, SECONDS = 3, 1200
SWAPS = {
    ast.Add: ("+", "-"), ast.Sub: ("-", "+"), ast.Mult: ("*", "/"), ast.Div: ("/", "*"),
    ast.FloorDiv: ("//", "/"), ast.Mod: ("%", "*"), ast.Pow: ("**", "*"),
    ast.Lt: ("<", "<="), ast.LtE: ("<=", "<"), ast.Gt: (">", ">="), ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="), ast.NotEq: ("!=", "=="), ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"), ast.In: ("in", "not in"), ast.NotIn: ("not in", "in"),
    ast.And: ("and", "or"), ast.Or: ("or", "and"),
}  # fmt: skip
# What a page shows of a thing, not what is done with it.
SHOWN = {"knob", "window", "start", "latex", "lesson", "dataclass", "lru_cache"}


@dataclass(frozen=True)
class Mutant:
    """One place of a file, from `begin` to `end` in its text, and what stands there instead."""

    path: str
    begin: int
    end: int
    new: str
    text: str

    @property
    def kind(self) -> str:
        """Whether a constant is another one, a number or a truth value, or an operator is."""
        old = self.text[self.begin : self.end]
        return "constants" if old[0].isdigit() or old in ("True", "False") else "operators"

    @property
    def broken(self) -> str:
        return self.text[: self.begin] + self.new + self.text[self.end :]

    @property
    def line(self) -> int:
        return self.text.count("\n", 0, self.begin) + 1

    @property
    def name(self) -> str:
        """The broken line, which stays the same when the file grows above it."""
        first = self.text.rfind("\n", 0, self.begin) + 1
        last = self.text.find("\n", self.end)
        before, after = self.text[first : self.begin], self.text[self.end : last]
        old = self.text[self.begin : self.end]
        return " ".join(f"{self.path}: {before}[{old} -> {self.new}]{after}".split())


def mutants_of(path: str, text: str) -> list[Mutant]:
    """Every mutant of a file, in the order of its lines."""
    starts = [0]
    for line in text.encode().split(b"\n"):
        starts.append(starts[-1] + len(line) + 1)

    def place(line: int, column: int) -> int:
        return len(text.encode()[: starts[line - 1] + column].decode())

    def span(node) -> tuple[int, int]:
        return (place(node.lineno, node.col_offset), place(node.end_lineno, node.end_col_offset))

    found = []
    for begin, end, new in _breaks(ast.parse(text), text, span):
        found.append(Mutant(path, begin, end, new, text))
    return sorted(found, key=lambda mutant: mutant.begin)


def _breaks(node, text, span, called=False) -> Iterator[tuple[int, int, str]]:
    """What can be broken in a tree, as (begin, end, new text); `called` inside a function."""
    called = called or isinstance(node, ast.FunctionDef | ast.Lambda)
    called = called and not isinstance(node, ast.arguments)
    match node:
        case ast.BinOp() | ast.AugAssign() | ast.Compare() | ast.BoolOp():
            yield from _operators(node, text, span)
        case ast.UnaryOp(op=ast.USub()) if called or not isinstance(node.operand, ast.Constant):
            yield span(node)[0], span(node)[0] + len("-"), ""
        case ast.UnaryOp(op=ast.Not()):
            yield span(node)[0], span(node)[0] + len("not "), ""
        case ast.Constant(value=bool()) if called:
            yield *span(node), str(not node.value)
        case ast.Constant(value=int() | float()) if called:
            yield *span(node), _other(node.value)
    for child in ast.iter_child_nodes(node):
        if not _spared(child):
            yield from _breaks(child, text, span, called)


def _operators(node, text, span) -> Iterator[tuple[int, int, str]]:
    match node:
        case ast.BinOp():
            triples = [(node.left, node.op, node.right)]
        case ast.AugAssign():
            triples = [(node.target, node.op, node.value)]
        case ast.Compare():
            lefts = [node.left, *node.comparators]
            triples = list(zip(lefts, node.ops, node.comparators, strict=False))
        case ast.BoolOp():
            pairs = zip(node.values, node.values[1:], strict=False)
            triples = [(left, node.op, right) for left, right in pairs]
    for left, operator, right in triples:
        begin, end = span(left)[1], span(right)[0]
        old, new = SWAPS.get(type(operator), (None, None))
        # Between two operands stand the operator and perhaps brackets: nothing else, or leave it.
        if old and text[begin:end].strip("()=\n\t ").strip() == old.strip("="):
            at = begin + text[begin:end].index(old)
            yield at, at + len(old), new


def _other(value: float) -> str:
    """Another number: the next whole one, or half as much again."""
    return repr(value + 1 if isinstance(value, int) else value * 1.5 or 1.0)


def _spared(node) -> bool:
    """What is said or shown of a thing, and types."""
    match node:
        case ast.JoinedStr() | ast.arg() | ast.ImportFrom() | ast.keyword(arg="strict"):
            return True
        case ast.Call(func=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]):
            return name in SHOWN
        case ast.AnnAssign(value=None):
            return True
    return False


def explained() -> dict[str, str]:
    """Why each of those that change nothing changes nothing, by name."""
    return dict(line.rsplit(" # ", 1) for line in KNOWN.read_text(encoding="utf-8").splitlines())


class Copy:
    """A copy of the project, in which it is broken."""

    def __init__(self, folder: str):
        self.folder, reached = Path(folder, "copy"), Path(folder, "reached")
        self.seconds = SECONDS
        shutil.copytree(ROOT, self.folder, ignore=shutil.ignore_patterns(".*", "__pycache__"))
        begun = time.monotonic()
        if not self.passes(["-p", "reach", CORE], {"REACH": str(reached)}):
            raise SystemExit("the core's tests fail as they are: mend them first")
        self.seconds = TIMES * (time.monotonic() - begun)
        self.reached = CoverageData(str(reached))
        self.reached.read()

    def survives(self, mutant: Mutant) -> bool:
        """Whether all tests that reach it, and all of its room, pass with the mutant in its place.

        What a test file works out while it is read, and what a cache keeps, counts as reached by
        no test or by one of many: a whole room has the last word.
        """
        place = self.folder / mutant.path
        place.write_text(mutant.broken, encoding="utf-8")
        try:
            return self.passes(self.tests_of(mutant)) and self.passes([_room(mutant)])
        finally:
            place.write_text(mutant.text, encoding="utf-8")

    def tests_of(self, mutant: Mutant) -> list[str]:
        """The tests that reach the line, those of its own room first.

        What runs when the file is read is reached by all tests of the room.
        """
        lines = self.reached.contexts_by_lineno(str(self.folder / mutant.path))
        # Of a statement of several lines not each counts.
        line = next((at for at in range(mutant.line, 0, -1) if at in lines), 0)
        room = _room(mutant)
        found = {test for test in lines.get(line, ()) if test}
        return sorted(found, key=lambda test: (not test.startswith(room), test)) or [room]

    def passes(self, arguments: list[str], environment: dict[str, str] | None = None) -> bool:
        command = [sys.executable, "-m", "pytest", "-x", "-n0", "-p", "no:cacheprovider"]
        # A file that changes within a second would be read from its old bytecode.
        known = os.environ | {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": "tests/support"}
        try:
            ran = subprocess.run(
                [*command, *arguments],
                cwd=self.folder,
                env=known | (environment or {}),
                timeout=self.seconds,
                capture_output=True,
            )
        except subprocess.TimeoutExpired:
            return False
        return ran.returncode == 0


def _room(mutant: Mutant) -> str:
    return str(Path("tests", mutant.path).parent)


def drawn(folder: Path, count: int, seed: int, room: str) -> list[Mutant]:
    """So many mutants of a room, a file or the whole core in a folder, at random."""
    chosen = folder / "optcore" / room
    every = [
        mutant
        for path in (sorted(chosen.rglob("*.py")) if chosen.is_dir() else [chosen])
        for mutant in mutants_of(str(path.relative_to(folder)), path.read_text(encoding="utf-8"))
    ]
    print(f"{len(every)} places of optcore/{room} can be broken; {min(count, len(every))} will be")
    return random.Random(seed).sample(every, min(count, len(every)))


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--count", type=int, default=100)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--room", default="")
    given = asked.parse_args()
    known, tried, alive = explained(), [], []
    with tempfile.TemporaryDirectory() as folder:
        copy = Copy(folder)
        tried = drawn(copy.folder, given.count, given.seed, given.room)
        for number, mutant in enumerate(tried, 1):
            if mutant.name in known or copy.survives(mutant):
                alive.append(mutant)
                told = known.get(mutant.name, "ALIVE")
                print(f"{number:4} {mutant.name} (line {mutant.line}): {told}", flush=True)
    print(counted(tried, alive, known))
    return int(any(mutant.name not in known for mutant in alive))


def counted(tried: list[Mutant], alive: list[Mutant], known: dict[str, str]) -> str:
    """How many of those tried are alive, and of them unexplained: in all and by kind."""
    lines = []
    for kinds in (("operators", "constants"), ("operators",), ("constants",)):
        both = ([each for each in some if each.kind in kinds] for some in (tried, alive))
        made, left = both
        unknown = [mutant for mutant in left if mutant.name not in known]
        what = " and ".join(kinds)
        lines.append(
            f"{what}: {len(left)} of {len(made)} alive, {len(unknown)} of them unexplained"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
