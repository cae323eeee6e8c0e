"""A program of ours as one that needs NumPy alone: what it takes from optcore is written out in it.

Only what is reached goes along, definition by definition and method by method, as it stands in
optcore, each after those it needs. So the numbers are the same, and a reader sees how they come
about. A field that is a knob is a plain number there.
"""

import ast
import importlib
import inspect
import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import takewhile
from typing import NamedTuple

CORE = "optcore"


class Place(NamedTuple):
    """Where a name is defined."""

    module: str
    name: str


KNOBS = Place("optcore.knobs", "knobs")


class Import(NamedTuple):
    """`from module import name as alias`; without a name the module itself."""

    module: str
    name: str
    alias: str

    @property
    def text(self) -> str:
        own = self.name or self.module
        what = f"from {self.module} import {self.name}" if self.name else f"import {self.module}"
        return what if self.alias == own else f"{what} as {self.alias}"


class _Module:
    """The source of a module, its definitions and its imports by the names they set."""

    def __init__(self, source: str):
        self.lines = source.splitlines()
        self.body = ast.parse(source).body
        self.defined: dict[str, ast.stmt] = {}
        self.imported: dict[str, Import] = {}
        for part in self.body:
            if isinstance(part, ast.FunctionDef | ast.ClassDef):
                self.defined[part.name] = part
            elif isinstance(part, ast.Assign | ast.AnnAssign):
                self.defined |= dict.fromkeys(_set_by(part), part)
            elif isinstance(part, ast.Import | ast.ImportFrom):
                self.imported |= {each.alias: each for each in _imports_of(part)}

    @property
    def rest(self) -> str:
        """What stands after the first imports, without later ones."""
        gone = {at for part in self.body if isinstance(part, ast.Import | ast.ImportFrom)
                for at in range(part.lineno, (part.end_lineno or 0) + 1)}  # fmt: skip
        first = next(part.lineno for part in self.body if part.lineno not in gone)
        kept = [line for at, line in enumerate(self.lines, 1) if at >= first and at not in gone]
        return "\n".join(kept)

    def text(self, part: ast.stmt) -> str:
        """A statement as it is written, from its first decorator on."""
        first = min([part.lineno, *(each.lineno for each in getattr(part, "decorator_list", []))])
        return "\n".join(self.lines[first - 1 : part.end_lineno])


@cache
def _module(name: str) -> _Module:
    return _Module(inspect.getsource(importlib.import_module(name)))


def written_out(program: str) -> str:
    """The program with all that it imports from optcore written out before it."""
    own = _Module(program)
    if not any(_ours(each) for each in own.imported.values()):
        return program
    found = _reached(own, plain=True)
    if KNOBS in found.places.values():
        # Something asks fields for their knobs, so that they have to be there.
        found = _reached(own, plain=False)
    title = list(takewhile(lambda line: line.startswith("#"), own.lines))
    imports = sorted(each.text for each in found.imports)
    head = "\n".join([*title, "from __future__ import annotations", "", *imports])
    return "\n\n\n".join([head, *filter(None, found.texts.values()), own.rest]) + "\n"


def _reached(own: _Module, plain: bool) -> "_Reached":
    nodes = [node for part in own.body for node in ast.walk(part)]
    asked = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    named = {node.id for node in nodes if isinstance(node, ast.Name)
             and isinstance(node.ctx, ast.Store)} | {*own.defined}  # fmt: skip
    while True:
        found = _Reached(asked, named, plain)
        for each in own.imported.values():
            found.take(each)
        if found.asked <= asked:
            return found
        asked |= found.asked


