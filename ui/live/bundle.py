"""Many JavaScript modules as one, so that a browser asks for them once.

A module becomes a function that gives what it exports. Modules import each other by name and in one
line, `import { a, b as c } from "./other.js"`, and export functions, classes and constants where
they declare them; more than that they need not.
"""

import re
from collections.abc import Iterable, Mapping

IMPORT = re.compile(r'^import \{([^}]+)\} from "\./([\w.]+)";\n', re.MULTILINE)
EXPORT = re.compile(r"^export ((?:async )?function|class|const) (\w+)", re.MULTILINE)
DEFAULT = re.compile(r"^export default function \(", re.MULTILINE)


def bundled(modules: Mapping[str, str]) -> str:
    """One module that exports `parts`: by file name what each of the modules exports.

    Raises ValueError where modules import each other in a circle, or are written otherwise.
    """
    wrapped = [f"const {_own(name)} = (() => {{\n{_body(name, modules[name])}}})();\n"
               for name in _ordered(modules)]  # fmt: skip
    parts = ", ".join(f'"{name}": {_own(name)}' for name in modules)
    return "\n".join(wrapped) + f"\nexport const parts = {{ {parts} }};\n"


def _own(name: str) -> str:
    return "$" + re.sub(r"\W", "_", name)


def _body(name: str, text: str) -> str:
    given = [found[1] for found in EXPORT.findall(text)]
    body = IMPORT.sub(lambda found: f"const {{{_renamed(found[1])}}} = {_own(found[2])};\n", text)
    body = EXPORT.sub(r"\1 \2", body)
    if DEFAULT.search(body):
        body = DEFAULT.sub("function default_(", body)
        given.append("default: default_")
    if left := re.search(r"^\s*(import\b(?!\.)|export\b).*", body, re.MULTILINE):
        raise ValueError(f"{name} cannot be bundled: {left[0].strip()}")
    return f"{body}return {{ {', '.join(given)} }};\n"


def _renamed(names: str) -> str:
    return re.sub(r"\bas\b", ":", names).replace(" :", ":")


def _ordered(modules: Mapping[str, str]) -> list[str]:
    """The names, each after those that it imports."""
    done: list[str] = []

    def add(names: Iterable[str], through: tuple[str, ...]) -> None:
        for name in names:
            if name in through:
                raise ValueError(f"Modules import each other: {' -> '.join((*through, name))}.")
            if name not in done:
                add([found[2] for found in IMPORT.finditer(modules[name])], (*through, name))
                done.append(name)

    add(sorted(modules), ())
    return done