class _Reached:
    """The definitions that are reached, each after those it needs, and what else is imported.

    Of a class the members that somebody may ask for by name, `asked`, and its fields.
    """

    def __init__(self, asked: set[str], own: Iterable[str], plain: bool):
        self.known, self.asked, self.plain = asked, set(asked), plain
        self.texts: dict[int, str] = {}
        self.places = {name: Place("", name) for name in own}
        self.imports: set[Import] = set()

    def take(self, wanted: Import) -> str:
        """Adds a definition and all it needs, and gives the name that it has in the program."""
        if not _ours(wanted):
            self.imports.add(wanted)
            return wanted.alias
        place = _place(wanted.module, wanted.name)
        own, home = self.name_of(place), _module(place.module)
        part = home.defined[place.name]
        if id(part) in self.texts:
            return own
        self.texts[id(part)] = ""
        parts = self.members(part) if isinstance(part, ast.ClassDef) else [part]
        renamed = {place.name: own}
        for name in dict.fromkeys(name for each in parts for name in self.names(each)):
            if name in home.imported:
                renamed[name] = self.take(home.imported[name])
            elif name in home.defined:
                renamed[name] = self.take(Import(place.module, name, name))
        del self.texts[id(part)]
        whole = not isinstance(part, ast.ClassDef)
        text = home.text(part) if whole else self.cut(home, part, parts)
        # In a call `name=` is the name of an argument.
        after = "" if isinstance(part, ast.Assign | ast.AnnAssign) else "(?! ?=[^=])"
        for name, new in renamed.items():
            text = re.sub(rf"(?<![.\w]){name}\b{after}", new, text)
        self.texts[id(part)] = text
        return own

    def name_of(self, place: Place) -> str:
        """Its own name, or, where another definition has that, with the name of its module."""
        if self.places.setdefault(place.name, place) == place:
            return place.name
        longer = f"{place.name}_of_{place.module.rsplit('.', 1)[-1]}"
        longer = longer.upper() if place.name.isupper() else longer
        self.places[longer] = place
        return longer

    def names(self, part: ast.AST) -> Iterator[str]:
        """The names that are looked up when it runs, and those of the library in annotations."""
        evaluated = {id(node) for node in _evaluated(part, self.plain)}
        for node in ast.walk(part):
            if isinstance(node, ast.Attribute):
                self.asked.add(node.attr)
            if isinstance(node, ast.Name) and (id(node) in evaluated or node.id == "ClassVar"):
                yield node.id

    def members(self, part: ast.ClassDef) -> list[ast.AST]:
        """Bases, decorators and the members that are wanted."""
        wanted = [each for each in part.body if self.wanted(each)]
        return [*part.bases, *part.decorator_list, *wanted] or [ast.Pass()]

    def cut(self, home: _Module, part: ast.ClassDef, members: list[ast.AST]) -> str:
        """A class with some of its members, and the first line of what it says of itself."""
        bases = f"({', '.join(map(ast.unparse, part.bases))})" if part.bases else ""
        lines = [*(f"@{ast.unparse(each)}" for each in part.decorator_list),
                 f"class {part.name}{bases}:"]  # fmt: skip
        first_line = (ast.get_docstring(part) or "").splitlines()[:1]
        lines += [f'    """{first_line[0]}"""', ""] if first_line else []
        kept = [each for each in part.body if each in members]
        for each in kept:
            lines += [*([""] if isinstance(each, ast.FunctionDef) and lines[-1] else []),
                      self.member(home, each)]  # fmt: skip
        return "\n".join([*lines, *([] if kept else ["    pass"])])

    def member(self, home: _Module, part: ast.stmt) -> str:
        """As it stands, or of a knob its default alone."""
        match part:
            case ast.AnnAssign(value=ast.Call(func=ast.Name("knob"), args=[default, *_])):
                name, kind = ast.unparse(part.target), ast.unparse(part.annotation)
                if self.plain:
                    return f"    {name}: {kind} = {ast.unparse(default)}"
        return home.text(part)

    def wanted(self, part: ast.stmt) -> bool:
        if isinstance(part, ast.FunctionDef):
            return part.name in self.known or part.name.startswith("__")
        if isinstance(part, ast.AnnAssign) and "ClassVar" not in ast.unparse(part.annotation):
            return True
        if isinstance(part, ast.Assign | ast.AnnAssign):
            return any(name in self.known or name.startswith("__") for name in _set_by(part))
        return False


def _ours(wanted: Import) -> bool:
    return wanted.module.split(".")[0] == CORE


def _place(module: str, name: str) -> Place:
    """Where a name that a module offers is defined."""
    home = _module(module)
    if name in home.defined:
        return Place(module, name)
    if name in home.imported:
        return _place(*home.imported[name][:2])
    found = getattr(importlib.import_module(module), name)
    return Place(found.__module__, found.__name__)


def _set_by(part: ast.Assign | ast.AnnAssign) -> Iterator[str]:
    targets = part.targets if isinstance(part, ast.Assign) else [part.target]
    return (node.id for each in targets for node in ast.walk(each) if isinstance(node, ast.Name))


def _imports_of(part: ast.Import | ast.ImportFrom) -> list[Import]:
    if isinstance(part, ast.Import):
        return [Import(each.name, "", each.asname or each.name) for each in part.names]
    module = part.module or ""
    return [Import(module, each.name, each.asname or each.name) for each in part.names]


def _evaluated(part: ast.AST, plain: bool) -> Iterator[ast.AST]:
    """What is evaluated when it runs: no annotations, and of a plain knob its default."""
    yield part
    match part:
        case ast.AnnAssign(value=ast.Call(func=ast.Name("knob"), args=[default, *_])) if plain:
            yield from _evaluated(default, plain)
            return
    for field, child in ast.iter_fields(part):
        if field in ("annotation", "returns"):
            continue
        for each in child if isinstance(child, list) else [child]:
            if isinstance(each, ast.AST):
                yield from _evaluated(each, plain)
